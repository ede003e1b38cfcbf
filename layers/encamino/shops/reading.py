"""Reading what shops send, tolerantly: null for a list, a number for a text, a date that is none.

Only `document` and `Webhook.about` raise. What is not there, or is not what it should be, reads as None or as empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime

from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact, FactType

type Json = dict[str, Json] | list[Json] | str | int | Decimal | bool | None
type Table = dict[str, Json]

ID_LENGTH = 128
#: More than all the tags of an order take. A longer text names nothing, and the table has no room for it.
TEXT_LENGTH = 20_000
#: Amounts beyond this are no prices but mistakes, or exponents that would fill the memory when written out.
_AMOUNT_BELOW = Decimal(10) ** 12
#: Epochs from here on are milliseconds: as seconds they would be the year 5138.
_MILLISECONDS = 10**11
#: Outside these years a date is a zero date or a slip of the pen; as an `as_of` it would win or lose for ever.
_YEARS = range(1990, 2101)

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?")
_EPOCH = re.compile(r"[0-9]{9,13}(\.[0-9]+)?")
#: What a recording is wrapped in; the last two are ours.
_WRAPPER, _REMARKS = frozenset({"headers", "body"}), frozenset({"about", "expect"})
_LOCALE = re.compile(r"([a-z]{2,3})(?:-[a-z]{4})?(?:-([a-z]{2}))?", re.IGNORECASE)


@dataclass(frozen=True)
class Webhook:
    """A delivery about one order, read: its topic, its object, the platform's id of the order if it names one."""

    topic: str
    body: Table
    order: str | None

    def about(self) -> str:
        """The order's id. Raises Unreadable."""
        if self.order is None:
            raise Unreadable("no order id", where=self.topic)
        return self.order

    def fact(self, type_: str, when: datetime, subject: str = "") -> Fact:
        """A fact about the order."""
        return Fact(FactType(type_), when, self.about(), subject)


def document(body: bytes) -> Table:
    """The JSON object in a body, numbers with a fraction as Decimal. Raises Unreadable, and nothing else."""
    try:
        # Decoded here: `json` would let surrogates in raw bytes pass.
        read: Json = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
        if b"\\ud" in body or b"\\uD" in body:
            # Halves of a pair make no text that could be kept or sent.
            json.dumps(read, ensure_ascii=False, default=str).encode()
    except (ValueError, ArithmeticError, RecursionError) as err:
        raise Unreadable(f"no JSON: {type(err).__name__}", where="body") from err
    if not isinstance(read, dict):
        raise Unreadable("no JSON object", where="body")
    return read


def unwrapped(raw: bytes, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """The delivery in a recording, `{"headers", "body"}`; given headers count before recorded ones.

    What is no recording stays as it is. A body that is a text is sent as it is.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        said = json.loads(raw.decode("utf-8-sig"))
        if not isinstance(said, dict) or said.keys() - _REMARKS != _WRAPPER or not isinstance(said["headers"], dict):
            return raw, given
        recorded = {str(name).lower(): text(value) for name, value in said["headers"].items()}
        body = said["body"] if isinstance(said["body"], str) else json.dumps(said["body"])
        return body.encode(), recorded | given
    except (ValueError, RecursionError):
        return raw, given


def at(value: Json, *path: str | int) -> Json:
    """What is found along a path of names and places, None as soon as there is nothing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def table(value: Json) -> Table:
    """The object, empty when it is none (PHP writes an empty one as `[]`)."""
    return value if isinstance(value, dict) else {}


def rows(value: Json) -> list[Table]:
    """The objects of a list. PHP writes a list with gaps as an object of its members, some shops one member bare."""
    if isinstance(value, dict):
        members = list(value.values())
        value = members if members and all(isinstance(member, dict) for member in members) else [value]
    return [row for row in value if isinstance(row, dict) and row] if isinstance(value, list) else []


def texts(value: Json) -> list[str]:
    """The texts of a list, without the empty ones."""
    return [said for said in map(text, value) if said] if isinstance(value, list) else []


def text(value: Json) -> str:
    """The text without blanks around it, cut where it is endless; a number as written; empty when there is none."""
    if isinstance(value, bool):
        return ""
    return str(value).strip()[:TEXT_LENGTH] if isinstance(value, str | int | Decimal) else ""


def first(*values: Json) -> str:
    """The first text that is not empty."""
    return next((said for said in map(text, values) if said), "")


def ident(value: Json) -> str | None:
    """An id as text. Never from a number with a fraction: such a number has lost digits of the id on its way."""
    if isinstance(value, Decimal):
        return None
    said = text(value)
    return said if said and said.isprintable() and len(said) <= ID_LENGTH else None


def amount(value: Json) -> Decimal | None:
    """An amount of money, from a text or a number."""
    said = text(value)
    if not _NUMBER.fullmatch(said) or len(said) > ID_LENGTH:
        return None
    number = Decimal(said)
    return number if abs(number) < _AMOUNT_BELOW else None


def count(value: Json) -> int | None:
    """A whole number, from a text or a number."""
    number = amount(value)
    return int(number) if number is not None and number == int(number) else None


def flag(value: Json, *, default: bool = False) -> bool:
    """Yes or no, also when written as a text or a number."""
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        str(value).strip().lower() if isinstance(value, bool | str | int) else "", default
    )


def instant(value: Json, zone: tzinfo = UTC) -> datetime | None:
    """A time in UTC: ISO 8601 in its many spellings, RFC 2822, or an epoch in seconds or milliseconds.

    `zone` is that of a time without an offset: some shops write their own, some UTC.
    """
    said = text(value)
    try:
        if _EPOCH.fullmatch(said):
            number = float(said)
            read = datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
        elif "," in said:
            read = parsedate_to_datetime(said)
        else:
            read = datetime.fromisoformat(said)
        read = (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read.year in _YEARS else None


def locale(value: Json) -> str | None:
    """A language as BCP 47: `es`, `pt-PT`. None for what is no language."""
    found = _LOCALE.fullmatch(text(value).replace("_", "-"))
    if found is None:
        return None
    language, country = found.groups()
    return f"{language.lower()}-{country.upper()}" if country else language.lower()


def country(value: Json) -> str:
    """A country as ISO 3166-1 alpha-2, empty when it is none."""
    code = text(value).upper()
    return code if re.fullmatch("[A-Z]{2}", code) else ""


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")
