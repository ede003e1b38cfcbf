"""What a message may show: plain, harmless values. The field names are what templates say, and are published.

Every text in here went through `tidy`, every address through `safe_url`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from encamino.domain.order import Money
from encamino.domain.shop import Palette


@dataclass(frozen=True, slots=True)
class ShownBrand:
    """The shop's look: the light palette as it stands, the dark one under `dark`."""

    page: str
    card: str
    tint: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    dark: Palette
    font: str
    radius: int
    logo: str | None
    logo_dark: str | None
    logo_width: int


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A name and where it leads."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownShop:
    """Who writes, where to find a person, how to send something back."""

    slug: str
    name: str
    url: str
    domain: str
    legal: str
    privacy_url: str | None
    help_email: str | None
    help_phone: str | None
    help_hours: str | None
    help_url: str | None
    returns_url: str | None
    returns_days: int
    social: tuple[ShownLink, ...]
    brand: ShownBrand


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One line: how many, and what they cost together."""

    name: str
    variant: str | None
    quantity: int
    total: Money | None
    #: Only from the shop's own image hosts.
    image: str | None


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """The order as its customer knows it."""

    name: str
    first_name: str
    placed_at: datetime
    total: Money | None
    address: tuple[str, ...]
    #: ISO 3166-1 alpha-2; the filter `territory` names it.
    country: str
    shipping_method: str | None
    #: Something in it travels; also when nobody told what is in it.
    ships: bool
    #: More than one shipment, or something still to ship: say "parcel" where else one would say "order".
    in_parts: bool
    #: Something has not left yet.
    rest_to_come: bool
    #: How far the paying got: awaiting, authorised, paid, part_refunded, refunded, failed.
    payment: str
    #: It is paid when it is handed over, and has not been yet.
    on_delivery: bool
    #: What was given back in all, when the shop told each amount.
    refunded: Money | None
    #: How it is paid, in the shop's own words.
    payment_method: str | None


@dataclass(frozen=True, slots=True)
class ShownPickup:
    """Where it is, or will be, collected."""

    name: str
    address: str
    hours: tuple[str, ...]
    code: str | None
    #: The last day, while it has not passed.
    until: date | None


@dataclass(frozen=True, slots=True)
class ShownShipment:
    """One shipment. Days are local; a day that has passed is not promised any more."""

    status: str
    #: Why, with a failed attempt or a problem: absent, address, closed, refused …
    reason: str | None
    carrier: str | None
    number: str | None
    #: The number that the customer may have been told before, when it was replaced.
    old_number: str | None
    #: With it the order is complete, and the rest left long enough before for the customer to have heard of it.
    completes: bool
    #: The expected day, from now on.
    day: date | None
    #: The last expected day, when the carrier names several.
    last_day: date | None
    #: Between which hours of `day`.
    window: tuple[datetime, datetime] | None
    #: The expected day is today.
    today: bool
    delivered_at: datetime | None
    #: It was handed over where it had waited, not at the door.
    collected: bool
    signed_by: str | None
    pickup: ShownPickup | None


@dataclass(frozen=True, slots=True)
class Context:
    """All that a template can say. An unknown name in a template fails the build."""

    lang: str
    dir: str
    shop: ShownShop
    brand: ShownBrand
    order: ShownOrder
    shipment: ShownShipment | None
    items: tuple[ShownItem, ...]
    #: How many lines are not shown.
    more_items: int
    #: How many things in all.
    count: int
    #: The items are of the shipment, not of the whole order.
    items_of_shipment: bool
    #: What has not left yet, when the shop told what travels.
    rest: tuple[ShownItem, ...]
    #: 0 in the message itself, 1 in its first reminder, and so on.
    reminder: int
    #: What was given back, when the message is about a refund and the shop told how much.
    refund: Money | None
    #: 1 confirmed, 2 prepared, 3 on its way, 4 there.
    step: int
    tracking_url: str
    preferences_url: str | None
    #: What the mails of one order have in common: the root of their thread.
    thread: str
    #: How to render: language folder, clock, currency.
    locale: str
    zone: ZoneInfo
    currency: str
