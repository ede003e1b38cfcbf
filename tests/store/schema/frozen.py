"""Items as DynamoDB holds them, in files: written once for each schema number, read for ever.

Where a file says `B`, there is base64, as in DynamoDB's own JSON.
"""

import json
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from encamino.store import keys
from encamino.store.base import SCHEMA
from encamino.store.dynamo import DynamoStore
from tests.store.schema.life import KEY, NOW, SHOP, live
from tests.store.schema.questions import QUESTIONS, kind_of, plain

type Raw = dict[str, dict[str, Any]]

FOLDER = Path(__file__).parent
#: Of how many bytes the parts of a delivery are here; the store's own are too large for a repository.
_PART = 400


class Frozen:
    """What one schema number wrote: the items and the answers they gave, kind by kind."""

    def __init__(self, schema: int) -> None:
        files = sorted((FOLDER / f"{schema}").glob("*.json"))
        read = {file.stem: json.loads(file.read_text("utf-8")) for file in files}
        self.answers: Mapping[str, Any] = {kind: said["answers"] for kind, said in read.items()}
        #: The items as a stream's record shows them, and as the table takes them.
        self.images: Mapping[str, list[Raw]] = {kind: said["items"] for kind, said in read.items()}
        self.items: Mapping[str, list[Raw]] = {kind: list(map(_unspelled, had)) for kind, had in self.images.items()}


def freeze(client: Any, table: str) -> list[Path]:
    """Live in this empty table and keep what then lies there. A file that is there already is never touched."""
    store = DynamoStore(client, table, _now)
    live(store)
    _in_parts(client, table)
    found: defaultdict[str, list[Raw]] = defaultdict(list)
    for item in client.scan(TableName=table)["Items"]:
        found[kind_of(item["pk"]["S"], item["sk"]["S"])].append(item)
    folder = FOLDER / f"{SCHEMA}"
    folder.mkdir(exist_ok=True)
    written = []
    for kind, items in sorted(found.items()):
        file = folder / f"{kind}.json"
        if not file.exists():
            spelled = [_spelled(item) for item in sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))]
            said = {"items": spelled, "answers": plain(QUESTIONS[kind](store))}
            file.write_text(json.dumps(said, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
            written.append(file)
    return written


def _now() -> datetime:
    return NOW


def _in_parts(client: Any, table: str) -> None:
    """Divide the delivery that does not compress as the store divides one that is larger than an item."""
    for pk in (keys.partition(KEY), f"SHOP#{SHOP}"):
        key = keys.delivery(pk, f"{900:064}")
        head = client.get_item(TableName=table, Key={name: {"S": said} for name, said in key._asdict().items()})["Item"]
        body = head["body"]["B"]
        parts = [body[start : start + _PART] for start in range(0, len(body), _PART)]
        client.put_item(TableName=table, Item={**head, "body": {"B": parts[0]}, "parts": {"N": str(len(parts))}})
        for number, part in enumerate(parts[1:], 1):
            further = {**key._asdict(), **keys.delivery(pk, f"{900:064}", number)._asdict()}
            item = {name: {"S": said} for name, said in further.items()}
            client.put_item(TableName=table, Item={**item, "body": {"B": part}, "ttl": head["ttl"]})


def _spelled(item: Raw) -> Raw:
    return {name: {"B": b64encode(t["B"]).decode()} if "B" in t else t for name, t in item.items()}


def _unspelled(item: Raw) -> Raw:
    return {name: {"B": b64decode(t["B"])} if "B" in t else t for name, t in item.items()}
