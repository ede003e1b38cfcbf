"""The webhook door's decision: is this authentic, and then keep it before anything else. Standard library only."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from encamino.domain.errors import Missing
from encamino.shops.base import Platform, platform

#: What a delivery may weigh. Above it 413, counted.
LARGEST = 4 * 1024 * 1024
#: Above this the body travels by S3: an SQS message holds 1 MiB, base64 takes a third more.
INLINE = 700 * 1024
ENVELOPE = 1


@dataclass(frozen=True)
class Arrived:
    """What came to the door. Header names are lower case."""

    platform: str
    shop: str
    method: str
    headers: Mapping[str, str]
    query: str
    body: bytes
    at: datetime


@dataclass(frozen=True)
class Reply:
    """What the door answers; `verdict` is for its log line."""

    status: int
    verdict: str
    body: str = ""


@dataclass(frozen=True)
class Doorkeeper:
    """What the door needs: the shop's secrets (again=True reads anew), a queue, a place for what is too big for it."""

    secrets: Callable[[str, str, bool], Sequence[str]]
    enqueue: Callable[[str], None]
    put_aside: Callable[[bytes], str]


def receive(arrived: Arrived, keeper: Doorkeeper) -> Reply:
    """200 for every authentic delivery, however odd; 401 for everything else; nothing is understood here."""
    if len(arrived.body) > LARGEST:
        return Reply(413, "too_large")
    try:
        adapter = platform(arrived.platform)
    except Missing:
        return Reply(401, "no_platform")
    handshake = adapter.handshake(arrived.method, arrived.headers, arrived.query, arrived.body)
    if handshake is not None:
        return Reply(handshake.status, "handshake", handshake.body)
    if not _authentic(adapter, arrived, keeper):
        return Reply(401, "forged")
    keeper.enqueue(_envelope(adapter, arrived, keeper))
    return Reply(200, "kept")


def _authentic(adapter: Platform, arrived: Arrived, keeper: Doorkeeper) -> bool:
    """Secrets are cached; a signature that fails is tried once more with fresh ones, for the time after a rotation."""
    return any(
        adapter.verify(arrived.body, arrived.headers, keeper.secrets(arrived.shop, arrived.platform, again), arrived.at)
        for again in (False, True)
    )


def _envelope(adapter: Platform, arrived: Arrived, keeper: Doorkeeper) -> str:
    kept = {name: value for name, value in arrived.headers.items() if name in adapter.HEADERS}
    return envelope(arrived.platform, arrived.shop, arrived.at, kept, arrived.body, keeper.put_aside)


def envelope(
    slug: str,
    shop: str,
    received_at: datetime,
    headers: Mapping[str, str],
    body: bytes,
    put_aside: Callable[[bytes], str],
    **more: str,
) -> str:
    """A delivery as it lies in the inbox queue; a body that is too large for one lies elsewhere."""
    big = len(body) > INLINE
    where = {"s3": put_aside(body)} if big else {"body_b64": base64.b64encode(body).decode()}
    said = {"v": ENVELOPE, "platform": slug, "shop": shop, "received_at": received_at.isoformat()}
    return json.dumps({**said, "headers": dict(headers), **where, **more})
