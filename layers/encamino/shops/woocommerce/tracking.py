"""Tracking numbers: WooCommerce has no field for them, so each plugin keeps its own shape in the order's meta data.

Sources (read 2026-11): woocommerce.com/document/shipment-tracking; github.com/AfterShip/aftership-apps-woocommerce,
class-aftership-actions.php; zorem's Advanced Shipment Tracking and YITH's Order Tracking, as published for WordPress.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from encamino.domain.shipment import ShippedItem
from encamino.shops.reading import ID_LENGTH, Json, Table, at, count, first, flag, ident, instant, rows, text, texts
from encamino.shops.woocommerce.told import Told

#: What a plugin calls its number when it keeps it as a plain text, alone: `ywot_tracking_code`, `_1b_tracking_number`.
_PLAIN = re.compile(r"([a-z0-9_-]{0,40}?)tracking_?(?:number|code|no)s?", re.IGNORECASE)
#: What such plugins call the carrier and its page, after the same beginning.
_CARRIERS = ("tracking_provider_name", "tracking_provider", "tracking_carrier", "carrier_name", "carrier", "carrier_id")
_LINKS = ("tracking_url", "tracking_link", "carrier_url")
#: Between several numbers in one text. A blank may stand inside one, a slash in the address of a page.
_BETWEEN = re.compile(r"[,;|\r\n]+|\s/\s")
#: Nobody sends an order in more shipments; what a plugin has piled up beyond would fill the order's document.
_MOST = 50
_NUMBER = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,50}")


@dataclass(frozen=True)
class Numbered:
    """One tracking number. `label`: it was bought as a label, at `since`, and nobody said more."""

    number: str
    carrier: str = ""
    link: str = ""
    since: datetime | None = None
    items: tuple[ShippedItem, ...] | None = None
    label: bool = False


def numbers(told: Told) -> tuple[Numbered, ...]:
    """Every number of an order once, however many plugins keep it, in the order in which they keep them."""
    once: dict[str, Numbered] = {}
    for one in (*_shipment_tracking(told), *_aftership(told), *_labels(told), *_plain(told)):
        bare = normalised(one.number)
        if _NUMBER.fullmatch(bare):
            known = once.get(bare)
            once[bare] = one if known is None else _both(known, one)
    return tuple(once.values())[:_MOST]


def normalised(number: str) -> str:
    """A number as it is compared: without blanks and dashes, in capitals."""
    return re.sub(r"[\s-]", "", number).upper()


def page(link: Json) -> str:
    """An address of a page, empty when it is none."""
    said = text(link)
    return said if said.lower().startswith(("https://", "http://")) else ""


def _both(one: Numbered, other: Numbered) -> Numbered:
    return replace(
        one,
        carrier=one.carrier or other.carrier,
        link=one.link or other.link,
        since=one.since or other.since,
        items=other.items if one.items is None else one.items,
        label=one.label and other.label,
    )


def _shipment_tracking(told: Told) -> Iterator[Numbered]:
    """Shipment Tracking and Advanced Shipment Tracking, whose list becomes an object once a number was taken out."""
    for row in _kept(told, "_wc_shipment_tracking_items"):
        carrier = first(row.get("custom_tracking_provider"), row.get("tracking_provider"))
        link, since = page(row.get("custom_tracking_link")), instant(row.get("date_shipped"))
        yield Numbered(text(row.get("tracking_number")), carrier, link, since)


def _aftership(told: Told) -> Iterator[Numbered]:
    for row in _kept(told, "_aftership_tracking_items"):
        made = instant(at(row, "metrics", "created_at"))
        # It writes the site's own time and says Z.
        since = made - told.offset(made) if made else None
        lines = rows(row.get("line_items"))
        packed = ((ident(line.get("id")), count(line.get("quantity"))) for line in lines)
        items = tuple(ShippedItem(item, quantity) for item, quantity in packed if item and quantity and quantity > 0)
        yield Numbered(text(row.get("tracking_number")), text(row.get("slug")), "", since, items or None)


def _labels(told: Told) -> Iterator[Numbered]:
    """Woo Shipping. A label for the way back, and one that was given back, travel to nobody."""
    for row in (*_kept(told, "wcshipping_labels"), *_kept(told, "wc_connect_labels")):
        bought = text(row.get("status")).upper() == "PURCHASED"
        if bought and not flag(row.get("is_return")) and not row.get("refund"):
            since = instant(row.get("created")) or instant(row.get("created_date"))
            yield Numbered(text(row.get("tracking")), text(row.get("carrier_id")), "", since, label=True)


def _plain(told: Told) -> Iterator[Numbered]:
    beside = {text(row.get("key")): row.get("value") for row in rows(told.body.get("meta_data"))}
    for name, value in beside.items():
        found = _PLAIN.fullmatch(name)
        if found is None or "return" in name.lower():
            continue
        carrier = first(*(beside.get(found[1] + word) for word in _CARRIERS))
        link = next((said for word in _LINKS if (said := page(beside.get(found[1] + word)))), "")
        for said in texts(value) or [text(value)]:
            for number in _BETWEEN.split(said[: 20 * ID_LENGTH]):
                yield Numbered(number.strip(), carrier, link)


def _kept(told: Told, name: str) -> list[Table]:
    return [row for value in told.meta(name) for row in rows(value)]
