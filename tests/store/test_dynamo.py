"""What only the table can get wrong: prices, newer code, sizes, expiry that DynamoDB has not got round to."""

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from secrets import token_bytes
from typing import Any

import pytest
from botocore.exceptions import ClientError

from encamino.domain.errors import Unavailable
from encamino.domain.message import MessageStatus
from encamino.domain.order import OrderKey
from encamino.domain.reason import Why
from encamino.store import keys
from encamino.store.base import SCHEMA, Commit, Lane, OrderDocument, RawDelivery
from encamino.store.dynamo import DynamoStore
from encamino.store.items import decision_out, facts_in
from tests.store.clients import Counted
from tests.store.examples import (
    KEY,
    NOON,
    Clock,
    decision,
    fresh,
    keep,
    look,
    message,
    order,
    shipment,
    shop,
    stored,
    told,
)

type Table = tuple[Any, str]
_GONE = "ConditionalCheckFailed"


class _Refusing:
    """Refuses one kind of call so many times: the last item with `code`, the one before with `other`."""

    def __init__(self, client: Any, name: str, code: str, other: str = "None", times: int = 1) -> None:
        self._client, self._name, self._code, self._other = client, name, code, other
        self._times = times
        self.refused = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name != self._name or self.refused >= self._times:
            call: Callable[..., Any] = getattr(self._client, name)
            return call
        self.refused += 1
        return self._refuse

    def _refuse(self, **arguments: Any) -> None:
        if self._name != "transact_write_items":
            raise ClientError({"Error": {"Code": f"{self._code}Exception", "Message": ""}}, self._name)
        # The document, then the messages, then the aliases.
        codes = ["None"] * len(arguments["TransactItems"])
        rows = [n for n, item in enumerate(arguments["TransactItems"]) if "MESSAGE#" in str(item)]
        codes[rows[-1]] = self._code
        if len(rows) > 1:
            codes[rows[-2]] = self._other
        said = {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": code} for code in codes],
        }
        raise ClientError(said, self._name)  # type: ignore[arg-type]


def _raw(table: Table, key: keys.Key) -> dict[str, Any]:
    client, name = table
    item: dict[str, Any] = client.get_item(TableName=name, Key={k: {"S": v} for k, v in key._asdict().items()})["Item"]
    return item


def _counted(table: Table, clock: Clock) -> tuple[DynamoStore, Counted]:
    client, name = table
    counted = Counted(client)
    store = DynamoStore(counted, name, clock)
    # A warm worker has seen its shop.
    store.put_shop(shop())
    counted.calls.clear()
    counted.bytes = 0
    return store, counted


def test_fields_of_a_newer_schema_survive_our_write(dynamo: DynamoStore, table: Table) -> None:
    keep(dynamo, message())
    client, name = table
    item = _raw(table, keys.document(KEY))
    said = json.loads(zlib.decompress(item["doc"]["B"]))
    newer = {**said, "gift": {"wrapped": True, "note": "¡Felicidades!"}}
    item["doc"] = {"B": zlib.compress(json.dumps(newer).encode())}
    client.put_item(
        TableName=name, Item={**item, "schema": {"N": str(SCHEMA + 1)}, "sealed": {"M": {"by": {"S": "v2"}}}}
    )
    row = _raw(table, keys.message(message().key))
    client.put_item(TableName=name, Item={**row, "variant": {"S": "B"}})

    document = stored(dynamo)
    assert document.order == order()
    assert dynamo.commit(Commit(replace(document, deliveries=("h1",)), NOON, (told(),)))
    assert dynamo.settle(message(status=MessageStatus.SENT), {MessageStatus.PLANNED})

    item = _raw(table, keys.document(KEY))
    said = json.loads(zlib.decompress(item["doc"]["B"]))
    assert said["gift"] == newer["gift"]
    assert said["deliveries"] == ["h1"]
    assert item["schema"] == {"N": str(SCHEMA + 1)}
    assert item["sealed"] == {"M": {"by": {"S": "v2"}}}
    assert _raw(table, keys.message(message().key))["variant"] == {"S": "B"}


def test_a_newer_shop_setting_does_not_stop_older_code(dynamo: DynamoStore, table: Table) -> None:
    dynamo.put_shop(shop())
    client, name = table
    item = _raw(table, keys.shop("demo"))
    said = json.loads(zlib.decompress(item["doc"]["B"]))
    newer = {**said, "theme": "dark", "sender": {**said["sender"], "bimi": True}}
    client.put_item(TableName=name, Item={**item, "doc": {"B": zlib.compress(json.dumps(newer).encode())}})
    assert dynamo.shop("demo") == shop()


def test_what_expired_is_gone_before_dynamodb_deletes_it(dynamo: DynamoStore, table: Table, clock: Clock) -> None:
    keep(dynamo, message())
    clock.advance(days=365 * 2 + 1)
    assert _raw(table, keys.document(KEY))
    assert dynamo.order(KEY) is None
    assert dynamo.due(Lane.SEND_SERVICE, NOON + timedelta(days=1), 9) == ()
    assert dynamo.messages_of_shop("demo", 9) == ()


def test_suppression_and_shops_carry_no_expiry_and_the_rest_does(dynamo: DynamoStore, table: Table) -> None:
    dynamo.put_shop(shop())
    dynamo.suppress("demo", "hash1", Why.BOUNCE, NOON)
    keep(dynamo, message(), facts=(told(),), looks=(look(),))
    client, name = table
    rows = client.scan(TableName=name)["Items"]
    lasting = sorted(row["sk"]["S"] for row in rows if "ttl" not in row)
    assert lasting == ["SHOP", "SUPPRESSED"]


def test_a_document_alone_is_one_write_and_a_new_look_time_one_more(table: Table, clock: Clock) -> None:
    store, counted = _counted(table, clock)
    keep(store, facts=(told(),))
    document = stored(store)
    counted.calls.clear()
    assert store.commit(Commit(replace(document, deliveries=("h1",)), NOON))
    assert counted.calls == ["update_item"]
    assert store.commit(Commit(replace(stored(store), deliveries=("h2",)), NOON, looks=(look(),)))
    assert counted.calls == ["update_item", "get_item", "update_item", "update_item"]


def test_aliases_are_written_when_they_are_new_only(table: Table, clock: Clock) -> None:
    store, counted = _counted(table, clock)
    keep(store, message(), facts=(told(),))
    assert counted.calls == ["transact_write_items"]
    named = Commit(replace(stored(store), order=order(shipments=(shipment(),))), NOON)
    counted.calls.clear()
    assert store.commit(named)
    assert counted.calls == ["transact_write_items"]
    counted.calls.clear()
    assert store.commit(Commit(stored(store), NOON))
    assert counted.calls == ["get_item", "update_item"]


def test_a_slower_commit_does_not_put_back_a_look_that_a_later_one_moved_on(dynamo: DynamoStore) -> None:
    keep(dynamo)
    slow = stored(dynamo)
    assert dynamo.commit(Commit(slow, NOON))
    assert dynamo.commit(Commit(stored(dynamo), NOON, looks=(look(due=NOON + timedelta(hours=3)),)))
    # The slow one's document was written first, its look only now.
    dynamo._write_each(dynamo._looks(Commit(slow, NOON, looks=(look(),)), 2**40, "#version < :version"))
    assert dynamo.next_due(NOON - timedelta(days=1)) == NOON + timedelta(hours=3)


def test_an_expired_order_that_still_lies_there_can_be_made_anew(dynamo: DynamoStore, clock: Clock) -> None:
    keep(dynamo, message())
    clock.advance(days=800)
    assert dynamo.commit(Commit(fresh(), clock.now, (told(),), messages=(message(due=clock.now),)))
    assert stored(dynamo).version == 1
    assert [row.due for row in dynamo.messages_of(KEY)] == [clock.now]


@pytest.mark.parametrize("size", [0, 349_000, 350_000, 1_200_000])
def test_a_delivery_of_any_size_is_kept_whole(dynamo: DynamoStore, size: int) -> None:
    body = token_bytes(size)  # does not compress
    for digest in ("h1", "h2"):
        dynamo.keep_delivery("demo", KEY, RawDelivery(digest, "shopify", NOON, {"a": "b"}, body))
    assert [(d.hash, d.body == body) for d in dynamo.deliveries("demo", KEY)] == [("h1", True), ("h2", True)]


def test_a_delivery_whose_writing_broke_off_is_not_shown_in_half(dynamo: DynamoStore, table: Table) -> None:
    dynamo.keep_delivery("demo", KEY, RawDelivery("h1", "shopify", NOON, {}, token_bytes(800_000)))
    client, name = table
    key = keys.delivery(keys.partition(KEY), "h1", 1)
    client.delete_item(TableName=name, Key={k: {"S": v} for k, v in key._asdict().items()})
    assert dynamo.deliveries("demo", KEY) == ()


def test_a_throttled_transaction_is_an_error_not_a_lost_race(table: Table, clock: Clock) -> None:
    class Throttled:
        def transact_write_items(self, **_: Any) -> None:
            said = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": [{"Code": "None"}, {"Code": "ThrottlingError"}],
            }
            raise ClientError(said, "TransactWriteItems")  # type: ignore[arg-type]

        def get_item(self, **_: Any) -> dict[str, Any]:
            return {}

    with pytest.raises(Unavailable):
        DynamoStore(Throttled(), table[1], clock).commit(Commit(fresh(), NOON, (told(),)))


def test_a_conflict_on_a_message_is_a_lost_race_and_not_a_message_that_is_there(table: Table, clock: Clock) -> None:
    client, name = table
    busy = _Refusing(client, "transact_write_items", "TransactionConflict")
    store = DynamoStore(busy, name, clock)
    assert not store.commit(Commit(fresh(), NOON, messages=(message(),)))
    assert busy.refused == 1
    assert store.order(KEY) is None
    assert store.commit(Commit(fresh(), NOON, messages=(message(),)))
    assert store.messages_of(KEY) == (message(),)


def test_a_message_that_is_there_beside_one_in_conflict_is_a_lost_race_too(table: Table, clock: Clock) -> None:
    client, name = table
    store = DynamoStore(_Refusing(client, "transact_write_items", "TransactionConflict", _GONE), name, clock)
    assert not store.commit(Commit(fresh(), NOON, messages=(message("a"), message("b"))))


def test_a_message_beyond_the_transaction_is_offered_again_when_one_holds_it(table: Table, clock: Clock) -> None:
    client, name = table
    store = DynamoStore(_Refusing(client, "put_item", "TransactionConflict"), name, clock)
    keep(store, *(message(f"m{n}") for n in range(130)))
    assert len(store.messages_of(KEY)) == 130


def test_settling_while_a_transaction_holds_the_row_is_offered_again_and_not_given_up(
    table: Table, clock: Clock
) -> None:
    client, name = table
    keep(DynamoStore(client, name, clock), message())
    store = DynamoStore(_Refusing(client, "update_item", "TransactionConflict"), name, clock)
    assert store.settle(message(status=MessageStatus.SENT), {MessageStatus.PLANNED}, decision(Why.ACCEPTED))
    never = DynamoStore(_Refusing(client, "update_item", "TransactionConflict", times=99), name, clock)
    with pytest.raises(Unavailable):
        never.note_seen(message().key, opened_at=NOON)


def test_a_new_decision_costs_no_read_and_a_repeated_one_one_more_write(table: Table, clock: Clock) -> None:
    store, counted = _counted(table, clock)
    keep(store, message())
    for expected in (1, 2, 2):
        counted.calls.clear()
        assert store.settle(message(), {MessageStatus.PLANNED}, decision(Why.THROTTLED))
        assert counted.calls == ["update_item"] * expected


def test_a_row_from_before_decisions_were_compared_is_settled_all_the_same(dynamo: DynamoStore, table: Table) -> None:
    client, name = table
    keep(dynamo, message())
    old = [{"S": decision_out(decision(Why.THROTTLED, NOON + timedelta(minutes=n)))} for n in range(80)]
    client.put_item(TableName=name, Item={**_raw(table, keys.message(message().key)), "why": {"L": old}})
    assert dynamo.settle(message(), {MessageStatus.PLANNED}, decision(Why.READY, NOON + timedelta(hours=9)))
    known = dynamo.why(KEY)
    assert (len(known), known[0], known[-1].reason) == (50, decision(Why.THROTTLED), Why.READY)
    assert not dynamo.settle(message(), {MessageStatus.SENT}, decision(Why.OFF))


def test_a_look_that_was_put_off_does_not_outlive_its_order(dynamo: DynamoStore, table: Table, clock: Clock) -> None:
    keep(dynamo, looks=(look(),))
    life = _raw(table, keys.document(KEY))["ttl"]
    clock.advance(days=300)
    dynamo.plan_look(look(due=NOON + timedelta(hours=1)))
    dynamo.plan_look(look(shipment_id="s2"))
    assert [_raw(table, keys.look(KEY, id_))["ttl"] for id_ in ("s1", "s2")] == [life, life]


def test_forty_long_shipments_fit_an_item(dynamo: DynamoStore, table: Table) -> None:
    grown = order(shipments=tuple(shipment(f"s{n}", events=100) for n in range(40)))
    assert dynamo.commit(Commit(OrderDocument(grown), NOON))
    assert len(_raw(table, keys.document(KEY))["doc"]["B"]) < 40_000


def test_a_conflict_with_another_transaction_is_a_lost_race(table: Table, clock: Clock) -> None:
    class Busy:
        def transact_write_items(self, TransactItems: list[Any]) -> None:  # noqa: N803  (boto3's own name)
            reasons = [{"Code": "None"} for _ in TransactItems]
            reasons[-1] = {"Code": "TransactionConflict"}
            said = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
            raise ClientError(said, "TransactWriteItems")  # type: ignore[arg-type]

        def get_item(self, **_: Any) -> dict[str, Any]:
            return {}

    assert not DynamoStore(Busy(), table[1], clock).commit(Commit(fresh(), NOON, (told(),)))


def test_facts_are_read_from_what_the_stream_shows(dynamo: DynamoStore, table: Table) -> None:
    keep(dynamo, message(), facts=(told(),))
    item = _raw(table, keys.fact(KEY, NOON, 1))
    image = {**item, "doc": {"B": b64encode(item["doc"]["B"]).decode()}}
    assert list(facts_in(image)) == [(KEY, told())]
    assert list(facts_in(_raw(table, keys.document(KEY)))) == []
    assert list(facts_in({})) == []


def test_the_price_of_an_order_does_not_grow_with_what_is_stored(table: Table, clock: Clock) -> None:
    store, counted = _counted(table, clock)

    def price(id_: str) -> tuple[list[str], int]:
        counted.calls.clear()
        counted.bytes = 0
        _life(store, OrderKey("demo", "shopify", id_))
        return list(counted.calls), counted.bytes

    calls, before = price("1000")
    client, name = table
    rows = client.scan(TableName=name)["Items"]
    for n in range(1001, 1151):
        for row in rows:
            # The same order under another number; one by one, as moto copies its whole table for a transaction.
            told_of = {k: {"S": v["S"].replace("1000", str(n))} if "S" in v else v for k, v in row.items()}
            client.put_item(TableName=name, Item=told_of)
    calls_later, after = price("2000")
    assert calls_later == calls
    assert "scan" not in calls
    assert abs(after / before - 1) <= 0.05


def _life(store: DynamoStore, key: OrderKey) -> None:
    """Placed, shipped, looked at, mailed, shown."""
    row = message(key=key)
    first = OrderDocument(order(key, name=f"#{key.id}"), token_hash=f"hash{key.id}")
    store.commit(Commit(first, NOON, (told(),), (decision(),), (row,)))
    known = shipment("s1", *(replace(label, number=f"N{key.id}") for label in shipment().labels))
    travels = order(key, name=f"#{key.id}", shipments=(known,))
    store.commit(Commit(replace(stored(store, key), order=travels), NOON, (told(),), looks=(look(key),)))
    for hours in range(1, 5):
        later = look(key, due=NOON + timedelta(hours=hours))
        store.commit(Commit(stored(store, key), NOON, looks=(later,)))
    taken = store.claim(row.key, "c", NOON, timedelta(minutes=2))
    assert taken
    store.settle(replace(taken, status=MessageStatus.SENT), {MessageStatus.SENDING}, decision(Why.ACCEPTED))
    assert store.order_of_token(f"hash{key.id}") == key
    assert store.orders_of_number("dhl", f"N{key.id}") == (key,)
    assert store.orders_named("demo", key.id) == (key,)
    assert len(store.messages_of(key)) == 1
    assert len(store.why(key)) == 2
