"""What one may post: the document and its order. The published JSON Schema is made of these models."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails

from encamino.domain.errors import Unreadable
from encamino.domain.order import OrderStatus, Payment, Preparation
from encamino.shops.generic.transport import Refund, Return, ReturnTold, Shipment
from encamino.shops.generic.values import Country, Flag, Id, Instant, Item, Locale, Money, Part, Person, Text, wrong
from encamino.shops.reading import Table

_FAULTS_SHOWN = 6
#: pydantic's name of an error → what is wrong, and what to do.
_WORDS = {
    "missing": ("is missing", "add it"),
    "tuple_type": ("is no list", "write it as […]"),
    "model_type": ("is no object", "write it as {…}"),
    "model_attributes_type": ("is no object", "write it as {…}"),
}


class Address(Part):
    """Where to."""

    name: Text = ""
    lines: tuple[Text, ...] = Field((), description="Company, street, floor: as on a label.")
    postcode: Text = ""
    city: Text = ""
    region: Text = ""
    country: Country | None = None


class Order(Part):
    """An order: its id, what it is, how it stands.

    With `placed_at` it is told as a whole and replaces what was told of it before. Without, only its state may be told.
    """

    id: Id = Field(description="Yours, for ever.")
    placed_at: Instant | None = None
    updated_at: Instant | None = Field(None, description="As of when this is so; without it, the document's time.")
    name: Text | None = Field(None, description="What the customer calls it, such as #10042; without it, the id.")
    test: Flag = Field(default=False, description="Test orders are kept and shown, and reach nobody.")
    locale: Locale | None = Field(None, description="The customer's language; the first one told stays.")
    customer: Person | None = None
    shipping_address: Address | None = None
    items: tuple[Item, ...] = ()
    total: Money | None = None
    payment_method: Text | None = None
    shipping_method: Text | None = None
    channel: Text | None = Field(None, description="Where it was sold: web, phone, marketplace.")
    tags: tuple[Text, ...] = ()

    status: OrderStatus | None = Field(
        None, description="The order in one word. Of transport it speaks for shipments here that state none themselves."
    )
    shop_status: Text | None = Field(None, description="Your own word; the shop file's `statuses` says what it means.")
    payment: Payment | None = None
    preparation: Preparation | None = None
    paid_at: Instant | None = Field(None, description="Without it, when the order was placed.")
    cancelled_at: Instant | None = None
    invoice_issued_at: Instant | None = None
    shipments: tuple[Shipment, ...] = Field((), description="All of them, always in the same order.")
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()

    @model_validator(mode="after")
    def _whole_or_state(self) -> Self:
        told = (name for name in _DETAILS if getattr(self, name) not in (None, (), False))
        if self.placed_at is None and (name := next(told, "")):
            raise wrong(
                "is missing", f"add it beside {name}: an order is told as a whole, or by its state", of="placed_at"
            )
        return self


#: What only a whole order tells.
_DETAILS = (
    "customer", "items", "total", "name", "test", "locale", "shipping_address", "payment_method", "shipping_method",
    "channel", "tags",
)  # fmt: skip


class Cart(Part):
    """What somebody put in the basket and has not ordered yet."""

    id: Id
    url: Text | None = Field(None, description="Where the basket is found again.")
    customer: Person | None = None
    locale: Locale | None = None
    items: tuple[Item, ...] = ()
    total: Money | None = None


class Contact(Person):
    """A customer, also one without an order. At least one of id, email, phone."""

    locale: Locale | None = None
    birthday: Text | None = None
    tags: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.id or self.email or self.phone):
            raise wrong("names nobody", "add id, email or phone")
        return self


class Consent(Part):
    """What somebody agreed to, or no longer does."""

    channel: Literal["email", "sms"]
    text: Text | None = Field(None, description="The sentence that was agreed to.")
    source: Text | None = Field(None, description="Where: checkout, newsletter form, telephone.")


class _Document(Part):
    at: Instant = Field(description="When it happened; with type order, as of when the order stands so.")


class OrderState(_Document):
    """How an order stands, when nobody can say what has just changed."""

    type: Literal["order"]
    order: Order


class OrderFact(_Document):
    """What happened to an order; the order beside it may be whole, or nothing but its id."""

    type: Literal[
        "order.placed", "order.paid", "order.payment_failed", "order.stock_awaited", "order.routed",
        "order.preparation_awaited", "order.preparation_started", "order.shipped", "order.edited", "order.changed",
        "order.address_changed", "order.cancelled", "order.reopened", "order.invoice_issued",
    ]  # fmt: skip
    order: Order

    @model_validator(mode="after")
    def _told_whole(self) -> Self:
        if self.type in ("order.placed", "order.changed") and self.order.placed_at is None:
            raise wrong("is missing", f"{self.type} tells the order as a whole: add it", of="order.placed_at")
        return self


class OrderRefunded(_Document):
    """Money went back. Without `refund`: all of it."""

    type: Literal["order.refunded"]
    order: Order
    refund: Refund | None = None


class ShipmentFact(_Document):
    """What happened to a shipment."""

    type: Literal[
        "shipment.registered", "shipment.number_replaced", "shipment.pending", "shipment.info_received",
        "shipment.in_transit", "shipment.out_for_delivery", "shipment.attempt_failed",
        "shipment.available_for_pickup", "shipment.delivered", "shipment.exception", "shipment.returned_to_sender",
        "shipment.expired",
    ]  # fmt: skip
    order: Order
    shipment: Shipment


class ReturnFact(_Document):
    """How far a return got."""

    type: Literal[
        "return.requested", "return.approved", "return.declined", "return.in_transit", "return.received",
        "return.refunded", "return.exchanged",
    ]  # fmt: skip
    order: Order
    return_: ReturnTold = Field(alias="return")


class CartUpdated(_Document):
    """A basket changed. Taken and kept; nothing is made of it yet."""

    type: Literal["cart.updated"]
    cart: Cart


class CartConverted(_Document):
    """A basket became an order."""

    type: Literal["cart.converted"]
    cart: Cart
    order: Order


class ContactFact(_Document):
    """A customer signed up, or changed. Taken and kept; nothing is made of it yet."""

    type: Literal["contact.registered", "contact.updated"]
    contact: Contact


class ContactMerged(_Document):
    """Two customers turned out to be one. Taken and kept; nothing is made of it yet."""

    type: Literal["contact.merged"]
    contact: Contact = Field(description="The one that stays.")
    merged: tuple[Id, ...] = Field(description="Your numbers of those that are no more.")


class ConsentFact(_Document):
    """Somebody agreed, or no longer does. Taken and kept; nothing is made of it yet."""

    type: Literal["contact.consent_given", "contact.consent_withdrawn"]
    contact: Contact
    consent: Consent


class Ping(Part):
    """Nothing happened: to see whether the signature is right."""

    type: Literal["ping"]


type Document = (
    OrderState | OrderFact | OrderRefunded | ShipmentFact | ReturnFact | CartUpdated | CartConverted
    | ContactFact | ContactMerged | ConsentFact | Ping
)  # fmt: skip
#: Documents that are about an order.
type AboutOrder = OrderState | OrderFact | OrderRefunded | ShipmentFact | ReturnFact | CartConverted

#: Every type there is.
TYPES = tuple(
    sorted(word for model in get_args(Document.__value__) for word in get_args(model.model_fields["type"].annotation))
)
_GROUPS = ("order", "ping", *(f"{group}.…" for group in ("order", "shipment", "return", "cart", "contact")))
ADAPTER: TypeAdapter[Document] = TypeAdapter(Annotated[Document, Field(discriminator="type")])


def schema() -> dict[str, object]:
    """The JSON Schema of a document."""
    said = ADAPTER.json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A document for encamino's generic door",
        **said,
    }


def checked(said: Table) -> Document:
    """The document. Raises Unreadable, which names the fields by their paths and says how to write them."""
    try:
        return ADAPTER.validate_python(said)
    except ValidationError as err:
        faults = [_fault(one) for one in err.errors(include_url=False, include_input=False)]
        where, what, cure = faults[0]
        others = ", ".join(dict.fromkeys(other for other, _, _ in faults[1:_FAULTS_SHOWN] if other != where))
        also = f" (also wrong: {others})" if others else ""
        raise Unreadable(f"{where} {what}{also}", where=where, cure=cure) from None


def path(*steps: str | int) -> str:
    """Where in a document: `order.items[0].quantity`."""
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return said.removeprefix(".") or "body"


def _fault(error: ErrorDetails) -> tuple[str, str, str]:
    """Path, what is wrong there, what to do."""
    kind, said = error["type"], error.get("ctx", {})
    if kind.startswith("union_tag"):
        group = str(said.get("tag", "")).partition(".")[0]
        near = [word for word in TYPES if word.partition(".")[0] == group] or _GROUPS
        return "type", "is none that is known", f"one of: {', '.join(near)}"
    # The first step is the type, which chose the model.
    steps = error["loc"][1:]
    if kind == "wrong":
        return path(*steps, *filter(None, said["of"].split("."))), said["what"], said["cure"]
    if kind in ("enum", "literal_error"):
        return path(*steps), "is none of its words", f"one of: {said['expected'].replace(chr(39), '')}"
    what, cure = _WORDS.get(kind, (error["msg"], "see docs/merchant/generic.schema.json"))
    return path(*steps), what, cure
