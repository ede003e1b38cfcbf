"""What is remembered of carriers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from encamino.store.base import BreakerState, Store, Unmapped
from encamino.store.dynamo import DynamoStore
from encamino.store.memory import MemoryStore
from tests.store.clients import OneAtATime
from tests.store.examples import NOON, Clock

NOW = timedelta(0)


def test_an_adapters_text_is_kept_until_its_time(store: Store) -> None:
    store.memo_put("dhl", "demo", "token", "abc", NOON + timedelta(minutes=5))
    assert store.memo_get("dhl", "demo", "token", NOON) == "abc"
    assert store.memo_get("dhl", "other", "token", NOON) is None
    assert store.memo_get("dhl", "demo", "cookie", NOON) is None
    assert store.memo_get("dhl", "demo", "token", NOON + timedelta(minutes=5)) is None


def test_a_second_holds_as_many_calls_as_the_carrier_allows(store: Store) -> None:
    assert [store.spend("dhl", "demo", 3, None, NOON) for _ in range(3)] == [NOW] * 3
    wait = store.spend("dhl", "demo", 3, None, NOON)
    assert NOW < wait <= timedelta(seconds=0.34)
    assert store.spend("dhl", "demo", 3, None, NOON + wait) == NOW


def test_a_slow_carrier_gets_one_call_and_then_its_pause(store: Store) -> None:
    assert store.spend("dhl", "demo", 0.1, None, NOON) == NOW
    assert store.spend("dhl", "demo", 0.1, None, NOON) == timedelta(seconds=10)
    assert store.spend("dhl", "demo", 0.1, None, NOON + timedelta(seconds=9)) == timedelta(seconds=1)
    assert store.spend("dhl", "demo", 0.1, None, NOON + timedelta(seconds=10)) == NOW


def test_the_days_budget_comes_back_at_midnight_in_greenwich(store: Store) -> None:
    at = datetime(2026, 11, 3, 23, 59, 50, tzinfo=UTC)
    assert [store.spend("dhl", "demo", 100, 2, at) for _ in range(3)] == [NOW, NOW, timedelta(seconds=10)]
    assert store.spend("dhl", "demo", 100, 2, at + timedelta(seconds=10)) == NOW


def test_accounts_do_not_spend_each_others_budget(store: Store) -> None:
    assert store.spend("dhl", "demo", 1, 1, NOON) == NOW
    assert store.spend("dhl", "operator", 1, 1, NOON) == NOW
    assert store.spend("gls", "demo", 1, 1, NOON) == NOW


@pytest.mark.parametrize("kind", ["memory", "dynamodb"])
def test_those_who_spend_at_once_never_spend_more_than_there_is(
    kind: str, table: tuple[Any, str], clock: Clock
) -> None:
    client, name = table
    store: Store = MemoryStore(clock) if kind == "memory" else DynamoStore(OneAtATime(client), name, clock)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: store.spend("dhl", "demo", 1000, 5, NOON), range(40)))
    assert waits.count(NOW) == 5


def test_a_breaker_is_closed_until_it_is_set(store: Store) -> None:
    assert store.breaker("dhl", "demo") == BreakerState()
    opened = BreakerState(4, NOON + timedelta(minutes=5))
    store.set_breaker("dhl", "demo", opened)
    assert store.breaker("dhl", "demo") == opened
    assert store.breaker("dhl", "other") == BreakerState()
    store.set_breaker("dhl", "demo", BreakerState())
    assert store.breaker("dhl", "demo") == BreakerState()


def test_unknown_codes_are_counted_and_listed(store: Store) -> None:
    later = NOON + timedelta(hours=1)
    store.count_unmapped("gls", "#9", "Rätsel", "N1", NOON)
    store.count_unmapped("dhl", "", "no code", "N2", NOON)
    store.count_unmapped("gls", "#9", "Enigma", "N3", later)
    assert store.unmapped() == (
        Unmapped("dhl", "", "no code", 1, NOON, NOON, "N2"),
        Unmapped("gls", "#9", "Enigma", 2, NOON, later, "N3"),
    )
