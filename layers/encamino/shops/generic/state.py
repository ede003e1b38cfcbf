"""What an order in a document implies: all the facts that its state tells, whatever the document's type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact, FactType
from encamino.domain.order import WHOLE, Details, OrderStatus, Payment, Preparation
from encamino.domain.order import Address as KnownAddress
from encamino.domain.order import Item as KnownItem
from encamino.domain.order import Money as KnownMoney
from encamino.domain.order import Person as KnownPerson
from encamino.shops.generic.document import Address, Order, path
from encamino.shops.generic.parcels import item_names, of_order
from encamino.shops.generic.values import Money, Person

#: The subject of money that went back in part, when no refund is told by itself.
PART = "part"
_PAID = frozenset({Payment.PAID, Payment.PART_REFUNDED, Payment.REFUNDED})
#: How far the shop got → what that tells. What arrived has been shipped.
_STEPS = {
    "awaiting_stock": FactType.ORDER_STOCK_AWAITED,
    "routed": FactType.ORDER_ROUTED,
    "awaiting_preparation": FactType.ORDER_PREPARATION_AWAITED,
    "in_preparation": FactType.ORDER_PREPARATION_STARTED,
    "shipped": FactType.ORDER_SHIPPED,
    "delivered": FactType.ORDER_SHIPPED,
    "returned": FactType.ORDER_SHIPPED,
}


def meant(order: Order, statuses: Mapping[str, OrderStatus]) -> OrderStatus | None:
    """What the shop's own word means, by its shop file."""
    word = (order.shop_status or "").casefold()
    return next((status for said, status in statuses.items() if said.casefold() == word), None) if word else None


def state(order: Order, at: datetime, statuses: Mapping[str, OrderStatus]) -> Iterator[Fact]:
    """The facts. Raises Unreadable where the document contradicts itself."""
    as_of, words = order.updated_at or at, tuple(filter(None, (order.status, meant(order, statuses))))
    _coherent(order, words)
    yield from _paying(order, as_of, words)
    for step in dict.fromkeys(_STEPS[word] for word in (*words, order.preparation) if word in _STEPS):
        yield Fact(step, as_of, order.id)
    if order.cancelled_at or OrderStatus.CANCELLED in words:
        yield Fact(FactType.ORDER_CANCELLED, order.cancelled_at or as_of, order.id)
    if order.invoice_issued_at:
        yield Fact(FactType.ORDER_INVOICE_ISSUED, order.invoice_issued_at, order.id)
    yield from _given_back(order, as_of, words)
    yield from of_order(order, as_of, words)
    for said in order.returns:
        yield Fact(FactType(f"return.{said.status}"), said.at or as_of, order.id, said.id, moved(said.amount))


def moved(said: Money | None) -> Decimal | None:
    """How much money a refund or a return moved, None when nobody told."""
    return said.amount if said else None


def _paying(order: Order, as_of: datetime, words: tuple[OrderStatus, ...]) -> Iterator[Fact]:
    if order.placed_at:
        yield Fact(FactType.ORDER_PLACED, order.placed_at, order.id, details=_details(order, order.placed_at, as_of))
    elif OrderStatus.AWAITING_PAYMENT in words or order.payment is Payment.AWAITING:
        yield Fact(FactType.ORDER_PLACED, as_of, order.id)
    if order.paid_at or order.payment in _PAID or OrderStatus.PAID in words:
        # Nobody told when: as of now an old payment would look new, and somebody would be written to.
        yield Fact(FactType.ORDER_PAID, order.paid_at or order.placed_at or as_of, order.id)
    if order.payment is Payment.FAILED:
        yield Fact(FactType.ORDER_PAYMENT_FAILED, as_of, order.id)


def _given_back(order: Order, as_of: datetime, words: tuple[OrderStatus, ...]) -> Iterator[Fact]:
    for refund in order.refunds:
        yield Fact(FactType.ORDER_REFUNDED, refund.at or as_of, order.id, refund.id, moved(refund.amount))
    back = sum((moved(refund.amount) or Decimal(0) for refund in order.refunds), Decimal(0))
    reached = order.total is not None and back >= order.total.amount > 0
    if (OrderStatus.REFUNDED in words or order.payment is Payment.REFUNDED) and not reached:
        yield Fact(FactType.ORDER_REFUNDED, as_of, order.id, WHOLE)
    if order.payment is Payment.PART_REFUNDED and not order.refunds:
        yield Fact(FactType.ORDER_REFUNDED, as_of, order.id, PART)


def _details(order: Order, placed_at: datetime, as_of: datetime) -> Details:
    items = (
        KnownItem(id_, said.name, said.quantity, _money(said.price), said.variant, said.sku, said.image, said.url,
                  said.ships)
        for id_, said in zip(item_names(order), order.items, strict=True) if said.quantity
    )  # fmt: skip
    return Details(
        as_of=as_of,
        name=order.name or order.id,
        placed_at=placed_at,
        person=_person(order.customer),
        items=tuple(items),
        total=_money(order.total),
        address=_address(order.shipping_address),
        locale=order.locale,
        payment_method=order.payment_method,
        shipping_method=order.shipping_method,
        authorised=order.payment is Payment.AUTHORISED,
        test=order.test,
        tags=order.tags,
        channel=order.channel,
    )


def _money(said: Money | None) -> KnownMoney | None:
    return KnownMoney(said.amount, said.currency) if said else None


def _person(said: Person | None) -> KnownPerson:
    if said is None:
        return KnownPerson()
    return KnownPerson(said.email, said.phone, said.first_name, said.last_name, said.id)


def _address(said: Address | None) -> KnownAddress | None:
    if said is None:
        return None
    known = KnownAddress(said.name, said.lines, said.postcode, said.city, said.region, said.country or "")
    return None if known == KnownAddress() else known


def _coherent(order: Order, words: tuple[OrderStatus, ...]) -> None:
    """Raises Unreadable for what cannot be taken as it stands."""
    known: set[str] = set()
    for place, name in enumerate(item_names(order)):
        if name in known:
            where = path("order", "items", place, "id")
            raise Unreadable(f"{where} is there twice", where=where, cure="give every item an id of its own")
        known.add(name)
    money = [(path("order", "total"), order.total)]
    money += [(path("order", "items", place, "price"), item.price) for place, item in enumerate(order.items)]
    money += [(path("order", "refunds", place, "amount"), refund.amount) for place, refund in enumerate(order.refunds)]
    told = [(f"{where}.currency", said.currency) for where, said in money if said]
    for where, currency in told:
        if currency != told[0][1]:
            cure = "all amounts of an order are in the currency the customer saw"
            raise Unreadable(f"{where} is another than {told[0][0]}", where=where, cure=cure)
    if OrderStatus.PART_SHIPPED in words or order.preparation is Preparation.PART_SHIPPED:
        untold = next((place for place, said in enumerate(order.shipments) if not said.items), None)
        if untold is not None or not order.shipments:
            where = path("order", "shipments", *(() if untold is None else (untold, "items")))
            cure = "part_shipped needs shipments that say what travels in each: items"
            raise Unreadable(f"{where} is missing", where=where, cure=cure)
    if order.payment is Payment.AUTHORISED and order.placed_at is None:
        cure = "authorised is told with the whole order: add it"
        raise Unreadable("order.placed_at is missing", where="order.placed_at", cure=cure)
