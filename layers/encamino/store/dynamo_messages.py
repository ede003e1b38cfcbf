"""Message rows and what was sent, in the table."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched

from encamino.domain.errors import Missing
from encamino.domain.message import WAITING, Message, MessageKey, MessageStatus, Render
from encamino.domain.order import OrderKey
from encamino.domain.reason import Decision
from encamino.store import items, keys, retention
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.table import Change, Item, seconds

_WAITING = {f"waiting{place}": status.value for place, status in enumerate(sorted(WAITING))}
_IS_WAITING = f"#status IN ({', '.join(f':{name}' for name in _WAITING)})"


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
        change = self._table.update(keys.message(key), taken, _IS_WAITING, **_WAITING)
        written = self._table.write(change, returning="ALL_NEW")
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
        change = self._table.update(
            keys.message(message.key),
            items.message_out(message),
            f"#status IN ({', '.join(f':{name}' for name in expected)})",
            "#why = list_append(if_not_exists(#why, :none), :decision)" if decision else "",
            none=[],
            decision=[items.decision_out(decision)] if decision else [],
            **expected,
        )
        return self._table.write(change).done

    def hasten(self, keys: Sequence[MessageKey], now: datetime) -> None:
        for key in keys:
            self._table.write(self._hastened(key, now))

    def keep_render(self, key: MessageKey, render: Render) -> None:
        until = self._now() + retention.of_renders(self._retention(key.order.shop))
        item: Item = {"doc": items.render_out(render), "ttl": seconds(until)}
        self._table.write(self._table.put(keys.render(key), item))

    def render(self, key: MessageKey) -> Render | None:
        item = self._table.get(keys.render(key))
        return items.render_in(item) if item else None

    def _hastened(self, key: MessageKey, now: datetime) -> Change:
        at = keys.iso(now)
        later = f"{_IS_WAITING} AND #agenda_sk > :due"
        return self._table.update(keys.message(key), {"due": at, "agenda_sk": at}, later, **_WAITING)
