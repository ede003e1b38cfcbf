"""`encamino clock`: the business clock of a stack made for trying things out."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from encamino import wiring
from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant
from encamino.cli.stack import Stack, stack
from encamino.cli.travel import Travel, travel_on
from encamino.domain.errors import Refused

app = typer.Typer(no_args_is_help=True, help="The business clock (stacks deployed with TimeTravel=on).")


@app.command("show")
def show_clock(as_json: AsJson = False) -> None:
    """The time by which is planned and sent."""
    here = stack()
    offset = here.store.clock_offset()
    said: Json = {"now": instant(wiring.wall() + offset), "offset_seconds": int(offset.total_seconds())}
    show(said, as_json, lambda s: s, lambda _: f"{instant(wiring.wall() + offset)} ({offset} ahead)")


@app.command("advance")
def advance(by: Annotated[str, typer.Argument(help="Such as 90m, 6h, 15d.")], as_json: AsJson = False) -> None:
    """Move time on from one due thing to the next, letting each happen; returns when nothing is left to do."""
    here = _traveller()
    travel = Travel()
    target = travel_on(here, duration(by), travel)
    said: Json = {"now": instant(target), "steps": travel.steps, "messages": travel.messages}
    show(said, as_json, lambda s: s, lambda _: f"{instant(target)}: {travel.steps} steps, {travel.messages} messages")


@app.command("reset")
def reset(as_json: AsJson = False) -> None:
    """Back to the wall clock."""
    _traveller().store.set_clock_offset(timedelta(0))
    said: Json = {"now": instant(wiring.wall()), "offset_seconds": 0}
    show(said, as_json, lambda s: s, lambda _: "back to the wall clock")


def duration(text: str) -> timedelta:
    """A duration such as 90m, 6h, 15d, 1d12h. Raises Refused."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    if not re.fullmatch(r"(\d{1,6}[smhd])+", text):
        raise Refused(f"{text!r} is no duration", where="clock advance", cure="write 90m, 6h or 15d")
    return timedelta(seconds=sum(int(n) * units[u] for n, u in re.findall(r"(\d+)([smhd])", text)))


def _traveller() -> Stack:
    here = stack()
    if wiring.setting("TIME_TRAVEL") != "on":
        raise Refused(
            "this stack's clock is the wall clock",
            where=f"stack {here.name}",
            cure="deploy a test stack with TimeTravel=on",
        )
    return here
