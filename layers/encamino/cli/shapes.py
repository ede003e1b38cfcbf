"""The published JSON of orders and facts, as commands print them."""

from datetime import UTC, datetime

from encamino.domain.fact import Fact
from encamino.domain.order import Order
from encamino.domain.shape import Json, shipment_json


def order_json(order: Order) -> dict[str, Json]:
    """An order's state; its messages and whys are added by who has them."""
    total = order.details.total if order.details else None
    items: list[Json] = [
        {
            "item": i.id, "name": i.name, "variant": i.variant, "sku": i.sku, "quantity": i.quantity, "ships": i.ships,
            "price": {"amount": str(i.price.amount), "currency": i.price.currency} if i.price else None,
        }
        for i in (order.details.items if order.details else ())
    ]  # fmt: skip
    return {
        "order": order.key.id, "name": order.name, "platform": order.key.platform, "test": order.test,
        "status": order.status, "payment": order.payment, "preparation": order.preparation,
        "cancelled_at": instant(order.cancelled_at), "invoice_issued_at": instant(order.invoice_issued_at),
        "locale": order.locale,
        "total": {"amount": str(total.amount), "currency": total.currency} if total else None,
        "items": items, "shipments": [shipment_json(s) for s in order.shipments], "returns": [],
    }  # fmt: skip


def fact_json(fact: Fact) -> dict[str, Json]:
    """A fact, and what it carries in brief."""
    said: dict[str, Json] = {
        "type": fact.type,
        "order": fact.order,
        "at": instant(fact.at),
        "subject": fact.subject or None,
    }
    if fact.amount is not None:
        said["amount"] = str(fact.amount)
    if fact.details is not None:
        said["name"], said["test"], said["locale"] = fact.details.name, fact.details.test, fact.details.locale
    if fact.shipment is not None:
        said["shipment"] = shipment_json(fact.shipment)
    return said


def read_instant(text: str | datetime) -> datetime:
    """An instant as a person writes it, ISO 8601: UTC unless it says otherwise. Raises ValueError."""
    read = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def instant(moment: datetime | None) -> str | None:
    """UTC with a Z, None when there is none."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
