"""One life in a store, with every kind of item in it and every field filled: what the frozen items were made of.

It may grow with the code. What was frozen of it stays as it is: `questions.py` asks by the names that are fixed here.
"""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from encamino.domain.contact import Act, Choice, ContactKey, ContactLink, Source
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.message import Channel, Kind, Message, MessageKey, MessageStatus, Render
from encamino.domain.order import Address, Details, Item, Money, Order, OrderKey, Person
from encamino.domain.reason import Decision, Verdict, Why
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
from encamino.store.base import BreakerState, Commit, Look, OrderDocument, RawDelivery, Store
from encamino.store.letters import Trouble

#: When it is. Nothing of it has expired yet.
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
SHOP, PLATFORM, CARRIER, ACCOUNT = "demo", "shopify", "dhl", "demo"
KEY = OrderKey(SHOP, PLATFORM, "gid://shopify/Order/#1")
NUMBER, TOKEN, ALIAS, MONTH, LETTER = "AB123", "9f" * 32, "5a" * 32, "2026-11", "letter-1"
CONTACT, OPENS = ContactKey(SHOP, ALIAS), "7c" * 32
PLANNED = MessageKey(KEY, "order_confirmed", "", Channel.EMAIL)
SENT = MessageKey(KEY, "shipped", "s1#2026", Channel.SMS)
#: Held; for the writes of tests.
WAITING = MessageKey(KEY, "delivered", "s1", Channel.EMAIL)


def live(store: Store) -> None:
    """Write it all, by the store's own writes."""
    store.put_shop(shop())
    for body in (b'{"id": 1}', random.Random(38).randbytes(900)):
        delivery = RawDelivery(f"{len(body):064}", PLATFORM, NOW, {"X-Topic": "orders/paid"}, body, "no JSON")
        store.keep_delivery(SHOP, KEY, delivery)
        store.keep_delivery(SHOP, None, replace(delivery, trouble=None))
    order = known()
    facts = (
        Fact(FactType.ORDER_PLACED, NOW, KEY.id, details=order.details),
        Fact(FactType.ORDER_REFUNDED, NOW, KEY.id, "r1", Decimal("1.20")),
        Fact(FactType.SHIPMENT_REGISTERED, NOW, KEY.id, "s1", shipment=order.shipments[0]),
    )
    rows = (message(PLANNED), message(SENT, kind=Kind.MARKETING, urgent=True), message(WAITING))
    document = OrderDocument(order, frozenset(str(row.key) for row in rows), ("h1", "h2"), TOKEN)
    assert store.commit(Commit(document, NOW, facts, (_decision(Verdict.PLANNED, Why.FACT),), rows, (look("s1"),)))
    again = store.order(KEY)
    assert again is not None
    done = look("s2", due=None)
    assert store.commit(Commit(again, NOW + timedelta(hours=1), (replace(facts[1], subject="r2"),), looks=(done,)))
    _send(store)
    store.suppress(SHOP, ALIAS, Why.BOUNCE, NOW)
    store.note_delivery(SHOP, PLATFORM, NOW, "understood")
    store.memo_put(CARRIER, ACCOUNT, "token", "secret", NOW + timedelta(days=1))
    store.spend(CARRIER, ACCOUNT, 0.5, 100, NOW)
    store.set_breaker(CARRIER, ACCOUNT, BreakerState(3, NOW + timedelta(minutes=5)))
    store.count_unmapped(CARRIER, "X#1", "Desconocido", NUMBER, NOW)
    store.keep_contact_link(OPENS, ContactLink(CONTACT, "l•••@e•••.com", "es"))
    store.keep_preferences(CONTACT, act())
    store.note_troubles([Trouble(LETTER, "the carrier is away", "the queue tries again", 5, NOW)])
    store.set_clock_offset(timedelta(days=2, seconds=1))


def _send(store: Store) -> None:
    taken = store.claim(SENT, "claim-1", NOW, timedelta(minutes=2))
    assert taken is not None
    store.keep_render(SENT, Render("Va de camino", "Tu pedido", "<p>Va</p>", {"References": "<1@demo>"}))
    sent = replace(
        taken, status=MessageStatus.SENT, to="+34600000000", locale="es-ES", subject="Tu pedido", sent_at=NOW,
        opened_at=NOW, clicked_at=NOW, reason=Why.ACCEPTED, provider_id="p1", doubtful=True,
    )  # fmt: skip
    assert store.settle(sent, {MessageStatus.SENDING}, _decision(Verdict.SENT, Why.ACCEPTED))
    held = message(WAITING, status=MessageStatus.HELD, reason=Why.QUIET_HOURS)
    assert store.settle(held, {MessageStatus.PLANNED}, _decision(Verdict.HELD, Why.QUIET_HOURS))


def known() -> Order:
    """An order of which all that can be known is known."""
    details = Details(
        as_of=NOW,
        name="#1001",
        placed_at=NOW,
        person=Person("ada@example.com", "+34600000000", "Ada", "Lovelace", "c1"),
        items=(
            Item("1", "Aceite", 2, Money(Decimal("12.50"), "EUR"), "1 l", "A1", "https://i.example/1", "https://u.es"),
            Item("2", "Vale", 1, ships=False),
        ),
        total=Money(Decimal("25.00"), "EUR"),
        address=Address("Ada", ("Calle 1", "2º"), "28001", "Madrid", "M", "ES"),
        locale="es-ES",
        payment_method="card",
        shipping_method="home",
        authorised=True,
        tags=("nuevo", "España"),
        channel="web",
    )
    shipped = shipment()
    told = (
        Fact(FactType.ORDER_PLACED, NOW, KEY.id, details=details),
        Fact(FactType.ORDER_PAID, NOW, KEY.id),
        Fact(FactType.ORDER_REFUNDED, NOW, KEY.id, "r1", Decimal("1.20")),
        Fact(FactType.SHIPMENT_REGISTERED, NOW, KEY.id, "s1", shipment=shipped),
        Fact(FactType.SHIPMENT_REGISTERED, NOW, KEY.id, "s2", shipment=Shipment("s2", NOW + timedelta(hours=1))),
    )
    return learn(Order(KEY), told)


def shipment(*more: Event) -> Shipment:
    """A shipment of which everything was told."""
    failed = Event(
        NOW + timedelta(hours=2), ShipmentStatus.ATTEMPT_FAILED, "F1", "Ausente", "03/11 15:00", "Europe/Madrid",
        tz_assumed=True, reason=Reason.ABSENT, place="Madrid", seq=1, number=NUMBER, source=CARRIER,
    )  # fmt: skip
    travels = Event(NOW + timedelta(hours=1), ShipmentStatus.IN_TRANSIT, "T1", "En tránsito", number=NUMBER)
    stated = Event(NOW, ShipmentStatus.INFO_RECEIVED, "label", "", source=PLATFORM, stated=True)
    label = Label(NOW, NUMBER, CARRIER, "DHL Paquete", "https://dhl.example/AB123", (NUMBER, "AB124"))
    point = PickupPoint("Kiosko", "Calle 2", ("L-V 9-20",), "1234", date(2026, 11, 12))
    tracking = Tracking(
        # Midnight in UTC must stay an instant, not become a date.
        CARRIER, NUMBER, (travels,), datetime(2026, 11, 6, tzinfo=UTC), Window(NOW, NOW + timedelta(1)), "Ada", point,
        "https://dhl.example/track",
    )  # fmt: skip
    return Shipment("s1", NOW, (label,), (ShippedItem("1", 2),), (stated, travels, failed, *more), tracking, NOW)


def message(key: MessageKey, **changes: Any) -> Message:
    """A row as it was planned."""
    row = Message(
        key, FactType.ORDER_PLACED, NOW, Kind.SERVICE, MessageStatus.PLANNED, NOW, NOW + timedelta(minutes=2),
        reason=Why.FACT, shipment="s1" if key.occasion else None,
    )  # fmt: skip
    return replace(row, **changes)


def act(**changes: Any) -> Act:
    """Every choice made, on the page."""
    said = {Choice.MARKETING_EMAIL: True, Choice.MARKETING_SMS: False, Choice.SERVICE_SMS: False}
    return replace(Act(NOW, Source.PAGE, said, "5f1d0c9ab2e34870", "es"), **changes)


def look(shipment_id: str, due: datetime | None = NOW + timedelta(hours=4)) -> Look:
    """When to look."""
    return Look(KEY, shipment_id, CARRIER, ACCOUNT, NUMBER, due)


def shop(**changes: Any) -> Shop:
    """A shop that set everything."""
    said = {
        "shop": SHOP, "name": "Casa Olivo", "url": "https://olivo.example", "country": "ES", "locale": "es",
        "time_zone": "Europe/Madrid", "sms": {"senders": {"ES": "Olivo"}}, "legal": "Casa Olivo S. L.",
        "sender": {"email": "hola@olivo.example", "name": "Casa Olivo", "reply_to": "si@olivo.example"},
        "brand": {"logo": "https://i.olivo.example/logo.png", "logo_width": 200, "radius": 4},
        "help": {"email": "ayuda@olivo.example", "phone": "900", "hours": "9-18", "url": "https://olivo.example/h"},
        "returns": {"url": "https://olivo.example/r", "days": 30}, "privacy_url": "https://olivo.example/p",
        "social": [{"name": "Instagram", "url": "https://social.example/olivo"}],
        "image_hosts": ["i.olivo.example"], "domains": ["olivo.myshopify.com"], "pages_domain": "p.olivo.example",
        "preset": "calm", "messages": {"shipped": {"sms": True}}, "carriers": {"DHL Paquete": CARRIER},
        "statuses": {"En curso": "in_preparation"}, "quiet_hours": {"start": "22:00", "end": "08:30", "email": True},
        "retention": {"orders_months": 12, "deliveries_days": 20, "renders_days": 40}, **changes,
    }  # fmt: skip
    return Shop.model_validate(said)


def _decision(verdict: Verdict, reason: Why) -> Decision:
    return Decision("shipped", "sms", verdict, reason, NOW)
