"""When something is not as it should be: which card explains what happened, what is being done, and what one can do."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from encamino.domain.shipment import Reason, Shipment, ShipmentStatus
from encamino.pages.promise import of_shipment, scanned, silent_since
from encamino.pages.sayings import Saying


class Trouble(StrEnum):
    """Every card there is. The words are in templates/pages/trouble.html.j2."""

    ABSENT = "absent"
    CLOSED = "closed"
    ATTEMPT = "attempt"
    ADDRESS = "address"
    REFUSED = "refused"
    CUSTOMS = "customs"
    DAMAGED = "damaged"
    LOST = "lost"
    WEATHER = "weather"
    DELAYED = "delayed"
    NOT_COLLECTED = "not_collected"
    OTHER = "other"
    OVERDUE_AT_POINT = "overdue_at_point"
    RETURNED = "returned"
    EXPIRED = "expired"
    LATE = "late"
    OUT_SINCE = "out_since"
    UNSCANNED = "unscanned"
    SILENT = "silent"
    CANCELLED = "cancelled"


_BY_REASON = {
    Reason.ABSENT: Trouble.ABSENT,
    Reason.CLOSED: Trouble.CLOSED,
    Reason.ADDRESS: Trouble.ADDRESS,
    Reason.REFUSED: Trouble.REFUSED,
    Reason.CUSTOMS: Trouble.CUSTOMS,
    Reason.DOCUMENTS: Trouble.CUSTOMS,
    Reason.PAYMENT: Trouble.CUSTOMS,
    Reason.DAMAGED: Trouble.DAMAGED,
    Reason.LOST: Trouble.LOST,
    Reason.WEATHER: Trouble.WEATHER,
    Reason.CARRIER_DELAY: Trouble.DELAYED,
    Reason.NOT_COLLECTED: Trouble.NOT_COLLECTED,
}
_BY_STATUS = {
    ShipmentStatus.ATTEMPT_FAILED: Trouble.ATTEMPT,
    ShipmentStatus.EXCEPTION: Trouble.OTHER,
    ShipmentStatus.RETURNED_TO_SENDER: Trouble.RETURNED,
    ShipmentStatus.EXPIRED: Trouble.EXPIRED,
}
#: At these a reason only tells how it came about.
_ENDED = frozenset({ShipmentStatus.RETURNED_TO_SENDER, ShipmentStatus.EXPIRED})


def trouble_of(shipment: Shipment, now: datetime, zone: ZoneInfo, *, cancelled: bool = False) -> Trouble | None:
    """The one card that a shipment needs today, None when all is well. `cancelled`: nobody waits for it any more."""
    status, reason = shipment.status, shipment.reason
    if status is ShipmentStatus.DELIVERED:
        return None
    if cancelled:
        back = status is ShipmentStatus.RETURNED_TO_SENDER
        return Trouble.CANCELLED if scanned(shipment) and not back else None
    if status is ShipmentStatus.AVAILABLE_FOR_PICKUP:
        point = shipment.pickup_point
        over = point is not None and point.until is not None and point.until < now.astimezone(zone).date()
        return Trouble.OVERDUE_AT_POINT if over else None
    if reason in _BY_REASON and status not in _ENDED:
        # Cash that was missing at the door has nothing to do with customs.
        unpaid_at_door = reason is Reason.PAYMENT and status is ShipmentStatus.ATTEMPT_FAILED
        return Trouble.ATTEMPT if unpaid_at_door else _BY_REASON[reason]
    return _BY_STATUS.get(status) or _by_clock(shipment, now, zone)


def _by_clock(shipment: Shipment, now: datetime, zone: ZoneInfo) -> Trouble | None:
    saying = of_shipment(shipment, now, zone).saying
    if saying in {Saying.LATE, Saying.OUT_SINCE}:
        return Trouble(saying.value)
    if silent_since(shipment, now):
        # Without a number there is nobody to hear from.
        return Trouble.SILENT if scanned(shipment) else Trouble.UNSCANNED if shipment.number else None
    return None
