"""Every write that a store has, on what the frozen items hold. Each says whether it came to anything."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from encamino.domain.contact import Choice, ContactLink
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn, with_shipment
from encamino.domain.message import Channel, Message, MessageKey, MessageStatus, Render
from encamino.domain.reason import Decision, Verdict, Why
from encamino.domain.shipment import Event, ShipmentStatus
from encamino.store.base import BreakerState, Commit, Lane, OrderDocument, RawDelivery, Store
from encamino.store.letters import Trouble
from tests.store.schema.life import (
    ACCOUNT,
    ALIAS,
    CARRIER,
    CONTACT,
    KEY,
    NOW,
    NUMBER,
    OPENS,
    PLANNED,
    PLATFORM,
    SHOP,
    TOKEN,
    WAITING,
    act,
    look,
    message,
    shipment,
    shop,
)

LATER = NOW + timedelta(hours=3)
_LEASE = timedelta(minutes=2)
_READY = Decision("delivered", "email", Verdict.SENT, Why.READY, LATER)
#: What the commit below adds to the order.
TOLD = ("T9", FactType.ORDER_CANCELLED.value, "r1")


def _document(store: Store) -> OrderDocument:
    document = store.order(KEY)
    assert document is not None
    return document


def _row(store: Store, key: MessageKey) -> Message:
    row = store.message(key)
    assert row is not None
    return row


def commit_with_news(store: Store) -> bool:
    """A scan, a cancellation, more money back, and a message for it."""
    document = _document(store)
    scan = Event(LATER, ShipmentStatus.DELIVERED, TOLD[0], "Entregado", number=NUMBER)
    facts = (
        Fact(FactType.ORDER_CANCELLED, LATER, KEY.id),
        Fact(FactType.ORDER_REFUNDED, LATER, KEY.id, TOLD[2], Decimal("2.00")),
    )
    order = learn(with_shipment(document.order, shipment(scan)), facts)
    born = message(MessageKey(KEY, "cancelled", "", Channel.EMAIL))
    grown = replace(document, order=order, deliveries=(*document.deliveries, "h3"))
    return store.commit(Commit(grown, LATER, facts, (_READY,), (born,), (look("s1", due=LATER), look("s2"))))


def _commit_a_look(store: Store) -> bool:
    return store.commit(Commit(_document(store), LATER, looks=(look("s1", LATER + timedelta(hours=1)),)))


def _hasten(store: Store) -> bool:
    store.hasten([WAITING], NOW)
    return _row(store, WAITING).due == NOW


def _hand(store: Store) -> bool:
    return all(store.handed(due, LATER) for lane in Lane for due in store.due(lane, LATER, 9))


def _claim(store: Store) -> bool:
    return store.claim(WAITING, "claim-2", NOW, _LEASE) is not None


def _begin(store: Store) -> bool:
    return store.begin(replace(_row(store, WAITING), to="ada@example.com", subject="Hola"))


def _complete(store: Store) -> bool:
    store.complete(replace(_row(store, WAITING), provider_id="p2"), _READY)
    return _row(store, WAITING).provider_id == "p2"


def _settle(store: Store) -> bool:
    sent = replace(_row(store, WAITING), status=MessageStatus.SENT, sent_at=LATER)
    return store.settle(sent, {MessageStatus.SENDING}, replace(_READY, reason=Why.ACCEPTED))


def _settle_again(store: Store) -> bool:
    """The same decision once more: the row's decisions are written anew."""
    same = replace(_READY, reason=Why.ACCEPTED, at=LATER + timedelta(hours=1))
    return store.settle(_row(store, WAITING), {MessageStatus.SENT}, same)


def _note_seen(store: Store) -> bool:
    store.note_seen(WAITING, opened_at=LATER)
    return _row(store, WAITING).opened_at == LATER


def _keep_render(store: Store) -> bool:
    store.keep_render(PLANNED, Render("Hola"))
    return store.render(PLANNED) == Render("Hola")


def _keep_delivery(store: Store) -> bool:
    store.keep_delivery(SHOP, KEY, RawDelivery("a" * 64, PLATFORM, NOW, {}, b"{}"))
    return any(delivery.hash == "a" * 64 for delivery in store.deliveries(SHOP, KEY))


def _plan_look(store: Store) -> bool:
    store.plan_look(look("s1", LATER + timedelta(hours=2)))
    return any(due.due == LATER + timedelta(hours=2) for due in store.due(Lane.LOOK, NOW + timedelta(1), 9))


def put_shop(store: Store) -> bool:
    """Another name, other help, one setting less."""
    changed = shop(name="Casa Oliva", carriers={}, help={"email": "si@olivo.example"})
    return not store.put_shop(changed) and store.shop(SHOP) == changed


def _note_delivery(store: Store) -> bool:
    store.note_delivery(SHOP, PLATFORM, LATER, "forged")
    return store.last_delivery(SHOP, PLATFORM) == (LATER, "forged")


def _suppress(store: Store) -> bool:
    for alias in (ALIAS, "b" * 64):
        store.suppress(SHOP, alias, Why.COMPLAINT, LATER)
    return store.suppression(SHOP, "b" * 64) is Why.COMPLAINT


def _set_clock(store: Store) -> bool:
    store.set_clock_offset(timedelta(days=9))
    return store.clock_offset() == timedelta(days=9)


def _put_memo(store: Store) -> bool:
    store.memo_put(CARRIER, ACCOUNT, "token", "another", NOW + timedelta(days=2))
    return store.memo_get(CARRIER, ACCOUNT, "token", NOW) == "another"


def _spend(store: Store) -> bool:
    return store.spend(CARRIER, ACCOUNT, 0.5, 100, LATER) == timedelta(0)


def _set_breaker(store: Store) -> bool:
    store.set_breaker(CARRIER, ACCOUNT, BreakerState())
    return store.breaker(CARRIER, ACCOUNT) == BreakerState()


def _count_unmapped(store: Store) -> bool:
    store.count_unmapped(CARRIER, "X#1", "Desconocido", NUMBER, LATER)
    return [found.count for found in store.unmapped()] == [2]


def _note_trouble(store: Store) -> bool:
    store.note_troubles([Trouble("letter-2", "no", "yes", 1, NOW)])
    return "letter-2" in store.troubles(["letter-2"])


def _keep_contact_link(store: Store) -> bool:
    link = ContactLink(CONTACT, "l•••@e•••.com", "en")
    store.keep_contact_link(OPENS, link)
    return store.contact_of_token(OPENS) == link


def _keep_preferences(store: Store) -> bool:
    store.keep_preferences(CONTACT, act(at=LATER, said={Choice.SERVICE_SMS: True}))
    return store.preferences(CONTACT)[Choice.SERVICE_SMS]


def _release(store: Store) -> bool:
    return store.release(SHOP, ALIAS)


def _drop_delivery(store: Store) -> bool:
    store.drop_delivery(SHOP, KEY, f"{9:064}")
    return all(delivery.hash != f"{9:064}" for delivery in store.deliveries(SHOP, KEY))


def _revoke_token(store: Store) -> bool:
    done = store.commit(Commit(replace(_document(store), token_hash=None), LATER))
    return done and store.order_of_token(TOKEN) is None


#: In the order of their doing, by the Protocol's word.
WRITES: Mapping[str, tuple[Callable[[Store], bool], ...]] = {
    "commit": (commit_with_news, _commit_a_look),
    "hasten": (_hasten,),
    "handed": (_hand,),
    "claim": (_claim,),
    "begin": (_begin,),
    "complete": (_complete,),
    "settle": (_settle, _settle_again),
    "note_seen": (_note_seen,),
    "keep_render": (_keep_render,),
    "keep_delivery": (_keep_delivery,),
    "plan_look": (_plan_look,),
    "put_shop": (put_shop,),
    "note_delivery": (_note_delivery,),
    "suppress": (_suppress,),
    "set_clock_offset": (_set_clock,),
    "memo_put": (_put_memo,),
    "spend": (_spend,),
    "set_breaker": (_set_breaker,),
    "count_unmapped": (_count_unmapped,),
    "note_troubles": (_note_trouble,),
    "keep_contact_link": (_keep_contact_link,),
    "keep_preferences": (_keep_preferences,),
}
#: Those that take an item away, and which.
REMOVALS: Mapping[str, tuple[Callable[[Store], bool], str]] = {
    "release": (_release, "ALIAS#suppressed#"),
    "drop_delivery": (_drop_delivery, f"DELIVERY#{9:064}"),
    "commit": (_revoke_token, "ALIAS#token#"),
}
#: Kinds whose items no write changes: each is written whole, once, or is gone within weeks.
WRITTEN_WHOLE: Mapping[str, str] = {
    "fact": "its key holds the version of the one commit that wrote it",
    "name": "says no more than that it is there",
    "token": "says no more than that it is there",
    "number": "says no more than that it is there",
    "suppressed": "the first reason stays",
    "consent": "its key holds when it was said, and what: a proof is never written again",
    "delivery": "its key is the hash of what it holds, and it is kept for days",
    "render": "is what was sent, word for word; sending once more is another sending, kept as a whole",
    "trouble": "the last try counts as a whole, and it is kept for days",
}
