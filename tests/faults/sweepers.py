"""An agenda, sweepers that die at a call or take turns with others, and queues and workers for what they hand over."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from encamino.domain.fact import FactType
from encamino.domain.message import Channel, Kind, Message, MessageKey, MessageStatus
from encamino.domain.order import Details, Order, OrderKey
from encamino.flows.send import LEASE
from encamino.flows.sweep import HANDED_FOR, sweep
from encamino.store.base import Commit, Due, Lane, Look, OrderDocument, Store
from encamino.wiring import ROOM
from tests.builders import a_shop
from tests.faults.aws import Killed

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
#: What one commit writes together.
OF_ONE_ORDER = 40


@dataclass
class World:
    """A store, and what became of everything in its agenda."""

    store: Store
    chance: Random
    now: datetime = START
    due: dict[str, datetime] = field(default_factory=dict)
    handed: dict[str, list[datetime]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    #: What is there to be worked, from when.
    queue: list[tuple[datetime, Due]] = field(default_factory=list)
    worked: int = 0
    deaths: int = 0

    def fill(self, count: int, within: timedelta) -> None:
        """So much is due within that time, in every lane."""
        self.store.put_shop(a_shop())
        for first in range(0, count, OF_ONE_ORDER):
            order = Order(OrderKey("casa-lluna", "shopify", str(first)), Details(START, f"#{first}", START))
            looks, messages = [], []
            for place in range(first, min(first + OF_ONE_ORDER, count)):
                at = START + timedelta(seconds=self.chance.randint(0, int(within.total_seconds())))
                if place % 4:
                    messages.append(_message(order.key, place, at))
                    self.due[str(messages[-1].key)] = at
                else:
                    looks.append(Look(order.key, f"s{place}", "dhl", "casa-lluna", f"N{place}", at))
                    self.due[f"s{place}"] = at
            assert self.store.commit(Commit(OrderDocument(order), START, messages=tuple(messages), looks=tuple(looks)))

    def take(self, items: Sequence[Due]) -> None:
        """What a queue does. Now and then it gives something twice, or so late that the agenda has given it again."""
        for item in items:
            self.handed.setdefault(_name(item), []).append(self.now)
            drawn = self.chance.random()
            self.queue.append((self.now + (HANDED_FOR + MINUTE if drawn < 0.03 else timedelta(0)), item))
            if drawn > 0.97:
                self.queue.append((self.now + self.chance.randrange(20) * MINUTE, item))

    def work(self) -> None:
        """What the workers do: all that has come, if it is not done."""
        come = [item for at, item in self.queue if at <= self.now]
        self.queue = [(at, item) for at, item in self.queue if at > self.now]
        self.worked += len(come)
        for place, item in enumerate(come):
            if item.look is not None:
                self.store.plan_look(replace(item.look, due=None))
                self.done[_name(item)] = 1  # to ask a carrier twice does no harm
            elif item.message is not None:
                claimed = self.store.claim(item.message, f"{self.now}{place}", self.now, LEASE)
                if claimed is not None:
                    self.done[_name(item)] += 1
                    self.store.settle(replace(claimed, status=MessageStatus.SENT), {MessageStatus.SENDING})

    def waiting(self) -> int:
        """How many things are due now and were never handed over."""
        return sum(at <= self.now and name not in self.handed for name, at in self.due.items())

    def lateness(self) -> list[timedelta]:
        """How long after its time everything was handed over for the first time, least first."""
        return sorted(times[0] - self.due[name] for name, times in self.handed.items())


@dataclass
class Sweeper:
    """One run of the sweeper, which dies at that call if told to."""

    world: World
    dies_at: int | None = None
    after: bool = False
    turn: Callable[[], AbstractContextManager[None]] = nullcontext
    calls: int = 0

    def run(self) -> None:
        """Sweep as far as it lives."""
        try:
            sweep(self, lambda _lane: self._call(lambda: ROOM), self.hand_over, self.world.now)
        except Killed:
            self.world.deaths += 1

    def due(self, lane: Lane, until: datetime, limit: int) -> tuple[Due, ...]:
        return self._call(lambda: self.world.store.due(lane, until, limit))

    def handed(self, due: Due, again: datetime) -> bool:
        return self._call(lambda: self.world.store.handed(due, again))

    def hand_over(self, _lane: Lane, due: Sequence[Due]) -> None:
        self._call(lambda: self.world.take(due))

    def plan_look(self, look: Look) -> None:
        self.world.store.plan_look(look)

    def next_due(self, after: datetime) -> datetime | None:
        return self.world.store.next_due(after)

    def _call[T](self, what: Callable[[], T]) -> T:
        with self.turn():
            self.calls += 1
            if self.calls == self.dies_at and not self.after:
                raise Killed
            answer = what()
            if self.calls == self.dies_at:
                raise Killed
            return answer


@dataclass
class Turns:
    """Who may make the next call is drawn."""

    chance: Random
    players: list[int]

    def __post_init__(self) -> None:
        self._moved = threading.Condition()
        self._next = self.chance.choice(self.players)

    @contextmanager
    def of(self, me: int) -> Iterator[None]:
        with self._moved:
            assert self._moved.wait_for(lambda: self._next == me, 60)
            try:
                yield
            finally:
                self._go_on()

    def leave(self, me: int) -> None:
        with self.of(me):
            self.players.remove(me)

    def _go_on(self) -> None:
        if self.players:
            self._next = self.chance.choice(self.players)
        self._moved.notify_all()


def _message(order: OrderKey, place: int, due: datetime) -> Message:
    kind = Kind.MARKETING if place % 8 == 1 else Kind.SERVICE
    key = MessageKey(order, "shipped", f"s{place}", Channel.EMAIL)
    return Message(
        key, FactType.SHIPMENT_REGISTERED, START, kind, MessageStatus.PLANNED, START, due, urgent=place % 8 == 2
    )


def _name(item: Due) -> str:
    return str(item.message) if item.message is not None else item.look.shipment if item.look is not None else ""
