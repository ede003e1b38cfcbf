"""The store in memory, for rehearsals, property tests and simulated months. What DynamoDB promises, it keeps."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from encamino.domain.errors import Missing
from encamino.domain.fact import Fact
from encamino.domain.message import WAITING, Message, MessageKey, MessageStatus, Render
from encamino.domain.order import OrderKey
from encamino.domain.reason import Decision
from encamino.store import items, keys, retention
from encamino.store.base import SCHEMA, Commit, Due, Lane, Look, OrderDocument, Store
from encamino.store.memory_agenda import MemoryAgenda
from encamino.store.memory_contacts import MemoryContacts


@dataclass(slots=True)
class _Folder:
    """Everything of one order."""

    document: OrderDocument
    until: datetime
    facts: list[Fact] = field(default_factory=list)
    why: list[Decision] = field(default_factory=list)
    #: What was decided of each message after it was planned.
    decided: dict[MessageKey, list[Decision]] = field(default_factory=dict)
    messages: dict[MessageKey, Message] = field(default_factory=dict)


class MemoryStore(MemoryContacts, Store):
    """A Store. `now` is the wall clock that retention goes by."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(now)
        self._folders: dict[OrderKey, _Folder] = {}
        self._aliases: defaultdict[str, dict[OrderKey, None]] = defaultdict(dict)
        self._looks: dict[tuple[OrderKey, str], Look] = {}
        self._agenda = MemoryAgenda()
        self._planned: defaultdict[str, list[tuple[str, MessageKey]]] = defaultdict(list)
        self._renders: dict[MessageKey, tuple[Render, datetime]] = {}

    # Orders

    def order(self, key: OrderKey) -> OrderDocument | None:
        with self._lock:
            folder = self._folder(key)
            return folder.document if folder else None

    def orders_named(self, shop: str, name: str) -> tuple[OrderKey, ...]:
        return self._named(keys.name(shop, name))

    def order_of_token(self, token_hash: str) -> OrderKey | None:
        return next(iter(self._named(keys.token(token_hash))), None)

    def orders_of_number(self, carrier: str, number: str) -> tuple[OrderKey, ...]:
        return self._named(keys.number(carrier, number))

    def orders_of(self, shop: str, month: str) -> tuple[OrderKey, ...]:
        with self._lock:
            placed = [
                (keys.iso(at), key)
                for key, folder in list(self._folders.items())
                if key.shop == shop and (at := folder.document.order.placed_at) and self._folder(key)
            ]
        return tuple(k for at, k in sorted(placed, key=lambda p: (p[0], p[1].id), reverse=True) if at.startswith(month))

    def commit(self, change: Commit) -> bool:
        key = change.document.order.key
        with self._lock:
            folder = self._folder(key)
            if change.document.version != (folder.document.version if folder else 0):
                return False
            items.document_out(change.document, keys.aliases(change.document))  # no more room than in the table
            if folder is None:
                folder = self._folders[key] = _Folder(change.document, self._now())
            revoked = folder.document.token_hash
            if revoked and revoked != change.document.token_hash:
                self._aliases[keys.token(revoked)].pop(key, None)
            version, schema = change.document.version + 1, max(change.document.schema, SCHEMA)
            order = items.trimmed(change.document.order)
            folder.document = replace(change.document, order=order, version=version, schema=schema)
            folder.until = self._now() + retention.of_orders(self._retention(key.shop))
            folder.facts.extend(change.facts)
            folder.why.extend(change.why)
            for message in change.messages:
                if message.key not in folder.messages:
                    self._write(folder, message)
                    insort(self._planned[key.shop], (keys.message_place(message), message.key), key=itemgetter(0))
            for look in change.looks:
                self._look(look)
            for alias in keys.aliases(change.document):
                self._aliases[alias][key] = None
            return True

    def facts(self, key: OrderKey) -> tuple[Fact, ...]:
        with self._lock:
            folder = self._folder(key)
            return tuple(folder.facts) if folder else ()

    def why(self, key: OrderKey) -> tuple[Decision, ...]:
        with self._lock:
            folder = self._folder(key)
            if folder is None:
                return ()
            rows = sorted(folder.decided, key=keys.message)
            told = [*folder.why, *(decision for row in rows for decision in folder.decided[row])]
            return tuple(sorted(told, key=lambda decision: decision.at))

    # Messages

    def message(self, key: MessageKey) -> Message | None:
        with self._lock:
            folder = self._folder(key.order)
            return folder.messages.get(key) if folder else None

    def messages_of(self, order: OrderKey) -> tuple[Message, ...]:
        with self._lock:
            folder = self._folder(order)
            found = tuple(folder.messages.values()) if folder else ()
        return tuple(sorted(found, key=keys.planned_order))

    def messages_of_shop(self, shop: str, limit: int, after: str | None = None) -> tuple[Message, ...]:
        with self._lock:
            rows = self._planned[shop]
            end = len(rows)
            if after is not None:
                last = self.message(MessageKey.parse(after))
                if last is None:
                    raise Missing("no such message", where=after[:40], cure="start again without --after")
                end = bisect_left(rows, keys.message_place(last), key=itemgetter(0))
            found = (self.message(key) for _, key in reversed(rows[:end]))
            return tuple(message for message, _ in zip((m for m in found if m), range(limit), strict=False))

    def claim(self, key: MessageKey, claim: str, now: datetime, lease: timedelta) -> Message | None:
        with self._lock:
            folder, message = self._folder(key.order), self.message(key)
            if folder is None or message is None:
                return None
            if message.status is MessageStatus.SENDING and message.claim == claim:
                return message
            if message.status not in WAITING:
                return None
            message = replace(message, status=MessageStatus.SENDING, claim=claim, lease_until=now + lease)
            self._write(folder, message)
            return message

    def settle(self, message: Message, expect: Iterable[MessageStatus], decision: Decision | None = None) -> bool:
        with self._lock:
            folder, old = self._folder(message.key.order), self.message(message.key)
            if folder is None or old is None or old.status not in frozenset(expect):
                return False
            opened, clicked = message.opened_at or old.opened_at, message.clicked_at or old.clicked_at
            self._write(folder, replace(message, opened_at=opened, clicked_at=clicked))
            self._decide(folder, message.key, decision)
            return True

    def begin(self, message: Message) -> bool:
        with self._lock:
            folder, old = self._folder(message.key.order), self.message(message.key)
            if folder is None or old is None or message.claim is None or old.claim != message.claim:
                return False
            if old.status is not MessageStatus.SENDING:
                return False
            begun = replace(old, to=message.to, locale=message.locale, subject=message.subject)
            folder.messages[message.key] = begun
            return True

    def complete(self, message: Message, decision: Decision | None) -> None:
        with self._lock:
            folder, old = self._folder(message.key.order), self.message(message.key)
            if folder is None or old is None:
                return
            done = replace(
                old,
                to=old.to if old.to is not None else message.to,
                locale=old.locale if old.locale is not None else message.locale,
                subject=old.subject if old.subject is not None else message.subject,
                provider_id=old.provider_id if old.provider_id is not None else message.provider_id,
                sent_at=old.sent_at or message.sent_at,
            )
            if old.status is not MessageStatus.SENDING:
                done = replace(done, claim=None, lease_until=None)
            folder.messages[message.key] = done
            self._decide(folder, message.key, decision)

    def note_seen(
        self, key: MessageKey, *, opened_at: datetime | None = None, clicked_at: datetime | None = None
    ) -> None:
        with self._lock:
            folder, old = self._folder(key.order), self.message(key)
            if folder is not None and old is not None:
                opened, clicked = old.opened_at or opened_at, old.clicked_at or clicked_at
                folder.messages[key] = replace(old, opened_at=opened, clicked_at=clicked)

    def hasten(self, keys: Sequence[MessageKey], now: datetime) -> None:
        with self._lock:
            for key in keys:
                folder, message = self._folder(key.order), self.message(key)
                if folder is None or message is None or message.status not in WAITING:
                    continue
                due = self._agenda.at(key)
                if due is not None and due > now:
                    self._write(folder, replace(message, due=now))

    def keep_render(self, key: MessageKey, render: Render) -> None:
        with self._lock:
            until = self._now() + retention.of_renders(self._retention(key.order.shop))
            self._renders[key] = (render, until)

    def render(self, key: MessageKey) -> Render | None:
        with self._lock:
            kept = self._renders.get(key)
            return kept[0] if kept and kept[1] > self._now() else None

    # Agenda

    def due(self, lane: Lane, until: datetime, limit: int) -> tuple[Due, ...]:
        with self._lock:
            return self._agenda.until(lane, until, limit)

    def plan_look(self, look: Look) -> None:
        with self._lock:
            if self._folder(look.order) is None:
                return
            there = self._looks.get((look.order, look.shipment))
            if there is None or (there.due and (there.carrier, there.number) == (look.carrier, look.number)):
                self._look(look)

    def handed(self, due: Due, again: datetime) -> bool:
        what = due.message or due.look
        with self._lock:
            if what is None or self._agenda.at(what) != due.due:
                return False
            self._agenda.put(due.lane, again, what)
            return True

    def next_due(self, after: datetime) -> datetime | None:
        with self._lock:
            return self._agenda.after(after)

    # Inside; the lock is held.

    def _folder(self, key: OrderKey) -> _Folder | None:
        """The order's folder, which is forgotten when its time is over."""
        folder = self._folders.get(key)
        if folder is None or folder.until > self._now():
            return folder
        for message in folder.messages.values():
            self._agenda.put(keys.lane_of(message), None, message.key)
        for look in [look for look in self._looks.values() if look.order == key]:
            self._agenda.put(Lane.LOOK, None, look)
            del self._looks[look.order, look.shipment]
        del self._folders[key]
        return None

    def _named(self, alias: str) -> tuple[OrderKey, ...]:
        with self._lock:
            return tuple(key for key in self._aliases.get(alias, ()) if self._folder(key))

    def _look(self, look: Look) -> None:
        self._looks[look.order, look.shipment] = look
        self._agenda.put(Lane.LOOK, look.due, look)

    def _decide(self, folder: _Folder, key: MessageKey, decision: Decision | None) -> None:
        if decision is not None:
            folder.decided[key] = items.grown(folder.decided.get(key, ()), decision)

    def _write(self, folder: _Folder, message: Message) -> None:
        folder.messages[message.key] = message
        self._agenda.put(keys.lane_of(message), keys.agenda_time(message), message.key)
