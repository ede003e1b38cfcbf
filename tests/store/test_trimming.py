"""What is left of an order's events: little enough for an item, and the same whatever order they came in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encamino.domain.merging import EVENTS_KEPT
from encamino.domain.order import Order
from encamino.domain.shipment import Event, Label, Shipment, ShipmentStatus
from encamino.store import items
from encamino.store.base import Commit, OrderDocument, Store
from tests.store.examples import KEY, NOON, order, stored

EVENTS = st.builds(
    Event,
    time=st.integers(0, 60).map(lambda m: NOON + timedelta(minutes=m)),
    status=st.sampled_from(ShipmentStatus),
    raw_code=st.sampled_from("abc"),
    text=st.just("x"),
    number=st.sampled_from(("", "N1", "N2")),
)
TOLD = st.lists(st.tuples(st.sampled_from(("s1", "s2", "s3")), EVENTS), max_size=40)


def _order(*told: tuple[str, Event], number: str = "N1") -> Order:
    ids = dict.fromkeys(id_ for id_, _ in told)
    return replace(
        order(),
        shipments=tuple(
            Shipment(id_, NOON, (Label(NOON, number),), events=tuple(dict.fromkeys(e for i, e in told if i == id_)))
            for id_ in sorted(ids)
        ),
    )


def _many(shipments: int, events: int) -> list[tuple[str, Event]]:
    return [
        (f"s{s:03}", Event(NOON + timedelta(minutes=s + n * 7), ShipmentStatus.INFO, f"c{n}", "x", number="N1"))
        for s in range(shipments)
        for n in range(events)
    ]


def _left(known: Order) -> set[tuple[str, Event]]:
    return {(shipment.id, event) for shipment in known.shipments for event in shipment.events}


def test_an_order_with_few_events_is_left_as_it_is() -> None:
    known = _order(*_many(4, 25))
    assert items.trimmed(known) is known


@pytest.mark.parametrize("shipments", [1, 3, 40, 100])
def test_an_order_keeps_a_hundred_events_in_total_and_each_shipment_its_status(shipments: int) -> None:
    early = [
        (f"s{s:03}", Event(NOON - timedelta(days=9), ShipmentStatus.DELIVERED, "d", "x", number="N1"))
        for s in range(shipments)
    ]
    known = _order(*early, *_many(shipments, 100))
    left = items.trimmed(known)
    assert len(_left(left)) == EVENTS_KEPT
    assert [s.status for s in left.shipments] == [s.status for s in known.shipments]
    if shipments < 50:
        assert all(s.events[-1] == max(s.events, key=lambda e: e.time) for s in left.shipments)
        assert {s.events[-1] for s in known.shipments} == {s.events[-1] for s in left.shipments}


def test_nothing_is_refused_when_there_are_more_shipments_than_events_to_keep() -> None:
    told = [
        (f"s{s:03}", Event(NOON + timedelta(n), ShipmentStatus.IN_TRANSIT, f"{n}", "x"))
        for s in range(150)
        for n in (1, 2)
    ]
    left = items.trimmed(_order(*told))
    assert [len(s.events) for s in left.shipments] == [1] * 150


@given(told=TOLD, more=TOLD)
@settings(deadline=None)
def test_trimming_early_and_again_leaves_what_trimming_once_leaves(
    told: list[tuple[str, Event]], more: list[tuple[str, Event]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(items, "EVENTS_KEPT", 8)
        once = items.trimmed(_order(*told, *more))
        early = items.trimmed(_order(*told))
        assert _left(items.trimmed(_order(*_left(early), *more))) == _left(once)
        assert _left(items.trimmed(_order(*reversed(more), *reversed(told)))) == _left(once)
        assert items.trimmed(once) == once


@given(told=TOLD, number=st.sampled_from(("N1", "N2", "N3")))
@settings(deadline=None)
def test_no_shipment_loses_its_status_even_if_its_number_is_replaced_later(
    told: list[tuple[str, Event]], number: str
) -> None:
    known = _order(*told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(items, "EVENTS_KEPT", 8)
        left = _order(*_left(items.trimmed(known)), number=number)
    there = {shipment.id: shipment.status for shipment in left.shipments}
    assert there == {shipment.id: shipment.status for shipment in _order(*told, number=number).shipments}


def test_both_stores_keep_the_same_events(store: Store) -> None:
    known = _order(*_many(3, 90))
    assert store.commit(Commit(OrderDocument(known), NOON))
    assert stored(store).order == items.trimmed(known)
    assert stored(store).order.key == KEY
