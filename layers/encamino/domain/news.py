"""What a change brought: the facts that follow from comparing an order before and after."""

from collections.abc import Iterator

from encamino.domain.fact import Fact, FactType
from encamino.domain.order import Order
from encamino.domain.shipment import SILENT, Shipment


def news(before: Order | None, after: Order) -> tuple[Fact, ...]:
    """New status-bearing events, replaced numbers and changed arrival dates, as facts. Never anything said twice."""
    return tuple(fact for shipment in after.shipments for fact in _of(before, after, shipment))


def _of(before: Order | None, after: Order, now: Shipment) -> Iterator[Fact]:
    then = before.shipment(now.id) if before else None
    known = {event.identity for event in then.events} if then else set()
    for event in now.events:
        if event.status not in SILENT and event.number in ("", now.number) and event.identity not in known:
            yield Fact(FactType(f"shipment.{event.status}"), event.time, after.key.id, now.id)
    if then is None:
        return
    if then.number and now.number != then.number:
        yield Fact(FactType.SHIPMENT_NUMBER_REPLACED, now.label.as_of, after.key.id, now.id)
    if then.eta and now.eta and now.eta != then.eta and now.tracked_at:
        yield Fact(FactType.SHIPMENT_ETA_CHANGED, now.tracked_at, after.key.id, now.id)
