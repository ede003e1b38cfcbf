"""Facts: what happened, in past tense, as shops and carriers told it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from encamino.domain.shipment import Shipment

if TYPE_CHECKING:
    from encamino.domain.order import Details


class FactType(StrEnum):
    """Every fact there is. Names are never changed or removed."""

    ORDER_PLACED = "order.placed"
    ORDER_PAID = "order.paid"
    ORDER_PAYMENT_FAILED = "order.payment_failed"
    ORDER_STOCK_AWAITED = "order.stock_awaited"
    ORDER_ROUTED = "order.routed"
    ORDER_PREPARATION_AWAITED = "order.preparation_awaited"
    ORDER_PREPARATION_STARTED = "order.preparation_started"
    ORDER_SHIPPED = "order.shipped"
    ORDER_EDITED = "order.edited"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_REOPENED = "order.reopened"
    ORDER_REFUNDED = "order.refunded"
    ORDER_INVOICE_ISSUED = "order.invoice_issued"
    ORDER_CHANGED = "order.changed"
    ORDER_ADDRESS_CHANGED = "order.address_changed"
    SHIPMENT_REGISTERED = "shipment.registered"
    SHIPMENT_PENDING = "shipment.pending"
    SHIPMENT_INFO_RECEIVED = "shipment.info_received"
    SHIPMENT_IN_TRANSIT = "shipment.in_transit"
    SHIPMENT_OUT_FOR_DELIVERY = "shipment.out_for_delivery"
    SHIPMENT_ATTEMPT_FAILED = "shipment.attempt_failed"
    SHIPMENT_AVAILABLE_FOR_PICKUP = "shipment.available_for_pickup"
    SHIPMENT_DELIVERED = "shipment.delivered"
    SHIPMENT_EXCEPTION = "shipment.exception"
    SHIPMENT_RETURNED_TO_SENDER = "shipment.returned_to_sender"
    SHIPMENT_EXPIRED = "shipment.expired"
    SHIPMENT_NUMBER_REPLACED = "shipment.number_replaced"
    SHIPMENT_ETA_CHANGED = "shipment.eta_changed"
    RETURN_REQUESTED = "return.requested"
    RETURN_APPROVED = "return.approved"
    RETURN_DECLINED = "return.declined"
    RETURN_IN_TRANSIT = "return.in_transit"
    RETURN_RECEIVED = "return.received"
    RETURN_REFUNDED = "return.refunded"
    RETURN_EXCHANGED = "return.exchanged"
    CONTACT_REGISTERED = "contact.registered"
    CONTACT_UPDATED = "contact.updated"
    CONTACT_MERGED = "contact.merged"
    CONTACT_CONSENT_GIVEN = "contact.consent_given"
    CONTACT_CONSENT_WITHDRAWN = "contact.consent_withdrawn"
    SURVEY_ANSWERED = "survey.answered"
    STOCK_WANTED = "stock.wanted"
    STOCK_ARRIVED = "stock.arrived"
    VISIT_SEEN = "visit.seen"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CLOSED = "incident.closed"
    COUPON_ISSUED = "coupon.issued"
    COUPON_REDEEMED = "coupon.redeemed"
    CART_UPDATED = "cart.updated"
    CART_CONVERTED = "cart.converted"
    PRIVACY_EXPORT_REQUESTED = "privacy.export_requested"
    PRIVACY_ERASE_REQUESTED = "privacy.erase_requested"
    SHOP_CONNECTED = "shop.connected"
    SHOP_UNINSTALLED = "shop.uninstalled"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. What it carries depends on its type; what it does not carry is None.

    `at`: when it happened, by the vendor's clock, UTC. `order`: the platform's order id, None when about no order.
    `subject`: tells apart refunds, returns and shipments of one order. `details`, `shipment`: what was said with it.
    """

    type: FactType
    at: datetime
    order: str | None
    subject: str = ""
    amount: Decimal | None = None
    details: Details | None = None
    shipment: Shipment | None = None
