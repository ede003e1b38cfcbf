"""The edge to DynamoDB: plain items in and out, conditions whose failure is an answer, expired items never seen.

In expressions `#word` stands for the attribute of that name and `:word` for a value given by that name.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, islice
from typing import Any

from botocore.exceptions import ClientError

from encamino.domain.errors import Unavailable
from encamino.store.keys import Key

type Value = str | bytes | bool | int | list[str]
type Item = dict[str, Value]
#: An item to be written; None: without that attribute.
type Draft = Mapping[str, Value | None]

#: What one TransactWriteItems holds.
TRANSACTION = 100
_BATCH = 100
#: Conditions on the item's life; both need `clock`.
NOT_THERE, THERE = "attribute_not_exists(#pk) OR #ttl <= :clock", "#ttl > :clock"
_FAILED, _CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
_BUSY = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "RequestLimitExceeded"})
#: How often a write is offered that met a transaction on its item.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One write that was spelled out: alone, or as part of a transaction. `kind` as DynamoDB calls it."""

    kind: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a write. `item`: with a failed condition what was there, else what was asked for."""

    done: bool
    item: Item | None = None
    #: A transaction held the item: the condition was not even looked at.
    held: bool = False


class Table:
    """One table. `client` is boto3's low-level one; `now` the wall clock that TTL goes by."""

    def __init__(self, client: Any, name: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._name = name
        self._now = now

    @property
    def clock(self) -> int:
        """Now, as TTL counts."""
        return math.floor(self._now().timestamp())

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        """The item of that key."""
        answer = self._client.get_item(TableName=self._name, Key=_typed(key._asdict()), ConsistentRead=consistent)
        return self._living(_plain(answer["Item"])) if "Item" in answer else None

    def get_many(self, wanted: Sequence[Key]) -> dict[Key, Item]:
        """The items of those keys that are there."""
        found: dict[Key, Item] = {}
        for some in batched(wanted, _BATCH, strict=False):
            ask = [_typed(key._asdict()) for key in some]
            while ask:
                answer = self._client.batch_get_item(RequestItems={self._name: {"Keys": ask}})
                for item in map(_plain, answer["Responses"].get(self._name, ())):
                    if self._living(item):
                        found[Key(str(item["pk"]), str(item["sk"]))] = item
                ask = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
        return found

    def query(
        self,
        where: str,
        *,
        index: str | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        limit: int | None = None,
        **values: Value,
    ) -> Iterator[Item]:
        """The items a key condition names, in the order of their sort keys; further pages are fetched as needed."""
        arguments: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": where,
            "ScanIndexForward": not newest_first,
            **_named(where, values),
        }
        if index:
            arguments["IndexName"] = index
        if consistent:
            arguments["ConsistentRead"] = True
        if limit:
            arguments["Limit"] = limit
        return islice(self._pages(arguments), limit)

    def put(self, key: Key, item: Draft, when: str = "", **values: Value) -> Change:
        """A whole item, if the condition holds; attributes that are None are left out."""
        whole = {**key._asdict(), **{name: value for name, value in item.items() if value is not None}}
        return self._change("Put", {"Item": _typed(whole)}, "", when, values)

    def update(self, key: Key, item: Draft, when: str = "", also: str = "", **values: Value) -> Change:
        """These attributes only, None taking one away, so that what newer code added stays. `also`: more SET terms."""
        given = {name: value for name, value in item.items() if value is not None}
        sets = ", ".join(filter(None, [*(f"#{name} = :{name}" for name in given), also]))
        removes = ", ".join(f"#{name}" for name in item if name not in given)
        said = " ".join(filter(None, [sets and f"SET {sets}", removes and f"REMOVE {removes}"]))
        return self._change("Update", {"Key": _typed(key._asdict())}, said, when, {**given, **values})

    def delete(self, key: Key) -> Change:
        """No such item any more."""
        return self._change("Delete", {"Key": _typed(key._asdict())}, "", "", {})

    def write(self, change: Change, *, returning: str = "NONE") -> Written:
        """Write one. A condition that does not hold is an answer, not an error."""
        call = getattr(self._client, f"{change.kind.lower()}_item")
        arguments = {**change.arguments, "ReturnValues": returning}
        if "ConditionExpression" in arguments:
            arguments["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            answer = call(**arguments)
        except ClientError as err:
            code = err.response["Error"]["Code"]
            if code == f"{_CONFLICT}Exception":
                return Written(done=False, held=True)
            if code != f"{_FAILED}Exception":
                raise
            there: Any = err.response
            return Written(done=False, item=_plain(there["Item"]) if there.get("Item") else None)
        return Written(done=True, item=_plain(answer["Attributes"]) if answer.get("Attributes") else None)

    def insist(self, change: Change, *, returning: str = "NONE") -> Written:
        """Write one whose loss nobody would notice. Raises Unavailable while a transaction holds its item."""
        for _ in range(_TRIES):
            written = self.write(change, returning=returning)
            if not written.held:
                return written
        raise Unavailable("a transaction holds the item", where=self._name, cure="the caller will try again")

    def write_all(self, changes: Sequence[Change]) -> tuple[int, ...] | None:
        """Write all or nothing. The places of those whose condition did not hold: none when all is written.

        None: someone else was writing one of them. Raises Unavailable when the table is busy.
        """
        try:
            self._client.transact_write_items(TransactItems=[{change.kind: change.arguments} for change in changes])
        except ClientError as err:
            reasons = [reason.get("Code", "None") for reason in err.response.get("CancellationReasons", ())]
            said = set(reasons) - {"None"}
            if err.response["Error"]["Code"] != "TransactionCanceledException" or said - {_FAILED, _CONFLICT, *_BUSY}:
                raise
            if said & _BUSY:
                raise Unavailable("the table is busy", where=self._name, cure="the caller will try again") from err
            if not said or _CONFLICT in said:
                return None
            return tuple(place for place, code in enumerate(reasons) if code == _FAILED)
        return ()

    def _change(
        self, kind: str, arguments: dict[str, Any], said: str, when: str, values: Mapping[str, Value]
    ) -> Change:
        spelled = {"TableName": self._name, **arguments, **_named(f"{said} {when}", values)}
        if said:
            spelled["UpdateExpression"] = said
        if when:
            spelled["ConditionExpression"] = when
        return Change(kind, spelled)

    def _pages(self, arguments: dict[str, Any]) -> Iterator[Item]:
        while True:
            answer = self._client.query(**arguments)
            yield from filter(self._living, map(_plain, answer["Items"]))
            if "LastEvaluatedKey" not in answer:
                return
            arguments = {**arguments, "ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _living(self, item: Item) -> Item | None:
        """DynamoDB deletes what has expired within days, not at the minute."""
        ttl = item.get("ttl")
        return None if isinstance(ttl, int) and ttl <= self.clock else item


def seconds(until: datetime) -> int:
    """A time as TTL counts."""
    return math.ceil(until.timestamp())


def _named(expression: str, values: Mapping[str, Value]) -> dict[str, Any]:
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}
    used = {f":{name}": _type(values[name]) for name in re.findall(r":(\w+)", expression)}
    return {
        **({"ExpressionAttributeNames": names} if names else {}),
        **({"ExpressionAttributeValues": used} if used else {}),
    }


def _typed(item: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _type(value) for name, value in item.items()}


def _type(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case int():
            return {"N": str(value)}
        case list():
            return {"L": [{"S": text} for text in value]}


def _plain(item: Mapping[str, Mapping[str, Any]]) -> Item:
    """The attributes of the kinds we write; newer code may have written others, which stay where they are."""
    plain: Item = {}
    for name, typed in item.items():
        match dict(typed):
            case {"S": value} | {"BOOL": value} | {"B": value}:
                plain[name] = value
            case {"N": value}:
                plain[name] = int(value) if value.lstrip("-").isdigit() else value
            case {"L": values}:
                plain[name] = [value["S"] for value in values if "S" in value]
    return plain
