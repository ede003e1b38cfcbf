"""The agenda: what is due is found in its lane, handed over once, and gone when it is done."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from encamino.domain.message import Kind, MessageStatus
from encamino.domain.order import OrderKey
from encamino.store.base import Commit, Due, Lane, Store
from tests.store.examples import KEY, NOON, Clock, keep, look, message, stored

SOON = NOON + timedelta(minutes=2)
LATER = NOON + timedelta(minutes=15)
ROW = message()


def _due(store: Store, lane: Lane = Lane.SEND_SERVICE, until: datetime = NOON + timedelta(days=9)) -> list[Due]:
    return list(store.due(lane, until, 100))


def test_messages_wait_in_the_lane_of_their_kind(store: Store) -> None:
    urgent, service = message("urgent", urgent=True), message("service")
    marketing = message("marketing", kind=Kind.MARKETING, urgent=True)
    keep(store, urgent, service, marketing, looks=(look(),))
    assert _due(store, Lane.SEND_URGENT) == [Due(Lane.SEND_URGENT, SOON, urgent.key)]
    assert _due(store, Lane.SEND_SERVICE) == [Due(Lane.SEND_SERVICE, SOON, service.key)]
    assert _due(store, Lane.SEND_MARKETING) == [Due(Lane.SEND_MARKETING, SOON, marketing.key)]
    assert _due(store, Lane.LOOK) == [Due(Lane.LOOK, NOON, look=look())]


def test_nothing_is_due_before_its_time(store: Store) -> None:
    keep(store, ROW)
    assert _due(store, until=SOON - timedelta(microseconds=1)) == []
    assert len(_due(store, until=SOON)) == 1


def test_the_earliest_come_first_whatever_shard_they_lie_in(store: Store) -> None:
    for n in (5, 3, 8, 1, 9, 2):
        key = OrderKey("demo", "shopify", str(n))
        keep(store, message(key=key, due=NOON + timedelta(microseconds=n)), key=key)
    found = store.due(Lane.SEND_SERVICE, SOON, 4)
    assert [due.message.order.id for due in found if due.message] == ["1", "2", "3", "5"]
    assert store.due(Lane.SEND_SERVICE, SOON, 0) == ()


def test_what_was_handed_comes_again_later_and_to_one_only(store: Store) -> None:
    keep(store, ROW, looks=(look(),))
    for lane in (Lane.SEND_SERVICE, Lane.LOOK):
        (due,) = _due(store, lane)
        assert store.handed(due, LATER)
        assert not store.handed(due, LATER)
        assert store.due(lane, LATER - timedelta(seconds=1), 9) == ()
        assert [again.due for again in _due(store, lane)] == [LATER]
    assert store.message(ROW.key) == ROW


def test_what_has_left_the_agenda_cannot_be_handed(store: Store) -> None:
    keep(store, ROW)
    (due,) = _due(store)
    assert store.settle(replace(ROW, status=MessageStatus.SKIPPED), {MessageStatus.PLANNED})
    assert not store.handed(due, LATER)
    assert not store.handed(Due(Lane.SEND_SERVICE, SOON, message("never").key), LATER)
    assert not store.handed(Due(Lane.SEND_SERVICE, SOON), LATER)
    assert _due(store) == []


def test_a_claimed_message_comes_back_when_its_lease_ends(store: Store) -> None:
    keep(store, ROW)
    assert store.claim(ROW.key, "c1", NOON, timedelta(minutes=7))
    assert [due.due for due in _due(store)] == [NOON + timedelta(minutes=7)]


@pytest.mark.parametrize("status", MessageStatus)
def test_settling_keeps_the_agenda_in_step(store: Store, status: MessageStatus) -> None:
    keep(store, ROW)
    settled = replace(ROW, status=status, due=LATER, lease_until=NOON + timedelta(hours=1))
    assert store.settle(settled, {MessageStatus.PLANNED})
    expected = {
        MessageStatus.PLANNED: [LATER],
        MessageStatus.HELD: [LATER],
        MessageStatus.SENDING: [NOON + timedelta(hours=1)],
    }
    assert [due.due for due in _due(store)] == expected.get(status, [])


def test_a_look_follows_what_the_last_commit_said(store: Store) -> None:
    keep(store, looks=(look(),))
    assert store.commit(Commit(stored(store), NOON, looks=(look(due=LATER, number="NEW"),)))
    assert _due(store, Lane.LOOK) == [Due(Lane.LOOK, LATER, look=look(due=LATER, number="NEW"))]
    assert store.commit(Commit(stored(store), NOON, looks=(look(due=None, number="NEW"),)))
    assert _due(store, Lane.LOOK) == []


def test_a_look_can_be_put_off_without_news(store: Store) -> None:
    keep(store, looks=(look(),))
    store.plan_look(look(due=LATER))
    assert _due(store, Lane.LOOK) == [Due(Lane.LOOK, LATER, look=look(due=LATER))]


def test_putting_off_a_look_neither_revives_it_nor_brings_back_an_old_number(store: Store) -> None:
    keep(store, looks=(look(number="NEW"), look(shipment_id="s2", due=None)))
    store.plan_look(look(due=LATER, number="OLD"))
    store.plan_look(look(shipment_id="s2", due=LATER))
    assert _due(store, Lane.LOOK) == [Due(Lane.LOOK, NOON, look=look(number="NEW"))]


def test_a_look_at_an_order_that_is_gone_is_not_planned(store: Store, clock: Clock) -> None:
    store.plan_look(look())
    keep(store, looks=(look(),))
    clock.advance(days=1000)
    assert store.order(KEY) is None
    store.plan_look(look(due=LATER))
    assert _due(store, Lane.LOOK) == []


def test_each_shipment_has_its_own_look(store: Store) -> None:
    keep(store, looks=(look(), look(shipment_id="gid://s#2", due=SOON)))
    assert [due.look and due.look.shipment for due in _due(store, Lane.LOOK)] == ["s1", "gid://s#2"]


def test_the_next_due_time_is_found_in_any_lane(store: Store) -> None:
    assert store.next_due(NOON) is None
    keep(store, message("a", due=SOON), message("b", kind=Kind.MARKETING, due=LATER), looks=(look(),))
    assert store.next_due(NOON - timedelta(days=1)) == NOON
    assert store.next_due(NOON) == SOON
    assert store.next_due(SOON) == LATER
    assert store.next_due(LATER) is None


def test_other_orders_are_left_alone(store: Store) -> None:
    other = OrderKey("demo", "shopify", "2")
    keep(store, ROW)
    keep(store, message(key=other), key=other)
    assert store.settle(replace(ROW, status=MessageStatus.SENT), {MessageStatus.PLANNED})
    assert [due.message.order for due in _due(store) if due.message] == [other]
    assert store.order(KEY)
