"""Many facts at once are learnt as if they came one by one, in whatever order, and in the time that the list takes."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn, with_shipment
from encamino.domain.order import Details, Order, OrderKey
from encamino.domain.shipment import Event, Label, Shipment, ShipmentStatus

T0 = datetime(2026, 11, 2, 9, tzinfo=UTC)
ORDER = Order(OrderKey("casa-lluna", "shopify", "1"))


def hours(count: int) -> datetime:
    return T0 + timedelta(hours=count)


LISTS = st.lists(st.sampled_from("ABCD"), max_size=3, unique=True)
LABELS = st.builds(
    lambda after, number, siblings: Label(hours(after), number, "dhl", siblings=tuple(siblings)),
    st.integers(0, 3), st.sampled_from((None, *"ABCD")), LISTS,
)  # fmt: skip
EVENTS = st.builds(
    lambda after, status, number: Event(hours(after), status, status, "", number=number),
    st.integers(0, 9), st.sampled_from(ShipmentStatus), st.sampled_from(("", *"ABCD")),
)  # fmt: skip
SHIPMENTS = st.builds(
    lambda id_, registered, labels, events: Shipment(id_, hours(registered), tuple(labels), events=tuple(events)),
    st.sampled_from(("1", "1-2", "1-3", "2", "2-2")),
    st.integers(0, 3),
    st.lists(LABELS, max_size=2),
    st.lists(EVENTS, max_size=2),
)
FACTS = st.one_of(
    SHIPMENTS.map(
        lambda shipment: Fact(FactType.SHIPMENT_REGISTERED, shipment.registered_at, "1", shipment.id, shipment=shipment)
    ),
    st.builds(
        lambda type_, after, subject, amount: Fact(type_, hours(after), "1", subject, amount),
        st.sampled_from((FactType.ORDER_PAID, FactType.ORDER_REFUNDED, FactType.ORDER_EDITED)),
        st.integers(0, 9), st.sampled_from(("", "r1")), st.none() | st.integers(1, 3).map(Decimal),
    ),
    st.builds(
        lambda after, name, locale: Fact(
            FactType.ORDER_CHANGED, hours(after), "1", details=Details(hours(after), name, T0, locale=locale)
        ),
        st.integers(0, 2), st.sampled_from(("#1", "#2")), st.sampled_from((None, "es", "en")),
    ),
)  # fmt: skip


@given(st.lists(FACTS, max_size=12), st.lists(FACTS, max_size=4), st.randoms(use_true_random=False))
def test_learnt_at_once_or_one_by_one_in_any_order_is_the_same(
    facts: list[Fact], again: list[Fact], chance: object
) -> None:
    one_by_one = reduce(lambda order, fact: learn(order, [fact]), facts + again, ORDER)
    known = learn(ORDER, again)
    chance.shuffle(facts)  # type: ignore[attr-defined]

    assert learn(known, facts) == one_by_one
    assert learn(known, facts + again) == one_by_one


@given(st.lists(SHIPMENTS, max_size=6))
def test_a_shipment_by_itself_is_learnt_as_one_told_by_a_fact(shipments: list[Shipment]) -> None:
    facts = [Fact(FactType.SHIPMENT_REGISTERED, T0, "1", shipment.id, shipment=shipment) for shipment in shipments]

    assert reduce(with_shipment, shipments, ORDER) == learn(ORDER, facts)


def test_a_thousand_numbers_and_refunds_in_one_delivery_are_learnt_within_a_second() -> None:
    numbers = tuple(f"JJD{place:09}" for place in range(1000))
    shipments = [
        Shipment(f"1-{place + 1}" if place else "1", T0, (Label(T0, number, "dhl", siblings=numbers),))
        for place, number in enumerate(numbers)
    ]
    facts = [Fact(FactType.SHIPMENT_REGISTERED, T0, "1", s.id, shipment=s) for s in shipments]
    facts += [Fact(FactType.ORDER_REFUNDED, T0, "1", number, Decimal(1)) for number in numbers]
    begun = time.process_time()

    known = learn(ORDER, facts)

    assert time.process_time() - begun < 1
    assert {s.number for s in known.shipments if not s.dropped} == set(numbers)
    assert len(known.milestones) == 1000
