"""A carrier is asked about what is due: budget, breaker and deadline hold, and what it says is remembered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched

from encamino.carriers.base import Account, Asked, Carrier, Outcome, Seen
from encamino.domain.learning import with_shipment
from encamino.domain.order import Order
from encamino.domain.shipment import Shipment, ShipmentStatus, Tracking
from encamino.domain.shop import Shop
from encamino.flows.ask import Asking, ask
from encamino.flows.keep import Desk, keep
from encamino.store.base import BreakerState, CarrierState, Look

#: Failures in a row that open a carrier's breaker, and how long it then stays open, doubling up to the cap.
BREAKER_OPENS_AT = 4
BREAKER_OPEN_FOR = timedelta(minutes=5)
BREAKER_CAP = timedelta(hours=2)
#: What to do after an answer that tells nothing of the shipment.
_AGAIN = {
    Outcome.NOT_FOUND: timedelta(hours=2),
    Outcome.INVALID: timedelta(hours=24),
    Outcome.AMBIGUOUS: timedelta(hours=12),
    Outcome.THROTTLED: timedelta(minutes=30),
    Outcome.AUTH_ERROR: timedelta(hours=6),
    Outcome.UNAVAILABLE: timedelta(minutes=10),
    Outcome.UNREADABLE: timedelta(hours=1),
}
_FAILED = frozenset({Outcome.UNAVAILABLE, Outcome.UNREADABLE})


@dataclass(frozen=True, slots=True)
class AccountAt:
    """Credentials and whose they are: the shop's own, or the operator's."""

    owner: str
    fields: Account


@dataclass(frozen=True, slots=True)
class Tracked:
    """What came of one look, for the log and the tests."""

    look: Look
    outcome: Outcome | None
    postponed: str | None = None


@dataclass(frozen=True, slots=True)
class TrackDesk:
    """What tracking needs besides a desk."""

    desk: Desk
    carrier: Callable[[str], Carrier]
    account: Callable[[str, str], AccountAt | None]
    asking: Asking


def track(room: TrackDesk, looks: Sequence[Look], now: datetime) -> tuple[Tracked, ...]:
    """Ask about all these. `now`: business clock. Raises Conflict (the queue tries again)."""
    groups: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        groups.setdefault((look.carrier, look.account), []).append(look)
    return tuple(tracked for (slug, shop), group in groups.items() for tracked in _group(room, slug, shop, group, now))


def _group(room: TrackDesk, slug: str, slug_of_shop: str, looks: list[Look], now: datetime) -> Iterator[Tracked]:
    store = room.desk.store
    shop = store.shop(slug_of_shop)
    account = room.account(slug_of_shop, slug)
    if shop is None or account is None:
        yield from (_postpone(room, look, now + timedelta(hours=6), "no account") for look in looks)
        return
    carrier = room.carrier(slug)
    asked = {look: _asked(room, look) for look in looks}
    for batch in batched([look for look in looks if asked[look]], carrier.LIMITS.batch, strict=False):
        wait = _closed_for(store, slug, account.owner, carrier, room.asking.wall)
        if wait:
            yield from (_postpone(room, look, now + wait, "budget or breaker") for look in batch)
            continue
        questions = [question for look in batch if (question := asked[look])]
        memo = _Memo(store, slug, account.owner, room.asking.wall)
        seen = ask(slug, carrier, questions, account.fields, memo, room.asking)
        _judge(store, slug, account.owner, seen.values(), room.asking.wall)
        for look in batch:
            yield _remember(room, shop, look, seen[look.number], now)


def _asked(room: TrackDesk, look: Look) -> Asked | None:
    """The question, None when the number has been replaced since the look was planned."""
    document = room.desk.store.order(look.order)
    shipment = document.order.shipment(look.shipment) if document else None
    if document is None or shipment is None or shipment.number != look.number:
        return None
    details = document.order.details
    address = details.address if details else None
    return Asked(
        look.number,
        postcode=address.postcode or None if address else None,
        country=address.country or None if address else None,
        locale=document.order.locale or "en",
    )


def _remember(room: TrackDesk, shop: Shop, look: Look, seen: Seen, now: datetime) -> Tracked:
    if seen.outcome is not Outcome.FOUND or seen.tracking is None:
        return _postpone(
            room, look, now + (seen.retry_after or _AGAIN.get(seen.outcome, timedelta(hours=1))), None, seen
        )
    tracking = seen.tracking
    for event in tracking.events:
        if event.status is ShipmentStatus.UNKNOWN:
            room.desk.store.count_unmapped(look.carrier, event.raw_code, event.text, look.number, now)
    keep(room.desk, shop, look.order, lambda order: (_told(order, look, tracking, now), ()), now, looked=look.shipment)
    return Tracked(look, seen.outcome)


def _told(order: Order, look: Look, tracking: Tracking, now: datetime) -> Order:
    """The order knowing what the carrier said; `news` then tells what of it is new."""
    shipment = order.shipment(look.shipment)
    if shipment is None or shipment.number != look.number:
        return order
    events = tuple(replace(event, number=look.number, source=look.carrier) for event in tracking.events)
    bare = replace(tracking, events=())
    return with_shipment(
        order, Shipment(look.shipment, shipment.registered_at, events=events, tracking=bare, tracked_at=now)
    )


def _postpone(room: TrackDesk, look: Look, due: datetime, why: str | None, seen: Seen | None = None) -> Tracked:
    room.desk.store.plan_look(replace(look, due=due))
    return Tracked(look, seen.outcome if seen else None, why)


def _closed_for(store: CarrierState, slug: str, owner: str, carrier: Carrier, wall: datetime) -> timedelta:
    """How long not to call: the breaker first, then the budget. Zero takes one call from the budget."""
    state = store.breaker(slug, owner)
    if state.open_until is not None and state.open_until > wall:
        return state.open_until - wall
    return store.spend(slug, owner, carrier.LIMITS.per_second, carrier.LIMITS.per_day, wall)


def _judge(store: CarrierState, slug: str, owner: str, seen: Iterable[Seen], wall: datetime) -> None:
    """Close the breaker on an answer, count a failure, open it after some; a trial that fails opens it longer."""
    state = store.breaker(slug, owner)
    if not all(answer.outcome in _FAILED for answer in seen):
        if state.failures:
            store.set_breaker(slug, owner, BreakerState())
        return
    failures = state.failures + 1
    over = failures - BREAKER_OPENS_AT
    open_until = wall + min(BREAKER_OPEN_FOR * 2 ** min(over, 10), BREAKER_CAP) if over >= 0 else None
    store.set_breaker(slug, owner, BreakerState(failures, open_until))


@dataclass(frozen=True, slots=True)
class _Memo:
    """An adapter's memory, kept by the store."""

    store: CarrierState
    carrier: str
    account: str
    wall: datetime

    def get(self, name: str) -> str | None:
        return self.store.memo_get(self.carrier, self.account, name, self.wall)

    def put(self, name: str, value: str, until: datetime) -> None:
        self.store.memo_put(self.carrier, self.account, name, value, until)
