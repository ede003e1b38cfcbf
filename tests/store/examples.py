"""Orders, messages and clocks for these tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.message import Channel, Kind, Message, MessageKey, MessageStatus
from encamino.domain.order import Details, Item, Money, Order, OrderKey, Person
from encamino.domain.reason import Decision, Verdict, Why
from encamino.domain.shipment import Event, Label, Shipment, ShipmentStatus, Tracking, Window
from encamino.domain.shop import Shop
from encamino.store.base import Commit, Look, OrderDocument, Store

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
KEY = OrderKey("demo", "shopify", "gid://shopify/Order/1")
TOKEN = "9f" * 32


class Clock:
    """A wall clock that tests move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


def shop(slug: str = "demo", **changes: Any) -> Shop:
    return Shop.model_validate(
        {
            "shop": slug, "name": "Casa Olivo", "url": "https://olivo.example", "country": "ES", "locale": "es",
            "time_zone": "Europe/Madrid", "sender": {"email": "hola@olivo.example", "name": "Casa Olivo"}, **changes,
        }
    )  # fmt: skip


def order(
    key: OrderKey = KEY, *, name: str = "#1001", at: datetime = NOON, shipments: tuple[Shipment, ...] = ()
) -> Order:
    details = Details(
        as_of=at,
        name=name,
        placed_at=at,
        person=Person(email="ada@example.com", first_name="Ada"),
        items=(Item("1", "Aceite", 2, Money(Decimal("12.50"), "EUR")),),
        total=Money(Decimal("25.00"), "EUR"),
        locale="es-ES",
        tags=("nuevo", "España"),
    )
    placed = Fact(FactType.ORDER_PLACED, at, key.id, details=details)
    told = tuple(Fact(FactType.SHIPMENT_REGISTERED, at, key.id, s.id, shipment=s) for s in shipments)
    return learn(Order(key), (placed, *told))


def shipment(id_: str = "s1", *labels: Label, at: datetime = NOON, events: int = 2) -> Shipment:
    """One that carries every kind of value a document holds, the awkward ones among them."""
    return Shipment(
        id_,
        at,
        labels or (Label(at, "AB123", "dhl", "DHL Paquete", "https://dhl.example/AB123"),),
        events=tuple(
            Event(at + timedelta(hours=n), ShipmentStatus.IN_TRANSIT, f"T{n}", "En tránsito", number="AB123", seq=n)
            for n in range(events)
        ),
        # Midnight in UTC must stay an instant, not become a date.
        tracking=Tracking(
            "dhl", "AB123", eta=datetime(2026, 11, 6, tzinfo=UTC), eta_window=Window(at, at + timedelta(1))
        ),
        tracked_at=at,
    )


def message(trigger: str = "order_confirmed", occasion: str = "", key: OrderKey = KEY, **changes: Any) -> Message:
    row = Message(
        key=MessageKey(key, trigger, occasion, Channel.EMAIL),
        fact=FactType.ORDER_PLACED,
        fact_at=NOON,
        kind=Kind.SERVICE,
        status=MessageStatus.PLANNED,
        planned_at=NOON,
        due=NOON + timedelta(minutes=2),
        reason=Why.FACT,
    )
    return replace(row, **changes)


def decision(reason: Why = Why.FACT, at: datetime = NOON, verdict: Verdict = Verdict.PLANNED) -> Decision:
    return Decision("order_confirmed", "email", verdict, reason, at)


def look(key: OrderKey = KEY, shipment_id: str = "s1", due: datetime | None = NOON, number: str = "AB123") -> Look:
    return Look(key, shipment_id, "dhl", "demo", number, due)


def fresh(key: OrderKey = KEY, **changes: Any) -> OrderDocument:
    return OrderDocument(order(key, **changes), token_hash=TOKEN)


def stored(store: Store, key: OrderKey = KEY) -> OrderDocument:
    document = store.order(key)
    assert document is not None
    return document


def keep(store: Store, *messages: Message, key: OrderKey = KEY, **changes: Any) -> None:
    """A new order, committed with these messages."""
    assert store.commit(Commit(fresh(key), NOON, messages=messages, **changes))


def told(type_: FactType = FactType.ORDER_PAID, subject: str = "") -> Fact:
    return Fact(type_, NOON, KEY.id, subject, Decimal("1.20"))
