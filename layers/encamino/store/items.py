"""Between the domain's dataclasses and what lies in the table."""

import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import itemgetter
from typing import Any, cast

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from encamino.domain.errors import TooLarge
from encamino.domain.fact import Fact
from encamino.domain.merging import EVENTS_KEPT
from encamino.domain.message import Message, Render
from encamino.domain.order import Details, Order, OrderKey
from encamino.domain.reason import Decision
from encamino.domain.shipment import Event, bearing, event_order
from encamino.store import keys, newer
from encamino.store.base import BreakerState, Lane, Look, OrderDocument, RawDelivery, Unmapped
from encamino.store.letters import Trouble
from encamino.store.table import Draft, Item

_ORDER = TypeAdapter(Order)
_MESSAGE = TypeAdapter(Message)
_RENDER = TypeAdapter(Render)
_DECISION = TypeAdapter(Decision)
_LOOK = TypeAdapter(Look)
_DELIVERY = TypeAdapter(RawDelivery)
_BREAKER = TypeAdapter(BreakerState)
_TROUBLE = TypeAdapter(Trouble)
_UNMAPPED = TypeAdapter(Unmapped)


@dataclass(frozen=True, slots=True)
class Told:
    """What one commit told."""

    facts: tuple[Fact, ...] = ()
    why: tuple[Decision, ...] = ()


_TOLD = TypeAdapter(Told)
# Fact names Details for type checkers only.
_TOLD.rebuild(_types_namespace={"Details": Details})

_OWN_FIELDS = frozenset({"planned", "deliveries", "token_hash", "aliases", "pending"})
_MESSAGE_FIELDS = tuple(field.name for field in fields(Message) if field.name != "key")
#: DynamoDB's 400 kB for an item, but for what stands beside the document.
_ROOM = 390 * 1024
#: Said when it is planned, and never after.
_BORN_WITH = ("fact", "fact_at", "kind", "planned_at")
#: Noted once, never taken back.
_SEEN_FIELDS = ("opened_at", "clicked_at")
#: What a sender knows of its sending.
SENDING_FIELDS = ("to", "locale", "subject", "provider_id", "sent_at")
#: How many decisions one message row keeps.
WHYS_KEPT = 50
_LOOK_FIELDS = ("carrier", "account", "number")


def pack(plain: bytes) -> bytes:
    """Compressed."""
    return zlib.compress(plain, 6)


def unpack(item: Item, name: str = "doc") -> bytes:
    """What was compressed."""
    return zlib.decompress(cast("bytes", item[name]))


def document_out(document: OrderDocument, aliases: Iterable[str]) -> bytes:
    """The order document, with what newer code said in it when it was read. Raises TooLarge."""
    before = cast("Order | None", document.kept.get("order"))
    understood = _order_out(before) if before else {}
    said = newer.carried(document.kept.get("said", {}), understood, _order_out(trimmed(document.order)))
    own = {
        "planned": sorted(document.planned),
        "deliveries": document.deliveries,
        "token_hash": document.token_hash,
        "aliases": sorted(aliases),
        "pending": [_MESSAGE.dump_python(message, mode="json", exclude_none=True) for message in document.pending],
    }
    packed = pack(to_json({**said, **{name: value for name, value in own.items() if value}}))
    if len(packed) > _ROOM:
        raise TooLarge(f"{-(-len(packed) // 1024)} kB to keep of one order, of {_ROOM // 1024}", where="table")
    return packed


def _order_out(order: Order) -> dict[str, Any]:
    return cast("dict[str, Any]", _ORDER.dump_python(order, mode="json", exclude_defaults=True))


def trimmed(order: Order) -> Order:
    """The order with at most as many events as an item has room for, whatever order they came in.

    Each shipment keeps what bears its status, under whichever of its numbers; the rest goes round by round, one event
    of each shipment, newest first. What was dropped once would be dropped again: trimming early changes nothing.
    """
    if sum(len(shipment.events) for shipment in order.shipments) <= EVENTS_KEPT:
        return order
    bearers = {shipment.id: _bearers(shipment.events) for shipment in order.shipments}
    rounds = [
        (-place, _telling_apart(event), shipment.id, event)
        for shipment in order.shipments
        for place, event in enumerate(
            sorted((e for e in shipment.events if e not in bearers[shipment.id]), key=_telling_apart, reverse=True)
        )
    ]
    room = max(EVENTS_KEPT - sum(map(bool, bearers.values())), 0)
    for _, _, id_, event in sorted(rounds, key=itemgetter(0, 1, 2), reverse=True)[:room]:
        bearers[id_].add(event)
    return replace(
        order,
        shipments=tuple(
            replace(shipment, events=tuple(event for event in shipment.events if event in bearers[shipment.id]))
            for shipment in order.shipments
        ),
    )


def _bearers(events: tuple[Event, ...]) -> set[Event]:
    """What bears the status today, and what would bear it if another number counted."""
    ordered = sorted(events, key=_telling_apart)
    found = (bearing(e for e in ordered if e.number in ("", number)) for number in {"", *(e.number for e in ordered)})
    return {event for event in found if event is not None}


def _telling_apart(event: Event) -> tuple[tuple[Any, ...], str]:
    return event_order(event), repr(event)


def document_in(item: Item) -> OrderDocument:
    """The order document."""
    raw = unpack(item)
    said = from_json(raw)
    order = newer.read(_ORDER, raw)
    beyond = {name: value for name, value in said.items() if name not in _OWN_FIELDS}
    return OrderDocument(
        order=order,
        planned=frozenset(said.get("planned", ())),
        deliveries=tuple(said.get("deliveries", ())),
        token_hash=said.get("token_hash"),
        version=cast("int", item["version"]),
        schema=cast("int", item["schema"]),
        pending=tuple(newer.read_plain(_MESSAGE, row) for row in said.get("pending", ())),
        kept={"said": beyond, "order": order, "aliases": frozenset(said.get("aliases", ()))},
    )


def told_out(told: Told) -> bytes:
    """Facts and decisions of one commit."""
    return pack(_TOLD.dump_json(told, exclude_defaults=True))


def told_in(item: Item) -> Told:
    """Facts and decisions of one commit."""
    return newer.read(_TOLD, unpack(item))


def facts_in(image: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[OrderKey, Fact]]:
    """The facts in an item as the table's stream shows it, where bytes are base64; none when it is another item."""
    sort_key = image.get("sk", {}).get("S", "")
    if sort_key.startswith(keys.FACTS):
        told = newer.read(_TOLD, zlib.decompress(b64decode(image["doc"]["B"])))
        yield from ((keys.order_of(image["pk"]["S"]), fact) for fact in told.facts)


def message_out(message: Message) -> Draft:
    """A message row: one attribute per field, so that writing ours leaves alone what newer code added."""
    said = cast("Draft", _MESSAGE.dump_python(message, mode="json", exclude={"key"}))
    due = keys.agenda_time(message)
    at = keys.message(message.key)
    return {
        **said,
        "agenda_pk": keys.agenda(keys.lane_of(message), at) if due else None,
        "agenda_sk": keys.iso(due) if due else None,
    }


def settled_out(message: Message) -> Draft:
    """A message row as whoever settles it may write it: when it was seen may have been noted meanwhile."""
    said = message_out(message).items()
    return {n: value for n, value in said if n not in _BORN_WITH and not (n in _SEEN_FIELDS and value is None)}


def message_in(item: Item) -> Message:
    """A message row."""
    key = keys.message_of(str(item["pk"]), str(item["sk"]))
    said = {name: item[name] for name in _MESSAGE_FIELDS if name in item}
    return newer.read_plain(_MESSAGE, {"key": key, **said})


def decision_out(decision: Decision) -> str:
    """One decision."""
    return _DECISION.dump_json(decision).decode()


def decisions_in(item: Item) -> list[Decision]:
    """The decisions kept on a message row."""
    return [newer.read(_DECISION, text) for text in cast("list[str]", item.get("why", []))]


def decisions_out(item: Item, decision: Decision) -> list[str]:
    """The decisions kept on a message row, each in the words it has there, with one more."""
    known = decisions_in(item)
    there = dict(zip(known, cast("list[str]", item.get("why", [])), strict=True))
    return [there.get(each) or decision_out(each) for each in grown(known, decision)]


def grown(why: Sequence[Decision], decision: Decision) -> list[Decision]:
    """A row's decisions with one more, unless it only repeats the last: the first and the newest are kept."""
    if why and replace(why[-1], at=decision.at) == decision:
        return list(why)
    longer = [*why, decision]
    return longer if len(longer) <= WHYS_KEPT else [longer[0], *longer[1 - WHYS_KEPT :]]


def gist(decision: Decision) -> str:
    """A decision but for its time."""
    return f"{decision.trigger}#{decision.channel}#{decision.verdict}#{decision.reason}"


def look_out(look: Look) -> Draft:
    """When to ask a carrier; without a time it leaves the agenda."""
    shard = keys.agenda(Lane.LOOK, keys.look(look.order, look.shipment))
    return {
        **{name: getattr(look, name) for name in _LOOK_FIELDS},
        "agenda_pk": shard if look.due else None,
        "agenda_sk": keys.iso(look.due) if look.due else None,
    }


def look_in(item: Item) -> Look:
    """When to ask a carrier."""
    said = {name: item[name] for name in _LOOK_FIELDS}
    order, shipment = keys.order_of(str(item["pk"])), keys.shipment_of(str(item["sk"]))
    return _LOOK.validate_python({**said, "order": order, "shipment": shipment, "due": item.get("agenda_sk")})


def render_out(render: Render) -> bytes:
    """What was sent."""
    return pack(_RENDER.dump_json(render, exclude_defaults=True))


def render_in(item: Item) -> Render:
    """What was sent."""
    return _RENDER.validate_json(unpack(item))


def delivery_out(delivery: RawDelivery) -> Draft:
    """A raw delivery, but for its body."""
    return {"doc": pack(to_json(_DELIVERY.dump_python(delivery, mode="json", exclude={"body"})))}


def delivery_in(item: Item, body: bytes) -> RawDelivery:
    """A raw delivery with its body."""
    return _DELIVERY.validate_python({**from_json(unpack(item)), "body": zlib.decompress(body)})


def breaker_out(state: BreakerState) -> Draft:
    """A breaker."""
    return cast("Draft", _BREAKER.dump_python(state, mode="json"))


def breaker_in(item: Item) -> BreakerState:
    """A breaker."""
    return _BREAKER.validate_python(item)


def trouble_out(trouble: Trouble) -> Draft:
    """Why a letter could not be worked."""
    return cast("Draft", _TROUBLE.dump_python(trouble, mode="json"))


def trouble_in(item: Item) -> Trouble:
    """Why a letter could not be worked."""
    return _TROUBLE.validate_python(item)


def unmapped_in(item: Item) -> Unmapped:
    """An unknown code."""
    carrier, code = str(item["sk"]).split("#", 1)
    return _UNMAPPED.validate_python({**item, "carrier": carrier, "code": code})
