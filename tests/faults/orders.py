"""Orders told to the real door: each by several signed webhooks, each of them three times, in no order at all."""

import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.e2e.outside import SECRET, SHOP_FILE, Order, encamino
from tests.faults.cloud import Cloud, FastClock

KINDS = ("whole", "whole", "whole", "late_number", "paid", "cancelled")
#: From when on DHL says what, after the order was told: near enough to one another to be looked at within minutes.
JOURNEY = ((timedelta(0), "out_for_delivery"), (timedelta(minutes=80), "delivered"))
TIMES = 3
_TRIES = 200


@dataclass(frozen=True)
class Told:
    """An order, its history in the order in which it happened, and when (business clock) that was."""

    order: Order
    kind: str
    deliveries: tuple[tuple[str, bytes], ...]
    start: datetime

    @property
    def travels(self) -> bool:
        return self.kind in ("whole", "late_number")


@dataclass
class Load:
    """What was told, and what the door answered."""

    cloud: Cloud
    clock: FastClock
    shops: tuple[str, ...]
    seed: int
    told: list[Told] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._run = random.Random(uuid.uuid4().int).randrange(10**6)

    def for_as_long_as(self, seconds: float, per_second: float) -> None:
        """A new order every so often."""
        self._tell(self._paced(seconds, 1 / per_second))

    def so_many(self, orders: int, per_second: float) -> None:
        self._tell(self._paced(orders / per_second, 1 / per_second))

    def _paced(self, seconds: float, pause: float) -> Iterable[int]:
        began = time.monotonic()
        for place in range(round(seconds / pause)):
            time.sleep(max(0.0, began + place * pause - time.monotonic()))
            yield place

    def _tell(self, places: Iterable[int]) -> None:
        with ThreadPoolExecutor(8) as tellers:
            results = [tellers.submit(self._tell_one, place) for place in places]
            for result in results:
                result.result()

    def _tell_one(self, place: int) -> None:
        chance = random.Random(self.seed * 100_000 + place)
        told = self._new(place, KINDS[place % len(KINDS)])
        if told.travels:
            programme(self.cloud, told)
        with self._lock:
            self.told.append(told)
        said = [delivery for delivery in told.deliveries for _ in range(TIMES)]
        chance.shuffle(said)
        for topic, body in said:
            self._until_taken(told.order, topic, body)

    def _until_taken(self, order: Order, topic: str, body: bytes) -> None:
        """As shops do: what is not answered by 200 is told again."""
        for _ in range(_TRIES):
            try:
                answer = order.tell(topic, body)
            except OSError:
                answer = 0
            with self._lock:
                self.answers[answer] += 1
            if answer == 200:
                return
            time.sleep(0.5)
        raise AssertionError(f"the door answered {answer} {_TRIES} times")

    def _new(self, place: int, kind: str) -> Told:
        id_ = int(f"7{self._run:06}{place:05}00")
        order = Order(
            self.cloud.stack, self.shops[place % len(self.shops)], id_, f"c{self._run}-{place}@cliente.example",
            f"JJD{id_:017d}", phone=f"+346{self._run % 1000:03}{place:05}",
        )  # fmt: skip
        start = self.clock.now().replace(microsecond=0)
        return Told(order, kind, tuple(_history(order, kind, start)), start)


def _history(order: Order, kind: str, start: datetime) -> Iterable[tuple[str, bytes]]:
    def body(seconds: int, **more: Any) -> bytes:
        at, placed = (start + timedelta(seconds=seconds)).isoformat(), start.isoformat()
        return order.body(created_at=placed, processed_at=placed, updated_at=at, **more)

    def parcel(seconds: int, number: str | None) -> dict[str, Any]:
        at = start + timedelta(seconds=seconds)
        made = (start + timedelta(seconds=20)).isoformat()
        return {**order.fulfilment(number), "created_at": made, "updated_at": at.isoformat()}

    yield "orders/create", body(0, paid=False)
    yield "orders/paid", body(10)
    if kind == "cancelled":
        yield "orders/cancelled", body(20, cancelled_at=(start + timedelta(seconds=20)).isoformat())
    elif kind == "whole":
        yield "orders/fulfilled", body(20, fulfilments=[parcel(20, order.number)])
        yield "fulfillments/create", json.dumps(parcel(20, order.number)).encode()
    elif kind == "late_number":
        yield "orders/fulfilled", body(20, fulfilments=[parcel(20, None)])
        yield "fulfillments/update", json.dumps(parcel(40, order.number)).encode()


def programme(cloud: Cloud, told: Told) -> None:
    """Tell the carrier simulator what DHL says of this order's parcel."""
    lines = [{"after": f"{after // timedelta(minutes=1)}m", "play": play} for after, play in JOURNEY]
    said = json.dumps({"start": told.start.astimezone(UTC).isoformat(), "timetable": lines}).encode()
    url = f"{cloud.gateway}/_simulator/dhl/{told.order.number}"
    urlopen(Request(url, said, method="PUT"), timeout=10).close()


def open_shops(count: int, folder: Path) -> tuple[str, ...]:
    """Shops nobody else uses, each with an account at DHL, which answers one question a second and 250 a day."""
    slugs = tuple(f"f-{uuid.uuid4().hex[:10]}" for _ in range(count))
    for slug in slugs:
        file = folder / f"{slug}.yaml"
        file.write_text(SHOP_FILE.format(slug=slug))
        encamino("shop", "apply", str(file))
        encamino("shop", "secret", slug, "shopify", "--value", SECRET)
        encamino("shop", "secret", slug, "carrier/dhl", "--value", '{"api_key": "demo"}')
    return slugs


def counted(counts: Mapping[str, int]) -> str:
    """Counts for a figure."""
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
