"""What memory knows of raw deliveries, and of letters that could not be worked."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from encamino.domain.order import OrderKey
from encamino.store import keys, retention
from encamino.store.base import RawDelivery
from encamino.store.letters import Trouble
from encamino.store.memory_shops import MemoryShops


class MemoryDeliveries(MemoryShops):
    """Deliveries and letters. `now` is the wall clock that retention goes by."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        #: By partition and hash.
        self._deliveries: defaultdict[str, dict[str, tuple[RawDelivery, datetime]]] = defaultdict(dict)
        self._troubles: dict[str, tuple[Trouble, datetime]] = {}

    def keep_delivery(self, shop: str, order: OrderKey | None, delivery: RawDelivery) -> None:
        with self._lock:
            until = delivery.received_at + retention.of_deliveries(self._retention(shop))
            self._deliveries[keys.delivery_partition(shop, order)][delivery.hash] = (delivery, until)

    def deliveries(self, shop: str, order: OrderKey | None) -> tuple[RawDelivery, ...]:
        return tuple(sorted(self._living(keys.delivery_partition(shop, order)), key=_place))

    def deliveries_since(self, shop: str, since: datetime) -> Iterator[tuple[OrderKey | None, RawDelivery]]:
        with self._lock:
            own = {keys.delivery_partition(shop, None): None}
            orders = {pk: keys.order_of(pk) for pk in self._deliveries if pk not in own and pk.startswith("ORDER#")}
            mine = own | {pk: key for pk, key in orders.items() if key.shop == shop}
            found = [(key, d) for pk, key in mine.items() for d in self._living(pk) if d.received_at >= since]
        return iter(sorted(found, key=lambda row: _place(row[1])))

    def drop_delivery(self, shop: str, order: OrderKey | None, digest: str) -> None:
        with self._lock:
            self._deliveries[keys.delivery_partition(shop, order)].pop(digest, None)

    def note_troubles(self, troubles: Iterable[Trouble]) -> None:
        with self._lock:
            until = self._now() + retention.OF_TROUBLES
            self._troubles.update({trouble.letter: (trouble, until) for trouble in troubles})

    def troubles(self, letters: Sequence[str]) -> Mapping[str, Trouble]:
        with self._lock:
            found = [self._troubles[letter] for letter in letters if letter in self._troubles]
        return {trouble.letter: trouble for trouble, until in found if until > self._now()}

    def _living(self, pk: str) -> list[RawDelivery]:
        with self._lock:
            return [delivery for delivery, until in self._deliveries[pk].values() if until > self._now()]


def _place(delivery: RawDelivery) -> tuple[datetime, str]:
    return delivery.received_at, delivery.hash
