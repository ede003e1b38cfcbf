"""What memory knows of shops, suppressed addresses, the clock and carriers."""

from collections import defaultdict
from datetime import datetime, timedelta
from threading import RLock

from encamino.domain.reason import Why
from encamino.domain.shop import Retention, Shop
from encamino.store.base import BreakerState, Unmapped
from encamino.store.budget import Budget, Slot, next_slot


class MemoryShops:
    """The half of the store that knows nothing of orders."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._shops: dict[str, Shop] = {}
        self._suppressed: defaultdict[str, dict[str, tuple[Why, datetime]]] = defaultdict(dict)
        self._last: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._offset = timedelta(0)
        self._memos: dict[tuple[str, str, str], tuple[str, datetime]] = {}
        self._budgets: dict[tuple[str, str], Budget] = {}
        self._breakers: dict[tuple[str, str], BreakerState] = {}
        self._unmapped: dict[tuple[str, str], Unmapped] = {}

    def shop(self, slug: str) -> Shop | None:
        return self._shops.get(slug)

    def put_shop(self, shop: Shop) -> bool:
        with self._lock:
            new = shop.shop not in self._shops
            self._shops[shop.shop] = shop
            return new

    def shops(self) -> tuple[str, ...]:
        return tuple(sorted(self._shops))

    def note_delivery(self, shop: str, platform: str, at: datetime, verdict: str) -> None:
        with self._lock:
            last = self._last.get((shop, platform))
            if last is None or last[0] <= at:
                self._last[shop, platform] = (at, verdict)

    def last_delivery(self, shop: str, platform: str) -> tuple[datetime, str] | None:
        return self._last.get((shop, platform))

    def suppression(self, shop: str, alias: str) -> Why | None:
        found = self._suppressed[shop].get(alias)
        return found[0] if found else None

    def suppress(self, shop: str, alias: str, reason: Why, at: datetime) -> None:
        with self._lock:
            self._suppressed[shop].setdefault(alias, (reason, at))

    def release(self, shop: str, alias: str) -> bool:
        with self._lock:
            return self._suppressed[shop].pop(alias, None) is not None

    def suppressed(self, shop: str) -> tuple[tuple[str, Why, datetime], ...]:
        with self._lock:
            found = [(alias, why, at) for alias, (why, at) in self._suppressed[shop].items()]
        return tuple(sorted(found, key=lambda row: (row[2], row[1], row[0])))

    def clock_offset(self) -> timedelta:
        return self._offset

    def set_clock_offset(self, offset: timedelta) -> None:
        self._offset = offset

    # Carriers

    def memo_get(self, carrier: str, account: str, name: str, now: datetime) -> str | None:
        kept = self._memos.get((carrier, account, name))
        return kept[0] if kept and kept[1] > now else None

    def memo_put(self, carrier: str, account: str, name: str, value: str, until: datetime) -> None:
        self._memos[carrier, account, name] = (value, until)

    def spend(self, carrier: str, account: str, per_second: float, per_day: int | None, now: datetime) -> timedelta:
        with self._lock:
            slot = self._slot(carrier, account, per_second, per_day, now)
            if slot.at <= now:
                self._budgets[carrier, account] = slot.after
            return slot.at - now

    def breaker(self, carrier: str, account: str) -> BreakerState:
        return self._breakers.get((carrier, account), BreakerState())

    def set_breaker(self, carrier: str, account: str, state: BreakerState) -> None:
        self._breakers[carrier, account] = state

    def count_unmapped(self, carrier: str, code: str, text: str, number: str, at: datetime) -> None:
        with self._lock:
            old = self._unmapped.get((carrier, code))
            count, first = (old.count + 1, old.first_at) if old else (1, at)
            self._unmapped[carrier, code] = Unmapped(carrier, code, text, count, first, at, number)

    def unmapped(self) -> tuple[Unmapped, ...]:
        with self._lock:
            return tuple(self._unmapped[key] for key in sorted(self._unmapped))

    def _slot(self, carrier: str, account: str, per_second: float, per_day: int | None, now: datetime) -> Slot:
        return next_slot(self._budgets.get((carrier, account), Budget()), per_second, per_day, now)

    def _retention(self, shop: str) -> Retention:
        known = self._shops.get(shop)
        return known.retention if known else Retention()
