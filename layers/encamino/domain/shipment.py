"""A shipment: what shop and carriers said of it, and the status that follows.

Status is a function of the set of events, never of the order in which they reached us.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ShipmentStatus(StrEnum):
    """The field's terms. The last two are said of events only and bear no status."""

    PENDING = "pending"
    INFO_RECEIVED = "info_received"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNED_TO_SENDER = "returned_to_sender"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    INFO = "info"


#: Ends that dominate: nothing later but the other end takes them back.
ENDS = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED_TO_SENDER})
#: Said of events only; they change nothing.
SILENT = frozenset({ShipmentStatus.UNKNOWN, ShipmentStatus.INFO})
#: A carrier need not be asked again.
TERMINAL = ENDS | {ShipmentStatus.EXPIRED}


class Reason(StrEnum):
    """Why an exception, a failed attempt or a delay."""

    CUSTOMS = "customs"
    ADDRESS = "address"
    PAYMENT = "payment"
    REFUSED = "refused"
    DAMAGED = "damaged"
    LOST = "lost"
    WEATHER = "weather"
    CARRIER_DELAY = "carrier_delay"
    ABSENT = "absent"
    CLOSED = "closed"
    NOT_COLLECTED = "not_collected"
    DOCUMENTS = "documents"
    CANCELLED = "cancelled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a shipment. `local` is the vendor's own text of the time, `time` ours in UTC."""

    time: datetime
    status: ShipmentStatus
    raw_code: str
    text: str
    local: str = ""
    tz: str | None = None
    #: No offset came with the time: the vendor's usual zone was taken.
    tz_assumed: bool = False
    reason: Reason | None = None
    place: str | None = None
    #: Place in the answer, oldest first: the tie-break at equal times.
    seq: int = 0
    #: The tracking number it was said of; empty when the shop said it of the shipment itself.
    number: str = ""
    #: Carrier slug or shop platform.
    source: str = ""
    #: A platform's word for the present state, not a scan: its time is when it was told, the earliest counts.
    stated: bool = False

    @property
    def identity(self) -> tuple[str, str, datetime | None, str, str, str, str | None]:
        """Two events with one identity are one event told twice."""
        if self.stated:
            return (self.source, self.number, None, self.status, self.raw_code, "", None)
        return (self.source, self.number, self.time, self.status, self.raw_code, self.text, self.place)


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when, both UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """Where a shipment waits to be collected. `until` is the last local day."""

    name: str = ""
    address: str = ""
    hours: tuple[str, ...] = ()
    code: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a carrier answered about one number. `eta`: local date or UTC instant."""

    carrier: str
    number: str
    events: tuple[Event, ...] = ()
    eta: date | datetime | None = None
    eta_window: Window | None = None
    signed_by: str | None = None
    pickup_point: PickupPoint | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """The number a shop gave to a shipment, as of when. A later one replaces it."""

    as_of: datetime
    number: str | None = None
    #: Our slug, when the carrier was recognised.
    carrier: str | None = None
    #: The shop's own words.
    carrier_name: str | None = None
    link: str | None = None
    #: The whole list of numbers it came from, when the shop gave a list.
    siblings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShippedItem:
    """How many of an order's item travel in a shipment."""

    item: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """All that is known of one shipment. Merge by `merged`, ask by the properties."""

    id: str
    registered_at: datetime
    labels: tuple[Label, ...] = ()
    #: None: nobody told what travels in it.
    items: tuple[ShippedItem, ...] | None = None
    events: tuple[Event, ...] = ()
    #: The newest answer of the carrier and when it was given; carries ETA, pick-up point, signature.
    tracking: Tracking | None = None
    tracked_at: datetime | None = None
    #: The shop's newest list of numbers no longer has it; `merging.settled` says so of what all labels say.
    dropped: bool = False

    @property
    def label(self) -> Label:
        """The label that counts: the latest that has a number, else the latest."""
        if not self.labels:
            return Label(self.registered_at)
        return max([label for label in self.labels if label.number] or self.labels, key=label_order)

    @property
    def number(self) -> str | None:
        """The tracking number that counts today."""
        return self.label.number

    @property
    def carrier(self) -> str | None:
        """Our slug of the carrier, None when it was not recognised."""
        return self.label.carrier

    @property
    def old_numbers(self) -> tuple[str, ...]:
        """Numbers this shipment had before, oldest first."""
        seen = dict.fromkeys(label.number for label in sorted(self.labels, key=label_order) if label.number)
        return tuple(number for number in seen if number != self.number)

    @property
    def bearing(self) -> Event | None:
        """The event that gives the shipment its status."""
        numbers = ("", self.number)
        return bearing(event for event in self.events if event.number in numbers)

    @property
    def status(self) -> ShipmentStatus:
        """Where the shipment stands."""
        if self.dropped:
            return ShipmentStatus.EXCEPTION
        event = self.bearing
        return event.status if event else ShipmentStatus.PENDING

    @property
    def reason(self) -> Reason | None:
        """Why, with an exception, a failed attempt or a delay."""
        if self.dropped:
            return Reason.CANCELLED
        event = self.bearing
        return event.reason if event else None

    @property
    def current_tracking(self) -> Tracking | None:
        """The newest answer, if it is about the number that counts."""
        tracking = self.tracking
        return tracking if tracking and _plain(tracking.number) == _plain(self.number or "") else None

    @property
    def eta(self) -> date | datetime | None:
        """The carrier's expected delivery, None once the shipment has ended."""
        tracking = self.current_tracking
        return None if tracking is None or self.status in TERMINAL else tracking.eta

    @property
    def eta_window(self) -> Window | None:
        """The carrier's delivery window, None once the shipment has ended."""
        tracking = self.current_tracking
        return None if tracking is None or self.status in TERMINAL else tracking.eta_window

    @property
    def pickup_point(self) -> PickupPoint | None:
        """Where it waits or waited, as the carrier said last."""
        return self.current_tracking.pickup_point if self.current_tracking else None

    @property
    def signed_by(self) -> str | None:
        """Who took it, as the carrier said last."""
        return self.current_tracking.signed_by if self.current_tracking else None

    @property
    def link(self) -> str | None:
        """The carrier's page of it: the carrier's own word, else the shop's."""
        return (self.current_tracking.link if self.current_tracking else None) or self.label.link

    @property
    def cancelled(self) -> bool:
        """The shop took the shipment back before it travelled."""
        return self.dropped or _cancelled(self.bearing)

    @property
    def called_off_at(self) -> datetime | None:
        """When the shop took it back, goods and all; None when it did not, or only corrected its numbers."""
        event = None if self.dropped else self.bearing
        return event.time if event and _cancelled(event) else None


def bearing(events: Iterable[Event]) -> Event | None:
    """The event that gives the status: the latest that bears one; an end gives way only to the other end."""
    telling = [event for event in events if event.status not in SILENT]
    ends = [event for event in telling if event.status in ENDS]
    told = ends or telling
    if len(told) < 2:  # noqa: PLR2004
        return told[0] if told else None
    # The time decides nearly always; all that decides between equals is put together for those only.
    latest = max(event.time for event in told)
    return max((event for event in told if event.time == latest), key=event_order)


def _cancelled(event: Event | None) -> bool:
    return event is not None and event.status is ShipmentStatus.EXCEPTION and event.reason is Reason.CANCELLED


def label_order(label: Label) -> tuple[datetime, str, str, str, str, tuple[str, ...]]:
    """Oldest first; at equal times anything that is the same wherever it is sorted."""
    name = label.carrier_name or ""
    return (label.as_of, label.number or "", label.carrier or "", label.link or "", name, label.siblings)


def event_order(event: Event) -> tuple[datetime, int, str, str, tuple[str | bool, ...]]:
    """Oldest first; at equal times the place in the answer, then anything that is the same wherever it is sorted."""
    rest = (event.number, event.source, event.place or "", event.reason or "", event.local, event.tz or "")
    said = event.raw_code + event.text
    return (event.time, event.seq, event.status, said, (*rest, event.tz_assumed, event.stated))


def _plain(number: str) -> str:
    return "".join(number.split()).upper()
