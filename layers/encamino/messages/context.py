"""From an order to what a message may show of it. The one place where other people's text is made harmless."""

import hashlib
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from encamino.domain.fact import FactType
from encamino.domain.link import Links
from encamino.domain.order import Address, Details, Item, Money, Order, OrderKey, OrderStatus, Preparation
from encamino.domain.shipment import Shipment, ShipmentStatus, event_order
from encamino.domain.shop import Shop
from encamino.domain.standing import on_delivery
from encamino.messages.look import shown_shop
from encamino.messages.shown import Context, ShownItem, ShownOrder, ShownPickup, ShownShipment
from encamino.words.locale import bcp47, direction
from encamino.words.text import safe_url, tidy

#: Longer lists make mails that Gmail cuts off; the rest is on the tracking page.
ITEMS_SHOWN = 20
_NAME, _TITLE, _LINE, _CODE = 40, 120, 100, 12
#: Names that are not names: spammers order with a web address as first name and let the shop mail it for them.
_NO_NAME = re.compile(r"[/@:\\<>{}|=]|www\.|\.[^\W\d_]{2,}", re.IGNORECASE)
_DEFAULT_CURRENCY = "EUR"
#: How it came to its customer: it waited to be collected, or was taken to the door.
_BEFORE = frozenset({ShipmentStatus.AVAILABLE_FOR_PICKUP, ShipmentStatus.OUT_FOR_DELIVERY})
#: What has not left by then never will.
_NO_MORE = frozenset({OrderStatus.CANCELLED, OrderStatus.REFUNDED})
_THERE = frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.AVAILABLE_FOR_PICKUP})
#: After that a parcel's own message has reached its customer.
_HEARD_OF = timedelta(hours=1)
#: Words up to this length are abbreviations: gls, seur, usps.
_ABBREVIATION = 4


def build(
    order: Order,
    shipment: Shipment | None,
    shop: Shop,
    locale: str,
    links: Links,
    now: datetime,
    *,
    reminder: int = 0,
    refund: str | None = None,
) -> Context:
    """What a message about this order, or this shipment of it, may show. `refund`: the subject of its refund."""
    details, look = order.details, shown_shop(shop)
    wanted = details.items if details else ()
    travels, of_shipment = (wanted, False) if shipment is None else _travelling(shipment, wanted)
    items = [(item, quantity) for item, quantity in _counted(travels, shipment, of_shipment) if quantity > 0]
    return Context(
        lang=bcp47(locale),
        dir=direction(locale),
        shop=look,
        brand=look.brand,
        order=_order(order, details),
        shipment=_shipment(shipment, order, shop.zone, now) if shipment else None,
        items=tuple(_item(item, quantity, shop.image_hosts) for item, quantity in items[:ITEMS_SHOWN]),
        more_items=max(len(items) - ITEMS_SHOWN, 0),
        count=sum(quantity for _, quantity in items),
        items_of_shipment=of_shipment,
        rest=_rest(order, wanted, shop.image_hosts),
        reminder=reminder,
        refund=_refund(order, details, refund),
        step=_step(order, shipment),
        tracking_url=safe_url(links.tracking),
        preferences_url=safe_url(links.preferences) if links.preferences else None,
        thread=_thread(order.key),
        locale=locale,
        zone=shop.zone,
        currency=tidy(details.total.currency, _CODE) if details and details.total else _DEFAULT_CURRENCY,
    )


def _order(order: Order, details: Details | None) -> ShownOrder:
    left = bool(order.left_to_ship)
    first_name = tidy(details.person.first_name, _NAME) if details else ""
    return ShownOrder(
        name=tidy(order.name, _NAME),
        first_name="" if _NO_NAME.search(first_name) else first_name,
        placed_at=details.placed_at if details else datetime.min.replace(tzinfo=ZoneInfo("UTC")),
        total=_money(details.total) if details else None,
        address=_address(details.address) if details and details.address else (),
        country=tidy(details.address.country, _NAME) if details and details.address else "",
        shipping_method=tidy(details.shipping_method or "", _TITLE) or None if details else None,
        ships=not (details and details.items) or any(item.ships for item in details.items),
        in_parts=left or len(order.travelling) > 1,
        rest_to_come=left and order.status not in _NO_MORE,
        payment=order.payment,
        on_delivery=on_delivery(order),
        refunded=_refunded(order, details),
        payment_method=tidy(details.payment_method or "", _TITLE) or None if details else None,
    )


def _refund(order: Order, details: Details | None, subject: str | None) -> Money | None:
    total = details.total if details else None
    given = (m.amount for m in order.milestones if m.type == FactType.ORDER_REFUNDED and m.subject == subject)
    amount = next(given, None)
    return _money(Money(amount, total.currency)) if amount and total else None


def _refunded(order: Order, details: Details | None) -> Money | None:
    total = details.total if details else None
    amounts = [m.amount for m in order.told(FactType.ORDER_REFUNDED)]
    told = [amount for amount in amounts if amount]
    if total is None or not told or len(told) < len(amounts):
        return None
    return _money(Money(sum(told, Decimal(0)), total.currency))


def _shipment(shipment: Shipment, order: Order, zone: ZoneInfo, now: datetime) -> ShownShipment:
    today, window, bearing = now.astimezone(zone).date(), shipment.eta_window, shipment.bearing
    day = window.start.astimezone(zone).date() if window else _local(shipment.eta, zone)
    last = window.end.astimezone(zone).date() if window else day
    if shipment.status is ShipmentStatus.OUT_FOR_DELIVERY and bearing:
        day = last = bearing.time.astimezone(zone).date()
    delivered = shipment.status is ShipmentStatus.DELIVERED and bearing
    signed_by = shipment.signed_by
    promised = day is not None and last is not None and last >= today
    one_day = promised and day == last
    hours = one_day and window is not None and window.start.astimezone(zone).date() == day and window.end > now
    return ShownShipment(
        status=shipment.status,
        reason=shipment.reason,
        carrier=_carrier(shipment),
        number=tidy(shipment.number, _NAME) if shipment.number else None,
        completes=_completes(order, shipment),
        old_number=tidy(shipment.old_numbers[-1], _NAME) if shipment.old_numbers else None,
        day=max(day, today) if promised and day else None,
        last_day=last if promised and not one_day and last != today else None,
        window=(window.start, window.end) if hours and window and window.start < window.end else None,
        today=one_day and day == today,
        delivered_at=bearing.time if delivered and bearing else None,
        collected=bool(delivered) and _collected(shipment),
        signed_by=tidy(signed_by, _NAME) or None if signed_by else None,
        pickup=_pickup(shipment, today),
    )


def _collected(shipment: Shipment) -> bool:
    """Not every carrier names the place where it waits, and not everything stays where it was to be collected."""
    told = (e for e in shipment.events if e.number in ("", shipment.number) and e.status in _BEFORE)
    last = max(told, key=event_order, default=None)
    return last.status is ShipmentStatus.AVAILABLE_FOR_PICKUP if last else shipment.pickup_point is not None


def _completes(order: Order, shipment: Shipment) -> bool:
    others = [other for other in order.travelling if other.id != shipment.id]
    before = all(shipment.registered_at - other.registered_at >= _HEARD_OF for other in others)
    return bool(others) and before and not order.left_to_ship


def _pickup(shipment: Shipment, today: date) -> ShownPickup | None:
    point = shipment.pickup_point
    if point is None or not (point.name or point.address):
        return None
    return ShownPickup(
        name=tidy(point.name, _TITLE),
        address=tidy(point.address, _TITLE),
        hours=tuple(tidy(line, _LINE) for line in point.hours),
        code=tidy(point.code, _NAME) or None if point.code else None,
        until=point.until if point.until and point.until >= today else None,
    )


def _travelling(shipment: Shipment, wanted: tuple[Item, ...]) -> tuple[tuple[Item, ...], bool]:
    """The items a message about a shipment lists, and whether they are those inside: often nobody tells."""
    if shipment.items is not None:
        inside = {shipped.item for shipped in shipment.items}
        return tuple(item for item in wanted if item.id in inside), True
    return tuple(item for item in wanted if item.ships), False


def _rest(order: Order, wanted: tuple[Item, ...], hosts: tuple[str, ...]) -> tuple[ShownItem, ...]:
    left = {} if order.status in _NO_MORE else {shipped.item: shipped.quantity for shipped in order.left_to_ship}
    return tuple(_item(item, left[item.id], hosts) for item in wanted if item.id in left)[:ITEMS_SHOWN]


def _counted(items: Iterable[Item], shipment: Shipment | None, of_shipment: bool) -> Iterable[tuple[Item, int]]:  # noqa: FBT001
    inside: dict[str, int] = {}
    if of_shipment and shipment and shipment.items is not None:
        for shipped in shipment.items:
            inside[shipped.item] = inside.get(shipped.item, 0) + shipped.quantity
    return ((item, inside.get(item.id, item.quantity)) for item in items)


def _item(item: Item, quantity: int, hosts: tuple[str, ...]) -> ShownItem:
    return ShownItem(
        name=tidy(item.name, _TITLE),
        variant=tidy(item.variant, _TITLE) or None if item.variant else None,
        quantity=quantity,
        total=_money(item.price, quantity),
        image=_image(item.image, hosts),
    )


def _money(money: Money | None, times: int = 1) -> Money | None:
    """A currency that is no code is shown as it was told: it is somebody's text as any other."""
    return Money(money.amount * times, tidy(money.currency, _CODE)) if money else None


def _image(url: str | None, hosts: tuple[str, ...]) -> str | None:
    if not url or not url.startswith("https://") or safe_url(url) != url:
        return None
    host = url.removeprefix("https://").partition("/")[0].partition("?")[0]
    return url if host.lower() in hosts else None


def _address(address: Address) -> tuple[str, ...]:
    town = f"{address.postcode} {address.city}"
    lines = (tidy(line, _LINE) for line in (address.name, *address.lines, town))
    return tuple(line for line in lines if line)


def _carrier(shipment: Shipment) -> str | None:
    """The shop's own word for the carrier, else our slug as people write it."""
    label = shipment.label
    slug = label.carrier or ""
    # A plug-in's word for it is a slug, too.
    if label.carrier_name and label.carrier_name != slug and (name := tidy(label.carrier_name, _NAME)):
        return name
    words = slug.split("_")
    return " ".join(w.upper() if len(w) <= _ABBREVIATION else w.capitalize() for w in words) or None


def _step(order: Order, shipment: Shipment | None) -> int:
    if shipment is None:
        return 2 if order.preparation is Preparation.IN_PREPARATION else 1
    return 4 if shipment.status in _THERE else 3


def _local(day: date | datetime | None, zone: ZoneInfo) -> date | None:
    return day.astimezone(zone).date() if isinstance(day, datetime) else day


def _thread(key: OrderKey) -> str:
    """Stable for one order, and telling nothing of it."""
    return hashlib.sha256(f"{key.shop}\x1f{key.platform}\x1f{key.id}".encode()).hexdigest()[:32]
