"""Sixteen workers want the same message, or write the same order: one gets it, whatever becomes of the answers."""

import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Lock
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from encamino.domain.fact import FactType
from encamino.domain.message import Message
from encamino.store.base import Commit, Store
from encamino.store.dynamo import DynamoStore
from encamino.store.memory import MemoryStore
from tests.store.clients import OneAtATime
from tests.store.examples import KEY, NOON, keep, message, stored, told
from tests.store.tables import new_tables

type Figure = Callable[[str], None]

WORKERS = 16
LEASE = timedelta(minutes=2)
#: Of a hundred answers of the table, how many are lost after it did what was asked.
LOST, SEED = 30, 9


class LosesAnswers:
    """Does what is asked; then, some times, the connection is gone before the answer."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._chance = random.Random(SEED)
        self._lock = Lock()
        self.lost = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def perhaps(**arguments: Any) -> Any:
            try:
                return call(**arguments)
            finally:
                with self._lock:
                    lost = self._chance.random() * 100 < LOST
                    self.lost += lost
                if lost:
                    raise ConnectionClosedError(endpoint_url="https://dynamodb.eu-south-2.amazonaws.com")

        return perhaps


@pytest.fixture(scope="module")
def new() -> Iterator[Callable[[], tuple[Any, str]]]:
    with new_tables() as new:
        yield new


@pytest.fixture
def dynamo(new: Callable[[], tuple[Any, str]]) -> tuple[Any, str]:
    client, table = new()
    return OneAtATime(client), table


@pytest.fixture
def jostling() -> Iterator[None]:
    """Threads take turns as often as Python lets them, so that a race that can be lost is."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _race[T](rounds: int, attempt: Callable[[int, int], T]) -> list[list[T]]:
    """Every round, all workers at once."""
    gate = Barrier(WORKERS, timeout=60)

    def work(worker: int) -> list[T]:
        try:
            came = []
            for number in range(rounds):
                gate.wait()
                came.append(attempt(number, worker))
        except BaseException:
            gate.abort()
            raise
        return came

    with ThreadPoolExecutor(WORKERS) as pool:
        return [list(of_round) for of_round in zip(*pool.map(work, range(WORKERS)), strict=True)]


def _claims(store: Store, rows: list[Message]) -> list[list[Message | None]]:
    """What 16 workers got of these messages. One whose answer is lost asks again, as the same."""

    def attempt(number: int, worker: int) -> Message | None:
        while True:
            try:
                return store.claim(rows[number].key, f"{number}-{worker}", NOON, LEASE)
            except ConnectionClosedError:
                continue

    return _race(len(rows), attempt)


def _planned(store: Store, count: int) -> list[Message]:
    rows = [message(f"m{number:05}") for number in range(count)]
    keep(store, *rows)
    return rows


def _winners(store: Store, rows: list[Message], rounds: list[list[Message | None]]) -> list[int]:
    """How many got each message, and were told so of a claim that is theirs and is the row's."""
    return [
        sum(got is not None and got.claim == f"{number}-{worker}" for worker, got in enumerate(came))
        if store.message(row.key) in came
        else -1
        for number, (row, came) in enumerate(zip(rows, rounds, strict=True))
    ]


def _told(winners: list[int], what: str) -> str:
    return f"{len(winners):,} {what} x {WORKERS} threads: {winners.count(1):,} with exactly one winner"


@pytest.mark.proof("R9", "a message is claimed by exactly one (the store in memory)")
@pytest.mark.usefixtures("jostling")
def test_one_of_sixteen_gets_a_message_in_memory(whole: bool, figure: Figure) -> None:
    _one_of_sixteen(MemoryStore(lambda: NOON), 10_000 if whole else 300, figure)


@pytest.mark.proof("R9", "a message is claimed by exactly one (the table)")
def test_one_of_sixteen_gets_a_message_in_the_table(dynamo: tuple[Any, str], whole: bool, figure: Figure) -> None:
    _one_of_sixteen(DynamoStore(*dynamo, lambda: NOON), 500 if whole else 20, figure)


def _one_of_sixteen(store: Store, keys: int, figure: Figure) -> None:
    rows = _planned(store, keys)
    came = _claims(store, rows)
    winners = _winners(store, rows, came)
    figure(_told(winners, "keys"))
    assert set(winners) == {1}
    assert {got.count(None) for got in came} == {WORKERS - 1}


@pytest.mark.proof("R9", "whoever won and was not told so is told when asking again; nobody else is")
def test_a_lost_answer_makes_no_second_winner_and_no_message_without_one(
    dynamo: tuple[Any, str], whole: bool, figure: Figure
) -> None:
    client, table = dynamo
    losing = LosesAnswers(client)
    quiet = DynamoStore(client, table, lambda: NOON)
    rows = _planned(quiet, 500 if whole else 20)
    came = _claims(DynamoStore(losing, table, lambda: NOON), rows)
    winners = _winners(quiet, rows, came)
    figure(f"{_told(winners, 'keys')}, {losing.lost:,} answers lost ({LOST} in 100, seed {SEED})")
    assert losing.lost > 0
    assert set(winners) == {1}
    assert {got.count(None) for got in came} == {WORKERS - 1}


@pytest.mark.proof("R9", "of those who write one version of an order, exactly one does (the store in memory)")
@pytest.mark.usefixtures("jostling")
def test_one_of_sixteen_commits_in_memory(whole: bool, figure: Figure) -> None:
    store = MemoryStore(lambda: NOON)
    winners = _commits(store, 1_000 if whole else 100)
    figure(_told(list(map(len, winners)), "versions"))
    _assert_only_winners_wrote(store, winners)


@pytest.mark.proof("R9", "of those who write one version of an order, exactly one does (the table)")
def test_one_of_sixteen_commits_in_the_table(dynamo: tuple[Any, str], whole: bool, figure: Figure) -> None:
    store = DynamoStore(*dynamo, lambda: NOON)
    winners = _commits(store, 50 if whole else 5)
    figure(_told(list(map(len, winners)), "versions"))
    _assert_only_winners_wrote(store, winners)


def _commits(store: Store, rounds: int) -> list[list[str]]:
    """Who wrote each version; every second one with a fact, which takes a transaction."""
    keep(store)
    read = Barrier(WORKERS, timeout=60)

    def attempt(number: int, worker: int) -> str | None:
        document, mine = stored(store), f"{number}-{worker}"
        read.wait()
        facts = (told(FactType.ORDER_PAID, mine),) if number % 2 else ()
        done = store.commit(Commit(replace(document, deliveries=(mine,)), NOON, facts))
        return mine if done else None

    return [[mine for mine in wrote if mine] for wrote in _race(rounds, attempt)]


def _assert_only_winners_wrote(store: Store, winners: list[list[str]]) -> None:
    assert {len(wrote) for wrote in winners} == {1}
    document = stored(store)
    assert (document.version, document.deliveries) == (1 + len(winners), tuple(winners[-1]))
    assert [[fact.subject] for fact in store.facts(KEY)] == winners[1::2]
