"""The embedded cloud: `python -m infra.local.cloud up | run | down`, which `make` calls.

up: emulator, mailbox and carrier simulator start, the template is built and deployed, the example shops are applied,
.local/stack.json says where everything is. run: up, then the story, then wait for Ctrl-C (ONCE=1: end with the story's
exit code). down: nothing of it is left running.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from infra.local import daemons
from infra.local.checkout import (
    LOCAL,
    LOGS,
    ROOT,
    SERVERS,
    STACK_FILE,
    TEMPORARY,
    alone,
    api_url,
    chosen_ports,
    emulator_environment,
    kept_ports,
    tool_environment,
)
from infra.local.deploying import build, deploy, write_stack_file

_ENCAMINO = ROOT / ".venv/bin/encamino"


def up() -> None:
    """Everything runs and is deployed; what already runs is kept and only deployed again."""
    with alone():
        if all(map(daemons.running, SERVERS)):
            _fill(kept_ports())
            return
        try:
            _fill(_start_servers())
        except daemons.Failed:
            _stop()
            raise


def _fill(ports: dict[str, int]) -> None:
    began = time.monotonic()
    build(ports)
    daemons.wait_for(f"http://127.0.0.1:{ports['emulator']}/_ministack/ready", "emulator")
    daemons.wait_for(f"http://127.0.0.1:{ports['mailbox']}/messages.json", "mailbox")
    daemons.wait_for(f"http://127.0.0.1:{ports['simulator']}/", "simulator")
    outputs = deploy(ports)
    write_stack_file(ports, outputs)
    daemons.wait_for(f"{api_url(ports)}/assets/ready", "emulator")
    _apply_shops(ports)
    print(f"ready in {time.monotonic() - began:.1f} s")
    for name, url in _addresses(ports).items():
        print(f"  {name:<18} {url}")


def run() -> int:
    """Up, the story, and then open until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job comes with it ignored
        signal.signal(number, signal.default_int_handler)
    try:
        return _tell_and_stay()
    except KeyboardInterrupt:
        print()
        return 0
    finally:
        down()


def _tell_and_stay() -> int:
    up()
    story = [sys.executable, "infra/local/story.py"]
    told = subprocess.run(story, cwd=ROOT, env=tool_environment(kept_ports()), check=False).returncode
    if os.environ.get("ONCE") == "1":
        return told
    for name, url in _addresses(kept_ports()).items():
        print(f"  {name:<18} {url}")
    print("Ctrl-C ends it.", flush=True)
    while all(map(daemons.running, SERVERS)):
        time.sleep(1)
    print(f"a server ended by itself; see {LOGS}", file=sys.stderr)
    return 1


def down() -> None:
    """No process, no stack file, no temporary folder is left."""
    with alone():
        _stop()


def _stop() -> None:
    stopped = daemons.stop_all()
    STACK_FILE.unlink(missing_ok=True)
    shutil.rmtree(TEMPORARY, ignore_errors=True)
    print(f"stopped: {', '.join(stopped) or 'nothing was running'}", flush=True)


def _start_servers() -> dict[str, int]:
    daemons.stop_all()
    # A stopped emulator leaves a copy of code and layers for each function it ran; and old mail is not this start's.
    for folder in (TEMPORARY, LOCAL / "mail"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    STACK_FILE.unlink(missing_ok=True)
    ports = chosen_ports()
    daemons.start("emulator", [LOCAL / "venvs/emulator/bin/ministack"], emulator_environment(ports))
    beside = {**tool_environment(ports), "MAILBOX_DIR": str(LOCAL / "mail"), "PYTHONUNBUFFERED": "1"}
    for server in ("mailbox", "simulator"):
        daemons.start(server, [sys.executable, "-m", f"infra.local.{server}", str(ports[server])], beside)
    return ports


def _apply_shops(ports: dict[str, int]) -> None:
    for shop in sorted((ROOT / "infra/local/shops").glob("*.yaml")):
        command: list[str | Path] = [_ENCAMINO, "shop", "apply", shop, "--json"]
        done = subprocess.run(
            command, cwd=ROOT, env=tool_environment(ports), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise daemons.Failed(
                f"encamino shop apply {shop.name} ended {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        print(f"  shop {json.loads(done.stdout)['shop']}")


def _addresses(ports: dict[str, int]) -> dict[str, str]:
    mailbox = f"http://127.0.0.1:{ports['mailbox']}"
    simulator = f"http://127.0.0.1:{ports['simulator']}"
    return {
        "mailbox": f"{mailbox}/",
        "api": api_url(ports),
        "carrier simulator": f"{simulator}/",
        "logs": str(LOGS),
    }


def main() -> int:
    """Run the one command given; a failure is told in the words of whatever failed."""
    commands = {"up": up, "run": run, "down": down}
    command = commands.get(" ".join(sys.argv[1:]))
    if command is None:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return command() or 0
    except daemons.Failed as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
