"""`encamino order`: all of one order, and a made-up one through the real door."""

from typing import Annotated

import typer

from encamino import wiring
from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant, order_json
from encamino.cli.simulate import simulate
from encamino.cli.stack import stack
from encamino.cli.tables import table
from encamino.domain.errors import Missing, Refused
from encamino.domain.message import Message
from encamino.domain.order import Order
from encamino.domain.reason import Decision
from encamino.flows.look_up import Told, tell

app = typer.Typer(no_args_is_help=True, help="Orders.")


@app.command("show")
def show_order(
    shop: str,
    order: Annotated[str, typer.Argument(help="The platform's id, or the name the customer sees (# optional).")],
    platform: Annotated[str | None, typer.Option(help="When two platforms know that name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Everything about one order: state, shipments, messages, and why."""
    here = stack()
    here.shop(shop)
    found = [key for key in here.store.orders_named(shop, order) if platform in (None, key.platform)]
    if not found:
        raise Missing(
            f"no order {order!r} in {shop}", where=f"shop {shop}", cure="use the platform's id or the shown name"
        )
    if len(found) > 1:
        names = ", ".join(f"{key.platform} {key.id}" for key in found)
        raise Refused(
            f"{order!r} names {len(found)} orders: {names}", where=f"shop {shop}", cure="use the id, or --platform"
        )
    url = wiring.links(found[0], here.shop(shop)).tracking
    show(tell(here.store, found[0], url), as_json, _json, _words)


@app.command("simulate")
def simulate_order(
    shop: str,
    platform: Annotated[str, typer.Option(help="Whose wire format to speak.")],
    status: Annotated[str, typer.Option(help="Order status to bring about.")],
    as_json: AsJson = False,
) -> None:
    """Send a made-up delivery, signed, through the webhook door."""
    here = stack()
    here.shop(shop)
    sent = simulate(here.api, shop, platform, status)
    show(sent, as_json, lambda s: {"order": s.order, "status": s.status, "http_status": s.http_status, "url": s.url},
         lambda s: f"order {s.order}: HTTP {s.http_status}")  # fmt: skip


def _json(told: Told) -> Json:
    messages: list[Json] = [
        {
            "key": str(m.key), "trigger": m.key.trigger, "channel": m.key.channel, "status": m.status,
            "due": instant(m.due), "sent_at": instant(m.sent_at), "reason": m.reason,
        }
        for m in told.messages
    ]  # fmt: skip
    why: list[Json] = [
        {"trigger": d.trigger, "channel": d.channel, "verdict": d.verdict, "reason": d.reason, "at": instant(d.at)}
        for d in told.why
    ]
    return {**order_json(told.order), "messages": messages, "why": why, "tracking_url": told.tracking_url}


def _words(told: Told) -> object:
    from rich.console import Group

    return Group(
        f"[bold]{told.order.name}[/] {told.order.status} · {told.order.payment} · {told.order.preparation}",
        table("shipments", ("id", "carrier", "number", "status", "reason"), _shipments(told.order)),
        table("messages", ("message", "channel", "status", "due", "sent", "why"), _messages(told.messages)),
        table("why", ("at", "message", "channel", "verdict", "reason"), _why(told.why)),
        told.tracking_url,
    )


def _shipments(order: Order) -> list[tuple[object, ...]]:
    return [(s.id, s.carrier or s.label.carrier_name, s.number, s.status, s.reason) for s in order.shipments]


def _messages(messages: tuple[Message, ...]) -> list[tuple[object, ...]]:
    return [(m.key.trigger, m.key.channel, m.status, instant(m.due), instant(m.sent_at), m.reason) for m in messages]


def _why(why: tuple[Decision, ...]) -> list[tuple[object, ...]]:
    return [(instant(d.at), d.trigger, d.channel, d.verdict, d.reason) for d in why]
