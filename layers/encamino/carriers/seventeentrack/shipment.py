"""One number of a 17TRACK answer becomes a Tracking: its legs, told by one provider each, are one journey."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from encamino.carriers.reading import Object, at, country_zone, moment, offset_name, text_at, zone
from encamino.carriers.seventeentrack.words import MEANINGS
from encamino.domain.shipment import ENDS, TERMINAL, Event, ShipmentStatus, Tracking, Window, bearing

_LONGEST_TEXT = 500
#: No place on earth is further from UTC.
_FURTHEST = timedelta(hours=14)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)")
_DAY_ONLY = frozenset({"00:00:00", "23:59:00", "23:59:59"})


@dataclass(frozen=True, slots=True)
class _Row:
    """One event, with its time read."""

    time: datetime
    local: str
    tz: str
    assumed: bool
    said: Object
    #: The word that says what happened.
    code: str


def tracking(carrier: str, number: str, item: Object) -> Tracking:
    """What is told of one number; `item` is a member of `accepted`, or the `data` of a push."""
    info = at(item, "track_info")
    # One push that was kept by its receiver has it beside `track_info`.
    latest = at(info, "latest_status") or at(item, "latest_status")
    events = _numbered(carrier, number, _ordered(info, latest))
    events += _stated(carrier, number, info, latest, events)
    last = bearing(events)
    over = last is not None and last.status in TERMINAL
    eta, window = (None, None) if over else _promise(info)
    # No link: whatever the shop or the carrier gives is nearer than an aggregator's page.
    return Tracking(carrier, number, events, eta, window)


def word(status: Object) -> str:
    """The most particular word of a status or an event."""
    return text_at(status, "sub_status") or text_at(status, "stage") or text_at(status, "status")


def countries(item: Object) -> tuple[str, str]:
    """From which country to which, empty where it is not told."""
    way = at(item, "track_info", "shipping_info")
    return text_at(at(way, "shipper_address"), "country"), text_at(at(way, "recipient_address"), "country")


def _ordered(info: Object, latest: Object) -> list[_Row]:
    """Every leg's events, oldest first; ties in the order of the legs, then of what happened."""
    rows: list[_Row] = []
    told_at: dict[datetime, list[Object]] = {}
    for home, leg in _legs(info):
        told = [row for event in leg if (row := _row(event, home)) is not None]
        if len(told) > 1 and told[0].time >= told[-1].time:
            told.reverse()
        for row in told:
            # What is told again to the byte, by whichever leg, goes; what differs in a letter is kept.
            at_once = told_at.setdefault(row.time, [])
            if row.said not in at_once:
                at_once.append(row.said)
                rows.append(row)
    _weave(rows, info, latest)
    rows.sort(key=lambda row: row.time)
    return rows


def _weave(rows: list[_Row], info: Object, latest: Object) -> None:
    """Add the newest event where it is told beside the legs only."""
    newest = at(info, "latest_event")
    row = _row(newest, _home(info)) if newest else None
    if row is None:
        return
    same = [n for n, one in enumerate(rows) if (one.time, _text(one.said)) == (row.time, _text(row.said))]
    if not same:
        rows.append(row)
    elif any(rows[n].code for n in same):
        return
    place = same[-1] if same else len(rows) - 1
    if not rows[place].code:
        # It and the status of the whole are told side by side: what the one lacks, the other says.
        rows[place] = replace(rows[place], code=word(latest))


def _legs(info: Object) -> Iterator[tuple[str, list[Object]]]:
    """Each leg's country and events."""
    for provider in _providers(info):
        told = provider.get("events")
        if isinstance(told, list):
            yield text_at(at(provider, "provider"), "country"), [one for one in told if isinstance(one, dict)]


def _providers(info: Object) -> list[Object]:
    told = at(info, "tracking").get("providers")
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _home(info: Object) -> str:
    """The country where the journey ends."""
    return text_at(at(info, "shipping_info", "recipient_address"), "country")


def _row(said: Object, home: str) -> _Row | None:
    """By the offset it came with, else by their UTC, else by the carrier's own words in the zone of the place."""
    code = text_at(said, "sub_status") or text_at(said, "stage")
    iso, utc = moment(said.get("time_iso")), moment(said.get("time_utc"))
    raw = _raw(said.get("time_raw"))
    local = text_at(said, "time_iso") or raw[0] or text_at(said, "time_utc")
    if iso is not None and iso.tzinfo is not None:
        return _Row(iso.astimezone(UTC), local, offset_name(iso.tzinfo), assumed=False, said=said, code=code)
    if utc is not None:
        when = utc.astimezone(UTC) if utc.tzinfo else utc.replace(tzinfo=UTC)
        return _Row(when, local, _between(iso, when), assumed=False, said=said, code=code)
    naive = iso or moment(raw[0])
    if naive is None:
        return None
    if naive.tzinfo is None and raw[1] is not None:
        naive = naive.replace(tzinfo=raw[1])
    if naive.tzinfo is not None:
        return _Row(naive.astimezone(UTC), local, offset_name(naive.tzinfo), assumed=False, said=said, code=code)
    address = at(said, "address")
    name = country_zone(text_at(address, "country") or home, text_at(address, "postal_code")) or "UTC"
    return _Row(naive.replace(tzinfo=zone(name)).astimezone(UTC), local, name, assumed=True, said=said, code=code)


def _raw(said: object) -> tuple[str, tzinfo | None]:
    """The carrier's own words for the time, and the offset if they have one."""
    if isinstance(said, str):
        return said.strip(), None
    if not isinstance(said, dict):
        return "", None
    text = f"{text_at(said, 'date')} {text_at(said, 'time')}".strip()
    offset = _OFFSET.fullmatch(text_at(said, "timezone"))
    if offset is None:
        return text, None
    away = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return text, timezone(-away if offset[1] == "-" else away) if away <= _FURTHEST else None


def _between(local: datetime | None, utc: datetime) -> str:
    """The offset that lies between a wall clock and UTC."""
    away = local.replace(tzinfo=UTC) - utc if local else timedelta()
    return offset_name(timezone(away)) if away and abs(away) <= _FURTHEST and not away.seconds % 900 else "UTC"


def _numbered(carrier: str, number: str, rows: list[_Row]) -> tuple[Event, ...]:
    events = []
    for place, row in enumerate(rows):
        status, reason = MEANINGS.get(row.code, (ShipmentStatus.UNKNOWN, None))
        if not row.code:
            # No code is none that a table could lack: words, and nothing else.
            status = ShipmentStatus.INFO
        events.append(
            Event(
                row.time, status, row.code[:_LONGEST_TEXT], _text(row.said), row.local, row.tz, row.assumed, reason,
                _place(row.said), place, number, carrier,
            )
        )  # fmt: skip
    return tuple(events)


def _stated(carrier: str, number: str, info: Object, latest: Object, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The status of the whole, where no event bears it: too long on the way is no scan, nor is all that has no code.

    An end that no event tells happened with the newest, and not when they last asked.
    """
    code, last = word(latest), bearing(events)
    status, reason = MEANINGS.get(code, (ShipmentStatus.UNKNOWN, None))
    over = status in TERMINAL and last is not None and last.status not in ENDS | {status}
    if not (over or (last is None and code in MEANINGS)):
        return ()
    times = [event.time for event in events]
    if status not in ENDS or not times:
        times += _synced(info)
    if not times:
        return ()
    when = max(times)
    local = when.isoformat().replace("+00:00", "Z")
    return (Event(when, status, code, "", local, "UTC", False, reason, None, len(events), number, carrier, True),)  # noqa: FBT003


def _synced(info: Object) -> Iterator[datetime]:
    """When each leg was last asked about."""
    for provider in _providers(info):
        when = moment(provider.get("latest_sync_time"))
        if when is not None and when.tzinfo is not None:
            yield when.astimezone(UTC)


def _promise(info: Object) -> tuple[date | datetime | None, Window | None]:
    """The day it is expected (the last of several), and the window if both its ends are instants."""
    said = at(info, "time_metrics", "estimated_delivery_date")
    start, end = moment(said.get("from")), moment(said.get("to"))
    last = end or start
    if last is None:
        return None, None
    if start is not None and end is not None and start.tzinfo and end.tzinfo and start < end:
        return end.date(), Window(start.astimezone(UTC), end.astimezone(UTC))
    if last.tzinfo is None or last.time().isoformat("seconds") in _DAY_ONLY or (start and end and start != end):
        return last.date(), None
    return last.astimezone(UTC), None


def _text(said: Object) -> str:
    return text_at(said, "description")[:_LONGEST_TEXT]


def _place(said: Object) -> str | None:
    address = at(said, "address")
    parts = dict.fromkeys(filter(None, (text_at(address, name) for name in ("city", "state", "country"))))
    return text_at(said, "location") or ", ".join(parts) or None
