"""A table as one release left it, under the code of another: what is read, what a write loses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from encamino.store.dynamo import DynamoStore
from encamino.store.keys import Key
from tests.store.schema.frozen import Frozen, Raw
from tests.store.schema.life import NOW
from tests.store.schema.newer import MORE, bare, inside
from tests.store.schema.questions import QUESTIONS, kind_of, plain
from tests.store.schema.writes import LATER, TOLD


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The table, as it was filled."""

    client: Any
    table: str
    filled: dict[Key, Raw]

    @property
    def store(self) -> DynamoStore:
        """The present code, at the time of the items."""
        return DynamoStore(self.client, self.table, lambda: NOW)

    def items(self) -> dict[Key, Raw]:
        """What lies there now."""
        return {_key(item): item for item in self.client.scan(TableName=self.table)["Items"]}

    def put(self, item: Raw) -> None:
        """One more item."""
        self.client.put_item(TableName=self.table, Item=item)

    def answers(self, kind: str) -> Any:
        """What the present code reads of a kind."""
        return plain(QUESTIONS[kind](self.store))

    def lost(self) -> list[str]:
        """What newer code had said and is there no more; items that were taken away are not looked at."""
        there = self.items()
        return [
            f"{key.sk}: {what}"
            for key, before in self.filled.items()
            if key in there
            for what in _lost(before, there[key])
        ]

    def changed(self) -> set[str]:
        """The kinds of which an item is another now."""
        there = self.items()
        return {kind_of(*key) for key, before in self.filled.items() if there.get(key) != before}


def upgraded(
    new: Callable[[], tuple[Any, str]], schema: int, grown: Callable[[Raw], Raw] = lambda item: item
) -> Upgraded:
    """A new table with the frozen items of a schema number."""
    client, table = new()
    filled = {}
    for items in Frozen(schema).items.values():
        for item in map(grown, items):
            client.put_item(TableName=table, Item=item)
            filled[_key(item)] = item
    return Upgraded(client, table, filled)


def _lost(before: Raw, now: Raw) -> Iterator[str]:
    yield from (name for name, typed in MORE.items() if name in before and now.get(name) != typed)
    # What our own write told is new: newer code has said nothing in it.
    told = [found for said in inside(now) for found in bare(said) if not _ours(found)]
    if told and not any(True for said in inside(before) for _ in bare(said)):
        yield from map(str, told)


def _ours(found: dict[str, Any]) -> bool:
    return (
        found.get("raw_code") == TOLD[0]
        or found.get("type") == TOLD[1]
        or found.get("at", "") >= LATER.isoformat()[:16]
    )


def _key(item: Raw) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])
