"""Servers that outlive the command that started them, and are found and ended again by the one that ends them.

Each runs in a session of its own, so Ctrl-C at the prompt does not reach it, and its children (the emulator runs one
process per function) end with it. All three streams go to files: a daemon holding a pipe keeps `make` from returning.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from infra.local.checkout import LOCAL, LOGS, ROOT

_KEPT = LOCAL / "processes.json"
#: Seconds. Generous: on a busy machine the first call of a function alone may take half a minute.
_STARTS_WITHIN = 120.0
_STOPS_WITHIN = 10.0


class Failed(Exception):
    """A step did not succeed; the message is for the person at the keyboard."""


def start(name: str, command: Sequence[str | Path], environment: dict[str, str]) -> None:
    """Start one server and remember it."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    known = _known()
    known[name] = {"pid": process.pid, "born": _born(process.pid)}
    _KEPT.write_text(json.dumps(known), encoding="utf-8")
    process.returncode = 0  # Popen would otherwise complain, when collected, about a child that still runs


def running(name: str) -> bool:
    """Whether that server is still the one we started."""
    entry = _known().get(name)
    return entry is not None and _alive(entry)


def wait_for(url: str, server: str) -> None:
    """Any answer will do: what it says is for tests, that it answers is for us."""
    deadline = time.monotonic() + _STARTS_WITHIN
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and running(server):
        with contextlib.suppress(urllib.error.URLError, http.client.HTTPException, OSError):
            if _answers(opener, url):
                return
        time.sleep(0.05)
    raise Failed(f"the {server} does not answer at {url}\n{_log_tail(server)}")


def stop_all() -> list[str]:
    """End every server we started, politely first. Returns the names of those that were running."""
    known = _known()
    alive = {name: entry for name, entry in known.items() if _alive(entry)}
    for entry in alive.values():
        _signal_group(entry, signal.SIGTERM)
    deadline = time.monotonic() + _STOPS_WITHIN
    while any(map(_alive, alive.values())) and time.monotonic() < deadline:
        time.sleep(0.05)
    for entry in alive.values():
        _signal_group(entry, signal.SIGKILL)  # what is left of the group: workers do not always follow their parent
    while any(map(_alive, alive.values())):
        time.sleep(0.05)
    _KEPT.unlink(missing_ok=True)
    return list(alive)


def _answers(opener: urllib.request.OpenerDirector, url: str) -> bool:
    try:
        opener.open(url, timeout=60).close()
    except urllib.error.HTTPError as answer:
        return answer.code != http.HTTPStatus.SERVICE_UNAVAILABLE  # the emulator's word for "not yet"
    return True


def _log_tail(name: str, lines: int = 20) -> str:
    """The end of a server's log."""
    try:
        text = (LOGS / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _known() -> dict[str, dict[str, str | int]]:
    try:
        known: dict[str, dict[str, str | int]] = json.loads(_KEPT.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def _alive(entry: dict[str, str | int]) -> bool:
    pid = int(entry["pid"])
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # our own child would stay a zombie, and look alive, until somebody asks
    return entry["born"] != "" and _born(pid) == entry["born"]


def _born(pid: int) -> str:
    """When that process started, "" if it is gone: a number may have been given to somebody else's process since."""
    try:
        # Exact. What ps makes of it moves by a second now and then.
        state, *fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return "" if state in "ZX" else fields[18]
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return ""
    words = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    state, _, born = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip().partition(" ")
    return "" if state.startswith("Z") else born.strip()


def _signal_group(entry: dict[str, str | int], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(int(entry["pid"]), number)
