"""One order per message, and per thing that message may have to say differently."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from encamino.domain.order import Order
from encamino.domain.shipment import Shipment, ShipmentStatus, ShippedItem
from encamino.domain.shop import Shop
from encamino.messages.context import build
from encamino.messages.shown import Context
from tests.builders import LINKS, NOW, a_pickup_point, a_shipment, a_shop, a_window, an_item, an_order

TOMORROW = NOW + timedelta(days=1)


@dataclass(frozen=True)
class Sample:
    """A message with something to say. The first of each message is its golden render."""

    message: str
    variant: str
    subject: Callable[[], tuple[Order, Shipment | None]]

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.message}.{self.variant}" if self.variant else self.message

    def context(self, locale: str, shop: Shop | None = None) -> Context:
        """What its templates are given."""
        order, shipment = self.subject()
        return build(order, shipment, shop or a_shop(), locale, LINKS, NOW)


#: What Lucía ordered, all of it.
ALL = (ShippedItem("1", 2), ShippedItem("2", 1), ShippedItem("3", 1))


def _one(shipment: Shipment) -> tuple[Order, Shipment]:
    return an_order(shipment), shipment


def _in_parts(status: ShipmentStatus) -> tuple[Order, Shipment]:
    return _one(a_shipment(status, items=ALL[:1]))


SAMPLES = (
    Sample("order_confirmed", "", lambda: (an_order(), None)),
    Sample("order_confirmed", "many", lambda: (an_order(items=tuple(an_item(n) for n in range(1, 61))), None)),
    Sample("shipped", "", lambda: _one(a_shipment(items=ALL, eta=TOMORROW, window=a_window()))),
    Sample("shipped", "no_number", lambda: _one(a_shipment(None, number=None, carrier=None, carrier_name=None))),
    Sample("shipped", "in_parts", lambda: _in_parts(ShipmentStatus.IN_TRANSIT)),
    Sample("shipped", "pickup", lambda: _one(a_shipment(eta=TOMORROW.date(), pickup=a_pickup_point()))),
    Sample("out_for_delivery", "", lambda: _one(_today())),
    Sample("out_for_delivery", "late", lambda: _one(_yesterday())),
    Sample("out_for_delivery", "pickup", lambda: _one(_to_the_point(ShipmentStatus.OUT_FOR_DELIVERY))),
    Sample("delivered", "", lambda: _one(_there())),
    Sample("delivered", "in_parts", lambda: _in_parts(ShipmentStatus.DELIVERED)),
    Sample("delivered", "pickup", lambda: _one(_to_the_point(ShipmentStatus.DELIVERED))),
)


def _today() -> Shipment:
    return a_shipment(ShipmentStatus.OUT_FOR_DELIVERY, items=ALL, window=a_window(NOW))


def _there() -> Shipment:
    return a_shipment(ShipmentStatus.DELIVERED, items=ALL, signed_by="L. Ferrer")


def _yesterday() -> Shipment:
    return a_shipment(ShipmentStatus.OUT_FOR_DELIVERY, at=NOW - timedelta(hours=10))


def _to_the_point(status: ShipmentStatus) -> Shipment:
    return a_shipment(status, pickup=a_pickup_point())
