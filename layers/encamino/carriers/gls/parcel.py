"""One parcel of a GLS answer becomes a Tracking: events newest first, and a status that may say more than they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import itemgetter

from encamino.carriers.gls.words import CODES, meaning
from encamino.carriers.reading import Object, country_zone, moment, offset_name, text_at, zone
from encamino.domain.shipment import ENDS, SILENT, Event, PickupPoint, Reason, ShipmentStatus, Tracking, bearing

_SLUG = "gls"
#: Where GLS keeps its clocks, for a time that came without an offset and without a country. None is documented.
_HOME = "Europe/Berlin"
#: GLS notes a parcel's status some seconds after the event that made it.
_NOTED_WITHIN = timedelta(minutes=10)
#: What the newest event says, and the status says again so soon, happened once: no van comes twice in half a day.
_SAME_WITHIN = timedelta(hours=12)
_LONGEST_TEXT = 500
#: What the status of a parcel says too vaguely to be said again once the events say it themselves.
_VAGUE = frozenset({ShipmentStatus.IN_TRANSIT, ShipmentStatus.INFO_RECEIVED})

#: When (UTC), the event as sent, its time as sent, zone or offset, whether that was assumed.
type _Row = tuple[datetime, Object, str, str, bool]


def tracking(parcel: Object, number: str, link: str) -> Tracking:
    """What GLS says of one parcel."""
    events = _events(parcel, number)
    standing = bearing(events)
    waits = standing is not None and standing.status is ShipmentStatus.AVAILABLE_FOR_PICKUP
    return Tracking(_SLUG, number, events, pickup_point=_where(parcel) if waits else None, link=link)


def _events(parcel: Object, number: str) -> tuple[Event, ...]:
    """Oldest first; doubles to the byte once. What is delivered after it was sent back went to the sender."""
    events: list[Event] = []
    at_once: list[Object] = []
    back = False
    for when, raw, local, tz, assumed in _rows(parcel):
        if not events or when != events[-1].time:
            at_once = []
        if raw in at_once:
            continue
        at_once.append(raw)
        code, text = text_at(raw, "code"), text_at(raw, "description")
        status, reason = meaning(code, text)
        if status is ShipmentStatus.DELIVERED and back:
            status = ShipmentStatus.RETURNED_TO_SENDER
        back = back or status is ShipmentStatus.RETURNED_TO_SENDER
        events.append(_event(when, status, reason, code, text, local, tz, assumed, _place(raw), len(events), number))
    return tuple(events)


def _event(
    when: datetime,
    status: ShipmentStatus,
    reason: Reason | None,
    code: str,
    text: str,
    local: str,
    tz: str,
    assumed: bool,  # noqa: FBT001
    place: str | None,
    seq: int,
    number: str,
) -> Event:
    return Event(
        when, status, code[:_LONGEST_TEXT], text[:_LONGEST_TEXT], local=local, tz=tz, tz_assumed=assumed,
        reason=reason, place=place, seq=seq, number=number, source=_SLUG,
    )  # fmt: skip


def _rows(parcel: Object) -> list[_Row]:
    """What is told with a time, oldest first; ties in GLS's order, which is newest first."""
    told = parcel.get("events")
    listed = told if isinstance(told, list) else [told]
    rows = [row for raw in listed if isinstance(raw, dict) and (row := _row(raw, raw.get("eventDateTime"))) is not None]
    if len(rows) > 1 and rows[0][0] >= rows[-1][0]:
        rows.reverse()
    rows.sort(key=itemgetter(0))
    status = _status(parcel, rows)
    if status is not None:
        # After everything of its time: it is what they came to.
        rows.append(status)
        rows.sort(key=itemgetter(0))
    return rows


def _status(parcel: Object, rows: list[_Row]) -> _Row | None:
    """The parcel's status as one more event, where the events do not say it: a code that nobody told us of, or none."""
    said = text_at(parcel, "status")
    if not said:
        return None
    row = _row({"code": said}, parcel.get("statusDateTime"))
    if row is None:
        if not rows:
            return None
        # No time of its own: it is about the newest.
        row = (rows[-1][0], {"code": said}, "", rows[-1][3], True)
    status = CODES.get(said.upper(), (ShipmentStatus.UNKNOWN, None))[0]
    if status in SILENT:
        # A word that nobody knows is kept, to be listed; `FINAL` adds nothing to what was told.
        return row if status is ShipmentStatus.UNKNOWN or not rows else None
    if rows and _said(rows[-1]) is status and abs(rows[-1][0] - row[0]) <= _SAME_WITHIN:
        return None
    for one in rows:
        told, when = _said(one), one[0]
        near = abs(when - row[0]) <= _NOTED_WITHIN
        if told is status and (near or status in ENDS):
            return None
        if status in _VAGUE and told not in SILENT and when >= row[0] - _NOTED_WITHIN:
            return None
    return row


def _said(row: _Row) -> ShipmentStatus:
    return meaning(text_at(row[1], "code"), text_at(row[1], "description"))[0]


def _row(raw: Object, stamp: object) -> _Row | None:
    """In UTC by the offset it came with (`+0200`, no colon), else by the clock of the event's country."""
    when = moment(stamp)
    if when is None:
        return None
    local = str(stamp)
    if when.tzinfo is not None:
        return when.astimezone(UTC), raw, local, offset_name(when.tzinfo), False
    name = country_zone(text_at(raw, "country").upper(), text_at(raw, "postalCode")) or _HOME
    return when.replace(tzinfo=zone(name)).astimezone(UTC), raw, local, name, True


def _place(raw: Object) -> str | None:
    city, country = text_at(raw, "city"), text_at(raw, "country")
    return ", ".join(part for part in (city, country) if part) or None


def _where(parcel: Object) -> PickupPoint | None:
    """The town where it waits, if the event says one; which shop it is, another call has to tell (`shop`)."""
    told = parcel.get("events")
    for raw in told if isinstance(told, list) else [told]:
        if not isinstance(raw, dict):
            continue
        status, _ = meaning(text_at(raw, "code"), text_at(raw, "description"))
        if status is ShipmentStatus.AVAILABLE_FOR_PICKUP and text_at(raw, "city"):
            return PickupPoint(address=f"{text_at(raw, 'postalCode')} {text_at(raw, 'city')}".strip())
    return None
