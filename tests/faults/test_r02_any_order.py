"""However the deliveries of an order are shuffled, it ends the same, and nothing its customer is told is untrue."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from encamino.carriers.recognise import named
from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact
from encamino.domain.learning import learn
from encamino.domain.order import Order, OrderKey
from encamino.domain.policy import scopes_of
from encamino.flows.intake import take
from encamino.flows.keep import keep
from encamino.shops.base import Delivery, platform, platforms
from tests.faults.conftest import START
from tests.faults.histories import HOUR, MINUTE, Told, headers, histories
from tests.faults.season import SHOP
from tests.flows.house import RECORDINGS, House

ORDERS = TypeAdapter(Order)


def tellings(count: int, seed: int) -> list[tuple[int, list[Told]]]:
    """Histories of every kind, each with turns of its own: refunded later, told again under another topic."""
    chance, made = random.Random(seed), []
    for history in histories(count, START, seed):
        told = list(history.told)
        last = max(told, key=lambda one: one.at)
        if chance.random() < 0.5 and b'"financial_status"' in last.body:
            refunded = last.body.replace(b'"financial_status": "paid"', b'"financial_status": "refunded"')
            told.append(Told(last.at + HOUR, "orders/updated", _stamped(refunded, last.at, last.at + HOUR)))
        if chance.random() < 0.3:
            told.append(Told(last.at, "orders/updated", last.body))
        made.append((history.id, told))
    return made


@pytest.mark.proof("R2", "any order of an order's deliveries ends in the same document, and in no untrue message")
def test_any_order_ends_the_same(templates: Path, figure: Callable[[str], None], whole: bool) -> None:
    each, chance = 500 if whole else 12, random.Random(2)
    different, untrue, sent = [], [], 0
    for id_, told in tellings(40, seed=2):
        first: bytes | None = None
        for n in range(each):
            order = told if n == 0 else chance.sample(told, len(told))
            house = _told(templates, order)
            document = house.document(str(id_)).order
            first = first or ORDERS.dump_json(document)
            if ORDERS.dump_json(document) != first:
                different.append(f"{id_}, shuffle {n}")
            sent += len(house.sent())
            untrue += [f"{id_}, shuffle {n}: {name}" for name in _untrue(house, document)]

    said = f"{len(different)} documents differ, {len(untrue)} of {sent} messages untrue"
    figure(f"seed 2: 40 histories, {each} orders each: {said}")
    assert (different, untrue) == ([], [])


@pytest.mark.proof("R2", "what any platform tells of an order ends the same in any order, also told twice")
def test_every_platforms_tellings_end_the_same_in_any_order(
    templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    each, chance, different = 500 if whole else 10, random.Random(22), []
    for n in range(40):
        slug = platforms()[n % len(platforms())]
        told = list(recorded(slug))
        history = chance.sample(told, min(len(told), 3 + n % 5))
        key = OrderKey(SHOP.shop, slug, f"history {n}")
        first: bytes | None = None
        for shuffle in range(each):
            order = history if shuffle == 0 else chance.sample(history * 2, len(history) * 2)
            house = House(templates, SHOP, START)
            for facts in order:
                keep(house.desk, house.shop, key, partial(_learnt, facts), house.now)
            document = house.store.order(key)
            assert document is not None
            first = first or ORDERS.dump_json(document.order)
            if ORDERS.dump_json(document.order) != first:
                different.append(f"{slug} {n}, shuffle {shuffle}")

    figure(
        f"seed 22, {len(platforms())} platforms: 40 histories, {each} orders each: {len(different)} documents differ"
    )
    assert different == []


def recorded(slug: str) -> Iterator[tuple[Fact, ...]]:
    """What each recorded delivery of a platform tells, as if all were about one order."""
    for path in sorted((RECORDINGS / f"shops/{slug}").glob("*.json")):
        said = json.loads(path.read_text())
        body = said["body"] if isinstance(said["body"], str) else json.dumps(said["body"])
        with suppress(Unreadable):
            facts = platform(slug).translate(Delivery(body.encode(), said["headers"], START), {}).facts
            if told := tuple(replace(fact, order="1") for fact in facts if fact.order):
                yield told


def _learnt(facts: Sequence[Fact], order: Order) -> tuple[Order, Sequence[Fact]]:
    return learn(order, facts), facts


@pytest.mark.proof("R3", "an old event that comes late sends nothing, and the reason is on record")
@pytest.mark.parametrize("late", [timedelta(hours=4), timedelta(hours=75)], ids=["4 h", "75 h"])
def test_an_old_event_sends_nothing(late: timedelta, templates: Path, figure: Callable[[str], None]) -> None:
    house = House(templates, SHOP, START)
    delivered = next(history for history in histories(8, START, 3) if len(history.told) == 5)
    created, paid, shipped, out, arrived = delivered.told
    for told in (created, paid, arrived):
        house.now = max(house.now, told.at)
        _take(house, told)
        house.rest()
    before = house.sent()
    house.now = max(out.at, shipped.at) + late
    for told in (shipped, out):
        _take(house, told)
    house.pass_time(timedelta(days=2))

    told_later = [name for name in house.sent() if name not in before and name[0] != "thank_you"]
    why = house.store.why(OrderKey(SHOP.shop, "shopify", str(delivered.id)))
    reasons = {d.reason for d in why if d.trigger in ("shipped", "out_for_delivery")}
    figure(
        f"shipped and out for delivery told {late / HOUR:.0f} h late, after delivered: {len(told_later)} messages; on "
        f"record: {', '.join(sorted(reasons))}"
    )
    assert told_later == []
    assert reasons & {"outdated", "stale"}


def _told(templates: Path, order: list[Told]) -> House:
    house = House(templates, SHOP, START)
    house.dhl_says([])
    for told in order:
        house.now += MINUTE
        house.now = max(house.now, told.at)
        _take(house, told)
    house.rest()
    return house


def _take(house: House, told: Told) -> None:
    delivery = Delivery(told.body, headers(told, "any"), house.now)
    take(house.desk, house.shop, "shopify", platform("shopify"), delivery, named, house.now)


def _untrue(house: House, order: Order) -> list[str]:
    """Messages that went out although what they say no longer held."""
    said = []
    for message, _, _ in (*house.mail.got, *house.phone.got):
        still = house.desk.catalogue[message.key.trigger]
        condition = getattr(still, "still", None)
        shipment = order.shipment(message.shipment) if message.shipment else None
        if condition is not None and not condition.holds(scopes_of(order, shipment, house.shop)):
            said.append(message.key.trigger)
    return said


def _stamped(body: bytes, then: datetime, now: datetime) -> bytes:
    return body.replace(f'"updated_at": "{_iso(then)}"'.encode(), f'"updated_at": "{_iso(now)}"'.encode())


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
