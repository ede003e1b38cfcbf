"""The promise: the one sentence a customer came for. It names a day only while somebody stands behind that day."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from encamino.domain.fact import FactType
from encamino.domain.order import Order, OrderStatus, Payment, Preparation
from encamino.domain.shipment import Reason, Shipment, ShipmentStatus, Window
from encamino.pages.sayings import PREPARING, TROUBLES, Promise, Saying

#: A carrier that says nothing for so long has gone silent.
SILENCE = timedelta(hours=48)
_DAY = timedelta(days=1)
#: Silence means nothing here: it has ended, or it is somebody else's turn.
_AT_REST = frozenset({
    ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED_TO_SENDER, ShipmentStatus.EXPIRED,
    ShipmentStatus.AVAILABLE_FOR_PICKUP,
})  # fmt: skip


def of_order(order: Order, zone: ZoneInfo) -> Promise | None:
    """The promise of the order itself; None where its shipments speak."""
    if order.cancelled_at:
        return Promise(Saying.CANCELLED, order.cancelled_at.astimezone(zone).date())
    if order.status is OrderStatus.REFUNDED:
        last = max(m.last for m in order.told(FactType.ORDER_REFUNDED))
        return Promise(Saying.REFUNDED, last.astimezone(zone).date())
    if order.travelling:
        arrived = all(s.status is ShipmentStatus.DELIVERED for s in order.travelling)
        return Promise(Saying.REST_TO_COME) if arrived and order.left_to_ship else None
    if order.preparation is Preparation.NONE and order.payment in {Payment.FAILED, Payment.AWAITING}:
        return Promise(Saying.PAYMENT_FAILED if order.payment is Payment.FAILED else Saying.AWAITING_PAYMENT)
    wanted = [item for item in order.details.items if item.quantity] if order.details else []
    if wanted and not any(item.ships for item in wanted):
        return Promise(Saying.DIGITAL)
    return Promise(PREPARING.get(order.preparation, Saying.RECEIVED))


def of_shipment(shipment: Shipment, now: datetime, zone: ZoneInfo) -> Promise:
    """The promise of one shipment."""
    today, at = now.astimezone(zone).date(), since(shipment, zone)
    hope = _hope(shipment, zone)
    ahead = hope if hope and _over(hope) >= today else None
    match shipment.status:
        case ShipmentStatus.DELIVERED:
            promise = Promise(Saying.DELIVERED, at)
        case ShipmentStatus.RETURNED_TO_SENDER:
            promise = Promise(Saying.RETURNED, at)
        case ShipmentStatus.EXPIRED:
            promise = Promise(Saying.EXPIRED)
        case ShipmentStatus.AVAILABLE_FOR_PICKUP:
            point = shipment.pickup_point
            promise = Promise(Saying.WAITS, point.until if point else None, place=point.name if point else "")
        case ShipmentStatus.EXCEPTION:
            saying = TROUBLES.get(shipment.reason or Reason.OTHER, Saying.TROUBLE)
            promise = replace(ahead, saying=saying) if ahead else Promise(saying)
        case ShipmentStatus.ATTEMPT_FAILED:
            again = ahead is not None and ahead.day is not None and at is not None and ahead.day > at
            promise = Promise(Saying.ATTEMPT_FAILED, at)
            if ahead and again:
                promise = replace(ahead, saying=Saying.NEXT_ATTEMPT)
        case ShipmentStatus.OUT_FOR_DELIVERY if ahead is None:
            promise = Promise(Saying.ARRIVES_TODAY, today) if at == today else Promise(Saying.OUT_SINCE, at)
        case _:
            promise = _expected(shipment, hope, now, zone)
    return promise


def since(shipment: Shipment, zone: ZoneInfo) -> date | None:
    """The local day on which it got its status."""
    return shipment.bearing.time.astimezone(zone).date() if shipment.bearing else None


def silent_since(shipment: Shipment, now: datetime) -> datetime | None:
    """Since when the carrier has said nothing of a shipment that should be moving; None while it speaks."""
    # Remarks that bear no status count: they show that the carrier has it in view.
    said = [event.time for event in shipment.events if event.number in ("", shipment.number)]
    last = max(said, default=shipment.registered_at)
    return last if shipment.status not in _AT_REST and now - last > SILENCE else None


def scanned(shipment: Shipment) -> bool:
    """Whether the carrier has had it in its hands."""
    return shipment.status not in {ShipmentStatus.PENDING, ShipmentStatus.INFO_RECEIVED}


def _hope(shipment: Shipment, zone: ZoneInfo) -> Promise | None:
    """What the carrier hopes, in local days. A window of whole days is days, not hours."""
    if window := shipment.eta_window:
        # Midnight belongs to the day that it ends.
        first, last = window.start.astimezone(zone), (window.end - timedelta(seconds=1)).astimezone(zone)
        if last.date() > first.date():
            return Promise(Saying.ARRIVES_BETWEEN, first.date(), last.date())
        hours = None if _whole_day(window, zone) else window
        return Promise(Saying.ARRIVES, first.date(), window=hours)
    eta = shipment.eta
    day = eta.astimezone(zone).date() if isinstance(eta, datetime) else eta
    return Promise(Saying.ARRIVES, day) if day else None


def _whole_day(window: Window, zone: ZoneInfo) -> bool:
    return window.start.astimezone(zone).time() == time.min and window.end - window.start >= timedelta(hours=23)


def _over(hope: Promise) -> date:
    return hope.last or hope.day or date.min


def _expected(shipment: Shipment, hope: Promise | None, now: datetime, zone: ZoneInfo) -> Promise:
    today = now.astimezone(zone).date()
    if hope is None or hope.day is None:
        return Promise(Saying.ON_ITS_WAY if scanned(shipment) else Saying.READY_TO_LEAVE)
    if _over(hope) < today or (hope.window and hope.window.end < now):
        return Promise(Saying.LATE, _over(hope))
    if hope.last:
        return replace(hope, day=max(hope.day, today)) if hope.last > today else Promise(Saying.ARRIVES_TODAY, today)
    if hope.day == today:
        return replace(hope, saying=Saying.WINDOW_TODAY if hope.window else Saying.ARRIVES_TODAY)
    if hope.day == today + _DAY:
        return replace(hope, saying=Saying.WINDOW_TOMORROW if hope.window else Saying.ARRIVES_TOMORROW)
    return hope
