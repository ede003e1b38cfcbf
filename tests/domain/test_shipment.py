"""A shipment's status is a function of what was said, never of the order in which it reached us."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.domain.merging import EVENTS_KEPT, kept, merged, settled
from encamino.domain.shipment import (
    Event,
    Label,
    PickupPoint,
    Reason,
    Shipment,
    ShipmentStatus,
    ShippedItem,
    Tracking,
    Window,
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
    said = {"tracking": Tracking("dhl", "N1", eta=T0 + timedelta(days=1)), "labels": (Label(T0, "N1"),)}

    assert shipment(at(1, ShipmentStatus.IN_TRANSIT), **said).eta is not None
    assert shipment(at(1, ShipmentStatus.DELIVERED), **said).eta is None


ANSWER = Tracking(
    "dhl",
    "OLD 1",
    (),
    T0,
    Window(T0, T0 + timedelta(hours=2)),
    "L. FERRER",
    PickupPoint("Kiosk"),
    "https://dhl.example",
)


def test_the_answer_about_a_replaced_number_no_longer_counts() -> None:
    old = shipment(labels=(Label(T0, "OLD1", "dhl"),), tracking=ANSWER)
    new = merged(old, shipment(labels=(Label(T0 + timedelta(hours=2), "NEW1", "dhl", link="https://shop.example"),)))

    assert (new.current_tracking, new.eta, new.eta_window) == (None, None, None)
    assert (new.pickup_point, new.signed_by, new.link) == (None, None, "https://shop.example")


def test_the_answer_about_the_number_that_counts_counts_however_the_number_is_written() -> None:
    one = shipment(labels=(Label(T0, "old1", "dhl", link="https://shop.example"),), tracking=ANSWER)

    assert one.current_tracking == ANSWER
    assert (one.eta, one.eta_window, one.pickup_point) == (ANSWER.eta, ANSWER.eta_window, ANSWER.pickup_point)
    assert (one.signed_by, one.link) == ("L. FERRER", "https://dhl.example")


def test_a_stated_word_told_again_is_one_event_as_of_when_it_was_told_first() -> None:
    first, again = (at(h, ShipmentStatus.OUT_FOR_DELIVERY, stated=True, local=str(h)) for h in (1, 25))

    assert merged(shipment(again), shipment(first)).events == (first,)
    assert merged(shipment(first), shipment(again)).events == (first,)


def test_a_stated_word_told_again_does_not_take_back_what_was_scanned_since() -> None:
    stated = at(1, ShipmentStatus.IN_TRANSIT, stated=True)
    waiting = shipment(stated, at(5, ShipmentStatus.AVAILABLE_FOR_PICKUP, number="N1"), labels=(Label(T0, "N1"),))

    later = merged(waiting, shipment(replace(stated, time=T0 + timedelta(hours=9))))

    assert later.status is ShipmentStatus.AVAILABLE_FOR_PICKUP


def test_a_scan_is_not_the_platforms_word_for_the_same() -> None:
    scan = at(9, ShipmentStatus.IN_TRANSIT)

    assert len(merged(shipment(scan), shipment(replace(scan, stated=True))).events) == 2


def test_two_scans_of_one_status_stay_two() -> None:
    assert (
        len(merged(shipment(at(1, ShipmentStatus.IN_TRANSIT)), shipment(at(9, ShipmentStatus.IN_TRANSIT))).events) == 2
    )


def place(id_: str, number: str, *siblings: str, after: float = 0) -> Shipment:
    return Shipment(id_, T0, (Label(T0 + timedelta(hours=after), number, "dhl", siblings=siblings),))


def test_a_number_that_was_taken_off_the_list_leaves_its_place_called_off() -> None:
    first = merged(place("1", "A", "A", "B"), place("1", "A", "A", after=1))

    one, other = settled([place("1-2", "B", "A", "B"), first])

    assert (one.id, one.cancelled, one.number) == ("1", False, "A")
    assert (other.id, other.status, other.reason) == ("1-2", ShipmentStatus.EXCEPTION, Reason.CANCELLED)
    assert other.called_off_at is None


def test_a_number_that_moved_to_an_earlier_place_is_there_only() -> None:
    first = merged(place("1", "A", "A", "B"), place("1", "B", "B", after=1))

    one, other = settled([first, place("1-2", "B", "A", "B")])

    assert (one.number, one.dropped) == ("B", False)
    assert (other.number, other.dropped) == ("B", True)


def test_numbers_that_change_places_both_travel() -> None:
    first = merged(place("1", "A", "A", "B"), place("1", "B", "B", "A", after=1))
    second = merged(place("1-2", "B", "A", "B"), place("1-2", "A", "B", "A", after=1))

    assert [(s.number, s.dropped) for s in settled([first, second])] == [("B", False), ("A", False)]


def test_a_number_that_is_given_back_travels_again() -> None:
    first = merged(place("1", "A", "A", after=1), place("1", "A", "A", "B", after=2))
    second = replace(merged(place("1-2", "B", "A", "B"), place("1-2", "B", "A", "B", after=2)), dropped=True)

    assert not any(s.dropped for s in settled([first, second]))


def test_a_list_says_nothing_of_other_lists_nor_of_a_number_given_by_itself() -> None:
    by_itself = merged(place("1", "A", "A", "B"), Shipment("1", T0, (Label(T0 + timedelta(hours=3), "X", "dhl"),)))
    stranger = Shipment("1-2", T0, (Label(T0, "B", "dhl"),))

    assert not any(s.dropped for s in settled([by_itself, stranger, place("2", "A", "A")]))


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
    stated=st.booleans(),
    local=st.sampled_from(["", "x"]),
    reason=st.sampled_from([None, Reason.CUSTOMS, Reason.CANCELLED]),
)
labels = st.builds(
    Label,
    st.integers(0, 30).map(lambda h: T0 + timedelta(hours=h)),
    st.sampled_from([None, "A", "B"]),
    st.just("dhl"),
    siblings=st.sampled_from([(), ("A",), ("A", "B"), ("B",)]),
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
