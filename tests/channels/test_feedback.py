import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.channels.feedback import Feedback, FeedbackKind, Ignored, read
from encamino.domain.errors import Unreadable

# In the shape that "Contents of event data that Amazon SES publishes to Amazon SNS" documents; the values are ours.
MAIL: dict[str, Any] = {
    "timestamp": "2026-11-25T10:00:00.012Z",
    "source": "Tienda <hola@tienda.example>",
    "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/tienda.example",
    "sendingAccountId": "123456789012",
    "messageId": "0102019ab-0000",
    "destination": ["lucia@example.com"],
    "headersTruncated": False,
    "headers": [{"name": "From", "value": "Tienda <hola@tienda.example>"}],
    "commonHeaders": {"from": ["hola@tienda.example"], "to": ["lucia@example.com"], "subject": "Hola"},
    "tags": {"ses:configuration-set": ["encamino-tienda"], "encamino_key": ["dGllbmRh"], "shop": ["tienda"]},
}
LATER = "2026-11-25T10:00:03.500Z"
AT, SENT_AT = datetime(2026, 11, 25, 10, 0, 3, 500_000, UTC), datetime(2026, 11, 25, 10, 0, 0, 12_000, UTC)
TO = ("lucia@example.com",)
BOUNCED = {"emailAddress": "lucia@example.com", "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550"}
SEEN = {"timestamp": LATER, "ipAddress": "192.0.2.1", "userAgent": "Mozilla/5.0"}


def event(type_: str, name: str, detail: dict[str, Any], **mail: Any) -> dict[str, Any]:
    return {"eventType": type_, "mail": MAIL | mail, name: detail}


def bounce(type_: str, recipient: str = "lucia@example.com") -> dict[str, Any]:
    return {
        "bounceType": type_,
        "bounceSubType": "General",
        "bouncedRecipients": [BOUNCED | {"emailAddress": recipient}],
        "timestamp": LATER,
        "feedbackId": "0102-1",
        "reportingMTA": "dsn; a.smtp-out.amazonses.com",
    }


def complaint(type_: str | None) -> dict[str, Any]:
    return {
        "complainedRecipients": [{"emailAddress": "lucia@example.com"}],
        "timestamp": LATER,
        "feedbackId": "0102-2",
        "complaintSubType": None,
        "userAgent": "SomeFeedbackLoop",
        "complaintFeedbackType": type_,
        "arrivalDate": LATER,
    }


EVENTS = [
    (event("Send", "send", {}), Feedback("dGllbmRh", FeedbackKind.SENT, SENT_AT, addresses=TO)),
    (
        event(
            "Delivery",
            "delivery",
            {
                "timestamp": LATER,
                "processingTimeMillis": 3488,
                "recipients": ["lucia@example.com"],
                "smtpResponse": "250",
            },
        ),
        Feedback("dGllbmRh", FeedbackKind.DELIVERED, AT, addresses=TO),
    ),
    (
        event("Bounce", "bounce", bounce("Permanent")),
        Feedback("dGllbmRh", FeedbackKind.BOUNCED, AT, permanent=True, addresses=TO),
    ),
    (event("Bounce", "bounce", bounce("Transient")), Feedback("dGllbmRh", FeedbackKind.BOUNCED, AT, addresses=TO)),
    (event("Bounce", "bounce", bounce("Undetermined")), Feedback("dGllbmRh", FeedbackKind.BOUNCED, AT, addresses=TO)),
    (
        event("Bounce", "bounce", bounce("Permanent", '"Lucía" <lucia@example.com>')),
        Feedback("dGllbmRh", FeedbackKind.BOUNCED, AT, permanent=True, addresses=TO),
    ),
    (
        event("Complaint", "complaint", complaint("abuse")),
        Feedback("dGllbmRh", FeedbackKind.COMPLAINED, AT, permanent=True, addresses=TO),
    ),
    (
        event("Complaint", "complaint", complaint(None)),
        Feedback("dGllbmRh", FeedbackKind.COMPLAINED, AT, permanent=True, addresses=TO),
    ),
    (
        event("Reject", "reject", {"reason": "Bad content"}),
        Feedback("dGllbmRh", FeedbackKind.REJECTED, SENT_AT, addresses=TO),
    ),
    (event("Open", "open", SEEN), Feedback("dGllbmRh", FeedbackKind.OPENED, AT, addresses=TO)),
    (
        event("Click", "click", SEEN | {"link": "https://t.example/t/x", "linkTags": None}),
        Feedback("dGllbmRh", FeedbackKind.CLICKED, AT, addresses=TO, link="https://t.example/t/x"),
    ),
    (
        event("Rendering Failure", "failure", {"errorMessage": "Attribute 'x' is missing", "templateName": "t"}),
        Feedback("dGllbmRh", FeedbackKind.FAILED, SENT_AT, addresses=TO),
    ),
    (
        event(
            "DeliveryDelay",
            "deliveryDelay",
            {
                "timestamp": LATER,
                "delayType": "MailboxFull",
                "expirationTime": "2026-11-25T22:00:00.000Z",
                "delayedRecipients": [
                    {"emailAddress": "lucia@example.com", "status": "4.2.2", "diagnosticCode": "smtp"}
                ],
            },
        ),
        Feedback("dGllbmRh", FeedbackKind.DELAYED, AT, addresses=TO),
    ),
]


def enveloped(message: str, type_: str = "Notification") -> str:
    return json.dumps(
        {
            "Type": type_,
            "MessageId": "5ba5",
            "TopicArn": "arn:aws:sns:eu-west-1:123456789012:feedback",
            "Subject": "Amazon SES Email Event Notification",
            "Message": message,
            "Timestamp": LATER,
        }
    )


@pytest.mark.parametrize(("told", "feedback"), EVENTS, ids=lambda value: getattr(value, "kind", ""))
def test_every_event_is_read_bare_and_enveloped(told: dict[str, Any], feedback: Feedback) -> None:
    text = json.dumps(told)

    assert read(text) == feedback
    assert read(text.encode()) == feedback
    assert read(enveloped(text)) == feedback


@pytest.mark.parametrize(("told", "feedback"), EVENTS, ids=lambda value: getattr(value, "kind", ""))
def test_the_older_name_of_the_type_is_read_too(told: dict[str, Any], feedback: Feedback) -> None:
    renamed = {("notificationType" if name == "eventType" else name): value for name, value in told.items()}

    assert read(json.dumps(renamed)) == feedback


def test_a_key_over_two_tags_is_one_key() -> None:
    tags = {"encamino_key_2": ["b"], "encamino_key": ["a" * 256], "encamino_key_3": ["c"]}

    told = read(json.dumps(event("Send", "send", {}, tags=tags)))

    assert isinstance(told, Feedback)
    assert told.key_text == "a" * 256 + "bc"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(event("Subscription", "subscription", {"contactList": "x"})),
        json.dumps(
            {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "You have successfully subscribed"}
        ),
        json.dumps(event("SomethingNew", "somethingNew", {})),
        json.dumps(event("Send", "send", {}, tags={})),
        json.dumps(event("Complaint", "complaint", complaint("not-spam"))),
        "Successfully validated SNS topic for Amazon SES event publishing.",
        enveloped("Successfully validated SNS topic for Amazon SES event publishing."),
        enveloped("You have chosen to subscribe", "SubscriptionConfirmation"),
    ],
)
def test_what_says_nothing_of_a_message_is_ignored_with_a_reason(body: str) -> None:
    told = read(body)

    assert isinstance(told, Ignored)
    assert told.reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"eventType": 7}',
        b'{"eventType": "Bounce"}',
        b'{"eventType": "Bounce", "mail": []}',
        json.dumps(event("Bounce", "bounce", {"bouncedRecipients": "lucia@example.com"})).encode(),
        json.dumps(event("Send", "send", {}, timestamp="yesterday")).encode(),
        json.dumps(event("Send", "send", {}, timestamp="2026-11-25T10:00:00")).encode(),
        json.dumps(event("Send", "send", {}, tags="x")).encode(),
        enveloped("not JSON").encode(),
        b'{"Type":"Notification","TopicArn":"x","Message":{}}',
        b'{"eventType":"Send","mail":' + b"[" * 100_000,
    ],
)
def test_garbage_is_unreadable_and_quotes_nobody(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read(body)

    assert "lucia" not in f"{caught.value} {caught.value.__cause__}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(["Send", "Delivery", "Bounce", "Complaint", "Open", "Click", "Reject", "DeliveryDelay"])


@given(TYPES, JSON, JSON, JSON)
def test_nothing_but_unreadable_comes_out(type_: str, mail: Any, tags: Any, detail: Any) -> None:
    name = type_[0].lower() + type_[1:]
    for body in (
        {"eventType": type_, "mail": mail, name: detail},
        {"eventType": type_, "mail": MAIL | {"tags": tags}, name: detail},
        {"eventType": detail, "Type": mail, "TopicArn": tags, "Message": detail},
    ):
        with contextlib.suppress(Unreadable):
            assert isinstance(read(json.dumps(body)), Feedback | Ignored)


@given(st.binary())
def test_nothing_but_unreadable_comes_out_of_any_bytes(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


def test_addresses_and_links_stay_out_of_the_repr() -> None:
    told = read(json.dumps(EVENTS[2][0]))

    assert "lucia" not in repr(told)
