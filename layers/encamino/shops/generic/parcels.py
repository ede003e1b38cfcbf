"""The shipments of a document, as the house knows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact, FactType
from encamino.domain.order import OrderStatus
from encamino.domain.shipment import Event, Label, Reason, ShipmentStatus, ShippedItem
from encamino.domain.shipment import Shipment as Known
from encamino.shops.generic.document import Order, ShipmentFact, path
from encamino.shops.generic.transport import Packed, Shipment

SOURCE = "generic"
#: Words for a whole order that speak of its transport.
_TRANSPORT = {
    OrderStatus.AVAILABLE_FOR_PICKUP: ShipmentStatus.AVAILABLE_FOR_PICKUP,
    OrderStatus.DELIVERED: ShipmentStatus.DELIVERED,
    OrderStatus.RETURNED: ShipmentStatus.RETURNED_TO_SENDER,
}


def item_names(order: Order) -> list[str]:
    """What the order's items are called in shipments: id, else sku, else place."""
    return [item.id or item.sku or str(place) for place, item in enumerate(order.items, start=1)]


def of_order(order: Order, as_of: datetime, words: tuple[OrderStatus, ...]) -> Iterator[Fact]:
    """What the order's list says, and what a word for the whole order says of those that state nothing themselves."""
    word = next((_TRANSPORT[word] for word in words if word in _TRANSPORT), None)
    ids: set[str] = set()
    names = frozenset(item_names(order))
    for place, said in enumerate(order.shipments):
        where, id_ = ("order", "shipments", place), said.id or str(place + 1)
        if id_ in ids:
            raise Unreadable(
                f"{path(*where, 'id')} is there twice", where=path(*where, "id"), cure="one id, one shipment"
            )
        ids.add(id_)
        _packed(said.items, names, *where)
        told = () if said.status or said.events or word is None else (_stated(word, as_of),)
        yield from _facts(order.id, _known(said, id_, as_of, told), registered=True)
    if not ids and word is not None:
        yield from _facts(order.id, Known("1", as_of, events=(_stated(word, as_of),)), registered=False)


def of_fact(told: ShipmentFact) -> Iterator[Fact]:
    """What happened to one."""
    said, type_ = told.shipment, FactType(told.type)
    _packed(said.items, frozenset(item_names(told.order)), "shipment")
    event: tuple[Event, ...] = ()
    word = type_.partition(".")[2]
    if type_ is FactType.SHIPMENT_NUMBER_REPLACED and said.number is None:
        raise Unreadable("shipment.number is missing", where="shipment.number", cure="add the new number")
    if type_ not in (FactType.SHIPMENT_REGISTERED, FactType.SHIPMENT_NUMBER_REPLACED):
        event = (Event(told.at, ShipmentStatus(word), word, "", reason=said.reason, source=SOURCE),)
        said = said if said.status != word else said.model_copy(update={"status": None})
    bare = not (said.number or said.carrier or said.link or said.items or said.shipped_at)
    known = _known(said, said.id or "1", told.at, event)
    yield from _facts(told.order.id, known, registered=not (bare and event))
    if type_ is FactType.SHIPMENT_NUMBER_REPLACED:
        yield Fact(type_, told.at, told.order.id, known.id, shipment=known)


def _known(said: Shipment, id_: str, as_of: datetime, told: tuple[Event, ...]) -> Known:
    scans = tuple(
        Event(scan.at, ShipmentStatus(scan.status), scan.status, scan.text, reason=scan.reason, place=scan.place,
              seq=place, source=SOURCE)
        for place, scan in enumerate(said.events)
    )  # fmt: skip
    if said.status:
        status, since = ShipmentStatus(said.status), said.status_at
        stands = replace(_stated(status, since or as_of), reason=said.reason, stated=since is None)
        told = (*told, stands)
    items = tuple(ShippedItem(packed.item, packed.quantity) for packed in said.items)
    label = Label(as_of, said.number, None, said.carrier, said.link)
    return Known(id_, said.shipped_at or as_of, (label,), items or None, (*scans, *told))


def _facts(order: str, known: Known, *, registered: bool) -> Iterator[Fact]:
    """The shipment is there – unless it was taken back before it left – and each thing that happened to it."""
    known = known if registered else replace(known, labels=())
    taken_back = any(event.reason is Reason.CANCELLED for event in known.events)
    if registered and not taken_back:
        yield Fact(FactType.SHIPMENT_REGISTERED, known.registered_at, order, known.id, shipment=known)
    for event in known.events:
        yield Fact(FactType(f"shipment.{event.status}"), event.time, order, known.id, shipment=known)


def _stated(status: ShipmentStatus, as_of: datetime) -> Event:
    """A word for how it stands; nobody told since when."""
    return Event(as_of, status, status.value, "", source=SOURCE, stated=True)


def _packed(items: tuple[Packed, ...], names: frozenset[str], *where: str | int) -> None:
    """Raises Unreadable for what no item of the order is called: it would be waited for for ever."""
    for place, packed in enumerate(items):
        if names and packed.item not in names:
            wrong = path(*where, "items", place, "item")
            cure = "an item is called by its id, else its sku, else its place: 1, 2, 3"
            raise Unreadable(f"{wrong} is no item of the order", where=wrong, cure=cure)
