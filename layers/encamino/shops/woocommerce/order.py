"""WooCommerce's order: all that its state implies.

Sources (read 2026-11): woocommerce.com/document/managing-orders/order-statuses;
woocommerce.github.io/woocommerce-rest-api-docs, Orders; zorem's Advanced Shipment Tracking for the last words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact
from encamino.domain.order import WHOLE, OrderStatus
from encamino.domain.shop import TELLS
from encamino.shops.reading import ID_LENGTH, amount, ident, rows, text
from encamino.shops.woocommerce.details import details, is_collected, is_sent
from encamino.shops.woocommerce.shipments import Journey, shipments
from encamino.shops.woocommerce.told import Told, plain_word
from encamino.shops.woocommerce.tracking import numbers

#: An order's status → what it means; the shop file's `statuses` count before these.
_MEANS: Mapping[str, OrderStatus] = {
    "pending": OrderStatus.AWAITING_PAYMENT,  # received, not paid
    "on-hold": OrderStatus.AWAITING_PAYMENT,  # stock is reduced, the payment is still to be confirmed
    "failed": OrderStatus.AWAITING_PAYMENT,  # the payment failed or was declined
    "processing": OrderStatus.PAID,  # paid, stock is reduced, awaits fulfilment
    "completed": OrderStatus.SHIPPED,  # fulfilled and complete
    "cancelled": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
    # Plugins that came to be everybody's.
    "shipped": OrderStatus.SHIPPED,
    "partial-shipped": OrderStatus.PART_SHIPPED,
    "delivered": OrderStatus.DELIVERED,
    "ready-pickup": OrderStatus.AVAILABLE_FOR_PICKUP,
    "pickup": OrderStatus.DELIVERED,
}
#: Says that a number changed, and the number says so itself.
_SILENT = frozenset({"updated-tracking"})
#: No order yet, or none any more.
_DRAFTS = frozenset({"checkout-draft", "auto-draft", "draft", "trash"})
#: These mean that the money is there, whether or not somebody noted the day.
_PAID = frozenset({"processing", "completed"})
_ON_DELIVERY = "cod"
#: What the order as a whole is told to be, and nothing else has to be asked.
_AS_TOLD = frozenset(
    {
        OrderStatus.CANCELLED,
        OrderStatus.IN_PREPARATION,
        OrderStatus.AWAITING_STOCK,
        OrderStatus.ROUTED,
        OrderStatus.AWAITING_PREPARATION,
    }
)


def order(told: Told, statuses: Mapping[str, OrderStatus]) -> tuple[Fact, ...] | str:
    """The facts, or why there are none. Raises Unreadable."""
    _must_be_order(told)
    if told.status in _DRAFTS:
        return f"an order in status {told.status} is a draft or in the bin"
    meant, as_of = _meaning(told, statuses), told.time("date_modified") or told.time("date_created") or told.sent
    says_when_ready = OrderStatus.AVAILABLE_FOR_PICKUP in statuses.values()
    if says_when_ready and told.status == "completed" and meant is OrderStatus.SHIPPED and is_collected(told.body):
        # A shop that says by another word when it is ready says by this one that it was collected.
        meant = OrderStatus.DELIVERED
    placed = told.time("date_created") or as_of
    sent, gone = is_sent(told.body), told.time("date_completed") or as_of
    said = details(told, placed, as_of, stands=meant is not OrderStatus.CANCELLED)
    facts = [replace(told.fact("order.placed", placed), details=said), *_paid(told, meant, placed, as_of)]
    if told.status == "failed" and meant is OrderStatus.AWAITING_PAYMENT:
        facts.append(told.fact("order.payment_failed", as_of))
    if meant in (OrderStatus.SHIPPED, OrderStatus.DELIVERED) and (sent or _is_numbered(told)):
        facts.append(told.fact("order.shipped", gone))
    elif meant in _AS_TOLD:
        facts.append(told.fact(TELLS[meant], as_of))
    facts += _refunds(told, meant, as_of, said.total.amount if said.total else None)
    return (*facts, *shipments(told, Journey(meant, placed, as_of, gone, travels=sent)))


def unmapped(told: Told, statuses: Mapping[str, OrderStatus]) -> tuple[tuple[str, str], ...]:
    """The order's status when neither we nor the shop file know it."""
    word = told.status
    known = not word or word in _SILENT or word in _DRAFTS or _meaning(told, statuses) is not None
    return () if known else ((word[:ID_LENGTH], "order status; what it means can be said in the shop file, statuses"),)


def _must_be_order(told: Told) -> None:
    code = text(told.body.get("code"))
    if code and "data" in told.body and "status" not in told.body:
        raise Unreadable(
            f"WooCommerce sent an error instead of the order: {code[:ID_LENGTH]}",
            where=told.topic,
            cure="the webhook's user must be one who may see orders; save the webhook again as such a user",
        )
    if "order" in told.body and "status" not in told.body:
        raise Unreadable(
            "an order of the legacy API", where=told.topic, cure="set the webhook's API version to WP REST API v3"
        )
    told.about()
    if not told.status:
        raise Unreadable("an order without a status", where=told.topic)


def _meaning(told: Told, statuses: Mapping[str, OrderStatus]) -> OrderStatus | None:
    own = {plain_word(word): status for word, status in statuses.items()}
    return own.get(told.status) or _MEANS.get(told.status)


def _is_numbered(told: Told) -> bool:
    return bool(numbers(told)) and not is_collected(told.body)


def _paid(told: Told, meant: OrderStatus | None, placed: datetime, as_of: datetime) -> list[Fact]:
    """The payment. Cash on delivery is being processed without one; WooCommerce notes the day once it has come."""
    noted = told.time("date_paid")
    if noted:
        return [told.fact("order.paid", noted)]
    if text(told.body.get("payment_method")).lower() == _ON_DELIVERY:
        waits = told.status == "processing" and meant is OrderStatus.PAID
        return [told.fact("order.preparation_awaited", as_of)] if waits else []
    if told.status in _PAID:
        # Made by an import or by another program: since when is not known, and an old payment must not look new.
        return [told.fact("order.paid", placed)]
    return [told.fact("order.paid", as_of)] if meant is OrderStatus.PAID else []


def _refunds(told: Told, meant: OrderStatus | None, as_of: datetime, total: Decimal | None) -> list[Fact]:
    """What was given back, in negative texts without a day. One of nothing moved goods only: nobody is told of it."""
    facts: list[Fact] = []
    given = Decimal(0)
    for place, row in enumerate(rows(told.body.get("refunds"))):
        back = amount(row.get("total"))
        if back != 0:
            fact = told.fact("order.refunded", as_of, ident(row.get("id")) or f"refund-{place + 1}")
            facts.append(replace(fact, amount=abs(back) if back is not None else None))
            given += abs(back) if back is not None else Decimal(0)
    if meant is OrderStatus.REFUNDED and (total is None or given < total):
        facts.append(told.fact("order.refunded", as_of, WHOLE))
    return facts
