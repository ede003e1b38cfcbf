"""Every headline a page can have, and what fills it. The words themselves are in templates/pages/promise.html.j2."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from encamino.domain.order import Preparation
from encamino.domain.shipment import Reason, Window


class Saying(StrEnum):
    """What is said, not how."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAYMENT_FAILED = "payment_failed"
    RECEIVED = "received"
    AWAITING_STOCK = "awaiting_stock"
    QUEUED = "queued"
    PREPARING = "preparing"
    DIGITAL = "digital"
    UNTRACKED = "untracked"
    REST_TO_COME = "rest_to_come"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    READY_TO_LEAVE = "ready_to_leave"
    ON_ITS_WAY = "on_its_way"
    ARRIVES = "arrives"
    ARRIVES_TODAY = "arrives_today"
    ARRIVES_TOMORROW = "arrives_tomorrow"
    ARRIVES_BETWEEN = "arrives_between"
    WINDOW_TODAY = "window_today"
    WINDOW_TOMORROW = "window_tomorrow"
    LATE = "late"
    OUT_SINCE = "out_since"
    ATTEMPT_FAILED = "attempt_failed"
    NEXT_ATTEMPT = "next_attempt"
    WAITS = "waits"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CUSTOMS = "customs"
    ADDRESS = "address"
    REFUSED = "refused"
    DAMAGED = "damaged"
    LOST = "lost"
    DELAYED = "delayed"
    NOT_COLLECTED = "not_collected"
    TROUBLE = "trouble"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Promise:
    """What to say, and of what. Days are local; `last` closes a span of days; `place` is where it waits."""

    saying: Saying
    day: date | None = None
    last: date | None = None
    window: Window | None = None
    place: str = ""

    @property
    def dated(self) -> bool:
        """Whether somebody stands behind a day to come: only then is there something for a calendar."""
        return self.day is not None and self.saying in _DATED


_DATED = frozenset({
    Saying.ARRIVES, Saying.ARRIVES_TODAY, Saying.ARRIVES_TOMORROW, Saying.ARRIVES_BETWEEN,
    Saying.WINDOW_TODAY, Saying.WINDOW_TOMORROW, Saying.NEXT_ATTEMPT,
})  # fmt: skip

#: Why a shipment stands still; whatever is not here is trouble without a name.
TROUBLES = {
    Reason.CUSTOMS: Saying.CUSTOMS,
    Reason.DOCUMENTS: Saying.CUSTOMS,
    Reason.PAYMENT: Saying.CUSTOMS,
    Reason.ADDRESS: Saying.ADDRESS,
    Reason.REFUSED: Saying.REFUSED,
    Reason.DAMAGED: Saying.DAMAGED,
    Reason.LOST: Saying.LOST,
    Reason.WEATHER: Saying.DELAYED,
    Reason.CARRIER_DELAY: Saying.DELAYED,
    Reason.NOT_COLLECTED: Saying.NOT_COLLECTED,
}
#: How far the preparing got, while nothing travels.
PREPARING = {
    Preparation.AWAITING_STOCK: Saying.AWAITING_STOCK,
    Preparation.ROUTED: Saying.QUEUED,
    Preparation.AWAITING_PREPARATION: Saying.QUEUED,
    Preparation.IN_PREPARATION: Saying.PREPARING,
    Preparation.PART_SHIPPED: Saying.UNTRACKED,
    Preparation.SHIPPED: Saying.UNTRACKED,
}
