"""A genuine delivery told again: where the time is signed it is soon refused, and everywhere it changes nothing."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from encamino.carriers.recognise import named
from encamino.domain.order import OrderKey
from encamino.flows.intake import take
from encamino.flows.keep import DELIVERIES_REMEMBERED
from encamino.shops.base import Delivery, platform, platforms
from tests.builders import a_shop
from tests.faults.aws import REGION, Aws
from tests.faults.clock import Clock
from tests.faults.conftest import START
from tests.faults.lambdas import Lambdas, deployed
from tests.faults.letters import outcomes
from tests.faults.moto_at_size import snapshot
from tests.faults.tellings import Telling, recordings, signs_time
from tests.flows.house import House

SEED = 20
SHOP = a_shop()
WORKER = "process_shop_events"
WINDOW = 300
#: Seconds between the signature and the door's clock, and whether it still counts.
AGES = {0: True, 299: True, 300: True, 301: False, 3_600: False, -299: True, -300: True, -301: False, -3_600: False}
#: Seconds after which a delivery comes again.
LATER = (0, 299, 301, 3_600, 30 * 86_400)
#: What the table keeps of deliveries themselves: the newest of equal ones, and what came last from a platform.
OF_DELIVERIES = ("DELIVERY#", "LAST#")
#: These only ask for another look at the order; nothing is planned for them.
SILENT = {"order.changed", "order.edited", "order.address_changed"}


def some(tellings: Iterable[Telling], whole: bool) -> list[Telling]:
    return list(tellings)[:: 1 if whole else 7]


@pytest.mark.proof("R20", "a signed time counts for 300 seconds by either clock, not for one more")
def test_a_signed_time_counts_for_five_minutes(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    timed = [slug for slug in platforms() if signs_time(slug)]
    tellings = [telling for slug in timed for telling in some(recordings(slug), whole)]
    answers: dict[int, Counter[int]] = {age: Counter() for age in AGES}
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP, timed)
        for telling in tellings:
            headers, signed_at = telling.signed(clock.now), clock.now
            for age in AGES:
                clock.set(signed_at + timedelta(seconds=age))
                answers[age][stack.deliver(SHOP.shop, headers, telling.body, telling.slug)] += 1
            clock.set(signed_at)
        kept = stack.waiting("Inbox")

    said = ", ".join(f"{age:+,} s {dict(answers[age])}" for age in sorted(AGES))
    figure(f"{', '.join(timed)}, {len(tellings)} deliveries: {said}; {kept} kept")
    assert "generic" in timed
    assert answers == {age: {200 if counts else 401: len(tellings)} for age, counts in AGES.items()}
    assert kept == sum(AGES.values()) * len(tellings)


@pytest.mark.proof("R20", "whatever a platform told, told again byte by byte at any time, changes nothing in the table")
def test_a_delivery_told_again_changes_nothing(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    slugs = platforms()
    tellings = [telling.at(clock.now) for slug in slugs for telling in some(recordings(slug), whole)]
    answers: dict[int, Counter[str]] = {}
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP, slugs)
        sent = [(telling, telling.signed(clock.now)) for telling in tellings]
        told_at = clock.now
        first = _told(stack, sent)
        before, at_first = _table(), outcomes(stack, WORKER)
        for later in LATER:
            clock.reach(told_at + timedelta(seconds=later))
            answers[later] = _told(stack, sent)
        after, verdicts = _table(), outcomes(stack, WORKER) - at_first

    changed = sorted({row for row in before.keys() | after.keys() if before.get(row) != after.get(row)})
    timed = Counter(telling.slug for telling in tellings if signs_time(telling.slug)).total()
    again = {f"{later:,} s": count.total() for later, count in answers.items()}
    figure(
        f"{len(slugs)} platforms, {len(tellings)} deliveries, {at_first['understood']} understood; told again, let in "
        f"after {again}: {len(changed)} of {len(before):,} items changed; {dict(verdicts)}"
    )
    assert first == Counter(telling.slug for telling in tellings)
    untimed = len(tellings) - timed
    assert [count.total() for count in answers.values()] == [
        len(tellings) if later <= WINDOW else untimed for later in LATER
    ]
    assert changed == []
    assert verdicts["understood"] == 0
    assert verdicts["again"] >= at_first["understood"] > 0


@pytest.mark.proof(
    "R20", "a delivery that is no longer remembered by its hash, told again: order and messages the same"
)
def test_a_forgotten_delivery_told_again_changes_no_order_and_plans_nothing(
    templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    tellings = [telling.at(START) for slug in platforms() for telling in some(recordings(slug), whole)]
    about = [telling for telling in tellings if telling.order]
    changed: list[str] = []
    forgotten = 0
    logged: set[str] = set()
    for telling in about:
        house = House(templates, SHOP, START)
        _take(house, telling, telling.body)
        key = OrderKey(SHOP.shop, telling.slug, telling.order or "")
        known, facts = _known(house, key), len(house.store.facts(key))
        for turn, later in enumerate(LATER):
            house.now = START + timedelta(seconds=later)
            # The same in other bytes, until the first is forgotten.
            for n in range(1, DELIVERIES_REMEMBERED + 1):
                _take(house, telling, telling.body + b" " * (n + turn * DELIVERIES_REMEMBERED))
            forgotten += not _take(house, telling, telling.body)
        if _known(house, key) != known:
            changed.append(f"{telling.slug} {telling.name}")
        logged.update(str(fact.type) for fact in house.store.facts(key)[facts:])

    figure(
        f"{len(about)} deliveries, each told again {len(LATER)} times after {DELIVERIES_REMEMBERED} in other bytes, "
        f"{forgotten} times not known any more: {len(changed)} orders changed; logged again: "
        f"{', '.join(sorted(logged)) or 'nothing'}"
    )
    assert forgotten > len(about)
    assert changed == []
    assert logged <= SILENT


@pytest.mark.proof("R20", "a genuine body told again under another topic, which nobody signs, cancels no order")
@pytest.mark.parametrize("slug", ["shopify", "woocommerce"])
def test_a_topic_that_is_not_signed_cancels_nothing(
    slug: str, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    everything = [telling.at(START) for telling in recordings(slug)]
    topics = sorted({value for told in everything for name, value in told.headers.items() if name.endswith("topic")})
    about = [telling for telling in some(everything, whole) if telling.order]
    cancelled: list[str] = []
    for telling, topic in itertools.product(about, topics):
        house = House(templates, SHOP, START)
        key = OrderKey(SHOP.shop, slug, telling.order or "")
        _take(house, telling, telling.body)
        was = house.store.order(key)
        other = {name: topic if name.endswith("topic") else value for name, value in telling.headers.items()}
        _take(house, replace(telling, headers=other), telling.body)
        is_ = house.store.order(key)
        if is_ and is_.order.cancelled_at and not (was and was.order.cancelled_at):
            cancelled.append(f"{telling.name} as {topic}")

    figure(f"{slug}: {len(about)} deliveries under {len(topics)} topics: {len(cancelled)} orders cancelled")
    assert len(topics) > 1
    assert cancelled == []


def _told(stack: Lambdas, sent: Sequence[tuple[Telling, dict[str, str]]]) -> Counter[str]:
    """Tell everything, and have it worked. Returns how many of each platform were let in."""
    let_in: Counter[str] = Counter()
    for telling, headers in sent:
        let_in[telling.slug] += stack.deliver(SHOP.shop, headers, telling.body, telling.slug) == 200
        if let_in.total() % 10 == 0:
            stack.take(WORKER)
    while stack.take(WORKER):
        pass
    return +let_in


def _table() -> dict[tuple[str, str], Any]:
    """Every item but what is kept of deliveries themselves."""
    items = (item for partition in snapshot("table", REGION).items.values() for item in partition.values())
    rows = {(item.hash_key.value, item.range_key.value): item.to_json() for item in items}
    return {key: item for key, item in rows.items() if not key[1].startswith(OF_DELIVERIES)}


def _take(house: House, telling: Telling, body: bytes) -> bool:
    """Take it in. Whether it was known by its hash."""
    delivery = Delivery(body, telling.headers, house.now)
    taken = take(house.desk, house.shop, telling.slug, platform(telling.slug), delivery, named, house.now)
    return any(kept.again for kept in taken.kept)


def _known(house: House, key: OrderKey) -> tuple[object, ...]:
    """All that is known of an order, and all that was made of it."""
    document, store = house.store.order(key), house.store
    return document and document.order, store.messages_of(key), store.why(key), store.next_due(START)
