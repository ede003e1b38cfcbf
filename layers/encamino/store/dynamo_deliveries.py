"""Raw deliveries in the table: compressed, and in parts when they are large."""

from collections.abc import Iterator
from itertools import groupby
from typing import cast

from encamino.domain.order import OrderKey
from encamino.store import items, keys, retention
from encamino.store.base import RawDelivery
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.table import Item, seconds

#: An item holds 400 kB, names and headers included.
_PART = 350_000


class DynamoDeliveries(DynamoShops):
    """Questions about raw deliveries."""

    def keep_delivery(self, shop: str, order: OrderKey | None, delivery: RawDelivery) -> None:
        pk = keys.delivery_partition(shop, order)
        ttl = seconds(self._now() + retention.of_deliveries(self._retention(shop)))
        body = items.pack(delivery.body)
        parts = [body[start : start + _PART] for start in range(0, len(body), _PART)]
        # The head comes last and counts its parts: what is there is whole.
        for number, part in reversed(tuple(enumerate(parts))):
            head = {**items.delivery_out(delivery), "parts": len(parts)} if number == 0 else {}
            item = {**head, "body": part, "ttl": ttl}
            self._table.write(self._table.put(keys.delivery(pk, delivery.hash, number), item))

    def deliveries(self, shop: str, order: OrderKey | None) -> tuple[RawDelivery, ...]:
        found = self._table.query(
            "#pk = :pk AND begins_with(#sk, :kind)", pk=keys.delivery_partition(shop, order), kind=keys.DELIVERIES
        )
        return tuple(sorted(_whole(found), key=lambda delivery: (delivery.received_at, delivery.hash)))


def _whole(found: Iterator[Item]) -> Iterator[RawDelivery]:
    for _, group in groupby(found, key=lambda item: str(item["sk"]).split("#")[1]):
        parts = list(group)
        head = parts[0]
        if head.get("parts") == len(parts):
            yield items.delivery_in(head, b"".join(cast("bytes", part["body"]) for part in parts))
