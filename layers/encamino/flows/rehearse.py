"""A history told to the real flows, in memory: what would have gone out, when, and why.

What shops delivered is taken in as the inbox does; what carriers answered is learnt as if they had been asked then, so
nobody is asked. The business clock goes from one due thing to the next. Nothing random: told twice, it ends the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from encamino.carriers.base import Outcome, Response, aggregates, carrier, carriers
from encamino.carriers.reading import plain
from encamino.carriers.recognise import named
from encamino.channels.base import ChannelOut
from encamino.channels.email import Email
from encamino.channels.sms import Sms
from encamino.domain.contact import ContactKey
from encamino.domain.errors import EncaminoError
from encamino.domain.link import LinkKind, Links, alias, token, token_hash
from encamino.domain.message import Channel, Message, Render
from encamino.domain.order import Order, OrderKey
from encamino.domain.reason import Decision, Why
from encamino.domain.shipment import Shipment, Tracking
from encamino.domain.shop import Shop
from encamino.flows.intake import take
from encamino.flows.keep import Desk
from encamino.flows.send import SendDesk, send
from encamino.flows.sweep import sweep
from encamino.flows.track import remember
from encamino.messages.render import Renderer
from encamino.shops.base import Delivery, platform
from encamino.store.base import Due, Lane
from encamino.store.memory import MemoryStore

#: After the last thing told, what was planned by then still gets its time.
AFTERWARDS = timedelta(days=7)
#: Makes the links of a rehearsal, which open no page.
_KEY = b"rehearsal"
_PAGES = "pages.example"
#: As many as there are: nobody waits for a queue here.
_ROOM = 1000


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a shop platform delivered. It counts as authentic: the secret that signed it is not here."""

    line: int
    at: datetime
    platform: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """What a carrier answered; `number` None: about every number in it."""

    line: int
    at: datetime
    carrier: str
    number: str | None
    response: Response


type Told = Delivered | Answered


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that told us nothing, and why."""

    line: int
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it, each in the order of time."""

    messages: tuple[tuple[Message, Render | None], ...] = ()
    why: tuple[tuple[OrderKey, Decision], ...] = ()
    unread: tuple[Unread, ...] = ()
    orders: int = 0


def rehearse(
    templates: Path,
    shop: Shop,
    told: Iterable[Told],
    until: datetime | None = None,
    noted: Callable[[], object] = lambda: None,
) -> Rehearsed:
    """Tell it all, by time. `until`: where to stop, else a week after the last of it. `noted`: called once a line."""
    history = sorted((one for one in told if until is None or one.at <= until), key=lambda one: (one.at, one.line))
    if not history:
        return Rehearsed()
    stage = _Stage(templates, shop, history[0].at)
    unread = []
    for one in history:
        stage.pass_to(one.at)
        nothing = stage.tell(one)
        if nothing is not None:
            unread.append(nothing)
        noted()
    stage.pass_to(until or history[-1].at + AFTERWARDS)
    return Rehearsed(stage.messages(), stage.why(), tuple(sorted(unread, key=lambda u: u.line)), len(stage.orders))


class _Stage:
    """One shop's world, at a time that we set."""

    def __init__(self, templates: Path, shop: Shop, start: datetime) -> None:
        self._now = start
        self._shop = shop
        # Its wall clock stands still: in a rehearsal nothing grows too old to be kept.
        self._store = MemoryStore(lambda: start)
        self._store.put_shop(shop)
        renderer = Renderer(templates)
        self._desk = Desk(self._store, renderer.catalogue, lambda: _KEY)
        self._room = SendDesk(self._store, renderer, _channels(), _links, _alias, lambda _channel: timedelta(0))
        self._claims = count()
        self.orders: dict[OrderKey, None] = {}

    def tell(self, one: Told) -> Unread | None:
        """Something is told now."""
        try:
            nothing = self._deliver(one) if isinstance(one, Delivered) else self._answer(one)
        except EncaminoError as err:
            nothing = (err.code, err.message)
        return Unread(one.line, *nothing) if nothing else None

    def pass_to(self, moment: datetime) -> None:
        """Go there from one due thing to the next, letting each happen."""
        self._rest()
        while (due := self._store.next_due(self._now)) is not None and due <= moment:
            self._now = due
            self._rest()
        self._now = moment

    def messages(self) -> tuple[tuple[Message, Render | None], ...]:
        """Every message, oldest first."""
        rows = (message for key in self.orders for message in self._store.messages_of(key))
        ordered = sorted(rows, key=lambda m: (m.planned_at, m.due, str(m.key)))
        return tuple((message, self._store.render(message.key)) for message in ordered)

    def why(self) -> tuple[tuple[OrderKey, Decision], ...]:
        """Every decision, oldest first; those of one order and instant as they were taken."""
        told = [(key, decision) for key in self.orders for decision in self._store.why(key)]
        return tuple(sorted(told, key=lambda row: (row[1].at, row[0].platform, row[0].id)))

    def _deliver(self, one: Delivered) -> tuple[str, str] | None:
        adapter = platform(one.platform)
        if adapter.handshake("POST", one.headers, "", one.body) is not None:
            return "ignored", "a handshake"
        kept = {name: value for name, value in one.headers.items() if name in adapter.HEADERS}
        delivery = Delivery(one.body, kept, self._now)
        taken = take(self._desk, self._shop, one.platform, adapter, delivery, named, self._now)
        self.orders.update(dict.fromkeys(kept.order.key for kept in taken.kept))
        if taken.trouble:
            return "unreadable", taken.trouble
        return ("ignored", taken.ignored) if taken.ignored else None

    def _answer(self, one: Answered) -> tuple[str, str] | None:
        outcome, trackings, detail = carrier(one.carrier).read(one.response)
        if outcome is not Outcome.FOUND:
            return outcome.value, detail or f"HTTP {one.response.status}"
        said = _asked_for(trackings, one.number)
        if not said:
            return "ignored", "the answer is about other numbers"
        found = [meant for tracking in said for meant in self._meant(one, tracking)]
        for key, shipment, tracking in found:
            remember(self._desk, self._shop, key, shipment, tracking, self._now)
        return None if found else ("ignored", "about no shipment that was known by then")

    def _meant(self, one: Answered, tracking: Tracking) -> Iterator[tuple[OrderKey, Shipment, Tracking]]:
        """The shipments that have this number today, with this carrier or with one it is asked about in its stead."""
        said = one.number or tracking.number
        slugs = carriers() if aggregates(one.carrier) else (one.carrier,)
        keys = (k for slug in slugs for n in (said, plain(said)) for k in self._store.orders_of_number(slug, n))
        for key in dict.fromkeys(keys):
            document = self._store.order(key)
            for shipment in document.order.shipments if document else ():
                if shipment.carrier in slugs and plain(shipment.number) == plain(said):
                    yield key, shipment, tracking

    def _rest(self) -> None:
        """Sweep until nothing is handed over."""
        while any(sweep(self._store, _room, self._send, self._now).handed.values()):
            pass

    def _send(self, _lane: Lane, due: Sequence[Due]) -> None:
        for item in due:
            if item.message is not None:
                send(self._room, item.message, str(next(self._claims)), self._now, self._now)


class _Outside:
    """SES and SNS that take everything and send nothing. The channels before them are the real ones."""

    def send_email(self, **_asked: object) -> dict[str, str]:
        return {"MessageId": "taken"}

    def publish(self, **_asked: object) -> dict[str, str]:
        return {"MessageId": "taken"}


class _Asked:
    """A channel that reads each address once: that takes as long as rendering. Here nothing outlives the run."""

    def __init__(self, real: ChannelOut) -> None:
        self._real = real
        self._known: dict[tuple[str | None, ...], str | Why] = {}
        self.fit, self.send = real.fit, real.send

    def reach(self, order: Order, shop: Shop) -> str | Why:
        details = order.details
        if details is None:
            return self._real.reach(order, shop)
        person, country = details.person, details.address.country if details.address else None
        asked = (person.email, person.phone, country)
        if asked not in self._known:
            self._known[asked] = self._real.reach(order, shop)
        return self._known[asked]


def _channels() -> dict[Channel, ChannelOut]:
    outside: Any = _Outside()
    return {Channel.EMAIL: _Asked(Email(outside, str)), Channel.SMS: _Asked(Sms(outside))}


def _room(lane: Lane) -> int:
    """Looks stay where they are: what carriers say stands in the file."""
    return 0 if lane is Lane.LOOK else _ROOM


def _links(key: OrderKey, shop: Shop, contact: ContactKey | None) -> Links:
    pages = f"https://{shop.pages_domain or _PAGES}"
    tracking = f"{pages}/t/{token(_KEY, LinkKind.TRACKING, key)}"
    if contact is None:
        return Links(tracking)
    opens = token(_KEY, LinkKind.PREFERENCES, contact)
    return Links(tracking, f"{pages}/u/{opens}", token_hash(opens))


def _alias(shop: str, address: str) -> str:
    return alias(_KEY, shop, "address", address)


def _asked_for(trackings: tuple[Tracking, ...], number: str | None) -> tuple[Tracking, ...]:
    """What an answer says of the number asked for, and of no other; of several legs the newest, which stands first."""
    newest: dict[str, Tracking] = {}
    for tracking in trackings:
        newest.setdefault(plain(tracking.number), tracking)
    return tuple(tracking for bare, tracking in newest.items() if number is None or bare == plain(number))
