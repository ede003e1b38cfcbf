"""What belongs to this checkout: its folders, its ports, its API id, and the environments its programs see.

Everything lives under .local/ and is derived from the checkout's path, so that two checkouts run side by side.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
LOGS = LOCAL / "logs"
TEMPORARY = LOCAL / "tmp"
STACK_FILE = LOCAL / "stack.json"
PORTS_FILE = LOCAL / "ports.json"

STACK = "encamino"
REGION: Final = "eu-west-1"
SERVERS = ("emulator", "mailbox", "simulator")

_DIGEST = hashlib.sha256(str(ROOT).encode()).hexdigest()
#: Eight hex digits, which is what makes the emulator also answer at http://<id>.execute-api.localhost:<port>/.
API_ID = _DIGEST[:8]

#: Never handed down: they would redirect the SDK, the interpreter or the logs of whatever we start.
_TAINTED = ("AWS_", "PYTHON", "SAM_", "LAMBDA_", "POWERTOOLS_", "LOG_LEVEL", "VIRTUAL_ENV", "MAKE", "MFLAGS")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One `make up` or `make down` of this checkout at a time: two would build into the same folders."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  another make is at work in this checkout; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kept_ports() -> dict[str, int]:
    """The ports of the last start, or none."""
    try:
        kept = json.loads(PORTS_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: int(kept[name]) for name in SERVERS if name in kept}


def chosen_ports() -> dict[str, int]:
    """One free port per server, the same as last time where they still are; kept for whoever asks next."""
    ports = kept_ports()
    # Below the range from which the system draws outgoing connections, and another start for each checkout.
    candidate = 18000 + int(_DIGEST[8:14], 16) % 12000
    for name in SERVERS:
        while not _is_free(ports.setdefault(name, candidate)) or list(ports.values()).count(ports[name]) > 1:
            candidate += 1
            ports[name] = candidate
    LOCAL.mkdir(exist_ok=True)
    PORTS_FILE.write_text(json.dumps(ports), encoding="utf-8")
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def api_url(ports: dict[str, int]) -> str:
    """Where the deployed API answers."""
    return f"http://127.0.0.1:{ports['emulator']}/_aws/execute-api/{API_ID}"


def aws_environment(ports: dict[str, int]) -> dict[str, str]:
    """What points an SDK at the emulator, and keeps it from every account the person at the keyboard has."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports['emulator']}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def emulator_environment(ports: dict[str, int]) -> dict[str, str]:
    """Written from nothing: the emulator hands its whole environment to every function it runs.

    AUTH makes it enforce each function's role. BIND_HOST and IOT_MTLS_ENABLED keep it on the loopback, where its
    defaults listen to the world. The SES endpoint goes down to the functions and sends their mail to our mailbox.
    """
    credentials = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL")
    return {
        "PATH": f"{LOCAL / 'venvs/emulator/bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(LOCAL),
        "LANG": "C.UTF-8",
        "TMPDIR": str(TEMPORARY),
        "GATEWAY_PORT": str(ports["emulator"]),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",
        "PERSIST_STATE": "0",
        "AWS_ENDPOINT_URL_SESV2": f"http://127.0.0.1:{ports['mailbox']}",
        **{name: value for name, value in aws_environment(ports).items() if name not in credentials},
    }


def tool_environment(ports: dict[str, int]) -> dict[str, str]:
    """For programs that also need the person's own settings: pip's index and certificates, proxies, the terminal."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_TAINTED)}
    return {**own, **aws_environment(ports), "TMPDIR": str(TEMPORARY)}
