"""SES takes a mail and says no word, or half a word: whatever it does then, it is asked once.

The real channels and boto3's real clients speak to a socket that counts requests. A client as boto3 makes it by itself
speaks to the same socket and is seen asking again, so that a second request would be seen.
"""

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from encamino.channels.clients import ses_client, session, sns_client
from encamino.channels.email import Email
from encamino.channels.feedback import Feedback, read
from encamino.channels.sms import Sms
from encamino.domain.message import Channel, Message, MessageStatus
from encamino.domain.reason import Why
from encamino.flows.feedback import hear
from tests.channels.stub import Answer, Asked, Closes, Hangs, Says, Stub, error
from tests.faults.clock import standing_still
from tests.flows.house import House

SOME, MANY = 12, 100
PATIENCE = 0.2
DAY = datetime(2026, 11, 12, 9, tzinfo=UTC)
#: SES has the whole request, and then …
WAYS: Mapping[str, Answer] = {
    "hangs up": Closes(),
    "hangs": Hangs(),
    "answers 500": error("InternalServiceErrorException", status=500),
    "answers 503": error("ServiceUnavailable", status=503),
    "answers 504 by a proxy": Says(504, b"<html>Gateway time-out</html>"),
    "answers 200 without a word": Says(200, b""),
}
_OF_WHOEVER_RUNS_THIS = (
    "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL_SNS", "AWS_PROFILE", "AWS_MAX_ATTEMPTS",
    "AWS_RETRY_MODE",
)  # fmt: skip


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """A vendor, and keys that open nothing."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    for name in _OF_WHOEVER_RUNS_THIS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("NO_PROXY", "*")
    session.cache_clear()
    stub = Stub()
    yield stub
    stub.close()
    session.cache_clear()


def paid(templates: Path, orders: int) -> House:
    """So many orders are paid; each calls for one mail, and nothing is sent yet."""
    house = House(templates)
    for order in range(orders):
        house.deliver("order_paid", f"70000{order:05}", DAY)
    return house


def saying(answer: Answer) -> Callable[[Asked], Answer]:
    return lambda _asked: answer


def mails_by(house: House, email: Email) -> None:
    """From now on its mails go out for good."""
    house.mail.answers = lambda _message: email.send(*house.mail.got[-1], house.shop)


def rows(house: House, channel: Channel = Channel.EMAIL) -> list[Message]:
    return [m for m in house.store.messages_of_shop(house.shop.shop, 10_000) if m.key.channel is channel]


def for_an_hour(house: House) -> None:
    """The schedule's minutes."""
    for _ in range(60):
        house.now += timedelta(minutes=1)
        house.rest()


def ses_tells(house: House, asked: Asked) -> None:
    """SES had it all the time, and delivered it: it says so by the tags of the mail that it was asked to send."""
    at = house.now.isoformat()
    tags = {tag["Name"]: [tag["Value"]] for tag in asked.json["EmailTags"]}
    mail = {"timestamp": at, "destination": asked.json["Destination"]["ToAddresses"], "tags": tags}
    said = read(json.dumps({"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": at}}))
    assert isinstance(said, Feedback)
    hear(house.store, said, lambda _shop, address: address, house.now)


def named(asked: Asked) -> str:
    return str(next(tag["Value"] for tag in asked.json["EmailTags"] if tag["Name"] == "encamino_key"))


@pytest.mark.proof("R6", "a mail that SES takes and says no word of is one request, and delivered when SES says so")
@pytest.mark.parametrize("way", WAYS)
def test_a_mail_in_doubt_is_one_request(
    way: str, stub: Stub, templates: Path, whole: bool, figure: Callable[[str], None]
) -> None:
    house = paid(templates, MANY if whole else SOME)
    expected = {str(row.key) for row in rows(house)}
    mails_by(house, Email(ses_client(stub.url, read_timeout=PATIENCE), str))
    stub.answer = saying(WAYS[way])

    house.rest()
    doubtful = Counter((row.status, row.reason, row.doubtful) for row in rows(house))
    house.now += timedelta(minutes=5)
    for asked in tuple(stub.asked):
        ses_tells(house, asked)
    for_an_hour(house)

    requests = Counter(map(named, stub.asked))
    after = Counter(row.status for row in rows(house))
    figure(
        f"SES {way}: {len(expected)} mails, {requests.total()} requests, at most {max(requests.values())} for one; "
        f"then {after[MessageStatus.DELIVERED]} delivered"
    )
    assert doubtful == {(MessageStatus.SENDING, Why.AMBIGUOUS, True): len(expected)}
    assert requests == Counter(expected)
    assert after == {MessageStatus.DELIVERED: len(expected)}


@pytest.mark.proof("R6", "a text that SNS takes and says no word of is one request, ends unknown, and stays so")
@pytest.mark.parametrize("way", WAYS)
def test_a_text_in_doubt_is_one_request_for_ever(
    way: str, stub: Stub, templates: Path, whole: bool, figure: Callable[[str], None]
) -> None:
    house, orders = House(templates), MANY if whole else SOME
    sms = Sms(sns_client(stub.url, read_timeout=PATIENCE))
    house.phone.answers = lambda _message: sms.send(*house.phone.got[-1], house.shop)
    stub.answer = saying(WAYS[way])
    for order in range(orders):
        for told in ("order_paid", "fulfilled_with_number", "event_out_for_delivery"):
            house.deliver(told, f"70000{order:05}", DAY)

    house.rest()
    for_an_hour(house)
    house.pass_time(timedelta(days=1))

    after = Counter((row.status, row.reason) for row in rows(house, Channel.SMS))
    figure(
        f"SNS {way}: {orders} texts, {len(stub.asked)} requests; "
        f"then {after[MessageStatus.UNKNOWN, Why.AMBIGUOUS]} unknown"
    )
    assert after == {(MessageStatus.UNKNOWN, Why.AMBIGUOUS): orders}
    assert len(stub.asked) == len(house.phone.got) == orders


@pytest.mark.proof("R6", "the vendor would see a second request: boto3 by itself makes some")
def test_boto3_by_itself_asks_again(stub: Stub, templates: Path, figure: Callable[[str], None]) -> None:
    seen: dict[str, Counter[str]] = {}
    made: Any = boto3.Session()
    for way in ("hangs up", "hangs", "answers 500"):
        house = paid(templates, 1)
        client = made.client("sesv2", endpoint_url=stub.url, config=Config(read_timeout=PATIENCE))
        mails_by(house, Email(client, str))
        stub.begin(saying(WAYS[way]))
        with standing_still(DAY):  # it sleeps between two requests
            house.rest()
        seen[way] = Counter(map(named, stub.asked))

    figure(", ".join(f"SES {way}: {max(times.values())} requests for one mail" for way, times in seen.items()))
    assert all(len(times) == 1 and times.total() > 1 for times in seen.values())


@pytest.mark.proof("R6", "what SES certainly did not take goes later, and goes once")
def test_what_was_certainly_not_taken_goes_later_and_once(
    stub: Stub, templates: Path, whole: bool, figure: Callable[[str], None]
) -> None:
    orders, came = MANY if whole else SOME, dict[str, Counter[str]]()
    waited, refusals, after = list[Counter[object]](), list[int](), list[Counter[MessageStatus]]()
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # bound and never listening: connections are refused
        refused = Email(ses_client(f"http://127.0.0.1:{deaf.getsockname()[1]}"), str)
        nowhere = Email(ses_client("http://ses.invalid"), str)
        well = Email(ses_client(stub.url), str)
        stub.answer = saying(error("TooManyRequestsException", "Maximum sending rate exceeded.", 429))
        for way, first in {"throttles": well, "refuses connections": refused, "has no address": nowhere}.items():
            house = paid(templates, orders)
            mails_by(house, first)
            house.rest()
            waited.append(Counter((row.status, row.reason, row.doubtful) for row in rows(house)))
            refusals.append(len(stub.asked))
            stub.begin()
            mails_by(house, well)
            for_an_hour(house)
            came[way] = Counter(map(named, stub.asked))
            after.append(Counter(row.status for row in rows(house)))
            stub.begin()

    figure(", ".join(f"SES {way}: {len(times)} mails later, {times.total()} requests" for way, times in came.items()))
    assert waited == [{(MessageStatus.PLANNED, Why.THROTTLED, False): orders}] * 3
    assert refusals == [orders, 0, 0]
    assert [Counter(times.values()) for times in came.values()] == [{1: orders}] * 3
    assert after == [{MessageStatus.SENT: orders}] * 3
