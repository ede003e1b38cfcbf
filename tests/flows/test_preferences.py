"""A customer says what may be sent: looking changes nothing, saving does, and the next message heeds it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from encamino.domain.contact import Choice, ContactKey, Source
from encamino.domain.message import Channel, Kind, MessageStatus
from encamino.domain.reason import Why
from encamino.flows.preferences import preferences
from encamino.flows.show import PageDesk
from encamino.pages.page import Page
from tests.builders import a_shop
from tests.flows.house import RECORDINGS, House
from tests.pages.reading import read

DAY = datetime(2026, 11, 11, 9, tzinfo=UTC)
ONE_CLICK = b"List-Unsubscribe=One-Click"
#: As a browser sends the form with every box empty.
NOTHING = b"form=preferences"


@pytest.fixture
def house(templates: Path) -> House:
    return House(templates)


def opened(house: House, posted: bytes | None = None, token: str | None = None, language: str = "es") -> Page:
    """The page behind the link at the foot of the last mail, or behind another."""
    desk = PageDesk(house.store, house.renderer.templates, lambda _order: {}, lambda _shop, token: token)
    return preferences(desk, token or link(house).rpartition("/")[2], posted, language, house.now)


def link(house: House) -> str:
    _, render, _ = house.mail.got[-1]
    (found,) = {word for word in render.text.split() if "/u/" in word}
    assert render.html is not None
    assert found in render.html
    return found


def customer(house: House) -> ContactKey:
    """In tests an address is its own alias."""
    return ContactKey(house.shop.shop, house.mail.got[-1][2])


def paid(house: House) -> House:
    house.deliver("order_paid", at=DAY)
    house.rest()
    return house


def out_for_delivery(house: House) -> None:
    """The order is sent, and DHL takes it to the door."""
    house.deliver("fulfilled_with_number", at=house.now + timedelta(minutes=1))
    start = house.now
    house.dhl_says([(start, "announced"), (start + timedelta(hours=46), "out_for_delivery")])
    house.pass_time(timedelta(hours=55))


def ticked(page: Page) -> set[str]:
    return {attrs["name"] for tag, attrs in read(page.text).elements if tag == "input" and "checked" in attrs}


def test_a_mail_brings_the_link_and_looking_a_thousand_times_changes_nothing(house: House) -> None:
    paid(house)

    pages = [opened(house) for _ in range(1000)]

    assert {page.status for page in pages} == {200}
    assert len({page.body for page in pages}) == 1
    assert ticked(pages[0]) == {"service_sms"}
    assert house.store.preferences(customer(house)) == {}
    assert house.store.acts(customer(house)) == ()


def test_who_wants_no_texts_gets_none_from_then_on_and_the_mail_all_the_same(house: House) -> None:
    paid(house)
    saved = opened(house, NOTHING)
    out_for_delivery(house)

    assert ticked(saved) == set()
    assert ticked(opened(house)) == set()
    assert ("out_for_delivery", "email") in house.sent()
    assert house.phone.got == []
    (text,) = [m for m in house.store.messages_of_shop(house.shop.shop, 99) if m.key.channel is Channel.SMS]
    assert (text.key.trigger, text.status, text.reason) == ("out_for_delivery", MessageStatus.SKIPPED, Why.OPTED_OUT)
    assert Why.OPTED_OUT in {decision.reason for decision in house.store.why(text.key.order)}


def test_who_says_nothing_gets_the_text_and_who_wants_them_again_gets_it_too(templates: Path) -> None:
    silent, again = paid(House(templates)), paid(House(templates))
    opened(again, NOTHING)
    assert ticked(opened(again, b"form=preferences&service_sms=on")) == {"service_sms"}

    for house in (silent, again):
        out_for_delivery(house)
        assert [m.key.trigger for m, _, _ in house.phone.got] == ["out_for_delivery"]


def test_what_was_chosen_counts_for_the_next_order_of_the_same_customer(house: House) -> None:
    paid(house)
    opened(house, NOTHING)
    house.deliver("order_paid", order="4242", at=house.now + timedelta(minutes=1))
    house.rest()

    assert len(house.mail.got) == 2
    assert ticked(opened(house)) == set()


def test_one_click_takes_back_the_offers_by_mail_and_nothing_else(house: House) -> None:
    paid(house)
    opened(house, urlencode([("form", "preferences"), *((choice, "on") for choice in Choice)]).encode())

    house.now += timedelta(hours=1)

    page = opened(house, ONE_CLICK)

    assert page.status == 200
    assert ticked(opened(house)) == {"marketing_sms", "service_sms"}
    assert [act.source for act in house.store.acts(customer(house))] == [Source.PAGE, Source.ONE_CLICK]


def test_one_click_may_come_as_a_form_in_parts(house: House) -> None:
    paid(house)
    parts = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'

    opened(house, parts)

    assert house.store.preferences(customer(house)) == {Choice.MARKETING_EMAIL: False}


@pytest.mark.parametrize(
    "posted",
    [
        b"", b"x", b"\xff\xfe", b"form=other&service_sms=on", b"&" * 99, b"List-Unsubscribe=Maybe",
        b"marketing_email=on", b"form=preferences" + b"&a=b" * 2000,
    ],
    ids=["nothing", "a word", "no text", "another form", "too many", "no click", "no form", "too long"],
)  # fmt: skip
def test_a_post_that_says_neither_changes_nothing(house: House, posted: bytes) -> None:
    paid(house)

    assert opened(house, posted) == opened(house)
    assert house.store.acts(customer(house)) == ()


def test_every_change_has_one_proof_with_its_words_and_nobodys_address(house: House) -> None:
    paid(house)
    for _ in range(3):
        opened(house, NOTHING)
    house.now += timedelta(hours=1)
    opened(house, b"form=preferences&marketing_email=on")

    first, second = house.store.acts(customer(house))
    assert first.said == dict.fromkeys(Choice, False)
    assert (second.said[Choice.MARKETING_EMAIL], second.at, second.locale) == (True, house.now, "es")
    assert first.wording == second.wording
    assert "@" not in repr((first, second))


def test_a_shop_that_sends_no_texts_asks_about_none_and_changes_none(templates: Path) -> None:
    house = paid(House(templates, a_shop(sms={"senders": {}})))

    page = opened(house, b"form=preferences&service_sms=on&marketing_email=on")

    assert ticked(page) == {"marketing_email"}
    assert house.store.preferences(customer(house)) == {Choice.MARKETING_EMAIL: True}


def test_a_link_that_opens_nothing_says_the_same_to_whoever_asks_or_posts(house: House) -> None:
    paid(house)
    tracking = house.mail.got[-1][1].text.partition("/t/")[2].split()[0]
    strange = ["x", "a" * 26, tracking, link(house).rpartition("/")[2][:-1]]

    answers = [opened(house, posted, token) for token in strange for posted in (None, NOTHING, ONE_CLICK)]

    assert {page.status for page in answers} == {404}
    assert len({(page.body, tuple(page.headers.items())) for page in answers}) == 1


def test_a_customer_without_a_mail_address_gets_texts_and_no_link_is_kept(house: House) -> None:
    for name in ("order_paid", "fulfilled_with_number"):
        said = json.loads((RECORDINGS / f"shops/shopify/{name}.json").read_text())
        body = {**said["body"], "email": "", "contact_email": None, "customer": None}
        house.tell(said["headers"], body, at=max(house.now, DAY))
        house.rest()
    house.dhl_says([(house.now, "announced"), (house.now + timedelta(hours=46), "out_for_delivery")])
    house.pass_time(timedelta(hours=55))

    assert house.mail.got == []
    assert [m.key.trigger for m, _, _ in house.phone.got] == ["out_for_delivery"]


def test_offers_heed_a_no_and_a_service_mail_does_not(house: House) -> None:
    """No message of the house is marketing yet: one of them is made so."""
    shipped = house.renderer.catalogue["shipped"]
    paid(house)
    opened(house, ONE_CLICK)
    house.renderer.catalogue["shipped"] = replace(shipped, kind=Kind.MARKETING)

    out_for_delivery(house)

    (offer,) = [m for m in house.store.messages_of_shop(house.shop.shop, 99) if m.key.trigger == "shipped"]
    assert (offer.status, offer.reason) == (MessageStatus.SKIPPED, Why.OPTED_OUT)
    assert ("out_for_delivery", "email") in house.sent()


def test_offers_wait_for_a_yes(house: House) -> None:
    house.renderer.catalogue["shipped"] = replace(house.renderer.catalogue["shipped"], kind=Kind.MARKETING)
    paid(house)
    out_for_delivery(house)

    (offer,) = [m for m in house.store.messages_of_shop(house.shop.shop, 99) if m.key.trigger == "shipped"]
    assert (offer.status, offer.reason) == (MessageStatus.SKIPPED, Why.NO_CONSENT)


def test_offers_can_be_unsubscribed_from_by_one_click_and_service_mails_say_nothing_of_it(house: House) -> None:
    house.renderer.catalogue["shipped"] = replace(house.renderer.catalogue["shipped"], kind=Kind.MARKETING)
    paid(house)
    opened(house, b"form=preferences&marketing_email=on")
    out_for_delivery(house)

    for message, render, _ in house.mail.got:
        offer = message.key.trigger == "shipped"
        assert render.headers.get("List-Unsubscribe") == (f"<{link(house)}>" if offer else None)
        assert render.headers.get("List-Unsubscribe-Post") == ("List-Unsubscribe=One-Click" if offer else None)
    assert "shipped" in {message.key.trigger for message, _, _ in house.mail.got}
