"""A message: its definition (one folder in templates/messages), one row of it, and its key."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from encamino.domain.condition import Condition
from encamino.domain.errors import Missing
from encamino.domain.fact import FactType
from encamino.domain.order import OrderKey
from encamino.domain.reason import Why


class Channel(StrEnum):
    """Ways out."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"


class Kind(StrEnum):
    """Service is what the customer needs to know; marketing is what the shop would like to say."""

    SERVICE = "service"
    MARKETING = "marketing"


class MessageStatus(StrEnum):
    """Where one message stands. Opened and clicked are times, never statuses."""

    PLANNED = "planned"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


#: May still go out.
WAITING = frozenset({MessageStatus.PLANNED, MessageStatus.HELD})


class Per(StrEnum):
    """What makes a second message of the same name a second message."""

    ORDER = "order"
    SHIPMENT = "shipment"
    #: Shipment and day.
    ATTEMPT = "attempt"
    #: Shipment and moment.
    CHANGE = "change"
    REFUND = "refund"
    RETURN = "return"
    ETA = "eta"
    YEAR = "year"


class When(StrEnum):
    """When a channel is used."""

    ALWAYS = "always"
    NO_EMAIL = "no_email"


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """One channel of a definition."""

    name: Channel
    when: When = When.ALWAYS


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a message waits for, and for how long before it goes out with an honest sentence instead."""

    condition: Condition
    up_to: timedelta


@dataclass(frozen=True, slots=True)
class Definition:
    """A message.toml, read and checked. The name of its folder is its name everywhere."""

    name: str
    on: frozenset[FactType]
    about: str
    per: Per
    kind: Kind
    channels: tuple[ChannelUse, ...]
    after: timedelta = timedelta(0)
    settle: timedelta = timedelta(0)
    still: Condition | None = None
    ready: Readiness | None = None
    repeat: tuple[timedelta, ...] = ()
    useful_for: timedelta | None = None
    urgent: bool = False
    supersedes: frozenset[str] = frozenset()
    #: It only makes sense to whoever got one of these about the same shipment.
    corrects: frozenset[str] = frozenset()
    #: It has nothing to add once one of these has gone out since it was planned.
    told_by: frozenset[str] = frozenset()
    presets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MessageKey:
    """One row per key, ever. `occasion` is empty, a shipment, a refund, a shipment and a day …, a reminder's `~1`."""

    order: OrderKey
    trigger: str
    occasion: str
    channel: Channel

    @property
    def subject(self) -> str:
        """What the occasion is about: a shipment, a refund, nothing."""
        return self.occasion.partition("~")[0].partition("@")[0]

    @property
    def day(self) -> str:
        """The local day it is about, as text that sorts; empty when it is about no day."""
        return self.occasion.partition("~")[0].partition("@")[2]

    @property
    def reminder(self) -> int:
        """Which reminder it is; 0 is the message itself."""
        number = self.occasion.rpartition("~")[2] if "~" in self.occasion else ""
        return int(number) if number.isdecimal() else 0

    def __str__(self) -> str:
        """The opaque text of it: safe in URLs, mail tags and queues; carries no address."""
        parts = (self.order.shop, self.order.platform, self.order.id, self.trigger, self.occasion, self.channel)
        return base64.urlsafe_b64encode("\x1f".join(parts).encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key this text names. Raises Missing when it names none."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
            shop, platform, order, trigger, occasion, channel = raw.split("\x1f")
            return cls(OrderKey(shop, platform, order), trigger, occasion, Channel(channel))
        except (ValueError, UnicodeError) as err:
            raise Missing(
                "no such message", where=text[:40], cure="copy the key from `encamino messages list`"
            ) from err


@dataclass(frozen=True, slots=True)
class Message:
    """One row: what was planned, what became of it and why."""

    key: MessageKey
    fact: FactType
    #: When that fact happened, by the vendor's clock.
    fact_at: datetime
    kind: Kind
    status: MessageStatus
    planned_at: datetime
    due: datetime
    urgent: bool = False
    to: str | None = None
    locale: str | None = None
    subject: str | None = None
    sent_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    reason: Why | None = None
    #: The shipment it is about, when it is about one.
    shipment: str | None = None
    #: The channel's own id of what it accepted.
    provider_id: str | None = None
    #: Wall clock, while `sending`.
    lease_until: datetime | None = None
    claim: str | None = None
    #: It may have gone out once already: the channel did not say.
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Render:
    """Exactly what is sent. For an SMS only `text` counts."""

    text: str
    subject: str = ""
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
