"""The mailbox takes mail as SES v2 does, keeps it whole, plays events back, and shows it as a person sees it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.http_server import LoopbackServer
from infra.local.mailbox import reading
from infra.local.mailbox.server import mailbox_server

CLOCK = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
EVENTS = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT"]


@dataclass
class Box:
    """A running mailbox and an SES client that talks to it."""

    server: LoopbackServer
    directory: Path
    ses: Any

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return requests.get(self.server.url + path, timeout=5, **kwargs)

    def send(self, to: str = "ana@customer.example", **changes: Any) -> dict[str, Any]:
        request: dict[str, Any] = {
            "FromEmailAddress": "hola@shop.example", "Destination": {"ToAddresses": [to]},
            "Content": {"Simple": {
                "Subject": {"Data": "Tu pedido está en camino"},
                "Body": {"Html": {"Data": "<p>Hola Ana</p>"}, "Text": {"Data": "Hola Ana"}},
                "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://shop.example/u/abc>"}],
            }},
            "EmailTags": [{"Name": "order", "Value": "1042"}],
        }  # fmt: skip
        answer: dict[str, Any] = self.ses.send_email(**request | changes)
        return answer


@pytest.fixture(name="start")
def _start(tmp_path: Path, emulator: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Box]]:
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    servers = []

    def start() -> Box:
        server = mailbox_server(0, tmp_path, emulator.server.url, lambda: CLOCK)
        servers.append(server.in_background())
        once = Config(retries={"total_max_attempts": 1})
        return Box(server, tmp_path, boto3.client("sesv2", "eu-south-2", endpoint_url=server.url, config=once))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(name="box")
def _box(start: Callable[[], Box]) -> Box:
    return start()


def until(condition: Callable[[], Any]) -> Any:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("did not come true within 5 s")


def kinds(emulator: Any) -> list[str]:
    return [each["event"]["eventType"] for each in emulator.published]


def refusal(box: Box, **changes: Any) -> str:
    with pytest.raises(ClientError) as refused:
        box.send(**changes)
    return refused.value.response["Error"]["Code"]


def test_a_sent_mail_is_listed_in_the_published_shape(box: Box) -> None:
    answer = box.send()

    [mail] = box.get("/messages.json").json()
    assert mail["from"] == "hola@shop.example"
    assert mail["to"] == "ana@customer.example"
    assert mail["subject"] == "Tu pedido está en camino"
    assert mail["headers"]["List-Unsubscribe"] == "<https://shop.example/u/abc>"
    assert answer["MessageId"] in mail["headers"]["Message-ID"]
    assert (mail["html"], mail["text"]) == ("<p>Hola Ana</p>", "Hola Ana")
    assert mail["tags"] == {"order": "1042"}
    assert mail["received_at"].endswith("Z")
    assert mail["clock_at"] == "2027-01-15T09:30:00.000Z"


def test_several_recipients_are_a_list_and_the_newest_mail_is_last(box: Box) -> None:
    box.send("first@customer.example")
    box.send(Destination={"ToAddresses": ["a@customer.example", "b@customer.example"]})

    listed = [mail["to"] for mail in box.get("/messages.json").json()]
    assert listed == ["first@customer.example", ["a@customer.example", "b@customer.example"]]


def test_an_encoded_sender_name_is_shown_decoded(box: Box) -> None:
    box.send(FromEmailAddress="=?utf-8?b?Q2Vyw6BtaWNh?= <hola@shop.example>")

    assert box.get("/messages.json").json()[0]["from"] == "Ceràmica <hola@shop.example>"


def test_mail_outlives_a_restart_and_numbering_goes_on(start: Callable[[], Box]) -> None:
    start().send()
    again = start()
    again.send()

    assert [mail["n"] for mail in again.get("/messages.json").json()] == [1, 2]


def test_an_identity_the_emulator_does_not_know_may_not_send(box: Box) -> None:
    assert refusal(box, FromEmailAddress="hola@stranger.example") == "MessageRejected"
    assert box.get("/messages.json").json() == []


def test_an_identity_made_through_the_mailbox_exists_in_the_emulator(box: Box, emulator: Any) -> None:
    box.ses.create_email_identity(EmailIdentity="new.example")
    box.send(FromEmailAddress="hola@new.example")

    assert "new.example" in emulator.identities
    assert len(box.get("/messages.json").json()) == 1


def test_an_address_below_a_verified_domain_may_send(box: Box) -> None:
    box.send(FromEmailAddress="Shop <hola@mail.shop.example>")

    assert box.get("/messages.json").json()[0]["from"] == "Shop <hola@mail.shop.example>"


def test_what_the_emulator_denies_is_denied_in_its_words(box: Box, emulator: Any) -> None:
    emulator.denies = True

    with pytest.raises(ClientError, match=r"AccessDeniedException.*ses:GetAccount"):
        box.ses.get_account()


def test_calls_are_passed_on_with_host_and_signature_as_signed(box: Box, emulator: Any) -> None:
    box.ses.get_account()

    headers = next(headers for _, path, headers in emulator.calls if path == "/v2/email/account")
    assert headers["Host"] == box.server.url.removeprefix("http://")
    assert "SignedHeaders=" in headers["Authorization"]


def test_the_quota_counts_what_was_sent(box: Box) -> None:
    box.send()

    quota = box.ses.get_account()["SendQuota"]
    assert (quota["MaxSendRate"], quota["SentLast24Hours"]) == (14.0, 1.0)


def simple(**changes: Any) -> dict[str, Any]:
    return {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}} | changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"Content": simple(Headers=[{"Name": "Subject", "Value": "twice"}])},
        {"Content": simple(Headers=[{"Name": "X-Name", "Value": "Ceràmica"}])},
        {"Content": simple(Headers=[{"Name": "X-Long", "Value": "x" * 871}])},
        {"Content": simple(Headers=[{"Name": f"X-{n}", "Value": "x"} for n in range(16)])},
        {"Content": simple(Body={})},
        {"Content": {"Raw": {"Data": b"From: a"}}},
        {"Destination": {"ToAddresses": []}},
        {"Destination": {"ToAddresses": ["not an address"]}},
        {"FromEmailAddress": "Ceràmica <hola@shop.example>"},
        {"EmailTags": [{"Name": "order", "Value": "#1042"}]},
    ],
)  # fmt: skip
def test_what_ses_would_not_take_is_refused(box: Box, changes: dict[str, Any]) -> None:
    assert refusal(box, **changes) == "BadRequestException"


def test_an_unknown_configuration_set_is_refused(box: Box) -> None:
    assert refusal(box, ConfigurationSetName="nobody") == "NotFoundException"


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("ana@customer.example", ["Send", "Delivery"]),
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"]),
        ("bounce+shipped@simulator.amazonses.com", ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
        ("bounce@customer.example", ["Send", "Delivery"]),
    ],
)
def test_the_address_decides_what_becomes_of_a_mail(box: Box, emulator: Any, to: str, expected: list[str]) -> None:
    emulator.event_types["shop"] = EVENTS
    box.send(to, ConfigurationSetName="shop")

    until(lambda: len(emulator.published) >= len(expected))
    assert kinds(emulator) == expected


def test_events_carry_the_mail_as_ses_describes_it(box: Box, emulator: Any) -> None:
    emulator.event_types["shop"] = EVENTS
    message_id = box.send(ConfigurationSetName="shop")["MessageId"]

    event = until(lambda: emulator.published[1:])[0]["event"]
    assert event["mail"]["messageId"] == message_id
    assert event["mail"]["tags"]["order"] == ["1042"]
    assert event["mail"]["tags"]["ses:configuration-set"] == ["shop"]
    assert event["mail"]["destination"] == ["ana@customer.example"]
    assert event["delivery"]["recipients"] == ["ana@customer.example"]


def test_only_the_event_types_a_destination_wants_are_published(box: Box, emulator: Any) -> None:
    emulator.event_types["shop"] = ["BOUNCE"]
    box.send(ConfigurationSetName="shop")
    box.send("bounce@simulator.amazonses.com", ConfigurationSetName="shop")

    until(lambda: emulator.published)
    assert kinds(emulator) == ["Bounce"]


def test_reading_a_mail_is_no_open_unless_opens_are_wanted(box: Box, emulator: Any) -> None:
    emulator.event_types |= {"quiet": ["SEND"], "counted": ["SEND", "OPEN", "CLICK"]}
    link = simple(Body={"Html": {"Data": '<a href="https://shop.example/?a=1&amp;b=2">see</a>'}})
    box.send(ConfigurationSetName="quiet", Content=link)
    box.send(ConfigurationSetName="counted", Content=link)

    assert "https://shop.example/" in box.get("/messages/1/html").text
    assert "/messages/2/click?link=0" in box.get("/messages/2/html").text
    followed = box.get("/messages/2/click?link=0", allow_redirects=False)
    assert followed.headers["Location"] == "https://shop.example/?a=1&b=2"
    until(lambda: len(emulator.published) >= 4)
    assert kinds(emulator) == ["Send", "Send", "Open", "Click"]


def test_sms_come_from_the_emulator_with_the_time_they_were_first_seen(box: Box, emulator: Any) -> None:
    sender = {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "SHOP"}}
    record = {"PhoneNumber": "+34600111222", "MessageId": "m1", "Message": "En camino", "MessageAttributes": sender}
    emulator.sms["+34600111222"] = [record]

    [sms] = box.get("/sms.json").json()
    assert (sms["to"], sms["text"], sms["sender"]) == ("+34600111222", "En camino", "SHOP")
    assert sms["attributes"] == {"AWS.SNS.SMS.SenderID": "SHOP"}
    assert box.get("/sms.json").json()[0]["received_at"] == sms["received_at"]
    assert "En camino" in box.get(f"/sms/{sms['n']}").text


def test_the_page_lists_mail_with_its_order_and_preview(box: Box) -> None:
    box.send()
    page = box.get("/").text

    assert "Tu pedido está en camino" in page
    assert "Hola Ana" in page
    assert "<b>1042</b>" in page


def test_the_search_finds_by_address_subject_and_tag(box: Box) -> None:
    box.send()

    for q in ("ana@customer", "EN CAMINO", "1042"):
        assert "/messages/1" in box.get("/", params={"q": q}).text
    assert "/messages/1" not in box.get("/", params={"q": "nobody"}).text


def test_nothing_in_a_mail_can_run_in_the_viewer(box: Box) -> None:
    hostile = "<script>alert(1)</script>"
    content = {"Simple": {"Subject": {"Data": hostile}, "Body": {"Html": {"Data": hostile}}}}
    box.send(Content=content)

    policy = box.get("/messages/1/html").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups" in policy
    page = box.get("/messages/1").text
    assert hostile not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


@pytest.mark.parametrize("tab", ["html", "text", "headers"])
def test_each_part_of_a_mail_can_be_shown(box: Box, tab: str) -> None:
    box.send()

    shown = {"html": "<iframe", "text": "Hola Ana</pre>", "headers": "List-Unsubscribe"}
    assert shown[tab] in box.get(f"/messages/1?tab={tab}").text


def test_a_message_that_does_not_exist_is_said_so(box: Box) -> None:
    assert box.get("/messages/7").status_code == 404
    assert box.get("/elsewhere").status_code == 404


def test_dark_and_light_switch_the_mails_own_media_queries() -> None:
    mail = "<head><style>@media screen and (prefers-color-scheme:dark){p{color:red}}</style></head>"

    assert "screen and (min-width: 0px)" in reading.in_scheme(mail, "dark")
    assert "screen and (max-width: 0px)" in reading.in_scheme(mail, "light")
    assert reading.in_scheme(mail, "") == mail


def test_the_preview_is_the_hidden_preheader_without_its_padding() -> None:
    html = "<title>No</title><style>p{}</style><div>Llega el jueves&#847;&zwnj;&nbsp;&#847;</div><h1>Hola</h1>"

    assert reading.preview(html, None) == "Llega el jueves"
    assert reading.preview(None, "one\n\ntwo") == "one two"
