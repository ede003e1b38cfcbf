"""What travels: the numbers that plugins keep, and the fulfilments of WooCommerce itself (10.2 and later).

Sources (read 2026-11): developer.woocommerce.com/docs/apis/rest-api/v3/order-fulfillments and
/docs/features/fulfillments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact
from encamino.domain.order import OrderStatus
from encamino.domain.shipment import Event, Label, Reason, Shipment, ShipmentStatus, ShippedItem
from encamino.shops.reading import Json, Table, count, first, flag, ident, instant, rows, text
from encamino.shops.woocommerce.told import Told
from encamino.shops.woocommerce.tracking import Numbered, numbers, page

#: Statuses of an order that say something of its shipments.
_TRANSPORT = {
    OrderStatus.DELIVERED: ShipmentStatus.DELIVERED,
    OrderStatus.AVAILABLE_FOR_PICKUP: ShipmentStatus.AVAILABLE_FOR_PICKUP,
}
#: Statuses of an order that say that something left, also where no number says so.
_GONE = frozenset({OrderStatus.SHIPPED, OrderStatus.PART_SHIPPED, *_TRANSPORT})


@dataclass(frozen=True)
class Journey:
    """What an order says of its travelling. `gone`: when it left, as far as the order tells."""

    meant: OrderStatus | None
    placed: datetime
    as_of: datetime
    gone: datetime
    travels: bool


def shipments(told: Told, journey: Journey) -> tuple[Fact, ...]:
    """A shipment for each number, in their places; one that waits for its number where only the status says it left."""
    found = numbers(told)
    left = journey.meant in _GONE and (journey.travels or journey.meant in _TRANSPORT)
    siblings = tuple(one.number for one in found)
    facts: list[Fact] = []
    for place, one in enumerate(found or (Numbered(""),) if left else found):
        id_ = told.about() if place == 0 else f"{told.about()}-{place + 1}"
        facts += _one(told, journey, id_, one, siblings)
    return tuple(facts)


def fulfillments(told: Told) -> tuple[Fact, ...] | str:
    """The REST API's answer about one fulfilment or all of an order: no webhook has them."""
    if "fulfillments" in told.body and not rows(told.body["fulfillments"]):
        return "no fulfillment of this order"
    facts: list[Fact] = []
    for said in rows(told.body.get("fulfillments")) or rows(told.body.get("fulfillment")) or [told.body]:
        facts += _fulfillment(told, said)
    return tuple(facts)


def _one(told: Told, journey: Journey, id_: str, one: Numbered, siblings: tuple[str, ...]) -> list[Fact]:
    # A day of shipping is a day, at midnight: never before the order and never after it was told.
    since = min(max(one.since or journey.gone, journey.placed), max(journey.as_of, journey.placed))
    label = Label(journey.as_of, one.number or None, None, one.carrier or None, one.link or None, siblings)
    # Where only a part left and nobody tells which, nothing is known to be in it: the rest is still to come.
    unknown = () if journey.meant is OrderStatus.PART_SHIPPED else None
    events = []
    if one.label:
        bought = Event(since, ShipmentStatus.INFO_RECEIVED, "PURCHASED", "", number=one.number, stated=True)
        events.append(replace(bought, source="woocommerce"))
    status = _TRANSPORT.get(journey.meant) if journey.meant else None
    if status:
        stated = Event(journey.as_of, status, told.status, "", told.local, stated=True, source="woocommerce")
        events.append(stated)
    items = unknown if one.items is None else one.items
    return _told(told, Shipment(id_, since, (label,), items, tuple(events)))


def _fulfillment(told: Told, said: Table) -> list[Fact]:
    id_ = ident(said.get("id"))
    if id_ is None or ident(said.get("entity_id")) != told.about():
        raise Unreadable("a fulfillment without an id, or of another order", where=told.topic)
    meta = {text(row.get("key")): row.get("value") for row in rows(said.get("meta_data"))}
    updated = instant(said.get("date_updated")) or told.sent
    if not flag(said.get("is_fulfilled")) and not said.get("date_deleted"):
        return [told.fact("order.preparation_started", updated)]
    provider = text(meta.get("_shipment_provider"))
    carrier = text(meta.get("_provider_name")) if provider in ("", "other") else provider
    number = text(meta.get("_tracking_number"))
    label = Label(updated, number or None, None, carrier or None, page(meta.get("_tracking_url")) or None)
    gone = min(instant(meta.get("_date_fulfilled")) or instant(meta.get("_date_shipped")) or updated, updated)
    # `f`, so that it is no place in the list of a plugin's numbers.
    shipment = Shipment(f"f{id_}", gone, (label,), _items(meta.get("_items")))
    if said.get("date_deleted"):
        when = instant(said.get("date_deleted")) or updated
        off = Event(when, ShipmentStatus.EXCEPTION, "deleted", "", reason=Reason.CANCELLED, stated=True)
        shipment = replace(shipment, events=(replace(off, source="woocommerce"),))
    return _told(told, shipment)


def _items(said: Json) -> tuple[ShippedItem, ...] | None:
    packed = ((ident(row.get("item_id")), count(first(row.get("qty"), row.get("quantity")))) for row in rows(said))
    return tuple(ShippedItem(item, quantity) for item, quantity in packed if item and quantity and quantity > 0) or None


def _told(told: Told, shipment: Shipment) -> list[Fact]:
    facts = [("shipment.registered", shipment.registered_at)] if not shipment.cancelled else []
    facts += [(f"shipment.{event.status}", event.time) for event in shipment.events]
    return [replace(told.fact(type_, when, shipment.id), shipment=shipment) for type_, when in facts]
