"""Every webhook comes three times, in any order, and every fifth call to the store fails: it is as if it came once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import START
from tests.faults.histories import histories
from tests.faults.memory import FaultyHouse
from tests.faults.season import Books


def season(templates: Path, count: int, seed: int) -> tuple[Books, FaultyHouse]:
    house = FaultyHouse(templates, START, seed, share=0.2)
    orders = histories(count, START, seed)
    house.journeys(orders)
    told = house.live(orders)
    return house.balance(orders, told), house


@pytest.mark.proof("R1", "a webhook told three times has the effect of one, on the in-memory store")
def test_three_times_is_once(templates: Path, figure: Callable[[str], None], whole: bool) -> None:
    books, house = season(templates, 15_000 if whole else 300, seed=1)

    figure(f"seed 1: {books}; {house.faults.met['failed']} of {house.faults.met['calls']} calls failed")
    assert books.balance, (books.lost[:9], books.wrong[:9], books.doubled[:9])


@pytest.mark.long
@pytest.mark.proof("R8", "fifty seeds of 300 orders, every fifth call failing, on the in-memory store")
def test_fifty_seeds(templates: Path, figure: Callable[[str], None]) -> None:
    books = [season(templates, 300, seed)[0] for seed in range(1, 51)]

    figure(
        f"seeds 1 to 50, {sum(b.orders for b in books)} orders: lost {sum(len(b.lost) for b in books)}, wrong "
        f"{sum(len(b.wrong) for b in books)}, doubled {sum(len(b.doubled) for b in books)}; in doubt "
        f"{sum(b.doubtful for b in books)}, of them sent twice {sum(b.twice for b in books)}"
    )
    assert [seed for seed, one in enumerate(books, 1) if not one.balance] == []
