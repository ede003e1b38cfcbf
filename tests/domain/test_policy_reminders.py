"""Reminders, corrections and parts: what is planned with them, and when each is still worth saying."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from encamino.domain import condition
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.message import Channel, Definition, Kind, Message, MessageKey, MessageStatus, Per
from encamino.domain.order import Item, Order
from encamino.domain.policy import Go, Skip, gate, plan
from encamino.domain.reason import Why
from encamino.domain.shipment import Label, PickupPoint, Shipment, ShipmentStatus, ShippedItem, Tracking
from tests.domain.test_policy import DETAILS, EMAIL, KEY, OUT, PLACED, SHIPPED, SHOP, T0, hours, order, shipped

READY = Definition(
    "ready_to_collect", frozenset({FactType.SHIPMENT_AVAILABLE_FOR_PICKUP}), "order", Per.SHIPMENT, Kind.SERVICE, EMAIL,
    still=condition.read("shipment.status == 'available_for_pickup'"), useful_for=timedelta(days=2),
    repeat=(timedelta(days=3), timedelta(days=5)), presets=frozenset({"standard"}),
)  # fmt: skip
THANKS = Definition(
    "thank_you", frozenset({FactType.SHIPMENT_DELIVERED}), "order", Per.ORDER, Kind.SERVICE, EMAIL,
    after=timedelta(days=3), presets=frozenset({"standard"}),
)  # fmt: skip
REPLACED = Definition(
    "number_replaced", frozenset({FactType.SHIPMENT_NUMBER_REPLACED}), "order", Per.ATTEMPT, Kind.SERVICE, EMAIL,
    corrects=frozenset({"shipped"}), presets=frozenset({"standard"}),
)  # fmt: skip
CATALOGUE = {d.name: d for d in (SHIPPED, READY, THANKS, REPLACED)}
WAITS = shipped(status=ShipmentStatus.AVAILABLE_FOR_PICKUP, after=0)
NOTHING: Mapping[MessageKey, datetime] = {}
READY_FACT = Fact(FactType.SHIPMENT_AVAILABLE_FOR_PICKUP, T0, "1001", "s1")


def ladder() -> tuple[Message, ...]:
    return plan(None, order(PLACED, WAITS), [READY_FACT], SHOP, CATALOGUE, frozenset(), T0).messages


def passed(
    definition: Definition, message: Message, after: float, state: Order, known: frozenset[str] = frozenset(),
    sent: Mapping[MessageKey, datetime] = NOTHING,
) -> object:  # fmt: skip
    return gate(definition, message, state, SHOP, CATALOGUE, known, "lucia@cliente.example", hours(after), sent)


def test_a_message_that_is_repeated_brings_its_reminders_as_rows_of_their_own() -> None:
    assert [(m.key.occasion, m.key.reminder, m.key.subject, m.due - T0) for m in ladder()] == [
        ("s1", 0, "s1", timedelta(0)),
        ("s1~1", 1, "s1", timedelta(days=3)),
        ("s1~2", 2, "s1", timedelta(days=5)),
    ]
    assert {m.shipment for m in ladder()} == {"s1"}


def test_the_keys_of_reminders_can_be_read_back() -> None:
    assert [MessageKey.parse(str(m.key)) for m in ladder()] == [m.key for m in ladder()]


def test_a_ladder_that_is_known_is_not_planned_again() -> None:
    known = frozenset(str(m.key) for m in ladder())

    assert plan(None, order(PLACED, WAITS), [READY_FACT], SHOP, CATALOGUE, known, T0).messages == ()


def test_each_reminder_is_asked_again_when_it_is_due() -> None:
    _, first, second = ladder()
    collected = learn(order(PLACED, WAITS), [shipped(status=ShipmentStatus.DELIVERED, after=80)])

    assert passed(READY, first, 72, order(PLACED, WAITS)) == Go("lucia@cliente.example")
    assert passed(READY, second, 120, collected) == Skip(Why.OUTDATED)


def test_nobody_is_reminded_of_what_is_kept_no_longer() -> None:
    _, first, _ = ladder()
    tracking = Tracking("dhl", "N1", pickup_point=PickupPoint("Quiosc", until=hours(48).date()))
    waits = order(PLACED, WAITS)
    point = replace(waits, shipments=(replace(waits.shipments[0], tracking=tracking, tracked_at=T0),))

    assert passed(READY, first, 48, point) == Go("lucia@cliente.example")
    assert passed(READY, first, 72, point) == Skip(Why.STALE)


@pytest.mark.parametrize(("reminder", "day", "stale"), [(0, 2, False), (0, 3, True), (1, 4, False), (1, 6, True)])
def test_a_reminder_grows_stale_from_its_own_day_on(reminder: int, day: int, *, stale: bool) -> None:
    verdict = passed(READY, ladder()[reminder], day * 24, order(PLACED, WAITS))

    assert verdict == (Skip(Why.STALE) if stale else Go("lucia@cliente.example"))


def test_an_order_told_after_its_shipment_brings_nothing_forward_that_is_for_a_later_day() -> None:
    before, after = order(WAITS), order(PLACED, WAITS)
    thanks = MessageKey(KEY, "thank_you", "", Channel.EMAIL)
    known = frozenset({*(str(m.key) for m in ladder()), str(thanks)})

    plans = plan(before, after, [], SHOP, CATALOGUE, known, T0)

    assert [key.occasion for key in plans.hasten] == ["s1"]


def test_a_correction_goes_only_to_whoever_was_told() -> None:
    key = MessageKey(KEY, "number_replaced", "s1@2026-11-02", Channel.EMAIL)
    correction = Message(key, FactType.SHIPMENT_NUMBER_REPLACED, T0, Kind.SERVICE, MessageStatus.SENDING, T0, T0)
    state = order(PLACED, shipped("N2"))

    def told(shipment: str, channel: Channel = Channel.EMAIL, after: float = -1) -> dict[MessageKey, datetime]:
        return {MessageKey(KEY, "shipped", shipment, channel): hours(after)}

    assert passed(REPLACED, correction, 1, state, sent=told("s1")) == Go("lucia@cliente.example")
    for sent in ({}, told("s2"), told("s1", Channel.SMS), told("s1", after=0.5)):
        assert passed(REPLACED, correction, 1, state, sent=sent) == Skip(Why.NOTHING_TO_CORRECT)
    known = frozenset(map(str, told("s1")))
    assert passed(REPLACED, correction, 1, state, known=known) == Skip(Why.NOTHING_TO_CORRECT)


def test_what_another_message_has_said_since_is_not_said_again() -> None:
    told_by = replace(THANKS, told_by=frozenset({"shipped"}))
    message = Message(
        MessageKey(KEY, "thank_you", "", Channel.EMAIL), FactType.SHIPMENT_DELIVERED, T0, Kind.SERVICE,
        MessageStatus.SENDING, hours(2), hours(3),
    )  # fmt: skip
    other = MessageKey(KEY, "shipped", "", Channel.EMAIL)

    assert passed(told_by, message, 3, order(PLACED), sent={other: hours(1)}) == Go("lucia@cliente.example")
    assert passed(told_by, message, 3, order(PLACED), sent={other: hours(2.5)}) == Skip(Why.SUPERSEDED)


def test_yesterdays_failed_attempt_does_not_silence_todays_van() -> None:
    failed = replace(OUT, name="attempt_failed", supersedes=frozenset({"out_for_delivery"}))
    state = order(PLACED, shipped(status=ShipmentStatus.OUT_FOR_DELIVERY, after=30))
    fact = Fact(FactType.SHIPMENT_OUT_FOR_DELIVERY, hours(30), "1001", "s1")
    catalogue = {"attempt_failed": failed, "out_for_delivery": OUT}
    (message, *_) = plan(None, state, [fact], SHOP, {OUT.name: OUT}, frozenset(), hours(30)).messages

    def verdict(day: str) -> object:
        known = frozenset({str(MessageKey(KEY, "attempt_failed", f"s1@{day}", Channel.EMAIL))})
        return gate(OUT, message, state, SHOP, catalogue, known, "lucia@cliente.example", hours(30))

    assert message.key.day == "2026-11-03"
    assert verdict("2026-11-02") == Go("lucia@cliente.example")
    assert verdict("2026-11-03") == Skip(Why.SUPERSEDED)


def part(id_: str, after: float, *items: str) -> Fact:
    contents = tuple(ShippedItem(item, 1) for item in items)
    shipment = Shipment(id_, hours(after), (Label(hours(after), id_, "dhl"),), items=contents)
    return Fact(FactType.SHIPMENT_REGISTERED, hours(after), "1001", id_, shipment=shipment)


TWO = replace(PLACED, details=replace(DETAILS, items=(Item("cup", "Tassa", 1), Item("bowl", "Bol", 1))))


def follows(id_: str, *facts: Fact) -> bool:
    state = order(TWO, *facts)
    shipment = state.shipment(id_)
    assert shipment is not None
    return state.rest_follows(shipment)


def test_the_rest_follows_what_left_before_it_also_when_it_has_left_itself() -> None:
    first, last = part("s1", 4, "cup"), part("s2", 6, "bowl")

    assert follows("s1", first)
    assert follows("s1", first, last)
    assert not follows("s2", first, last)


def test_no_rest_follows_what_left_together_whole_or_untold() -> None:
    untold = shipped()

    assert not follows("s2", part("s1", 4, "cup"), part("s2", 4, "bowl"))
    assert not follows("s1", part("s1", 4, "cup"), part("s2", 4, "bowl"))
    assert not follows("s1", part("s1", 4, "cup", "bowl"), part("s2", 6, "cup"))
    assert not follows("s1", untold)
