"""moto at the size of a shop: the same answers, without looking at the whole table or queue for each of them.

As it comes, moto sorts every item for each query, copies the whole table for every item of a transaction, and finds out
anew for each request which of its services is meant. Here a query is shown the items of its partition, of the table or
of an index; a cancelled transaction puts back the items it named; a request goes straight to moto's DynamoDB. What is
answered, refused and compared stays moto's own. Binary values stay as they travel, base64.
"""

import base64
import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from moto.backends import get_backend
from moto.core.exceptions import JsonRESTError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.sqs.models import Queue

from encamino.store import keys

_UNCOUNTED = [name for name in Queue.BASE_ATTRIBUTES if not name.startswith("Approximate")]


class QuickTable(Table):
    """A table that finds a partition by its key. `of_index` is kept between two writes."""

    of_index: dict[str, dict[DynamoType, list[Item]]]
    _asked: tuple[str | None, DynamoType]

    @override
    def query(self, hash_key: Any, *arguments: Any, **named: Any) -> Any:
        index = arguments[6]
        conditions = named["hash_key_conditions"]
        self._asked = index, conditions[0][1] if conditions else hash_key
        return super().query(hash_key, *arguments, **named)

    @override
    def all_items(self) -> list[Item]:
        index, partition = self._asked
        if index is None:
            return list(self.items.get(partition, {}).values())
        return self._index(index).get(partition, [])

    def holds(self, query: Mapping[str, Any]) -> bool:
        """Whether a query on an index names a partition that is there."""
        partitions = self._index(query["IndexName"])
        return any(DynamoType(value) in partitions for value in query["ExpressionAttributeValues"].values())

    def _index(self, name: str) -> dict[DynamoType, list[Item]]:
        if name not in self.of_index:
            self.of_index[name] = self._of(f"{name}_pk")
        return self.of_index[name]

    def _of(self, attribute: str) -> dict[DynamoType, list[Item]]:
        held: dict[DynamoType, list[Item]] = {}
        for partition in self.items.values():
            for item in partition.values():
                if attribute in item.attrs:
                    held.setdefault(item.attrs[attribute], []).append(item)
        return held

    def __deepcopy__(self, _memo: object) -> "QuickTable":
        return self  # a transaction that is cancelled is undone below


def answer(operation: str, body: Mapping[str, Any], region: str) -> tuple[int, str]:
    """What moto's DynamoDB answers: status and body."""
    if "IndexName" in body and not _table(body["TableName"], region).holds(body):
        return 200, '{"Items":[],"Count":0,"ScannedCount":0}'
    handler: Any = DynamoHandler()
    handler.body, handler.headers, handler.region, handler.current_account = body, {}, region, DEFAULT_ACCOUNT_ID
    try:
        said = getattr(handler, camelcase_to_underscores(operation))()
    except JsonRESTError as err:
        return 400, str(err.description)
    return 200, json.dumps(said.result, default=_plain)


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value.to_json()


def at_size(name: str, region: str) -> None:
    """Make that table one of these, and have no queue counted needlessly."""
    backend: Any = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][region]
    table = _table(name, region)
    made: Any = QuickTable
    table.__class__, table.of_index = made, {}
    for write in ("put_item", "update_item", "delete_item"):
        setattr(backend, write, _forgetting(table, getattr(backend, write)))
    backend.transact_write_items = _undone_when_cancelled(table, backend.transact_write_items)
    queues: Any = get_backend("sqs")[DEFAULT_ACCOUNT_ID][region]
    queues.get_queue_attributes = _counting_when_asked(queues)
    for queue in queues.queues.values():
        queue.BASE_ATTRIBUTES = _UNCOUNTED


def due_by(name: str, region: str, now: datetime) -> bool:
    """Whether the agenda holds anything that is due."""
    until = keys.iso(now)
    agenda = _table(name, region)._index("agenda").values()
    return any(item.attrs["agenda_sk"].value <= until for items in agenda for item in items)


def images(name: str, region: str) -> list[Mapping[str, Any]]:
    """Every item, as the table's stream shows it."""
    held = _table(name, region).items.values()
    return [item.to_json()["Attributes"] for partition in held for item in partition.values()]


def visible(url: str, region: str) -> bool:
    """Whether a queue has anything to give now."""
    queues: Any = get_backend("sqs")[DEFAULT_ACCOUNT_ID][region]
    return bool(queues.get_queue(url.rsplit("/", 1)[-1]).messages)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table and every queue, as they were."""

    items: Any
    queues: Mapping[str, Any]


def snapshot(name: str, region: str) -> Snapshot:
    """Remember how things stand."""
    queues: Any = get_backend("sqs")[DEFAULT_ACCOUNT_ID][region]
    kept = {n: (q._messages, q._pending_messages, q.deleted_messages) for n, q in queues.queues.items()}
    return copy.deepcopy(Snapshot(_table(name, region).items, kept))


def restore(name: str, region: str, then: Snapshot) -> None:
    """Make it so again."""
    queues: Any = get_backend("sqs")[DEFAULT_ACCOUNT_ID][region]
    then, table = copy.deepcopy(then), _table(name, region)
    table.items = then.items
    table.of_index.clear()
    for queue, (messages, pending, deleted) in then.queues.items():
        made = queues.queues[queue]
        made._messages, made._pending_messages, made.deleted_messages = messages, pending, deleted


def _counting_when_asked(backend: Any) -> Callable[..., Any]:
    read = backend.get_queue_attributes

    def reading(queue_name: str, attribute_names: list[str]) -> Any:
        queue = backend.get_queue(queue_name)
        if not set(attribute_names) <= set(_UNCOUNTED):
            queue.BASE_ATTRIBUTES = Queue.BASE_ATTRIBUTES
        try:
            return read(queue_name, attribute_names)
        finally:
            queue.BASE_ATTRIBUTES = _UNCOUNTED

    return reading


def _table(name: str, region: str) -> QuickTable:
    backend: Any = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][region]
    table: QuickTable = backend.get_table(name)
    return table


def _forgetting(table: QuickTable, write: Callable[..., Any]) -> Callable[..., Any]:
    def writing(*arguments: Any, **named: Any) -> Any:
        table.of_index.clear()
        return write(*arguments, **named)

    return writing


def _undone_when_cancelled(table: QuickTable, write: Callable[..., Any]) -> Callable[..., Any]:
    def writing(transact_items: Sequence[Mapping[str, Any]]) -> Any:
        before = [(*at, copy.deepcopy(table.items.get(at[0], {}).get(at[1]))) for at in map(_key, transact_items)]
        try:
            return write(transact_items)
        except BaseException:
            for pk, sk, item in before:
                table.items[pk].pop(sk, None)
                if item is not None:
                    table.items[pk][sk] = item
            table.of_index.clear()
            raise

    return writing


def _key(change: Mapping[str, Any]) -> tuple[DynamoType, DynamoType]:
    ((_, said),) = change.items()
    key = said.get("Key") or said["Item"]
    return DynamoType(key["pk"]), DynamoType(key["sk"])
