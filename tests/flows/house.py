"""The whole house in memory: the real rooms and flows, a made-up carrier line and a mailbox that keeps what it gets."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from encamino.carriers.base import Request, Response, carrier
from encamino.carriers.recognise import named
from encamino.channels.base import Accepted, Sent
from encamino.channels.email import Email
from encamino.channels.sms import Sms
from encamino.domain.contact import ContactKey
from encamino.domain.link import LinkKind, Links, token, token_hash
from encamino.domain.message import Channel, Message, Render
from encamino.domain.order import Order, OrderKey
from encamino.domain.reason import Why
from encamino.domain.shop import Shop
from encamino.flows.ask import Asking
from encamino.flows.intake import Taken, take
from encamino.flows.keep import Desk
from encamino.flows.send import SendDesk, send
from encamino.flows.sweep import sweep
from encamino.flows.track import AccountAt, TrackDesk, track
from encamino.messages.render import Renderer
from encamino.shops.base import Delivery, platform
from encamino.store.base import Due, Lane, OrderDocument
from encamino.store.memory import MemoryStore
from infra.local.simulator.recordings import Recordings
from tests.builders import a_shop

RECORDINGS = Path(__file__).parents[1]
KEY = b"a link key for tests"


@dataclass
class Mailbox:
    """A channel that reaches whom the real one reaches, keeps what it is given, and says what the test wants."""

    real: Email | Sms
    answers: Callable[[Message], Sent] = lambda message: Accepted(f"id-{message.key}")
    got: list[tuple[Message, Render, str]] = field(default_factory=list)

    def reach(self, order: Order, shop: Shop) -> str | Why:
        return self.real.reach(order, shop)

    def fit(self, render: Render) -> Render:
        return render

    def send(self, message: Message, render: Render, to: str, shop: Shop) -> Sent:
        del shop
        self.got.append((message, render, to))
        return self.answers(message)


class House:
    """One shop's world. Time stands still until `pass_time`."""

    def __init__(
        self, templates: Path, shop: Shop | None = None, start: datetime = datetime(2026, 11, 10, 9, tzinfo=UTC)
    ) -> None:
        self.now = start
        self.shop = shop or a_shop()
        self.store = MemoryStore(lambda: self.now)
        self.store.put_shop(self.shop)
        self.renderer = Renderer(templates)
        self.desk = Desk(self.store, self.renderer.catalogue, lambda: KEY)
        nobody: Any = None  # only `reach` of the real channels is used
        self.mail, self.phone = Mailbox(Email(nobody, str)), Mailbox(Sms(nobody))
        self.line: Callable[[Request], Response] = lambda _request: Response(404, b"{}")
        self._claims = iter(range(10**9))

    def deliver(self, name: str, order: str | None = None, at: datetime | None = None) -> Taken:
        """One of the recorded deliveries of Shopify arrives, if wanted about another order."""
        said = json.loads((RECORDINGS / f"shops/shopify/{name}.json").read_text())
        return self.tell(said["headers"], said["body"], order, at)

    def tell(
        self, headers: dict[str, str], body: object, order: str | None = None, at: datetime | None = None
    ) -> Taken:
        """A delivery arrives."""
        text = json.dumps(body)
        found = platform("shopify").key(Delivery(text.encode(), headers, self.now))
        if order and found:
            text = text.replace(found, order)
            headers = {name: value.replace(found, order) for name, value in headers.items()}
        self.now = max(self.now, at or self.now)
        delivery = Delivery(text.encode(), headers, self.now)
        return take(self.desk, self.shop, "shopify", platform("shopify"), delivery, named, self.now)

    def pass_time(self, by: timedelta) -> None:
        """Move on from one due thing to the next, letting each happen."""
        target = self.now + by
        while True:
            self.rest()
            due = self.store.next_due(self.now)
            if due is None or due > target:
                break
            self.now = max(due, self.now)
        self.now = target
        self.rest()

    def rest(self) -> None:
        """Sweep until nothing is handed over."""
        while any(sweep(self.store, lambda _lane: 100, self._do, self.now).handed.values()):
            pass

    def document(self, order: str) -> OrderDocument:
        """What is known of an order."""
        found = self.store.order(OrderKey(self.shop.shop, "shopify", order))
        assert found is not None
        return found

    def sent(self) -> list[tuple[str, str]]:
        """Trigger and channel of everything that reached a mailbox or a phone, in that order."""
        return [(m.key.trigger, m.key.channel) for m, _, _ in (*self.mail.got, *self.phone.got)]

    def dhl_says(self, plays: Iterable[tuple[datetime, str]]) -> None:
        """From each instant on DHL answers with that recording."""
        timetable, recordings = sorted(plays), Recordings(RECORDINGS / "carriers")

        def answer(request: Request) -> Response:
            number = parse_qs(urlsplit(request.url).query)["trackingNumber"][0]
            come = [(start, name) for start, name in timetable if start <= self.now]
            start, name = come[-1] if come else (self.now, "not_found")
            said = recordings.answer("dhl", name, number, start)
            return Response(said.status, said.body)

        self.line = answer

    def links(self, key: OrderKey, _shop: Shop, contact: ContactKey | None) -> Links:
        tracking = f"https://casalluna.example/t/{token(KEY, LinkKind.TRACKING, key)}"
        if contact is None:
            return Links(tracking)
        opens = token(KEY, LinkKind.PREFERENCES, contact)
        return Links(tracking, f"https://casalluna.example/u/{opens}", token_hash(opens))

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _do(self, lane: Lane, due: Iterable[Due]) -> None:
        if lane is Lane.LOOK:
            asking = Asking(
                lambda _slug, request, _until: self.line(request), lambda: 0.0, lambda: self.now, self._sleep
            )
            room = TrackDesk(
                self.desk, carrier, lambda shop, _slug: AccountAt(shop, {"api_key": "demo"}), asking, lambda: 0.5
            )
            track(room, [item.look for item in due if item.look], self.now)
            return
        room_out = SendDesk(
            self.store, self.renderer, {Channel.EMAIL: self.mail, Channel.SMS: self.phone}, self.links,
            lambda _shop, address: address, lambda _channel: timedelta(0),
        )  # fmt: skip
        for item in due:
            assert item.message is not None
            send(room_out, item.message, f"claim-{next(self._claims)}", self.now, self.now)
