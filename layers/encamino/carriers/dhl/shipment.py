"""One shipment of a DHL answer becomes a Tracking. The hot path of tracking: plain dicts, no model per event."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from typing import Any

from encamino.carriers.dhl.words import BACK_IN_DEPOT, Meaning, meaning
from encamino.carriers.reading import Draft, Object, at, country_zone, moment, offset_name, text_at, zone
from encamino.domain.shipment import TERMINAL, Event, PickupPoint, ShipmentStatus, Tracking, Window

#: Divisions that send wall clocks and where those clocks hang; elsewhere the event's own country is asked.
_HOMES = {
    "parcel-de": "Europe/Berlin",
    "post-de": "Europe/Berlin",
    "parcel-nl": "Europe/Amsterdam",
    "parcel-pl": "Europe/Warsaw",
    "parcel-uk": "Europe/London",
}
#: express writes `MADRID - SPAIN` and no countryCode (m).
_COUNTRIES = {
    "AUSTRIA": "AT",
    "BELGIUM": "BE",
    "FRANCE": "FR",
    "GERMANY": "DE",
    "IRELAND": "IE",
    "ITALY": "IT",
    "NETHERLANDS": "NL",
    "NETHERLANDS, THE": "NL",
    "POLAND": "PL",
    "PORTUGAL": "PT",
    "SPAIN": "ES",
    "SWITZERLAND": "CH",
    "UK": "GB",
    "UNITED KINGDOM": "GB",
}
#: One row of an answer: when (UTC), the event as sent, zone or offset, whether that zone was assumed.
type _Row = tuple[datetime, Object, str, bool]


def tracking(carrier: str, shipment: Object, page: str) -> Tracking:
    """What DHL says of one shipment; `shipment` has an `id`. `page` is the link to show."""
    service = shipment.get("service")
    home = _HOMES.get(service) if isinstance(service, str) else None
    number = str(shipment["id"]).strip()
    events, status, waits_at = _events(carrier, shipment, number, home)
    over = status in TERMINAL
    return Tracking(
        carrier,
        number,
        events,
        None if over else _eta(shipment, home),
        None if over else _window(shipment, home),
        _signer(shipment),
        _pickup_point(shipment, waits_at) if status is ShipmentStatus.AVAILABLE_FOR_PICKUP else None,
        page,
    )


def _events(
    carrier: str, shipment: Object, number: str, home: str | None
) -> tuple[tuple[Event, ...], ShipmentStatus | None, Object]:
    """The events oldest first, the status they bear, and the location of the newest that waits to be collected."""
    back = shipment.get("returnFlag") is True
    events: list[Event] = []
    at_once: list[Object] = []
    last: datetime | None = None
    before: ShipmentStatus | None = None
    standing: ShipmentStatus | None = None
    standing_weight = 1
    waits_at: Object = {}
    for when, raw, tz, assumed in _rows(shipment, home):
        if when != last:
            at_once = [raw]
            last = when
        elif raw in at_once:
            continue
        else:
            at_once.append(raw)
        status, reason, code, text, weight = _meant(raw)
        if code == BACK_IN_DEPOT and before in _FAILURES:
            status = ShipmentStatus.ATTEMPT_FAILED
        elif back and status is ShipmentStatus.DELIVERED:
            # On its way back: who received it is the sender.
            status = ShipmentStatus.RETURNED_TO_SENDER
        before = status
        if weight >= standing_weight:
            # `domain.shipment.bearing`, told while passing: rows are in its order.
            standing, standing_weight = status, weight
        location = raw.get("location")
        place = None
        if isinstance(location, dict):
            place = _place(location)
            if status is ShipmentStatus.AVAILABLE_FOR_PICKUP:
                waits_at = location
        event: Any = Draft(
            when, status, code, text, raw["timestamp"], tz, assumed, reason, place, len(events), number, carrier
        )
        event.__class__ = Event
        events.append(event)
    return tuple(events), standing, waits_at


_FAILURES = (ShipmentStatus.ATTEMPT_FAILED, ShipmentStatus.EXCEPTION)


def _rows(shipment: Object, home: str | None) -> list[_Row]:
    """What is told with a time, oldest first; ties in the carrier's order, which is newest first as a rule."""
    told = shipment.get("events")
    rows: list[_Row] = []
    if isinstance(told, list):
        rows = [row for raw in told if isinstance(raw, dict) and (row := _row(raw, home)) is not None]
    if len(rows) > 1:
        if rows[0][0] >= rows[-1][0]:
            rows.reverse()
        rows.sort(key=_when)
    status = shipment.get("status")
    if isinstance(status, dict) and not (rows and rows[-1][1] == status):
        _weave(status, rows, home)
    return rows


_when = itemgetter(0)


def _row(raw: Object, home: str | None) -> _Row | None:
    """In UTC: by the offset it came with, else by the division's clock, else by the country's, else as it stands."""
    when = moment(raw.get("timestamp"))
    if when is None:
        return None
    offset = when.tzinfo
    if offset is not None:
        return when.astimezone(UTC), raw, offset_name(offset), False
    name = home or _country_zone(raw.get("location")) or "UTC"
    return when.replace(tzinfo=zone(name)).astimezone(UTC), raw, name, True


def _weave(status: Object, rows: list[_Row], home: str | None) -> None:
    """Adds the shipment's `status`, unless an event tells it already, which is the rule."""
    row = _row(status, home)
    if row is None:
        if not rows:
            return
        # No time of its own: it is about the newest.
        row = (rows[-1][0], {**status, "timestamp": ""}, "UTC", True)
    now, _, code, text, weight = _meant(status)
    if not code and not text:
        return
    for i in range(len(rows) - 1, -1, -1):
        then, raw, tz, assumed = rows[i]
        if then == row[0] or raw["timestamp"][:19] == row[1]["timestamp"][:19]:
            told, _, _, its_text, its_weight = _meant(raw)
            if told is now or (weight == 1 and its_weight and now is ShipmentStatus.IN_TRANSIT):
                return
            if text == its_text and not its_weight:
                # dgf leaves `statusCode` out of its events: the block says what the event means.
                rows[i] = (then, {**raw, "statusCode": status.get("statusCode")}, tz, assumed)
                return
        elif then < row[0] - _CLOCKS_APART:
            break
        elif assumed is not row[3] and _told_again(status, raw):
            # One came with an offset, one without: the same moment, read in two zones.
            return
    rows.insert(bisect_right(rows, row[0], key=_when), row)


def _told_again(one: Object, other: Object) -> bool:
    """Whether two events of one answer say the same, whatever their clocks say."""
    return _meant(one)[:4] == _meant(other)[:4] and bool(_meant(one)[3])


_CLOCKS_APART = timedelta(hours=14)


def _meant(raw: Object) -> Meaning:
    said = raw.get
    try:
        return meaning(said("statusCode"), said("status"), said("description"))
    except TypeError:
        # A list or an object where a text belongs.
        return meaning(*(text if isinstance(text, str) else None for text in map(raw.get, _SAID)))


_SAID = ("statusCode", "status", "description")


def _place(location: Object) -> str | None:
    address = location.get("address")
    if not isinstance(address, dict):
        return None
    locality, country = address.get("addressLocality"), address.get("countryCode")
    if isinstance(locality, str) and " - " in locality:
        # express repeats the country in capitals: `MADRID - SPAIN`.
        town, _, after = locality.rpartition(" - ")
        locality = town if after.strip().upper() in _COUNTRIES else locality
    if not isinstance(country, str):
        return locality if isinstance(locality, str) and locality else None
    return f"{locality}, {country}" if isinstance(locality, str) and locality else country or None


def _country_zone(location: object) -> str | None:
    address = location.get("address") if isinstance(location, dict) else None
    if not isinstance(address, dict):
        return None
    country = text_at(address, "countryCode").upper()
    if not country:
        country = _COUNTRIES.get(text_at(address, "addressLocality").upper().rpartition(" - ")[2].strip(), "")
    return country_zone(country, text_at(address, "postalCode"))


def _local(shipment: Object, value: object, home: str | None) -> datetime | None:
    """A promised time, with the zone of the division or of the destination where it came without."""
    when = moment(value)
    if when is None or when.tzinfo is not None:
        return when
    return when.replace(tzinfo=zone(home or _country_zone(shipment.get("destination")) or "UTC"))


def _eta(shipment: Object, home: str | None) -> date | datetime | None:
    """A day where only a day is meant: DHL writes midnight or the last minute then."""
    when = _local(shipment, shipment.get("estimatedTimeOfDelivery"), home)
    if when is None:
        return None
    clock = when.time()
    return when.date() if clock == time() or clock >= time(23, 59) else when.astimezone(UTC)


def _window(shipment: Object, home: str | None) -> Window | None:
    frame = shipment.get("estimatedDeliveryTimeFrame")
    if not isinstance(frame, dict):
        return None
    start = _local(shipment, frame.get("estimatedFrom"), home)
    end = _local(shipment, frame.get("estimatedThrough"), home)
    if start is None or end is None or start > end:
        return None
    return Window(start.astimezone(UTC), end.astimezone(UTC))


def _signer(shipment: Object) -> str | None:
    signed = at(shipment, "details", "proofOfDelivery").get("signed")
    if isinstance(signed, str):
        return signed.strip() or None
    if not isinstance(signed, dict):
        return None
    whole = text_at(signed, "name") or f"{text_at(signed, 'givenName')} {text_at(signed, 'familyName')}"
    return whole.strip() or None


def _pickup_point(shipment: Object, location: Object) -> PickupPoint | None:
    point = at(location, "servicePoint") or at(shipment, "destination", "servicePoint")
    address = at(location, "address")
    street = text_at(address, "streetAddress")
    if not point and not street:
        return None
    town = f"{text_at(address, 'postalCode')} {text_at(address, 'addressLocality')}".strip()
    return PickupPoint(name=text_at(point, "label"), address=", ".join(part for part in (street, town) if part))
