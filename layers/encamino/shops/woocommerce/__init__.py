"""WooCommerce: webhooks of the shop itself, and the REST API's answer about one object.

The door imports this file, which knows signatures and the ping; `translate` fetches the rest. Sources (read 2026-11):
github.com/woocommerce/woocommerce, plugins/woocommerce/includes/class-wc-webhook.php (11.2);
woocommerce.github.io/woocommerce-rest-api-docs, Webhooks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from encamino.shops.base import Delivery, Handshake, Translation, lazily

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from encamino.domain.order import OrderStatus
    from encamino.shops.woocommerce import topics
else:
    topics = lazily("encamino.shops.woocommerce.topics")

NAME = "WooCommerce"
TOPIC, RESOURCE, EVENT = "x-wc-webhook-topic", "x-wc-webhook-resource", "x-wc-webhook-event"
SOURCE = "x-wc-webhook-source"
_SIGNATURE = "x-wc-webhook-signature"
#: The delivery id is kept for people who compare logs. It names a second of a webhook and never a delivery: two orders
#: of one second share it.
HEADERS = frozenset({TOPIC, RESOURCE, EVENT, SOURCE, _SIGNATURE, "x-wc-webhook-id", "x-wc-webhook-delivery-id"})
STATES: Mapping[str, str] = {
    "awaiting_payment": "bank_transfer",
    "paid": "processing",
    "awaiting_preparation": "cash_on_delivery",
    "part_shipped": "partial_shipped",
    "shipped": "completed_with_number",
    "available_for_pickup": "ready_pickup",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "refunded": "refunded_whole",
}

_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
#: What WordPress may have made of a typed secret, and takes back before it signs; other entities it leaves.
_ENTITY = re.compile(r"&(quot|lt|gt|amp|#0*(?:34|38|39|60|62)|#[xX]0*(?:22|26|27));")
_CHARACTERS = {"quot": '"', "lt": "<", "gt": ">", "amp": "&"}


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:  # noqa: ARG001
    """Whether one of the secrets signed these bytes. WooCommerce signs no time, so `now` cannot count."""
    given = headers.get(_SIGNATURE, "").encode(errors="replace")
    # An empty secret signs too, and would let anyone sign; an empty body would make one signature good for ever.
    expected = [_signature(body, secret).encode() for secret in secrets if secret] if body else []
    return any(hmac.compare_digest(one, given) for one in expected)


def sign(body: bytes, secret: str, now: datetime) -> Mapping[str, str]:  # noqa: ARG001
    """The signature header."""
    return {_SIGNATURE: _signature(body, secret)}


def new_secret(random: bytes) -> str | None:
    """A secret to paste, of characters that WordPress leaves alone."""
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def handshake(method: str, headers: Mapping[str, str], query: str, body: bytes) -> Handshake | None:  # noqa: ARG001
    """200, and nothing else will do, for the ping of a new address: a form without topic or signature."""
    ping = method == "POST" and TOPIC not in headers and _PING.fullmatch(body)
    return Handshake(200) if ping else None


def paste(url: str) -> str:
    """What the merchant does in the admin."""
    return (
        "In WooCommerce > Settings > Advanced > Webhooks add one webhook for each of the topics Order created, Order "
        f"updated and Order restored: status Active, delivery URL {url} exactly as it stands here, API version WP REST "
        "API Integration v3, and in all three the same secret, the one that encamino made."
    )


def key(delivery: Delivery) -> str | None:
    """The order's id."""
    return topics.key(delivery)


def translate(delivery: Delivery, statuses: Mapping[str, OrderStatus]) -> Translation:
    """The facts in a delivery. An order tells all that its state implies, whatever the topic: deliveries coalesce."""
    return topics.translate(delivery, statuses)


def _signature(body: bytes, secret: str) -> str:
    digest = hmac.digest(_decoded(secret).encode(errors="surrogatepass"), body, hashlib.sha256)
    return base64.b64encode(digest).decode()


def _decoded(secret: str) -> str:
    """As `wp_specialchars_decode` with ENT_QUOTES does it: in one pass, and only these five characters."""
    return _ENTITY.sub(lambda found: _CHARACTERS.get(found[1]) or _numbered(found[1]), secret)


def _numbered(entity: str) -> str:
    return chr(int(f"0{entity[1:]}", 0) if entity[1] in "xX" else int(entity[1:]))
