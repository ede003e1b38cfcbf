"""Every function dies at every one of its calls to AWS, before it and after it, once each: none is drawn, all are met.

A batch of ten is made ready, the function is run on it once to count its calls, and then again for every boundary from
the same beginning. After each death everything is left alone until it has come to rest. Every day the batch is of two,
and only calls that change something count: to die between two reads is to die at the same place.
"""

import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from encamino.domain.message import MessageStatus
from encamino.domain.order import OrderKey
from infra.local.simulator.timetable import Entry, Programme, Timetables
from tests.faults.aws import REGION, Aws, Kill, Sent
from tests.faults.clock import Clock
from tests.faults.histories import History, Told, headers, travelling
from tests.faults.lambdas import SECRET, Lambdas, deployed, start_cold
from tests.faults.moto_at_size import Snapshot, images, restore, snapshot
from tests.faults.season import SHOP

_READS = frozenset({
    "dynamodb.GetItem", "dynamodb.Query", "ssm.GetParameter", "sqs.GetQueueAttributes", "sesv2.GetAccount",
})  # fmt: skip
CONFIRMED, OUT = ("order_confirmed", "email"), ("out_for_delivery", "email")


@dataclass
class Ready:
    """A stack in which that function has a batch to do, and what is true when all is done."""

    stack: Lambdas
    clock: Clock
    function: str
    run: Callable[[], object]
    orders: list[History]
    expected: tuple[str, str]
    status: MessageStatus
    deaths: int = 0
    doubled: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unknown_texts: int = 0

    def judge(self, where: str) -> int:
        """Compare with what must be. Returns how many mails went twice."""
        aws, twice = self.stack.aws, 0
        mails = Counter(sent.tags["encamino_key"] for sent in aws.mails)
        for history in self.orders:
            key = OrderKey(SHOP.shop, "shopify", str(history.id))
            rows = {(row.key.trigger, str(row.key.channel)): row for row in self.stack.store.messages_of(key)}
            row = rows.get(self.expected)
            if row is None or not mails[str(row.key)]:
                self.lost.append(f"{where}: {history.id}")
                continue
            twice += mails[str(row.key)] - 1
            if row.status is not self.status:
                self.wrong.append(f"{where}: {history.id} {row.status}")
            text = rows.get(("out_for_delivery", "sms"))
            self.unknown_texts += text is not None and text.status is MessageStatus.UNKNOWN
        if any(self.stack.waiting(queue, dead=True) for queue in ("Inbox", "Look", "Send")):
            self.wrong.append(f"{where}: dead letters")
        texts = Counter(sent.to for sent in aws.texts)
        if self.expected is OUT and texts.total() > len(self.orders):
            self.doubled["text"] += 1
        return twice


def boundaries(ready: Ready, *, reads: bool) -> Iterator[tuple[Kill, str]]:
    """Run it once undisturbed; then every death, each from the same beginning. Yields when all has come to rest."""
    stack, aws = ready.stack, ready.stack.aws
    before: Snapshot = snapshot("table", REGION)
    begun, mails, texts = ready.clock.now, list(aws.mails), list(aws.texts)
    start_cold()
    aws.calls.clear()
    ready.run()
    calls = [call for function, call, _ in aws.calls if function == ready.function]
    for place, call in enumerate(calls, start=1):
        if not reads and call in _READS:
            continue
        for after in (False, True):
            restore("table", REGION, before)
            ready.clock.set(begun)
            aws.mails, aws.texts = list(mails), list(texts)
            stack.told_of = len(mails)
            start_cold()
            aws.counted.clear()
            aws.kill = Kill(ready.function, place, after)
            ready.run()
            assert aws.kill is None, f"call {place} was not met"
            ready.deaths += 1
            stack.heal()
            yield Kill(ready.function, place, after), f"{'after' if after else 'before'} call {place}, {call}"


@contextmanager
def made_ready(
    function: str, size: int, aws: Aws, clock: Clock, carriers: tuple[str, Timetables], templates: Path
) -> Iterator[Ready]:
    """Ten orders, told as far as it takes for that function to have them all in one batch."""
    gateway, timetables = carriers
    orders = travelling(size, clock.now)
    clock.advance(1800)
    for history in orders:
        for number in history.numbers:
            entries = (Entry(timedelta(0), "out_for_delivery"),)
            timetables.put("dhl", Programme(number, clock.now - timedelta(hours=1), entries))
    with deployed(aws, clock, templates, gateway) as stack:
        stack.open_shop(SHOP)
        ready = Ready(stack, clock, function, lambda: None, orders, CONFIRMED, MessageStatus.DELIVERED)
        _prepare(ready, function)
        yield ready


def _prepare(ready: Ready, function: str) -> None:
    stack, paid, shipped = ready.stack, [], []
    for history in ready.orders:
        paid.append(history.told[1])
        shipped.append(history.told[-1])
    if function == "receive_shop_webhook":
        ready.run = lambda: _tell(stack, paid)
        return
    _tell(stack, paid)
    if function == "process_shop_events":
        ready.run = lambda: stack.take(function)
        return
    stack.take("process_shop_events")
    if function == "sweep_agenda":
        ready.run = stack.tick
        return
    stack.tick()
    if function == "send_messages":
        ready.run = lambda: stack.take(function)
        return
    stack.take("send_messages")
    if function == "receive_feedback":
        stack.tell_feedback()
        ready.run = lambda: stack.take(function)
        return
    stack.work()
    ready.expected = OUT
    ready.clock.reach(max(told.at for told in shipped))
    _tell(stack, shipped)
    stack.take("process_shop_events")
    stack.tick()
    stack.take("send_messages")
    stack.take("send_messages")
    ready.run = lambda: stack.take(function)


def _tell(stack: Lambdas, told: list[Told]) -> None:
    for one in told:
        while stack.deliver(SHOP.shop, headers(one, SECRET), one.body) >= 500:
            stack.clock.advance(60)  # the shop comes again


FUNCTIONS = (
    "receive_shop_webhook", "process_shop_events", "sweep_agenda", "track_shipments", "send_messages",
    "receive_feedback",
)  # fmt: skip


@pytest.mark.proof("R5", "a function killed at any AWS call loses nothing and sends nothing twice")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_death_at_any_call_loses_nothing(
    function: str,
    clock: Clock,
    carriers: tuple[str, Timetables],
    templates: Path,
    figure: Callable[[str], None],
    whole: bool,
) -> None:
    size, twice = 10 if whole else 2, 0
    with made_ready(function, size, Aws(1), clock, carriers, templates) as ready:
        for _, where in boundaries(ready, reads=whole):
            twice += ready.judge(where)

    texts = f", {ready.unknown_texts} texts in doubt and not sent again" if ready.expected is OUT else ""
    figure(f"{function}, batch of {size}: {ready.deaths} deaths; lost {len(ready.lost)}, sent twice {twice}{texts}")
    assert (ready.lost, ready.wrong, ready.doubled, twice) == ([], [], Counter(), 0)
    assert ready.deaths >= 2 * size


@pytest.mark.proof("R5", "a fact reaches the event bus whatever kills the publisher")
def test_a_death_of_the_publisher_keeps_no_fact_from_the_bus(
    clock: Clock,
    carriers: tuple[str, Timetables],
    templates: Path,
    figure: Callable[[str], None],
    whole: bool,
) -> None:
    aws, deaths, missing, twice = Aws(1), 0, 0, 0
    with made_ready("receive_feedback", 10 if whole else 2, aws, clock, carriers, templates) as ready:
        event = {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": i}} for i in images("table", REGION)]}
        ready.stack.invoke("publish_changes", event)
        told, calls = Counter(aws.published), aws.counted["publish_changes"]
        for place in range(1, calls + 1):
            for after in (False, True):
                aws.published.clear()
                aws.counted.clear()
                aws.kill = Kill("publish_changes", place, after)
                while ready.stack.invoke("publish_changes", event) is None:  # the stream gives it again
                    deaths += 1
                missing += (told - Counter(aws.published)).total()
                twice += (Counter(aws.published) - told).total()

    figure(f"publish_changes, {told.total()} facts: {deaths} deaths; missing {missing}, told again {twice}")
    assert (missing, deaths) == (0, 2 * calls)
    assert told.total() > 0


@pytest.mark.proof("R7", "a mail of which SES never says a word is sent once more, only where nobody could know")
def test_without_word_from_ses_only_the_one_window_sends_twice(
    clock: Clock, carriers: tuple[str, Timetables], templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    size, twice, windows = 10 if whole else 2, Counter[str](), 0
    aws = Aws(1)
    with made_ready("send_messages", size, aws, clock, carriers, templates) as ready:
        ready.stack.heard, ready.status = 0.0, MessageStatus.SENT
        sent: list[Sent] = []
        taken = False
        for kill, where in boundaries(ready, reads=whole):
            # From the moment SES has it: dead before its answer is heard, and dead before the answer is noted.
            in_window = taken if not kill.after else where.endswith("SendEmail")
            taken = in_window and kill.after
            windows += in_window
            twice["in the window" if in_window else "elsewhere"] += ready.judge(where)
            sent += aws.mails
    lengths = [seconds for mail in sent for seconds in mail.window]

    figure(
        f"{windows} of {ready.deaths} boundaries lie in the window, {twice['in the window']} mails went twice there, "
        f"{twice['elsewhere']} elsewhere; it is open for {statistics.median(lengths) * 1000:.1f} ms "
        f"(median; 19 of 20 for at most {statistics.quantiles(lengths, n=20)[-1] * 1000:.0f})"
    )
    assert (ready.lost, ready.wrong, twice["elsewhere"]) == ([], [], 0)
    assert windows == twice["in the window"] == 2 * size
