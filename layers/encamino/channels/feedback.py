"""What became of a mail, as SES tells it: its event JSON, bare or in the envelope that SNS puts around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr
from enum import StrEnum
from typing import cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from encamino.channels.tag import key_of
from encamino.domain.errors import Unreadable


class FeedbackKind(StrEnum):
    """What SES reports."""

    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    OPENED = "opened"
    CLICKED = "clicked"
    REJECTED = "rejected"
    FAILED = "failed"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One report about one message. `at` is SES's clock. `permanent`: this address must not be written to again."""

    key_text: str
    kind: FeedbackKind
    at: datetime
    permanent: bool = False
    #: Kept out of the repr, hence of logs.
    addresses: tuple[str, ...] = field(default=(), repr=False)
    link: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to note, and why."""

    reason: str


class _Told(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Recipient(_Told):
    email_address: str = ""


class _Mail(_Told):
    timestamp: AwareDatetime
    destination: tuple[str, ...] = ()
    tags: dict[str, list[str]] = {}


class _Detail(_Told):
    """The object named after the event; each event fills what it has."""

    timestamp: AwareDatetime | None = None
    bounce_type: str = ""
    complaint_feedback_type: str | None = None
    bounced_recipients: tuple[_Recipient, ...] = ()
    complained_recipients: tuple[_Recipient, ...] = ()
    delayed_recipients: tuple[_Recipient, ...] = ()
    recipients: tuple[str, ...] = ()
    link: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        named = self.bounced_recipients or self.complained_recipients or self.delayed_recipients
        return tuple(recipient.email_address for recipient in named) or self.recipients


#: Event type → what it says, and the object that holds the detail.
_TYPES = {
    "Send": (FeedbackKind.SENT, "send"),
    "Delivery": (FeedbackKind.DELIVERED, "delivery"),
    "Bounce": (FeedbackKind.BOUNCED, "bounce"),
    "Complaint": (FeedbackKind.COMPLAINED, "complaint"),
    "Open": (FeedbackKind.OPENED, "open"),
    "Click": (FeedbackKind.CLICKED, "click"),
    "Reject": (FeedbackKind.REJECTED, "reject"),
    "Rendering Failure": (FeedbackKind.FAILED, "failure"),
    "DeliveryDelay": (FeedbackKind.DELAYED, "deliveryDelay"),
}
#: Said once by SES, in plain words, when an event destination is made.
_HELLO = "Successfully validated SNS topic"


def read(body: str | bytes) -> Feedback | Ignored:
    """What a queued notification says. Raises Unreadable when it is not what SES documents, and nothing else."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    if text.startswith(_HELLO):
        return Ignored("SES greets its topic")
    event = _object(text)
    if "Type" in event and "TopicArn" in event:
        return _opened(event)
    type_ = event.get("eventType") or event.get("notificationType")
    if not isinstance(type_, str):
        raise Unreadable("no event type", where="SES event")
    if type_ not in _TYPES:
        return Ignored(f"SES event {type_[:40]!r}")
    kind, part = _TYPES[type_]
    try:
        mail, detail = _Mail.model_validate(event.get("mail")), _Detail.model_validate(event.get(part) or {})
    except ValidationError as err:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in err.errors(include_input=False, include_url=False))
        # Without its cause: that one quotes what it read, addresses too.
        raise Unreadable(f"{type_}: {fields or 'not an object'}", where="SES event") from None
    return _feedback(kind, mail, detail)


def _opened(envelope: Mapping[str, object]) -> Feedback | Ignored:
    message = envelope.get("Message")
    if envelope["Type"] != "Notification":
        return Ignored(f"SNS {str(envelope['Type'])[:40]!r}")
    if not isinstance(message, str):
        raise Unreadable("an SNS notification without an SES event in it", where="SES event")
    return read(message)


def _feedback(kind: FeedbackKind, mail: _Mail, detail: _Detail) -> Feedback | Ignored:
    key_text = key_of(mail.tags)
    if key_text is None:
        return Ignored("a mail without encamino's tag")
    if kind is FeedbackKind.COMPLAINED and detail.complaint_feedback_type == "not-spam":
        return Ignored("the customer says it is no spam")
    return Feedback(
        key_text=key_text,
        kind=kind,
        at=(detail.timestamp or mail.timestamp).astimezone(UTC),
        permanent=kind is FeedbackKind.COMPLAINED or detail.bounce_type == "Permanent",
        addresses=tuple(parseaddr(address)[1] or address for address in detail.addresses or mail.destination),
        link=detail.link,
    )


def _object(text: str) -> Mapping[str, object]:
    try:
        found = from_json(text)
    except ValueError as err:
        raise Unreadable(f"no JSON: {err}", where="SES event") from err
    if not isinstance(found, dict):
        raise Unreadable("not a JSON object", where="SES event")
    return cast("dict[str, object]", found)
