"""Sweepers die anywhere and meet each other: what is due is handed over soon all the same, and done once.

An agenda of two hours is swept every minute: by one sweeper, by two that take turns at every call as the seed has it,
or by two as threads have it. Some die at a drawn call, before it or after it. What was moved on and not handed over
comes back after a quarter of an hour: that is the price of a death, and it is paid by ten things at most.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from encamino.flows.sweep import HANDED_FOR, PORTION
from encamino.store.base import Lane
from encamino.store.memory import MemoryStore
from tests.faults.aws import Aws
from tests.faults.clock import Clock
from tests.faults.lambdas import deployed
from tests.faults.sweepers import MINUTE, START, Sweeper, Turns, World

SEED = 35
SOON = timedelta(seconds=90)
#: Things due in two hours: every day and whole. On DynamoDB fewer, in less time.
SOME, MANY, FEW = 10_000, 30_000, 120
#: Of so many sweepers one dies: about three in two hours where there is one a minute.
ONE_IN = 40


def alone(world: World) -> None:
    """This minute's sweeper."""
    _made(world).run()


def taking_turns(world: World) -> None:
    """Two sweepers at once, call by call as it is drawn."""
    turns = Turns(world.chance, [0, 1])

    def run(me: int) -> None:
        try:
            sweepers[me].run()
        finally:
            turns.leave(me)

    sweepers = [replace(_made(world), turn=partial(turns.of, me)) for me in (0, 1)]
    _at_once([partial(run, me) for me in (0, 1)])


def as_threads(world: World) -> None:
    """Two sweepers at once, as the machine has it."""
    _at_once([_made(world).run, _made(world).run])


def two_hours(world: World, minute: Callable[[World], None], lasting: timedelta = timedelta(hours=2)) -> None:
    """Every minute until all is done, or long after what a death left behind should have been."""
    end = START + lasting + 4 * HANDED_FOR
    while world.now <= end and (world.queue or world.done.keys() != world.due.keys()):
        minute(world)
        world.work()
        world.now += MINUTE


def said(world: World) -> str:
    """The figures."""
    late = world.lateness()
    held_up = sum(time > SOON for time in late)
    half, most = late[len(late) // 2], late[len(late) * 99 // 100]
    lost, twice = len(world.due) - len(world.handed), sum(times > 1 for times in world.done.values())
    return (
        f"{len(world.due)} due, {world.deaths} deaths (1 in {ONE_IN}), {world.worked} handed to workers: never handed "
        f"over {lost}, done twice {twice}; late p50 {half.total_seconds():.0f} s, p99 {most.total_seconds():.0f} s, at "
        f"most {late[-1].total_seconds():.0f} s, later than 90 s {held_up} (seed {SEED})"
    )


def all_once(world: World) -> bool:
    """Everything was handed over, and done once."""
    return set(world.due) == set(world.handed) == set(world.done) and max(world.done.values()) == 1


@pytest.mark.proof("R35", "sweepers that die and sweepers at once: all is handed over, done once, p99 within 90 s")
@pytest.mark.parametrize("minute", [alone, taking_turns, as_threads], ids=lambda minute: minute.__name__)
def test_whatever_befalls_sweepers_all_is_handed_over_soon_and_done_once(
    minute: Callable[[World], None], whole: bool, figure: Callable[[str], None]
) -> None:
    world = World(MemoryStore(lambda: START), Random(SEED))
    world.fill(MANY if whole else SOME, timedelta(hours=2))

    two_hours(world, minute)

    figure(f"{minute.__name__.replace('_', ' ')}: {said(world)}")
    assert world.deaths
    assert world.worked > len(world.due)
    assert all_once(world)
    assert world.lateness()[len(world.due) * 99 // 100] <= SOON


@pytest.mark.proof("R35", "a sweeper killed at any call holds up ten things at most")
def test_a_death_at_any_call_holds_up_one_portion(whole: bool, figure: Callable[[str], None]) -> None:
    count, deaths, most, held_up = 200 if whole else 47, 0, 0, 0
    wrong: list[str] = []

    def begun() -> World:
        world = World(MemoryStore(lambda: START), Random(SEED))
        world.fill(count, timedelta(0))
        return world

    undisturbed = Sweeper(begun())
    undisturbed.run()
    for call in range(1, undisturbed.calls + 1):
        for after in (False, True):
            world = begun()
            Sweeper(world, call, after).run()
            world.work()
            for minute in (1, *range(15, 48)):
                world.now = START + minute * MINUTE
                Sweeper(world).run()
                world.work()
            late = sum(time > SOON for time in world.lateness())
            deaths, most, held_up = deaths + world.deaths, max(most, late), held_up + late
            if not all_once(world):
                wrong.append(f"{'after' if after else 'before'} call {call}")

    figure(
        f"{count} due, {deaths} deaths at {undisturbed.calls} calls: lost or done twice after {len(wrong)} of them; "
        f"one held up {held_up / deaths:.1f} on average, at most {most}"
    )
    assert wrong == []
    assert deaths == 2 * undisturbed.calls
    assert most == PORTION


@pytest.mark.proof("R35", "two sweepers at once on DynamoDB: all is handed over, done once")
def test_two_sweepers_on_dynamodb(clock: Clock, templates: Path, whole: bool, figure: Callable[[str], None]) -> None:
    within = timedelta(hours=1 if whole else 0, minutes=20)
    clock.set(START)
    with deployed(Aws(SEED), clock, templates, "http://nowhere.invalid") as stack:
        world = World(stack.store, Random(SEED))
        world.fill(10 * FEW if whole else FEW, within)

        two_hours(world, taking_turns, within)

    figure(f"taking turns on DynamoDB: {said(world)}")
    assert world.deaths
    assert all_once(world)


def _made(world: World) -> Sweeper:
    """A sweeper that lives, or dies at some call."""
    if world.chance.randrange(ONE_IN):
        return Sweeper(world)
    # Per lane its room and what is due, then each thing, and each portion.
    calls = 2 * len(Lane) + world.waiting() + -(-world.waiting() // PORTION)
    return Sweeper(world, world.chance.randint(1, calls), world.chance.random() < 0.5)


def _at_once(runs: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
