"""Whatever is asked of them in whatever order, the two stores give the same answers."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from encamino.domain.fact import FactType
from encamino.domain.message import Kind, MessageStatus
from encamino.domain.order import OrderKey
from encamino.domain.reason import Why
from encamino.store.base import Commit, Lane, OrderDocument, Store
from encamino.store.dynamo import DynamoStore
from encamino.store.memory import MemoryStore
from tests.store.examples import NOON, Clock, decision, look, message, order, shipment, told

ORDERS = tuple(OrderKey("demo", "shopify", id_) for id_ in ("1", "gid://#2"))
ROWS = tuple(
    message(trigger, "s#1", key=key, planned_at=NOON + timedelta(seconds=n), kind=kind)
    for n, (key, trigger, kind) in enumerate(
        (key, trigger, kind) for key in ORDERS for trigger, kind in (("a", Kind.SERVICE), ("b", Kind.MARKETING))
    )
)
MINUTES = st.integers(-5, 20).map(lambda m: NOON + timedelta(minutes=m))
WORD = st.sampled_from(["x", "y"])

STEPS = st.one_of(
    st.tuples(st.just("commit"), st.sampled_from(ORDERS), st.booleans(), st.sets(st.sampled_from(ROWS)), MINUTES, WORD),
    st.tuples(st.just("stale"), st.sampled_from(ORDERS)),
    st.tuples(st.just("claim"), st.sampled_from(ROWS), WORD),
    st.tuples(
        st.just("settle"), st.sampled_from(ROWS), st.sampled_from(MessageStatus),
        st.sets(st.sampled_from(MessageStatus)), MINUTES,
    ),
    st.tuples(st.just("hasten"), st.sampled_from(ROWS), MINUTES),
    st.tuples(st.just("hand"), st.sampled_from(Lane), MINUTES, MINUTES),
    st.tuples(st.just("put off"), st.sampled_from(ORDERS), MINUTES, WORD),
    st.tuples(st.just("suppress"), WORD, st.booleans()),
    st.tuples(st.just("spend"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 500])),
)  # fmt: skip


@given(steps=st.lists(STEPS, max_size=20))
@settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
def test_the_two_stores_cannot_be_told_apart(aws: Any, schema: dict[str, Any], steps: list[tuple[Any, ...]]) -> None:
    client, name, clock = aws("dynamodb"), f"t-{uuid.uuid4().hex}", Clock()
    client.create_table(TableName=name, **schema)
    stores: tuple[Store, ...] = (MemoryStore(clock), DynamoStore(client, name, clock))
    for step in steps:
        if step[0] == "wait":
            clock.advance(days=step[1])
            continue
        memory, table = (_do(store, step, clock) for store in stores)
        assert memory == table, step
    for memory, table in zip(*(_seen(store) for store in stores), strict=True):
        assert memory == table
    client.delete_table(TableName=name)


def _do(store: Store, step: tuple[Any, ...], clock: Clock) -> Any:
    match step:
        case "commit", key, news, rows, at, word:
            document = store.order(key) or OrderDocument(order(key), token_hash=f"{word}{key.id}")
            grown = order(key, shipments=(shipment(events=len(rows)),)) if news else document.order
            mine = tuple(sorted((row for row in rows if row.key.order == key), key=lambda row: row.planned_at))
            facts = (told(FactType.ORDER_PAID, word),) if news else ()
            looks = (look(key, due=at if word == "x" else None),) if news or not mine else ()
            token = f"{word}{key.id}" if news else document.token_hash
            return store.commit(
                Commit(replace(document, order=grown, token_hash=token), at, facts, (decision(),) * news, mine, looks)
            )
        case "stale", key:
            document = store.order(key) or OrderDocument(order(key))
            return store.commit(Commit(replace(document, version=document.version + 1), NOON))
        case "claim", row, claim:
            return store.claim(row.key, claim, NOON, timedelta(minutes=2))
        case "settle", row, status, expect, due:
            return store.settle(replace(row, status=status, due=due), expect, decision(Why.STALE, due))
        case "hasten", row, now:
            return store.hasten([row.key], now)
        case "hand", lane, until, again:
            return [store.handed(due, again) for due in _sorted(store.due(lane, until, 9))]
        case "put off", key, due, word:
            return (
                store.plan_look(look(key, due=due, number="AB123" if word == "x" else "OLD"))
                if store.order(key)
                else None
            )
        case "suppress", alias, on:
            return store.suppress("demo", alias, Why.BOUNCE, NOON) if on else store.release("demo", alias)
        case "spend", seconds:
            return store.spend("dhl", "demo", 0.5, 3, clock.now + timedelta(seconds=seconds))


def _seen(store: Store) -> Any:
    """Everything that can be asked."""
    return (
        [(store.order(key), store.facts(key), store.why(key), store.messages_of(key)) for key in ORDERS],
        [_sorted(store.due(lane, NOON + timedelta(days=1), 9)) for lane in Lane],
        store.next_due(NOON - timedelta(days=1)),
        store.messages_of_shop("demo", 9),
        sorted(map(str, store.orders_of_number("dhl", "AB123"))),
        sorted(map(str, store.orders_named("demo", "1001"))),
        [store.order_of_token(f"{word}{key.id}") for word in ("x", "y") for key in ORDERS],
        store.suppressed("demo"),
    )


def _sorted(due: Any) -> list[Any]:
    """At one instant, any order will do."""
    return sorted(due, key=lambda d: (d.due, repr(d)))
