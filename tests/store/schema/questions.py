"""Every kind of item, and what is asked of the store to see that it is read; answers as plain JSON."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from encamino.store import keys
from encamino.store.base import Lane, Store
from tests.store.schema.life import (
    ACCOUNT,
    ALIAS,
    CARRIER,
    CONTACT,
    KEY,
    LETTER,
    MONTH,
    NOW,
    NUMBER,
    OPENS,
    PLANNED,
    PLATFORM,
    SENT,
    SHOP,
    TOKEN,
    WAITING,
)

_SOON = NOW + timedelta(days=1)

#: By the name of what spells its key in store/keys.py.
QUESTIONS: Mapping[str, Callable[[Store], object]] = {
    "document": lambda store: [store.order(KEY), store.orders_of(SHOP, MONTH)],
    "fact": lambda store: [store.facts(KEY), store.why(KEY)],
    "look": lambda store: store.due(Lane.LOOK, _SOON, 9),
    "message": lambda store: [
        *map(store.message, (PLANNED, SENT, WAITING)),
        store.messages_of(KEY),
        store.messages_of_shop(SHOP, 9),
        store.due(Lane.SEND_SERVICE, _SOON, 9),
        store.why(KEY),
    ],
    "render": lambda store: store.render(SENT),
    "delivery": lambda store: [
        store.deliveries(SHOP, KEY),
        store.deliveries(SHOP, None),
        list(store.deliveries_since(SHOP, NOW)),
    ],
    "name": lambda store: [store.orders_named(SHOP, "1001"), store.orders_named(SHOP, KEY.id)],
    "token": lambda store: store.order_of_token(TOKEN),
    "number": lambda store: store.orders_of_number(CARRIER, NUMBER),
    "suppressed": lambda store: [store.suppression(SHOP, ALIAS), store.suppressed(SHOP)],
    "preferences": lambda store: store.contact_of_token(OPENS),
    "contact": lambda store: store.preferences(CONTACT),
    "consent": lambda store: store.acts(CONTACT),
    "last_delivery": lambda store: store.last_delivery(SHOP, PLATFORM),
    "shop": lambda store: [store.shop(SHOP), store.shops()],
    "memo": lambda store: store.memo_get(CARRIER, ACCOUNT, "token", NOW),
    # One that is refused takes nothing: by the pace, then by the day.
    "budget": lambda store: [
        store.spend(CARRIER, ACCOUNT, 0.5, 100, NOW),
        store.spend(CARRIER, ACCOUNT, 0.5, 1, NOW + timedelta(hours=1)),
    ],
    "breaker": lambda store: store.breaker(CARRIER, ACCOUNT),
    "unmapped": lambda store: store.unmapped(),
    "trouble": lambda store: store.troubles([LETTER]),
    "CLOCK": lambda store: store.clock_offset(),
}


def spelled() -> set[str]:
    """Everything in store/keys.py that spells an item's key or an alias' partition."""
    found = {name for name, value in vars(keys).items() if isinstance(value, keys.Key)}
    for name, value in vars(keys).items():
        returns = getattr(value, "__annotations__", {}).get("return")
        about_aliases = "lias partition of" in (getattr(value, "__doc__", None) or "")
        if callable(value) and (returns is keys.Key or about_aliases):
            found.add(name)
    return found


def kind_of(pk: str, sk: str) -> str:
    """Which of the kinds an item is. Raises LookupError when it is none of them."""
    if pk.startswith("ALIAS#"):
        return pk.split("#")[1]
    named = {
        "ORDER": "document", "FACT": "fact", "LOOK": "look", "MESSAGE": "message", "RENDER": "render",
        "DELIVERY": "delivery", "LAST": "last_delivery", "SHOP": "shop", "MEMO": "memo", "BUDGET": "budget",
        "BREAKER": "breaker", "TROUBLE": "trouble", "CLOCK": "CLOCK", "CONTACT": "contact", "CONSENT": "consent",
    }  # fmt: skip
    found = "unmapped" if pk == keys.UNMAPPED else named.get(sk.partition("#")[0])
    if found is None:
        raise LookupError(f"{pk} {sk}: name this kind of item in tests/store/schema/questions.py")
    return found


def plain(answer: Any) -> Any:
    """An answer as JSON. Fields at their defaults are left out, so that fields may be added."""
    match answer:
        case BaseModel():
            return answer.model_dump(mode="json", exclude_defaults=True)
        case Enum():
            return answer.value
        case datetime() | date() | time():
            return answer.isoformat()
        case timedelta():
            return answer.total_seconds()
        case Decimal():
            return str(answer)
        case bytes():
            return b64encode(answer).decode()
        case dict():
            return {str(name): plain(value) for name, value in answer.items()}
        case set() | frozenset():
            return sorted(map(plain, answer))
        case list() | tuple():
            return list(map(plain, answer))
    if is_dataclass(answer):
        # The schema number is the item's own and no answer.
        told = [field for field in fields(answer) if field.compare and field.name != "schema"]
        values = [(field.name, getattr(answer, field.name), field.default) for field in told]
        return {name: plain(value) for name, value, default in values if value != default}
    return answer
