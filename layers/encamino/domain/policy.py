"""The decisions: what to say (`plan`), and whether to say it now (`gate`).

Pure. `now` is the business clock. Every answer carries its reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from encamino.domain.condition import Scopes
from encamino.domain.fact import Fact
from encamino.domain.message import (
    Channel,
    Definition,
    Kind,
    Message,
    MessageKey,
    MessageStatus,
    Per,
    When,
)
from encamino.domain.order import Order
from encamino.domain.quiet import quiet, wakes
from encamino.domain.reason import Decision, Verdict, Why
from encamino.domain.shipment import Shipment
from encamino.domain.shop import Shop
from encamino.domain.standing import left_unpaid, on_delivery, returning

type Catalogue = Mapping[str, Definition]

#: How long a message waits for the order itself when its shipment was told first.
ORDER_PATIENCE = timedelta(hours=2)
_NOTHING: Mapping[MessageKey, datetime] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change calls for: messages to write, decisions against, and waiting messages that may go now."""

    messages: tuple[Message, ...] = ()
    why: tuple[Decision, ...] = ()
    hasten: tuple[MessageKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """Send it, to this address."""

    to: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet."""

    until: datetime
    reason: Why


@dataclass(frozen=True, slots=True)
class Skip:
    """Never."""

    reason: Why


def plan(
    before: Order | None,
    after: Order,
    facts: Iterable[Fact],
    shop: Shop,
    catalogue: Catalogue,
    known: frozenset[str],
    now: datetime,
) -> Plan:
    """The messages these facts call for that are not `known` (texts of message keys) yet."""
    messages: dict[str, Message] = {}
    why: list[Decision] = []
    for fact in sorted(facts, key=lambda f: (f.at, f.type, f.subject)):
        for definition in (d for d in catalogue.values() if fact.type in d.on):
            for channel in (use.name for use in definition.channels):
                key = MessageKey(after.key, definition.name, occasion(definition.per, fact, shop), channel)
                if str(key) in known or str(key) in messages:
                    continue
                against = _against(definition, channel, fact, after, shop, now)
                if against is not None:
                    why.append(Decision(definition.name, channel, Verdict.SKIPPED, against, now))
                    continue
                for row in _rows(key, definition, fact, after, now):
                    messages[str(row.key)] = row
                why.append(Decision(definition.name, channel, Verdict.PLANNED, Why.FACT, now))
    return Plan(tuple(messages.values()), tuple(why), _hasten(before, after, shop, catalogue, known))


def occasion(per: Per, fact: Fact, shop: Shop) -> str:
    """What makes a second message of one name a second one: a stable text that no later fact changes."""
    match per:
        case Per.SHIPMENT | Per.REFUND | Per.RETURN:
            return fact.subject
        case Per.ATTEMPT | Per.ETA:
            return f"{fact.subject}@{fact.at.astimezone(shop.zone).date()}"
        case Per.CHANGE:
            return f"{fact.subject}@{fact.at.astimezone(shop.zone):%Y-%m-%dT%H%M%S}"
        case Per.YEAR:
            return str(fact.at.astimezone(shop.zone).year)
        case Per.ORDER:
            return ""


def gate(
    definition: Definition,
    message: Message,
    order: Order,
    shop: Shop,
    catalogue: Catalogue,
    known: frozenset[str],
    reach: str | Why,
    now: datetime,
    sent: Mapping[MessageKey, datetime] = _NOTHING,
) -> Go | Wait | Skip:
    """Whether a due message goes out now. `reach` is the address, or why there is none (asked of the channel).

    `known`: keys of what was planned and came to something. `sent`: what has gone out, and when.
    """
    if order.details is None:
        patience = max(message.planned_at + ORDER_PATIENCE, _fresh_until(definition, message))
        return Wait(patience, Why.NO_ADDRESS) if now < patience else Skip(Why.NO_ADDRESS)
    if order.test:
        return Skip(Why.TEST_ORDER)
    if not shop.wants(definition, message.key.channel):
        return Skip(Why.OFF)
    if order.details.person.email and _only_without_email(definition, message.key.channel):
        return Skip(Why.HAS_EMAIL)
    shipment = order.shipment(message.shipment) if message.shipment else None
    scopes = scopes_of(order, shipment, shop)
    if definition.still is not None and not definition.still.holds(scopes):
        return Skip(Why.OUTDATED)
    if _superseded(message.key, catalogue, known):
        return Skip(Why.SUPERSEDED)
    if any(at >= message.planned_at for at in _gone(message.key, definition.told_by, sent)):
        return Skip(Why.SUPERSEDED)
    if definition.corrects and not any(at < message.planned_at for at in _gone(message.key, definition.corrects, sent)):
        return Skip(Why.NOTHING_TO_CORRECT)
    if _is_late(definition, message, shipment, shop, now):
        return Skip(Why.STALE)
    if isinstance(reach, Why):
        return Skip(reach)
    ready = definition.ready
    if ready is not None and not ready.condition.holds(scopes) and now < message.planned_at + ready.up_to:
        return Wait(message.planned_at + ready.up_to, Why.WAITS_FOR_NUMBER)
    if _sleeps(definition, message.key.channel, shop, now):
        return Wait(wakes(shop.quiet_hours, shop.zone, now), Why.QUIET_HOURS)
    return Go(reach)


def scopes_of(order: Order, shipment: Shipment | None, shop: Shop) -> Scopes:
    """What a condition may ask about (domain.condition.NAMES), as plain values."""
    person = order.details.person if order.details else None
    address = order.details.address if order.details else None
    return {
        "order": {
            "status": order.status, "payment": order.payment, "preparation": order.preparation,
            "cancelled_at": order.cancelled_at.isoformat() if order.cancelled_at else None, "locale": order.locale,
            "channel": order.details.channel if order.details else None,
            "payment_method": order.details.payment_method if order.details else None,
            "total": float(order.details.total.amount) if order.details and order.details.total else None,
            "on_delivery": on_delivery(order), "left_unpaid": left_unpaid(order), "returning": returning(order),
        },
        "shipment": {
            "status": shipment.status, "reason": shipment.reason, "number": shipment.number,
            "carrier": shipment.carrier, "eta": shipment.eta.isoformat() if shipment.eta else None,
            "rest_follows": order.rest_follows(shipment),
        } if shipment else {},
        "contact": {
            "email": person.email if person else None, "phone": person.phone if person else None,
            "country": address.country if address else None,
        },
        "shop": {"slug": shop.shop, "country": shop.country, "locale": shop.locale},
    }  # fmt: skip


def _against(
    definition: Definition, channel: Channel, fact: Fact, after: Order, shop: Shop, now: datetime
) -> Why | None:
    """Why not even to plan it."""
    if not shop.wants(definition, channel):
        return Why.OFF
    if after.test:
        return Why.TEST_ORDER
    if channel is Channel.SMS and not shop.sms.senders:
        return Why.NO_SENDER
    shipment = after.shipment(fact.subject) if fact.type.startswith("shipment.") else None
    if definition.still is not None and not definition.still.holds(scopes_of(after, shipment, shop)):
        return Why.OUTDATED
    if definition.useful_for is not None and now > fact.at + definition.after + definition.useful_for:
        return Why.STALE
    return None


def _rows(key: MessageKey, definition: Definition, fact: Fact, after: Order, now: datetime) -> Iterator[Message]:
    """The message, and its reminders: each is gated by itself when it is due, so they stop when there is no need."""
    first = _row(key, definition, fact, after, now)
    yield first
    for number, later in enumerate(definition.repeat, start=1):
        occasion = f"{key.occasion}~{number}"
        yield replace(first, key=replace(key, occasion=occasion), due=first.due + later)


def _row(key: MessageKey, definition: Definition, fact: Fact, after: Order, now: datetime) -> Message:
    return Message(
        key=key,
        fact=fact.type,
        fact_at=fact.at,
        kind=definition.kind,
        status=MessageStatus.PLANNED,
        planned_at=now,
        # A fact from the future (a vendor's clock runs ahead) counts as of now.
        due=max(min(fact.at, now) + definition.after, now + definition.settle),
        urgent=definition.urgent,
        shipment=fact.subject if fact.type.startswith("shipment.") else None,
        locale=after.locale,
        reason=Why.FACT,
    )


def _hasten(
    before: Order | None, after: Order, shop: Shop, catalogue: Catalogue, known: frozenset[str]
) -> tuple[MessageKey, ...]:
    """Known messages whose wait has just ended. What is for a later day was not waiting, and keeps its day."""
    keys = [key for key in map(MessageKey.parse, sorted(known)) if not _for_later(key, catalogue)]
    if before is None or (before.details is None and after.details is not None):
        return tuple(keys)
    return tuple(key for key in keys if _became_ready(key, before, after, shop, catalogue))


def _for_later(key: MessageKey, catalogue: Catalogue) -> bool:
    definition = catalogue.get(key.trigger)
    return bool(key.reminder) or (definition is not None and definition.after > timedelta(0))


def _became_ready(key: MessageKey, before: Order, after: Order, shop: Shop, catalogue: Catalogue) -> bool:
    definition = catalogue.get(key.trigger)
    if definition is None or definition.ready is None:
        return False
    shipment = key.subject
    then, now = (scopes_of(order, order.shipment(shipment), shop) for order in (before, after))
    return definition.ready.condition.holds(now) and not definition.ready.condition.holds(then)


def _is_late(definition: Definition, message: Message, shipment: Shipment | None, shop: Shop, now: datetime) -> bool:
    """Nobody is helped by it any more; nor by being reminded of what is kept at its pick-up point no longer."""
    point = shipment.pickup_point if shipment and message.key.reminder else None
    if point and point.until and point.until < now.astimezone(shop.zone).date():
        return True
    return definition.useful_for is not None and now > _fresh_until(definition, message)


def _only_without_email(definition: Definition, channel: Channel) -> bool:
    return any(use.name is channel and use.when is When.NO_EMAIL for use in definition.channels)


def _superseded(key: MessageKey, catalogue: Catalogue, known: frozenset[str]) -> bool:
    """A message that says it better has been planned for the same shipment or the whole order."""
    better = {d.name for d in catalogue.values() if key.trigger in d.supersedes}
    others = (MessageKey.parse(text) for text in known) if better else ()
    return any(
        other.trigger in better
        and other.subject in ("", key.subject)
        and other.channel is key.channel
        # Yesterday's failed attempt says nothing better of today's.
        and not (other.day and key.day and other.day < key.day)
        for other in others
    )


def _gone(key: MessageKey, names: frozenset[str], sent: Mapping[MessageKey, datetime]) -> Iterator[datetime]:
    """When these went out about the same shipment or the whole order."""
    for other, at in sent.items():
        if other.trigger in names and other.subject in ("", key.subject) and other.channel is key.channel:
            yield at


def _fresh_until(definition: Definition, message: Message) -> datetime:
    number = message.key.reminder
    later = definition.repeat[number - 1] if 0 < number <= len(definition.repeat) else timedelta(0)
    started = max(message.fact_at + definition.after, message.planned_at)
    return started + later + (definition.useful_for or timedelta(0))


def _sleeps(definition: Definition, channel: Channel, shop: Shop, now: datetime) -> bool:
    if not quiet(shop.quiet_hours, shop.zone, now):
        return False
    if definition.kind is Kind.MARKETING:
        return True
    if channel is Channel.SMS:
        return not definition.urgent
    return channel is Channel.EMAIL and shop.quiet_hours.email and not definition.urgent
