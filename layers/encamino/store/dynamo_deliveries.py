"""Raw deliveries in the table: compressed, and in parts when they are large."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import cast

from encamino.domain.order import OrderKey
from encamino.store import items, keys, retention
from encamino.store.base import RawDelivery
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.table import Draft, Item, seconds

#: An item holds 400 kB, names and headers included.
_PART = 350_000


class DynamoDeliveries(DynamoShops):
    """Questions about raw deliveries."""

    def keep_delivery(self, shop: str, order: OrderKey | None, delivery: RawDelivery) -> None:
        pk = keys.delivery_partition(shop, order)
        ttl = seconds(delivery.received_at + retention.of_deliveries(self._retention(shop)))
        body = items.pack(delivery.body)
        parts = [body[start : start + _PART] for start in range(0, len(body), _PART)]
        # The head comes last and counts its parts: what is there is whole.
        for number, part in reversed(tuple(enumerate(parts))):
            head = {**items.delivery_out(delivery), **_listed(shop, delivery), "parts": len(parts)}
            item = {**(head if number == 0 else {}), "body": part, "ttl": ttl}
            self._table.write(self._table.put(keys.delivery(pk, delivery.hash, number), item))

    def deliveries(self, shop: str, order: OrderKey | None) -> tuple[RawDelivery, ...]:
        found = self._table.query(
            "#pk = :pk AND begins_with(#sk, :kind)", pk=keys.delivery_partition(shop, order), kind=keys.DELIVERIES
        )
        return tuple(sorted(_whole(found), key=lambda delivery: (delivery.received_at, delivery.hash)))

    def deliveries_since(self, shop: str, since: datetime) -> Iterator[tuple[OrderKey | None, RawDelivery]]:
        since = max(since, self._now() - retention.LONGEST_OF_DELIVERIES)
        for month in _months(since, self._now()):
            rows = self._table.query(
                "#listing_pk = :list AND #listing_sk >= :since",
                index="listing",
                list=keys.deliveries_listing(shop, month),
                since=keys.iso(since),
            )
            for row in rows:
                pk, (order, digest) = str(row["pk"]), keys.delivery_of(str(row["pk"]), str(row["sk"]))
                yield from ((order, delivery) for delivery in _whole(self._parts(pk, digest)))

    def drop_delivery(self, shop: str, order: OrderKey | None, digest: str) -> None:
        pk = keys.delivery_partition(shop, order)
        # The head, which counts the parts, goes first.
        for item in tuple(self._parts(pk, digest)):
            self._table.write(self._table.delete(keys.Key(pk, str(item["sk"]))))

    def _parts(self, pk: str, digest: str) -> Iterator[Item]:
        return self._table.query("#pk = :pk AND begins_with(#sk, :kind)", pk=pk, kind=keys.delivery(pk, digest).sk)


def _listed(shop: str, delivery: RawDelivery) -> Draft:
    place = keys.delivery_place(delivery.received_at, delivery.hash)
    return {"listing_pk": keys.deliveries_listing(shop, place[:7]), "listing_sk": place}


def _months(first: datetime, last: datetime) -> Iterator[str]:
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield f"{month // 12:04}-{month % 12 + 1:02}"


def _whole(found: Iterator[Item]) -> Iterator[RawDelivery]:
    for _, group in groupby(found, key=lambda item: str(item["sk"]).split("#")[1]):
        parts = list(group)
        head = parts[0]
        if head.get("parts") == len(parts):
            yield items.delivery_in(head, b"".join(cast("bytes", part["body"]) for part in parts))
