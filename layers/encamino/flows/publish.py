"""What the table's stream says, as events for the operator's own bus. Facts only; nothing personal is in them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from encamino.store.items import facts_in

SOURCE = "encamino"


def entries(records: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], ...]:
    """EventBridge entries of the facts that were just written; other records say nothing."""
    return tuple(entry for record in records if record.get("eventName") == "INSERT" for entry in _of(record))


def _of(record: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for key, fact in facts_in(record["dynamodb"].get("NewImage", {})):
        said = {
            "shop": key.shop, "platform": key.platform, "order": key.id,
            "fact": fact.type, "subject": fact.subject, "at": fact.at.isoformat(),
        }  # fmt: skip
        yield {"Source": SOURCE, "DetailType": fact.type, "Detail": json.dumps(said)}
