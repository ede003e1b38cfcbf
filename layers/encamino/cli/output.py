"""What a command prints: one JSON value, or words for a person. Errors go to stderr with their cure."""

import json
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from encamino.domain.errors import EncaminoError, Misconfigured, Missing, Refused

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None

USAGE, NOT_FOUND, REFUSED, OTHER = 2, 3, 4, 1
console = Console()


def show[T](value: T, as_json: bool, to_json: Callable[[T], object], in_words: Callable[[T], object]) -> None:
    """Print a result: exactly one JSON value, or words."""
    if as_json:
        sys.stdout.write(json.dumps(to_json(value), ensure_ascii=False) + "\n")
    else:
        console.print(in_words(value))


def fail(err: EncaminoError | Misconfigured, *, as_json: bool) -> int:
    """Say what went wrong, where, and the cure. Returns the exit code."""
    code = err.code if isinstance(err, EncaminoError) else "misconfigured"
    return complain(code, err.message, err.where, err.cure, as_json=as_json, exit_code=_exit_code(err))


def complain(code: str, message: str, where: str, cure: str, *, as_json: bool, exit_code: int) -> int:
    """One error on stderr, as JSON or in words."""
    if as_json:
        said = {"error": code, "message": message, "where": where, "cure": cure}
        sys.stderr.write(json.dumps(said, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(
            f"{message}" + (f"\n  where: {where}" if where else "") + (f"\n  cure:  {cure}" if cure else "") + "\n"
        )
    return exit_code


def _exit_code(err: EncaminoError | Misconfigured) -> int:
    if isinstance(err, Missing):
        return NOT_FOUND
    return REFUSED if isinstance(err, Refused) else OTHER
