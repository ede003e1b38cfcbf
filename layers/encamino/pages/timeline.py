"""What happened, newest first, in our words. What no table knows is not shown: it may mean anything."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from encamino.domain.fact import FactType
from encamino.domain.order import Order
from encamino.domain.shipment import SILENT, Event, Reason, Shipment, ShipmentStatus
from encamino.pages.masking import Private


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `word` picks those in templates/pages/timeline.html.j2; `said`: the carrier's own."""

    word: str
    time: datetime
    reason: Reason | None = None
    place: str = ""
    said: str = ""


_MILESTONES = {
    FactType.ORDER_PLACED: "placed",
    FactType.ORDER_PAID: "paid",
    FactType.ORDER_STOCK_AWAITED: "awaiting_stock",
    FactType.ORDER_PREPARATION_STARTED: "preparing",
    FactType.ORDER_SHIPPED: "left",
    FactType.ORDER_CANCELLED: "cancelled",
    FactType.ORDER_REOPENED: "reopened",
    FactType.ORDER_REFUNDED: "refunded",
}
#: Small words in the names of places; carriers write them in capitals.
_SMALL = frozenset(
    [
        "a",
        "am",
        "an",
        "d",
        "da",
        "de",
        "dei",
        "del",
        "della",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "i",
        "la",
        "las",
        "le",
        "les",
        "los",
        "of",
        "sur",
        "the",
        "y",
    ]
)


def of_shipment(shipment: Shipment, private: Private) -> tuple[Line, ...]:
    """What its carrier said, and when the shop had it ready."""
    events = [e for e in shipment.events if e.number in ("", shipment.number) and e.status not in SILENT]
    lines = [*_lines(events, private)]
    # A shop may tell of a shipment after the carrier has scanned it; "ready" would come too late then.
    if all(shipment.registered_at <= line.time for line in lines):
        lines.append(Line("ready", shipment.registered_at))
    return newest_first(lines)


def newest_first(lines: Iterable[Line]) -> tuple[Line, ...]:
    """By time; equal times stay as they are."""
    return tuple(sorted(lines, key=lambda line: line.time, reverse=True))


def of_order(order: Order) -> tuple[Line, ...]:
    """What the shop said of the order as a whole."""
    lines = [Line(_MILESTONES[m.type], m.first) for m in order.milestones if m.type in _MILESTONES]
    if order.shipments:
        # Every shipment tells by itself when it left.
        lines = [line for line in lines if line.word != "left"]
    if order.placed_at and not any(line.word == "placed" for line in lines):
        lines.append(Line("placed", order.placed_at))
    return newest_first(lines)


def _lines(events: Iterable[Event], private: Private) -> Iterator[Line]:
    """Newest first. Several scans at one place are one line: the latest."""
    ordered = sorted(events, key=lambda e: (e.time, e.seq))
    first = next((e for e in ordered if e.status is ShipmentStatus.IN_TRANSIT), None)
    shown: tuple[str, Reason | None, str] | None = None
    for event in reversed(ordered):
        place = "" if private.within(event.place) else spelled(event.place or "")
        word = "handed_over" if event is first else event.status.value
        if shown == (word, event.reason, place) and event.status in _REPEATED:
            continue
        shown = (word, event.reason, place)
        said = "" if private.within(event.text) else event.text
        yield Line(word, event.time, event.reason, place, said)


_REPEATED = frozenset({ShipmentStatus.IN_TRANSIT, ShipmentStatus.INFO_RECEIVED, ShipmentStatus.PENDING})


def spelled(place: str) -> str:
    """A shouted place as one writes it: `SANT BOI DE LLOBREGAT, ES` is Sant Boi de Llobregat, ES."""
    if not place.isupper():
        return place
    town, comma, country = place.rpartition(",")
    if not comma or len(country.strip()) > 2:  # noqa: PLR2004  (a country's code)
        town, comma, country = place, "", ""
    return re.sub(r"[^\W\d_]+", _capital, town) + comma + country


def _capital(word: re.Match[str]) -> str:
    lower = word[0].lower()
    return lower if lower in _SMALL and word.start() else lower.capitalize()
