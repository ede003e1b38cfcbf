"""A shop's season on an AWS that fails: every webhook told three times, and the books at the end."""

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from encamino.domain.message import MessageKey
from encamino.domain.order import OrderKey
from encamino.domain.shop import Shop
from infra.local.simulator.timetable import Entry, Programme
from tests.builders import a_shop
from tests.faults.clock import Clock
from tests.faults.histories import JOURNEY, LASTS, MINUTE, History, deliveries, got, headers
from tests.faults.lambdas import HOUR, SECRET, Lambdas, steps

#: Hours after the beginning in which parcels of a journey are out for delivery.
OUT = range(46, 56)
#: Whether an order is told to be here and reminded of depends on when its payment is told; and a text carries no tag to
#: know it by, so one message alone sends texts.
SHOP: Shop = a_shop(
    shop="casa-lluna",
    messages={
        "order_received": {"email": False},
        "payment_reminder": {"email": False},
        "attempt_failed": {"sms": False},
        "ready_to_collect": {"sms": False},
    },
)


@dataclass(frozen=True, slots=True)
class Books:
    """What must balance."""

    orders: int
    told: int
    lost: list[str]
    doubled: list[str]
    wrong: list[str]
    #: Messages of which nobody knew for a while whether they had gone, and how many of them went twice.
    doubtful: int
    twice: int
    dead: int

    def __str__(self) -> str:
        return (
            f"{self.orders} orders, {self.told} deliveries: lost {len(self.lost)}, wrong {len(self.wrong)}, doubled "
            f"{len(self.doubled)}; in doubt {self.doubtful}, of them sent twice {self.twice}; dead letters {self.dead}"
        )

    @property
    def balance(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.dead)


def programme(number: str, start: datetime) -> Programme:
    """DHL's side of a journey."""
    return Programme(number, start, tuple(Entry(minutes * MINUTE, play) for minutes, play in JOURNEY))


def live(stack: Lambdas, clock: Clock, orders: Iterable[History], copies: int = 3, seed: int = 0) -> int:
    """Tell everything, tick, work; then let AWS be well for three hours. Returns how many deliveries were told."""
    orders = list(orders)
    chance = random.Random(seed)
    coming = [(at, chance.random(), told) for history in orders for at, told in deliveries(history, copies, chance)]
    coming.sort(key=lambda one: one[:2], reverse=True)
    told, start = len(coming), clock.now
    begun = int((max(history.told[0].at for history in orders) - start) / HOUR)
    for step in steps(8 + begun, int(LASTS / HOUR) + begun, range(OUT.start, OUT.stop + begun)):
        clock.reach(start + step)
        while coming and coming[-1][0] <= clock.now:
            _, order, delivery = coming.pop()
            if stack.deliver(SHOP.shop, headers(delivery, SECRET), delivery.body) >= 500:
                coming.append((clock.now, order, delivery))  # the shop comes again
                clock.advance(1)
        _minute(stack, clock)
    stack.aws.faults = {}
    for _ in range(18):
        clock.advance(600)
        _minute(stack, clock)
    return told


def _minute(stack: Lambdas, clock: Clock) -> None:
    for _ in range(3):  # the schedule's next minutes
        done = not stack.due() or stack.tick()
        stack.work()
        if done:
            return
        clock.advance(60)


def balance(stack: Lambdas, orders: Iterable[History], told: int) -> Books:
    """Compare every order with what it must be, and every mailbox with what it must hold."""
    histories = list(orders)
    mails: Counter[str] = Counter(sent.tags["encamino_key"] for sent in stack.aws.mails)
    lost, doubled, wrong, doubtful, twice = [], [], [], 0, 0
    texts = Counter(_order_of_text(sent.subject) for sent in stack.aws.texts)
    for history in histories:
        key = OrderKey(SHOP.shop, "shopify", str(history.id))
        document = stack.store.order(key)
        if document is None or document.order.status is not history.status:
            wrong.append(f"{history.id} is {document and document.order.status}, not {history.status}")
        rows = {str(row.key): row for row in stack.store.messages_of(key)}
        arrived = Counter({name: mails[name] for name in rows if mails[name]})
        for name, times in arrived.items():
            doubtful += rows[name].doubtful
            if times > 1 and rows[name].doubtful and times == 2:
                twice += 1
            elif times > 1:
                doubled.append(f"{name}: {times} times")
        received = Counter(_kind(MessageKey.parse(name)) for name in arrived)
        received[("out_for_delivery", "sms")] = texts[str(history.id)]
        missing, extra = got(+received, history.expected)
        unknown = Counter(_kind(row.key) for row in rows.values() if row.status == "unknown")
        held = {_kind(row.key): f"{row.status} {row.reason}" for row in rows.values()}
        lost += [f"{history.id}: {name} ({held.get(name, 'never planned')})" for name in missing - unknown]
        wrong += [f"{history.id}: {name}" for name in extra]
    dead = sum(stack.waiting(queue, dead=True) for queue in ("Inbox", "Look", "Send"))
    return Books(len(histories), told, lost, doubled, wrong, doubtful, twice, dead)


def _kind(key: MessageKey) -> tuple[str, str]:
    return key.trigger, str(key.channel)


def _order_of_text(text: str) -> str:
    found = re.search(r"#(\d+)", text)
    assert found is not None, text
    return found[1]
