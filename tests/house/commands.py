"""The commands that documents tell a reader to type, and whether they would be understood."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import typer.main
from typer.core import TyperGroup

ROOT = Path(__file__).parents[2]
#: What a reader has installed, or the README told to install.
OTHERS = frozenset({"sam", "git", "cd", "openssl", "aws", "printf", "cat"})

_FENCE = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


def documents() -> tuple[Path, ...]:
    """Every page that is written for people."""
    return (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))


def commands(text: str) -> Iterator[str]:
    """The commands of a page: every line of its shell blocks, and `make …` or `encamino …` in a sentence."""
    for block in _FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            yield from filter(None, re.split(r"\s(?:\||&&|;)\s", re.sub(r"(^|\s)#.*", "", line).strip()))
    for said in _INLINE.findall(_FENCE.sub("", text)):
        if re.match(r"(make|encamino|\.venv/bin/encamino|python -m) \S", said):
            yield said


def fault(command: str) -> str | None:
    """Why this command would not be understood, None when it would."""
    words = shlex.split(command)
    if words[0] == "make":
        return _of_make(words[1:])
    if words[0] in ("encamino", ".venv/bin/encamino"):
        return _of_encamino(words[1:])
    if words[:2] == ["python", "-m"]:
        return None if is_module(words[2]) else f"no module {words[2]}"
    return None if words[0] in OTHERS else f"{words[0]} is not a command we told anybody to install"


def targets() -> frozenset[str]:
    """What `make` can be asked for: the phony targets of the Makefile."""
    return frozenset(re.findall(r"^\.PHONY: (.*)$", _makefile(), re.MULTILINE)[0].split())


def modules_of_make() -> frozenset[str]:
    """The modules of ours that the Makefile runs."""
    return frozenset(re.findall(r"python -m ((?:tests|infra)\.[\w.]+)", _makefile()))


@cache
def _makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def _of_make(words: list[str]) -> str | None:
    for word in words:
        variable, is_variable, _ = word.partition("=")
        if is_variable and f"$({variable})" not in _makefile():
            return f"the Makefile reads no {variable}"
        if not is_variable and word not in targets():
            return f"the Makefile has no {word}"
    return None


def _of_encamino(words: list[str]) -> str | None:
    """Parses as the command line would, and does nothing."""
    from encamino.cli.app import app  # noqa: PLC0415  (so that a command line that cannot be imported fails where it is asked)

    command, context, rest = typer.main.get_command(app), None, words
    while isinstance(command, TyperGroup):
        context = command.context_class(command, info_name=command.name, parent=context)
        try:
            _, rest, _ = command.make_parser(context).parse_args(args=rest)
        except Exception as err:  # noqa: BLE001  (typer's own errors are private)
            return str(err)
        if not rest:
            return None  # a group by itself shows its help
        found = command.get_command(context, rest[0])
        if found is None:
            return f"encamino has no {' '.join(words)}"
        command, rest = found, rest[1:]
    if not rest:
        return None  # a sentence may name a command without using it
    try:
        command.make_context(command.name, rest, parent=context)
    except Exception as err:  # noqa: BLE001
        return f"{type(err).__name__}: {err}"
    return None


def is_module(name: str) -> bool:
    """Whether `python -m` would find it in this checkout."""
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
