"""Every carrier, replayed: `python infra/local/simulator PORT`, or `python -m infra.local.simulator PORT`.

Environment: AWS_ENDPOINT_URL and TABLE (or .local/stack.json) for the stack's clock; RECORDINGS, else tests/carriers.
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[3]
    sys.path.insert(0, str(root))
    from infra.local.clock import StackClock
    from infra.local.simulator.server import simulator_server

    port = sys.argv[-1]
    if not port.isdigit():
        sys.exit("usage: python infra/local/simulator PORT")
    recordings = Path(os.environ.get("RECORDINGS", root / "tests" / "carriers"))
    server = simulator_server(int(port), recordings, StackClock())
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
