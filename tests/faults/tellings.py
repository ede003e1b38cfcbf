"""Recorded deliveries of every platform, told as if today: their instants moved, about another order, signed."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from encamino.shops.base import Delivery, platform
from tests.faults.lambdas import SECRET

_INSTANT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?")
_SHOPS = Path(__file__).parents[1] / "shops"


@dataclass(frozen=True, slots=True)
class Telling:
    """One delivery, not signed yet."""

    slug: str
    name: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def order(self) -> str | None:
        """The order it is about."""
        return platform(self.slug).key(Delivery(self.body, self.headers, datetime.now(UTC)))

    def about(self, order: str) -> "Telling":
        """The same of another order."""
        old = self.order
        assert old is not None
        headers = {name: value.replace(old, order) for name, value in self.headers.items()}
        return replace(self, headers=headers, body=self.body.replace(old.encode(), order.encode()))

    def saying(self, old: str, new: str) -> "Telling":
        """The same in other words."""
        assert old.encode() in self.body
        return replace(self, body=self.body.replace(old.encode(), new.encode()))

    def at(self, then: datetime) -> "Telling":
        """The same with every instant moved, so that the newest is then. A time without an offset counts as UTC."""
        spelled = [_read(found) for found in _INSTANT.findall(self.body.decode())]
        by = then - max((one if one.tzinfo else one.replace(tzinfo=UTC) for one in spelled), default=then)
        headers = {name: _moved(value, by) for name, value in self.headers.items()}
        return replace(self, headers=headers, body=_moved(self.body.decode(), by).encode())

    def signed(self, now: datetime) -> dict[str, str]:
        """The headers with which the platform sends it now."""
        return {**self.headers, **platform(self.slug).sign(self.body, SECRET, now)}


def recordings(slug: str) -> Iterator[Telling]:
    """Every delivery recorded of a platform."""
    for path in sorted((_SHOPS / slug).glob("*.json")):
        yield recording(slug, path.stem)


def recording(slug: str, name: str) -> Telling:
    """One of them."""
    said = json.loads((_SHOPS / slug / f"{name}.json").read_text())
    body = said["body"] if isinstance(said["body"], str) else json.dumps(said["body"], ensure_ascii=False)
    return Telling(slug, name, {str(key): str(value) for key, value in said["headers"].items()}, body.encode())


def signs_time(slug: str) -> bool:
    """Whether the same bytes are signed otherwise an hour later."""
    now, sign = datetime.now(UTC), platform(slug).sign
    return sign(b"{}", SECRET, now) != sign(b"{}", SECRET, now + timedelta(hours=1))


def _moved(text: str, by: timedelta) -> str:
    return _INSTANT.sub(lambda found: (_read(found[0]) + by).isoformat(timespec="seconds"), text)


def _read(said: str) -> datetime:
    return datetime.fromisoformat(said)
