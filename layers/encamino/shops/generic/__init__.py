"""The door for whatever posts JSON itself: a shop of one's own, an OMS, an ERP. Signed as Standard Webhooks describe.

The door imports this file, which knows signatures; `translate` fetches the rest. Source (read 2026-11):
github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, version 1.0.0.
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
    from encamino.shops.generic import telling
else:
    telling = lazily("encamino.shops.generic.telling")

NAME = "Generic (any shop, OMS or ERP)"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
HEADERS = frozenset({ID, TIMESTAMP, SIGNATURE})
STATES: Mapping[str, str] = {
    "awaiting_payment": "order_placed",
    "paid": "order_paid",
    "awaiting_stock": "stock_awaited",
    "routed": "routed",
    "awaiting_preparation": "preparation_awaited",
    "in_preparation": "in_preparation",
    "part_shipped": "part_shipped",
    "shipped": "shipped",
    "available_for_pickup": "available_for_pickup",
    "delivered": "delivered",
    "returned": "returned",
    "cancelled": "cancelled",
    "refunded": "refunded",
}

#: Seconds that the sender's clock and ours may differ, either way; the scheme's own libraries allow as much.
TOLERANCE = 300
_LONGEST_TIMESTAMP = 12
_PREFIX = "whsec_"


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets signed id, time and bytes, and did so now."""
    id_, sent = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    # The signed text is joined by full stops: with one inside the id it could be taken apart in more than one way.
    if not id_ or "." in id_ or not (sent.isascii() and sent.isdigit() and len(sent) <= _LONGEST_TIMESTAMP):
        return False
    if abs(now.timestamp() - int(sent)) > TOLERANCE:
        return False
    given = [entry.encode(errors="replace") for entry in headers.get(SIGNATURE, "").split()]
    expected = [_signature(id_, sent, body, key) for secret in secrets for key in _keys(secret)]
    return any(hmac.compare_digest(one, other) for one in expected for other in given)


def sign(body: bytes, secret: str, now: datetime) -> Mapping[str, str]:
    """The three headers. One body has one id, as a delivery that is tried again has."""
    id_, sent = f"msg_{hashlib.sha256(body).hexdigest()[:32]}", str(int(now.timestamp()))
    key = (*_keys(secret), secret.encode(errors="surrogatepass"))[0]
    return {ID: id_, TIMESTAMP: sent, SIGNATURE: _signature(id_, sent, body, key).decode()}


def new_secret(random: bytes) -> str | None:
    """Ours to choose: the sender's library takes it as it is."""
    return _PREFIX + base64.b64encode(random).decode()


def handshake(method: str, headers: Mapping[str, str], query: str, body: bytes) -> Handshake | None:  # noqa: ARG001
    """200 to those who look whether the address is there before they save it: the same for every shop, there or not."""
    return Handshake(200) if method in ("GET", "HEAD") else None


def paste(url: str) -> str:
    """What the merchant's developer does."""
    return (
        f"POST your orders as JSON to {url}, signed as Standard Webhooks describe (docs/merchant/generic.md). "
        "The secret was shown when the shop was made; for a new one: encamino shop secret SHOP generic"
    )


def key(delivery: Delivery) -> str | None:
    """The order's id."""
    return telling.key(delivery)


def translate(delivery: Delivery, statuses: Mapping[str, OrderStatus]) -> Translation:
    """The facts in a document: what happened, and all that the order in it implies."""
    return telling.translate(delivery, statuses)


def _signature(id_: str, sent: str, body: bytes, key: bytes) -> bytes:
    signed = f"{id_}.{sent}.".encode(errors="surrogatepass") + body
    return b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))


def _keys(secret: str) -> tuple[bytes, ...]:
    """The bytes that a secret may stand for.

    After `whsec_` it is base64, and nothing else. Without it some libraries decode base64 too and some take the text
    as it is; both need the secret to sign. An empty one would let anyone.
    """
    try:
        decoded = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        decoded = b""
    plain = b"" if secret.startswith(_PREFIX) else secret.encode(errors="surrogatepass")
    return tuple(key for key in (decoded, plain) if key)
