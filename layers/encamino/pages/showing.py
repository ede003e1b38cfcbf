"""From order, shop and hour to what the page shows. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

from encamino.domain.fact import FactType
from encamino.domain.order import Item, Money, Order, OrderStatus
from encamino.domain.shipment import Shipment, ShipmentStatus, ShippedItem
from encamino.domain.shop import Shop
from encamino.pages import promise as promises
from encamino.pages import timeline
from encamino.pages.masking import Private, masked_name, private
from encamino.pages.sayings import Promise, Saying
from encamino.pages.steps import steps
from encamino.pages.trouble import trouble_of
from encamino.pages.view import Destination, ShipmentView, ShownItem, View

#: What customers call carriers, by our slug.
type Carriers = Mapping[str, str]

#: Which shipment speaks for the order: the one that asks most of the customer.
_FIRST = (
    ShipmentStatus.AVAILABLE_FOR_PICKUP, ShipmentStatus.OUT_FOR_DELIVERY, ShipmentStatus.ATTEMPT_FAILED,
    ShipmentStatus.EXCEPTION, ShipmentStatus.IN_TRANSIT, ShipmentStatus.INFO_RECEIVED, ShipmentStatus.PENDING,
    ShipmentStatus.EXPIRED, ShipmentStatus.RETURNED_TO_SENDER, ShipmentStatus.DELIVERED,
)  # fmt: skip
#: Where one way to one door would not tell the truth.
_NO_STEPS = frozenset({Saying.CANCELLED, Saying.REFUNDED, Saying.DIGITAL, Saying.REST_TO_COME})


def shown(order: Order, shop: Shop, now: datetime, carriers: Carriers) -> View:
    """The page of this order at this hour."""
    zone, details, hidden = shop.zone, order.details, private(order)
    shipments = tuple(_shipment(s, order, shop, now, carriers=carriers, hidden=hidden) for s in order.travelling)
    own = promises.of_order(order, zone)
    leader = None if own else min(order.travelling, key=_urgency, default=None)
    at = order.travelling.index(leader) if leader else -1
    lead = shipments[at] if leader else None
    promise = own or (lead.promise if lead else Promise(Saying.RECEIVED))
    lines = timeline.of_order(order)
    if len(shipments) == 1:
        lines = timeline.newest_first((*shipments[0].timeline, *lines))
    guide = leader or next(iter(order.travelling), None)
    wanted = tuple(_item(i, i.quantity, shop) for i in (details.items if details else ()) if i.quantity > 0)
    return View(
        order=order.name,
        test=order.test,
        status=order.status,
        placed_at=order.placed_at,
        promise=promise,
        lead=lead,
        lead_number=at + 1,
        steps=() if promise.saying in _NO_STEPS else steps(order, guide, promise, zone),
        shipments=shipments,
        timeline=lines,
        items=wanted,
        to_come=_some(order.left_to_ship, order, shop) if shipments and not order.cancelled_at else (),
        total=details.total if details else None,
        refunded=_refunded(order),
        destination=_destination(order, shop),
        shipping_method=(details.shipping_method or "") if details else "",
        return_until=_return_until(order, shop, now),
        help_email=str(shop.help.email or shop.sender.reply_to or shop.sender.email),
        subject=quote(order.name, safe=""),
    )


def carrier_name(shipment: Shipment, carriers: Carriers) -> str:
    """What the customer knows the carrier by; empty when nobody told."""
    label = shipment.label
    slug = label.carrier or ""
    return carriers.get(slug) or label.carrier_name or slug.replace("_", " ").upper()


def _shipment(
    shipment: Shipment, order: Order, shop: Shop, now: datetime, *, carriers: Carriers, hidden: Private
) -> ShipmentView:
    bearing, status = shipment.bearing, shipment.status
    return ShipmentView(
        number=shipment.number,
        old_numbers=shipment.old_numbers,
        carrier=carrier_name(shipment, carriers),
        link=shipment.link,
        status=status,
        promise=promises.of_shipment(shipment, now, shop.zone),
        trouble=trouble_of(shipment, now, shop.zone, cancelled=order.cancelled_at is not None),
        silent_since=promises.silent_since(shipment, now),
        # A business clock that was set back must not make news of the future.
        updated_at=min(shipment.tracked_at, now) if shipment.tracked_at else None,
        delivered_at=bearing.time if bearing and status is ShipmentStatus.DELIVERED else None,
        pickup_point=shipment.pickup_point if status is ShipmentStatus.AVAILABLE_FOR_PICKUP else None,
        timeline=timeline.of_shipment(shipment, hidden),
        items=None if shipment.items is None else _some(shipment.items, order, shop),
    )


def _urgency(shipment: Shipment) -> tuple[int, float]:
    """Equal statuses: what comes first leads; of what has arrived, the latest."""
    rank = _FIRST.index(shipment.status)
    if shipment.status is ShipmentStatus.DELIVERED:
        return (rank, -shipment.bearing.time.timestamp() if shipment.bearing else 0.0)
    window, eta = shipment.eta_window, shipment.eta
    day = window.start.date() if window else eta.date() if isinstance(eta, datetime) else eta
    return (rank, float((day or date.max).toordinal()))


def _item(item: Item, quantity: int, shop: Shop) -> ShownItem:
    # Other hosts are strangers, whom the page's policy keeps out anyway.
    known_host = item.image is not None and any(item.image.startswith(f"https://{h}/") for h in shop.image_hosts)
    return ShownItem(item.name, quantity, item.variant or "", item.price, item.image if known_host else None)


def _some(some: tuple[ShippedItem, ...], order: Order, shop: Shop) -> tuple[ShownItem, ...]:
    known = {item.id: item for item in (order.details.items if order.details else ())}
    return tuple(_item(known[s.item], s.quantity, shop) for s in some if s.item in known and s.quantity > 0)


def _destination(order: Order, shop: Shop) -> Destination:
    address = order.details.address if order.details else None
    if address is None:
        return Destination(masked_name(order))
    abroad = address.country if address.country != shop.country else ""
    return Destination(masked_name(order), address.postcode, address.city, abroad or None)


def _refunded(order: Order) -> Money | None:
    """What was given back, as far as anybody told the amount."""
    total = order.details.total if order.details else None
    amounts = [m.amount for m in order.told(FactType.ORDER_REFUNDED)]
    known = [amount for amount in amounts if amount is not None]
    if total is None or not amounts:
        return None
    if known:
        return Money(sum(known, Decimal(0)), total.currency)
    return total if order.status is OrderStatus.REFUNDED else None


def _return_until(order: Order, shop: Shop, now: datetime) -> date | None:
    """The last day to send something back, once all has arrived; None before, and when it is over."""
    arrived = [s.bearing.time for s in order.travelling if s.bearing and s.status is ShipmentStatus.DELIVERED]
    if order.status is not OrderStatus.DELIVERED or not arrived or not shop.returns.days:
        return None
    until = max(arrived).astimezone(shop.zone).date() + timedelta(days=shop.returns.days)
    return until if until >= now.astimezone(shop.zone).date() else None
