"""An order: all that is known of it, and the state that follows. domain.learning adds to what is known."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from encamino.domain.fact import FactType
from encamino.domain.shipment import Shipment, ShipmentStatus, ShippedItem


class Payment(StrEnum):
    """How far the paying got."""

    AWAITING = "awaiting"
    AUTHORISED = "authorised"
    PAID = "paid"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"


class Preparation(StrEnum):
    """How far the shop got with preparing and shipping."""

    NONE = "none"
    AWAITING_STOCK = "awaiting_stock"
    ROUTED = "routed"
    AWAITING_PREPARATION = "awaiting_preparation"
    IN_PREPARATION = "in_preparation"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"


class OrderStatus(StrEnum):
    """The order in one word; the first that holds."""

    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    RETURNED = "returned"
    DELIVERED = "delivered"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    SHIPPED = "shipped"
    PART_SHIPPED = "part_shipped"
    IN_PREPARATION = "in_preparation"
    AWAITING_STOCK = "awaiting_stock"
    ROUTED = "routed"
    AWAITING_PREPARATION = "awaiting_preparation"
    PAID = "paid"
    AWAITING_PAYMENT = "awaiting_payment"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency the customer saw (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order. `quantity` is what is still wanted of it."""

    id: str
    name: str
    quantity: int
    price: Money | None = None
    variant: str | None = None
    sku: str | None = None
    image: str | None = None
    url: str | None = None
    #: False for gift cards, services and downloads.
    ships: bool = True


@dataclass(frozen=True, slots=True)
class Address:
    """Where to. `country` is ISO 3166-1 alpha-2."""

    name: str = ""
    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who ordered. `phone` as the shop gave it; it becomes E.164 where it is used."""

    email: str | None = None
    phone: str | None = None
    first_name: str = ""
    last_name: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """What the shop says of an order as a whole, as of when. The latest counts."""

    as_of: datetime
    name: str
    placed_at: datetime
    person: Person = Person()
    items: tuple[Item, ...] = ()
    total: Money | None = None
    address: Address | None = None
    #: BCP 47, as the shop gave it.
    locale: str | None = None
    payment_method: str | None = None
    shipping_method: str | None = None
    authorised: bool = False
    #: Test orders are kept and shown, and reach nobody.
    test: bool = False
    tags: tuple[str, ...] = ()
    channel: str | None = None
    #: The shop shows the order, as of then, as one that is not cancelled: what it called off before counts no more.
    stands: bool = False


@dataclass(frozen=True, slots=True)
class OrderKey:
    """Names one order: shop slug, platform, the platform's id as text."""

    shop: str
    platform: str
    id: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """That a fact was told: from when, and when last. `subject` tells apart refunds and the like."""

    type: FactType
    subject: str
    first: datetime
    last: datetime
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """All that is known of one order."""

    key: OrderKey
    details: Details | None = None
    #: The first locale anyone gave: kept for life.
    locale_from: tuple[datetime, str] | None = None
    milestones: tuple[Milestone, ...] = ()
    shipments: tuple[Shipment, ...] = ()

    def told(self, type_: FactType) -> tuple[Milestone, ...]:
        """What was told of this kind."""
        return tuple(m for m in self.milestones if m.type is type_)

    def shipment(self, id_: str) -> Shipment | None:
        """The shipment of that id."""
        return next((s for s in self.shipments if s.id == id_), None)

    @property
    def name(self) -> str:
        """What the customer calls it; the platform's id until the shop told its name."""
        return self.details.name if self.details else self.key.id

    @property
    def test(self) -> bool:
        """A test order reaches nobody."""
        return self.details is not None and self.details.test

    @property
    def locale(self) -> str | None:
        """The language of the order, for life."""
        return self.locale_from[1] if self.locale_from else None

    @property
    def placed_at(self) -> datetime | None:
        """When the customer ordered."""
        return self.details.placed_at if self.details else None

    @property
    def cancelled_at(self) -> datetime | None:
        """When it was cancelled, None if never or reopened since."""
        cancelled, reopened = self.told(FactType.ORDER_CANCELLED), self.told(FactType.ORDER_REOPENED)
        last = max((m.last for m in cancelled), default=None)
        if last is None or any(m.last > last for m in reopened):
            return None
        if self.details and self.details.stands and self.details.as_of > last:
            return None
        return min(m.first for m in cancelled)

    @property
    def invoice_issued_at(self) -> datetime | None:
        """When the first invoice was issued."""
        return min((m.first for m in self.told(FactType.ORDER_INVOICE_ISSUED)), default=None)

    @property
    def payment(self) -> Payment:
        """Refunds count first, then money received, then the latest of the rest."""
        refunds = self.told(FactType.ORDER_REFUNDED)
        if refunds:
            return Payment.REFUNDED if self._refunded_whole(refunds) else Payment.PART_REFUNDED
        if self.told(FactType.ORDER_PAID):
            return Payment.PAID
        failed = max((m.last for m in self.told(FactType.ORDER_PAYMENT_FAILED)), default=None)
        if failed and (self.details is None or failed >= self.details.as_of or not self.details.authorised):
            return Payment.FAILED
        return Payment.AUTHORISED if self.details and self.details.authorised else Payment.AWAITING

    @property
    def preparation(self) -> Preparation:
        """Shipped counts first, then the latest the shop said of the preparing."""
        if self.travelling or (self.told(FactType.ORDER_SHIPPED) and not self.shipments):
            return Preparation.PART_SHIPPED if self.left_to_ship else Preparation.SHIPPED
        said = [m for m in self.milestones if m.type in _PREPARING]
        return _PREPARING[max(said, key=lambda m: (m.last, m.type)).type] if said else Preparation.NONE

    @property
    def travelling(self) -> tuple[Shipment, ...]:
        """The shipments that the shop did not take back or off its list of numbers, first registered first."""
        return tuple(s for s in self.shipments if not s.cancelled)

    @property
    def left_to_ship(self) -> tuple[ShippedItem, ...]:
        """What the customer still waits for. Empty when all travels, or when nobody told what travels."""
        return () if self._shipped_whole else self._missing_from(self.travelling)

    def rest_follows(self, shipment: Shipment) -> bool:
        """Whether something stayed behind when this one left. It stays true when the rest has left too."""
        by_then = tuple(s for s in self.travelling if s.registered_at <= shipment.registered_at)
        stayed = len(by_then) < len(self.travelling) or self.left_to_ship
        return bool(stayed and self._missing_from(by_then))

    @property
    def status(self) -> OrderStatus:
        """The order in one word; the first that holds."""
        travelling, all_gone = self.travelling, self.preparation is Preparation.SHIPPED
        if self.cancelled_at:
            return OrderStatus.CANCELLED
        if self.payment is Payment.REFUNDED:
            return OrderStatus.REFUNDED
        if travelling and all_gone and all(s.status is ShipmentStatus.RETURNED_TO_SENDER for s in travelling):
            return OrderStatus.RETURNED
        if travelling and all_gone and all(s.status is ShipmentStatus.DELIVERED for s in travelling):
            return OrderStatus.DELIVERED
        if any(s.status is ShipmentStatus.AVAILABLE_FOR_PICKUP for s in travelling):
            return OrderStatus.AVAILABLE_FOR_PICKUP
        if self.preparation is not Preparation.NONE:
            return OrderStatus(self.preparation.value)
        return OrderStatus.PAID if self.payment is Payment.PAID else OrderStatus.AWAITING_PAYMENT

    def _missing_from(self, shipments: tuple[Shipment, ...]) -> tuple[ShippedItem, ...]:
        """What is in none of them. Empty when nobody told what travels in one."""
        if self.details is None or any(shipment.items is None for shipment in shipments):
            return ()
        gone: dict[str, int] = {}
        for shipped in (item for shipment in shipments for item in shipment.items or ()):
            gone[shipped.item] = gone.get(shipped.item, 0) + shipped.quantity
        left = ((i.id, i.quantity - gone.get(i.id, 0)) for i in self.details.items if i.ships)
        return tuple(ShippedItem(id_, n) for id_, n in left if n > 0)

    @property
    def _shipped_whole(self) -> bool:
        """The shop called it shipped, and has called nothing off since."""
        said = max((m.last for m in self.told(FactType.ORDER_SHIPPED)), default=None)
        return said is not None and not any(s.called_off_at and s.called_off_at >= said for s in self.shipments)

    def _refunded_whole(self, refunds: tuple[Milestone, ...]) -> bool:
        if any(m.amount is None and m.subject == WHOLE for m in refunds):
            return True
        total = self.details.total.amount if self.details and self.details.total else None
        return total is not None and sum((m.amount or Decimal(0) for m in refunds), Decimal(0)) >= total > 0


#: The subject of a refund that the shop calls whole without telling the amount.
WHOLE = "whole"

_PREPARING = {
    FactType.ORDER_STOCK_AWAITED: Preparation.AWAITING_STOCK,
    FactType.ORDER_ROUTED: Preparation.ROUTED,
    FactType.ORDER_PREPARATION_AWAITED: Preparation.AWAITING_PREPARATION,
    FactType.ORDER_PREPARATION_STARTED: Preparation.IN_PREPARATION,
}
