"""What travels on the look and send queues: keys, never data."""

import json
from datetime import datetime

from encamino.domain.message import MessageKey
from encamino.domain.order import OrderKey
from encamino.store.base import Due, Look


def written(due: Due) -> str:
    """A due thing as the text of a queue message."""
    if due.message is not None:
        return json.dumps({"v": 1, "message": str(due.message)})
    if due.look is None:
        raise ValueError("a due thing is a message or a look")
    look = due.look
    return json.dumps(
        {
            "v": 1, "shop": look.order.shop, "platform": look.order.platform, "order": look.order.id,
            "shipment": look.shipment, "carrier": look.carrier, "account": look.account, "number": look.number,
            "due": look.due.isoformat() if look.due else None,
        }
    )  # fmt: skip


def read_message(text: str) -> MessageKey:
    """The message a queue message names."""
    return MessageKey.parse(json.loads(text)["message"])


def read_look(text: str) -> Look:
    """The look a queue message names."""
    said = json.loads(text)
    due = datetime.fromisoformat(said["due"]) if said["due"] else None
    key = OrderKey(said["shop"], said["platform"], said["order"])
    return Look(key, said["shipment"], said["carrier"], said["account"], said["number"], due)
