"""Writing what became known of one order: load, learn, plan, commit. A lost race is planned again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from encamino.domain.errors import Conflict
from encamino.domain.fact import Fact
from encamino.domain.link import LinkKind, token, token_hash
from encamino.domain.message import MessageKey
from encamino.domain.news import fresh, news
from encamino.domain.order import Order, OrderKey
from encamino.domain.pace import next_look
from encamino.domain.policy import Catalogue, plan
from encamino.domain.reason import Decision
from encamino.domain.shop import Shop
from encamino.store.base import Commit, Look, OrderDocument, Store

#: Law 7: how often a lost race is planned again in process; then the queue's turn.
RACES = 5
#: How many messages one write takes, beside the document and its facts; a transaction holds a hundred.
AT_ONCE = 50
#: How many delivery hashes a document remembers. A shop re-sends within hours, an order has tens of deliveries.
DELIVERIES_REMEMBERED = 40


@dataclass(frozen=True, slots=True)
class Desk:
    """What every flow that changes an order needs."""

    store: Store
    catalogue: Catalogue
    link_key: Callable[[], bytes]


#: What becomes known of an order, and the facts that were told with it.
type Learn = Callable[[Order], tuple[Order, Sequence[Fact]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of it."""

    order: Order
    planned: tuple[str, ...] = ()
    why: tuple[Decision, ...] = ()
    #: The delivery had been understood before.
    again: bool = False


def keep(
    desk: Desk,
    shop: Shop,
    key: OrderKey,
    learnt: Learn,
    now: datetime,
    *,
    delivery: str | None = None,
    looked: str | None = None,
) -> Kept:
    """Let an order know more and plan what it calls for. Raises Conflict.

    `delivery`: hash of the delivery that told them; told before, it changes nothing. `looked`: the shipment a carrier
    was just asked about.
    """
    for _ in range(RACES):
        document = desk.store.order(key)
        if document is not None and document.pending:
            # Somebody died before they were written.
            document = _written(desk, document, now)
        if document is not None and delivery is not None and delivery in document.deliveries:
            return Kept(document.order, again=True)
        document = document or OrderDocument(Order(key), token_hash=_token_hash(desk, key))
        change, kept = _change(desk, shop, document, learnt, now, delivery, looked)
        if desk.store.commit(change.commit):
            if change.commit.document.pending and (written := desk.store.order(key)) is not None:
                _written(desk, written, now)
            if change.hasten:
                desk.store.hasten(change.hasten, now)
            return kept
    raise _lost(key)


def _written(desk: Desk, document: OrderDocument, now: datetime) -> OrderDocument:
    """The document, once all its pending messages are rows. Raises Conflict."""
    key = document.order.key
    for _ in range(RACES + len(document.pending)):
        if not document.pending:
            return document
        rows, left = document.pending[:AT_ONCE], document.pending[AT_ONCE:]
        desk.store.commit(Commit(replace(document, pending=left), now, messages=rows))
        document = desk.store.order(key) or document
    raise _lost(key)


def _lost(key: OrderKey) -> Conflict:
    return Conflict(f"lost {RACES} races", where=f"order {key.id}", cure="the queue will try again")


@dataclass(frozen=True, slots=True)
class _Change:
    commit: Commit
    hasten: tuple[MessageKey, ...]


def _change(
    desk: Desk,
    shop: Shop,
    document: OrderDocument,
    learnt: Learn,
    now: datetime,
    delivery: str | None,
    looked: str | None,
) -> tuple[_Change, Kept]:
    before = document.order if document.version else None
    after, facts = learnt(document.order)
    told = (*fresh(before, facts), *news(before, after))
    planned = plan(before, after, told, shop, desk.catalogue, document.planned, now)
    keys = tuple(str(m.key) for m in planned.messages)
    deliveries = (*document.deliveries, delivery)[-DELIVERIES_REMEMBERED:] if delivery else document.deliveries
    commit = Commit(
        document=replace(
            document,
            order=after,
            planned=document.planned | set(keys),
            deliveries=deliveries,
            pending=planned.messages[AT_ONCE:],
        ),
        at=now,
        facts=tuple(_lean(f) for f in told),
        why=planned.why,
        messages=planned.messages[:AT_ONCE],
        looks=_looks(before, after, shop, now, looked),
    )
    return _Change(commit, planned.hasten), Kept(after, keys, planned.why)


def _looks(before: Order | None, after: Order, shop: Shop, now: datetime, looked: str | None) -> tuple[Look, ...]:
    """The looks whose time changes: after a look its own, else where a number is new or a shipment has ended."""
    looks = []
    for shipment in after.shipments:
        then = before.shipment(shipment.id) if before else None
        if shipment.number is None or shipment.carrier is None:
            continue
        due = next_look(shipment, shop, now)
        same = then is not None and then.number == shipment.number and then.carrier == shipment.carrier
        if (
            looked == shipment.id
            or not same
            or (due is None and then is not None and next_look(then, shop, now) is not None)
        ):
            at_once = due is not None and not same
            when = now if at_once else due
            looks.append(Look(after.key, shipment.id, shipment.carrier, after.key.shop, shipment.number, when))
    return tuple(looks)


def _lean(fact: Fact) -> Fact:
    """A fact as the log keeps it: what it said in full stands in the delivery and in the document."""
    return replace(fact, details=None, shipment=None)


def _token_hash(desk: Desk, key: OrderKey) -> str:
    return token_hash(token(desk.link_key(), LinkKind.TRACKING, key))
