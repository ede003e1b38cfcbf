"""One AWS call in five fails, webhooks come three times and shuffled: every order and mailbox is right in the end."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from infra.local.simulator.timetable import Timetables
from tests.faults.aws import BAD_HOUR, Aws
from tests.faults.clock import Clock
from tests.faults.histories import MINUTE, histories
from tests.faults.lambdas import deployed
from tests.faults.season import SHOP, balance, live, programme


@pytest.mark.proof(
    "R8", "with every fifth AWS call failing, webhooks three times and shuffled: lost 0, wrong 0, doubled 0"
)
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3, 4))])
def test_a_bad_season_ends_with_every_book_balanced(
    seed: int,
    clock: Clock,
    carriers: tuple[str, Timetables],
    templates: Path,
    figure: Callable[[str], None],
    whole: bool,
) -> None:
    count = 3_000 if whole and seed == 1 else 300
    # Nothing here happens at the same time: what one call waits, all wait. Five a minute is what one at a time can do;
    # with more, an order is cancelled before its turn has come, and its confirmation rightly stays unsent.
    orders = histories(count, clock.now, seed, max(30 * MINUTE, (count - 300) * MINUTE / 5))
    gateway, timetables = carriers
    for history in orders:
        for number, start in history.numbers.items():
            timetables.put("dhl", programme(number, start))
    aws = Aws(seed)
    with deployed(aws, clock, templates, gateway) as stack:
        stack.open_shop(SHOP)
        aws.faults = BAD_HOUR
        told = live(stack, clock, orders, seed=seed)
        books = balance(stack, orders, told)

    faults = ", ".join(f"{n} {name}" for name, n in aws.met.most_common())
    attempts = len(aws.calls) / aws.asked
    looks = ", ".join(f"{n} {outcome}" for outcome, n in _looks(stack.logs).most_common())
    figure(
        f"seed {seed}: {books}; {attempts:.2f} attempts a call; of {len(aws.calls)} attempts {faults}; looks: {looks}"
    )
    assert attempts <= 1.3
    assert books.balance, (books.lost[:9], books.wrong[:9], books.doubled[:9])


def _looks(logs: Iterable[tuple[str, list[str]]]) -> Counter[str]:
    """What came of every look, as the tracker's own lines say."""
    lines = (json.loads(line) for function, said in logs if function == "track_shipments" for line in said[:1])
    return sum((Counter(line.get("outcomes", {})) for line in lines if isinstance(line, dict)), Counter())
