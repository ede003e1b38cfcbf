"""Ten minutes of orders through the real doors while the functions' processes are killed and AWS fails now and then."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.books import audit, heal
from tests.faults.cloud import VICTIMS, FastClock, Killer, behind_a_line, deployed
from tests.faults.orders import Load, counted, open_shops
from tests.faults.proxy import evenly

SEED = 5
WHOLE, TRIAL = 600.0, 60.0
#: How many times faster than the wall the business clock runs: a parcel's journey takes minutes.
SPEED = 30.0
ORDERS_A_SECOND, KILL_EVERY, FAULTS = 0.4, 3.0, 0.05


@pytest.mark.long
@pytest.mark.proof("R5", "the deployed workers killed at random under load: nothing lost, nothing twice, all healed")
def test_orders_survive_workers_killed_at_random(
    whole: bool, figure: Callable[[str], None], tmp_path: Path, templates: Path
) -> None:
    seconds, killer = WHOLE if whole else TRIAL, Killer(SEED, KILL_EVERY)
    stack = deployed()
    shops = open_shops(8 if whole else 2, tmp_path)
    with behind_a_line(stack, SEED, latency=(0, 0.005)) as cloud, FastClock(cloud, SPEED).running() as clock:
        load = Load(cloud, clock, shops, SEED)
        cloud.line.rates = evenly(FAULTS)
        with killer.at_work(cloud.line):
            load.for_as_long_as(seconds, ORDERS_A_SECOND)
        healed = heal(cloud, load)
        books = audit(cloud, load, templates)

    faults, refused = cloud.line.faults(), load.answers.total() - load.answers[200]
    figure(
        f"seed {SEED}, {seconds:.0f} s of load: {books.said()}; killed {counted(killer.killed)}; of"
        f" {len(cloud.line.calls)} AWS calls {counted(faults)}; {refused} answers of the door were not 200;"
        f" at rest after {healed.seconds:.0f} s, dead letters put back {healed.redriven}"
    )
    assert set(killer.killed) == set(VICTIMS)
    assert books.taken == 3 * books.distinct
    assert books.understood == books.distinct
    assert healed.dead == 0
    assert (books.lost, books.doubled, books.wrong) == ([], [], [])
