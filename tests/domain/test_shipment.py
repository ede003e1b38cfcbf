"""A shipment's status is a function of what was said, never of the order in which it reached us."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.domain.merging import EVENTS_KEPT, kept, merged
from encamino.domain.shipment import (
    Event,
    Label,
    Reason,
    Shipment,
    ShipmentStatus,
    ShippedItem,
    Tracking,
    bearing,
)

T0 = datetime(2026, 11, 2, 9, tzinfo=UTC)


def at(hours: float, status: ShipmentStatus, **more: object) -> Event:
    return replace(Event(T0 + timedelta(hours=hours), status, status, status), **more)  # type: ignore[arg-type]


def shipment(*events: Event, **more: object) -> Shipment:
    return replace(Shipment("1", T0, events=events), **more)  # type: ignore[arg-type]


def test_the_latest_event_gives_the_status_in_either_direction() -> None:
    forth = shipment(at(1, ShipmentStatus.OUT_FOR_DELIVERY), at(2, ShipmentStatus.IN_TRANSIT))

    assert forth.status is ShipmentStatus.IN_TRANSIT


def test_delivered_is_not_taken_back_by_a_later_scan() -> None:
    late = shipment(at(1, ShipmentStatus.DELIVERED), at(9, ShipmentStatus.IN_TRANSIT))

    assert late.status is ShipmentStatus.DELIVERED


def test_of_the_two_ends_the_later_wins() -> None:
    returned = shipment(at(1, ShipmentStatus.DELIVERED), at(2, ShipmentStatus.RETURNED_TO_SENDER))
    delivered = shipment(at(3, ShipmentStatus.DELIVERED), at(2, ShipmentStatus.RETURNED_TO_SENDER))

    assert returned.status is ShipmentStatus.RETURNED_TO_SENDER
    assert delivered.status is ShipmentStatus.DELIVERED


@pytest.mark.parametrize("silent", [ShipmentStatus.UNKNOWN, ShipmentStatus.INFO])
def test_unknown_codes_and_information_change_nothing(silent: ShipmentStatus) -> None:
    one = shipment(at(1, ShipmentStatus.IN_TRANSIT), at(2, silent))

    assert one.status is ShipmentStatus.IN_TRANSIT


def test_at_equal_times_the_place_in_the_answer_decides() -> None:
    one = shipment(at(1, ShipmentStatus.ATTEMPT_FAILED, seq=4), at(1, ShipmentStatus.IN_TRANSIT, seq=5))

    assert one.status is ShipmentStatus.IN_TRANSIT


def test_a_shipment_of_which_nothing_was_said_is_pending() -> None:
    assert shipment().status is ShipmentStatus.PENDING


def test_events_of_a_replaced_number_no_longer_count() -> None:
    labels = (Label(T0, "OLD", "dhl"), Label(T0 + timedelta(hours=2), "NEW", "dhl"))
    one = shipment(
        at(1, ShipmentStatus.DELIVERED, number="OLD"), at(3, ShipmentStatus.INFO_RECEIVED, number="NEW"), labels=labels
    )

    assert one.number == "NEW"
    assert one.old_numbers == ("OLD",)
    assert one.status is ShipmentStatus.INFO_RECEIVED


def test_a_label_without_a_number_never_hides_one_with() -> None:
    one = shipment(labels=(Label(T0, "N1", "dhl"), Label(T0 + timedelta(hours=2), None)))

    assert one.number == "N1"


def test_the_estimate_is_gone_once_the_shipment_has_ended() -> None:
    tracking = Tracking("dhl", "N1", eta=T0 + timedelta(days=1))

    assert shipment(at(1, ShipmentStatus.IN_TRANSIT), tracking=tracking).eta is not None
    assert shipment(at(1, ShipmentStatus.DELIVERED), tracking=tracking).eta is None


def test_a_shipment_the_shop_took_back_is_cancelled() -> None:
    assert shipment(at(1, ShipmentStatus.EXCEPTION, reason=Reason.CANCELLED)).cancelled
    assert not shipment(at(1, ShipmentStatus.EXCEPTION, reason=Reason.CUSTOMS)).cancelled


def test_the_newest_hundred_events_are_kept_and_the_end_among_them() -> None:
    end = at(0, ShipmentStatus.DELIVERED)
    many = [end, *(at(1 + i, ShipmentStatus.INFO) for i in range(EVENTS_KEPT + 20))]

    left = kept(many)

    assert len(left) == EVENTS_KEPT
    assert bearing(left) == end


events = st.builds(
    at,
    st.integers(0, 30),
    st.sampled_from(ShipmentStatus),
    seq=st.integers(0, 3),
    number=st.sampled_from(["", "A", "B"]),
)
labels = st.builds(
    Label, st.integers(0, 30).map(lambda h: T0 + timedelta(hours=h)), st.sampled_from([None, "A", "B"]), st.just("dhl")
)
said = st.builds(
    Shipment,
    st.just("1"),
    st.integers(0, 30).map(lambda h: T0 + timedelta(hours=h)),
    st.lists(labels, max_size=3).map(tuple),
    st.none() | st.lists(st.builds(ShippedItem, st.just("i"), st.integers(1, 3)), max_size=2).map(tuple),
    st.lists(events, max_size=5).map(tuple),
    st.none() | st.builds(Tracking, st.just("dhl"), st.sampled_from("AB")),
    st.none() | st.integers(0, 30).map(lambda h: T0 + timedelta(hours=h)),
)


@given(said, said, said)
def test_merging_is_commutative_associative_and_idempotent(a: Shipment, b: Shipment, c: Shipment) -> None:
    assert merged(a, b) == merged(b, a)
    assert merged(merged(a, b), c) == merged(a, merged(b, c))
    assert merged(merged(a, b), b) == merged(a, b)
