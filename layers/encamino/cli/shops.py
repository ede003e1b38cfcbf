"""`encamino shops`: read a delivery, verify its signature. Pure: no network, no stack."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from encamino.cli.carriers import read_bytes
from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import fact_json, read_instant
from encamino.cli.tables import table
from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact
from encamino.shops.base import Delivery, Translation, platform
from encamino.shops.reading import unwrapped

app = typer.Typer(no_args_is_help=True, help="Shop platforms: read deliveries, verify signatures.")

Headers = Annotated[Path | None, typer.Option(help="The delivery's headers, a JSON object.")]


@app.command("parse")
def parse(
    slug: Annotated[str, typer.Argument(metavar="PLATFORM")],
    file: Path,
    headers: Headers = None,
    as_json: AsJson = False,
) -> None:
    """The facts in a delivery, in a recording `{"headers", "body"}` of one, or in the platform's own answer."""
    adapter = platform(slug)
    body, sent = unwrapped(read_bytes(file), read_headers(headers))
    show(adapter.translate(Delivery(body, sent, datetime.now(UTC)), {}), as_json, _translation_json, _translation_words)


@app.command("verify")
def verify(
    slug: Annotated[str, typer.Argument(metavar="PLATFORM")],
    file: Path,
    headers: Headers = None,
    secret: Annotated[str, typer.Option(help="The secret it should be signed with.")] = "",
    at: Annotated[
        datetime | None,
        typer.Option(help="Pretend it arrived then: ISO 8601, UTC if it has no offset.", parser=read_instant),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Whether a delivery carries a genuine signature."""
    when = at or datetime.now(UTC)
    good = platform(slug).verify(read_bytes(file), read_headers(headers), [secret], when)
    show(good, as_json, lambda v: {"verified": v}, lambda v: "genuine" if v else "not genuine")


def read_headers(file: Path | None) -> dict[str, str]:
    """A JSON object of headers, names in lower case. Raises Unreadable."""
    if file is None:
        return {}
    try:
        said = json.loads(read_bytes(file))
        return {str(name).lower(): str(value) for name, value in said.items()}
    except (ValueError, AttributeError) as err:
        raise Unreadable(
            f"{file} is no JSON object of headers", where=str(file), cure='write {"name": "value"}'
        ) from err


def _translation_json(translation: Translation) -> Json:
    return {
        "verified": None,
        "facts": [fact_json(fact) for fact in translation.facts],
        "ignored": translation.ignored,
    }


def _translation_words(translation: Translation) -> object:
    return translation.ignored or table("facts", ("at", "fact", "order", "about"), [_row(f) for f in translation.facts])


def _row(fact: Fact) -> tuple[object, ...]:
    return fact.at.isoformat(), fact.type, fact.order, fact.subject
