"""Two accounts of one shipment, as one. Commutative, associative and idempotent: shuffles end alike."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from encamino.domain.shipment import Event, Label, Shipment, ShippedItem, bearing, event_order, label_order

EVENTS_KEPT = 100
_NEVER = datetime.min.replace(tzinfo=UTC)


def merged(one: Shipment, other: Shipment) -> Shipment:
    """Both sets of what was said, as one. Commutative, associative, idempotent."""
    newer = max((one, other), key=lambda s: (s.tracked_at or _NEVER, repr(s.tracking)))
    return replace(
        one,
        registered_at=min(one.registered_at, other.registered_at),
        labels=_labels(one.labels + other.labels),
        items=max(one.items, other.items, key=_telling),
        events=kept({event.identity: event for event in sorted(one.events + other.events, key=event_order)}.values()),
        tracking=newer.tracking,
        tracked_at=newer.tracked_at,
    )


def kept(events: Iterable[Event]) -> tuple[Event, ...]:
    """The newest events, oldest first, never dropping the one that bears the status."""
    ordered = sorted(events, key=event_order)
    newest = ordered[-EVENTS_KEPT:]
    if len(ordered) > EVENTS_KEPT and (end := bearing(ordered)) is not None and end not in newest:
        newest[0] = end
    return tuple(newest)


def _labels(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """One per thing said, at the latest time it was said: a number given back counts again."""
    latest = {
        (label.number, label.carrier, label.carrier_name, label.link): label
        for label in sorted(labels, key=label_order)
    }
    return tuple(sorted(latest.values(), key=label_order))


def _telling(items: tuple[ShippedItem, ...] | None) -> tuple[int, str]:
    return (-1, "") if items is None else (sum(i.quantity for i in items), repr(items))
