"""What each topic of WooCommerce tells.

There is none for paid, cancelled, shipped or refunded: the order's own state tells those, by whatever topic it comes.
Sources (read 2026-11): github.com/woocommerce/woocommerce, plugins/woocommerce/includes/class-wc-webhook.php,
wc-webhook-functions.php.
"""

from __future__ import annotations

from collections.abc import Mapping

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact
from encamino.domain.order import OrderStatus
from encamino.shops.base import Delivery, Translation
from encamino.shops.woocommerce.order import order, unmapped
from encamino.shops.woocommerce.shipments import fulfillments
from encamino.shops.woocommerce.told import FULFILLMENT, HOOKS, Told, read

_ORDERS = frozenset({"order.created", "order.updated", "order.restored"})


def key(delivery: Delivery) -> str | None:
    """The order's id, None when the delivery names none or cannot be read."""
    try:
        return read(delivery).order
    except Unreadable:
        return None


def translate(delivery: Delivery, statuses: Mapping[str, OrderStatus]) -> Translation:
    """The facts in a delivery, or why there are none."""
    told = read(delivery)
    unknown: tuple[tuple[str, str], ...] = ()
    answer: tuple[Fact, ...] | str
    if told.topic in _ORDERS:
        answer, unknown = order(told, statuses), unmapped(told, statuses)
    elif told.topic == FULFILLMENT:
        answer = fulfillments(told)
    elif told.topic in HOOKS:
        # It brings an id and no more; what became of the order comes in an `order.updated` of its own.
        answer = (told.fact("order.changed", told.sent),)
    else:
        answer = _unused(told)
    ignored, facts = (answer, ()) if isinstance(answer, str) else (None, answer)
    test = any(fact.details is not None and fact.details.test for fact in facts)
    return Translation(facts, ignored, test, told.shop_domain, unknown)


def _unused(told: Told) -> str:
    if told.topic == "order.deleted":
        # In the bin or gone for good, also drafts that WooCommerce itself sweeps out: none of it is a cancellation.
        return "a deleted order tells its id and nothing more"
    return f"topic {told.topic or '(none)'} is not used"
