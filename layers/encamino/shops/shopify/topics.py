"""What each topic of Shopify tells.

Sources (read 2026-11): shopify.dev/docs/api/webhooks,
shopify.dev/docs/api/admin-graphql/latest/enums/FulfillmentHoldReason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact
from encamino.domain.order import OrderStatus
from encamino.shops.base import Delivery, Translation
from encamino.shops.reading import at, instant, rows, text
from encamino.shops.shopify.fulfilment import fulfilment_alone, fulfilment_event, unmapped
from encamino.shops.shopify.order import order, refunds
from encamino.shops.shopify.told import Told, read

_ORDERS = frozenset({"create", "paid", "updated", "cancelled", "partially_fulfilled", "fulfilled"})
#: What became of a fulfilment order → what that says of the order.
_STEPS = {
    "order_routing_complete": "order.routed",
    "placed_on_hold": "order.stock_awaited",
    "hold_released": "order.preparation_awaited",
    "ready_to_fulfill": "order.preparation_awaited",
    "scheduled_fulfillment_order_ready": "order.preparation_awaited",
    "fulfillment_request_accepted": "order.preparation_started",
    "fulfillment_processing": "order.preparation_started",
    "progress_reported": "order.preparation_started",
}


def key(delivery: Delivery) -> str | None:
    """The order's id, None when the delivery names none or cannot be read."""
    try:
        return read(delivery).order
    except Unreadable:
        return None


def translate(delivery: Delivery, statuses: Mapping[str, OrderStatus]) -> Translation:
    """The facts in a delivery, or why there are none."""
    told = read(delivery)
    group, _, step = told.topic.partition("/")
    if group == "orders" and step in _ORDERS:
        answer: tuple[Fact, ...] | str = order(told, statuses)
    else:
        teller = _step if group == "fulfillment_orders" and step in _STEPS else _TELLERS.get(told.topic, _unused)
        answer = teller(told)
    ignored, facts = (answer, ()) if isinstance(answer, str) else (None, answer)
    return Translation(facts, ignored, told.test, told.shop_domain, unmapped(told))


def _edited(told: Told) -> tuple[Fact, ...]:
    # The order itself comes in an `orders/updated` of its own.
    return (told.fact("order.edited", instant(at(told.body, "order_edit", "created_at")) or told.sent),)


def _refund(told: Told) -> tuple[Fact, ...] | str:
    told.about()
    return refunds(told, [told.body]) or "refund that gave no money back"


def _step(told: Told) -> tuple[Fact, ...] | str:
    """A step of a fulfilment order. The body names no order (recorded 2024-10); a header does at times."""
    step = told.topic.partition("/")[2]
    if told.order is None:
        return f"topic {told.topic} names no order"
    if not isinstance(told.body.get("fulfillment_order"), dict):
        # Topic and order stand in headers that nobody signed: over another body they would say anything.
        return f"topic {told.topic} over something else than a fulfillment order"
    # The list may be empty again by the time it is sent; then the hold that was made stands beside it.
    made, held = told.body.get("created_fulfillment_hold"), at(told.body, "fulfillment_order", "fulfillment_holds")
    reasons = {text(hold.get("reason")).lower() for hold in (*rows(made), *rows(held))}
    if step == "placed_on_hold" and "inventory_out_of_stock" not in reasons:
        return "fulfillment order on hold for another reason than stock"
    return (told.fact(_STEPS[step], told.sent),)


def _unused(told: Told) -> str:
    return f"topic {told.topic or '(none)'} is not used"


_TELLERS: dict[str, Callable[[Told], tuple[Fact, ...] | str]] = {
    "orders/edited": _edited,
    "fulfillments/create": fulfilment_alone,
    "fulfillments/update": fulfilment_alone,
    "fulfillment_events/create": fulfilment_event,
    "refunds/create": _refund,
}
