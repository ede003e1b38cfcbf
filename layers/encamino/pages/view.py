"""What the tracking page shows, before any word or colour. Built by encamino.pages.showing."""

from dataclasses import dataclass
from datetime import date, datetime

from encamino.domain.order import Money, OrderStatus
from encamino.domain.shipment import PickupPoint, ShipmentStatus
from encamino.pages.sayings import Promise
from encamino.pages.steps import Step
from encamino.pages.timeline import Line
from encamino.pages.trouble import Trouble


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One line of the order, or what of it travels in one shipment. `price` is of one piece."""

    name: str
    quantity: int
    variant: str
    price: Money | None
    image: str | None


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """One shipment. `items` None: nobody told what travels in it."""

    number: str | None
    old_numbers: tuple[str, ...]
    carrier: str
    link: str | None
    status: ShipmentStatus
    promise: Promise
    trouble: Trouble | None
    silent_since: datetime | None
    updated_at: datetime | None
    delivered_at: datetime | None
    #: Only while it waits there.
    pickup_point: PickupPoint | None
    timeline: tuple[Line, ...]
    items: tuple[ShownItem, ...] | None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to, as far as a page may say. `country` None: the shop's own."""

    recipient: str = ""
    postcode: str = ""
    city: str = ""
    country: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """The page. `lead` speaks for the order, None when the order speaks for itself; `lead_number` counts from 1."""

    order: str
    test: bool
    status: OrderStatus
    placed_at: datetime | None
    promise: Promise
    lead: ShipmentView | None
    lead_number: int
    steps: tuple[Step, ...]
    shipments: tuple[ShipmentView, ...]
    #: Of the order, and of its shipment where there is just one.
    timeline: tuple[Line, ...]
    items: tuple[ShownItem, ...]
    to_come: tuple[ShownItem, ...]
    total: Money | None
    refunded: Money | None
    destination: Destination
    shipping_method: str
    return_until: date | None
    help_email: str
    #: The order's name, fit for the subject of a mailto link.
    subject: str
