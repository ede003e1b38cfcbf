"""One order per message, and per thing that message may have to say differently.

A message without a sample of its own is shown an order of which everything is known.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from encamino.domain.fact import Fact, FactType
from encamino.domain.order import WHOLE, Order
from encamino.domain.shipment import Label, PickupPoint, Reason, Shipment, ShipmentStatus, ShippedItem
from encamino.domain.shop import Shop
from encamino.messages.context import build
from encamino.messages.shown import Context
from tests.builders import LINKS, NOW, a_pickup_point, a_shipment, a_shop, a_window, an_item, an_order

TOMORROW = NOW + timedelta(days=1)
TEMPLATES = Path(__file__).parents[2] / "templates"


@dataclass(frozen=True)
class Sample:
    """A message with something to say. The first of each message is its golden render."""

    message: str
    variant: str
    subject: Callable[[], tuple[Order, Shipment | None]]
    #: Which reminder it is.
    reminder: int = 0
    #: The subject of the refund it is about.
    refund: str | None = None

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.message}.{self.variant}" if self.variant else self.message

    def context(self, locale: str, shop: Shop | None = None) -> Context:
        """What its templates are given."""
        order, shipment = self.subject()
        shop = shop or a_shop()
        return build(order, shipment, shop, locale, LINKS, NOW, reminder=self.reminder, refund=self.refund)


#: What Lucía ordered, all of it.
ALL = (ShippedItem("1", 2), ShippedItem("2", 1), ShippedItem("3", 1))


def _one(shipment: Shipment) -> tuple[Order, Shipment]:
    return an_order(shipment), shipment


def _order(*facts: Fact, paid: bool = True, **details: Any) -> tuple[Order, None]:
    order = an_order(facts=facts, **details)
    told = tuple(m for m in order.milestones if paid or m.type is not FactType.ORDER_PAID)
    return replace(order, milestones=told), None


def _fact(type_: FactType, subject: str = "", amount: str | None = None) -> Fact:
    return Fact(type_, NOW - timedelta(hours=1), "10428", subject, Decimal(amount) if amount else None)


def _on_delivery(shipment: Shipment) -> tuple[Order, Shipment]:
    order, _ = _order(paid=False, payment_method="Contra reembolso")
    return replace(order, shipments=(shipment,)), shipment


def _in_parts(status: ShipmentStatus) -> tuple[Order, Shipment]:
    return _one(a_shipment(status, items=ALL[:1]))


def _rest_left() -> tuple[Order, Shipment]:
    part, rest = a_shipment(items=ALL[:1]), a_shipment(id="f2", items=ALL[1:])
    return an_order(part, rest), part


def _rest_leaves() -> tuple[Order, Shipment]:
    part, rest = a_shipment(items=ALL[:1]), a_shipment(id="f2", items=ALL[1:])
    rest = replace(rest, registered_at=part.registered_at + timedelta(days=2))
    return an_order(part, rest), rest


def _everything() -> tuple[Order, Shipment]:
    shipment = _renumbered(_to_the_point(ShipmentStatus.DELIVERED))
    return an_order(shipment, facts=(_returned("r1", "36.00"),)), shipment


_OWN = (
    Sample("order_confirmed", "", lambda: (an_order(), None)),
    Sample("order_confirmed", "many", lambda: (an_order(items=tuple(an_item(n) for n in range(1, 61))), None)),
    Sample("order_confirmed", "digital", lambda: (an_order(items=(an_item(1, ships=False),)), None)),
    Sample("shipped", "", lambda: _one(a_shipment(items=ALL, eta=TOMORROW, window=a_window()))),
    Sample("shipped", "no_number", lambda: _one(a_shipment(None, number=None, carrier=None, carrier_name=None))),
    Sample("shipped", "in_parts", lambda: _in_parts(ShipmentStatus.IN_TRANSIT)),
    Sample("shipped", "rest", _rest_leaves),
    Sample("shipped", "pickup", lambda: _one(a_shipment(eta=TOMORROW.date(), pickup=a_pickup_point()))),
    Sample("out_for_delivery", "", lambda: _one(_today())),
    Sample("out_for_delivery", "late", lambda: _one(_yesterday())),
    Sample("out_for_delivery", "pickup", lambda: _one(_to_the_point(ShipmentStatus.OUT_FOR_DELIVERY))),
    Sample("out_for_delivery", "on_delivery", lambda: _on_delivery(_today())),
    Sample("delivered", "", lambda: _one(_there())),
    Sample("delivered", "in_parts", lambda: _in_parts(ShipmentStatus.DELIVERED)),
    Sample("delivered", "pickup", lambda: _one(_to_the_point(ShipmentStatus.DELIVERED))),
    Sample("order_received", "", lambda: _order(paid=False, payment_method="Bank transfer")),
    Sample("order_received", "no_method", lambda: _order(paid=False)),
    Sample("order_received", "authorised", lambda: _order(paid=False, authorised=True)),
    Sample("order_received", "on_delivery", lambda: _order(paid=False, payment_method="Contrassegno")),
    Sample("payment_reminder", "", lambda: _order(paid=False, payment_method="Bank transfer")),
    Sample("payment_reminder", "again", lambda: _order(paid=False), reminder=1),
    Sample("in_preparation", "", lambda: _order(_fact(FactType.ORDER_PREPARATION_STARTED))),
    Sample("part_shipped", "", lambda: _one(a_shipment(items=ALL[:1], eta=TOMORROW, window=a_window()))),
    Sample("part_shipped", "no_number", lambda: _one(a_shipment(None, number=None, items=ALL[:2]))),
    Sample("part_shipped", "rest_left", _rest_left),
    Sample("attempt_failed", "", lambda: _one(_attempted(Reason.ABSENT))),
    Sample("attempt_failed", "closed", lambda: _one(_attempted(Reason.CLOSED, eta=TOMORROW.date()))),
    Sample("attempt_failed", "address", lambda: _one(_attempted(Reason.ADDRESS))),
    Sample("attempt_failed", "refused", lambda: _one(_attempted(Reason.REFUSED))),
    Sample("attempt_failed", "payment", lambda: _one(_attempted(Reason.PAYMENT))),
    Sample("attempt_failed", "untold", lambda: _one(_attempted(None, carrier=None, carrier_name=None))),
    Sample("ready_to_collect", "", lambda: _one(_to_the_point(ShipmentStatus.AVAILABLE_FOR_PICKUP))),
    Sample("ready_to_collect", "again", lambda: _one(_to_the_point(ShipmentStatus.AVAILABLE_FOR_PICKUP)), reminder=1),
    Sample("ready_to_collect", "no_point", lambda: _one(a_shipment(ShipmentStatus.AVAILABLE_FOR_PICKUP))),
    Sample("ready_to_collect", "no_point_again", lambda: _one(a_shipment(ShipmentStatus.AVAILABLE_FOR_PICKUP)), 2),
    Sample("ready_to_collect", "locker", lambda: _one(_at(replace(a_pickup_point(), hours=(), until=None)))),
    Sample("ready_to_collect", "counter", lambda: _one(_at(replace(a_pickup_point(), code=None)))),
    Sample("ready_to_collect", "in_parts", lambda: _in_parts(ShipmentStatus.AVAILABLE_FOR_PICKUP)),
    Sample("number_replaced", "", lambda: _one(_renumbered(a_shipment(items=ALL, eta=TOMORROW, window=a_window())))),
    Sample("number_replaced", "no_carrier", lambda: _one(_renumbered(a_shipment(carrier=None, carrier_name=None)))),
    Sample("cancelled", "", lambda: _order(_fact(FactType.ORDER_CANCELLED))),
    Sample("cancelled", "unpaid", lambda: _order(_fact(FactType.ORDER_CANCELLED), paid=False)),
    Sample("cancelled", "authorised", lambda: _order(_fact(FactType.ORDER_CANCELLED), paid=False, authorised=True)),
    Sample("cancelled", "refunded", lambda: _order(_fact(FactType.ORDER_CANCELLED), _returned(WHOLE))),
    Sample("cancelled", "part_refunded", lambda: _order(_fact(FactType.ORDER_CANCELLED), _returned("r1", "36.00"))),
    Sample("cancelled", "refunded_told", lambda: _order(_fact(FactType.ORDER_CANCELLED), _returned("r1", "80.40"))),
    Sample("cancelled", "part_untold", lambda: _order(_fact(FactType.ORDER_CANCELLED), _returned("r1"))),
    Sample("refunded", "", lambda: _order(_returned("r1", "36.00")), refund="r1"),
    Sample("refunded", "whole", lambda: _order(_returned("r1", "80.40")), refund="r1"),
    Sample("refunded", "whole_untold", lambda: _order(_returned(WHOLE)), refund=WHOLE),
    Sample("refunded", "part_untold", lambda: _order(_returned("r1")), refund="r1"),
    Sample("thank_you", "", lambda: _one(_there())),
    Sample("thank_you", "pickup", lambda: _one(_to_the_point(ShipmentStatus.DELIVERED))),
)
_MESSAGES = {file.parent.name for file in TEMPLATES.glob("messages/*/message.toml")}
SAMPLES = (
    *_OWN,
    *(Sample(name, "", _everything, refund="r1") for name in sorted(_MESSAGES - {own.message for own in _OWN})),
)


def _today() -> Shipment:
    return a_shipment(ShipmentStatus.OUT_FOR_DELIVERY, items=ALL, window=a_window(NOW))


def _there() -> Shipment:
    return a_shipment(ShipmentStatus.DELIVERED, items=ALL, signed_by="L. Ferrer")


def _yesterday() -> Shipment:
    return a_shipment(ShipmentStatus.OUT_FOR_DELIVERY, at=NOW - timedelta(hours=10))


def _to_the_point(status: ShipmentStatus) -> Shipment:
    return a_shipment(status, pickup=a_pickup_point())


def _at(point: PickupPoint) -> Shipment:
    return a_shipment(ShipmentStatus.AVAILABLE_FOR_PICKUP, items=ALL, pickup=point)


def _attempted(reason: Reason | None, **changed: Any) -> Shipment:
    return a_shipment(ShipmentStatus.ATTEMPT_FAILED, items=ALL, reason=reason, **changed)


def _renumbered(shipment: Shipment) -> Shipment:
    was = Label(shipment.registered_at - timedelta(hours=1), "00340434161094042540", "dhl", "DHL")
    return replace(shipment, labels=(was, *shipment.labels))


def _returned(subject: str, amount: str | None = None) -> Fact:
    return _fact(FactType.ORDER_REFUNDED, subject, amount)
