"""From a kept envelope to an order that knows: the worker's side of the webhook door and of the push door."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from encamino.carriers.base import PUSHED
from encamino.domain.errors import Misconfigured
from encamino.flows.intake import Recognise, Taken, take
from encamino.flows.keep import Desk
from encamino.flows.take_push import Push, take_push
from encamino.shops.base import Delivery, platform


@dataclass(frozen=True, slots=True)
class InboxDesk:
    """What taking in needs. `fetch`: brings a body too big for the queue. `operator`: whose accounts all share."""

    desk: Desk
    recognise: Recognise
    fetch: Callable[[str], bytes]
    operator: str = ""


def take_in(room: InboxDesk, text: str, now: datetime) -> str:
    """Take one envelope in; returns what became of it, for the log. Raises Conflict, Unavailable, Misconfigured."""
    envelope: Mapping[str, Any] = json.loads(text)
    if envelope["platform"].startswith(PUSHED):
        return take_push(room.desk, _push(room, envelope), now, envelope.get("aside"))
    shop = room.desk.store.shop(envelope["shop"])
    if shop is None:
        raise Misconfigured(
            f"no shop {envelope['shop']!r}", where="table", cure="encamino shop apply FILE.yaml, then redrive"
        )
    delivery = Delivery(_body(room, envelope), envelope["headers"], datetime.fromisoformat(envelope["received_at"]))
    slug = envelope["platform"]
    taken = take(room.desk, shop, slug, platform(slug), delivery, room.recognise, now)
    if envelope.get("aside", taken.aside) != taken.aside:
        # Told again, and it does not lie there any more: nobody need look after it.
        room.desk.store.drop_delivery(shop.shop, None, envelope["aside"])
    verdict = _verdict(taken)
    said = f"{verdict}: {taken.trouble or taken.ignored}" if taken.trouble or taken.ignored else verdict
    room.desk.store.note_delivery(shop.shop, slug, delivery.received_at, said)
    return verdict


def _push(room: InboxDesk, envelope: Mapping[str, Any]) -> Push:
    carrier, shop = envelope["platform"].removeprefix(PUSHED), envelope["shop"]
    received_at = datetime.fromisoformat(envelope["received_at"])
    return Push(carrier, shop, _body(room, envelope), received_at, everyones=shop == room.operator)


def _body(room: InboxDesk, envelope: Mapping[str, Any]) -> bytes:
    return room.fetch(envelope["s3"]) if "s3" in envelope else base64.b64decode(envelope["body_b64"])


def _verdict(taken: Taken) -> str:
    if taken.trouble:
        return "unreadable"
    if taken.ignored:
        return "ignored"
    return "again" if all(kept.again for kept in taken.kept) else "understood"
