"""The season of `season.py` on the in-memory store, whose every call may fail as one of AWS may: for many orders.

The flows, the rooms and the store's contract are the real ones; only the wire is missing, and with it most of the time.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, override
from urllib.parse import parse_qs, urlsplit

from encamino.carriers.base import Request, Response
from encamino.carriers.recognise import named
from encamino.channels.base import Accepted, Ambiguous, Sent, Throttled
from encamino.channels.feedback import Feedback, FeedbackKind
from encamino.domain.errors import EncaminoError, Unavailable
from encamino.domain.message import Message
from encamino.domain.order import OrderKey
from encamino.flows.feedback import hear
from encamino.flows.intake import take
from encamino.flows.sweep import sweep
from encamino.shops.base import Delivery, platform
from encamino.store.base import Due, Lane
from infra.local.simulator.recordings import Recordings
from tests.faults.histories import JOURNEY, LASTS, MINUTE, History, Told, deliveries, got, headers
from tests.faults.season import SHOP, Books
from tests.flows.house import RECORDINGS, House

#: As often as botocore asks: the wiring says so.
ATTEMPTS = 3
#: A queue's visibility, and how often it gives a message before it is a dead letter.
COMES_BACK, TRIES = timedelta(minutes=6), 5


@dataclass
class Faulty:
    """A store, some of whose calls fail: undone, or done and not heard of. Each is tried again as boto3 would."""

    well: Any
    chance: random.Random
    share: float
    met: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.well, name)

        def failing(*arguments: Any, **named: Any) -> Any:
            for _ in range(ATTEMPTS):
                drawn = self.chance.random()
                self.met["calls"] += 1
                if drawn >= self.share:
                    return call(*arguments, **named)
                self.met["failed"] += 1
                if drawn < self.share / 2:
                    call(*arguments, **named)
            raise Unavailable("drawn")

        return failing


class FaultyHouse(House):
    """See the module. Time goes by minutes."""

    def __init__(self, templates: Path, start: datetime, seed: int, share: float) -> None:
        super().__init__(templates, SHOP, start)
        self.chance, self.well = random.Random(seed), self.store
        faulty: Any = Faulty(self.well, self.chance, share)
        self.faults: Faulty = faulty
        self.store, self.desk = faulty, replace(self.desk, store=faulty)
        self.mail.answers = self.phone.answers = self._answer
        self.arrived: Counter[str] = Counter()
        self.dead = 0
        self._heard: list[Message] = []

    def live(self, orders: Iterable[History], copies: int = 3) -> int:
        """Everything is told; then all is well for three hours. Returns how many deliveries came."""
        place = itertools.count()
        coming = [
            (at, next(place), 1, told) for history in orders for at, told in deliveries(history, copies, self.chance)
        ]
        heapq.heapify(coming)
        count, end = len(coming), self.now + LASTS
        while self.now < end + timedelta(hours=3):
            if self.now >= end:
                self.faults.share = 0.0
            while coming and coming[0][0] <= self.now:
                self._take(coming, place)
            self._minute()
            later = [self.now + MINUTE, *(at for at, *_ in coming[:1]), *filter(None, [self.well.next_due(self.now)])]
            self.now = min(
                max(self.now + MINUTE, min(later[1:], default=self.now + 60 * MINUTE)), end + timedelta(hours=3)
            )
        return count

    def _take(self, coming: list[tuple[datetime, int, int, Told]], place: Iterator[int]) -> None:
        _, _, tried, told = heapq.heappop(coming)
        try:
            delivery = Delivery(told.body, headers(told, "any"), self.now)
            take(self.desk, self.shop, "shopify", platform("shopify"), delivery, named, self.now)
        except EncaminoError:
            if tried >= TRIES:
                self.dead += 1
            else:
                heapq.heappush(coming, (self.now + COMES_BACK, next(place), tried + 1, told))

    def _minute(self) -> None:
        for _ in range(50):
            try:
                swept = sweep(self.store, lambda _lane: 500, self._do, self.now)
            except EncaminoError:
                continue  # the schedule's next minute
            if not any(swept.handed.values()):
                break
        heard, self._heard = self._heard, []
        for message in heard:
            self._hear(message)

    def _hear(self, message: Message) -> None:
        said = Feedback(str(message.key), FeedbackKind.DELIVERED, self.now)
        for _ in range(TRIES):
            try:
                hear(self.store, said, lambda shop, address: f"{shop}{address}", self.now)
            except EncaminoError:
                continue
            return
        self.dead += 1

    @override
    def _do(self, lane: Lane, due: Iterable[Due]) -> None:
        for item in due:
            for _ in range(2):  # a queue gives it again; what fails then too comes by the agenda
                try:
                    super()._do(lane, [item])
                except EncaminoError:
                    continue
                break

    def _answer(self, message: Message) -> Sent:
        drawn, share = self.chance.random(), self.faults.share
        if drawn < share / 3:
            return Throttled(timedelta(seconds=30))
        accepted = drawn >= 2 * share / 3
        if accepted:
            self.arrived[str(message.key)] += 1
            self._heard.append(message)
        if drawn < share:
            return Ambiguous("drawn")
        return Accepted(f"id-{message.key}")

    def journeys(self, orders: Iterable[History]) -> None:
        """DHL plays each number's journey."""
        starts = {number: start for history in orders for number, start in history.numbers.items()}
        recordings = Recordings(RECORDINGS / "carriers")

        def answer(request: Request) -> Response:
            number = parse_qs(urlsplit(request.url).query)["trackingNumber"][0]
            come = [(starts[number] + minutes * MINUTE, play) for minutes, play in JOURNEY]
            at, play = max((one for one in come if one[0] <= self.now), default=(self.now, "not_found"))
            said = recordings.answer("dhl", play, number, at)
            return Response(said.status, said.body)

        self.line = answer

    def balance(self, orders: Iterable[History], told: int) -> Books:
        """Compare every order with what it must be, and every mailbox with what it must hold."""
        histories = list(orders)
        lost, doubled, wrong, doubtful, twice = [], [], [], 0, 0
        for history in histories:
            key = OrderKey(SHOP.shop, "shopify", str(history.id))
            document = self.well.order(key)
            if document is None or document.order.status is not history.status:
                wrong.append(f"{history.id} is {document and document.order.status}, not {history.status}")
            rows = self.well.messages_of(key)
            received: Counter[tuple[str, str]] = Counter()
            unknown: Counter[tuple[str, str]] = Counter()
            for row in rows:
                times, kind = self.arrived[str(row.key)], (row.key.trigger, str(row.key.channel))
                doubtful += bool(times and row.doubtful)
                unknown[kind] += row.status == "unknown" and not times
                received[kind] += bool(times)
                if times == 2 and row.doubtful:
                    twice += 1
                elif times > 1:
                    doubled.append(f"{row.key}: {times} times")
            missing, extra = got(+received, history.expected)
            lost += [f"{history.id}: {name}" for name in missing - unknown]
            wrong += [f"{history.id}: {name}" for name in extra]
        return Books(len(histories), told, lost, doubled, wrong, doubtful, twice, self.dead)
