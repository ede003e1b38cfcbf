"""Shop, carrier and we each read a clock of our own: whose counts for what, and how wrong a wrong one may make us."""

import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from encamino.domain.order import OrderKey
from encamino.shops.base import Delivery, platform, platforms
from tests.builders import a_shop
from tests.faults.aws import Aws
from tests.faults.clock import Clock
from tests.faults.conftest import START
from tests.faults.histories import HOUR, MINUTE
from tests.faults.lambdas import deployed
from tests.faults.skewed import SkewedHouse
from tests.faults.tellings import Telling, recording

SEED = 16
SHOP = a_shop()
WORKER = "process_shop_events"
TOLERANCE, SECOND = 300, timedelta(seconds=1)
#: Seconds by which hosts of ours may be wrong.
HOSTS = (-2.0, -1.0, 0.0, 0.5, 2.0)
#: By how much the clock of a shop or a carrier may differ from ours.
CLOCKS = (timedelta(0), 2 * HOUR, -2 * HOUR, 10 * MINUTE, -10 * MINUTE, 2 * MINUTE, -2 * MINUTE)


@pytest.mark.proof(
    "R16", "a sender whose clock differs from ours is let in up to 300 seconds, either way, and no further"
)
def test_a_sender_is_let_in_up_to_five_minutes(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    # Every second of ten minutes either way; every day the ones around the edges, and some others.
    edges = {sign * (TOLERANCE + by) for sign in (1, -1) for by in range(-3, 4)}
    senders = sorted(range(-600, 601)) if whole else sorted(edges | set(range(-600, 601, 60)))
    told, wrong, let_in = recording("generic", "order_placed"), [], 0
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP, ["generic"])
        for sender, host in itertools.product(senders, HOSTS):
            signed = told.signed(START + timedelta(seconds=sender))
            clock.set(START + timedelta(seconds=host))
            in_ = stack.deliver(SHOP.shop, signed, told.body, "generic") == 200
            let_in += in_
            if in_ is not (abs(sender - host) <= TOLERANCE):
                wrong.append(f"sender {sender:+} s, host {host:+} s: {'let in' if in_ else 'refused'}")
        kept = stack.waiting("Inbox")

    count = len(senders) * len(HOSTS)
    figure(
        f"senders -600 to +600 s, hosts -2 to +2 s: {count:,} deliveries, {let_in:,} let in and kept, "
        f"{count - let_in:,} refused, {len(wrong)} on the wrong side of 300 s"
    )
    assert wrong == []
    assert kept == let_in


@pytest.mark.proof(
    "R16", "the shop's own clock says which word of an order is its last, never the clock of a host of ours"
)
def test_the_last_word_is_the_last_by_the_shops_own_clock(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    orders, chance = 60 if whole else 4, random.Random(SEED)
    wrong: list[str] = []
    count = 0
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP, platforms())
        for slug, number in itertools.product(platforms(), range(orders)):
            base, name = _with_a_name(slug)
            order = str(700_000_000 + number)
            # Four words a second apart, which is less than our hosts differ by.
            shops = timedelta(seconds=chance.randrange(-290, 291))
            words = [base.about(order).at(START + shops + n * SECOND).saying(name, f"{name} {n}") for n in range(4)]
            for telling in chance.sample(words, len(words)):
                clock.set(START + timedelta(seconds=chance.uniform(-2, 2)))
                status = stack.deliver(SHOP.shop, telling.signed(START + shops), telling.body, slug)
                count += status == 200
            clock.set(START + timedelta(seconds=4 + chance.uniform(-2, 2)))
            while stack.take(WORKER):
                pass
            document = stack.store.order(OrderKey(SHOP.shop, slug, order))
            said = document.order.details.person.first_name if document and document.order.details else "nothing"
            if said != f"{name} 3":
                wrong.append(f"{slug} {number}: {said}")

    figure(
        f"{len(platforms())} platforms, {orders} orders each, shops -290 to +290 s, hosts -2 to +2 s; four words a "
        f"second apart in any order: {count} let in, {len(wrong)} orders end with another than the last; seed {SEED}"
    )
    assert count == len(platforms()) * orders * 4
    assert wrong == []


@pytest.mark.proof(
    "R16", "shop and carrier up to two hours wrong, their words further apart: every status and message as if right"
)
def test_clocks_two_hours_wrong_lose_and_double_nothing(
    templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    clocks = CLOCKS if whole else CLOCKS[:3]
    lost, extra, wrong, sent = [], [], [], 0
    for shop, carrier in itertools.product(clocks, clocks):
        house = SkewedHouse(templates, START, shop, carrier)
        house.journey()
        missing, more = house.against_expected()
        at = f"shop {shop / MINUTE:+.0f} min, carrier {carrier / MINUTE:+.0f} min"
        lost += [f"{at}: {name}" for name in missing]
        extra += [f"{at}: {name}" for name in more]
        wrong += [f"{at}: {status}" for status in [house.order.status] if status is not house.history.status]
        sent += len(house.sent())

    figure(
        f"{len(clocks) ** 2} pairs of clocks, -2 to +2 h: {sent} messages, {len(lost)} lost, {len(extra)} doubled or "
        f"untrue, {len(wrong)} orders end wrong"
    )
    assert (lost, extra, wrong) == ([], [], [])


@pytest.mark.proof(
    "R16", "the status shown is never older than the newest known by more than the clocks differ; ends hold"
)
@pytest.mark.parametrize("most", [10 * MINUTE, 3 * HOUR], ids=["10 min", "3 h"])
def test_a_wrong_clock_errs_no_more_than_it_is_wrong(
    most: timedelta, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    journeys, chance = 200 if whole else 8, random.Random(SEED)
    over: list[str] = []
    asked = old = ended_wrong = 0
    longest = timedelta(0)
    for n in range(journeys):
        shop, carrier = (chance.uniform(-1, 1) * most for _ in range(2))
        house = SkewedHouse(templates, START, shop, carrier)
        for lag in house.muddle(chance, most):
            asked, old, longest = asked + 1, old + (lag > timedelta(0)), max(longest, lag)
            if lag > abs(shop - carrier):
                over.append(f"{n}: {lag}, clocks {abs(shop - carrier)} apart")
        ended_wrong += house.order.status is not house.history.status

    figure(
        f"up to {most / MINUTE:.0f} min, seed {SEED}: {journeys} journeys looked at {asked:,} times, {old:,} times an "
        f"older word shown, by {longest / MINUTE:.1f} min at most; {len(over)} times by more than the clocks differed; "
        f"{ended_wrong} ended wrong"
    )
    assert old > 0, "the clocks never mattered"
    assert over == []
    assert ended_wrong == 0


def _with_a_name(slug: str) -> tuple[Telling, str]:
    """A recorded delivery that tells who ordered, and the first name."""
    for name in platform(slug).STATES.values():
        told = recording(slug, name)
        facts = platform(slug).translate(Delivery(told.body, told.headers, START), {}).facts
        people = (fact.details.person.first_name for fact in facts if fact.details)
        if told.order and (person := next(filter(None, people), "")):
            return told, person
    raise AssertionError(slug)
