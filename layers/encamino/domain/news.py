"""What a change brought: the facts that follow from comparing an order before and after."""

from collections.abc import Iterable, Iterator

from encamino.domain.fact import Fact, FactType
from encamino.domain.merging import family_of
from encamino.domain.order import Order
from encamino.domain.shipment import SILENT, Shipment


def news(before: Order | None, after: Order) -> tuple[Fact, ...]:
    """New status-bearing events, replaced numbers and changed arrival dates, as facts. Never anything said twice."""
    return tuple(fact for shipment in after.shipments for fact in _of(before, after, shipment))


def fresh(before: Order | None, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Those of the told facts that were not known, or only as of earlier. What events tell is left to `news`.

    The earlier time may have been a guess (an old payment, told by an order) and too old to speak of; the later one is
    judged by itself, and whoever was told already is known by the keys of his messages.
    """
    told = {(m.type, m.subject): m.last for m in before.milestones} if before else {}
    registered = {s.id for s in before.shipments if s.labels} if before else set()
    new = []
    for fact in sorted(facts, key=lambda f: f.at):
        if fact.type is FactType.SHIPMENT_REGISTERED:
            is_new = fact.subject not in registered
            registered.add(fact.subject)
        else:
            last = told.get((fact.type, fact.subject))
            is_new = not fact.type.startswith("shipment.") and (last is None or fact.at > last)
            told[fact.type, fact.subject] = max(last or fact.at, fact.at)
        if is_new:
            new.append(fact)
    return tuple(new)


def _of(before: Order | None, after: Order, now: Shipment) -> Iterator[Fact]:
    if now.dropped:
        return
    then = before.shipment(now.id) if before else None
    known = {event.identity for event in then.events} if then else set()
    # When a list of numbers is corrected, a number moves to another place: what its carrier said has been told.
    moved = (s for s in before.shipments if s is not then and family_of(s) == family_of(now)) if before else ()
    known |= {event.identity for shipment in moved for event in shipment.events if event.number}
    for event in now.events:
        if event.status not in SILENT and event.number in ("", now.number) and event.identity not in known:
            yield Fact(FactType(f"shipment.{event.status}"), event.time, after.key.id, now.id)
    if then is None:
        return
    if then.number and now.number != then.number:
        yield Fact(FactType.SHIPMENT_NUMBER_REPLACED, now.label.as_of, after.key.id, now.id)
    if then.eta and now.eta and now.eta != then.eta and now.tracked_at:
        yield Fact(FactType.SHIPMENT_ETA_CHANGED, now.tracked_at, after.key.id, now.id)
