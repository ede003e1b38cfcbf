"""`encamino carriers`: read an answer, recognise a number, list what no table knows."""

import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from encamino.carriers.base import Outcome, Pushing, Recognition, Response, carrier, pushing
from encamino.carriers.reading import plain
from encamino.carriers.recognise import recognise
from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant
from encamino.cli.stack import stack
from encamino.cli.tables import table
from encamino.domain.errors import Missing, Unreadable
from encamino.domain.shape import tracking_json
from encamino.domain.shipment import Tracking
from encamino.store.base import Unmapped

app = typer.Typer(no_args_is_help=True, help="Carriers: read answers, recognise numbers.")

#: Unicode's blanks, dashes, and what has no width.
_BETWEEN = frozenset({"Zs", "Pd", "Cc", "Cf"})

type Read = tuple[Outcome, tuple[Tracking, ...]]


@app.command("parse")
def parse(
    slug: str,
    file: Annotated[Path, typer.Argument(help="The carrier's answer, as it came.")],
    number: Annotated[str | None, typer.Option(help="Keep this number only.")] = None,
    http_status: Annotated[int, typer.Option("--http-status")] = 200,
    push: Annotated[bool, typer.Option("--push", help="A pushed message instead of an answer.")] = False,
    as_json: AsJson = False,
) -> None:
    """What a carrier's answer says. Pure: no network, no stack."""
    body, caller = read_bytes(file), pushing(slug) if push else None
    outcome, tracked = _pushed(caller, body) if caller else carrier(slug).read(Response(http_status, body))[:2]
    kept = tuple(t for t in tracked if number is None or _same(t.number, number))
    if number is not None and tracked and not kept:
        outcome = Outcome.NOT_FOUND
    show((outcome, kept), as_json, _read_json, _read_words)


@app.command("recognise")
def recognise_number(number: str, as_json: AsJson = False) -> None:
    """Which carriers a number could be of, best first."""
    show(recognise(number), as_json, _recognised_json, _recognised_words)


@app.command("unmapped")
def unmapped(as_json: AsJson = False) -> None:
    """Codes that carriers sent and no table knows."""
    show(stack().store.unmapped(), as_json, _unmapped_json, _unmapped_words)


def read_bytes(file: Path) -> bytes:
    """A file's bytes. Raises Missing."""
    try:
        return file.read_bytes()
    except OSError as err:
        raise Missing(f"cannot read {file}", where=str(file), cure="give the path of a file") from err


def _pushed(caller: Pushing, body: bytes) -> Read:
    """What a push says, as if it had been asked for."""
    try:
        told = caller.read_push(body)
    except Unreadable:
        return Outcome.UNREADABLE, ()
    tracked = tuple(one.seen.tracking for one in told if one.seen.tracking)
    otherwise = told[0].seen.outcome if told else Outcome.NOT_FOUND
    return Outcome.FOUND if tracked else otherwise, tracked


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(number: str) -> str:
    """A number as it is compared, whatever blanks and dashes it was copied with."""
    return plain("".join(char for char in number if unicodedata.category(char) not in _BETWEEN))


def _read_json(read: Read) -> Json:
    return {"outcome": read[0], "shipments": [tracking_json(t) for t in read[1]]}


def _read_words(read: Read) -> object:
    rows = [(t.number, e.time.isoformat(), e.status, e.raw_code, e.text) for t in read[1] for e in t.events]
    return table(f"{read[0]}", ("number", "time", "status", "code", "the carrier's words"), rows)


def _recognised_json(found: tuple[Recognition, ...]) -> Json:
    return [{"carrier": r.carrier, "confidence": r.confidence, "check": r.check} for r in found]


def _recognised_words(found: tuple[Recognition, ...]) -> object:
    return table(
        "could be", ("carrier", "confidence", "check digit"), [(r.carrier, r.confidence, r.check) for r in found]
    )


def _unmapped_json(codes: tuple[Unmapped, ...]) -> Json:
    return [
        {
            "carrier": u.carrier, "code": u.code, "text": u.text, "count": u.count,
            "first_at": instant(u.first_at), "last_at": instant(u.last_at), "number": u.number,
        }
        for u in codes
    ]  # fmt: skip


def _unmapped_words(codes: tuple[Unmapped, ...]) -> object:
    rows = [(u.carrier, u.code, u.text, u.count, u.last_at.date()) for u in codes]
    return table("not mapped", ("carrier", "code", "text", "seen", "last"), rows)
