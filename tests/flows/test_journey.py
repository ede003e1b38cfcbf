"""Orders from the first delivery to the door, in memory: what customers get, and what they never get."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encamino.channels.base import Ambiguous, Refused, Throttled
from encamino.domain.message import MessageStatus
from encamino.domain.order import OrderStatus
from encamino.domain.reason import Why
from tests.flows.house import RECORDINGS, House

#: The recorded history of one order, in the order in which it happened.
HISTORY = ["order_created", "order_paid", "in_preparation", "fulfilled_with_number"]

#: Minutes after the shipping, DHL's recordings of one journey; as far apart as they were recorded, so that the history
#: they share stays one history.
JOURNEY = [
    (0, "announced"), (1210, "in_transit"), (2755, "out_for_delivery"), (3085, "attempt_failed"),
    (3370, "available_for_pickup"), (4375, "delivered"),
]  # fmt: skip


@pytest.fixture
def house(templates: Path) -> House:
    return House(templates)


def order_of(name: str) -> str:
    said = json.loads((RECORDINGS / f"shops/shopify/{name}.json").read_text())
    return str(said["body"].get("order_id") or said["body"]["id"])


def updated(name: str) -> datetime:
    said = json.loads((RECORDINGS / f"shops/shopify/{name}.json").read_text())["body"]
    return datetime.fromisoformat(said.get("updated_at") or said["created_at"]).astimezone(UTC)


def test_the_whole_way_of_an_order_with_a_failed_attempt_and_a_pickup_point(house: House) -> None:
    for name in HISTORY:
        house.deliver(name, at=updated(name))
        house.pass_time(timedelta(minutes=30))
    start = house.now - timedelta(minutes=30)
    house.dhl_says((start + timedelta(minutes=m), play) for m, play in JOURNEY)
    house.pass_time(timedelta(days=14))

    assert house.document(order_of("order_paid")).order.status is OrderStatus.DELIVERED
    assert [m.key.trigger for m, _, _ in house.mail.got] == [
        "order_received",
        "order_confirmed",
        "in_preparation",
        "shipped",
        "out_for_delivery",
        "attempt_failed",
        "ready_to_collect",
        "delivered",
        "thank_you",
    ]
    assert [m.key.trigger for m, _, _ in house.phone.got] == ["out_for_delivery", "attempt_failed", "ready_to_collect"]


def test_the_same_delivery_three_times_is_the_same_as_once(templates: Path) -> None:
    once, thrice = House(templates), House(templates)
    for house, times in ((once, 1), (thrice, 3)):
        for name in HISTORY:
            for _ in range(times):
                house.deliver(name, at=updated(name))
            house.rest()

    order = order_of("order_paid")
    assert thrice.document(order).order == once.document(order).order
    assert thrice.sent() == once.sent() == [("order_confirmed", "email"), ("shipped", "email")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.booleans())
def test_a_shuffled_history_ends_in_the_same_state_and_says_no_more(
    templates: Path, chance: random.Random, at_once: bool
) -> None:
    names = [*HISTORY, "fulfilled_without_number", "number_late", "event_in_transit", "event_delivered", *HISTORY]
    in_order, shuffled = House(templates), House(templates)
    for name in names:
        in_order.deliver(name, order="4242")
        in_order.rest()
    chance.shuffle(names)
    for name in names:
        shuffled.deliver(name, order="4242")
        if not at_once:
            shuffled.rest()
    for house in (in_order, shuffled):
        house.pass_time(timedelta(hours=3))

    assert shuffled.document("4242").order == in_order.document("4242").order
    got = Counter(str(message.key) for message, _, _ in shuffled.mail.got)
    assert max(got.values(), default=1) == 1
    assert set(got) <= {str(message.key) for message, _, _ in in_order.mail.got}


def test_a_number_that_comes_late_makes_one_complete_mail(house: House) -> None:
    house.deliver("order_paid", order="77", at=updated("fulfilled_without_number"))
    house.deliver("fulfilled_without_number", order="77")
    house.rest()
    assert ("shipped", "email") not in house.sent()

    house.deliver("number_late", order="77", at=house.now + timedelta(seconds=5))
    house.rest()

    shipped = [render for message, render, _ in house.mail.got if message.key.trigger == "shipped"]
    number = house.document("77").order.shipments[0].number
    assert number is not None
    assert [number in render.text for render in shipped] == [True]


def test_a_number_that_never_comes_makes_the_honest_mail_after_two_hours(house: House) -> None:
    house.deliver("order_paid", order="77", at=updated("fulfilled_without_number"))
    house.deliver("fulfilled_without_number", order="77")
    house.pass_time(timedelta(minutes=119))
    assert ("shipped", "email") not in house.sent()

    house.pass_time(timedelta(minutes=2))

    assert house.sent().count(("shipped", "email")) == 1


def test_a_cancelled_order_hears_no_more_of_its_shipping(house: House) -> None:
    house.deliver("cancelled", order="88")
    house.deliver("fulfilled_with_number", order="88")
    house.rest()

    assert house.sent() == []


def test_test_orders_reach_nobody_and_every_decision_says_why(house: House) -> None:
    taken = house.deliver("test_notification")
    house.rest()

    assert house.sent() == []
    assert {d.reason for kept in taken.kept for d in kept.why} <= {Why.TEST_ORDER}


def test_a_malformed_delivery_is_kept_and_listed(house: House) -> None:
    taken = house.tell({"x-shopify-topic": "orders/paid"}, ["no", "order"])

    assert taken.trouble
    assert [d.trouble for d in house.store.deliveries(house.shop.shop, None)] == [taken.trouble]


def test_a_busy_channel_is_asked_again_later(house: House) -> None:
    house.mail.answers = lambda _message: Throttled(timedelta(seconds=30))
    house.deliver("order_paid", at=updated("order_paid"))
    house.rest()
    assert statuses(house) == {MessageStatus.PLANNED}

    house.mail.answers = type(house.mail).answers
    house.pass_time(timedelta(minutes=1))

    assert statuses(house) == {MessageStatus.SENT}


def test_a_refused_message_has_failed_and_says_why(house: House) -> None:
    house.mail.answers = lambda _message: Refused(Why.SANDBOX)
    house.deliver("order_paid", at=updated("order_paid"))
    house.rest()

    assert statuses(house) == {MessageStatus.FAILED}
    assert [d.reason for d in house.store.why(house.document(order_of("order_paid")).order.key)][-1] is Why.SANDBOX


def test_a_mail_that_may_have_gone_waits_a_quarter_of_an_hour_and_goes_once_more(house: House) -> None:
    house.mail.answers = lambda _message: Ambiguous()
    house.deliver("order_paid", at=updated("order_paid"))
    house.rest()
    house.mail.answers = type(house.mail).answers

    house.pass_time(timedelta(minutes=14))
    assert len(house.mail.got) == 1
    house.pass_time(timedelta(minutes=20))

    assert len(house.mail.got) == 2
    assert statuses(house) == {MessageStatus.SENT}


def test_an_address_that_may_not_be_written_to_is_not(house: House) -> None:
    house.deliver("order_paid", at=updated("order_paid"))
    details = house.document(order_of("order_paid")).order.details
    assert details is not None
    assert details.person.email is not None
    house.store.suppress(house.shop.shop, details.person.email, Why.SUPPRESSED, house.now)
    house.rest()

    assert house.sent() == []
    assert statuses(house) == {MessageStatus.SKIPPED}


def statuses(house: House) -> set[MessageStatus]:
    return {m.status for m in house.store.messages_of_shop(house.shop.shop, 100)}
