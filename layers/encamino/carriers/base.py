"""What a carrier is, and where they are found.

A carrier is a module `carriers/<slug>.py` (a folder of that name when it outgrows one) with the names of `Carrier`. It
does no I/O: `look` yields requests and is sent responses, so that one shape serves polling, tokens,
summaries-then-details and call-backs. The flow that drives it owns time, budget, breaker and the deadline.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, cast

from encamino.domain.errors import Missing, Unreadable
from encamino.domain.shipment import Tracking

_NOT_CARRIERS = frozenset({"base", "recognise", "reading"})
#: Beside a carrier's own fields, in the account of one that calls us: the last part of the address it calls.
PUSH_KEY = "push_key"
#: What stands before a carrier's slug where a platform's stands otherwise: secrets, kept deliveries.
PUSHED = "carrier/"

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None


class Outcome(StrEnum):
    """How a look ended. Not a status."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    AMBIGUOUS = "ambiguous"
    THROTTLED = "throttled"
    AUTH_ERROR = "auth_error"
    UNAVAILABLE = "unavailable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a carrier. Secrets travel in headers or body only, never in logs."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Json:
        """The body as JSON. Raises Unreadable."""
        from pydantic_core import from_json  # noqa: PLC0415  (the push door, which reads nothing, need not pay for it)

        try:
            return cast("Json", from_json(self.body))
        except ValueError as err:
            raise Unreadable(f"no JSON: {err}", where=f"HTTP {self.status}") from err


@dataclass(frozen=True, slots=True)
class Asked:
    """A number to look up, with what narrows it where a carrier reuses numbers."""

    number: str
    postcode: str | None = None
    country: str | None = None
    locale: str = "en"
    #: Our slug of who carries it, where somebody else is asked about it.
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer about one number. `retry_after`: how long the carrier asked us to wait."""

    outcome: Outcome
    tracking: Tracking | None = None
    detail: str = ""
    retry_after: timedelta | None = None


#: Asked number → what was seen of it.
type Answer = Mapping[str, Seen]
#: Credentials by field name.
type Account = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What a carrier that calls us says of one number."""

    number: str
    seen: Seen
    #: Our slug of who carries it, as we said when somebody else was asked about it.
    carrier: str | None = None


class Memo(Protocol):
    """What an adapter remembers between looks: tokens, mostly. Kept by the store, per carrier and account."""

    def get(self, name: str) -> str | None:
        """The text kept under this name, None when there is none or it has expired."""

    def put(self, name: str, value: str, until: datetime) -> None:
        """Keep a text until then (wall clock, UTC)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the carrier allows one account. `deadline`: the longest one look may take in all."""

    per_second: float
    per_day: int | None = None
    #: Numbers in one call.
    batch: int = 1
    deadline: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well a number fits a carrier, 0 to 1. `check`: its check digit holds, does not, or there is none."""

    carrier: str
    confidence: float
    check: bool | None


class Carrier(Protocol):
    """The names a carrier module has."""

    #: As customers know it.
    NAME: str
    #: What shops call it, lower case; the first match of the shop's words wins.
    ALIASES: tuple[str, ...]
    #: Hosts of its tracking pages: a shop's link to one of them, or below it, names this carrier.
    HOSTS: tuple[str, ...]
    #: Credential fields of an account.
    FIELDS: tuple[str, ...]
    #: Fields an account may have besides.
    OPTIONAL_FIELDS: tuple[str, ...]
    LIMITS: Limits

    def look(
        self, shipments: Sequence[Asked], account: Account, memo: Memo, now: datetime
    ) -> Generator[Request, Response, Answer]:
        """Asks about these numbers (at most LIMITS.batch). Yields requests, is sent responses, returns the answer."""

    def read(self, response: Response) -> tuple[Outcome, tuple[Tracking, ...], str]:
        """What one recorded answer says: outcome, a Tracking per number, a detail for operators. Never raises."""

    def recognise(self, number: str) -> Recognition | None:
        """Whether this could be one of this carrier's numbers (spaces and dashes removed, upper case)."""

    def link(self, number: str, locale: str) -> str:
        """The carrier's own page about a number."""


class Pushing(Protocol):
    """The names a carrier module has besides, if the carrier calls us.

    The push door imports it, so at import it may load the standard library only.
    """

    def verify_push(self, body: bytes, headers: Mapping[str, str], account: Account) -> bool:
        """Whether these bytes come from the carrier, for this account. Headers are lower case. Never raises."""

    def read_push(self, body: bytes) -> tuple[Told, ...]:
        """What is told of which numbers, empty when of none. Raises Unreadable when it is not what is documented."""

    def paste_push(self, url: str) -> str:
        """What the merchant does with the address, in one or two sentences."""


def carrier(slug: str) -> Carrier:
    """The carrier of that slug. Raises Missing."""
    if not _names_carrier(slug) or importlib.util.find_spec(f"encamino.carriers.{slug}") is None:
        raise Missing(f"no carrier {slug!r}", where="carrier", cure=f"one of: {', '.join(carriers())}")
    return cast("Carrier", importlib.import_module(f"encamino.carriers.{slug}"))


def carriers() -> tuple[str, ...]:
    """Every carrier's slug, from the folder."""
    here = importlib.import_module("encamino.carriers").__path__
    return tuple(sorted(m.name for m in pkgutil.iter_modules(here) if _names_carrier(m.name)))


def pushing(slug: str) -> Pushing | None:
    """The carrier of that slug as one that calls us, None when it does not. Raises Missing."""
    found = carrier(slug)
    return cast("Pushing", found) if hasattr(found, "verify_push") else None


def aggregates(slug: str) -> bool:
    """Whether there is one of that slug, and it asks other carriers for us: its module says `AGGREGATOR = True`."""
    try:
        return bool(getattr(carrier(slug), "AGGREGATOR", False))
    except Missing:
        return False


def _names_carrier(module: str) -> bool:
    return module.isidentifier() and not module.startswith("_") and module not in _NOT_CARRIERS
