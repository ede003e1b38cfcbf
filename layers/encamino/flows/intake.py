"""A shop told us something: understand it, remember it, plan what it calls for."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from encamino.carriers.base import aggregates
from encamino.domain.errors import TooLarge, Unreadable
from encamino.domain.fact import Fact
from encamino.domain.learning import learn
from encamino.domain.order import Order, OrderKey
from encamino.domain.shipment import Label
from encamino.domain.shop import Shop
from encamino.flows.keep import Desk, Kept, Learn, keep
from encamino.shops.base import Delivery, Platform, Translation
from encamino.store.base import RawDelivery

#: What one order may have: each shipment is a mail to its customer, and a transaction holds a hundred writes.
SHIPMENTS, MILESTONES = 100, 500

#: Carrier slug for (the shop's words, the shop's link, the number, the shop's own table), None when not recognised.
type Recognise = Callable[[str | None, str | None, str | None, dict[str, str]], str | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a delivery: the orders it changed, or why it changed none."""

    kept: tuple[Kept, ...] = ()
    ignored: str | None = None
    trouble: str | None = None
    #: Its hash, when it is kept among the shop's own: no order could be told, or its order has no room for it.
    aside: str | None = None


def delivery_hash(platform: str, delivery: Delivery, topic: Sequence[str]) -> str:
    """One name for a delivery told again: its topic headers and its bytes."""
    said = [platform, *(delivery.headers.get(name, "") for name in topic)]
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace") + b"\x1f" + delivery.body).hexdigest()


def take(
    desk: Desk,
    shop: Shop,
    slug: str,
    platform: Platform,
    delivery: Delivery,
    recognise: Recognise,
    now: datetime,
) -> Taken:
    """Take one authentic delivery in. Malformed ones are kept and listed, never lost. Raises Conflict, Unavailable."""
    hash_ = delivery_hash(slug, delivery, sorted(h for h in platform.HEADERS if "topic" in h))
    raw = RawDelivery(hash_, slug, delivery.received_at, delivery.headers, delivery.body)
    try:
        translation = platform.translate(delivery, shop.statuses)
    except Unreadable as err:
        said = f"{err.message}: {err.cure}" if err.cure else err.message
        # In the shop's own partition, where `inbox list` and the doctor look for it.
        desk.store.keep_delivery(shop.shop, None, replace(raw, trouble=said))
        return Taken(trouble=said, aside=hash_)
    refusal = _refusal(shop, translation)
    orders = tuple(dict.fromkeys(fact.order for fact in translation.facts if fact.order))
    if refusal or not orders:
        about = _key(shop, slug, platform, delivery)
        desk.store.keep_delivery(shop.shop, about, raw)
        return Taken(ignored=refusal or "about no order", aside=None if about else hash_)
    kept, trouble = [], None
    for id_ in orders:
        key = OrderKey(shop.shop, slug, id_)
        desk.store.keep_delivery(shop.shop, key, raw)
        facts = tuple(_with_carrier(f, shop, recognise) for f in translation.facts if f.order == id_)
        try:
            kept.append(keep(desk, shop, key, _learning(facts), now, delivery=hash_))
        except TooLarge as err:
            # Tried again it would be as large: it is listed with what could not be read.
            trouble = err.message
            desk.store.keep_delivery(shop.shop, None, replace(raw, trouble=trouble))
    if not all(one.again for one in kept):
        for code, text in translation.unmapped:
            desk.store.count_unmapped(slug, code, text, orders[0], now)
    return Taken(tuple(kept), trouble=trouble, aside=hash_ if trouble else None)


def _refusal(shop: Shop, translation: Translation) -> str | None:
    if translation.ignored:
        return translation.ignored
    if shop.domains and translation.shop_domain and translation.shop_domain not in shop.domains:
        return f"from {translation.shop_domain}, which the shop file does not list under domains"
    return None


def _key(shop: Shop, slug: str, platform: Platform, delivery: Delivery) -> OrderKey | None:
    order = platform.key(delivery)
    return OrderKey(shop.shop, slug, order) if order else None


def _learning(facts: tuple[Fact, ...]) -> Learn:
    def learnt(order: Order) -> tuple[Order, tuple[Fact, ...]]:
        after = learn(order, facts)
        if len(after.shipments) > SHIPMENTS or len(after.milestones) > MILESTONES:
            found = f"{len(after.shipments)} shipments and {len(after.milestones)} milestones"
            raise TooLarge(f"{found} of one order, of {SHIPMENTS} and {MILESTONES}", where=f"order {order.key.id}")
        return after, facts

    return learnt


def _with_carrier(fact: Fact, shop: Shop, recognise: Recognise) -> Fact:
    if fact.shipment is None or not fact.shipment.labels:
        return fact
    labels = tuple(_recognised(label, shop, recognise) for label in fact.shipment.labels)
    return replace(fact, shipment=replace(fact.shipment, labels=labels))


def _recognised(label: Label, shop: Shop, recognise: Recognise) -> Label:
    if label.carrier is not None or label.number is None:
        return label
    meant = recognise(label.carrier_name, label.link, label.number, shop.carriers)
    if meant is None and shop.aggregator and aggregates(shop.aggregator):
        # Nobody's we know: whoever asks other carriers for this shop is asked.
        meant = shop.aggregator
    return replace(label, carrier=meant)
