"""Shipments, refunds and returns as the generic door takes them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from encamino.domain.shipment import Reason
from encamino.shops.generic.values import Count, Id, Instant, Money, Part, Text

type ShipmentWord = Literal[
    "pending",
    "info_received",
    "in_transit",
    "out_for_delivery",
    "attempt_failed",
    "available_for_pickup",
    "delivered",
    "exception",
    "returned_to_sender",
    "expired",
]
type ReturnWord = Literal["requested", "approved", "declined", "in_transit", "received", "refunded", "exchanged"]


class Packed(Part):
    """How many of an order's item travel in a shipment, or come back in a return."""

    item: Id = Field(description="The item's id; its sku where it has no id.")
    quantity: Count


class Scan(Part):
    """One thing that happened to a shipment."""

    at: Instant
    status: ShipmentWord
    reason: Reason | None = None
    text: Text = Field("", description="The carrier's words.")
    place: Text | None = None


class Shipment(Part):
    """One parcel, one number. Several parcels are several shipments."""

    id: Id | None = Field(
        None,
        description="Yours, by which we know it again when its number changes. Without one it is known by its place in "
        "the list: 1, 2, 3.",
    )
    number: Text | None = Field(None, description="The tracking number. Another one later replaces it.")
    carrier: Text | None = Field(None, description="The carrier's name as you know it, or our slug: dhl, correos, …")
    link: Text | None = Field(None, description="The carrier's page of it, if it is not the usual one.")
    shipped_at: Instant | None = None
    items: tuple[Packed, ...] = Field((), description="What travels in it. Nothing: nobody told.")
    status: ShipmentWord | None = Field(
        None, description="Where it stands, if you know. We ask the carriers we know ourselves."
    )
    status_at: Instant | None = Field(None, description="Since when.")
    reason: Reason | None = Field(None, description="Why, with attempt_failed and exception; cancelled: taken back.")
    events: tuple[Scan, ...] = ()


class Refund(Part):
    """Money that went back."""

    id: Id
    amount: Money | None = None
    at: Instant | None = Field(None, description="Without it, the document's time.")


class Return(Part):
    """Goods that come back."""

    id: Id
    status: ReturnWord
    at: Instant | None = Field(None, description="Since when; without it, the document's time.")
    amount: Money | None = Field(None, description="With refunded: what went back.")
    items: tuple[Packed, ...] = Field((), description="What comes back. Kept with the delivery; not used yet.")


class ReturnTold(Part):
    """The return that the document's type speaks of."""

    id: Id
    amount: Money | None = Field(None, description="With return.refunded: what went back.")
    items: tuple[Packed, ...] = Field((), description="What comes back. Kept with the delivery; not used yet.")
