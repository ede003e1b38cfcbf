"""The house stands as it was drawn: doors are thin, rooms have names, and only some may look outside.

Every rule names those who break it.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOORS = sorted(ROOT.glob("functions/*.py"))
PACKAGE = sorted(ROOT.glob("layers/encamino/**/*.py"))
MODULES = [*DOORS, *PACKAGE, *sorted(ROOT.glob("infra/**/*.py")), *sorted(ROOT.glob("templates/*.py"))]
TESTS = sorted(ROOT.glob("tests/**/*.py"))
#: A thing without a name has no room.
NO_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"})
#: What a door may ask for besides the standard library.
BEHIND_A_DOOR = ("encamino.doors", "encamino.wiring", "encamino.flows", "encamino.domain", "encamino.channels.feedback")
READ_THE_ENVIRONMENT = ("layers/encamino/wiring.py",)
SPEAK_TO_AWS = ("layers/encamino/wiring.py", "layers/encamino/store/", "layers/encamino/channels/")
MOCKS = frozenset({"unittest.mock", "mock", "pytest_mock"})
#: Registries of packages, spelled so that this file does not name them.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("proxy", "golang", "org"),
    )
)


def test_a_door_has_at_most_thirty_lines() -> None:
    assert {name(door): lines(door) for door in DOORS if lines(door) > 30} == {}


def test_a_door_has_one_public_name_and_does_nothing_at_import() -> None:
    made = {name(door): _made(door) for door in DOORS}

    assert {door: names for door, names in made.items() if names != ["handler"]} == {}


def test_a_door_opens_to_the_hall_only() -> None:
    asked = {(name(door), module) for door in DOORS for module in imports(door)}
    outside = {(door, module) for door, module in asked if module.split(".")[0] not in sys.stdlib_module_names}

    assert {(door, module) for door, module in outside if not module.startswith(BEHIND_A_DOOR)} == set()


def test_a_module_has_at_most_300_lines() -> None:
    assert {name(module): lines(module) for module in MODULES if lines(module) > 300} == {}


def test_a_module_says_what_it_is_for() -> None:
    assert [name(module) for module in MODULES if not ast.get_docstring(tree(module))] == []


def test_a_module_is_called_what_it_is() -> None:
    assert [name(module) for module in (*MODULES, *TESTS) if NO_NAMES & set(re.split(r"[/_.]", name(module)))] == []


def test_no_code_is_mapped_twice() -> None:
    rooms = ("layers/encamino/shops/", "layers/encamino/carriers/")
    twice = [found for module in PACKAGE if name(module).startswith(rooms) for found in _keys_said_twice(module)]

    assert twice == []


def test_only_the_wiring_and_the_command_line_read_the_environment() -> None:
    readers = [name(module) for module in (*DOORS, *PACKAGE) if _reads_environment(module)]

    assert [reader for reader in readers if reader not in READ_THE_ENVIRONMENT] == []


def test_only_the_wiring_the_store_and_the_channels_speak_to_aws() -> None:
    speakers = [name(module) for module in (*DOORS, *PACKAGE) if {"boto3", "botocore"} & set(_tops(imports(module)))]

    assert [speaker for speaker in speakers if not speaker.startswith(SPEAK_TO_AWS)] == []


def test_a_fake_is_a_small_class_and_never_a_mock() -> None:
    """A fake that has its Protocol's type breaks when the Protocol changes; a mock goes on nodding."""
    arguments = {(name(test), n.arg) for test in TESTS for n in ast.walk(tree(test)) if isinstance(n, ast.arg)}

    assert [test for test, argument in arguments if argument == "mocker"] == []
    assert [name(test) for test in TESTS if MOCKS & set(imports(test))] == []


def test_no_file_names_a_registry() -> None:
    """Whoever installs decides where from: a mirror, a cache, or no network at all."""
    named = [(name(file), host) for file in tracked() for host in REGISTRIES if host.encode() in file.read_bytes()]

    assert named == []


def test_every_room_has_a_place_in_the_contract_of_imports() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.importlinter]")[2]
    inside = (ROOT / "layers/encamino").iterdir()
    rooms = {path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").is_file()} - {"__init__"}

    assert {room for room in rooms if not re.search(rf"\bencamino\.{room}\b", contract)} == set()


def test_no_door_opens_to_another() -> None:
    """Each is shipped alone."""
    doors = {door.stem for door in DOORS}

    assert [(name(door), module) for door in DOORS for module in imports(door) if module in doors] == []


def name(path: Path) -> str:
    """A path as one would type it."""
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(module: Path) -> Iterator[str]:
    """Every module a file asks for, wherever in the file it does."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module in ("encamino", "unittest"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def tracked() -> Iterator[Path]:
    """What git keeps, and what it would keep."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    yield from (ROOT / path for path in listed.split("\0") if path and (ROOT / path).is_file())


def _tops(modules: Iterable[str]) -> Iterator[str]:
    yield from (module.split(".")[0] for module in modules)


def _made(door: Path) -> list[str]:
    quiet = (ast.Import, ast.ImportFrom)
    loud = [n for n in tree(door).body if not isinstance(n, quiet) and not _is_docstring(n)]
    return [n.name if isinstance(n, ast.FunctionDef) else f"line {n.lineno}" for n in loud]


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _keys_said_twice(module: Path) -> Iterator[str]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Dict):
            keys = Counter(ast.unparse(key) for key in node.keys if key is not None)
            yield from (f"{name(module)}:{node.lineno}: {key}" for key, count in keys.items() if count > 1)


def _reads_environment(module: Path) -> bool:
    words = ("environ", "getenv")
    return any(
        (isinstance(n, ast.Attribute) and n.attr in words and isinstance(n.value, ast.Name) and n.value.id == "os")
        or (isinstance(n, ast.ImportFrom) and n.module == "os" and any(a.name in words for a in n.names))
        for n in ast.walk(tree(module))
    )
