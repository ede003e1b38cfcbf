"""What a change brought: the facts that follow from comparing an order before and after."""

from collections.abc import Iterable, Iterator

from encamino.domain.fact import Fact, FactType
from encamino.domain.order import Order
from encamino.domain.shipment import SILENT, Shipment


def news(before: Order | None, after: Order) -> tuple[Fact, ...]:
    """New status-bearing events, replaced numbers and changed arrival dates, as facts. Never anything said twice."""
    return tuple(fact for shipment in after.shipments for fact in _of(before, after, shipment))


def fresh(before: Order | None, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Those of the told facts that were not known. What events tell is left to `news`."""
    known = {(m.type, m.subject) for m in before.milestones} if before else set()
    known |= {(FactType.SHIPMENT_REGISTERED, s.id) for s in before.shipments if s.labels} if before else set()
    new: dict[tuple[FactType, str], Fact] = {}
    for fact in sorted(facts, key=lambda f: f.at):
        told_by_events = fact.type.startswith("shipment.") and fact.type is not FactType.SHIPMENT_REGISTERED
        if not told_by_events and (fact.type, fact.subject) not in known:
            new.setdefault((fact.type, fact.subject), fact)
    return tuple(new.values())


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
