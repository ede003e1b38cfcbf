"""Every state a tracking page can be in, for tests, screenshots and whoever wants to see them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.order import WHOLE, Address, Order, OrderKey
from encamino.domain.shipment import (
    Event,
    Label,
    Reason,
    Shipment,
    ShipmentStatus,
    ShippedItem,
    Tracking,
    Window,
)
from tests.builders import NOW, NUMBER, a_pickup_point, a_window, an_item, an_order, some_details

type Told = tuple[timedelta, ShipmentStatus, str, str]

S = ShipmentStatus
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINK = "https://dhl.example/track/"
LISBON = Address("Lucía Ferrer", ("Rua Augusta 12",), "1100-053", "Lisboa", "Lisboa", "PT")
#: A usual way: how long ago, what, where, and what the carrier said of it.
WAY: tuple[Told, ...] = (
    (23 * HOUR, S.INFO_RECEIVED, "", "Shipment information received"),
    (18 * HOUR, S.IN_TRANSIT, "GIRONA, ES", "Picked up"),
    (12 * HOUR, S.IN_TRANSIT, "SANT BOI DE LLOBREGAT, ES", "Arrived at hub"),
    (11 * HOUR, S.IN_TRANSIT, "SANT BOI DE LLOBREGAT, ES", "Departed from hub"),
    (3 * HOUR, S.IN_TRANSIT, "BARCELONA", "Arrived at the delivery base"),
)


def a_way(
    *told: Told,
    id: str = "f1",  # noqa: A002  (it is what the field is called)
    number: str | None = NUMBER,
    reason: Reason | None = None,
    items: tuple[ShippedItem, ...] | None = None,
    now: datetime = NOW,
    registered: timedelta = DAY,
    **answered: Any,
) -> Shipment:
    """A shipment that went this way; `reason` is the reason of its last event."""
    events = tuple(
        Event(
            now - ago, status, f"c{n}", text, seq=n, place=place or None, number=number or "", source="dhl",
            reason=reason if n == len(told) - 1 else None,
        )
        for n, (ago, status, place, text) in enumerate(told)
    )  # fmt: skip
    empty = Tracking("dhl", number or "", link=f"{LINK}{number}" if number else None)
    return Shipment(
        id=id,
        registered_at=now - registered,
        labels=(Label(now - registered, number, "dhl", "DHL"),),
        items=items,
        events=events,
        tracking=replace(empty, events=events, **answered),
        tracked_at=now - timedelta(minutes=12) if number else None,
    )


def _fact(type_: FactType, ago: timedelta, subject: str = "", amount: str | None = None) -> Fact:
    return Fact(type_, NOW - ago, "10428", subject, Decimal(amount) if amount else None)


def _unpaid(**details: Any) -> Order:
    told = some_details(**details)
    return learn(
        Order(OrderKey("casa-lluna", "shopify", "10428")),
        [Fact(FactType.ORDER_PLACED, NOW - DAY, "10428", details=told)],
    )


def _stopped(reason: Reason, text: str) -> Order:
    return an_order(a_way(*WAY, (HOUR, S.EXCEPTION, "BARCELONA", text), reason=reason))


def _tried(reason: Reason, **answered: Any) -> Order:
    tried = ((5 * HOUR, S.OUT_FOR_DELIVERY, "BARCELONA", "Out"), (HOUR, S.ATTEMPT_FAILED, "BARCELONA", "Not delivered"))
    return an_order(a_way(*WAY, *tried, reason=reason, **answered))


def _several() -> Order:
    return an_order(
        a_way(
            *WAY, (2 * HOUR, S.OUT_FOR_DELIVERY, "BARCELONA", "Out"), id="f1",
            items=(ShippedItem("1", 2),), eta_window=_today(),
        ),
        a_way(
            *WAY[:3], (HOUR, S.EXCEPTION, "BARCELONA", "Address incomplete"), id="f2", number="JD014600006281230701",
            items=(ShippedItem("2", 1),), reason=Reason.ADDRESS,
        ),
        a_way(
            *WAY[:3], (HOUR, S.DELIVERED, "BARCELONA", "Delivered"), id="f3", number="JD014600006281230702", items=(),
        ),
    )  # fmt: skip


def _replaced() -> Shipment:
    new = a_way((HOUR, S.IN_TRANSIT, "BARCELONA", "Relabelled"), number="JD014600006281230799", eta=date(2026, 11, 27))
    return replace(new, labels=(Label(NOW - DAY, NUMBER, "dhl", "DHL"), *(replace(b, as_of=NOW) for b in new.labels)))


def _today() -> Window:
    return Window(NOW.replace(hour=9, minute=0), NOW.replace(hour=13, minute=0))


def samples() -> dict[str, Order]:
    """By name; each is one state of one order at NOW."""
    gift = an_item(1, name="Gift card", variant=None, ships=False, quantity=1, image=None)
    out = (2 * HOUR, S.OUT_FOR_DELIVERY, "BARCELONA", "With the courier")
    done = (HOUR, S.DELIVERED, "BARCELONA", "Delivered, signed by FERRER at Carrer de Mallorca 310")
    waiting = (2 * HOUR, S.AVAILABLE_FOR_PICKUP, "BARCELONA", "At the service point")
    begun = ((40 * HOUR, S.IN_TRANSIT, "GIRONA", "Picked up"), (26 * HOUR, S.OUT_FOR_DELIVERY, "BARCELONA", "Out"))
    old: dict[str, Any] = {"placed_at": NOW - 7 * DAY}
    gone = ((5 * DAY, S.IN_TRANSIT, "GIRONA, ES", "Picked up"), (3 * DAY, S.IN_TRANSIT, "ZARAGOZA", "Arrived"))
    return {
        "awaiting_payment": _unpaid(),
        "payment_failed": learn(_unpaid(), [_fact(FactType.ORDER_PAYMENT_FAILED, HOUR)]),
        "paid": an_order(),
        "awaiting_stock": an_order(facts=(_fact(FactType.ORDER_STOCK_AWAITED, DAY),)),
        "in_preparation": an_order(facts=(_fact(FactType.ORDER_PREPARATION_STARTED, DAY),)),
        "untracked": an_order(facts=(_fact(FactType.ORDER_SHIPPED, DAY),)),
        "digital": an_order(items=(gift,)),
        "test_order": an_order(test=True),
        "no_number": an_order(a_way(number=None)),
        "label_only": an_order(a_way(WAY[0])),
        "unscanned": an_order(a_way((3 * DAY, S.INFO_RECEIVED, "", "Told"), registered=3 * DAY), **old),
        "arrives": an_order(a_way(*WAY, eta=date(2026, 11, 27))),
        "arrives_window": an_order(a_way(*WAY, eta_window=a_window(NOW + 2 * DAY))),
        "arrives_tomorrow": an_order(a_way(*WAY, eta_window=a_window())),
        "arrives_between": an_order(a_way(*WAY, eta_window=Window(NOW + 2 * DAY, NOW + 4 * DAY))),
        "no_date": an_order(a_way(*WAY)),
        "silent": an_order(a_way(*gone, registered=6 * DAY), **old),
        "late": an_order(a_way(*WAY, eta=date(2026, 11, 24))),
        "delayed": an_order(
            a_way(*WAY, (HOUR, S.IN_TRANSIT, "", "Snow"), reason=Reason.WEATHER, eta=date(2026, 11, 28))
        ),
        "out_today": an_order(a_way(*WAY, out, eta_window=_today())),
        "out_since": an_order(a_way(*begun, registered=2 * DAY), **old),
        "attempt_failed": _tried(Reason.ABSENT),
        "next_attempt": _tried(Reason.ABSENT, eta=date(2026, 11, 26)),
        "pickup": an_order(a_way(*WAY, waiting, pickup_point=a_pickup_point())),
        "pickup_over": an_order(a_way(*WAY, waiting, pickup_point=replace(a_pickup_point(), until=date(2026, 11, 24)))),
        "delivered": an_order(a_way(*WAY, out, done, signed_by="L. FERRER")),
        "customs": _stopped(Reason.CUSTOMS, "Clearance event"),
        "address": _stopped(Reason.ADDRESS, "Incorrect address"),
        "damaged": _stopped(Reason.DAMAGED, "Damaged"),
        "lost": _stopped(Reason.LOST, "Search started"),
        "trouble": _stopped(Reason.OTHER, "Exception"),
        "returned": an_order(a_way(*WAY, (HOUR, S.RETURNED_TO_SENDER, "GIRONA", "Returned"))),
        "expired": an_order(a_way(*WAY, (HOUR, S.EXPIRED, "", "Archived"))),
        "replaced": an_order(_replaced()),
        "several": _several(),
        "part_delivered": an_order(a_way(*WAY, done, items=(ShippedItem("1", 2),))),
        "cancelled": an_order(facts=(_fact(FactType.ORDER_CANCELLED, DAY),)),
        "refunded": an_order(facts=(_fact(FactType.ORDER_REFUNDED, DAY, WHOLE, "80.40"),)),
        "abroad": an_order(a_way(*WAY, eta=date(2026, 11, 27)), address=LISBON),
    }
