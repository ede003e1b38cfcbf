"""When to ask a carrier again."""

from datetime import datetime, time, timedelta

from encamino.domain.quiet import quiet, wakes
from encamino.domain.shipment import TERMINAL, Shipment, ShipmentStatus
from encamino.domain.shop import QuietHours, Shop

#: How soon to ask again, by what is known. The first look comes at once: late numbers already have a history.
_PACE = {
    ShipmentStatus.PENDING: timedelta(hours=3),
    ShipmentStatus.INFO_RECEIVED: timedelta(hours=3),
    ShipmentStatus.IN_TRANSIT: timedelta(hours=3),
    ShipmentStatus.OUT_FOR_DELIVERY: timedelta(minutes=45),
    ShipmentStatus.ATTEMPT_FAILED: timedelta(hours=3),
    ShipmentStatus.AVAILABLE_FOR_PICKUP: timedelta(hours=6),
    ShipmentStatus.EXCEPTION: timedelta(hours=4),
}
#: After this long without an end we stop asking.
_GIVE_UP = timedelta(days=60)
_RAREST = timedelta(hours=24)
#: At night only what is out for delivery moves.
_NIGHT = QuietHours(start=time(22), end=time(7))


def next_look(shipment: Shipment, shop: Shop, now: datetime) -> datetime | None:
    """When to ask the carrier next, None when there is nothing more to ask."""
    if shipment.status in TERMINAL or shipment.number is None or shipment.carrier is None or shipment.cancelled:
        return None
    if now - shipment.registered_at > _GIVE_UP:
        return None
    if shipment.tracked_at is None:
        return now
    then = now + _PACE.get(shipment.status, timedelta(hours=3))
    return then if shipment.status is ShipmentStatus.OUT_FOR_DELIVERY else _by_day(then, shop)


def look_again(shipment: Shipment, shop: Shop, now: datetime, wait: timedelta) -> datetime | None:
    """When to ask again after an answer that told nothing; rarer the longer the number stays unknown, then no more."""
    age = now - shipment.registered_at
    if age > _GIVE_UP:
        return None
    return _by_day(now + max(wait, min(age / 6, _RAREST)), shop)


def _by_day(then: datetime, shop: Shop) -> datetime:
    return wakes(_NIGHT, shop.zone, then) if quiet(_NIGHT, shop.zone, then) else then
