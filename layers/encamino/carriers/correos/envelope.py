"""One envelope of a Correos answer becomes a Tracking: events oldest first, on Spanish wall clocks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from operator import itemgetter

from encamino.carriers.correos.codes import meaning
from encamino.carriers.reading import Object, plain, text_at, zone
from encamino.domain.shipment import TERMINAL, Event, PickupPoint, ShipmentStatus, Tracking, bearing

_SLUG = "correos"
_MAINLAND, _CANARIES = "Europe/Madrid", "Atlantic/Canary"
#: Offices of the Canaries: the number of a unit begins with its province (35, 38), its name has the island or the city.
_CANARY_UNIT = re.compile(r"(35|38)\d{5}")
_CANARY_NAME = re.compile(
    r"\b(LAS PALMAS|GRAN CANARIA|TENERIFE|LANZAROTE|ARRECIFE|FUERTEVENTURA|PUERTO DEL ROSARIO|SANTA CRUZ DE LA PALMA"
    r"|LA GOMERA|EL HIERRO)\b"
)
_NO_OFFICE = frozenset({"", "NO_OFI"})
_DAY = re.compile(r"(\d{2})/(\d{2})/(20\d{2})(?: (\d{2}:\d{2}(?::\d{2})?))?")
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}))?")
_LONGEST_TEXT = 500

#: When (UTC), the event as sent, its time as sent, the zone it was read in.
type _Row = tuple[datetime, Object, str, str]


def tracking(envelope: Object, number: str, link: str) -> Tracking:
    """What Correos says of one shipment."""
    events, office = _events(envelope, number)
    standing = bearing(events)
    status = standing.status if standing else None
    waits = status is ShipmentStatus.AVAILABLE_FOR_PICKUP
    # Elsewhere the office is one it came through.
    name = _office(text_at(envelope, "nom_codired")) or office
    return Tracking(
        _SLUG, number, events, eta=None if status in TERMINAL else _eta(envelope),
        pickup_point=PickupPoint(name=name) if waits and name else None, link=link,
    )  # fmt: skip


def _events(envelope: Object, number: str) -> tuple[tuple[Event, ...], str]:
    """The events, and the office of the newest that waits. Handed over after it went back: that was the sender."""
    events: list[Event] = []
    at_once: list[Object] = []
    back = False
    office = ""
    for when, raw, local, tz in _rows(envelope):
        if not events or when != events[-1].time:
            at_once = []
        code, short = text_at(raw, "codEvento"), text_at(raw, "desTextoResumen")
        text = text_at(raw, "desTextoAmpliado") or short
        if raw in at_once or not (code or text):
            continue
        at_once.append(raw)
        status, reason = meaning(code, f"{short} {text}")
        if status is ShipmentStatus.DELIVERED and back:
            status = ShipmentStatus.RETURNED_TO_SENDER
        back = back or status is ShipmentStatus.RETURNED_TO_SENDER
        place = _office(text_at(raw, "unidad"))
        if status is ShipmentStatus.AVAILABLE_FOR_PICKUP:
            office = place
        event = Event(
            when, status, code[:_LONGEST_TEXT], text[:_LONGEST_TEXT], local=local, tz=tz, tz_assumed=True,
            reason=reason, place=place or None, seq=len(events), number=number, source=_SLUG,
        )  # fmt: skip
        events.append(event)
    return tuple(events), office


def _rows(envelope: Object) -> list[_Row]:
    """What is told with a time, oldest first, as Correos has them; a list the other way round is turned."""
    told = envelope.get("eventos")
    listed = told if isinstance(told, list) else [told]
    clocks = [(clock, raw) for raw in listed if isinstance(raw, dict) and (clock := _clock(raw)) is not None]
    if len(clocks) > 1 and clocks[0][0] > clocks[-1][0]:
        clocks.reverse()
    rows: list[_Row] = []
    for clock, raw in clocks:
        name = _zone(raw)
        when = clock.replace(tzinfo=zone(name))
        again = when.replace(fold=1)
        if rows and when.astimezone(UTC) < rows[-1][0] <= again.astimezone(UTC):
            # The hour that comes twice in October: told after something later, it is the second one.
            when = again
        local = f"{text_at(raw, 'fecEvento')} {text_at(raw, 'horEvento')}".strip()
        rows.append((when.astimezone(UTC), raw, local, name))
    rows.sort(key=itemgetter(0))
    return rows


def _clock(raw: Object) -> datetime | None:
    """The wall clock of an event; midnight where no time stands beside the day."""
    day, clock = _DAY.fullmatch(text_at(raw, "fecEvento")), _CLOCK.fullmatch(text_at(raw, "horEvento"))
    if day is None or (clock is None and raw.get("horEvento")):
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    try:
        return datetime(int(day[3]), int(day[2]), int(day[1]), hour, minute, second)  # noqa: DTZ001  (a wall clock)
    except ValueError:
        return None


def _zone(raw: Object) -> str:
    """Where the clock hung. No event says it: by the unit that wrote it, else the mainland's."""
    if _CANARY_UNIT.fullmatch(plain(raw.get("codired"))) or _CANARY_NAME.search(text_at(raw, "unidad").upper()):
        return _CANARIES
    return _MAINLAND


def _eta(envelope: Object) -> date | datetime | None:
    """The day Correos expects to deliver on; an instant if it says an hour."""
    for field in ("fec_entregasum", "fec_calculada"):
        day = _DAY.fullmatch(text_at(envelope, field))
        when = _clock({"fecEvento": day[0][:10], "horEvento": day[4]}) if day else None
        if when is not None:
            return when.date() if when.time() == time() else when.replace(tzinfo=zone(_MAINLAND)).astimezone(UTC)
    return None


def _office(name: str) -> str:
    return "" if name.upper() in _NO_OFFICE else name
