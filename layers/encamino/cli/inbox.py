"""`encamino inbox`: what needs a person, and the way back for it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from encamino import wiring
from encamino.cli.output import AsJson, Json, show
from encamino.cli.replay import retelling
from encamino.cli.shapes import instant
from encamino.cli.stack import Stack, queues, stack
from encamino.cli.tables import table
from encamino.flows.letters import Box, Dead, dead_letters
from encamino.flows.replay import retell_unread
from encamino.store.base import RawDelivery
from encamino.store.letters import Trouble
from encamino.store.queues import Queue

app = typer.Typer(no_args_is_help=True, help="Deliveries and dead letters that need a person.")

#: Queues by logical id; what was given up lies in the one of that name and `Dead`. What the stream could not publish
#: is about no shop: the doctor counts it.
BOXES = ("Inbox", "Look", "Send", "Feedback")
_UNTOLD, _LOOK = "no reason was left: the worker died or ran out of time", "see its log"


@app.callback()
def _group() -> None:
    """Deliveries and dead letters."""


@app.command("list")
def list_inbox(
    shop: str,
    redrive: Annotated[bool, typer.Option("--redrive", help="Have them worked again, once the cause is gone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Dead letters of a shop, and authentic deliveries that could not be read or are about no order; newest last."""
    here = stack()
    here.shop(shop)
    boxes = _boxes(here)
    kept = here.store.deliveries(shop, None)
    # One after the other would be a second each.
    with ThreadPoolExecutor() as pool:
        dead = [one for some in pool.map(lambda b: dead_letters(b, shop, redrive=redrive), boxes) for one in some]
    told = retell_unread(retelling(here), shop) if redrive else frozenset()
    why = here.store.troubles([one.letter.id for one in dead])
    rows = [*(_of_delivery(one, told) for one in kept), *(_of_letter(one, why, redrive) for one in dead)]
    show(rows, as_json, lambda r: r, _words)


def _boxes(here: Stack) -> list[Box]:
    """The queues of the stack that have a place for dead letters."""
    found, sqs = queues(here), wiring.client("sqs")
    there = [name for name in BOXES if name in found and f"{name}Dead" in found]
    return [Box(name.lower(), Queue(sqs, found[f"{name}Dead"]), Queue(sqs, found[name])) for name in there]


def _of_delivery(kept: RawDelivery, told: frozenset[str]) -> dict[str, Json]:
    return {
        "kind": "malformed" if kept.trouble else "ignored", "queue": None, "id": kept.hash, "hash": kept.hash,
        "platform": kept.platform, "order": None, "message": None,
        "received_at": instant(kept.received_at), "failed_at": None, "tries": None,
        "trouble": kept.trouble, "cure": None, "bytes": len(kept.body), "redriven": kept.hash in told,
    }  # fmt: skip


def _of_letter(dead: Dead, why: Mapping[str, Trouble], redriven: bool) -> dict[str, Json]:
    letter, about, trouble = dead.letter, dead.about, why.get(dead.letter.id)
    return {
        "kind": "dead", "queue": dead.queue, "id": letter.id, "hash": None,
        "platform": about.platform, "order": about.order, "message": about.message,
        "received_at": instant(letter.since), "failed_at": instant(trouble.at) if trouble else None,
        "tries": trouble.tries if trouble else None,
        "trouble": trouble.said if trouble else _UNTOLD, "cure": (trouble.cure or None) if trouble else _LOOK,
        "bytes": len(letter.text.encode()), "redriven": redriven,
    }  # fmt: skip


def _words(rows: list[dict[str, Json]]) -> object:
    title = "inbox, to be worked again" if any(row["redriven"] for row in rows) else "inbox"
    return table(title, ("since", "what", "platform", "order", "tries", "why", "cure"), [_cells(row) for row in rows])


def _cells(row: dict[str, Json]) -> tuple[Json, ...]:
    what = f"dead in {row['queue']}" if row["queue"] else row["kind"]
    return (row["received_at"], what, *(row[name] for name in ("platform", "order", "tries", "trouble", "cure")))
