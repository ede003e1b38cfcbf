"""From a posted document to facts: what it says has happened, and all that the order in it implies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact, FactType
from encamino.domain.order import WHOLE, OrderStatus
from encamino.shops.base import Delivery, Translation
from encamino.shops.generic.document import (
    AboutOrder,
    CartConverted,
    CartUpdated,
    ConsentFact,
    ContactFact,
    ContactMerged,
    OrderFact,
    OrderRefunded,
    OrderState,
    Ping,
    ReturnFact,
    ShipmentFact,
    checked,
)
from encamino.shops.generic.parcels import of_fact
from encamino.shops.generic.state import meant, moved, state
from encamino.shops.generic.transport import Refund
from encamino.shops.reading import ID_LENGTH, at, document, ident, text

_ABOUT_NO_ORDER = ("ping", "contact.", "cart.updated")


def key(delivery: Delivery) -> str | None:
    """The order's id, None when the document is about none or cannot be read."""
    try:
        said = document(delivery.body)
    except Unreadable:
        return None
    return None if text(said.get("type")).startswith(_ABOUT_NO_ORDER) else ident(at(said, "order", "id"))


def translate(delivery: Delivery, statuses: Mapping[str, OrderStatus]) -> Translation:
    """The facts. Raises Unreadable with the path of the field that is wrong."""
    said = checked(document(delivery.body))
    if isinstance(said, Ping):
        return Translation(ignored="ping: the signature is right, and nothing has happened")
    if isinstance(said, CartUpdated):
        return Translation((Fact(FactType.CART_UPDATED, said.at, None, said.cart.id),))
    if isinstance(said, ContactFact | ContactMerged | ConsentFact):
        return Translation((Fact(FactType(said.type), said.at, None, said.contact.id or ""),))
    order = said.order
    unmapped: tuple[tuple[str, str], ...] = ()
    if order.shop_status and meant(order, statuses) is None:
        unmapped = ((order.shop_status[:ID_LENGTH], "shop_status"),)
    return Translation(tuple(_facts(said, statuses)), test=order.test, unmapped=unmapped)


def _facts(said: AboutOrder, statuses: Mapping[str, OrderStatus]) -> Iterator[Fact]:
    """The named fact counts before the same one as the order's state implies it: it knows when."""
    named = tuple(_named(said))
    known = {(fact.type, fact.subject) for fact in named if not fact.shipment}
    implied = tuple(state(said.order, said.at, statuses))
    if not named and not implied:
        yield _changed(said)
    yield from (fact for fact in implied if (fact.type, fact.subject) not in known)
    yield from named


def _changed(said: AboutOrder) -> Fact:
    """Something was said, and none of it is news. Raises Unreadable where nothing was said."""
    if said.order.model_fields_set <= {"id", "updated_at"}:
        raise Unreadable(
            "order says nothing but its id", where="order", cure="add what is to be known of it: status, …"
        )
    return Fact(FactType.ORDER_CHANGED, said.at, said.order.id)


def _named(said: AboutOrder) -> Iterator[Fact]:
    order = said.order.id
    match said:
        case OrderState() | OrderFact(type="order.placed"):
            return
        case OrderFact():
            yield Fact(FactType(said.type), said.at, order)
        case OrderRefunded(refund=None):
            yield Fact(FactType.ORDER_REFUNDED, said.at, order, WHOLE)
        case OrderRefunded(refund=Refund() as back):
            yield Fact(FactType.ORDER_REFUNDED, back.at or said.at, order, back.id, moved(back.amount))
        case ShipmentFact():
            yield from of_fact(said)
        case ReturnFact(return_=sent):
            yield Fact(FactType(said.type), said.at, order, sent.id, moved(sent.amount))
        case CartConverted(cart=cart):
            yield Fact(FactType.CART_CONVERTED, said.at, order, cart.id)
