"""What the table knows of shops, suppressed addresses and the business clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from encamino.domain.reason import Why
from encamino.domain.shop import Retention, Shop
from encamino.store import keys, newer, settings
from encamino.store.table import Item, Table

#: How long a shop's retention is taken as read.
_FRESH = timedelta(minutes=5)


class DynamoShops:
    """Questions about shops; and what the other parts stand on: the table, the clock and each shop's retention."""

    def __init__(self, client: Any, table: str, now: Callable[[], datetime]) -> None:
        self._table = Table(client, table, now)
        self._now = now
        self._retentions: dict[str, tuple[Retention, datetime]] = {}

    def shop(self, slug: str) -> Shop | None:
        item = self._table.get(keys.shop(slug))
        shop = settings.shop_in(item) if item else None
        self._retentions[slug] = (shop.retention if shop else Retention(), self._now())
        return shop

    def put_shop(self, shop: Shop) -> bool:
        key = keys.shop(shop.shop)
        doc = settings.shop_out(shop, self._table.get(key, consistent=True))
        item: Item = {"doc": doc, "listing_pk": keys.SHOPS_LISTING, "listing_sk": shop.shop}
        self._retentions[shop.shop] = (shop.retention, self._now())
        return self._table.write(self._table.update(key, item), returning="ALL_OLD").item is None

    def shops(self) -> tuple[str, ...]:
        found = self._table.query("#listing_pk = :list", index="listing", list=keys.SHOPS_LISTING)
        return tuple(str(item["listing_sk"]) for item in found)

    def note_delivery(self, shop: str, platform: str, at: datetime, verdict: str) -> None:
        said: Item = {"at": keys.iso(at), "verdict": verdict}
        newest = "attribute_not_exists(#pk) OR #at <= :at"
        self._table.write(self._table.update(keys.last_delivery(shop, platform), said, newest, at=keys.iso(at)))

    def last_delivery(self, shop: str, platform: str) -> tuple[datetime, str] | None:
        item = self._table.get(keys.last_delivery(shop, platform))
        return (datetime.fromisoformat(str(item["at"])), str(item["verdict"])) if item else None

    def suppression(self, shop: str, alias: str) -> Why | None:
        item = self._table.get(keys.suppressed(shop, alias), consistent=True)
        return newer.word(Why, str(item["reason"])) if item else None

    def suppress(self, shop: str, alias: str, reason: Why, at: datetime) -> None:
        place = keys.suppressed_place(alias, reason, at)
        item: Item = {"reason": reason.value, "listing_pk": keys.suppressed_listing(shop), "listing_sk": place}
        # The first reason stays; an event told twice changes nothing. No TTL: this is for ever.
        self._table.write(self._table.put(keys.suppressed(shop, alias), item, "attribute_not_exists(#pk)"))

    def release(self, shop: str, alias: str) -> bool:
        return self._table.write(self._table.delete(keys.suppressed(shop, alias)), returning="ALL_OLD").item is not None

    def suppressed(self, shop: str) -> tuple[tuple[str, Why, datetime], ...]:
        found = self._table.query("#listing_pk = :list", index="listing", list=keys.suppressed_listing(shop))
        said = (str(item["listing_sk"]).split("#", 2) for item in found)
        return tuple((alias, newer.word(Why, reason), datetime.fromisoformat(at)) for at, reason, alias in said)

    def clock_offset(self) -> timedelta:
        item = self._table.get(keys.CLOCK, consistent=True)
        return timedelta(microseconds=cast("int", item["offset"])) if item else timedelta(0)

    def set_clock_offset(self, offset: timedelta) -> None:
        self._table.write(self._table.update(keys.CLOCK, {"offset": offset // timedelta(microseconds=1)}))

    def _retention(self, slug: str) -> Retention:
        """How long this shop keeps things, without asking the table each time."""
        known = self._retentions.get(slug)
        if known is None or self._now() - known[1] > _FRESH:
            self.shop(slug)
        return self._retentions[slug][0]
