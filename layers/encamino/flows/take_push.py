"""A carrier told us without being asked: what it says is learnt as if it had been."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from encamino.carriers.base import PUSHED, Told, pushing
from encamino.carriers.reading import plain
from encamino.domain.errors import Missing, Unreadable
from encamino.domain.order import OrderKey
from encamino.domain.shipment import Shipment, Tracking
from encamino.flows.keep import Desk
from encamino.flows.track import remember
from encamino.store.base import RawDelivery


@dataclass(frozen=True, slots=True)
class Push:
    """An authentic message of a carrier. `everyones`: to an account that all shops share."""

    carrier: str
    shop: str
    body: bytes
    received_at: datetime
    everyones: bool = False


def take_push(desk: Desk, push: Push, now: datetime, aside: str | None = None) -> str:
    """Take one in; returns what became of it, for the log. Raises Conflict, Missing.

    What is about a shipment of ours is kept with its order, and can be told again. Polling stays the truth: what cannot
    be matched here, or is lost, the next look brings. `aside`: where it lies, if it could not be read before.
    """
    carrier = pushing(push.carrier)
    if carrier is None:
        raise Missing(f"{push.carrier} does not call us", where="carrier")
    slug = PUSHED + push.carrier
    raw = RawDelivery(_digest(slug.encode(), push.body), slug, push.received_at, {}, push.body)
    try:
        told = carrier.read_push(push.body)
    except Unreadable as err:
        desk.store.keep_delivery(push.shop, None, replace(raw, trouble=err.message))
        return _noted(desk, push, "unreadable", err.message)
    if aside is not None:
        desk.store.drop_delivery(push.shop, None, aside)
    learnt = [
        _learn(desk, raw, key, shipment, tracking, now)
        for one in told
        if (tracking := one.seen.tracking)
        for key, shipment in _meant(desk, push, one)
    ]
    if learnt:
        return _noted(desk, push, "again" if not any(learnt) else "understood")
    why = [one.seen.detail or one.seen.outcome for one in told if not one.seen.tracking]
    return _noted(desk, push, "ignored", ", ".join(why) or "about no shipment of ours")


def _meant(desk: Desk, push: Push, told: Told) -> Iterator[tuple[OrderKey, Shipment]]:
    """The shipments that have this number today, with this carrier or with the one it is asked about in its stead."""
    slugs = dict.fromkeys(slug for slug in (push.carrier, told.carrier) if slug)
    for key in dict.fromkeys(key for slug in slugs for key in desk.store.orders_of_number(slug, told.number)):
        document = desk.store.order(key) if push.everyones or key.shop == push.shop else None
        for shipment in document.order.shipments if document else ():
            if shipment.carrier in slugs and plain(shipment.number) == plain(told.number):
                yield key, shipment


def _learn(desk: Desk, raw: RawDelivery, key: OrderKey, shipment: Shipment, tracking: Tracking, now: datetime) -> bool:
    """Whether it was not known before."""
    shop = desk.store.shop(key.shop)
    if shop is None:
        return False
    desk.store.keep_delivery(key.shop, key, raw)
    # Two shipments of one order may have one number: each is told.
    digest = _digest(raw.hash.encode(), shipment.id.encode())
    return not remember(desk, shop, key, shipment, tracking, now, push=digest).again


def _noted(desk: Desk, push: Push, verdict: str, why: str = "") -> str:
    said = f"{verdict}: {why}" if why else verdict
    desk.store.note_delivery(push.shop, PUSHED + push.carrier, push.received_at, said)
    return verdict


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\x1f".join(parts)).hexdigest()
