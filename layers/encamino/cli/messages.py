"""`encamino messages`: what was sent, or not, and exactly how."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice, takewhile
from typing import Annotated

import typer

from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant, read_instant
from encamino.cli.stack import stack
from encamino.cli.tables import table
from encamino.domain.errors import Missing
from encamino.domain.message import Message, MessageKey, MessageStatus, Render
from encamino.store.base import Store

app = typer.Typer(no_args_is_help=True, help="Messages.")

#: How many messages are looked through at a time.
PAGE = 200

type Shown = tuple[tuple[Message, Render | None], ...]


@app.callback()
def _group() -> None:
    """Messages."""


@app.command("list")
def list_messages(
    shop: Annotated[str, typer.Option()],
    order: Annotated[str | None, typer.Option(help="Platform's id or shown name.")] = None,
    to: Annotated[str | None, typer.Option(help="Address it went to.")] = None,
    status: Annotated[MessageStatus | None, typer.Option()] = None,
    since: Annotated[
        datetime | None,
        typer.Option(help="Planned since: ISO 8601, UTC if it has no offset.", parser=read_instant, metavar="TIME"),
    ] = None,
    after: Annotated[str | None, typer.Option(help="Continue after this key.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Messages, newest first."""
    here = stack()
    here.shop(shop)
    if after is not None:
        _known(here.store, shop, after)
    every = _of_shop(here.store, shop, after) if order is None else _of_order(here.store, shop, order, after)
    found = (
        m
        for m in takewhile(lambda m: since is None or m.planned_at >= since, every)
        if (to is None or m.to == to) and (status is None or m.status is status)
    )
    shown = tuple((m, here.store.render(m.key)) for m in islice(found, limit))
    show(shown, as_json, _json, _words)


def _known(store: Store, shop: str, after: str) -> None:
    """Raises Missing when this is no key of the shop's messages."""
    key = MessageKey.parse(after)
    if key.order.shop != shop or store.message(key) is None:
        raise Missing("no such message", where=after[:40], cure="start again without --after")


def _of_shop(store: Store, shop: str, after: str | None) -> Iterator[Message]:
    """A shop's messages, newest first, as far down as somebody reads."""
    while True:
        page = store.messages_of_shop(shop, PAGE, after)
        yield from page
        if len(page) < PAGE:
            return
        after = str(page[-1].key)


def _of_order(store: Store, shop: str, order: str, after: str | None) -> list[Message]:
    """The messages of every order of that name, newest first."""
    keys = store.orders_named(shop, order)
    found = sorted((m for key in keys for m in store.messages_of(key)), key=lambda m: m.planned_at, reverse=True)
    names = [str(m.key) for m in found]
    if after is None:
        return found
    if after not in names:
        raise Missing(f"no such message of order {order!r}", where=after[:40], cure="start again without --after")
    return found[names.index(after) + 1 :]


def message_json(message: Message, render: Render | None) -> dict[str, Json]:
    """One message as it is published; what was sent is null once its render has expired."""
    m = message
    return {
        "key": str(m.key), "trigger": m.key.trigger, "fact": m.fact, "channel": m.key.channel, "to": m.to,
        "locale": m.locale, "status": m.status, "subject": m.subject,
        "html": render.html if render else None, "text": render.text if render else None,
        "headers": dict(render.headers) if render else {},
        "planned_at": instant(m.planned_at), "due": instant(m.due), "sent_at": instant(m.sent_at),
        "opened_at": instant(m.opened_at), "clicked_at": instant(m.clicked_at), "reason": m.reason,
    }  # fmt: skip


def _json(shown: Shown) -> Json:
    return [message_json(message, render) for message, render in shown]


def _words(shown: Shown) -> object:
    rows = [
        (instant(m.planned_at), m.key.trigger, m.key.channel, m.to, m.status, m.subject, m.reason) for m, _ in shown
    ]
    return table("messages", ("planned", "message", "channel", "to", "status", "subject", "why"), rows)
