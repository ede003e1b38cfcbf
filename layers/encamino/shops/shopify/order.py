"""Shopify's order and refund.

Sources (read 2026-11): shopify.dev/docs/api/admin-rest/2024-10/resources/{order,refund}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from encamino.domain.fact import Fact
from encamino.domain.order import WHOLE, Address, Details, Item, Money, OrderStatus, Person
from encamino.domain.shop import TELLS
from encamino.shops.reading import (
    Table,
    amount,
    at,
    count,
    country,
    first,
    ident,
    instant,
    locale,
    rows,
    table,
    text,
    texts,
)
from encamino.shops.shopify.fulfilment import fulfilment, ships
from encamino.shops.shopify.told import Told

_PAID = frozenset({"paid", "partially_refunded", "refunded"})


def order(told: Told, statuses: Mapping[str, OrderStatus]) -> tuple[Fact, ...]:
    """All that the order's state implies. `statuses`: what the shop means by its tags."""
    body, details = told.body, _details(told)
    placed, updated = details.placed_at, details.as_of
    financial, travel = text(body.get("financial_status")), text(body.get("fulfillment_status"))
    facts = [replace(told.fact("order.placed", placed), details=details)]
    if financial in _PAID:
        # Only the payment's own delivery knows that it came after the order; from others an old payment would look new.
        late = told.topic == "orders/paid" and financial == "paid"
        facts.append(told.fact("order.paid", updated if late else placed))
    if body.get("cancelled_at"):
        # The topic is not signed: it alone would let an old genuine body cancel its order.
        facts.append(told.fact("order.cancelled", told.time("cancelled_at", "updated_at")))
    given_back = refunds(told, rows(body.get("refunds")))
    if financial == "refunded" and not given_back:
        given_back = (told.fact("order.refunded", updated, WHOLE),)
    handed_over = _over_the_counter(body)
    sent = [] if handed_over else rows(body.get("fulfillments"))
    if travel == "fulfilled" and not handed_over and any(ships(line) for line in rows(body.get("line_items"))):
        times = (instant(row.get("created_at")) for row in sent)
        facts.append(told.fact("order.shipped", max((time for time in times if time), default=updated)))
    own = {word.casefold() for word in (travel, *details.tags)}
    says = (TELLS.get(status) for word, status in statuses.items() if word.casefold() in own)
    facts += [told.fact(type_, updated, WHOLE if type_ == "order.refunded" else "") for type_ in says if type_]
    return (*facts, *given_back, *(fact for row in sent for fact in fulfilment(told, row)))


def refunds(told: Told, said: list[Table]) -> tuple[Fact, ...]:
    """The refunds that gave money back. Removing a line or restocking makes one without money: nobody is told of it."""
    facts = []
    for refund in said:
        moved = [row for row in rows(refund.get("transactions"))
                 if text(row.get("kind")) == "refund" and text(row.get("status")) in ("success", "")]  # fmt: skip
        if moved:
            shown = at(refund, "refund_line_items", 0, "subtotal_set", "presentment_money", "currency_code")
            amounts = [_moved(row, text(shown) or _currency(told.body)) for row in moved]
            known = [one for one in amounts if one is not None]
            when = instant(refund.get("processed_at")) or instant(refund.get("created_at")) or told.sent
            fact = told.fact("order.refunded", when, ident(refund.get("id")) or "")
            facts.append(replace(fact, amount=sum(known, Decimal(0)) if len(known) == len(amounts) else None))
    return tuple(facts)


def _moved(transaction: Table, currency: str) -> Decimal | None:
    """What the customer got back, None when it is told in another currency than the customer's."""
    shown = amount(at(transaction, "amount_set", "presentment_money", "amount"))
    same = text(transaction.get("currency")) in ("", currency) or not currency
    return amount(transaction.get("amount")) if shown is None and same else shown


def _details(told: Told) -> Details:
    body = told.body
    customer, to = table(body.get("customer")), table(body.get("shipping_address"))
    phones = (body.get("phone"), to.get("phone"), customer.get("phone"), at(customer, "default_address", "phone"))
    people = (customer, to, table(body.get("billing_address")))
    # An imported order keeps the day it was placed in `processed_at`; its `created_at` is the day of the import.
    placed = min((time for name in ("processed_at", "created_at") if (time := instant(body.get(name)))), default=None)
    number = text(body.get("order_number"))
    return Details(
        as_of=told.time("updated_at", "processed_at", "created_at"),
        name=text(body.get("name")) or (f"#{number}" if number else told.about()),
        placed_at=placed or told.time("updated_at"),
        person=Person(
            email=first(body.get("email"), body.get("contact_email"), customer.get("email")) or None,
            phone=first(*phones) or None,
            first_name=first(*(person.get("first_name") for person in people)),
            last_name=first(*(person.get("last_name") for person in people)),
            id=ident(customer.get("id")),
        ),
        items=tuple(item for line in rows(body.get("line_items")) if (item := _item(line, body)).quantity > 0),
        total=_total(told),
        address=_address(to),
        locale=locale(body.get("customer_locale")),
        payment_method=", ".join(texts(body.get("payment_gateway_names"))) or None,
        shipping_method=text(at(body, "shipping_lines", 0, "title")) or None,
        authorised=text(body.get("financial_status")) == "authorized",
        test=told.test,
        tags=tuple(tag.strip() for tag in text(body.get("tags")).split(",") if tag.strip()),
        channel=text(body.get("source_name")) or None,
    )


def _total(told: Told) -> Money | None:
    """What the order costs: after edits, before refunds."""
    body, given_back = told.body, refunds(told, rows(told.body.get("refunds")))
    total = _money(body, "total_price", body)
    if not given_back:
        return _money(body, "current_total_price", body) or total
    # `current_…` sinks with every refund, and `total_price` keeps lines that were removed before they were paid: when
    # Shopify says that all was given back, what was given back is what it cost.
    back = sum((fact.amount or Decimal(0) for fact in given_back), Decimal(0))
    whole = text(body.get("financial_status")) == "refunded"
    return Money(back, total.currency) if total and whole and 0 < back < total.amount else total


def _item(line: Table, body: Table) -> Item:
    left, variant = count(line.get("current_quantity")), text(line.get("variant_title"))
    return Item(
        id=ident(line.get("id")) or "",
        name=first(line.get("title"), line.get("name")),
        quantity=left if left is not None else count(line.get("quantity")) or 0,
        price=_money(line, "price", body),
        variant=variant if variant not in ("", "Default Title") else None,
        sku=text(line.get("sku")) or None,
        ships=ships(line) and not _over_the_counter(body),
    )


def _money(holder: Table, name: str, body: Table) -> Money | None:
    """The amount the customer saw; the shop's own currency only when Shopify says no other."""
    shown = table(at(holder, f"{name}_set", "presentment_money"))
    number, currency = amount(shown.get("amount")), text(shown.get("currency_code"))
    if number is None or not currency:
        number, currency = amount(holder.get(name)), text(body.get("currency")) or _currency(body)
    return Money(number, currency.upper()) if number is not None and currency else None


def _currency(body: Table) -> str:
    return first(body.get("presentment_currency"), body.get("currency"))


def _address(said: Table) -> Address | None:
    lines = (text(said.get(name)) for name in ("company", "address1", "address2"))
    address = Address(
        name=text(said.get("name")) or f"{text(said.get('first_name'))} {text(said.get('last_name'))}".strip(),
        lines=tuple(line for line in lines if line),
        postcode=text(said.get("zip")),
        city=text(said.get("city")),
        region=text(said.get("province")),
        country=country(said.get("country_code")),
    )
    return None if address == Address() else address


def _over_the_counter(body: Table) -> bool:
    """Sold at a till and carried away: Shopify calls it fulfilled, and nothing is on its way."""
    travels = table(body.get("shipping_address")) or rows(body.get("shipping_lines"))
    return text(body.get("source_name")) == "pos" and not travels
