"""Orders as Shopify tells them, and what their customers must get: written by hand, kind by kind, never derived.

The bodies are written here in the shape that shopify.dev documents (read 2026-11); nobody in them exists.
"""

import base64
import hashlib
import hmac
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from encamino.domain.order import OrderStatus

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Minutes after the shipping, DHL's recordings of one journey, as far apart as they were recorded.
JOURNEY = (
    (0, "announced"), (1210, "in_transit"), (2755, "out_for_delivery"), (3085, "attempt_failed"),
    (3370, "available_for_pickup"), (4375, "delivered"),
)  # fmt: skip
#: After the first delivery: until when everything has happened.
LASTS = timedelta(hours=84)
#: A number is looked up nine times on its last day, more often when looks fail, and DHL answers 250 calls a day.
_NUMBERS = 16
type Message = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One webhook: when the shop first sends it, and what it says."""

    at: datetime
    topic: str
    body: bytes


@dataclass(frozen=True, slots=True)
class History:
    """One order. `expected`: each (message, channel) and how often."""

    id: int
    told: tuple[Told, ...]
    status: OrderStatus
    expected: Mapping[Message, int]
    #: Tracking number to when its journey begins.
    numbers: Mapping[str, datetime] = field(default_factory=dict)


def histories(count: int, start: datetime, seed: int, within: timedelta = 30 * MINUTE) -> list[History]:
    """So many orders, of every kind by turns, begun within that time. DHL is asked about no more than it allows."""
    chance, numbers = random.Random(seed), 0
    made = list[History]()
    for n in range(count):
        order = _Order(10**9 + n, start + timedelta(seconds=chance.randrange(int(within.total_seconds()))))
        history = _KINDS[n % len(_KINDS)](order)
        numbers += len(history.numbers)
        made.append(history if numbers <= _NUMBERS else _told_for_want_of_calls(order, history))
    return made


def travelling(count: int, start: datetime) -> list[History]:
    """So many orders that DHL brings in one parcel each."""
    return [_delivered(_Order(10**9 + n, start + timedelta(seconds=n))) for n in range(count)]


def _told_for_want_of_calls(order: "_Order", history: "History") -> "History":
    return _delivered_as_the_shop_tells(order) if history.numbers else history


def deliveries(history: History, copies: int, chance: random.Random) -> Iterator[tuple[datetime, Told]]:
    """Each webhook so many times: first when it happens, in any order among its neighbours, then at any later time."""
    for told in history.told:
        yield told.at + timedelta(seconds=chance.randrange(240)), told
        for _ in range(copies - 1):
            yield told.at + timedelta(minutes=chance.randrange(72 * 60)), told


def headers(told: Told, secret: str) -> dict[str, str]:
    """Shopify's, signed."""
    signature = base64.b64encode(hmac.digest(secret.encode(), told.body, hashlib.sha256)).decode()
    return {
        "x-shopify-topic": told.topic,
        "x-shopify-hmac-sha256": signature,
        "x-shopify-shop-domain": "encamino-demo.myshopify.com",
        "content-type": "application/json",
    }


@dataclass(frozen=True, slots=True)
class _Order:
    id: int
    start: datetime

    def order(self, topic: str, after: timedelta, **more: Any) -> Told:
        stamp = _iso(self.start + after)
        said = {
            "id": self.id, "name": f"#{self.id}", "email": f"lucia-{self.id}@cliente.example", "phone": "+34612345678",
            "test": False, "created_at": _iso(self.start), "processed_at": _iso(self.start), "updated_at": stamp,
            "cancelled_at": None, "customer_locale": "es", "currency": "EUR", "presentment_currency": "EUR",
            "total_price": "36.00", "financial_status": "paid", "fulfillment_status": None, "fulfillments": [],
            "refunds": [],
            "line_items": [{"id": 1, "title": "Tassa Mar", "name": "Tassa Mar", "quantity": 2, "current_quantity": 2,
                            "price": "18.00", "requires_shipping": True}],
            "shipping_address": {"first_name": "Lucía", "last_name": "Ferrer", "name": "Lucía Ferrer",
                                 "address1": "Carrer Verdi 12", "zip": "08012", "city": "Barcelona",
                                 "country_code": "ES"},
            "customer": {"first_name": "Lucía", "last_name": "Ferrer"},
        } | more  # fmt: skip
        return Told(self.start + after, topic, json.dumps(said, ensure_ascii=False).encode())

    def fulfilment(
        self, number: str | None, after: timedelta, which: int = 1, quantity: int = 2, company: str = "DHL"
    ) -> dict[str, Any]:
        stamp = _iso(self.start + after)
        return {
            "id": self.id * 10 + which, "order_id": self.id, "status": "success",
            "created_at": _iso(self.start + 3 * HOUR + which * MINUTE), "updated_at": stamp,
            "tracking_company": company, "tracking_number": number, "tracking_numbers": [number] if number else [],
            "shipment_status": None, "line_items": [{"id": 1, "quantity": quantity}],
        }  # fmt: skip

    def fulfilled(self, after: timedelta, *fulfilments: dict[str, Any], topic: str = "orders/fulfilled") -> Told:
        return self.order(topic, after, fulfillment_status="fulfilled", fulfillments=list(fulfilments))

    def event(self, status: str, after: timedelta) -> Told:
        """What the carrier's app at the shop tells of a fulfilment."""
        stamp = _iso(self.start + after)
        said = {
            "id": self.id * 100 + len(status), "fulfillment_id": self.id * 10 + 1, "order_id": self.id,
            "status": status, "message": None, "happened_at": stamp, "created_at": stamp, "updated_at": stamp,
            "city": None, "country": None,
        }  # fmt: skip
        return Told(self.start + after, "fulfillment_events/create", json.dumps(said).encode())

    def number(self, which: int = 1) -> str:
        return f"JJD{self.id:016d}{which}"

    def begun(self) -> tuple[Told, Told]:
        """Placed, and a moment later paid."""
        return (
            self.order("orders/create", timedelta(), financial_status="pending"),
            self.order("orders/paid", MINUTE),
        )


def _delivered(order: _Order) -> History:
    at = 3 * HOUR
    parcel = order.fulfilment(order.number(), at)
    told = (
        *order.begun(), order.fulfilled(at, parcel),
        Told(order.start + at, "fulfillments/create", json.dumps(parcel).encode()),
    )  # fmt: skip
    expected = {**_CONFIRMED, **_SHIPPED, **_journey(1)}
    return History(order.id, told, OrderStatus.DELIVERED, expected, {order.number(): order.start + at})


def _delivered_as_the_shop_tells(order: _Order) -> History:
    parcel = order.fulfilment("PONS1", 3 * HOUR, company=_NO_CARRIER_OF_OURS)
    told = (
        *order.begun(), order.fulfilled(3 * HOUR, parcel),
        order.event("out_for_delivery", 24 * HOUR), order.event("delivered", 30 * HOUR),
    )  # fmt: skip
    expected = {**_CONFIRMED, **_SHIPPED, ("out_for_delivery", "email"): 1, ("out_for_delivery", "sms"): 1,
                ("delivered", "email"): 1}  # fmt: skip
    return History(order.id, told, OrderStatus.DELIVERED, expected)


def _journey(shipments: int) -> Mapping[Message, int]:
    """What JOURNEY makes of so many shipments."""
    mails = ("out_for_delivery", "attempt_failed", "ready_to_collect", "delivered")
    return {("out_for_delivery", "sms"): shipments, **{(name, "email"): shipments for name in mails}}


def _two_shipments(order: _Order) -> History:
    at = 3 * HOUR
    first = order.fulfilment(order.number(1), at, 1, 1)
    second = order.fulfilment(order.number(2), at + 2 * MINUTE, 2, 1)
    told = (
        *order.begun(),
        order.order("orders/partially_fulfilled", at + MINUTE, fulfillment_status="partial", fulfillments=[first]),
        order.fulfilled(at + 2 * MINUTE, first, second),
    )
    expected = {**_CONFIRMED, **_SHIPPED, ("part_shipped", "email"): 1, **_journey(2)}
    journeys = {order.number(which): order.start + at for which in (1, 2)}
    return History(order.id, told, OrderStatus.DELIVERED, expected, journeys)


def _number_comes_late(order: _Order) -> History:
    at, company = 3 * HOUR + 40 * MINUTE, _NO_CARRIER_OF_OURS
    bare = order.fulfilment(None, 3 * HOUR, company=company)
    numbered = order.fulfilment("PONS2", at, company=company)
    told = (
        *order.begun(), order.fulfilled(3 * HOUR, bare), order.fulfilled(at, numbered, topic="orders/updated"),
    )  # fmt: skip
    return History(order.id, told, OrderStatus.SHIPPED, {**_CONFIRMED, **_SHIPPED})


def _number_never_comes(order: _Order) -> History:
    told = (*order.begun(), order.fulfilled(3 * HOUR, order.fulfilment(None, 3 * HOUR)))
    return History(order.id, told, OrderStatus.SHIPPED, {**_CONFIRMED, **_SHIPPED})


def _cancelled(order: _Order) -> History:
    # Long after any confirmation is out: held back, in doubt and held back again, one of 3,000 took two hours.
    after = 5 * HOUR
    cancelled = {"cancelled_at": _iso(order.start + after), "cancel_reason": "customer"}
    told = (*order.begun(), order.order("orders/cancelled", after, **cancelled))
    return History(order.id, told, OrderStatus.CANCELLED, {**_CONFIRMED, ("cancelled", "email"): 1})


def _never_paid(order: _Order) -> History:
    told = (
        order.order("orders/create", timedelta(), financial_status="pending"),
        order.order("orders/updated", HOUR, financial_status="pending", note="Gift"),
    )
    return History(order.id, told, OrderStatus.AWAITING_PAYMENT, {})


def _a_test(order: _Order) -> History:
    told = (order.order("orders/paid", MINUTE, test=True),)
    return History(order.id, told, OrderStatus.PAID, {})


#: A courier whom nobody asks: what becomes of his shipments only the shop tells.
_NO_CARRIER_OF_OURS = "Missatgeria Pons"
_CONFIRMED: Mapping[Message, int] = {("order_confirmed", "email"): 1}
_SHIPPED: Mapping[Message, int] = {("shipped", "email"): 1}
_KINDS: tuple[Callable[[_Order], History], ...] = (
    _delivered, _number_comes_late, _cancelled, _delivered_as_the_shop_tells, _number_never_comes, _never_paid,
    _delivered_as_the_shop_tells, _a_test, _number_comes_late, _two_shipments, _delivered_as_the_shop_tells, _cancelled,
)  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def got(messages: Counter[Message], expected: Mapping[Message, int]) -> tuple[Counter[Message], Counter[Message]]:
    """What is missing and what is too many."""
    wanted = Counter(expected)
    return wanted - messages, messages - wanted
