"""Histories of orders as a file tells them: four deliveries of Shopify and six answers of DHL each, in three months."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.simulator.recordings import Recordings
from infra.local.simulator.shifting import shift

TESTS = Path(__file__).parents[1]
START = datetime(2026, 9, 1, 7, tzinfo=UTC)
SEASON = timedelta(days=91)
#: The recorded history of one order; when, in minutes after the first.
ORDER = ((0, "order_created"), (1, "order_paid"), (1440, "in_preparation"), (3225, "fulfilled_with_number"))
#: Minutes after the shipping, DHL's recordings of one journey, as far apart as they were recorded.
JOURNEY = (
    (0, "announced"), (1210, "in_transit"), (2755, "out_for_delivery"), (3085, "attempt_failed"),
    (3370, "available_for_pickup"), (4375, "delivered"),
)  # fmt: skip

type Line = dict[str, Any]


def season(orders: int, seed: int = 0) -> list[Line]:
    """So many orders, begun at any time of three months, told in the order of time."""
    chance = random.Random(seed)
    lines = [line for n in range(orders) for line in history(n, START + chance.random() * SEASON)]
    return sorted(lines, key=lambda line: str(line["at"]))


def history(n: int, start: datetime) -> Iterator[Line]:
    """One order from the shop to the door."""
    for minutes, name in ORDER:
        yield delivered(name, start + timedelta(minutes=minutes), n)
    shipped = start + timedelta(minutes=ORDER[-1][0])
    for minutes, play in JOURNEY:
        yield answered(play, shipped + timedelta(minutes=minutes), n)


def delivered(name: str, at: datetime, n: int = 0) -> Line:
    """A recording of Shopify's, arriving then, about order n."""
    said = _recording(name)
    updated = datetime.fromisoformat(said["body"]["updated_at"])
    body = shift({**said["body"], "id": 10**9 + n, "name": f"#{n}"}, at - updated)
    body["email"] = body["contact_email"] = f"lucia-{n}@example.com"
    for parcel in body["fulfillments"]:
        parcel.update(order_id=body["id"], tracking_number=number(n), tracking_numbers=[number(n)])
    return {"at": at.isoformat(), "platform": "shopify", "headers": said["headers"], "body": body}


def answered(play: str, at: datetime, n: int = 0) -> Line:
    """What DHL says of that order's number then."""
    said = Recordings(TESTS / "carriers").answer("dhl", play, number(n), at)
    return {
        "at": at.isoformat(), "carrier": "dhl", "number": number(n), "answer": said.body.decode(),
        "http_status": said.status,
    }  # fmt: skip


def number(n: int) -> str:
    """The tracking number of order n: a shape of DHL's own."""
    return f"JJD{n:017d}"


def written(lines: list[Line], file: Path) -> Path:
    """The file."""
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return file


@cache
def _recording(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((TESTS / f"shops/shopify/{name}.json").read_text(encoding="utf-8"))
    return said
