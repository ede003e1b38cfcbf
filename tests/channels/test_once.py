"""SES has no idempotency token: whatever happens, one message is one request, and the answer says what is known."""

import socket
from datetime import timedelta

import pytest

from encamino.channels.base import Accepted, Ambiguous, Refused, Throttled
from encamino.channels.clients import ses_client, session, sns_client
from encamino.channels.email import Email
from encamino.channels.sms import Sms
from encamino.domain.reason import Why
from tests.channels.conftest import Case
from tests.channels.stub import Answer, Closes, Hangs, Says, Stub, error

TO = "lucia@example.com"
NOT_VERIFIED = "Email address is not verified. The following identities failed the check in region EU-WEST-1: "


@pytest.mark.parametrize(
    "answer",
    [
        Closes(),
        error("InternalServiceErrorException", status=500),
        error("ServiceUnavailable", status=503),
        Says(500, b"<html>Bad gateway</html>"),
        Says(502, b""),
        error("RequestTimeout", status=408),
        Says(200, b"this is no JSON"),
        Says(200, b"{}"),
    ],
    ids=repr,
)
def test_taken_and_then_silence_is_one_request_and_ambiguous(
    answer: Answer, stub: Stub, email: Email, case: Case
) -> None:
    stub.answer = lambda _: answer

    sent = email.send(case.message, case.render, TO, case.shop)

    assert isinstance(sent, Ambiguous)
    assert len(stub.asked) == 1


@pytest.mark.parametrize("answer", [Closes(), Says(500, b"<ErrorResponse/>")], ids=repr)
def test_a_text_taken_and_then_silence_is_one_request_and_ambiguous(
    answer: Answer, stub: Stub, sms: Sms, case: Case
) -> None:
    stub.answer = lambda _: answer

    sent = sms.send(case.message, case.render, "+34612345678", case.shop)

    assert isinstance(sent, Ambiguous)
    assert len(stub.asked) == 1


def test_silence_without_end_is_one_request_and_ambiguous(stub: Stub, case: Case) -> None:
    stub.answer = lambda _: Hangs()
    email = Email(ses_client(stub.url, read_timeout=0.3), lambda shop: shop)
    sms = Sms(sns_client(stub.url, read_timeout=0.3))

    assert isinstance(email.send(case.message, case.render, TO, case.shop), Ambiguous)
    assert len(stub.asked) == 1
    assert isinstance(sms.send(case.message, case.render, "+34612345678", case.shop), Ambiguous)
    assert len(stub.asked) == 2


def test_nobody_listening_is_certainly_not_accepted(aws: None, case: Case) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and never listening: connections are refused
        email = Email(ses_client(f"http://127.0.0.1:{taken.getsockname()[1]}"), lambda shop: shop)

        sent = email.send(case.message, case.render, TO, case.shop)

    session.cache_clear()  # the next test has credentials again
    assert isinstance(sent, Throttled)


def test_without_credentials_nothing_is_sent_and_the_message_keeps(
    stub: Stub, case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path}/none")
    session.cache_clear()

    sent = Email(ses_client(stub.url), lambda shop: shop).send(case.message, case.render, TO, case.shop)

    session.cache_clear()  # the next test has credentials again
    assert isinstance(sent, Throttled)
    assert stub.asked == []


REFUSALS = [
    (error("MessageRejected", "Invalid content"), Why.REJECTED),
    (error("MessageRejected", NOT_VERIFIED + "hola@tienda.example"), Why.REJECTED),
    (error("MessageRejected", NOT_VERIFIED + "Lucia@Example.com"), Why.SANDBOX),
    (error("MessageRejected", NOT_VERIFIED + "hola@tienda.example, lucia@example.com"), Why.SANDBOX),
    (error("MailFromDomainNotVerifiedException", "Mail-From domain is not verified"), Why.REJECTED),
    (error("AccountSuspendedException", "suspended"), Why.REJECTED),
    (error("SendingPausedException", "paused"), Why.REJECTED),
    (error("BadRequestException", "Missing final '@domain'"), Why.REJECTED),
    (error("NotFoundException", "Configuration set <x> does not exist.", 404), Why.NO_SHOP),
]


@pytest.mark.parametrize(("answer", "why"), REFUSALS, ids=lambda value: str(value)[:60])
def test_what_ses_refuses_is_refused_with_its_reason(
    answer: Answer, why: Why, stub: Stub, email: Email, case: Case
) -> None:
    stub.answer = lambda _: answer

    sent = email.send(case.message, case.render, TO, case.shop)

    assert isinstance(sent, Refused)
    assert sent.reason is why
    assert "@" not in sent.detail.replace("'@domain'", "")
    assert len(stub.asked) == 1


DELAYS = [
    (error("TooManyRequestsException", "Maximum sending rate exceeded.", 429), timedelta(seconds=5)),
    (error("ThrottlingException", "Rate exceeded"), timedelta(seconds=5)),
    (error("ThrottlingException", "Rate exceeded", retry_after="30"), timedelta(seconds=30)),
    (error("ThrottlingException", "Rate exceeded", retry_after="999999"), timedelta(hours=1)),
    (error("ThrottlingException", "Rate exceeded", retry_after="Wed, 25 Nov"), timedelta(seconds=5)),
    (error("LimitExceededException", "Daily message quota exceeded."), timedelta(hours=1)),
    (error("AccessDeniedException", "User is not authorized to perform ses:SendEmail", 403), timedelta(minutes=5)),
    (error("ExpiredTokenException", "The security token has expired", 403), timedelta(minutes=5)),
    (error("RequestExpired", "Request has expired", 400), timedelta(minutes=5)),
]


@pytest.mark.parametrize(("answer", "pause"), DELAYS, ids=lambda value: str(value)[:60])
def test_what_is_no_fault_of_the_message_goes_later(
    answer: Answer, pause: timedelta, stub: Stub, email: Email, case: Case
) -> None:
    stub.answer = lambda _: answer

    sent = email.send(case.message, case.render, TO, case.shop)

    session.cache_clear()  # the next test has credentials again
    assert isinstance(sent, Throttled)
    assert sent.retry_after == pause
    assert len(stub.asked) == 1


def test_a_connection_is_used_again_while_warm_and_never_after_a_sleep(stub: Stub, case: Case) -> None:
    warm, slept = (Email(ses_client(stub.url, idle=idle), lambda shop: shop) for idle in (60, -1))

    for channel in (warm, warm, slept, slept):
        assert channel.send(case.message, case.render, TO, case.shop) == Accepted("m-1")

    first, second, third, fourth = (asked.connection for asked in stub.asked)
    assert first is second
    assert third is not fourth


def test_a_connection_that_died_while_asleep_is_not_a_doubt(stub: Stub, case: Case) -> None:
    stub.answer = lambda _: Says(headers={"Connection": "close"})
    email = Email(ses_client(stub.url), lambda shop: shop)

    assert email.send(case.message, case.render, TO, case.shop) == Accepted("m-1")
    assert email.send(case.message, case.render, TO, case.shop) == Accepted("m-1")
