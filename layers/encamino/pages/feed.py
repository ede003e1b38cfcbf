"""The delivery as data: the published shipment shape, without anything that tells who the customer is."""

import json
from datetime import datetime
from typing import cast

from encamino.domain.order import Order
from encamino.domain.shape import Json, instant, shipment_json
from encamino.pages import headers
from encamino.pages.masking import Private, private
from encamino.pages.page import Page, page
from encamino.pages.tracking import too_old

JSON = "application/json; charset=utf-8"


def render(order: Order, now: datetime, base: str) -> Page:
    """What the page says, for a program; as short-lived as the page."""
    if too_old(order, now):
        return page(410, JSON, headers.of_file(), '{"error":"gone"}')
    hidden = private(order)
    said: dict[str, Json] = {
        "order": order.name,
        "status": order.status.value,
        "test": order.test,
        "placed_at": instant(order.placed_at) if order.placed_at else None,
        "cancelled_at": instant(order.cancelled_at) if order.cancelled_at else None,
        "as_of": instant(now),
        "tracking_url": base if base.startswith(("https://", "http://")) else None,
        "shipments": [_discreet(shipment_json(s), hidden) for s in order.shipments if not s.dropped],
    }
    return page(200, JSON, headers.of_file(), json.dumps(said, ensure_ascii=False, separators=(",", ":")))


def _discreet(shipment: dict[str, Json], hidden: Private) -> dict[str, Json]:
    """Signatures, and remarks of carriers that name names, are left out."""
    events = [cast("dict[str, Json]", event) for event in cast("list[Json]", shipment["events"])]
    kept: list[Json] = [
        {name: None if name in _REMARKS and hidden.within(_text(value)) else value for name, value in event.items()}
        for event in events
    ]
    return shipment | {"signed_by": None, "events": kept}


_REMARKS = frozenset({"text", "place"})


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
