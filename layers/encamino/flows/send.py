"""A message is due: claim it, ask the gate with today's state, render, hand it to its channel, note what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from encamino.channels.base import Accepted, Ambiguous, ChannelOut, Refused, Throttled
from encamino.domain.contact import ContactKey, ContactLink, allowed, choice_about
from encamino.domain.errors import Misconfigured
from encamino.domain.fact import FactType
from encamino.domain.link import Links
from encamino.domain.message import (
    WAITING,
    Channel,
    Definition,
    Message,
    MessageKey,
    MessageStatus,
    Render,
)
from encamino.domain.order import Order, OrderKey
from encamino.domain.policy import Go, Skip, Wait, gate
from encamino.domain.reason import Decision, Verdict, Why
from encamino.domain.shop import Shop
from encamino.messages.context import build
from encamino.messages.render import Renderer
from encamino.pages.masking import masked_address
from encamino.store.base import OrderDocument, Store
from encamino.words.locale import bcp47, negotiate
from encamino.words.text import tidy

#: Longer than any send takes; past it, nobody is sending any more.
LEASE = timedelta(minutes=2)
#: How long an e-mail that may or may not have gone waits for word from SES before it goes once more.
AMBIGUOUS_FOR = timedelta(minutes=15)
#: After a rollback: how long a message that only the newer release knows waits for it, and how often we look.
NEWER_WITHIN, NEWER_AFTER = timedelta(days=3), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SendDesk:
    """What sending needs."""

    store: Store
    renderer: Renderer
    channels: Mapping[Channel, ChannelOut]
    #: With a link to the preferences where there is a customer whose they are.
    links: Callable[[OrderKey, Shop, ContactKey | None], Links]
    #: What the table knows a shop's customer's address by.
    alias: Callable[[str, str], str]
    #: How long a channel's rate makes the next message wait; zero takes its turn.
    pace: Callable[[Channel], timedelta]


def send(desk: SendDesk, key: MessageKey, claim: str, now: datetime, wall: datetime) -> Message | None:
    """Bring one message as far as it goes now. None: nothing to do, someone else has it or it is done.

    `now`: business clock. `wall`: wall clock. `claim`: random, so that our own is known again after a lost answer.
    """
    _give_up_abandoned(desk.store, key, now, wall)
    message = desk.store.claim(key, claim, wall, LEASE)
    if message is None:
        return None
    document, shop = desk.store.order(key.order), desk.store.shop(key.order.shop)
    if document is None or shop is None:
        return _settle(desk, message, MessageStatus.SKIPPED, Why.NO_SHOP, now)
    definition = desk.renderer.catalogue.get(key.trigger)
    if definition is None:
        return _without_template(desk, message, now)
    order = document.order
    verdict = gate(
        definition, message, order, shop, desk.renderer.catalogue, _standing(desk, document, key),
        _reach(desk, definition, key.channel, order, shop), now, _gone(desk, definition, key, order),
    )  # fmt: skip
    match verdict:
        case Skip(reason):
            return _settle(desk, message, MessageStatus.SKIPPED, reason, now)
        case Wait(until, reason):
            held = _settle(desk, replace(message, due=until), MessageStatus.HELD, reason, now)
            _wake_if_told_meanwhile(desk.store, held, document, now)
            return held
        case Go(to):
            return _out(desk, message, document, shop, to, now, wall)


def _out(
    desk: SendDesk, message: Message, document: OrderDocument, shop: Shop, to: str, now: datetime, wall: datetime
) -> Message:
    order = document.order
    locale = _locale(desk.renderer, order, shop)
    message = replace(message, to=to, locale=bcp47(locale))
    customer = _customer(desk, order, shop, bcp47(locale))
    links = desk.links(order.key, shop, customer.contact if customer else None)
    try:
        render = _render(desk, message, order, shop, locale, links, now)
    except Misconfigured:
        return _settle(desk, message, MessageStatus.FAILED, Why.UNREADABLE, now)
    render = desk.channels[message.key.channel].fit(render)
    wait = desk.pace(message.key.channel)
    if wait:
        return _settle(desk, replace(message, due=now + wait), MessageStatus.PLANNED, Why.THROTTLED, now)
    _keep_link(desk, links, customer, render)
    desk.store.keep_render(message.key, render)
    message = replace(message, subject=render.subject or None)
    if not desk.store.begin(message):
        return message  # the lease ran out while we rendered; whoever has it now goes on
    match desk.channels[message.key.channel].send(message, render, to, shop):
        case Accepted(provider_id):
            return _sent(desk, replace(message, provider_id=provider_id, sent_at=now), now)
        case Refused(reason):
            return _settle(desk, message, MessageStatus.FAILED, reason, now)
        case Throttled(retry_after):
            again = replace(message, due=now + retry_after)
            return _settle(desk, again, MessageStatus.PLANNED, Why.THROTTLED, now)
        case Ambiguous():
            return _ambiguous(desk, message, now, wall)


def _without_template(desk: SendDesk, message: Message, now: datetime) -> Message:
    if now >= message.planned_at + NEWER_WITHIN:
        return _settle(desk, message, MessageStatus.SKIPPED, Why.NO_TEMPLATE, now)
    return _settle(desk, replace(message, due=now + NEWER_AFTER), MessageStatus.HELD, Why.NO_TEMPLATE, now)


def _sent(desk: SendDesk, message: Message, now: datetime) -> Message:
    """SES may have reported before we came to note that we sent: then only what is missing is filled in."""
    done = replace(message, status=MessageStatus.SENT, reason=Why.ACCEPTED)
    if not desk.store.settle(done, {MessageStatus.SENDING}, _decision(done, now)):
        desk.store.complete(done, _decision(done, now))
    return done


def _ambiguous(desk: SendDesk, message: Message, now: datetime, wall: datetime) -> Message:
    """Law 1: an e-mail waits for word from SES, then goes once more, never a third time; an SMS never goes twice."""
    if message.key.channel is Channel.SMS or message.doubtful:
        return _settle(desk, message, MessageStatus.UNKNOWN, Why.AMBIGUOUS, now)
    return _settle(desk, _in_doubt(message, now, wall), MessageStatus.SENDING, Why.AMBIGUOUS, now)


def _in_doubt(message: Message, now: datetime, wall: datetime) -> Message:
    """Nobody has it claimed; in a quarter of an hour it is due again, unless SES says meanwhile what became of it."""
    until, due = wall + AMBIGUOUS_FOR, now + AMBIGUOUS_FOR
    return replace(message, doubtful=True, claim=None, reason=Why.AMBIGUOUS, lease_until=until, due=due)


def _give_up_abandoned(store: Store, key: MessageKey, now: datetime, wall: datetime) -> None:
    """A sender that died leaves `sending` behind. Past its lease an e-mail gets its 15 minutes, then its turn again."""
    message = store.message(key)
    if message is None or message.status is not MessageStatus.SENDING:
        return
    if message.lease_until is None or wall < message.lease_until:
        return
    if message.claim is None:  # the quarter of an hour is over
        again = replace(message, status=MessageStatus.PLANNED, due=now, lease_until=None)
        store.settle(again, {MessageStatus.SENDING})
    elif key.channel is Channel.SMS or message.doubtful:
        unknown = replace(message, status=MessageStatus.UNKNOWN, reason=Why.AMBIGUOUS)
        store.settle(unknown, {MessageStatus.SENDING}, _decision(unknown, now))
    else:
        waiting = _in_doubt(message, now, wall)
        store.settle(waiting, {MessageStatus.SENDING}, _decision(waiting, now))


def _wake_if_told_meanwhile(store: Store, held: Message, document: OrderDocument, now: datetime) -> None:
    """What it waits for may have come while we had it claimed, when `hasten` passes it over: then it is due again."""
    today = store.order(held.key.order)
    if today is not None and today.version != document.version:
        store.hasten([held.key], now)


def _standing(desk: SendDesk, document: OrderDocument, key: MessageKey) -> frozenset[str]:
    """The planned keys but those that came to nothing: what was skipped makes no other message superfluous."""
    better = [d.name for d in desk.renderer.catalogue.values() if key.trigger in d.supersedes]
    if not any(MessageKey.parse(text).trigger in better for text in document.planned):
        return document.planned
    nothing = {MessageStatus.SKIPPED, MessageStatus.FAILED, MessageStatus.UNKNOWN}
    return document.planned - {str(m.key) for m in desk.store.messages_of(key.order) if m.status in nothing}


def _gone(desk: SendDesk, definition: Definition, key: MessageKey, order: Order) -> Mapping[MessageKey, datetime]:
    """What has gone out of this order, where it matters; nothing, when a correction would say what was said last."""
    if not (definition.corrects or definition.told_by):
        return {}
    gone = {m.key: m.sent_at for m in desk.store.messages_of(key.order) if m.sent_at is not None}
    names, shipment = {*definition.corrects, definition.name}, order.shipment(key.subject)
    about = [k for k in gone if k.trigger in names and (k.subject, k.channel) == (key.subject, key.channel)]
    if not (definition.corrects and about and shipment and shipment.number):
        return gone
    last = desk.store.render(max(about, key=lambda k: gone[k]))
    return {} if last and tidy(shipment.number) in last.text else gone


def _reach(desk: SendDesk, definition: Definition, channel: Channel, order: Order, shop: Shop) -> str | Why:
    reach = desk.channels[channel].reach(order, shop)
    if isinstance(reach, Why):
        return reach
    if against := desk.store.suppression(shop.shop, desk.alias(shop.shop, reach)):
        return against
    choice = choice_about(definition.kind, channel)
    if choice is None:
        return reach
    customer = _customer(desk, order, shop)
    said = desk.store.preferences(customer.contact) if customer else {}
    if allowed(said, choice):
        return reach
    return Why.OPTED_OUT if choice in said else Why.NO_CONSENT


def _customer(desk: SendDesk, order: Order, shop: Shop, locale: str = "") -> ContactLink | None:
    """Whose preferences count: known by the mail address, for links to them go out by mail only."""
    address = desk.channels[Channel.EMAIL].reach(order, shop)
    if isinstance(address, Why):
        return None
    return ContactLink(ContactKey(shop.shop, desk.alias(shop.shop, address)), masked_address(address), locale)


def _keep_link(desk: SendDesk, links: Links, customer: ContactLink | None, render: Render) -> None:
    """A link that goes out opens from the moment it arrives."""
    if customer and links.preferences and links.preferences_hash and links.preferences in render.text:
        desk.store.keep_contact_link(links.preferences_hash, customer)


def _render(
    desk: SendDesk, message: Message, order: Order, shop: Shop, locale: str, links: Links, now: datetime
) -> Render:
    shipment = order.shipment(message.shipment) if message.shipment else None
    key = message.key
    refund = key.subject if message.fact is FactType.ORDER_REFUNDED else None
    context = build(order, shipment, shop, locale, links, now, reminder=key.reminder, refund=refund)
    if message.key.channel is Channel.SMS:
        return desk.renderer.sms(message.key.trigger, context)
    return desk.renderer.email(message.key.trigger, context)


def _locale(renderer: Renderer, order: Order, shop: Shop) -> str:
    address = order.details.address if order.details else None
    return negotiate(order.locale, renderer.locales, address.country if address else None, shop.locale)


def _settle(desk: SendDesk, message: Message, status: MessageStatus, reason: Why, now: datetime) -> Message:
    done = replace(message, status=status, reason=reason)
    if status in WAITING:
        done = replace(done, lease_until=None, claim=None)
    desk.store.settle(done, {MessageStatus.SENDING}, _decision(done, now))
    return done


_VERDICTS = {
    MessageStatus.SKIPPED: Verdict.SKIPPED,
    MessageStatus.HELD: Verdict.HELD,
    MessageStatus.PLANNED: Verdict.HELD,
    MessageStatus.SENT: Verdict.SENT,
    MessageStatus.FAILED: Verdict.FAILED,
    MessageStatus.SENDING: Verdict.UNKNOWN,
    MessageStatus.UNKNOWN: Verdict.UNKNOWN,
}


def _decision(message: Message, now: datetime) -> Decision:
    reason = message.reason or Why.FACT
    return Decision(message.key.trigger, message.key.channel, _VERDICTS[message.status], reason, now)
