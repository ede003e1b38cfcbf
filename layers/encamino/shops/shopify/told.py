"""A delivery of Shopify, read: its topic, its object, its order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from encamino.shops.base import Delivery
from encamino.shops.reading import Table, Webhook, at, document, flag, ident, instant, text
from encamino.shops.shopify import FAMILIES

#: The admin's "send test notification"; the second id is what JavaScript leaves of the first.
_SAMPLE_ORDERS = frozenset({"820982911946154508", "820982911946154500"})
_SAMPLE_EMAIL = "jon@example.com"
_ORDER_IDS = (("order_id",), ("order", "id"), ("order_edit", "order_id"), ("fulfillment_order", "order_id"))
_EMAILS = (("email",), ("contact_email",), ("customer", "email"))
#: The words before the slash of a topic, where the slash became an underscore.
_GROUPS = ("fulfillment_orders", "fulfillment_events", "fulfillments", "draft_orders", "orders", "refunds")
#: Without a topic it is an answer of the Admin API: wrapped in the object's name, or known by a field of its own.
_WRAPPED = {"order": "orders/updated", "fulfillment": "fulfillments/update", "refund": "refunds/create"}
_BARE = {
    "financial_status": "orders/updated",
    "order_edit": "orders/edited",
    "fulfillment_id": "fulfillment_events/create",
    "tracking_numbers": "fulfillments/update",
    "refund_line_items": "refunds/create",
}


@dataclass(frozen=True)
class Told(Webhook):
    """What was delivered. `sent`: when, by Shopify's clock if it says so."""

    sent: datetime
    test: bool
    shop_domain: str | None

    def time(self, *names: str) -> datetime:
        """The first of these that is a time. A bad date must not lose the order: at worst, when it was sent."""
        return next((found for name in names if (found := instant(self.body.get(name)))), self.sent)


def read(delivery: Delivery) -> Told:
    """The delivery. Raises Unreadable."""
    body = document(delivery.body)
    topic = _header(delivery, "topic").lower()
    if not topic:
        topic, body = _recognised(body)
    elif "/" not in topic:
        # Some libraries spell topics as GraphQL does: ORDERS_CREATE.
        group = next((group for group in _GROUPS if topic.startswith(f"{group}_")), "")
        topic = f"{group}/{topic.removeprefix(f'{group}_')}" if group else topic
    own = body.get("id") if topic.startswith("orders/") else None
    ids = map(ident, (*(at(body, *path) for path in _ORDER_IDS), own, _header(delivery, "order-id")))
    order = next((found.rpartition("/")[2] for found in ids if found), None)
    test = flag(_header(delivery, "test")) or flag(body.get("test")) or order in _SAMPLE_ORDERS
    return Told(
        topic=topic,
        body=body,
        order=order,
        sent=instant(_header(delivery, "triggered-at")) or delivery.received_at,
        test=test or any(text(at(body, *path)).lower() == _SAMPLE_EMAIL for path in _EMAILS),
        shop_domain=_header(delivery, "shop-domain") or None,
    )


def _recognised(body: Table) -> tuple[str, Table]:
    for name, topic in _WRAPPED.items():
        inner = body.get(name)
        if isinstance(inner, dict) and "id" in inner and "id" not in body:
            return topic, inner
    return next((topic for field, topic in _BARE.items() if field in body), ""), body


def _header(delivery: Delivery, name: str) -> str:
    return next((said for family in FAMILIES if (said := delivery.headers.get(family + name, "").strip())), "")
