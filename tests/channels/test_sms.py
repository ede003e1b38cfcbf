from dataclasses import replace
from urllib.parse import unquote_plus

import pytest
from moto import mock_aws

from encamino.channels.base import Accepted, Refused
from encamino.channels.clients import sns_client
from encamino.channels.sms import Sms
from encamino.domain.message import Render
from encamino.domain.order import Address
from encamino.domain.reason import Why
from encamino.domain.shop import Sms as SmsSettings
from tests.channels.conftest import Case
from tests.channels.stub import Says, Stub

PUBLISHED = b"""<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>s-1</MessageId>
</PublishResult></PublishResponse>"""

REACH = [
    ("612345678", "ES", "+34612345678"),
    ("612 34 56 78", "ES", "+34612345678"),
    ("711 234 567", "ES", "+34711234567"),
    ("34612345678", "ES", "+34612345678"),
    ("+34 612-345-678", "FR", "+34612345678"),
    ("0034612345678", "ES", "+34612345678"),
    ("0034612345678", "US", "+34612345678"),  # dialled as in Europe, shipped to where 00 means nothing
    ("934 56 78 90", "ES", Why.NOT_MOBILE),
    ("912345678", "ES", Why.NOT_MOBILE),
    ("06 12 34 56 78", "FR", "+33612345678"),
    ("01 23 45 67 89", "FR", Why.NOT_MOBILE),
    ("347 123 4567", "IT", "+393471234567"),
    ("06 1234567", "IT", Why.NOT_MOBILE),
    ("0151 23456789", "DE", "+4915123456789"),
    ("030 123456", "DE", Why.NOT_MOBILE),
    ("912 345 678", "PT", "+351912345678"),
    ("212 345 678", "PT", Why.NOT_MOBILE),
    ("07400 123456", "GB", Why.NO_SENDER),
    ("(212) 555-0123", "US", Why.NO_SENDER),  # mobile or not, nobody knows there
    ("12345", "ES", Why.NO_ADDRESS),
    ("llámame", "ES", Why.NO_ADDRESS),
    ("612345678", "", "+34612345678"),  # no country on the order: the shop's
    ("  ", "ES", Why.NO_ADDRESS),
    ("00", "ES", Why.NO_ADDRESS),
    (None, "ES", Why.NO_ADDRESS),
]


@pytest.mark.parametrize(("phone", "country", "reached"), REACH)
def test_reach(phone: str | None, country: str, reached: str | Why, sms: Sms, case: Case) -> None:
    assert sms.reach(case.ordered(phone=phone, country=country), case.shop) == reached


def test_a_shop_without_senders_reaches_nobody(sms: Sms, case: Case) -> None:
    assert sms.reach(case.order, case.shop.model_copy(update={"sms": SmsSettings()})) is Why.NO_SENDER


def test_an_order_without_an_address_is_read_as_the_shops_country(sms: Sms, case: Case) -> None:
    details = case.order.details
    assert details is not None
    for address in (None, Address()):
        assert sms.reach(replace(case.order, details=replace(details, address=address)), case.shop) == "+34612345678"


def test_sns_is_asked_for_a_folded_text_from_the_countrys_sender(stub: Stub, sms: Sms, case: Case) -> None:
    stub.answer = lambda _: Says(body=PUBLISHED, headers={"Content-Type": "text/xml"})

    sent = sms.send(case.message, Render("¡Tu pedido está en camino!"), "+33612345678", case.shop)

    assert sent == Accepted("s-1")
    [asked] = stub.asked
    form = asked.form
    assert (form["Action"], form["PhoneNumber"], form["Message"]) == (
        "Publish",
        "+33612345678",
        "¡Tu pedido esta en camino!",
    )
    assert attributes(form) == {
        "AWS.SNS.SMS.SenderID": "TiendaFR",
        "AWS.SNS.SMS.SMSType": "Transactional",
        "AWS.SNS.SMS.MaxPrice": "0.50",
    }


def test_marketing_says_that_it_is(stub: Stub, sms: Sms, case: Case) -> None:
    stub.answer = lambda _: Says(body=PUBLISHED, headers={"Content-Type": "text/xml"})

    sms.send(case.marketing(), Render("Hola"), "+34612345678", case.shop)

    assert attributes(stub.asked[0].form)["AWS.SNS.SMS.SMSType"] == "Promotional"


def test_without_a_registered_sender_nothing_leaves(stub: Stub, sms: Sms, case: Case) -> None:
    for to in ("+447400123456", "+12125550123", "+349"):
        sent = sms.send(case.message, Render("Hola"), to, case.shop)

        assert isinstance(sent, Refused)
        assert sent.reason is Why.NO_SENDER
    assert stub.asked == []


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (("InvalidParameter", "Invalid parameter: PhoneNumber Reason: +34612345678 is not valid"), Why.REJECTED),
        (("OptedOut", "The phone number is opted out"), Why.REJECTED),
        (("UserError", "This number is not verified in the SMS sandbox"), Why.SANDBOX),
    ],
)
def test_what_sns_refuses_is_refused_without_the_number(
    error: tuple[str, str], why: Why, stub: Stub, sms: Sms, case: Case
) -> None:
    body = (
        f"<ErrorResponse><Error><Code>{error[0]}</Code><Message>{error[1]}</Message></Error></ErrorResponse>".encode()
    )
    stub.answer = lambda _: Says(400, body, {"Content-Type": "text/xml"})

    sent = sms.send(case.message, Render("Hola"), "+34612345678", case.shop)

    assert isinstance(sent, Refused)
    assert sent.reason is why
    assert "612345678" not in sent.detail


@mock_aws
def test_sns_as_moto_knows_it_takes_what_we_ask(aws: None, case: Case) -> None:
    sent = Sms(sns_client()).send(case.message, Render("Hola"), "+34612345678", case.shop)

    assert isinstance(sent, Accepted)


def attributes(form: dict[str, str]) -> dict[str, str]:
    named = {name: value for name, value in form.items() if name.endswith(".Name")}
    return {value: unquote_plus(form[name.replace(".Name", ".Value.StringValue")]) for name, value in named.items()}
