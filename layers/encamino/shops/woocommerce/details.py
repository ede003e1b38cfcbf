"""Who ordered what, for how much, and where to: the parts of WooCommerce's order that move nothing.

Source (read 2026-11): woocommerce.github.io/woocommerce-rest-api-docs, Orders, version 3.
"""

from __future__ import annotations

import html
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from encamino.domain.order import Address, Details, Item, Money, Person
from encamino.shops.reading import (
    Json,
    Table,
    amount,
    at,
    count,
    country,
    first,
    flag,
    ident,
    locale,
    rows,
    table,
    text,
)
from encamino.shops.woocommerce.told import Told

#: Where WPML (and Polylang for its sake), TranslatePress and Weglot keep the language of an order.
_LANGUAGES = ("wpml_language", "trp_language", "weglot_language")
#: Shipping methods by which the customer comes to the shop.
_PICKUPS = ("local_pickup", "pickup_location")
_WHERE = ("address_1", "city", "postcode")
_TAG = re.compile(r"<[^<>]{1,200}>")
_BLANKS = re.compile(r"\s+")
#: Fractions of the smallest coin are nobody's price.
_DECIMALS = range(-4, 1)


def details(told: Told, placed: datetime, as_of: datetime, *, stands: bool) -> Details:
    """The order as a whole."""
    body = told.body
    billing, shipping = table(body.get("billing")), table(body.get("shipping"))
    customer, methods = ident(body.get("customer_id")), rows(body.get("shipping_lines"))
    languages = (locale(value) for name in _LANGUAGES for value in told.meta(name))
    return Details(
        as_of=as_of,
        name=text(body.get("number")) or told.about(),
        placed_at=placed,
        person=Person(
            email=text(billing.get("email")) or None,
            phone=first(billing.get("phone"), shipping.get("phone")) or None,
            first_name=first(billing.get("first_name"), shipping.get("first_name")),
            last_name=first(billing.get("last_name"), shipping.get("last_name")),
            # A guest is customer 0.
            id=customer if customer != "0" else None,
        ),
        items=tuple(item for line in rows(body.get("line_items")) if (item := _item(line, body)).quantity > 0),
        total=_money(amount(body.get("total")), body),
        # Every field of it is an empty text when nothing is sent, and in shops that ask for one address only.
        address=_address(shipping if any(text(shipping.get(name)) for name in _WHERE) else billing),
        locale=next((found for found in languages if found), None),
        payment_method=first(body.get("payment_method_title"), body.get("payment_method")) or None,
        shipping_method=plain(methods[0].get("method_title")) or None if methods else None,
        test=any(text(value).lower() == "test" for value in told.meta("_wcpay_mode")),
        channel=text(body.get("created_via")) or None,
        stands=stands,
    )


def is_sent(body: Table) -> bool:
    """Whether a carrier brings it. Downloads and services have no shipping method, and no shipping address mostly."""
    return _has_goods(body) and not is_collected(body)


def is_collected(body: Table) -> bool:
    """Whether the customer comes and takes it."""
    lines = rows(body.get("shipping_lines"))
    return bool(lines) and all(text(line.get("method_id")).startswith(_PICKUPS) for line in lines)


def plain(value: Json) -> str:
    """A text without the HTML that themes and plugins put into it."""
    return _BLANKS.sub(" ", html.unescape(_TAG.sub(" ", text(value)))).strip()


def _has_goods(body: Table) -> bool:
    """By the shipping method; without one by the address, which the block checkout copies from the billing address.

    So the address does not count where WooCommerce says that nothing needs processing: every item is a download.
    """
    shipping = table(body.get("shipping"))
    addressed = any(text(shipping.get(name)) for name in _WHERE)
    return bool(rows(body.get("shipping_lines"))) or (addressed and flag(body.get("needs_processing"), default=True))


def _item(line: Table, body: Table) -> Item:
    name, parent = plain(line.get("name")), plain(line.get("parent_name"))
    wanted = _quantity(line)
    image = text(at(line, "image", "src"))
    return Item(
        id=ident(line.get("id")) or "",
        name=parent or name,
        quantity=wanted,
        price=_money(_price(line, body, wanted), body),
        variant=_variant(line) or (name.removeprefix(parent).lstrip(" -–") if parent else "") or None,
        sku=text(line.get("sku")) or None,
        image=image if image.startswith("https://") else None,
        ships=_has_goods(body),
    )


def _quantity(line: Table) -> int:
    """Shops that sell by weight have fractions: a part of something is one thing."""
    said = amount(line.get("quantity"))
    return count(line.get("quantity")) or (max(int(said), 1) if said and said > 0 else 0)


def _variant(line: Table) -> str:
    """What was chosen; keys that begin with an underscore are nobody's but the plugin's."""
    chosen = (row for row in rows(line.get("meta_data")) if not text(row.get("key")).startswith("_"))
    return ", ".join(said for row in chosen if (said := plain(row.get("display_value")) or plain(row.get("value"))))


def _price(line: Table, body: Table, quantity: int) -> Decimal | None:
    """What one costs, after discounts, as the customer saw it: with tax where the shop's prices have it inside.

    `price` is without tax always, a text in the documentation and a number on the wire.
    """
    total, tax = amount(line.get("total")), amount(line.get("total_tax")) or Decimal(0)
    if total is None or quantity < 1:
        return amount(line.get("price"))
    whole = total + tax if flag(body.get("prices_include_tax")) else total
    said = amount(body.get("total"))
    exponent = said.as_tuple().exponent if said is not None else -2
    decimals = exponent if exponent in _DECIMALS else -2
    return (whole / quantity).quantize(Decimal(1).scaleb(int(decimals)), ROUND_HALF_UP)


def _money(number: Decimal | None, body: Table) -> Money | None:
    currency = text(body.get("currency")).upper()
    return Money(number, currency) if number is not None and currency else None


def _address(said: Table) -> Address | None:
    lines = (text(said.get(name)) for name in ("company", "address_1", "address_2"))
    address = Address(
        name=f"{text(said.get('first_name'))} {text(said.get('last_name'))}".strip(),
        lines=tuple(line for line in lines if line),
        postcode=text(said.get("postcode")),
        city=text(said.get("city")),
        region=text(said.get("state")),
        country=country(said.get("country")),
    )
    return None if address == Address() else address
