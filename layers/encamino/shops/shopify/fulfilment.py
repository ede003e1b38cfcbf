"""Shopify's fulfilments and what is told of their transport.

Sources (read 2026-11): shopify.dev/docs/api/admin-rest/2024-10/resources/fulfillment,
shopify.dev/docs/api/admin-graphql/latest/enums/{FulfillmentEventStatus,FulfillmentStatus}.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact
from encamino.domain.shipment import SILENT, Event, Label, Reason, Shipment, ShipmentStatus, ShippedItem
from encamino.shops.reading import ID_LENGTH, Json, Table, count, flag, ident, instant, rows, text, texts
from encamino.shops.shopify.told import Told

#: FulfillmentEventStatus, lower case → our status.
_TRANSPORT = {
    "label_printed": ShipmentStatus.INFO_RECEIVED,
    "label_purchased": ShipmentStatus.INFO_RECEIVED,
    "confirmed": ShipmentStatus.INFO_RECEIVED,
    "carrier_picked_up": ShipmentStatus.IN_TRANSIT,
    "in_transit": ShipmentStatus.IN_TRANSIT,
    "out_for_delivery": ShipmentStatus.OUT_FOR_DELIVERY,
    "attempted_delivery": ShipmentStatus.ATTEMPT_FAILED,
    "ready_for_pickup": ShipmentStatus.AVAILABLE_FOR_PICKUP,
    "delivered": ShipmentStatus.DELIVERED,
    "picked_up": ShipmentStatus.DELIVERED,
    "delayed": ShipmentStatus.EXCEPTION,
    "failure": ShipmentStatus.EXCEPTION,
}
_REASONS = {"delayed": Reason.CARRIER_DELAY, "failure": Reason.OTHER}
#: FulfillmentStatus: nothing travels yet; nothing ever will. Its `failure` is one of the request, not of the transport.
_PREPARING = frozenset({"pending", "open"})
_CALLED_OFF = frozenset({"cancelled", "error", "failure"})


def fulfilment(told: Told, said: Table) -> tuple[Fact, ...]:
    """One fulfilment: a shipment for each of its numbers. Empty when nothing in it travels."""
    id_, status, lines = ident(said.get("id")), text(said.get("status")), rows(said.get("line_items"))
    created = instant(said.get("created_at")) or told.sent
    called_off = status in _CALLED_OFF
    if id_ is None or (lines and not any(ships(line) for line in lines)):
        return ()
    if status in _PREPARING:
        return (told.fact("order.preparation_started", created),)
    if status != "success" and not called_off:
        return ()
    event = _called_off(told, said) if called_off else _transport(told, said)
    facts = []
    for place, label in enumerate(_labels(told, said)):
        shipment = Shipment(
            id=id_ if place == 0 else f"{id_}-{place + 1}",
            registered_at=created,
            labels=(label,),
            # What travels in which of several parcels nobody tells: all of it counts as being in the first.
            items=_items(lines) if place == 0 else (),
            # One word for all the numbers: true of the first, and of all only when the whole was called off.
            events=(event,) if event and (place == 0 or called_off) else (),
        )
        if not called_off:
            facts.append(_fact(told, "shipment.registered", created, shipment))
        if shipment.events and event and event.status not in SILENT:
            facts.append(_fact(told, f"shipment.{event.status}", event.time, shipment))
    return tuple(facts)


def fulfilment_alone(told: Told) -> tuple[Fact, ...] | str:
    """A fulfilment that was delivered by itself."""
    told.about()
    status = text(told.body.get("status")) or "(none)"
    return fulfilment(told, told.body) or f"fulfillment with status {status}: nothing in it travels"


def fulfilment_event(told: Told) -> tuple[Fact, ...] | str:
    """One step of the transport."""
    said, order, id_ = told.body, told.about(), ident(told.body.get("fulfillment_id"))
    if id_ is None:
        raise Unreadable("no fulfillment id", where=f"order {order}")
    event = _event(told.time("happened_at", "created_at"), said.get("status"), said.get("happened_at"))
    if event is None or event.status in SILENT:
        # As a fact it would have to move something; as a reason it is listed and moves nothing.
        return f"fulfillment event status {event.raw_code if event else '(none)'} is not known"
    event = replace(event, text=text(said.get("message")), place=text(said.get("city")) or None)
    shipment = Shipment(id_, told.time("created_at", "happened_at"), events=(event,))
    return (_fact(told, f"shipment.{event.status}", event.time, shipment),)


def unmapped(told: Told) -> tuple[tuple[str, str], ...]:
    """The words for the transport that our table does not know, each once, with the message beside them."""
    body, group = told.body, told.topic.partition("/")[0]
    if group == "fulfillment_events":
        said = [(body.get("status"), body.get("message"))]
    else:
        sent = rows(body.get("fulfillments")) if group == "orders" else [body] if group == "fulfillments" else []
        said = [(row.get("shipment_status"), None) for row in sent]
    words = ((text(word).lower()[:ID_LENGTH], text(beside)[:ID_LENGTH]) for word, beside in said)
    return tuple(dict.fromkeys((word, beside) for word, beside in words if word and word not in _TRANSPORT))


def ships(line: Table) -> bool:
    """Whether a line travels: gift cards, services and downloads do not."""
    return flag(line.get("requires_shipping"), default=True) and not flag(line.get("gift_card"))


def _transport(told: Told, said: Table) -> Event | None:
    # The word for how it stands now; nobody tells since when. Scans come as fulfilment events.
    event = _event(_updated(told, said), said.get("shipment_status"), said.get("updated_at"))
    return replace(event, stated=True) if event else None


def _called_off(told: Told, said: Table) -> Event:
    event = Event(_updated(told, said), ShipmentStatus.EXCEPTION, text(said.get("status")), "", stated=True)
    return replace(event, local=text(said.get("updated_at")), reason=Reason.CANCELLED, source="shopify")


def _event(when: datetime, status: Json, local: Json) -> Event | None:
    word = text(status).lower()
    known = _TRANSPORT.get(word, ShipmentStatus.UNKNOWN)
    return Event(when, known, word, "", text(local), reason=_REASONS.get(word), source="shopify") if word else None


def _labels(told: Told, said: Table) -> list[Label]:
    """The numbers, each once, with their pages; one label without a number when there is none yet."""
    numbers = texts(said.get("tracking_numbers")) or [text(said.get("tracking_number"))]
    links = texts(said.get("tracking_urls")) or [text(said.get("tracking_url"))]
    pages = dict(zip(numbers, links, strict=False)) if len(links) == len(numbers) else {numbers[0]: links[0]}
    company, updated = text(said.get("tracking_company")) or None, _updated(told, said)
    siblings = tuple(number for number in dict.fromkeys(numbers) if number)
    return [
        Label(updated, number or None, None, company, pages.get(number) or None, siblings)
        for number in dict.fromkeys(numbers)
    ]


def _items(lines: list[Table]) -> tuple[ShippedItem, ...] | None:
    if not lines:
        return None
    packed = ((ident(line.get("id")), count(line.get("quantity"))) for line in lines if ships(line))
    return tuple(ShippedItem(item, quantity) for item, quantity in packed if item and quantity)


def _updated(told: Told, said: Table) -> datetime:
    return instant(said.get("updated_at")) or instant(said.get("created_at")) or told.sent


def _fact(told: Told, type_: str, when: datetime, shipment: Shipment) -> Fact:
    return replace(told.fact(type_, when, shipment.id), shipment=shipment)
