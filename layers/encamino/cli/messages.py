"""`encamino messages`: what was sent, or not, and exactly how."""

from datetime import datetime
from typing import Annotated

import typer

from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant
from encamino.cli.stack import stack
from encamino.cli.tables import table
from encamino.domain.message import Message, MessageStatus, Render
from encamino.store.base import Store

app = typer.Typer(no_args_is_help=True, help="Messages.")

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
    since: Annotated[datetime | None, typer.Option(help="Planned since (UTC).")] = None,
    after: Annotated[str | None, typer.Option(help="Continue after this key.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Messages, newest first."""
    here = stack()
    here.shop(shop)
    found = [
        m
        for m in _of(here.store, shop, order, after, limit)
        if (to is None or m.to == to)
        and (status is None or m.status is status)
        and (since is None or m.planned_at.replace(tzinfo=None) >= since.replace(tzinfo=None))
    ]
    shown = tuple((m, here.store.render(m.key)) for m in found[:limit])
    show(shown, as_json, _json, _words)


def _of(store: Store, shop: str, order: str | None, after: str | None, limit: int) -> tuple[Message, ...]:
    if order is None:
        return store.messages_of_shop(shop, limit, after)
    keys = store.orders_named(shop, order)
    found = sorted((m for key in keys for m in store.messages_of(key)), key=lambda m: m.planned_at, reverse=True)
    names = [str(m.key) for m in found]
    return tuple(found[names.index(after) + 1 :] if after in names else found)


def _json(shown: Shown) -> Json:
    return [
        {
            "key": str(m.key), "trigger": m.key.trigger, "fact": m.fact, "channel": m.key.channel, "to": m.to,
            "locale": m.locale, "status": m.status, "subject": m.subject,
            "html": render.html if render else None, "text": render.text if render else None,
            "headers": dict(render.headers) if render else {},
            "planned_at": instant(m.planned_at), "due": instant(m.due), "sent_at": instant(m.sent_at),
            "opened_at": instant(m.opened_at), "clicked_at": instant(m.clicked_at), "reason": m.reason,
        }
        for m, render in shown
    ]  # fmt: skip


def _words(shown: Shown) -> object:
    rows = [
        (instant(m.planned_at), m.key.trigger, m.key.channel, m.to, m.status, m.subject, m.reason) for m, _ in shown
    ]
    return table("messages", ("planned", "message", "channel", "to", "status", "subject", "why"), rows)
