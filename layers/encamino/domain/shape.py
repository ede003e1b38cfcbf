"""The published JSON of a shipment: one shape for the command line, the feed of a page and whoever reads either.

Names here are a contract: they may gain company, they are never renamed, removed or retyped.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from encamino.domain.shipment import (
    TERMINAL,
    Event,
    PickupPoint,
    Shipment,
    ShipmentStatus,
    ShippedItem,
    Tracking,
    Window,
    bearing,
)

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None


def shipment_json(shipment: Shipment) -> dict[str, Json]:
    """What shop and carrier said of one shipment, under the number that counts today."""
    return {
        "carrier": shipment.carrier,
        "number": shipment.number,
        "status": shipment.status.value,
        "reason": shipment.reason.value if shipment.reason else None,
        "eta": _day_or_instant(shipment.eta),
        "eta_window": _window(shipment.eta_window),
        "signed_by": shipment.signed_by,
        "items": _items(shipment.items),
        "pickup_point": _pickup_point(shipment.pickup_point),
        "tracking_link": shipment.link,
        "events": _events(event for event in shipment.events if event.number in ("", shipment.number)),
    }


def tracking_json(tracking: Tracking) -> dict[str, Json]:
    """The same shape of what a carrier alone answered about one number."""
    event = bearing(tracking.events)
    status = event.status if event else ShipmentStatus.PENDING
    ended = status in TERMINAL
    return {
        "carrier": tracking.carrier,
        "number": tracking.number,
        "status": status.value,
        "reason": event.reason.value if event and event.reason else None,
        "eta": None if ended else _day_or_instant(tracking.eta),
        "eta_window": None if ended else _window(tracking.eta_window),
        "signed_by": tracking.signed_by,
        "items": None,
        "pickup_point": _pickup_point(tracking.pickup_point),
        "tracking_link": tracking.link,
        "events": _events(tracking.events),
    }


def event_json(event: Event) -> dict[str, Json]:
    """One event; `local` is the vendor's own text of the time."""
    return {
        "time": instant(event.time),
        "local": event.local,
        "tz": event.tz,
        "tz_assumed": event.tz_assumed,
        "status": event.status.value,
        "reason": event.reason.value if event.reason else None,
        "raw_code": event.raw_code,
        "text": event.text,
        "place": event.place,
    }


def instant(moment: datetime) -> str:
    """UTC, ISO 8601, with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _events(events: Iterable[Event]) -> list[Json]:
    return [event_json(event) for event in sorted(events, key=lambda e: (e.time, e.seq))]


def _day_or_instant(eta: date | datetime | None) -> str | None:
    if isinstance(eta, datetime):
        return instant(eta)
    return eta.isoformat() if eta else None


def _window(window: Window | None) -> Json:
    return {"from": instant(window.start), "to": instant(window.end)} if window else None


def _items(items: tuple[ShippedItem, ...] | None) -> Json:
    return None if items is None else [{"item": i.item, "quantity": i.quantity} for i in items]


def _pickup_point(point: PickupPoint | None) -> Json:
    if point is None:
        return None
    return {
        "name": point.name,
        "address": point.address,
        "hours": list[Json](point.hours),
        "code": point.code,
        "until": point.until.isoformat() if point.until else None,
    }
