"""A customer as a shop's messages know one: an alias in place of an address, and what they chose to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from encamino.domain.message import Channel, Kind


class ContactKey(NamedTuple):
    """Whose preferences. `alias` is the HMAC of an address: whoever reads it learns none."""

    shop: str
    alias: str


class Choice(StrEnum):
    """What a customer may choose. Mails about orders are not among it: they say what was bought and where it is."""

    MARKETING_EMAIL = "marketing_email"
    MARKETING_SMS = "marketing_sms"
    SERVICE_SMS = "service_sms"


class Source(StrEnum):
    """Where they said it."""

    PAGE = "page"
    #: The mail program's own button (RFC 8058).
    ONE_CLICK = "one_click"


#: What was chosen; what is not in it was never said.
type Preferences = Mapping[Choice, bool]


@dataclass(frozen=True, slots=True)
class Act:
    """The proof of one choosing. Nothing in it says who it was, but for the partition it is kept in."""

    at: datetime
    source: Source
    said: Preferences
    #: Which words they had before them.
    wording: str
    locale: str


@dataclass(frozen=True, slots=True)
class ContactLink:
    """What a link to the preferences opens. `hint`: the address as far as its page may show it."""

    contact: ContactKey
    hint: str
    locale: str


def allowed(said: Preferences, choice: Choice) -> bool:
    """Whether it may be sent. News of the order may come until they are refused, offers not before a yes."""
    return said.get(choice, choice is Choice.SERVICE_SMS)


_ABOUT = {
    (Kind.MARKETING, Channel.EMAIL): Choice.MARKETING_EMAIL,
    (Kind.MARKETING, Channel.SMS): Choice.MARKETING_SMS,
    (Kind.SERVICE, Channel.SMS): Choice.SERVICE_SMS,
}


def choice_about(kind: Kind, channel: Channel) -> Choice | None:
    """Which choice such a message heeds; None: it goes whatever was chosen."""
    return _ABOUT.get((kind, channel))
