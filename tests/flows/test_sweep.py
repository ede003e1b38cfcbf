"""The sweeper: everything due, in its order, and never more than a portion between moving on and handing over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from encamino.domain.errors import Unavailable
from encamino.domain.message import Channel, MessageKey
from encamino.domain.order import OrderKey
from encamino.flows.sweep import HANDED_FOR, LANES, PORTION, sweep
from encamino.store.base import Due, Lane, Look

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


@dataclass
class Plan:
    """An agenda that notes what is done with it."""

    items: dict[Lane, list[Due]]
    #: Moved on by another sweeper since they were read.
    gone: frozenset[Due] = frozenset()
    noted: list[str] = field(default_factory=list)
    handed_over: list[Due] = field(default_factory=list)

    def due(self, lane: Lane, until: datetime, limit: int) -> tuple[Due, ...]:
        return tuple(item for item in self.items.get(lane, ()) if item.due <= until)[:limit]

    def handed(self, due: Due, again: datetime) -> bool:
        assert again == NOW + HANDED_FOR
        self.noted.append("moved")
        return due not in self.gone

    def hand_over(self, lane: Lane, due: Sequence[Due]) -> None:
        assert {item.lane for item in due} == {lane}
        self.noted.append(f"handed {len(due)}")
        self.handed_over += due

    def plan_look(self, look: Look) -> None:
        raise NotImplementedError

    def next_due(self, after: datetime) -> datetime | None:
        raise NotImplementedError


def some(lane: Lane, count: int) -> list[Due]:
    order = OrderKey("casa-lluna", "shopify", str(lane))
    keys = (MessageKey(order, "shipped", f"s{place}", Channel.EMAIL) for place in range(count))
    return [Due(lane, NOW - timedelta(minutes=count - place), key) for place, key in enumerate(keys)]


def test_ten_are_moved_on_and_handed_over_before_the_eleventh_is_touched() -> None:
    plan = Plan({Lane.SEND_SERVICE: some(Lane.SEND_SERVICE, 2 * PORTION + 3)})

    swept = sweep(plan, lambda _lane: 500, plan.hand_over, NOW)

    portion = ["moved"] * PORTION + [f"handed {PORTION}"]
    assert plan.noted == [*portion, *portion, *["moved"] * 3, "handed 3"]
    assert plan.handed_over == plan.items[Lane.SEND_SERVICE]
    assert swept.handed[Lane.SEND_SERVICE] == 2 * PORTION + 3


def test_what_waits_at_the_door_goes_before_everything_else() -> None:
    plan = Plan({lane: some(lane, PORTION + 1) for lane in Lane})

    sweep(plan, lambda _lane: 500, plan.hand_over, NOW)

    assert [item.lane for item in plan.handed_over] == [lane for lane in LANES for _ in range(PORTION + 1)]


def test_what_another_sweeper_moved_on_is_left_to_it() -> None:
    items = some(Lane.LOOK, 3 * PORTION)
    plan = Plan({Lane.LOOK: items}, gone=frozenset(items[::2]))

    swept = sweep(plan, lambda _lane: 500, plan.hand_over, NOW)

    assert plan.handed_over == items[1::2]
    assert swept.handed == {lane: len(items[1::2]) if lane is Lane.LOOK else 0 for lane in LANES}


def test_no_more_is_handed_over_than_the_queue_has_room_for() -> None:
    plan = Plan({lane: some(lane, 20) for lane in (Lane.SEND_SERVICE, Lane.LOOK)})

    swept = sweep(plan, lambda lane: 12 if lane is Lane.SEND_SERVICE else 0, plan.hand_over, NOW)

    assert swept.handed == {lane: 12 if lane is Lane.SEND_SERVICE else 0 for lane in LANES}
    assert plan.noted.count("moved") == 12


def test_a_queue_that_takes_nothing_holds_up_one_portion_and_is_heard_of() -> None:
    plan = Plan({Lane.SEND_SERVICE: some(Lane.SEND_SERVICE, 5 * PORTION)})

    def refuse(_lane: Lane, _due: Sequence[Due]) -> None:
        raise Unavailable("not taken")

    with pytest.raises(Unavailable):
        sweep(plan, lambda _lane: 500, refuse, NOW)

    assert plan.noted == ["moved"] * PORTION
