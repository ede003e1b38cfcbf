"""`encamino rehearse`: what customers would have got, from a file of what happened. No cloud."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from encamino.cli.carriers import read_bytes
from encamino.cli.messages import message_json
from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant, read_instant
from encamino.cli.shop_file import read_shop
from encamino.cli.tables import table
from encamino.domain.shop import Shop

if TYPE_CHECKING:
    from encamino.flows.cost import Cost
    from encamino.flows.rehearse import Rehearsed

#: Who plays when no shop file is given: nobody's words, colours or text messages.
_ANYBODY: dict[str, Any] = {
    "shop": "rehearsal", "name": "Rehearsal", "url": "https://shop.example/", "country": "GB", "locale": "en",
    "sender": {"email": "orders@shop.example", "name": "Rehearsal"},
}  # fmt: skip
_CURRENCY = "USD"
_CENT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class _Shown:
    rehearsed: "Rehearsed"
    cost: "Cost"
    prices: dict[str, Decimal]
    with_html: bool


def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="What happened, one event a line.")],
    shop: Annotated[Path | None, typer.Option(help="Shop file; without it a plain English-speaking shop.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            help="Stop then: ISO 8601. Without it, a week after the last event.", parser=read_instant, metavar="TIME"
        ),
    ] = None,
    sms_price: Annotated[
        list[str] | None, typer.Option(help="US dollars for one part of a text, such as ES=0.07; may be repeated.")
    ] = None,
    with_html: Annotated[bool, typer.Option("--with-html", help="The HTML of mails, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What customers would have got, why, and what it would have cost. Pure: no network, no stack."""
    from encamino.cli.compiled import compiled_templates
    from encamino.cli.rehearsal_file import read_history
    from encamino.flows import rehearse as flow
    from encamino.flows.cost import cost

    who = read_shop(read_bytes(shop), str(shop)) if shop else Shop.model_validate(_ANYBODY)
    prices = dict(_price(said) for said in sms_price or ())
    told = read_history(read_bytes(file), str(file))
    with _bar(len(told), shown=not as_json) as noted:
        rehearsed = flow.rehearse(compiled_templates(), who, told, until, noted)
    shown = _Shown(rehearsed, cost(rehearsed.messages, prices), prices, with_html)
    show(shown, as_json, _json, _words)


@contextmanager
def _bar(lines: int, *, shown: bool) -> Iterator[Callable[[], object]]:
    """A bar on a terminal's stderr, gone when it is done."""
    from rich.console import Console
    from rich.progress import Progress

    err = Console(stderr=True)
    with Progress(console=err, transient=True, disable=not (shown and err.is_terminal)) as progress:
        task = progress.add_task("rehearsing", total=lines)
        yield lambda: progress.advance(task)


def _price(said: str) -> tuple[str, Decimal]:
    country, _, price = said.partition("=")
    try:
        amount = Decimal(price)
    except ArithmeticError:
        amount = Decimal("NaN")
    if not (country.isascii() and country.isalpha() and len(country) == len("ES") and amount.is_finite()) or amount < 0:
        raise typer.BadParameter(
            f"{said!r} is no price; write country and US dollars: ES=0.07", param_hint="--sms-price"
        )
    return country.upper(), amount


def _json(shown: _Shown) -> Json:
    told = shown.rehearsed
    return {
        "messages": [
            {**message_json(message, render), **({} if shown.with_html else {"html": None})}
            for message, render in told.messages
        ],
        "why": [
            {
                "order": key.id, "platform": key.platform, "trigger": d.trigger, "channel": d.channel,
                "verdict": d.verdict, "reason": d.reason, "at": instant(d.at),
            }
            for key, d in told.why
        ],
        "cost": _cost_json(shown),
        "unread": [{"line": u.line, "verdict": u.verdict, "reason": u.reason} for u in told.unread],
    }  # fmt: skip


def _cost_json(shown: _Shown) -> Json:
    from encamino.flows.cost import AS_OF, EMAIL_PER_1000, SMS_PER_PART

    cost, orders = shown.cost, shown.rehearsed.orders
    total = cost.mail_price + cost.text_price
    countries: list[Json] = [
        {"country": t.country, "messages": t.messages, "parts": t.parts, "price": _money(t.price)} for t in cost.texts
    ]
    per_part: dict[str, Json] = {c: _money(p) for c, p in sorted({**SMS_PER_PART, **shown.prices}.items())}
    return {
        "orders": orders,
        "email": {"messages": cost.mails, "bytes": cost.mail_bytes, "price": _money(cost.mail_price)},
        "sms": {
            "messages": sum(t.messages for t in cost.texts), "parts": sum(t.parts for t in cost.texts),
            # One country without a price, and nobody knows the sum.
            "price": None if cost.unpriced else _money(cost.text_price), "countries": countries,
        },
        # Of all that has a price; what has none stands beside it.
        "total": _money(total), "per_order": _money(total / orders) if orders else None,
        "unpriced": {"parts": sum(t.parts for t in cost.unpriced), "countries": [t.country for t in cost.unpriced]},
        "prices": {"as_of": AS_OF.isoformat(), "email_per_1000": _money(EMAIL_PER_1000), "sms_per_part": per_part},
    }  # fmt: skip


def _money(amount: Decimal | None) -> Json:
    if amount is None:
        return None
    return {"amount": format(amount.quantize(_CENT).normalize(), "f"), "currency": _CURRENCY}


def _words(shown: _Shown) -> object:
    from rich.console import Group

    told, cost = shown.rehearsed, shown.cost
    counted = Counter((m.key.trigger, m.key.channel, m.status, m.reason) for m, _ in told.messages)
    rows = [(*what, times) for what, times in sorted(counted.items(), key=lambda c: [str(part) for part in c[0]])]
    unread = [(u.line, u.verdict, u.reason) for u in told.unread]
    return Group(
        table(f"messages of {told.orders} orders", ("message", "channel", "status", "why", "times"), rows),
        *([table("told us nothing", ("line", "verdict", "why"), unread)] if unread else []),
        f"{cost.mails} mails: {cost.mail_price:f} USD",
        *(f"{t.messages} texts to {t.country}, {t.parts} parts: {_said(t.price)}" for t in cost.texts),
        "each message with its text, each decision with its reason: --json",
    )


def _said(price: Decimal | None) -> str:
    return "price unknown; give one by --sms-price" if price is None else f"{price:f} USD"
