"""Adding facts to an order. The set of facts only grows; arrival order and repetition never matter."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from encamino.domain.fact import Fact, FactType
from encamino.domain.merging import merged, settled
from encamino.domain.order import Details, Milestone, Order
from encamino.domain.shipment import Shipment


def learn(order: Order, facts: Iterable[Fact]) -> Order:
    """The order with these facts known too. The order of facts, and telling one twice, change nothing."""
    told = tuple(facts)
    for details in (fact.details for fact in told if fact.details is not None):
        newest = max((order.details, details), key=_newest) if order.details else details
        order = replace(order, details=newest, locale_from=_first_locale(order, details))
    order = replace(order, milestones=_milestones(order.milestones, told))
    shipments = [fact.shipment for fact in told if fact.shipment is not None]
    return _with_shipments(order, shipments) if shipments else order


def with_shipment(order: Order, said: Shipment) -> Order:
    """The order with this known of one of its shipments too."""
    return _with_shipments(order, [said])


def _with_shipments(order: Order, told: Iterable[Shipment]) -> Order:
    """All of them at once: settling looks at every shipment, and done for each it would take a long list's square."""
    known = {shipment.id: shipment for shipment in order.shipments}
    for said in told:
        known[said.id] = merged(known.get(said.id, said), said)
    return replace(order, shipments=tuple(sorted(settled(known.values()), key=lambda s: (s.registered_at, s.id))))


def _milestones(known: tuple[Milestone, ...], told: Iterable[Fact]) -> tuple[Milestone, ...]:
    by_subject = {(m.type, m.subject): m for m in known}
    for fact in told:
        if fact.type in _UNMARKED:
            continue
        new = Milestone(fact.type, fact.subject, fact.at, fact.at, fact.amount)
        old = by_subject.get((new.type, new.subject))
        if old is not None:
            amount = max((a for a in (old.amount, new.amount) if a is not None), default=None)
            new = replace(new, first=min(old.first, new.first), last=max(old.last, new.last), amount=amount)
        by_subject[new.type, new.subject] = new
    return tuple(sorted(by_subject.values(), key=lambda m: (m.first, m.type, m.subject)))


#: Facts that move nothing: they only ask the platform again, or speak through the shipment they carry.
_UNMARKED = frozenset({FactType.ORDER_CHANGED, FactType.ORDER_ADDRESS_CHANGED, FactType.ORDER_EDITED}) | frozenset(
    t for t in FactType if t.startswith("shipment.")
)


def _newest(details: Details) -> tuple[datetime, str]:
    return (details.as_of, repr(details))


def _first_locale(order: Order, details: Details) -> tuple[datetime, str] | None:
    said = [pair for pair in (order.locale_from, (details.as_of, details.locale)) if pair and pair[1]]
    return min(((at, locale) for at, locale in said if locale is not None), default=None)
