"""What a shop told is told again: kept deliveries go through the inbox once more, as if they had just come.

What was understood says `again` and changes nothing; what was not is worked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from encamino.flows.receive import envelope
from encamino.store.base import Orders, RawDelivery


@dataclass(frozen=True, slots=True)
class Retelling:
    """What telling again needs: the inbox queue, and a place for what is too big for it."""

    store: Orders
    enqueue: Callable[[str], None]
    put_aside: Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How much was told again, about how many orders."""

    deliveries: int
    orders: int


def replay(room: Retelling, shop: str, since: datetime) -> Replayed:
    """Tell again what a shop delivered since then, oldest first."""
    told, orders = set(), set()
    for order, delivery in room.store.deliveries_since(shop, since):
        # One that is about two orders is kept with each.
        if (delivery.hash, order is None) not in told:
            told.add((delivery.hash, order is None))
            _tell(room, shop, delivery, aside=order is None)
        if order is not None:
            orders.add(order)
    return Replayed(len(told), len(orders))


def retell_unread(room: Retelling, shop: str) -> frozenset[str]:
    """Tell again what could not be read; an adapter mended since may read it now. Returns the hashes."""
    unread = [delivery for delivery in room.store.deliveries(shop, None) if delivery.trouble]
    for delivery in unread:
        _tell(room, shop, delivery, aside=True)
    return frozenset(delivery.hash for delivery in unread)


def _tell(room: Retelling, shop: str, delivery: RawDelivery, *, aside: bool) -> None:
    # Its place among the shop's own travels along, so that whoever understands it can clear it.
    place = {"aside": delivery.hash} if aside else {}
    text = envelope(
        delivery.platform, shop, delivery.received_at, delivery.headers, delivery.body, room.put_aside, **place
    )
    room.enqueue(text)
