"""Orders, shipments and shops for tests: whole by default, changed by keyword."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.link import Links
from encamino.domain.order import Address, Details, Item, Money, Order, OrderKey, Person
from encamino.domain.shipment import (
    Event,
    Label,
    PickupPoint,
    Reason,
    Shipment,
    ShipmentStatus,
    ShippedItem,
    Tracking,
    Window,
)
from encamino.domain.shop import Shop

#: Wednesday morning in Madrid.
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
LINKS = Links(
    tracking="https://casalluna.example/t/zt4gfp6k3vl2mcd7w5xq8ns9ra",
    preferences="https://casalluna.example/u/m2wq7c5trx3kfp6zj4vd8ns9ha",
)
NUMBER = "00340434161094042557"


def a_shop(**changed: Any) -> Shop:
    """Casa Lluna, ceramics, Barcelona."""
    said: dict[str, Any] = {
        "shop": "casa-lluna",
        "name": "Casa Lluna",
        "url": "https://casalluna.example/",
        "country": "ES",
        "locale": "es",
        "time_zone": "Europe/Madrid",
        "sender": {"email": "hola@casalluna.example", "name": "Casa Lluna"},
        "sms": {"senders": {"ES": "CasaLluna"}},
        "brand": {
            "logo": "https://casalluna.example/logo.png",
            "logo_dark": "https://casalluna.example/logo-dark.png",
        },
        "help": {"email": "hola@casalluna.example", "phone": "+34 931 234 567", "hours": "9:00–18:00"},
        "returns": {"url": "https://casalluna.example/returns", "days": 30},
        "legal": "Casa Lluna Ceràmica S.L. · Carrer Verdi 12, 08012 Barcelona",
        "privacy_url": "https://casalluna.example/privacy",
        "social": [{"name": "Instagram", "url": "https://instagram.example/casalluna"}],
        "image_hosts": ["casalluna.example"],
    }
    return Shop.model_validate(said | changed)


def an_item(number: int = 1, **changed: Any) -> Item:
    """One of the three things Casa Lluna sells."""
    name, variant, price, picture = _GOODS[(number - 1) % len(_GOODS)]
    said: dict[str, Any] = {
        "id": str(number),
        "name": name,
        "variant": variant,
        "quantity": 2 if number == 1 else 1,
        "price": Money(Decimal(price), "EUR"),
        "image": f"https://casalluna.example/{picture}.png",
    }
    return Item(**(said | changed))


_GOODS = (
    ("Tassa Mar", "Blau, 300 ml", "18.00", "mug"),
    ("Bol Terra", "Terracota", "24.50", "bowl"),
    ("Plat Fulla", "22 cm", "19.90", "plate"),
)


def some_details(**changed: Any) -> Details:
    """What the shop says of Lucía's order."""
    said: dict[str, Any] = {
        "as_of": NOW - timedelta(days=2),
        "name": "#10428",
        "placed_at": NOW - timedelta(days=2),
        "person": Person("lucia@example.com", "+34600111222", "Lucía", "Ferrer"),
        "items": tuple(an_item(n) for n in (1, 2, 3)),
        "address": Address("Lucía Ferrer", ("Carrer de Mallorca 310, 2n 1a",), "08037", "Barcelona", "Barcelona", "ES"),
        "locale": "es",
        "shipping_method": "DHL Parcel 24 h",
    }
    said |= changed
    costs = (item.price.amount * item.quantity for item in said["items"] if item.price)
    return Details(**({"total": Money(sum(costs, Decimal(0)), "EUR")} | said))


def an_order(*shipments: Shipment, facts: tuple[Fact, ...] = (), key: str = "10428", **details: Any) -> Order:
    """Lucía's order, paid, with these shipments; keywords change its details."""
    order = Order(OrderKey("casa-lluna", "shopify", key))
    told = some_details(**details)
    said = [
        Fact(FactType.ORDER_PLACED, told.placed_at, key, details=told),
        Fact(FactType.ORDER_PAID, told.placed_at + timedelta(minutes=1), key),
        *(Fact(FactType.SHIPMENT_REGISTERED, s.registered_at, key, s.id, shipment=s) for s in shipments),
        *facts,
    ]
    return learn(order, said)


def a_shipment(
    status: ShipmentStatus | None = ShipmentStatus.IN_TRANSIT,
    *,
    id: str = "f1",  # noqa: A002  (it is what the field is called)
    number: str | None = NUMBER,
    carrier: str | None = "dhl",
    carrier_name: str | None = "DHL",
    items: tuple[ShippedItem, ...] | None = None,
    at: datetime = NOW - timedelta(hours=2),
    eta: date | datetime | None = None,
    window: Window | None = None,
    signed_by: str | None = None,
    pickup: PickupPoint | None = None,
    text: str = "",
    reason: Reason | None = None,
) -> Shipment:
    """A shipment of DHL, registered yesterday, with one event of this status."""
    registered = NOW - timedelta(days=1)
    event = (
        Event(at, status, "x", text, reason=reason, number=number or "", source=carrier or "shop") if status else None
    )
    answer = Tracking(
        carrier=carrier or "", number=number or "", events=(event,) if event else (),
        eta=eta, eta_window=window, signed_by=signed_by, pickup_point=pickup,
    )  # fmt: skip
    return Shipment(
        id=id,
        registered_at=registered,
        labels=(Label(registered, number, carrier, carrier_name),),
        items=items,
        events=(event,) if event else (),
        tracking=answer,
        tracked_at=at,
    )


def a_window(day: datetime = NOW + timedelta(days=1), start: int = 9, end: int = 13) -> Window:
    """Between these hours, UTC, of this day."""
    return Window(day.replace(hour=start, minute=0), day.replace(hour=end, minute=0))


def a_pickup_point() -> PickupPoint:
    """The kiosk round the corner."""
    return PickupPoint(
        name="Quiosc Girona",
        address="Carrer de Girona 89, 08009 Barcelona",
        hours=("Mo–Fr 8:00–20:30", "Sa 9:00–14:00"),
        code="4711",
        until=date(2026, 12, 2),
    )
