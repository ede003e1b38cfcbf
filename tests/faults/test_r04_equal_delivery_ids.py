"""WooCommerce names a delivery by webhook and second: orders that share a name are still told apart, through it all."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from encamino.domain.order import OrderKey
from tests.builders import a_shop
from tests.faults.aws import Aws
from tests.faults.clock import Clock
from tests.faults.lambdas import Lambdas, deployed
from tests.faults.letters import outcomes
from tests.faults.tellings import Telling, recording

SEED = 4
SHOP = a_shop()
SLUG, WORKER, WEBHOOK = "woocommerce", "process_shop_events", "31"
ID = "x-wc-webhook-delivery-id"
#: Of orders of its own.
FIRST = 500_000


def delivery_id(clock: Clock) -> str:
    """Of the webhook's number and the second, and of nothing else."""
    return hashlib.sha256(f"{WEBHOOK}{int(clock.seconds())}".encode()).hexdigest()[:32]


def tell(stack: Lambdas, clock: Clock, telling: Telling, id_: str | None = None) -> int:
    headers = telling.signed(clock.now) | {"x-wc-webhook-id": WEBHOOK, ID: id_ or delivery_id(clock)}
    return stack.deliver(SHOP.shop, headers, telling.body, SLUG)


def work(stack: Lambdas) -> None:
    while stack.take(WORKER):
        pass


def key(order: int) -> OrderKey:
    return OrderKey(SHOP.shop, SLUG, str(order))


@pytest.mark.proof("R4", "two WooCommerce orders of one second under one delivery id: both stored, both confirmed")
def test_pairs_of_orders_with_equal_delivery_ids_are_all_stored(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    pairs, answers = 1_000 if whole else 40, Counter[int]()
    created = recording(SLUG, "created_late")
    orders = range(FIRST, FIRST + 2 * pairs)
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP, [SLUG])
        for first in orders[::2]:
            clock.advance(1)
            for order in (first, first + 1):
                answers[tell(stack, clock, created.at(clock.now).about(str(order)))] += 1
            # Five pairs are a batch: the two of a pair meet in one invocation.
            if (first + 2) % 10 == 0:
                work(stack)
        work(stack)
        stored = {found.id for found in stack.store.orders_of(SHOP.shop, f"{clock.now:%Y-%m}")}
        ids = Counter(raw.headers[ID] for order in orders for raw in stack.store.deliveries(SHOP.shop, key(order)))
        confirmed = Counter(message.key.trigger for order in orders for message in stack.store.messages_of(key(order)))
        verdicts, left = outcomes(stack, WORKER), stack.waiting("Inbox")

    figure(
        f"{pairs:,} pairs, {len(ids):,} delivery ids: {answers[200]:,} answered 200, {len(stored):,} orders stored, "
        f"{confirmed['order_confirmed']:,} confirmations planned"
    )
    assert answers == {200: 2 * pairs}
    assert stored == {str(order) for order in orders}
    assert (len(ids), set(ids.values())) == (pairs, {2})
    assert verdicts == {"understood": 2 * pairs}
    assert confirmed["order_confirmed"] == 2 * pairs
    assert left == 0


@pytest.mark.proof("R4", "two states of one order under one delivery id are both understood; one state under two, once")
def test_the_delivery_id_neither_hides_news_nor_makes_any(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    orders = range(FIRST, FIRST + (250 if whole else 15))
    paid = recording(SLUG, "processing")
    # As one webhook tells both: its topic, too, is one.
    waits = replace(recording(SLUG, "pending"), headers=paid.headers)
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP, [SLUG])
        for order in orders:
            clock.advance(1)
            for state in (waits, paid):
                tell(stack, clock, state.at(clock.now).about(str(order)))
            work(stack)
        at_first = outcomes(stack, WORKER)
        statuses = Counter(
            str(document.order.status) for order in orders if (document := stack.store.order(key(order)))
        )
        for order in orders:
            told = stack.store.deliveries(SHOP.shop, key(order))
            body = next(raw.body for raw in told if b'"processing"' in raw.body)
            tell(stack, clock, replace(paid, body=body), "of-another-second")
            work(stack)
        later = outcomes(stack, WORKER) - at_first
        confirmed = Counter(
            sum(message.key.trigger == "order_confirmed" for message in stack.store.messages_of(key(order)))
            for order in orders
        )

    count = len(orders)
    figure(
        f"{count} orders, pending and paid in one second: {dict(at_first)}, {dict(statuses)}; paid again, by another "
        f"id: {dict(later)}"
    )
    assert (at_first, later) == ({"understood": 2 * count}, {"again": count})
    assert statuses == {"paid": count}
    assert confirmed == {1: count}
