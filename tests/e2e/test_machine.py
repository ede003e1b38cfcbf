"""What runs on this machine, and what the built functions need."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.outside import ROOT, Stack

FUNCTIONS = sorted(p.stem for p in (ROOT / "functions").glob("*.py"))
#: Starts a handler's module with the built layer and AWS's own SDK, and nothing else of this machine.
COLD = """
import sys
sys.path[:0] = [{built!r}, {layer!r}]
sys.path.append({sdk!r})
import importlib
importlib.import_module({name!r}).handler
files = [getattr(m, "__file__", None) or "" for m in list(sys.modules.values())]
strangers = [f for f in files if {venv!r} in f and {sdk!r} not in f]
assert not strangers, strangers
"""


def test_nothing_listens_beyond_this_machine(stack: Stack) -> None:
    del stack
    mine = {str(p) for p in our_processes()}
    lines = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout.splitlines()
    ours = [line for line in lines if any(f"pid={pid}," in line for pid in mine)]

    assert ours, "the servers of the embedded cloud should be listening"
    assert [line for line in ours if not line.split()[3].startswith(("127.0.0.1:", "[::1]:"))] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_starts_from_what_was_built_and_the_sdk_alone(stack: Stack, sdk: Path, name: str) -> None:
    del stack
    logical = "".join(word.capitalize() for word in name.split("_"))
    built, layer = ROOT / ".local/build" / logical, ROOT / ".local/build/Code/python"
    code = COLD.format(built=str(built), layer=str(layer), sdk=str(sdk), name=name, venv=str(ROOT / ".venv"))

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False, cwd="/"
    )

    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """boto3 and what it stands on, as the runtime brings them, and nothing else of the test environment."""
    folder = tmp_path_factory.mktemp("sdk")
    site = next((ROOT / ".venv/lib").glob("python3.*/site-packages"))
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py"):
        (folder / name).symlink_to(site / name)
    return folder


def our_processes() -> list[int]:
    """Processes whose environment or command names this checkout's .local."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            cwd, command = str((folder / "cwd").readlink()), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if (
            str(ROOT / ".local").encode() in command
            or cwd.startswith(str(ROOT / ".local"))
            or b"infra.local." in command
        ):
            found.append(int(folder.name))
    return found
