"""What a channel is, and the four ways a send can end.

A channel never raises for what a vendor or the network did: the flow that sends decides by the answer alone.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from encamino.domain.message import Message, Render
from encamino.domain.order import Order
from encamino.domain.reason import Why
from encamino.domain.shop import Shop

#: SES takes no longer name for a configuration set or a tenant.
_LONGEST_NAME = 64
_DETAIL = 200
_PERSONAL = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+|\+?\d[\d .-]{6,}\d")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel took it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel will not take it: trying again changes nothing until someone changes something."""

    reason: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Certainly not accepted, and not for a fault of the message: it may go later."""

    retry_after: timedelta
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Accepted or not, nobody knows. What may be sent again, and when, is the flow's to decide."""

    detail: str = ""


type Sent = Accepted | Refused | Throttled | Ambiguous


class ChannelOut(Protocol):
    """One way out."""

    def reach(self, order: Order, shop: Shop) -> str | Why:
        """The address of this order on this channel, or why there is none."""

    def fit(self, render: Render) -> Render:
        """The render as this channel sends it. Keep this one; fitting twice changes nothing."""

    def send(self, message: Message, render: Render, to: str, shop: Shop) -> Sent:
        """Asks the vendor exactly once."""


def redacted(text: str) -> str:
    """A vendor's words without addresses and phone numbers, short enough for a row."""
    return " ".join(_PERSONAL.sub("…", text).split())[:_DETAIL]


def set_name(stack: str, shop: str) -> str:
    """The shop's name inside SES: of its configuration set and of its tenant."""
    name = f"{stack}-{shop}"
    if len(name) <= _LONGEST_NAME:
        return name
    # A hash keeps two long stack names apart that begin alike.
    tail = f"-{hashlib.sha256(stack.encode()).hexdigest()[:8]}-{shop}"
    return stack[: _LONGEST_NAME - len(tail)] + tail
