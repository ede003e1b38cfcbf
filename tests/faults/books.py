"""The books after the faults: what was told against what is known, what is due against what came, mail by mail."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from encamino.domain.message import Channel, Message, MessageKey, MessageStatus
from encamino.domain.order import Order, OrderKey
from encamino.domain.reason import Why
from encamino.domain.shop import Shop
from encamino.store import keys
from encamino.store.base import OrderDocument
from tests.e2e.outside import get
from tests.faults.cloud import Cloud
from tests.faults.orders import JOURNEY, Load, Told
from tests.faults.proxy import Call
from tests.flows.house import House

OPEN = frozenset({MessageStatus.PLANNED, MessageStatus.SENDING, MessageStatus.HELD})
SENT = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED})
#: What must have reached the customer, whatever happened on the way.
MUST = {
    "whole": {"order_confirmed", "delivered"},
    "late_number": {"order_confirmed", "delivered"},
    "paid": {"order_confirmed"},
    "cancelled": set[str](),
}
#: Seconds. A mail in doubt: two minutes of lease, fifteen of doubt, its turn on the agenda, and twice if need be.
_HEALS_WITHIN = 1800.0
#: What another message says better, or what has come true meanwhile, is not said any more.
_MAY_SKIP = frozenset({Why.SUPERSEDED, Why.OUTDATED})


@dataclass
class Books:
    """What the audit found."""

    orders: int = 0
    taken: int = 0
    distinct: int = 0
    understood: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    mails: int = 0
    texts: int = 0
    doubtful: int = 0
    twice_in_doubt: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    window: list[float] = field(default_factory=list)
    window_in_doubt: list[float] = field(default_factory=list)

    def said(self) -> str:
        statuses = ", ".join(f"{status} {count}" for status, count in sorted(self.messages.items()))
        return (
            f"{self.orders} orders, {self.taken} deliveries answered 200 = {self.understood} understood"
            f" + {self.taken - self.understood} told again; {self.messages.total()} messages ({statuses}),"
            f" {self.mails} mails, {self.texts} SMS; lost {len(self.lost)}, doubled {len(self.doubled)},"
            f" wrong {len(self.wrong)}; in doubt {self.doubtful}, of these twice in the mailbox {self.twice_in_doubt};"
            f" from SES's yes to its note {_span(self.window)}, in doubt {_span(self.window_in_doubt)}"
        )


def key_of(told: Told) -> OrderKey:
    return OrderKey(told.order.shop, "shopify", str(told.order.id))


def unfinished(cloud: Cloud, told: Iterable[Told]) -> list[Told]:
    """Orders of which something is still to happen."""
    return [one for one in told if not _finished(cloud, one)]


def _finished(cloud: Cloud, told: Told) -> bool:
    document = cloud.store.order(key_of(told))
    if document is None or (told.travels and document.order.status != "delivered"):
        return False
    return not any(message.status in OPEN for message in cloud.store.messages_of(key_of(told)))


@dataclass(frozen=True)
class Healed:
    """How it came to rest: seconds, dead letters that had to be put back, and those that came back dead once more."""

    seconds: float
    redriven: int
    dead: int


def heal(cloud: Cloud, load: Load) -> Healed:
    """Leave everything alone until nothing is left to do; dead letters are put back once.

    Visibility, leases and the quarter of an hour of a mail in doubt run out by the wall clock.
    """
    began, redriven, put_back, left = time.monotonic(), 0, False, load.told
    cloud.line.rates = {}
    while time.monotonic() - began < _HEALS_WITHIN:
        time.sleep(5)
        left = unfinished(cloud, left)
        if cloud.waiting(cloud.queues):
            continue
        dead = cloud.waiting(cloud.dead)
        if dead and not put_back:
            redriven, put_back = cloud.redrive(), True
        elif not left:
            break
    return Healed(time.monotonic() - began, redriven, cloud.waiting(cloud.dead))


def audit(cloud: Cloud, load: Load, templates: Path) -> Books:
    """Hold everything against everything."""
    mails: dict[str, list[dict[str, Any]]] = {}
    for mail in get(f"{cloud.stack.said['mailbox']}/messages.json"):
        mails.setdefault(mail["tags"].get("encamino_key", ""), []).append(mail)
    texts = Counter(sms["to"] for sms in get(f"{cloud.stack.said['mailbox']}/sms.json"))
    shops = {slug: cloud.store.shop(slug) for slug in load.shops}
    books = Books(orders=len(load.told), taken=load.answers[200])
    rows: dict[str, Message] = {}
    for told in load.told:
        shop = shops[told.order.shop]
        document, planned = cloud.store.order(key_of(told)), cloud.store.messages_of(key_of(told))
        assert shop is not None
        if document is None:
            books.lost.append(f"{told.kind} {told.order.id}: no such order")
            continue
        _deliveries(books, cloud, told, document)
        _state(books, told, document, oracle(told, shop, templates))
        _rows(books, told, document, planned)
        rows |= {str(message.key): message for message in planned}
        for message in planned:
            _came(books, told, message, mails.get(str(message.key), []), texts[told.order.phone])
    strangers = {k for k in mails if k and MessageKey.parse(k).order.shop in load.shops} - rows.keys()
    books.wrong += [f"a mail without a row: {key}" for key in strangers]
    books.mails = sum(len(mails.get(key, ())) for key in rows)
    books.texts = sum(texts[told.order.phone] for told in load.told)
    _windows(books, cloud.line.calls, rows, mails)
    return books


def oracle(told: Told, shop: Shop, templates: Path) -> OrderDocument:
    """What is known of the order in a house where nothing fails, told once and in order."""
    house = House(templates, shop, told.start)
    house.dhl_says((told.start + after, play) for after, play in JOURNEY)
    for topic, body in told.deliveries:
        house.tell({"x-shopify-topic": topic}, json.loads(body))
    house.pass_time(timedelta(hours=12))
    return house.document(str(told.order.id))


def _deliveries(books: Books, cloud: Cloud, told: Told, document: OrderDocument) -> None:
    kept = cloud.store.deliveries(told.order.shop, key_of(told))
    there = {(d.headers["x-shopify-topic"], d.body) for d in kept}
    name = f"{told.kind} {told.order.id}"
    books.distinct += len(told.deliveries)
    books.understood += len(set(document.deliveries))
    books.lost += [f"{name}: {topic} was not kept" for topic, _ in set(told.deliveries) - there]
    books.wrong += [f"{name}: {topic} was never told" for topic, _ in there - set(told.deliveries)]
    hashes = {d.hash for d in kept}
    books.lost += [f"{name}: kept and not understood" for _ in hashes - set(document.deliveries)]
    books.wrong += [f"{name}: understood and not kept" for _ in set(document.deliveries) - hashes]
    books.doubled += [f"{name}: understood twice" for _ in range(len(document.deliveries) - len(hashes))]


def _state(books: Books, told: Told, document: OrderDocument, ideal: OrderDocument) -> None:
    if timeless(document.order) != timeless(ideal.order):
        books.wrong.append(f"{told.kind} {told.order.id}: {document.order} instead of {ideal.order}")
    books.wrong += [f"{told.kind} {told.order.id}: planned {key}" for key in document.planned - ideal.planned]
    if told.kind != "cancelled":
        missing = {MessageKey.parse(key).trigger for key in ideal.planned - document.planned}
        # Who looks late finds the parcel delivered already: that it was out is no news then.
        books.lost += [f"{told.kind} {told.order.id}: {name} not planned" for name in missing - {"out_for_delivery"}]


def timeless(order: Order) -> Order:
    """The order but for when its carrier was asked: on that hangs which events it told before the one that counts."""
    bare = (replace(s, tracked_at=None, events=(s.bearing,) if s.bearing else ()) for s in order.shipments)
    return replace(order, shipments=tuple(bare))


def _rows(books: Books, told: Told, document: OrderDocument, planned: Sequence[Message]) -> None:
    name = f"{told.kind} {told.order.id}"
    if {str(message.key) for message in planned} != document.planned:
        books.wrong.append(f"{name}: its rows are not what its document says was planned")
    for message in planned:
        books.messages[str(message.status)] += 1
        books.doubtful += message.doubtful or message.status is MessageStatus.UNKNOWN
        said = f"{name}: {message.key.trigger} {message.key.channel} {message.status} {message.reason}"
        if message.status in OPEN:
            books.lost.append(said)
        elif message.status is MessageStatus.SKIPPED:
            books.wrong += [said] if message.reason not in _MAY_SKIP else []
        elif message.status not in SENT | {MessageStatus.UNKNOWN}:
            books.wrong.append(said)
    reached = {m.key.trigger for m in planned if m.status in SENT or m.status is MessageStatus.UNKNOWN}
    books.lost += [f"{name}: {trigger} was not sent" for trigger in MUST[told.kind] - reached]


def _came(books: Books, told: Told, message: Message, mails: Sequence[Mapping[str, Any]], texts: int) -> None:
    name = f"{told.kind} {told.order.id}: {message.key.trigger} {message.key.channel} {message.status}"
    came = len(mails) if message.key.channel is Channel.EMAIL else texts
    open_to_doubt = message.doubtful or message.status is MessageStatus.UNKNOWN
    if came > 1:
        books.twice_in_doubt += message.doubtful
        if not message.doubtful or came > 2:
            books.doubled.append(f"{name}, {came} times")
    if message.status in SENT and came == 0:
        books.lost.append(f"{name}, and nothing came")
    if message.status not in SENT and came and not open_to_doubt:
        books.wrong.append(f"{name}, and {came} came")
    books.wrong += [f"{name}, to {mail['to']}" for mail in mails if mail["to"] != told.order.to]
    for mail in mails:
        link = re.search(r"/t/([a-z2-7]+)", mail["text"])
        if link is None or key_of(told) != message.key.order:
            books.wrong.append(f"{name}, without its link")


def _windows(
    books: Books, calls: Sequence[Call], rows: Mapping[str, Message], mails: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Seconds from the first acceptance of each mail to the first note of it in the table."""
    noted: dict[str, list[datetime]] = {}
    for call in calls:
        if call.status == 200 and call.asked.says in ("sent", "delivered"):
            noted.setdefault(call.asked.row, []).append(call.at)
    for name, message in rows.items():
        received = [datetime.fromisoformat(mail["received_at"]) for mail in mails.get(name, ())]
        after = [at for at in noted.get("|".join(keys.message(message.key)), []) if received and at >= min(received)]
        if after:
            spans = books.window_in_doubt if message.doubtful else books.window
            spans.append((min(after) - min(received)).total_seconds())


def _span(seconds: Sequence[float]) -> str:
    if not seconds:
        return "no case"
    return f"median {median(seconds):.3f} s, longest {max(seconds):.1f} s of {len(seconds)}"
