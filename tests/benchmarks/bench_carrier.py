"""A DHL answer, raw bytes → normalised, against the Karrio SDK (2026.1.32) on the same bytes in the same run.

The SDK lives in an environment of its own: make .local/venvs/peers/.complete
"""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from encamino.carriers import dhl
from encamino.carriers.base import Response
from encamino.carriers.dhl.words import meaning
from tests.benchmarks.measure import ROUNDS, Figure, Taken, best, take
from tests.carriers.recordings import recording, recordings, told

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".local" / "venvs" / "peers" / "bin" / "python"
#: Recording → how many events it tells.
TIMED = {"parcel_de": 6, "long_journey": 42}
#: How often at least we are faster.
FLOORS = {6: 8.0, 42: 15.0}
#: What Karrio calls our statuses, taken generously.
SAYS = {
    "info_received": {"pending"},
    "in_transit": {"in_transit"},
    "out_for_delivery": {"out_for_delivery"},
    "attempt_failed": {"delivery_failed"},
    "available_for_pickup": {"ready_for_pickup"},
    "delivered": {"delivered"},
    "exception": {"on_hold", "delivery_delayed", "delivery_failed"},
    "returned_to_sender": {"return_to_sender", "delivery_failed"},
}


def figures() -> list[Figure]:
    """Times of both, how often faster, and how many statuses of our recordings each reads right."""
    found = [recording("dhl", name) for name in TIMED]
    found += [one for one in recordings("dhl") if one.expect["shipments"] and one.name not in TIMED]
    ours: list[list[Taken]] = [[] for _ in TIMED]
    fresh: list[list[Taken]] = [[] for _ in TIMED]
    theirs: list[list[Taken]] = [[] for _ in TIMED]
    answer: dict[str, Any] = {}
    for _ in range(ROUNDS):
        for i, one in enumerate(found[: len(TIMED)]):
            ours[i].append(take(partial(dhl.read, one.response)))
            fresh[i].append(take(partial(first_read, one.response)))
        answer = peer([one.response for one in found])
        for i, taken in enumerate(answer["taken"]):
            theirs[i].append(Taken(*taken))
    lines = []
    for events, we, new, they in zip(TIMED.values(), *(map(best, each) for each in (ours, fresh, theirs)), strict=True):
        lines += [
            Figure(f"carrier_dhl_{events}_events", we.us, "us", we.ratio),
            Figure(f"carrier_dhl_{events}_events_new_wording", new.us, "us", new.ratio),
            Figure(f"carrier_dhl_{events}_events_karrio", they.us, "us", they.ratio),
            Figure(f"carrier_dhl_{events}_events_faster", they.ratio / we.ratio, "times"),
        ]
    expected = [one.expect["shipments"][0]["status"] for one in found]
    right = sum(
        told(dhl.read(one.response)[1][0])["status"] == status for one, status in zip(found, expected, strict=True)
    )
    karrio = sum(said in SAYS[status] for (said, _), status in zip(answer["read"], expected, strict=True))
    return [
        *lines,
        Figure("carrier_dhl_statuses_right", right, f"of_{len(found)}"),
        Figure("carrier_dhl_statuses_right_karrio", karrio, f"of_{len(found)}"),
    ]


def first_read(answer: Response) -> object:
    """As if none of its sentences had been read before: what they mean is remembered between answers."""
    meaning.cache_clear()
    return dhl.read(answer)


def peer(answers: list[Response]) -> dict[str, Any]:
    """What the SDK says and takes."""
    if not PEER.exists():
        raise SystemExit("no Karrio to measure against: make .local/venvs/peers/.complete")
    bodies = "\n".join(json.dumps(answer.body.decode()) for answer in answers)
    command = [str(PEER), "-m", "tests.benchmarks.peer_karrio", str(len(TIMED))]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LOGURU_LEVEL": "ERROR"}
    done = subprocess.run(
        command, input=bodies, capture_output=True, text=True, check=True, cwd=ROOT, env=environment, timeout=300
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def missed(lines: list[Figure]) -> list[str]:
    """Which floors were not held."""
    value = {line.name: line.value for line in lines}
    names = {f"carrier_dhl_{events}_events_faster": floor for events, floor in FLOORS.items()}
    return [f"{name}: {value[name]:.1f} < {floor:g}" for name, floor in names.items() if value[name] < floor]


if __name__ == "__main__":
    taken_now = figures()
    print(*taken_now, sep="\n")
    sys.exit("\n".join(missed(taken_now)) or 0)
