"""What the table remembers of carriers."""

from datetime import date, datetime, timedelta

from encamino.store import items, keys
from encamino.store.base import BreakerState, Unmapped
from encamino.store.budget import Budget, Slot, next_slot
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.table import Item, Written, seconds

#: Lost races before a caller is told to wait a moment.
_TRIES = 10


class DynamoCarriers(DynamoShops):
    """Questions about carriers."""

    def memo_get(self, carrier: str, account: str, name: str, now: datetime) -> str | None:
        item = self._table.get(keys.memo(carrier, account, name))
        return str(item["text"]) if item and str(item["until"]) > keys.iso(now) else None

    def memo_put(self, carrier: str, account: str, name: str, value: str, until: datetime) -> None:
        item: Item = {"text": value, "until": keys.iso(until), "ttl": seconds(until)}
        self._table.write(self._table.update(keys.memo(carrier, account, name), item))

    def spend(self, carrier: str, account: str, per_second: float, per_day: int | None, now: datetime) -> timedelta:
        key = keys.budget(carrier, account)
        item = self._table.get(key, consistent=True)
        for _ in range(_TRIES):
            slot = next_slot(_budget(item), per_second, per_day, now)
            if slot.at > now:
                return slot.at - now
            written = self._take(key, item, slot)
            if written.done:
                return timedelta(0)
            item = written.item
        return timedelta(seconds=1 / per_second)

    def breaker(self, carrier: str, account: str) -> BreakerState:
        item = self._table.get(keys.breaker(carrier, account), consistent=True)
        return items.breaker_in(item) if item else BreakerState()

    def set_breaker(self, carrier: str, account: str, state: BreakerState) -> None:
        self._table.write(self._table.update(keys.breaker(carrier, account), items.breaker_out(state)))

    def count_unmapped(self, carrier: str, code: str, text: str, number: str, at: datetime) -> None:
        change = self._table.update(
            keys.unmapped(carrier, code),
            {"text": text, "number": number, "last_at": keys.iso(at)},
            also="#count = if_not_exists(#count, :zero) + :one, #first_at = if_not_exists(#first_at, :last_at)",
            zero=0,
            one=1,
        )
        self._table.write(change)

    def unmapped(self) -> tuple[Unmapped, ...]:
        return tuple(map(items.unmapped_in, self._table.query("#pk = :pk", pk=keys.UNMAPPED)))

    def _take(self, key: keys.Key, item: Item | None, slot: Slot) -> Written:
        """Take the slot, if nobody took one since the item was read."""
        after = slot.after
        change = self._table.update(
            key,
            {"free_at": keys.iso(after.free_at or slot.at), "day": str(after.day), "spent": after.spent},
            "#free_at = :read AND #spent = :counted" if item else "attribute_not_exists(#pk)",
            read=item["free_at"] if item else "",
            counted=item["spent"] if item else 0,
        )
        return self._table.write(change)


def _budget(item: Item | None) -> Budget:
    if item is None:
        return Budget()
    free_at, day = datetime.fromisoformat(str(item["free_at"])), date.fromisoformat(str(item["day"]))
    return Budget(free_at, day, int(str(item["spent"])))
