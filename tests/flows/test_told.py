"""What a customer is told besides the straight way: reminded, corrected, told in parts, told of money. And what not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from encamino.domain.message import MessageStatus
from encamino.domain.reason import Why
from tests.builders import a_shop
from tests.flows.house import House
from tests.flows.test_journey import updated

ORDER = "77"


@pytest.fixture
def house(templates: Path) -> House:
    return House(templates)


def mails(house: House, trigger: str) -> Iterator[tuple[str, str]]:
    """Subject and text of every mail of this name."""
    return ((render.subject, render.text) for message, render, _ in house.mail.got if message.key.trigger == trigger)


def told(house: House) -> list[str]:
    return [message.key.trigger for message, _, _ in house.mail.got]


def tell(house: House, name: str, at: datetime | None = None) -> None:
    """A delivery arrives when it was made, and whatever is due by then has happened."""
    at = at or updated(name)
    if at > house.now:
        house.pass_time(at - house.now)
    house.deliver(name, order=ORDER, at=at)
    house.rest()


def reasons(house: House, trigger: str) -> set[Why | None]:
    kept = house.store.messages_of_shop(house.shop.shop, 100)
    return {m.reason for m in kept if m.key.trigger == trigger and m.status is MessageStatus.SKIPPED}


def waiting_at_the_point(house: House) -> datetime:
    tell(house, "order_paid")
    tell(house, "fulfilled_with_number")
    tell(house, "event_ready_for_pickup", at=datetime(2026, 11, 13, 17, 31, tzinfo=UTC))
    return house.now


def test_a_parcel_that_waits_is_announced_and_brought_to_mind_after_three_and_five_days(house: House) -> None:
    start = waiting_at_the_point(house)
    house.pass_time(timedelta(days=20))

    sent = [m for m, _, _ in house.mail.got if m.key.trigger == "ready_to_collect"]
    assert [(m.key.reminder, (m.sent_at or m.due) - start) for m in sent] == [
        (0, timedelta(0)),
        (1, timedelta(days=3)),
        (2, timedelta(days=5)),
    ]
    assert len({subject for subject, _ in mails(house, "ready_to_collect")}) == 2


def test_nobody_is_reminded_of_what_was_collected(house: House) -> None:
    start = waiting_at_the_point(house)
    house.pass_time(timedelta(days=4))
    tell(house, "event_delivered", at=start + timedelta(days=4, hours=1))
    house.pass_time(timedelta(days=20))

    assert told(house).count("ready_to_collect") == 2
    assert Why.OUTDATED in reasons(house, "ready_to_collect")


def test_a_text_of_a_parcel_that_waits_comes_by_day(house: House) -> None:
    tell(house, "order_paid")
    tell(house, "fulfilled_with_number")
    tell(house, "event_ready_for_pickup", at=datetime(2026, 11, 13, 23, 0, tzinfo=UTC))
    house.pass_time(timedelta(days=1))

    assert [m.key.trigger for m, _, _ in house.phone.got] == ["ready_to_collect"]
    assert house.phone.got[0][0].due == datetime(2026, 11, 14, 8, 0, tzinfo=UTC)


def test_a_number_that_was_told_and_is_replaced_is_corrected_once(house: House) -> None:
    for name in ("order_paid", "fulfilled_without_number", "number_late", "number_replaced", "number_replaced"):
        tell(house, name)
    house.pass_time(timedelta(hours=3))

    assert told(house).count("number_replaced") == 1
    ((_, text),) = mails(house, "number_replaced")
    assert "00340434292135100322" in text
    assert "Ya no vale: 00340434292135100254" in text


def test_a_number_that_nobody_was_told_needs_no_correction(house: House) -> None:
    tell(house, "order_paid")
    for name in ("fulfilled_without_number", "number_late", "number_replaced"):
        house.deliver(name, order=ORDER, at=updated(name))
    house.pass_time(timedelta(hours=3))

    assert "number_replaced" not in told(house)
    assert reasons(house, "number_replaced") == {Why.NOTHING_TO_CORRECT}
    ((_, text),) = mails(house, "shipped")
    assert "00340434292135100322" in text


def test_a_number_five_seconds_late_makes_one_complete_mail_and_no_correction(house: House) -> None:
    tell(house, "order_paid")
    tell(house, "fulfilled_without_number")
    tell(house, "number_late", at=house.now + timedelta(seconds=5))
    house.pass_time(timedelta(days=1))

    ((_, text),) = mails(house, "shipped")
    assert "00340434292135100254" in text
    assert "number_replaced" not in told(house)


def test_a_part_that_leaves_is_told_as_a_part_and_the_last_as_shipped(house: House) -> None:
    tell(house, "part_shipped")
    ((_, text),) = mails(house, "part_shipped")
    assert "Aún por llegar" in text
    assert "shipped" not in told(house)
    assert reasons(house, "shipped") == {Why.SUPERSEDED}

    tell(house, "two_shipments")
    house.pass_time(timedelta(hours=3))

    assert (told(house).count("part_shipped"), told(house).count("shipped")) == (1, 1)


def test_where_parts_are_switched_off_shipped_is_told(templates: Path) -> None:
    house = House(templates, a_shop(messages={"part_shipped": {"email": False}}))
    tell(house, "part_shipped")

    assert "shipped" in told(house)
    assert "part_shipped" not in told(house)


def test_whoever_pays_at_once_hears_of_the_order_once(house: House) -> None:
    start = updated("order_created")
    tell(house, "order_created")
    house.pass_time(timedelta(seconds=60))
    tell(house, "order_paid", at=start + timedelta(seconds=90))
    house.pass_time(timedelta(days=10))

    assert told(house) == ["order_confirmed"]


def test_whoever_has_not_paid_is_told_that_the_order_is_here_and_reminded_twice(house: House) -> None:
    start = updated("order_created")
    tell(house, "order_created")
    house.pass_time(timedelta(days=30))

    sent = [(m.key.trigger, m.key.reminder, m.due - start) for m, _, _ in house.mail.got]
    assert sent == [
        ("order_received", 0, timedelta(minutes=2)),
        ("payment_reminder", 0, timedelta(days=1)),
        ("payment_reminder", 1, timedelta(days=4)),
    ]
    ((_, text),) = mails(house, "order_received")
    assert "Elegiste: Transferencia bancaria." in text


def test_whoever_has_paid_is_not_reminded(house: House) -> None:
    tell(house, "order_created")
    tell(house, "order_paid")
    house.pass_time(timedelta(days=30))

    assert "payment_reminder" not in told(house)
    assert "order_confirmed" in told(house)


def test_a_cancelled_order_is_told_with_the_truth_about_the_money(house: House) -> None:
    tell(house, "order_paid")
    tell(house, "cancelled")
    house.pass_time(timedelta(hours=1))

    ((_, text),) = mails(house, "cancelled")
    assert "Ya lo habías pagado." in text
    assert "Te hemos devuelto" not in text


def test_who_cancels_before_paying_is_owed_nothing(house: House) -> None:
    tell(house, "order_created")
    tell(house, "cancelled")
    house.pass_time(timedelta(days=10))

    ((_, text),) = mails(house, "cancelled")
    assert "No nos ha llegado ningún pago." in text
    assert told(house).count("payment_reminder") == 2


def test_each_refund_is_told_with_its_amount_and_the_last_as_the_whole(house: House) -> None:
    tell(house, "order_paid")
    for name in ("refunded_part", "refunded_part", "refunded_whole", "refunded_whole"):
        tell(house, name)
    house.pass_time(timedelta(hours=1))

    part, whole = mails(house, "refunded")
    assert "37,00\xa0€" in part[0]
    assert "Corresponde al pedido" in part[1]
    assert "59,85\xa0€" in whole[0]
    assert "todo el dinero" in whole[1]


def test_thanks_come_three_days_after_the_delivery(house: House) -> None:
    tell(house, "order_paid")
    tell(house, "fulfilled_with_number")
    tell(house, "event_delivered")
    delivered = house.document(ORDER).order.shipments[0].bearing
    assert delivered is not None
    house.pass_time(timedelta(days=30))

    (thanks,) = (m for m, _, _ in house.mail.got if m.key.trigger == "thank_you")
    assert thanks.due == delivered.time + timedelta(days=3)


def test_nobody_is_thanked_for_what_was_given_back(house: House) -> None:
    tell(house, "order_paid")
    tell(house, "fulfilled_with_number")
    tell(house, "event_delivered")
    tell(house, "refunded_whole", at=house.now + timedelta(days=1))
    house.pass_time(timedelta(days=30))

    assert "delivered" in told(house)
    assert "thank_you" not in told(house)
