"""Keys: what goes in comes out, and nothing runs into anything else."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from encamino.domain.message import Channel, MessageKey
from encamino.domain.order import OrderKey
from encamino.store import keys
from encamino.store.base import Lane

SLUG = st.from_regex(r"[a-z0-9][a-z0-9-]{1,39}", fullmatch=True)
ORDER = st.builds(OrderKey, SLUG, SLUG, st.text(min_size=1))
MESSAGE = st.builds(MessageKey, ORDER, SLUG, st.text(), st.sampled_from(Channel))
TIME = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(ORDER)
def test_a_partition_names_its_order(order: OrderKey) -> None:
    assert keys.order_of(keys.partition(order)) == order


@given(MESSAGE)
def test_a_row_names_its_message(key: MessageKey) -> None:
    assert keys.message_of(*keys.message(key)) == key


@given(MESSAGE, MESSAGE)
def test_two_messages_never_share_a_row(one: MessageKey, other: MessageKey) -> None:
    assert (keys.message(one) == keys.message(other)) == (one == other)


@given(TIME, TIME)
def test_times_sort_as_text_as_they_do_as_times(one: datetime, other: datetime) -> None:
    assert (keys.iso(one) < keys.iso(other)) == (one < other)
    assert datetime.fromisoformat(keys.iso(one)) == one


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    assert keys.iso(datetime(2026, 11, 3, 13, tzinfo=timezone(timedelta(hours=1)))) == "2026-11-03T12:00:00.000000Z"


@given(MESSAGE, st.sampled_from(Lane))
def test_an_item_lies_in_one_of_its_lanes_shards(key: MessageKey, lane: Lane) -> None:
    assert keys.agenda(lane, keys.message(key)) in keys.shards(lane)


def test_the_shards_of_a_lane_are_used_evenly() -> None:
    rows = [
        keys.message(MessageKey(OrderKey("demo", "shopify", str(n)), "paid", "", Channel.EMAIL)) for n in range(1600)
    ]
    used = [keys.agenda(Lane.SEND_SERVICE, row) for row in rows]
    assert all(60 < used.count(shard) < 140 for shard in keys.shards(Lane.SEND_SERVICE))


def test_facts_looks_and_messages_follow_one_another_and_nothing_else_lies_between() -> None:
    first, last = keys.FACTS, keys.MESSAGES + keys.LAST
    assert first < keys.LOOKS < keys.MESSAGES < last
    assert not any(first <= other <= last for other in ("ORDER", "RENDER#x", keys.DELIVERIES + "x"))
