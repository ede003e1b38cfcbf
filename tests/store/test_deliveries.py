"""Raw deliveries: found by when they came, kept for their days and no longer, dropped when asked."""

from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_bytes

import pytest

from encamino.domain.order import OrderKey
from encamino.store.base import RawDelivery, Store
from tests.store.examples import KEY, NOON, Clock, shop

OTHER = OrderKey("demo", "shopify", "gid://shopify/Order/#2")


def delivery(hash_: str, at: datetime, body: bytes = b"{}") -> RawDelivery:
    return RawDelivery(hash_, "shopify", at, {"x-shopify-topic": "orders/paid"}, body)


def since(store: Store, at: datetime) -> list[tuple[OrderKey | None, str]]:
    return [(order, found.hash) for order, found in store.deliveries_since("demo", at)]


def test_deliveries_are_found_by_when_they_came_with_the_order_they_are_kept_with(store: Store) -> None:
    for order, hash_, minutes in ((KEY, "b", 1), (None, "c", 2), (OTHER, "d", 3), (KEY, "a", 0)):
        store.keep_delivery("demo", order, delivery(hash_, NOON + timedelta(minutes=minutes)))
    store.keep_delivery("other", None, delivery("x", NOON))
    store.keep_delivery("other", OrderKey("other", "shopify", "1"), delivery("y", NOON))

    assert since(store, NOON - timedelta(days=900)) == [(KEY, "a"), (KEY, "b"), (None, "c"), (OTHER, "d")]
    assert since(store, NOON + timedelta(minutes=2)) == [(None, "c"), (OTHER, "d")]
    assert since(store, NOON + timedelta(minutes=3, microseconds=1)) == []


def test_deliveries_of_several_months_are_found_oldest_first(store: Store, clock: Clock) -> None:
    store.put_shop(shop(retention={"deliveries_days": 365}))
    times = [NOON + timedelta(days=days) for days in (0, 29, 60, 90)]
    for place, at in enumerate(times):
        store.keep_delivery("demo", KEY, delivery(f"h{place}", at))
    clock.advance(days=90)

    assert since(store, NOON) == [(KEY, f"h{place}") for place in range(4)]


@pytest.mark.parametrize("size", [2, 800_000])
def test_a_delivery_found_by_its_time_is_whole(store: Store, size: int) -> None:
    kept = delivery("h1", NOON, token_bytes(size))
    store.keep_delivery("demo", KEY, kept)
    store.keep_delivery("demo", KEY, delivery("h10", NOON + timedelta(minutes=1)))

    assert next(store.deliveries_since("demo", NOON)) == (KEY, kept)


def test_a_delivery_that_came_again_stands_where_it_came_last(store: Store) -> None:
    store.keep_delivery("demo", KEY, delivery("h1", NOON))
    store.keep_delivery("demo", KEY, delivery("h1", NOON + timedelta(hours=1)))

    assert since(store, NOON) == [(KEY, "h1")]
    assert since(store, NOON + timedelta(minutes=30)) == [(KEY, "h1")]


def test_keeping_a_delivery_again_does_not_keep_it_longer(store: Store, clock: Clock) -> None:
    """A replay keeps what it finds once more: a delivery lives for its days all the same."""
    store.keep_delivery("demo", KEY, delivery("h1", NOON))
    clock.advance(days=29)
    store.keep_delivery("demo", KEY, delivery("h1", NOON))
    assert since(store, NOON) == [(KEY, "h1")]

    clock.advance(days=2)

    assert since(store, NOON) == []
    assert store.deliveries("demo", KEY) == ()


@pytest.mark.parametrize("size", [2, 800_000])
@pytest.mark.parametrize("order", [KEY, None], ids=["an order's", "the shop's"])
def test_a_dropped_delivery_is_gone_whole_and_alone(store: Store, order: OrderKey | None, size: int) -> None:
    first, second = delivery("h1", NOON, token_bytes(size)), delivery("h2", NOON)
    for one in (first, second):
        store.keep_delivery("demo", order, one)

    store.drop_delivery("demo", order, "h1")
    store.drop_delivery("demo", order, "h1")

    assert store.deliveries("demo", order) == (second,)
    assert since(store, NOON) == [(order, "h2")]
    store.keep_delivery("demo", order, replace(first, body=b""))
    assert {one.body for one in store.deliveries("demo", order)} == {b"", b"{}"}
