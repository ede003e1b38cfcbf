"""`encamino replay`: what a shop told is told again."""

import re
from datetime import datetime
from typing import Annotated

import typer

from encamino import wiring
from encamino.cli.clock import duration
from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant, read_instant
from encamino.cli.stack import Stack, stack
from encamino.flows.replay import Retelling
from encamino.flows.replay import replay as tell_again


def read_since(text: str | datetime) -> datetime:
    """An instant, a date, or how long ago: 90m, 4h, 2d. Raises ValueError."""
    if isinstance(text, str) and re.fullmatch(r"(\d{1,6}[smhd])+", text):
        return wiring.wall() - duration(text)
    return read_instant(text)


def replay(
    shop: str,
    since: Annotated[
        datetime,
        typer.Option(help="Received since: ISO 8601, or 4h, 2d ago.", parser=read_since, metavar="TIME"),
    ],
    as_json: AsJson = False,
) -> None:
    """Tell again what a shop delivered since then: what was understood changes nothing, what was not is worked."""
    here = stack()
    here.shop(shop)
    told = tell_again(retelling(here), shop, since)
    said: Json = {"replayed": told.deliveries, "orders": told.orders, "since": instant(since)}
    words = f"{told.deliveries} deliveries about {told.orders} orders told again, received since {instant(since)}"
    show(said, as_json, lambda s: s, lambda _: words)


def retelling(here: Stack) -> Retelling:
    """The inbox of a stack, as its webhook door has it."""
    keeper = wiring.doorkeeper()
    return Retelling(here.store, keeper.enqueue, keeper.put_aside)
