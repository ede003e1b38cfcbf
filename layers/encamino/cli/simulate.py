"""A made-up delivery from the recordings, with a new id, signed, through API Gateway."""

import json
import re
import secrets as randomness
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from encamino import wiring
from encamino.domain.errors import Missing, Refused, Unavailable
from encamino.shops.base import Delivery, platform

#: An instant as shops write it, most of them with its offset.
_INSTANT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?")
_RECORDINGS = Path(__file__).resolve().parents[3] / "tests" / "shops"


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was sent and what the door answered."""

    order: str
    status: str
    http_status: int
    url: str


def simulate(api: str, shop: str, slug: str, status: str) -> Simulated:
    """Send it. Raises Refused for a status the platform cannot state, Missing without a secret or recordings."""
    adapter = platform(slug)
    if status not in adapter.STATES:
        known = ", ".join(sorted(adapter.STATES))
        raise Refused(f"{slug} cannot state {status!r}", where="--status", cure=f"it can state: {known}")
    recording = recorded(slug, adapter.STATES[status])
    order = new_order(slug, recording)
    now = wiring.business()
    http_status = deliver(api, shop, slug, renewed(slug, recording, order, now - told_at(slug, recording, now)))
    return Simulated(order, status, http_status, _url(api, shop, slug))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording from tests/shops/<slug>/: headers without a signature, and the body as text."""

    headers: dict[str, str]
    body: str


def recorded(slug: str, name: str) -> Recorded:
    """A recording of a platform. Raises Missing."""
    file = _RECORDINGS / slug / f"{name}.json"
    if not file.exists():
        raise Missing(f"no recording {file.name}", where=str(file.parent), cure="run from a checkout of encamino")
    said = json.loads(file.read_text())
    headers = {str(header): str(value) for header, value in said["headers"].items()}
    return Recorded(headers, json.dumps(said["body"], ensure_ascii=False))


def key_of(slug: str, recording: Recorded) -> str:
    """The order it is about. Raises Missing."""
    now = datetime.now(UTC)
    order = platform(slug).key(Delivery(recording.body.encode(), recording.headers, now))
    if order is None:
        raise Missing("the recording is about no order", where=slug, cure="choose another status")
    return order


def new_order(slug: str, recording: Recorded) -> str:
    """An order id nobody had before, as long as the recorded one."""
    digits = len(key_of(slug, recording))
    return str(9 * 10 ** (digits - 1) + randomness.randbelow(10 ** (digits - 1)))


def renewed(slug: str, recording: Recorded, order: str, by: timedelta) -> Recorded:
    """The recording about another order, every instant moved by so much."""
    old = key_of(slug, recording)
    text = recording.body.replace(old, order)
    moved = _INSTANT.sub(lambda m: (datetime.fromisoformat(m[0]) + by).isoformat(timespec="seconds"), text)
    return Recorded({name: value.replace(old, order) for name, value in recording.headers.items()}, moved)


def told_at(slug: str, recording: Recorded, now: datetime) -> datetime:
    """When the newest of what it says was so, as the platform reads it; now, if it says nothing."""
    facts = platform(slug).translate(Delivery(recording.body.encode(), recording.headers, now), {}).facts
    return max((fact.details.as_of if fact.details else fact.at for fact in facts), default=now)


def deliver(api: str, shop: str, slug: str, recording: Recorded) -> int:
    """Sign it and post it to the webhook door; returns the HTTP status. Raises Missing, Unavailable."""
    secrets = wiring.parameters().secrets(shop, slug, wiring.wall())
    if not secrets:
        raise Missing(
            f"{shop} has no secret for {slug}",
            where=f"shop {shop}",
            cure=f"encamino shop secret {shop} {slug} --value …",
        )
    body = recording.body.encode()
    signed = {**recording.headers, **platform(slug).sign(body, secrets[0], datetime.now(UTC))}
    url = _url(api, shop, slug)
    try:
        return requests.post(url, data=body, headers=signed, timeout=30).status_code
    except requests.RequestException as err:
        raise Unavailable(f"the webhook door does not answer: {err}", where=url, cure="run `make up`") from err


def _url(api: str, shop: str, slug: str) -> str:
    return f"{api}/webhooks/{slug}/{shop}"
