"""Message rows and what was sent, in the table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched

from encamino.domain.errors import Conflict, Missing
from encamino.domain.message import WAITING, Message, MessageKey, MessageStatus, Render
from encamino.domain.order import OrderKey
from encamino.domain.reason import Decision
from encamino.store import items, keys, retention
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.table import THERE, Change, Draft, Item, Value, seconds

_WAITING = {f"waiting{place}": status.value for place, status in enumerate(sorted(WAITING))}
_IS_WAITING = f"#status IN ({', '.join(f':{name}' for name in _WAITING)})"
#: Lost races before a caller is told to come again.
_TRIES = 5


class DynamoMessages(DynamoShops):
    """Questions about messages."""

    def message(self, key: MessageKey) -> Message | None:
        item = self._table.get(keys.message(key), consistent=True)
        return items.message_in(item) if item else None

    def messages_of(self, order: OrderKey) -> tuple[Message, ...]:
        found = self._table.query(
            "#pk = :pk AND begins_with(#sk, :kind)",
            consistent=True,
            pk=keys.partition(order),
            kind=keys.MESSAGES,
        )
        return tuple(sorted(map(items.message_in, found), key=keys.planned_order))

    def messages_of_shop(self, shop: str, limit: int, after: str | None = None) -> tuple[Message, ...]:
        before = keys.LAST
        if after is not None:
            last = self.message(MessageKey.parse(after))
            if last is None:
                raise Missing("no such message", where=after[:40], cure="start again without --after")
            before = keys.message_place(last)
        listed = self._table.query(
            "#listing_pk = :list AND #listing_sk < :before",
            index="listing",
            newest_first=True,
            list=keys.messages_listing(shop),
            before=before,
        )
        rows: list[Message] = []
        for some in batched((keys.Key(str(item["pk"]), str(item["sk"])) for item in listed), limit, strict=False):
            found = self._table.get_many(some)
            rows += [items.message_in(found[key]) for key in some if key in found]
            if len(rows) >= limit:
                break
        return tuple(rows[:limit])

    def claim(self, key: MessageKey, claim: str, now: datetime, lease: timedelta) -> Message | None:
        until = now + lease
        taken = {
            "status": MessageStatus.SENDING.value,
            "claim": claim,
            "lease_until": keys.iso(until),
            # It stays on the agenda, so that a worker that dies is found out.
            "agenda_sk": keys.iso(until),
        }
        still = f"{THERE} AND {_IS_WAITING}"
        change = self._table.update(keys.message(key), taken, still, clock=self._table.clock, **_WAITING)
        written = self._table.insist(change, returning="ALL_NEW")
        if written.item is None:
            return None
        message = items.message_in(written.item)
        # With a failed condition this is what was there: our own claim means that the first answer was lost on its way.
        ours = message.status is MessageStatus.SENDING and message.claim == claim
        return message if written.done or ours else None

    def settle(self, message: Message, expect: Iterable[MessageStatus], decision: Decision | None = None) -> bool:
        expected = {f"expect{place}": status.value for place, status in enumerate(expect)}
        if not expected:
            return False
        still = f"{THERE} AND #status IN ({', '.join(f':{name}' for name in expected)})"
        return self._decide(message.key, items.settled_out(message), still, decision, "", expected)

    def begin(self, message: Message) -> bool:
        if message.claim is None:
            return False
        change = self._table.update(
            keys.message(message.key),
            {"to": message.to, "locale": message.locale, "subject": message.subject},
            f"{THERE} AND #status = :sending AND #claim = :claim",
            clock=self._table.clock,
            sending=MessageStatus.SENDING.value,
            claim=message.claim,
        )
        return self._table.insist(change).done

    def complete(self, message: Message, decision: Decision | None) -> None:
        said = items.message_out(message)
        given = {name: value for name in items.SENDING_FIELDS if (value := said[name]) is not None}
        fill = ", ".join(f"#{name} = if_not_exists(#{name}, :{name})" for name in given)
        values: Item = {**given, "sending": MessageStatus.SENDING.value}
        free: Draft = {"claim": None, "lease_until": None}
        if not self._decide(message.key, free, f"{THERE} AND #status <> :sending", decision, fill, values):
            # Someone is sending it now: their claim is not ours to clear.
            self._decide(message.key, {}, f"{THERE} AND #status = :sending", decision, fill, values)

    def note_seen(
        self, key: MessageKey, *, opened_at: datetime | None = None, clicked_at: datetime | None = None
    ) -> None:
        seen = {"opened_at": opened_at, "clicked_at": clicked_at}
        given: Item = {name: keys.iso(at) for name, at in seen.items() if at is not None}
        if given:
            first = ", ".join(f"#{name} = if_not_exists(#{name}, :{name})" for name in given)
            self._table.insist(
                self._table.update(keys.message(key), {}, THERE, first, **given, clock=self._table.clock)
            )

    def hasten(self, keys: Sequence[MessageKey], now: datetime) -> None:
        for key in keys:
            self._table.insist(self._hastened(key, now))

    def keep_render(self, key: MessageKey, render: Render) -> None:
        until = self._now() + retention.of_renders(self._retention(key.order.shop))
        item: Item = {"doc": items.render_out(render), "ttl": seconds(until)}
        self._table.write(self._table.put(keys.render(key), item))

    def render(self, key: MessageKey) -> Render | None:
        item = self._table.get(keys.render(key))
        return items.render_in(item) if item else None

    def _decide(
        self, key: MessageKey, item: Draft, still: str, decision: Decision | None, also: str, given: Mapping[str, Value]
    ) -> bool:
        """Write this while the condition holds, and the decision with it. One write, unless it repeats or is too many.

        Raises Conflict (lost races without end).
        """
        at, values = keys.message(key), {**given, "clock": self._table.clock}
        if decision is None:
            if not (item or also):
                return True
            return self._table.insist(self._table.update(at, item, still, also, **values)).done
        said = {**item, "gist": items.gist(decision)}
        new = "(attribute_not_exists(#gist) OR #gist <> :gist) AND (attribute_not_exists(#why) OR size(#why) < :most)"
        append = "#why = list_append(if_not_exists(#why, :none), :decision)"
        values |= {"none": [], "decision": [items.decision_out(decision)], "most": items.WHYS_KEPT}
        change = self._table.update(at, said, f"{still} AND {new}", _and(also, append), **values)
        known: Value | None = None
        for _ in range(_TRIES):
            written = self._table.insist(change)
            if written.done or written.item is None:
                return written.done
            there = written.item.get("why", [])
            if there == known:
                # The decisions were as we knew them: it is the row that is not ours to write.
                return False
            known = there
            whole = items.decisions_out(written.item, decision)
            same = "#why = :known" if known else "attribute_not_exists(#why)"
            terms = _and(also, "#why = :whole")
            change = self._table.update(at, said, f"{still} AND {same}", terms, **values, whole=whole, known=known)
        raise Conflict("others write this message", where=str(key)[:40], cure="the queue tries again")

    def _hastened(self, key: MessageKey, now: datetime) -> Change:
        at = keys.iso(now)
        later = f"{THERE} AND {_IS_WAITING} AND #agenda_sk > :due"
        moved: Item = {"due": at, "agenda_sk": at}
        return self._table.update(keys.message(key), moved, later, clock=self._table.clock, **_WAITING)


def _and(*terms: str) -> str:
    return ", ".join(filter(None, terms))
