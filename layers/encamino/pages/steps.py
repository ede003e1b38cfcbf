"""The four steps from order to door, each with its day once it is known."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from encamino.domain.fact import FactType
from encamino.domain.order import Order, Payment, Preparation
from encamino.domain.shipment import SILENT, Shipment, ShipmentStatus
from encamino.pages.promise import scanned
from encamino.pages.sayings import Promise


class Progress(StrEnum):
    """How far a step is."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `word` picks the words in templates/pages/steps.html.j2."""

    word: str
    progress: Progress
    day: date | None = None


#: Statuses after the carrier took it, and what the third step is called then.
_THIRD = {
    ShipmentStatus.OUT_FOR_DELIVERY: "out_for_delivery",
    ShipmentStatus.ATTEMPT_FAILED: "attempted",
    ShipmentStatus.EXCEPTION: "stopped",
}
#: A bar that ends at the door would lie here.
_NO_DOOR = frozenset({ShipmentStatus.RETURNED_TO_SENDER, ShipmentStatus.EXPIRED})


def steps(order: Order, shipment: Shipment | None, promise: Promise, zone: ZoneInfo) -> tuple[Step, ...]:
    """The steps of an order led by this shipment; none where the way ends elsewhere."""
    if shipment and shipment.status in _NO_DOOR:
        return ()
    at, words = _position(order, shipment)
    days = _days(order, shipment, promise, zone)
    return tuple(
        Step(word, _progress(n, at), days[n] if n <= at or n == _LAST else None) for n, word in enumerate(words)
    )


_LAST = 3


def _progress(n: int, at: int) -> Progress:
    if n == at:
        return Progress.NOW
    return Progress.DONE if n < at else Progress.NEXT


def _position(order: Order, shipment: Shipment | None) -> tuple[int, tuple[str, str, str, str]]:
    """Which step it is at, and the words of all four."""
    paid = order.payment is not Payment.AWAITING and order.payment is not Payment.FAILED
    first = "confirmed" if paid else "placed"
    if shipment is None:
        if order.preparation is Preparation.NONE:
            return 0, (first, "prepared", "on_its_way", "delivered")
        if order.preparation in {Preparation.SHIPPED, Preparation.PART_SHIPPED}:
            return 2, (first, "prepared", "on_its_way", "delivered")
        return 1, (first, "preparing", "on_its_way", "delivered")
    if not scanned(shipment):
        return 1, (first, "prepared", "on_its_way", "delivered")
    if shipment.status is ShipmentStatus.DELIVERED:
        return 3, (first, "prepared", "on_its_way", "delivered")
    if shipment.status is ShipmentStatus.AVAILABLE_FOR_PICKUP:
        return 3, (first, "prepared", "on_its_way", "at_point")
    return 2, (first, "prepared", _THIRD.get(shipment.status, "on_its_way"), "delivered")


def _days(order: Order, shipment: Shipment | None, promise: Promise, zone: ZoneInfo) -> tuple[date | None, ...]:
    placed = order.placed_at
    if shipment is None:
        return (_local(placed, zone), None, _first(order, FactType.ORDER_SHIPPED, zone), None)
    moved = [e.time for e in shipment.events if e.status not in SILENT and e.status not in _UNMOVED]
    began = min(moved, default=None)
    ended = shipment.bearing.time if shipment.bearing and shipment.status in _AT_DOOR else None
    arrival = _local(ended, zone) if ended else promise.day if promise.dated and promise.last is None else None
    # A shop may register a shipment after the carrier has taken it.
    ready = min((m for m in (shipment.registered_at, began) if m), default=None)
    return (_local(placed, zone), _local(ready, zone), _local(began, zone), arrival)


_UNMOVED = frozenset({ShipmentStatus.PENDING, ShipmentStatus.INFO_RECEIVED})
_AT_DOOR = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.AVAILABLE_FOR_PICKUP})


def _first(order: Order, fact: FactType, zone: ZoneInfo) -> date | None:
    return _local(min((m.first for m in order.told(fact)), default=None), zone)


def _local(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
