"""What a shop platform is, and where they are found.

A platform is a module `shops/<slug>.py` with the names of `Platform`. The webhook door imports it, so at import it may
load the standard library only: the domain comes by `lazily`.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, cast

from encamino.domain.errors import Missing

if TYPE_CHECKING:
    from datetime import datetime

    from encamino.domain.fact import Fact
    from encamino.domain.order import OrderStatus

_NOT_PLATFORMS = frozenset({"base", "reading"})


class Delivery:
    """One webhook delivery, or the platform's own answer about one object, as bytes. Header names are lower case."""

    __slots__ = ("body", "headers", "received_at")

    def __init__(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> None:
        self.body = body
        self.headers = {name.lower(): value for name, value in headers.items()}
        #: Wall clock, UTC.
        self.received_at = received_at


@dataclass(frozen=True)
class Translation:
    """What a delivery says. `ignored`: why it says nothing, None when it says something.

    `test`: the platform's own test delivery; kept, tells nothing to anyone. `shop_domain`: who it says sent it.
    `unmapped`: the platform's words that no table knows, with what was said beside them, to be counted and listed.
    """

    facts: tuple[Fact, ...] = ()
    ignored: str | None = None
    test: bool = False
    shop_domain: str | None = None
    unmapped: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Handshake:
    """An answer that a platform requires before it trusts an address; it stores no fact."""

    status: int
    body: str = ""


class Platform(Protocol):
    """The names a platform module has."""

    #: As merchants know it.
    NAME: str
    #: Request headers the door keeps, lower case; everything else is dropped.
    HEADERS: frozenset[str]
    #: Order statuses (DESIGN §4) this platform can state → the recording in tests/shops/<slug>/ that states it.
    STATES: Mapping[str, str]

    def verify(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
        """Whether the raw bytes carry a signature by one of the secrets. Headers are lower case. Never raises."""

    def sign(self, body: bytes, secret: str, now: datetime) -> Mapping[str, str]:
        """The headers a genuine delivery of these bytes carries."""

    def new_secret(self, random: bytes) -> str | None:
        """A secret made of these 32 random bytes, None where only the platform can make one."""

    def handshake(self, method: str, headers: Mapping[str, str], query: str, body: bytes) -> Handshake | None:
        """The answer to the platform's handshake, None when this is no handshake."""

    def translate(self, delivery: Delivery, statuses: Mapping[str, OrderStatus]) -> Translation:
        """The facts in a delivery. Raises Unreadable when it is not what the platform documents."""

    def key(self, delivery: Delivery) -> str | None:
        """The platform's id of the order it is about, found without judging the rest; None when about none."""

    def paste(self, url: str) -> str:
        """What the merchant does with the webhook address, in one or two sentences."""


def platform(slug: str) -> Platform:
    """The platform of that slug. Raises Missing."""
    # Only what could be listed: `__init__` would be found too, and imported.
    known = slug.isidentifier() and _is_platform(slug)
    if not known or importlib.util.find_spec(f"encamino.shops.{slug}") is None:
        raise Missing(f"no platform {slug!r}", where="platform", cure=f"one of: {', '.join(platforms())}")
    return cast("Platform", importlib.import_module(f"encamino.shops.{slug}"))


def platforms() -> tuple[str, ...]:
    """Every platform's slug, from the folder."""
    here = importlib.import_module("encamino.shops").__path__
    return tuple(sorted(m.name for m in pkgutil.iter_modules(here) if _is_platform(m.name)))


def _is_platform(name: str) -> bool:
    return name not in _NOT_PLATFORMS and not name.startswith("_")


def lazily(name: str) -> ModuleType:
    """A module that is loaded when something of it is first asked for, so that a door need not pay for it."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
