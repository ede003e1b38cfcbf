"""Sending once: what is in doubt, what was overtaken, what came to nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from encamino.channels.base import Accepted, Ambiguous, Sent
from encamino.channels.feedback import Feedback, FeedbackKind
from encamino.domain.message import Message, MessageStatus
from encamino.domain.reason import Why
from encamino.flows.feedback import hear
from tests.flows.house import House

DAY = datetime(2026, 11, 11, 9, tzinfo=UTC)


@pytest.fixture
def house(templates: Path) -> House:
    return House(templates)


def paid(house: House) -> Message:
    """The confirmation of a paid order, as it stands after all that is due has happened."""
    house.deliver("order_paid", at=DAY)
    house.rest()
    return only(house)


def only(house: House) -> Message:
    (message,) = house.store.messages_of_shop(house.shop.shop, 10)
    return message


def test_a_mail_that_is_in_doubt_twice_never_goes_a_third_time(house: House) -> None:
    house.mail.answers = lambda _message: Ambiguous()
    paid(house)

    house.pass_time(timedelta(days=2))

    assert len(house.mail.got) == 2
    assert (only(house).status, only(house).reason) == (MessageStatus.UNKNOWN, Why.AMBIGUOUS)


def test_a_mail_in_doubt_that_ses_reports_delivered_does_not_go_again(house: House) -> None:
    house.mail.answers = lambda _message: Ambiguous()
    message = paid(house)

    hear(house.store, report(message, FeedbackKind.DELIVERED), lambda _shop, address: address, house.now)
    house.pass_time(timedelta(days=2))

    assert len(house.mail.got) == 1
    assert only(house).status is MessageStatus.DELIVERED


def test_ses_may_report_before_we_note_that_we_sent_and_the_row_is_whole_all_the_same(house: House) -> None:
    def delivered_at_once(message: Message) -> Sent:
        hear(house.store, report(message, FeedbackKind.DELIVERED), lambda _shop, address: address, house.now)
        return Accepted("ses-1")

    house.mail.answers = delivered_at_once

    message = paid(house)

    assert message.status is MessageStatus.DELIVERED
    assert (message.to, message.provider_id) == ("lucia.ferrandiz@example.com", "ses-1")
    assert message.subject
    assert message.claim is None


def test_opens_and_clicks_are_times_and_never_take_a_status_back(house: House) -> None:
    message = paid(house)

    for kind in (FeedbackKind.CLICKED, FeedbackKind.OPENED, FeedbackKind.DELIVERED, FeedbackKind.SENT):
        hear(house.store, report(message, kind), lambda _shop, address: address, house.now)

    known = only(house)
    assert known.status is MessageStatus.DELIVERED
    assert known.opened_at == known.clicked_at == DAY


def test_a_complaint_protects_the_address_even_when_the_message_is_long_gone(house: House) -> None:
    message = paid(house)
    forgotten = House(house.renderer.templates)

    hear(forgotten.store, report(message, FeedbackKind.COMPLAINED), lambda _shop, address: address, house.now)

    assert forgotten.store.suppression(house.shop.shop, "lucia.ferrandiz@example.com") is Why.COMPLAINT


def test_a_message_of_a_newer_release_waits_for_it_after_a_rollback(house: House) -> None:
    newer = dict(house.renderer.catalogue)
    house.renderer.catalogue = {}
    message = paid(house)
    assert (message.status, message.reason) == (MessageStatus.HELD, Why.NO_TEMPLATE)

    house.renderer.catalogue = newer
    house.pass_time(timedelta(hours=1))

    assert [m.key.trigger for m, _, _ in house.mail.got] == ["order_confirmed"]


def test_a_message_that_no_release_brings_back_is_skipped_with_its_reason(house: House) -> None:
    house.renderer.catalogue = {}
    paid(house)

    house.pass_time(timedelta(days=4))

    assert (only(house).status, only(house).reason) == (MessageStatus.SKIPPED, Why.NO_TEMPLATE)
    assert house.mail.got == []


def report(message: Message, kind: FeedbackKind) -> Feedback:
    return Feedback(str(message.key), kind, DAY, permanent=True, addresses=("lucia.ferrandiz@example.com",))
