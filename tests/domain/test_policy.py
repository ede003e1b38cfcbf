"""What to say, whether to say it now, when to ask: each answer with its reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from encamino.domain import condition
from encamino.domain.errors import Misconfigured
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.message import (
    Channel,
    ChannelUse,
    Definition,
    Kind,
    Message,
    MessageKey,
    MessageStatus,
    Per,
    Readiness,
)
from encamino.domain.order import Details, Item, Money, Order, OrderKey, Person
from encamino.domain.pace import next_look
from encamino.domain.policy import Go, Plan, Skip, Wait, gate, plan
from encamino.domain.quiet import quiet, wakes
from encamino.domain.reason import Verdict, Why
from encamino.domain.shipment import Event, Label, Shipment, ShipmentStatus
from encamino.domain.shop import QuietHours, Sender, Shop

T0 = datetime(2026, 11, 2, 11, tzinfo=UTC)
KEY = OrderKey("casa-lluna", "shopify", "1001")
SHOP = Shop(
    shop="casa-lluna",
    name="Casa Lluna",
    url="https://casalluna.example/",  # type: ignore[arg-type]
    country="ES",
    locale="es",
    time_zone="Europe/Madrid",
    sender=Sender(email="hola@casalluna.example", name="Casa Lluna"),
)
DETAILS = Details(
    T0, "#1001", T0, Person("lucia@cliente.example"), (Item("cup", "Tassa", 1),), Money(Decimal(18), "EUR"), locale="es"
)
EMAIL = (ChannelUse(Channel.EMAIL),)
CONFIRMED = Definition(
    "order_confirmed", frozenset({FactType.ORDER_PAID}), "order", Per.ORDER, Kind.SERVICE, EMAIL,
    still=condition.read("not order.cancelled_at"), useful_for=timedelta(days=3), presets=frozenset({"standard"}),
)  # fmt: skip
SHIPPED = Definition(
    "shipped", frozenset({FactType.SHIPMENT_REGISTERED}), "order", Per.SHIPMENT, Kind.SERVICE, EMAIL,
    still=condition.read("shipment.status not in ['delivered', 'returned_to_sender']"),
    ready=Readiness(condition.read("shipment.number != none"), timedelta(hours=2)), presets=frozenset({"standard"}),
)  # fmt: skip
OUT = Definition(
    "out_for_delivery", frozenset({FactType.SHIPMENT_OUT_FOR_DELIVERY}), "order", Per.ATTEMPT, Kind.SERVICE,
    (ChannelUse(Channel.EMAIL), ChannelUse(Channel.SMS)),
    still=condition.read("shipment.status == 'out_for_delivery'"), useful_for=timedelta(hours=12),
    urgent=True, supersedes=frozenset({"shipped"}), presets=frozenset({"standard"}),
)  # fmt: skip
CATALOGUE = {d.name: d for d in (CONFIRMED, SHIPPED, OUT)}


def hours(count: float) -> datetime:
    return T0 + timedelta(hours=count)


def shipped(number: str | None = "N1", status: ShipmentStatus | None = None, after: float = 5) -> Fact:
    events = (Event(hours(after), status, status, status),) if status else ()
    shipment = Shipment("s1", hours(4), (Label(hours(4), number, "dhl" if number else None),), events=events)
    return Fact(FactType.SHIPMENT_REGISTERED, hours(4), "1001", "s1", shipment=shipment)


PLACED = Fact(FactType.ORDER_PLACED, T0, "1001", details=DETAILS)
PAID = Fact(FactType.ORDER_PAID, T0, "1001")


def order(*facts: Fact) -> Order:
    return learn(Order(KEY), facts)


def planned(
    after: Order, *facts: Fact, shop: Shop = SHOP, known: frozenset[str] = frozenset(), now: datetime = T0
) -> Plan:
    return plan(None, after, facts, shop, CATALOGUE, known, now)


def message(definition: Definition, *, shipment: str | None = None, channel: Channel = Channel.EMAIL) -> Message:
    key = MessageKey(KEY, definition.name, shipment or "", channel)
    fact = next(iter(definition.on))
    return Message(key, fact, T0, definition.kind, MessageStatus.SENDING, T0, T0, definition.urgent, shipment=shipment)


def passed(definition: Definition, state: Order, now: datetime = T0, **more: object) -> Go | Wait | Skip:
    given = {"message": message(definition, shipment=None if definition is CONFIRMED else "s1"), "shop": SHOP,
             "known": frozenset(), "reach": "lucia@cliente.example", **more}  # fmt: skip
    return gate(definition, order=state, catalogue=CATALOGUE, now=now, **given)  # type: ignore[arg-type]


def test_a_fact_that_a_message_is_about_plans_it_once() -> None:
    first = planned(order(PLACED, PAID), PLACED, PAID)
    again = planned(order(PLACED, PAID), PAID, known=frozenset(str(m.key) for m in first.messages))

    assert [m.key.trigger for m in first.messages] == ["order_confirmed"]
    assert first.why[0].verdict is Verdict.PLANNED
    assert again.messages == ()


def test_a_second_attempt_on_another_day_is_a_second_message_and_on_the_same_day_is_not() -> None:
    state = order(PLACED, shipped(status=ShipmentStatus.OUT_FOR_DELIVERY))
    tries = [Fact(FactType.SHIPMENT_OUT_FOR_DELIVERY, hours(h), "1001", "s1") for h in (0, 2, 24)]

    plans = planned(state, *tries, now=hours(24))

    # the first day's is stale by now, and says so
    assert [m.key.occasion for m in plans.messages] == ["s1@2026-11-03"]
    assert {d.reason for d in plans.why} == {Why.FACT, Why.STALE, Why.NO_SENDER}


def test_what_is_switched_off_is_not_planned_and_says_why() -> None:
    shop = SHOP.model_copy(update={"messages": {"order_confirmed": {Channel.EMAIL: False}}})

    plans = planned(order(PLACED, PAID), PAID, shop=shop)

    assert plans.messages == ()
    assert plans.why[0].reason is Why.OFF


def test_a_test_order_reaches_nobody() -> None:
    state = order(replace(PLACED, details=replace(DETAILS, test=True)), PAID)

    assert planned(state, PAID).why[0].reason is Why.TEST_ORDER
    assert passed(CONFIRMED, state) == Skip(Why.TEST_ORDER)


def test_nothing_is_planned_for_what_is_already_over() -> None:
    assert planned(order(PLACED, shipped(status=ShipmentStatus.DELIVERED)), shipped()).why[0].reason is Why.OUTDATED


def test_sms_needs_a_registered_sender() -> None:
    state = order(PLACED, shipped(status=ShipmentStatus.OUT_FOR_DELIVERY, after=0))
    out = Fact(FactType.SHIPMENT_OUT_FOR_DELIVERY, T0, "1001", "s1")

    assert {d.channel: d.reason for d in planned(state, out).why} == {"email": Why.FACT, "sms": Why.NO_SENDER}


def test_the_gate_lets_through_what_is_still_true() -> None:
    assert passed(CONFIRMED, order(PLACED, PAID)) == Go("lucia@cliente.example")


def test_the_gate_stops_what_is_no_longer_true() -> None:
    cancelled = Fact(FactType.ORDER_CANCELLED, hours(1), "1001")

    assert passed(CONFIRMED, order(PLACED, PAID, cancelled)) == Skip(Why.OUTDATED)


def test_the_gate_waits_for_the_order_itself_and_not_for_ever() -> None:
    orphan = order(shipped())

    assert passed(SHIPPED, orphan) == Wait(hours(2), Why.NO_ADDRESS)
    assert passed(SHIPPED, orphan, now=hours(2)) == Skip(Why.NO_ADDRESS)


def test_a_missing_number_is_waited_for_and_then_it_goes_without() -> None:
    without = order(PLACED, shipped(None))

    assert passed(SHIPPED, without) == Wait(hours(2), Why.WAITS_FOR_NUMBER)
    assert passed(SHIPPED, without, now=hours(2)) == Go("lucia@cliente.example")


def test_a_number_that_arrives_ends_the_wait() -> None:
    before, after = order(PLACED, shipped(None)), order(PLACED, shipped(None), shipped("N1"))
    key = MessageKey(KEY, "shipped", "s1", Channel.EMAIL)

    plans = plan(before, after, [], SHOP, CATALOGUE, frozenset({str(key)}), T0)

    assert plans.hasten == (key,)


def test_a_later_message_that_says_it_better_replaces_a_waiting_one() -> None:
    known = frozenset({str(MessageKey(KEY, "out_for_delivery", "s1@2026-11-02", Channel.EMAIL))})
    state = order(PLACED, shipped(status=ShipmentStatus.OUT_FOR_DELIVERY))

    assert passed(SHIPPED, state, known=known) == Skip(Why.SUPERSEDED)


def test_too_late_is_stale_by_the_time_of_the_fact() -> None:
    assert passed(CONFIRMED, order(PLACED, PAID), now=hours(73)) == Skip(Why.STALE)


def test_a_suppressed_or_missing_address_is_said() -> None:
    assert passed(CONFIRMED, order(PLACED, PAID), reach=Why.SUPPRESSED) == Skip(Why.SUPPRESSED)


@pytest.mark.parametrize(
    ("definition", "channel", "waits"),
    [
        (CONFIRMED, Channel.EMAIL, False),
        (CONFIRMED, Channel.SMS, True),
        (OUT, Channel.SMS, False),
        (replace(CONFIRMED, kind=Kind.MARKETING), Channel.EMAIL, True),
    ],
    ids=["service mail passes", "sms waits", "urgent sms passes", "marketing waits"],
)
def test_quiet_hours_hold_marketing_and_sms_that_is_not_urgent(
    definition: Definition, channel: Channel, *, waits: bool
) -> None:
    night = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    fact = shipped(status=ShipmentStatus.OUT_FOR_DELIVERY)
    shop = SHOP.model_copy(update={"messages": {definition.name: {channel: True}}})
    held = replace(message(definition, shipment="s1", channel=channel), planned_at=night, fact_at=night)

    verdict = passed(definition, order(PLACED, PAID, fact), now=night, message=held, shop=shop)

    assert isinstance(verdict, Wait) is waits
    if isinstance(verdict, Wait):
        assert verdict.until == datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


def test_no_hour_of_the_year_breaks_the_quiet_and_none_waits_more_than_the_night() -> None:
    for hour in range(8760):
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        if not quiet(SHOP.quiet_hours, SHOP.zone, now):
            continue
        awake = wakes(SHOP.quiet_hours, SHOP.zone, now)
        assert not quiet(SHOP.quiet_hours, SHOP.zone, awake)
        assert timedelta(0) < awake - now <= timedelta(hours=13)


def test_quiet_hours_may_lie_within_one_day() -> None:
    noon = QuietHours(start=datetime(2026, 1, 1, 13).time(), end=datetime(2026, 1, 1, 15).time())  # noqa: DTZ001

    assert quiet(noon, SHOP.zone, datetime(2026, 11, 2, 13, tzinfo=UTC))
    assert not quiet(noon, SHOP.zone, datetime(2026, 11, 2, 20, tzinfo=UTC))


def test_the_first_look_comes_at_once_and_an_ended_shipment_needs_none() -> None:
    fresh = order(PLACED, shipped()).shipments[0]
    asked = replace(fresh, tracked_at=T0)
    delivered = order(PLACED, shipped(status=ShipmentStatus.DELIVERED)).shipments[0]

    assert next_look(fresh, SHOP, T0) == T0
    assert next_look(asked, SHOP, T0) == hours(3)
    assert next_look(delivered, SHOP, T0) is None


def test_nobody_is_asked_without_a_number_a_carrier_or_hope() -> None:
    numberless = order(PLACED, shipped(None)).shipments[0]
    old = replace(order(PLACED, shipped()).shipments[0], registered_at=T0 - timedelta(days=61))

    assert next_look(numberless, SHOP, T0) is None
    assert next_look(old, SHOP, T0) is None


def test_a_condition_reads_texts_lists_and_words() -> None:
    asked = condition.read("order.status in ['paid', 'shipped'] and not order.cancelled_at and order.total >= 10")

    assert asked.holds({"order": {"status": "paid", "cancelled_at": None, "total": 18.0}})
    assert not asked.holds({"order": {"status": "cancelled", "cancelled_at": "2026", "total": 18.0}})
    assert not asked.holds({})


@pytest.mark.parametrize(
    "text", ["order.secret == 1", "__import__('os')", "order.status.upper()", "order.status ==", "x"]
)
def test_an_unknown_word_in_a_condition_fails_the_build(text: str) -> None:
    with pytest.raises(Misconfigured):
        condition.read(text, where="shipped/message.toml")
