"""Orders through the real doors while every fifth call to AWS fails: it takes longer, and comes to the same."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.books import audit, heal
from tests.faults.cloud import FastClock, behind_a_line, deployed
from tests.faults.orders import Load, counted, open_shops
from tests.faults.proxy import Fault, evenly

SEED = 8
SPEED = 30.0
ORDERS, ORDERS_A_SECOND, FAULTS = 40, 0.5, 0.2
#: Seconds after the last order in which it goes on failing: parcels are asked about and reported meanwhile.
FAILS_ON = 200


@pytest.mark.long
@pytest.mark.proof("R8", "forty orders on the deployed stack while one AWS call in five fails: all as if none had")
def test_every_fifth_call_to_aws_fails_and_nothing_is_lost_or_said_twice(
    figure: Callable[[str], None], tmp_path: Path, templates: Path
) -> None:
    stack = deployed()
    shops = open_shops(2, tmp_path)
    with behind_a_line(stack, SEED, latency=(0, 0.005)) as cloud, FastClock(cloud, SPEED).running() as clock:
        load = Load(cloud, clock, shops, SEED)
        cloud.line.rates = evenly(FAULTS)
        load.so_many(ORDERS, ORDERS_A_SECOND)
        time.sleep(FAILS_ON)
        under_fire = len(cloud.line.calls)
        healed = heal(cloud, load)
        books = audit(cloud, load, templates)

    faults, refused = cloud.line.faults(), load.answers.total() - load.answers[200]
    share = faults.total() / under_fire
    figure(
        f"seed {SEED}: {books.said()}; {share:.1%} of {under_fire} AWS calls failed: {counted(faults)};"
        f" {refused} answers of the door were not 200; at rest after {healed.seconds:.0f} s,"
        f" dead letters put back {healed.redriven}"
    )
    assert share > 0.18
    assert {Fault(name) for name in faults} >= set(Fault) - {Fault.SILENT}
    assert books.taken == 3 * books.distinct
    assert books.understood == books.distinct
    assert healed.dead == 0
    assert (books.lost, books.doubled, books.wrong) == ([], [], [])
