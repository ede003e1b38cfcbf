"""A carrier is asked about what is due: budget, breaker and deadline hold, and what it says is remembered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched

from encamino.carriers.base import Account, Asked, Carrier, Outcome, Seen
from encamino.domain.errors import Conflict
from encamino.domain.learning import with_shipment
from encamino.domain.order import Order, OrderKey
from encamino.domain.pace import look_again
from encamino.domain.shipment import Shipment, ShipmentStatus, Tracking
from encamino.domain.shop import Shop
from encamino.flows.ask import Asking, ask
from encamino.flows.keep import Desk, Kept, keep
from encamino.store.base import BreakerState, CarrierState, Look

#: Failures in a row that open a carrier's breaker, and how long it then stays open, doubling up to the cap.
BREAKER_OPENS_AT = 4
BREAKER_OPEN_FOR = timedelta(minutes=5)
BREAKER_CAP = timedelta(hours=2)
#: A carrier that asks us to slow down, or refuses our key, is left alone at least this long.
_LEFT_ALONE = {Outcome.THROTTLED: timedelta(minutes=1), Outcome.AUTH_ERROR: timedelta(minutes=30)}
#: Up to this long the budget is waited for here; a longer wait goes back to the agenda.
PATIENCE = timedelta(seconds=2)
_TRIES = 3
#: Looks that wait for a new day's budget come back spread over this long, not all at midnight.
_SPREAD = timedelta(hours=2)
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
    #: A number from 0 to 1, another each time.
    chance: Callable[[], float]


def track(room: TrackDesk, looks: Sequence[Look], now: datetime) -> tuple[Tracked, ...]:
    """Ask about all these. `now`: business clock. What cannot be asked or kept now comes again by the agenda."""
    shops = {slug: room.desk.store.shop(slug) for slug in dict.fromkeys(look.account for look in looks)}
    groups: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        shop = shops[look.account]
        if shop is not None:
            groups.setdefault((_whom(room, shop, look.carrier), shop.shop), []).append(look)
    return tuple(
        tracked
        for (slug, account), group in groups.items()
        if (shop := shops[account])
        for tracked in _group(room, slug, shop, group, now)
    )


def _whom(room: TrackDesk, shop: Shop, slug: str) -> str:
    """The carrier itself; where the shop has no account with it, whoever asks other carriers for this shop."""
    other = shop.aggregator
    if other is None or other == slug or room.account(shop.shop, slug) or not room.account(shop.shop, other):
        return slug
    return other


def _group(room: TrackDesk, slug: str, shop: Shop, looks: list[Look], now: datetime) -> Iterator[Tracked]:
    account = room.account(shop.shop, slug)
    questions = [question for look in looks if (question := _question(room, slug, look))]
    if account is None:
        yield from (_again(room, shop, q, now, timedelta(hours=6), "no account") for q in questions)
        return
    carrier = room.carrier(slug)
    memo = _Memo(room.desk.store, slug, account.owner, room.asking.now)
    for batch in batched(questions, carrier.LIMITS.batch, strict=False):
        wait = _leave(room, slug, account.owner, carrier)
        if wait:
            yield from (_later(room, q, now + wait, "budget or breaker") for q in batch)
            continue
        seen = ask(slug, carrier, [q.asked for q in batch], account.fields, memo, room.asking)
        _judge(room.desk.store, slug, account.owner, seen.values(), room.asking.now())
        for question in batch:
            yield _remember(room, shop, question, seen[question.look.number], now)


@dataclass(frozen=True, slots=True)
class _Question:
    """A look, the shipment as it stands, and what to ask."""

    look: Look
    shipment: Shipment
    asked: Asked


def _question(room: TrackDesk, slug: str, look: Look) -> _Question | None:
    """None when the number has been replaced since the look was planned."""
    document = room.desk.store.order(look.order)
    shipment = document.order.shipment(look.shipment) if document else None
    if document is None or shipment is None or shipment.number != look.number:
        return None
    details = document.order.details
    address = details.address if details else None
    asked = Asked(
        look.number,
        postcode=address.postcode or None if address else None,
        country=address.country or None if address else None,
        locale=document.order.locale or "en",
        carrier=look.carrier if look.carrier != slug else None,
    )
    return _Question(look, shipment, asked)


def _remember(room: TrackDesk, shop: Shop, question: _Question, seen: Seen, now: datetime) -> Tracked:
    look, tracking = question.look, seen.tracking
    if seen.outcome is not Outcome.FOUND or tracking is None:
        wait = max(seen.retry_after or timedelta(0), _AGAIN.get(seen.outcome, timedelta(hours=1)))
        return _again(room, shop, question, now, wait, None, seen.outcome)
    try:
        remember(room.desk, shop, look.order, question.shipment, tracking, now)
    except Conflict:
        return Tracked(look, None, "conflict")  # the sweeper, which moved it on, brings it again
    return Tracked(look, seen.outcome)


def remember(
    desk: Desk,
    shop: Shop,
    key: OrderKey,
    shipment: Shipment,
    tracking: Tracking,
    now: datetime,
    push: str | None = None,
) -> Kept:
    """Let an order know what was told of the number one of its shipments has. Raises Conflict.

    `push`: hash of the message in which we were told, when we did not ask. The next look is set as if we had.
    """
    number = shipment.number or ""
    learnt = keep(
        desk,
        shop,
        key,
        lambda order: (_told(order, shipment.id, number, tracking, now), ()),
        now,
        delivery=push,
        looked=shipment.id,
    )
    known = {event.identity for event in shipment.events}
    after = learnt.order.shipment(shipment.id)
    for event in after.events if after else ():
        if event.status is ShipmentStatus.UNKNOWN and event.identity not in known:
            desk.store.count_unmapped(tracking.carrier, event.raw_code, event.text, number, now)
    return learnt


def _told(order: Order, id_: str, number: str, tracking: Tracking, now: datetime) -> Order:
    """The order knowing what was said of a number; `news` then tells what of it is new."""
    shipment = order.shipment(id_)
    if shipment is None or shipment.number != number:
        return order
    events = tuple(replace(event, number=number, source=tracking.carrier) for event in tracking.events)
    bare = replace(tracking, number=number, events=())
    return with_shipment(order, Shipment(id_, shipment.registered_at, events=events, tracking=bare, tracked_at=now))


def _again(
    room: TrackDesk,
    shop: Shop,
    question: _Question,
    now: datetime,
    wait: timedelta,
    why: str | None,
    outcome: Outcome | None = None,
) -> Tracked:
    room.desk.store.plan_look(replace(question.look, due=look_again(question.shipment, shop, now, wait)))
    return Tracked(question.look, outcome, why)


def _later(room: TrackDesk, question: _Question, due: datetime, why: str) -> Tracked:
    room.desk.store.plan_look(replace(question.look, due=due))
    return Tracked(question.look, None, why)


def _leave(room: TrackDesk, slug: str, owner: str, carrier: Carrier) -> timedelta:
    """How long not to call: the breaker first, then the budget, for which a moment is waited. Zero: call now."""
    store, limits = room.desk.store, carrier.LIMITS
    state, wall = store.breaker(slug, owner), room.asking.now()
    if state.open_until is not None and state.open_until > wall:
        return state.open_until - wall
    wait = timedelta(0)
    for _ in range(_TRIES):  # others may take the call we waited for
        wait = store.spend(slug, owner, limits.per_second, limits.per_day, room.asking.now())
        if not wait or wait > PATIENCE:
            break
        room.asking.sleep(wait.total_seconds())
    return wait + _SPREAD * room.chance() if wait > _SPREAD else wait


def _judge(store: CarrierState, slug: str, owner: str, seen: Iterable[Seen], wall: datetime) -> None:
    """Close the breaker on an answer, count a failure, open it after some; a trial that fails opens it longer."""
    state, answers = store.breaker(slug, owner), tuple(seen)
    told = max((_LEFT_ALONE[a.outcome] for a in answers if a.outcome in _LEFT_ALONE), default=None)
    asked_for = max((a.retry_after for a in answers if a.retry_after), default=timedelta(0))
    # One number may be turned away by itself, a new one for which the quota is spent: who answers about the others,
    # and does not ask us to wait, need not be left alone.
    if told is not None and (asked_for or all(a.outcome is not Outcome.FOUND for a in answers)):
        alone = min(max(told * 2 ** min(state.failures, 10), asked_for), BREAKER_CAP)
        store.set_breaker(slug, owner, BreakerState(state.failures + 1, wall + alone))
        return
    if not all(answer.outcome in _FAILED for answer in answers):
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
    now: Callable[[], datetime]

    def get(self, name: str) -> str | None:
        return self.store.memo_get(self.carrier, self.account, name, self.now())

    def put(self, name: str, value: str, until: datetime) -> None:
        self.store.memo_put(self.carrier, self.account, name, value, until)
