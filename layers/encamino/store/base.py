"""What is asked of the store, as Protocols. Two stores answer: DynamoDB and memory, under one contract suite."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from encamino.domain.fact import Fact
from encamino.domain.message import Message, MessageKey, MessageStatus, Render
from encamino.domain.order import Order, OrderKey
from encamino.domain.reason import Decision, Why
from encamino.domain.shop import Shop
from encamino.store.contacts import Contacts
from encamino.store.letters import Letters

#: What the newest code writes; one older is always readable.
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """The ORDER item. `version` is the lock: 0 for one that was never stored."""

    order: Order
    #: Texts of the message keys that were planned.
    planned: frozenset[str] = frozenset()
    #: Hashes of the newest deliveries that were understood.
    deliveries: tuple[str, ...] = ()
    #: Hash of the link token, so that the page can be found.
    token_hash: str | None = None
    version: int = 0
    schema: int = SCHEMA
    #: Planned, and not written yet: more than one write takes. Whoever meets them writes them first (`flows/keep.py`).
    pending: tuple[Message, ...] = ()
    #: What the store keeps with it for itself (fields of a newer schema, aliases written); hand it back as it came.
    kept: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """When to ask which carrier about which shipment. `due` None: not any more."""

    order: OrderKey
    shipment: str
    carrier: str
    account: str
    number: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Commit:
    """One change, written whole or not at all. `document` holds the version that was read."""

    document: OrderDocument
    at: datetime
    facts: tuple[Fact, ...] = ()
    why: tuple[Decision, ...] = ()
    messages: tuple[Message, ...] = ()
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class RawDelivery:
    """A delivery as it came, kept for inspection and replay."""

    hash: str
    platform: str
    received_at: datetime
    headers: dict[str, str]
    body: bytes
    #: Why it could not be read, None when it could.
    trouble: str | None = None


class Lane(StrEnum):
    """What the agenda holds, by who does it."""

    SEND_URGENT = "send#urgent"
    SEND_SERVICE = "send#service"
    SEND_MARKETING = "send#marketing"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due. `message` or `look`, by lane."""

    lane: Lane
    due: datetime
    message: MessageKey | None = None
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A code that a carrier sent and no table knows."""

    carrier: str
    code: str
    text: str
    count: int
    first_at: datetime
    last_at: datetime
    number: str


@dataclass(frozen=True, slots=True)
class BreakerState:
    """A carrier's breaker: closed while `open_until` is None or past. `failures` in a row."""

    failures: int = 0
    open_until: datetime | None = None


class Orders(Protocol):
    """Orders and what belongs to them."""

    def order(self, key: OrderKey) -> OrderDocument | None:
        """This order."""

    def orders_named(self, shop: str, name: str) -> tuple[OrderKey, ...]:
        """The orders of a shop with this shown name (`#` optional) or this platform's id."""

    def order_of_token(self, token_hash: str) -> OrderKey | None:
        """Whose tracking page this is."""

    def orders_of_number(self, carrier: str, number: str) -> tuple[OrderKey, ...]:
        """Whose shipment this number names (also numbers that were replaced)."""

    def orders_of(self, shop: str, month: str) -> tuple[OrderKey, ...]:
        """A shop's orders placed in a month (`2026-11`), newest first."""

    def commit(self, change: Commit) -> bool:
        """Write it all, or nothing: False when someone else wrote the document since it was read.

        Messages that are there already are left as they are. Aliases (shown name, token, numbers) are kept up.
        Raises TooLarge.
        """

    def facts(self, key: OrderKey) -> tuple[Fact, ...]:
        """Every fact of an order, oldest commit first."""

    def why(self, key: OrderKey) -> tuple[Decision, ...]:
        """Every decision about an order's messages, oldest first."""

    def keep_delivery(self, shop: str, order: OrderKey | None, delivery: RawDelivery) -> None:
        """Keep a raw delivery in its order's partition, without an order in the shop's; its days count from receipt."""

    def deliveries(self, shop: str, order: OrderKey | None) -> tuple[RawDelivery, ...]:
        """The raw deliveries kept there, oldest first."""

    def deliveries_since(self, shop: str, since: datetime) -> Iterator[tuple[OrderKey | None, RawDelivery]]:
        """Every raw delivery of a shop received since, oldest first, and the order it is kept with."""

    def drop_delivery(self, shop: str, order: OrderKey | None, digest: str) -> None:
        """Keep it there no longer."""


class Messages(Protocol):
    """Message rows and what was sent."""

    def message(self, key: MessageKey) -> Message | None:
        """This message."""

    def messages_of(self, order: OrderKey) -> tuple[Message, ...]:
        """An order's messages, in the order they were planned."""

    def messages_of_shop(self, shop: str, limit: int, after: str | None = None) -> tuple[Message, ...]:
        """A shop's messages, newest first, after that key."""

    def claim(self, key: MessageKey, claim: str, now: datetime, lease: timedelta) -> Message | None:
        """Take a waiting message for sending (wall clock). None: not waiting, or someone else has it.

        Asking twice with one claim gives the same answer.
        """

    def settle(self, message: Message, expect: Iterable[MessageStatus], decision: Decision | None = None) -> bool:
        """Write what became of a message, if its status still is one of `expect`; keeps the agenda in step with it.

        When it was opened or clicked is never taken back. A decision that only repeats the last one is not kept twice.
        """

    def begin(self, message: Message) -> bool:
        """Write to whom, in which language and under which subject it is about to go. False: it is no longer ours."""

    def complete(self, message: Message, decision: Decision | None) -> None:
        """Feedback overtook us: fill in what of the sending is not there yet, and let go of the message.

        Status, reason and when it was opened or clicked stay; so does the claim of whoever is sending it now.
        """

    def note_seen(
        self, key: MessageKey, *, opened_at: datetime | None = None, clicked_at: datetime | None = None
    ) -> None:
        """When it was first opened or clicked. The first time stays."""

    def hasten(self, keys: Sequence[MessageKey], now: datetime) -> None:
        """What these waiting messages waited for is there: due now."""

    def keep_render(self, key: MessageKey, render: Render) -> None:
        """Keep exactly what was sent, 45 days."""

    def render(self, key: MessageKey) -> Render | None:
        """Exactly what was sent, while it is kept."""


class Agenda(Protocol):
    """What is due."""

    def due(self, lane: Lane, until: datetime, limit: int) -> tuple[Due, ...]:
        """Due things of a lane (business clock), earliest first."""

    def plan_look(self, look: Look) -> None:
        """When to look next, without any news of the order, whose life it does not prolong."""

    def handed(self, due: Due, again: datetime) -> bool:
        """Move it on before handing it over. False: someone else did, or it is no longer due."""

    def next_due(self, after: datetime) -> datetime | None:
        """When the next thing of any lane is due."""


class Shops(Protocol):
    """Shops, addresses that must not be written to, the business clock."""

    def shop(self, slug: str) -> Shop | None:
        """The shop's settings."""

    def put_shop(self, shop: Shop) -> bool:
        """Keep them. True when the shop is new."""

    def shops(self) -> tuple[str, ...]:
        """Every shop's slug."""

    def note_delivery(self, shop: str, platform: str, at: datetime, verdict: str) -> None:
        """What a platform delivered last, and what became of it; never a word of the delivery itself.

        One worked late does not take the place of one that came after it.
        """

    def last_delivery(self, shop: str, platform: str) -> tuple[datetime, str] | None:
        """When a platform last delivered, and what became of it."""

    def suppression(self, shop: str, alias: str) -> Why | None:
        """Why not to write to this alias (HMAC of an address), None when nothing speaks against it."""

    def suppress(self, shop: str, alias: str, reason: Why, at: datetime) -> None:
        """Write to this alias no more."""

    def release(self, shop: str, alias: str) -> bool:
        """Write to it again. False when it was not suppressed."""

    def suppressed(self, shop: str) -> tuple[tuple[str, Why, datetime], ...]:
        """A shop's suppressed aliases."""

    def clock_offset(self) -> timedelta:
        """How far the business clock was moved ahead (stacks with TimeTravel only)."""

    def set_clock_offset(self, offset: timedelta) -> None:
        """Move the business clock."""


class CarrierState(Protocol):
    """What is remembered of carriers: memo, budget, breaker, unknown codes. All by wall clock."""

    def memo_get(self, carrier: str, account: str, name: str, now: datetime) -> str | None:
        """A text kept for an adapter."""

    def memo_put(self, carrier: str, account: str, name: str, value: str, until: datetime) -> None:
        """Keep a text for an adapter."""

    def spend(self, carrier: str, account: str, per_second: float, per_day: int | None, now: datetime) -> timedelta:
        """Take one call from the account's budget: zero when it may be made now.

        Else nothing is taken, and this is how long until the next free slot.
        """

    def breaker(self, carrier: str, account: str) -> BreakerState:
        """The breaker."""

    def set_breaker(self, carrier: str, account: str, state: BreakerState) -> None:
        """Set the breaker."""

    def count_unmapped(self, carrier: str, code: str, text: str, number: str, at: datetime) -> None:
        """Count an unknown code."""

    def unmapped(self) -> tuple[Unmapped, ...]:
        """Every unknown code."""


class Store(Orders, Messages, Agenda, Shops, CarrierState, Letters, Contacts, Protocol):
    """Everything that is remembered."""
