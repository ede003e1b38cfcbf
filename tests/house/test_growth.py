"""The house grows sideways: one file and one folder is a carrier, and a door between rooms does not stay unseen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: One more carrier, as small as one can be.
NEW_CARRIER = '''"""A carrier that nobody knows yet."""

from encamino.carriers.base import Limits, Outcome

NAME = "Acme"
ALIASES = ("acme",)
HOSTS = ("acme.example",)
FIELDS = ("api_key",)
OPTIONAL_FIELDS = ()
LIMITS = Limits(per_second=1)


def look(shipments, account, memo, now):
    """Ask nothing."""
    yield from ()
    return {}


def read(response):
    """Everything is news to it."""
    return Outcome.UNREADABLE, (), "not written yet"


def recognise(number):
    """No number is its own."""
    return None


def link(number, locale):
    """Where its page would be."""
    return f"https://acme.example/{number}"
'''


#: An import that should not be, where it would stand, and the contract that it breaks.
WRONG = (
    (
        "carriers/dhl/__init__.py",
        "from encamino.store import base as _base",
        "Arrows only point down, and no room looks into",
    ),
    ("flows/keep.py", "import botocore as _botocore", "Only the store, the channels and the wiring speak to AWS"),
    ("domain/link.py", "import requests as _requests", "The ground stands on the standard library"),
    ("carriers/acme.py", "from encamino.carriers import dhl as _dhl", "No carrier knows another"),
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The house once more, to be built on and broken; with a carrier more, which is one file and one folder."""
    ignored = shutil.ignore_patterns("__pycache__", ".*", "*.pyc", "node_modules", "pictures")
    for folder in ("layers", "templates", "infra", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "layers/encamino/carriers/acme.py").write_text(NEW_CARRIER, encoding="utf-8")
    shutil.copytree(tmp_path / "tests/carriers/dhl", tmp_path / "tests/carriers/acme")
    return tmp_path


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program that sees the copy, and not the house it was copied from."""
    seen = os.pathsep.join((str(copy / "layers"), str(copy)))
    here = {"PYTHONPATH": seen, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath, "COLUMNS": "200"}
    return subprocess.run([sys.executable, *command], cwd=copy, env=here, capture_output=True, text=True, check=False)


def lint(copy: Path) -> subprocess.CompletedProcess[str]:
    """What `make lint` asks about imports."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return run(copy, "-c", program, "--no-cache")


def test_a_new_carrier_is_found_by_registry_and_contract_tests_and_no_list_is_touched(copy: Path) -> None:
    registered = run(copy, "-c", "from encamino.carriers.base import carriers; print(*carriers())")
    collected = run(copy, "-m", "pytest", "tests/carriers", "--collect-only", "-q")

    assert "acme" in registered.stdout.split(), registered.stderr
    for recording in (copy / "tests/carriers/acme").glob("*.json"):
        asked = [line for line in collected.stdout.splitlines() if "acme" in line and recording.stem in line]
        assert asked, f"nobody asks about acme/{recording.name}\n{collected.stdout[-2000:]}{collected.stderr[-2000:]}"


def test_a_new_carrier_without_recordings_does_not_pass(copy: Path) -> None:
    shutil.rmtree(copy / "tests/carriers/acme")

    tested = run(copy, "-m", "pytest", "tests/carriers", "-q", "-k", "acme")

    assert tested.returncode == 1, tested.stdout


def test_a_new_carrier_keeps_every_contract_of_imports(copy: Path) -> None:
    linted = lint(copy)

    assert linted.returncode == 0, linted.stdout


def test_an_import_that_should_not_be_breaks_the_contract_that_forbids_it(copy: Path) -> None:
    for where, line, _ in WRONG:
        module = copy / "layers/encamino" / where
        module.write_text(f"{module.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")

    linted = lint(copy)

    said = linted.stdout.splitlines()
    kept = [contract for _, _, contract in WRONG if not any(contract in row and "BROKEN" in row for row in said)]
    assert (linted.returncode, kept) == (1, []), linted.stdout
