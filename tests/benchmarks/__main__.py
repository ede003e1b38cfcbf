"""`make bench`: every figure that can be taken on one machine, printed and written down; 1 when one is missed.

python -m tests.benchmarks OUT.json
"""

import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks import bench_carrier, bench_door, bench_imports, bench_render
from tests.benchmarks.measure import Figure

BENCHES: tuple[ModuleType, ...] = (bench_door, bench_imports, bench_carrier, bench_render)
#: What `missed` of each holds its figures to, in words; a figure that is not here is printed to be compared with.
WANTED = {
    "door_first_200": f"ratio <= {bench_door.CEILING}",
    **{f"import_{function}": f"ratio <= {bench_imports.CEILING}" for function in bench_imports.DOORS},
    **{f"carrier_dhl_{events}_events_faster": f">= {floor:g} times" for events, floor in bench_carrier.FLOORS.items()},
    **{name: f"<= {ceiling} loops" for name, ceiling in bench_render.CEILINGS.items()},
}


def main(out: Path) -> int:
    """Take them all."""
    figures: list[dict[str, Any]] = []
    complaints: list[str] = []
    for bench in BENCHES:
        lines: list[Figure] = bench.figures()
        missed: list[str] = bench.missed(lines)
        broken = {complaint.split(":", maxsplit=1)[0] for complaint in missed}
        for line in lines:
            print(line, flush=True)
            wanted = WANTED.get(line.name)
            figures.append({**asdict(line), "wanted": wanted, "held": line.name not in broken if wanted else None})
        complaints += missed
    taken = {"machine": machine(), "taken_at": datetime.now(UTC).isoformat(timespec="seconds"), "figures": figures}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(taken, indent=1) + "\n")
    for complaint in complaints:
        print(f"missed: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was."""
    return {
        "processor": platform.machine(), "cores": os.cpu_count(), "system": platform.system(),
        "python": platform.python_version(), "load": [round(load, 2) for load in os.getloadavg()],
    }  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
