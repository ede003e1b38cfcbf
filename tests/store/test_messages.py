"""Messages: written once, taken by one, settled by whoever took them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from encamino.domain.errors import Missing
from encamino.domain.message import Channel, MessageKey, MessageStatus, Render
from encamino.domain.order import OrderKey
from encamino.domain.reason import Verdict, Why
from encamino.store.base import Commit, Lane, Store
from encamino.store.dynamo import DynamoStore
from encamino.store.memory import MemoryStore
from tests.store.clients import OneAtATime
from tests.store.examples import KEY, NOON, Clock, decision, keep, message, shop, stored

LEASE = timedelta(minutes=2)
ROW = message()


def test_a_message_is_read_back_whole(store: Store) -> None:
    row = message(
        "picked", "gid://s#1@2026-11-03", urgent=True, to="ada@example.com", locale="es-ES", subject="¡Llegó! ✓",
        shipment="gid://s#1", opened_at=NOON, clicked_at=NOON, provider_id="ses-1",
    )  # fmt: skip
    keep(store, row)
    assert store.message(row.key) == row
    assert store.messages_of(KEY) == (row,)
    assert store.message(replace(row.key, channel=Channel.SMS)) is None


def test_an_orders_messages_come_in_the_order_they_were_planned(store: Store) -> None:
    keep(store, message("b"))
    later = replace(message("a"), planned_at=NOON + timedelta(hours=1))
    assert store.commit(Commit(stored(store), NOON, messages=(later,)))
    assert [m.key.trigger for m in store.messages_of(KEY)] == ["b", "a"]


def test_a_shops_messages_come_newest_first_page_by_page(store: Store) -> None:
    for n in range(7):
        key = OrderKey("demo", "shopify", str(n))
        keep(store, message(key=key, planned_at=NOON + timedelta(minutes=n)), key=key)
    keep(store, message(key=OrderKey("other", "shopify", "1")), key=OrderKey("other", "shopify", "1"))
    pages: list[list[str]] = []
    after = None
    while page := store.messages_of_shop("demo", 3, after):
        pages.append([m.key.order.id for m in page])
        after = str(page[-1].key)
    assert pages == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


def test_a_page_cannot_begin_after_a_message_that_is_not_there(store: Store) -> None:
    for key in (str(ROW.key), "nonsense"):
        with pytest.raises(Missing):
            store.messages_of_shop("demo", 3, key)


def test_claiming_takes_a_waiting_message_and_says_until_when(store: Store) -> None:
    keep(store, ROW)
    taken = store.claim(ROW.key, "c1", NOON, LEASE)
    assert taken == replace(ROW, status=MessageStatus.SENDING, claim="c1", lease_until=NOON + LEASE)
    assert store.message(ROW.key) == taken


def test_a_held_message_can_be_claimed(store: Store) -> None:
    keep(store, replace(ROW, status=MessageStatus.HELD))
    assert store.claim(ROW.key, "c1", NOON, LEASE) is not None


def test_claiming_twice_with_one_claim_gives_the_same_answer(store: Store) -> None:
    keep(store, ROW)
    assert store.claim(ROW.key, "c1", NOON, LEASE) == store.claim(ROW.key, "c1", NOON, LEASE)


def test_another_claim_gets_nothing_even_when_the_lease_is_over(store: Store) -> None:
    keep(store, ROW)
    store.claim(ROW.key, "c1", NOON, LEASE)
    assert store.claim(ROW.key, "c2", NOON, LEASE) is None
    assert store.claim(ROW.key, "c2", NOON + timedelta(days=1), LEASE) is None


def test_what_is_not_there_or_done_cannot_be_claimed(store: Store) -> None:
    keep(store, ROW)
    taken = store.claim(ROW.key, "c1", NOON, LEASE)
    assert taken
    assert store.settle(replace(taken, status=MessageStatus.SENT), {MessageStatus.SENDING})
    assert store.claim(ROW.key, "c1", NOON, LEASE) is None
    assert store.claim(message("never").key, "c1", NOON, LEASE) is None


@pytest.mark.parametrize("kind", ["memory", "dynamodb"])
def test_of_sixteen_who_claim_at_once_exactly_one_wins(kind: str, table: tuple[Any, str], clock: Clock) -> None:
    client, name = table
    store: Store = MemoryStore(clock) if kind == "memory" else DynamoStore(OneAtATime(client), name, clock)
    rows = [message(f"m{n}") for n in range(8)]
    keep(store, *rows)
    start = Barrier(16)

    def race(runner: int) -> list[MessageKey]:
        start.wait()
        return [row.key for row in rows if store.claim(row.key, f"c{runner}", NOON, LEASE)]

    with ThreadPoolExecutor(16) as pool:
        won = [key for keys in pool.map(race, range(16)) for key in keys]
    assert sorted(map(str, won)) == sorted(str(row.key) for row in rows)


def test_settling_writes_what_became_of_it_with_the_reason(store: Store) -> None:
    keep(store, ROW, why=(decision(),))
    taken = store.claim(ROW.key, "c1", NOON, LEASE)
    assert taken
    sent = replace(taken, status=MessageStatus.SENT, sent_at=NOON, provider_id="ses-1", to="ada@example.com")
    accepted = decision(Why.ACCEPTED, NOON + timedelta(minutes=3), Verdict.SENT)
    assert store.settle(sent, {MessageStatus.SENDING}, accepted)
    assert store.message(ROW.key) == sent
    assert store.why(KEY) == (decision(), accepted)


def test_settling_needs_one_of_the_expected_statuses(store: Store) -> None:
    keep(store, ROW)
    sent = replace(ROW, status=MessageStatus.SENT)
    assert not store.settle(sent, {MessageStatus.SENDING, MessageStatus.UNKNOWN}, decision())
    assert not store.settle(sent, ())
    assert not store.settle(message("never"), set(MessageStatus))
    assert store.message(ROW.key) == ROW
    assert store.why(KEY) == ()
    assert store.message(message("never").key) is None


def test_settling_can_take_a_field_back(store: Store) -> None:
    keep(store, ROW)
    taken = store.claim(ROW.key, "c1", NOON, LEASE)
    assert taken
    again = replace(taken, status=MessageStatus.PLANNED, claim=None, lease_until=None)
    assert store.settle(again, {MessageStatus.SENDING})
    assert store.message(ROW.key) == ROW


def test_an_open_and_a_click_that_race_are_both_kept(store: Store) -> None:
    keep(store, ROW)
    store.note_seen(ROW.key, clicked_at=NOON)
    store.note_seen(ROW.key, opened_at=NOON + timedelta(seconds=1))
    seen = replace(ROW, clicked_at=NOON, opened_at=NOON + timedelta(seconds=1))
    assert store.message(ROW.key) == seen
    # Whoever read the row before settles it now.
    assert store.settle(replace(ROW, status=MessageStatus.SENT), {MessageStatus.PLANNED})
    assert store.message(ROW.key) == replace(seen, status=MessageStatus.SENT)


def test_the_first_time_it_was_seen_stays(store: Store) -> None:
    keep(store, ROW)
    for minutes in (0, 5):
        at = NOON + timedelta(minutes=minutes)
        store.note_seen(ROW.key, opened_at=at, clicked_at=at)
    assert store.message(ROW.key) == replace(ROW, opened_at=NOON, clicked_at=NOON)


@pytest.mark.parametrize("status", MessageStatus)
def test_seeing_is_noted_at_any_status_and_leaves_the_agenda_alone(store: Store, status: MessageStatus) -> None:
    row = replace(ROW, status=status)
    keep(store, row)
    before = store.due(Lane.SEND_SERVICE, NOON + timedelta(days=1), 9)
    store.note_seen(ROW.key, opened_at=NOON)
    store.note_seen(ROW.key)
    assert store.message(ROW.key) == replace(row, opened_at=NOON)
    assert store.due(Lane.SEND_SERVICE, NOON + timedelta(days=1), 9) == before


def test_seeing_what_is_not_there_writes_nothing(store: Store, clock: Clock) -> None:
    store.note_seen(ROW.key, opened_at=NOON)
    assert store.message(ROW.key) is None
    keep(store, ROW)
    clock.advance(days=1000)
    store.note_seen(ROW.key, opened_at=NOON)
    assert store.message(ROW.key) is None


def test_whoever_sends_says_to_whom_before_it_goes(store: Store) -> None:
    keep(store, ROW)
    taken = store.claim(ROW.key, "c1", NOON, LEASE)
    assert taken
    store.note_seen(ROW.key, opened_at=NOON)
    begun = replace(taken, to="ada@example.com", locale="es-ES", subject="¡Llegó!")
    assert store.begin(begun)
    assert store.begin(begun)
    assert store.message(ROW.key) == replace(begun, opened_at=NOON)


def test_nobody_begins_with_what_is_no_longer_theirs(store: Store) -> None:
    keep(store, ROW)
    assert not store.begin(ROW)
    taken = store.claim(ROW.key, "c1", NOON, LEASE)
    assert taken
    assert not store.begin(replace(taken, claim="c2", to="eve@example.com"))
    assert not store.begin(replace(taken, claim=None, to="eve@example.com"))
    assert not store.begin(replace(message("never"), claim="c1"))
    assert store.message(ROW.key) == taken
    delivered = replace(taken, status=MessageStatus.DELIVERED)
    assert store.settle(delivered, {MessageStatus.SENDING})
    assert not store.begin(replace(taken, to="eve@example.com"))
    assert store.message(ROW.key) == delivered


def test_what_feedback_overtook_is_filled_in_and_let_go_of(store: Store) -> None:
    keep(store, ROW)
    taken = store.claim(ROW.key, "c1", NOON, LEASE)
    assert taken
    bounced = replace(taken, status=MessageStatus.BOUNCED, reason=Why.BOUNCE, to="ada@example.com", opened_at=NOON)
    assert store.settle(bounced, {MessageStatus.SENDING})
    sent = replace(
        taken, status=MessageStatus.SENT, reason=Why.ACCEPTED, to="other@example.com", locale="es-ES",
        subject="¡Llegó!", provider_id="ses-1", sent_at=NOON,
    )  # fmt: skip
    accepted = decision(Why.ACCEPTED, NOON, Verdict.SENT)
    store.complete(sent, accepted)
    done = replace(
        bounced, locale="es-ES", subject="¡Llegó!", provider_id="ses-1", sent_at=NOON, claim=None, lease_until=None
    )
    assert store.message(ROW.key) == done
    assert store.why(KEY) == (accepted,)
    store.complete(replace(sent, provider_id="ses-2"), None)
    store.complete(ROW, None)
    assert store.message(ROW.key) == done
    assert store.due(Lane.SEND_SERVICE, NOON + timedelta(days=1), 9) == ()


def test_completing_leaves_the_claim_of_whoever_is_sending_now(store: Store) -> None:
    keep(store, ROW)
    taken = store.claim(ROW.key, "c2", NOON, LEASE)
    assert taken
    store.complete(replace(taken, claim="c1", provider_id="ses-1"), decision(Why.ACCEPTED))
    assert store.message(ROW.key) == replace(taken, provider_id="ses-1")
    assert store.why(KEY) == (decision(Why.ACCEPTED),)
    store.complete(message("never"), decision())
    assert store.message(message("never").key) is None


def test_a_decision_that_repeats_the_last_one_is_not_kept_twice(store: Store) -> None:
    keep(store, ROW)
    reasons = [Why.THROTTLED, Why.THROTTLED, Why.QUIET_HOURS, Why.THROTTLED, Why.THROTTLED]
    for minute, reason in enumerate(reasons):
        said = decision(reason, NOON + timedelta(minutes=minute))
        assert store.settle(replace(ROW, due=said.at), {MessageStatus.PLANNED}, said)
    assert [(d.reason, d.at.minute) for d in store.why(KEY)] == [
        (Why.THROTTLED, 0), (Why.QUIET_HOURS, 2), (Why.THROTTLED, 3),
    ]  # fmt: skip
    row = store.message(ROW.key)
    assert row
    assert row.due == NOON + timedelta(minutes=4)


def test_of_many_decisions_the_first_and_the_newest_are_kept(store: Store) -> None:
    keep(store, ROW)
    for minute in range(60):
        reason = Why.THROTTLED if minute % 2 else Why.QUIET_HOURS
        said = decision(reason, NOON + timedelta(minutes=minute))
        assert store.settle(ROW, {MessageStatus.PLANNED}, said)
    assert [d.at for d in store.why(KEY)] == [NOON + timedelta(minutes=n) for n in (0, *range(11, 60))]


def test_hastening_makes_a_waiting_message_due_now(store: Store) -> None:
    held = replace(ROW, status=MessageStatus.HELD, due=NOON + timedelta(hours=2))
    keep(store, held)
    store.hasten([held.key, message("never").key], NOON)
    assert [due.message for due in store.due(Lane.SEND_SERVICE, NOON, 9)] == [held.key]
    assert store.message(held.key) == replace(held, due=NOON)


def test_hastening_leaves_alone_what_is_due_or_no_longer_waits(store: Store) -> None:
    due, sending = message("due", due=NOON - timedelta(minutes=5)), message("sending")
    keep(store, due, sending)
    taken = store.claim(sending.key, "c1", NOON, LEASE)
    store.hasten([due.key, sending.key], NOON)
    assert store.message(due.key) == due
    assert store.message(sending.key) == taken


def test_what_was_sent_is_kept_to_the_letter_for_its_days(store: Store, clock: Clock) -> None:
    store.put_shop(shop(retention={"renders_days": 45}))
    render = Render("Hola, Ada", "¡Llegó!", "<p>Hola</p>" * 5000, {"References": "<1@demo>"})
    store.keep_render(ROW.key, render)
    assert store.render(ROW.key) == render
    assert store.render(message("never").key) is None
    clock.advance(days=44)
    assert store.render(ROW.key) == render
    clock.advance(days=1, seconds=1)
    assert store.render(ROW.key) is None
