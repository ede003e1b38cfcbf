"""Shopify: webhooks made in the admin or by an app, and the Admin API's answer about one object.

The door imports this file, which knows signatures; `translate` fetches the rest. Sources (read 2026-11):
shopify.dev/docs/apps/build/webhooks/{verify-deliveries,delivery-structure}, shopify.dev/docs/api/webhooks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from encamino.shops.base import Delivery, Handshake, Translation, lazily

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from encamino.domain.order import OrderStatus
    from encamino.shops.shopify import topics
else:
    topics = lazily("encamino.shops.shopify.topics")

NAME = "Shopify"
#: The Events of 2026 dropped the `x-` of the classic webhooks; one delivery may carry both.
FAMILIES = ("shopify-", "x-shopify-")
_ABOUT = ("topic", "order-id", "shop-domain", "api-version", "webhook-id", "event-id", "triggered-at", "test")
HEADERS = frozenset(family + name for family in FAMILIES for name in (*_ABOUT, "hmac-sha256"))
STATES: Mapping[str, str] = {
    "awaiting_payment": "order_created",
    "paid": "order_paid",
    "awaiting_stock": "stock_awaited",
    "routed": "routed",
    "awaiting_preparation": "preparation_awaited",
    "in_preparation": "in_preparation",
    "part_shipped": "part_shipped",
    "shipped": "fulfilled_with_number",
    "available_for_pickup": "available_for_pickup",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "refunded": "refunded_whole",
}


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:  # noqa: ARG001
    """Whether one of the secrets signed these bytes. Shopify signs no time, so `now` cannot count."""
    given = [headers.get(f"{family}hmac-sha256", "").encode(errors="replace") for family in FAMILIES]
    # An empty secret would let anyone sign, an empty body would make one signature good for ever.
    expected = [_signature(body, secret).encode() for secret in secrets if secret] if body else []
    return any(hmac.compare_digest(one, other) for one in expected for other in given)


def sign(body: bytes, secret: str, now: datetime) -> Mapping[str, str]:  # noqa: ARG001
    """The signature header."""
    return {"x-shopify-hmac-sha256": _signature(body, secret)}


def new_secret(random: bytes) -> str | None:  # noqa: ARG001
    """None: Shopify makes the secret and shows it below the list of webhooks."""
    return None


def handshake(method: str, headers: Mapping[str, str], query: str, body: bytes) -> Handshake | None:  # noqa: ARG001
    """None: Shopify asks for nothing before it delivers."""
    return None


def paste(url: str) -> str:
    """What the merchant does in the admin."""
    return (
        f"In Settings > Notifications > Webhooks create a JSON webhook to {url} for each of: order creation, payment, "
        "update, edit, cancellation and fulfillment, fulfillment creation and update, refund creation. "
        "Give us the signing secret shown below the list: encamino shop secret SHOP shopify --value -"
    )


def key(delivery: Delivery) -> str | None:
    """The order's id."""
    return topics.key(delivery)


def translate(delivery: Delivery, statuses: Mapping[str, OrderStatus]) -> Translation:
    """The facts in a delivery. An order tells all that its state implies, whatever the topic: deliveries get lost."""
    return topics.translate(delivery, statuses)


def _signature(body: bytes, secret: str) -> str:
    digest = hmac.digest(secret.encode(errors="surrogatepass"), body, hashlib.sha256)
    return base64.b64encode(digest).decode()
