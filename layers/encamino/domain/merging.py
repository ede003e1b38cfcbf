"""Two accounts of one shipment, as one. Commutative, associative and idempotent: shuffles end alike."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from encamino.domain.shipment import Event, Label, Shipment, ShippedItem, bearing, event_order, label_order

EVENTS_KEPT = 100
_LATER_PLACE = re.compile(r"(.+)-([0-9]{1,4})")
_NEVER = datetime.min.replace(tzinfo=UTC)


def merged(one: Shipment, other: Shipment) -> Shipment:
    """Both sets of what was said, as one. Commutative, associative, idempotent."""
    newer = max((one, other), key=lambda s: (s.tracked_at or _NEVER, repr(s.tracking)))
    return replace(
        one,
        registered_at=min(one.registered_at, other.registered_at),
        labels=_labels(one.labels + other.labels),
        items=max(one.items, other.items, key=_telling),
        events=kept(_each_once(one.events + other.events)),
        tracking=newer.tracking,
        tracked_at=newer.tracked_at,
        dropped=one.dropped or other.dropped,
    )


def settled(shipments: Iterable[Shipment]) -> tuple[Shipment, ...]:
    """The shipments, those marked as dropped whose number the shop took off its list or gave to an earlier place.

    A list of numbers becomes shipments `id`, `id-2`, `id-3`…: when it is corrected, the places that are left over keep
    what was said of them. Only the labels count, so the marks follow from the set of facts.
    """
    known = sorted(shipments, key=_place)
    newest: dict[str, Label] = {}
    for shipment in known:
        family = family_of(shipment)
        for label in (label for label in shipment.labels if label.siblings):
            newest[family] = max(newest.get(family, label), label, key=lambda said: (said.as_of, said.siblings))
    held: set[tuple[str, str | None]] = set()
    marked = []
    for shipment in known:
        family, label = family_of(shipment), shipment.label
        taken = (family, label.number) in held
        dropped = bool(label.siblings) and (taken or label.number not in newest[family].siblings)
        if not dropped:
            held.add((family, label.number))
        marked.append(shipment if shipment.dropped is dropped else replace(shipment, dropped=dropped))
    return tuple(marked)


def family_of(shipment: Shipment) -> str:
    """The id of the first shipment of the list it came from; its own when it came from none."""
    found = _LATER_PLACE.fullmatch(shipment.id)
    return found[1] if found and any(label.siblings for label in shipment.labels) else shipment.id


def kept(events: Iterable[Event]) -> tuple[Event, ...]:
    """The newest events, oldest first, never dropping the one that bears the status."""
    ordered = sorted(events, key=event_order)
    newest = ordered[-EVENTS_KEPT:]
    if len(ordered) > EVENTS_KEPT and (end := bearing(ordered)) is not None and end not in newest:
        newest[0] = end
    return tuple(newest)


def _each_once(events: Iterable[Event]) -> Iterable[Event]:
    """Of what was told twice, scans as they were told last, stated words as they were told first."""
    once: dict[object, Event] = {}
    for event in events:
        known = once.setdefault(event.identity, event)
        once[event.identity] = (min if event.stated else max)(known, event, key=event_order)
    return once.values()


def _place(shipment: Shipment) -> tuple[str, int, str]:
    family = family_of(shipment)
    return (family, 1 if shipment.id == family else int(shipment.id.removeprefix(f"{family}-")), shipment.id)


def _labels(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """One per thing said, at the latest time it was said: a number given back counts again."""
    latest = {
        (label.number, label.carrier, label.carrier_name, label.link): label
        for label in sorted(labels, key=label_order)
    }
    return tuple(sorted(latest.values(), key=label_order))


def _telling(items: tuple[ShippedItem, ...] | None) -> tuple[int, str]:
    return (-1, "") if items is None else (sum(i.quantity for i in items), repr(items))
