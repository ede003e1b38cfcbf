"""What newer code wrote, before this code was put back: read as far as it is understood, kept where this code writes.

A word that an enum does not have stays the word it is (a reason, a fact, a message's status: shown, equal to none that
rules ask for, written back as it was) or becomes the member that claims nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from enum import Enum, StrEnum
from functools import cache, partial, reduce
from operator import getitem
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator, from_json, to_json

from encamino.domain.message import Kind
from encamino.domain.shipment import Reason, ShipmentStatus

#: Where a word nobody knows would be taken for one that says something. Written again, it is `carried`.
_CLAIMS_NOTHING: Mapping[type[Enum], Enum] = {
    # Any other status would bear: this one is said of events only, and moves nothing.
    ShipmentStatus: ShipmentStatus.UNKNOWN,
    Reason: Reason.OTHER,
    # The stricter of the two.
    Kind: Kind.MARKETING,
}
#: What tells the members of a list apart, wherever they stand and whatever else is said of them.
_NAMING = ("id", "type", "subject", "as_of", "number", "carrier", "link", "time", "raw_code", "text", "source", "item")


def word[E: StrEnum](enum: type[E], text: str) -> E:
    """The member of that value, also of one that only newer code knows."""
    try:
        return enum(text)
    except ValueError:
        found = str.__new__(enum, text)
        found._name_ = found._value_ = text
        return found


def is_known(member: Enum) -> bool:
    """Whether this code knows it."""
    return member.name in type(member).__members__


def read[T](model: TypeAdapter[T], raw: bytes | str) -> T:
    """What JSON says."""
    try:
        return model.validate_json(raw)
    except ValidationError:
        found: T = _lenient(model).validate_json(raw)
        return found


def read_plain[T](model: TypeAdapter[T], said: Mapping[str, Any]) -> T:
    """What an item's attributes say."""
    try:
        return model.validate_python(said)
    except ValidationError:
        found: T = _lenient(model).validate_python(said)
        return found


def read_settings[T](model: Callable[[bytes], T], raw: bytes) -> T:
    """What settings say. One whose newer value means nothing here is left at its default."""
    try:
        return model(raw)
    except ValidationError as err:
        return model(to_json(_without(from_json(raw), [error["loc"] for error in err.errors()])))


def carried(said: Any, understood: Any, now: Any) -> Any:
    """`now`, with all that was `said` beyond what was `understood` of it. All three as JSON."""
    if understood == now:
        return said
    match said, understood, now:
        case dict(), dict(), dict():
            beyond = {name: value for name, value in said.items() if name not in understood}
            both = said.keys() & understood.keys()
            return beyond | {n: carried(said[n], understood[n], v) if n in both else v for n, v in now.items()}
        case list(), list(), list() if len(said) == len(understood):
            pairs = list(zip(said, understood, strict=True))
            before = {_name(old): (each, old) for each, old in pairs} | {repr(old): (each, old) for each, old in pairs}
            known = (before.get(repr(new)) or before.get(_name(new)) for new in now)
            return [carried(*pair, new) if pair else new for pair, new in zip(known, now, strict=True)]
    return now


def _name(member: Any) -> object:
    return tuple(str(member.get(field)) for field in _NAMING) if isinstance(member, dict) else repr(member)


@cache
def _lenient(model: TypeAdapter[Any]) -> SchemaValidator:
    return SchemaValidator(_opened(model.core_schema))


def _opened(schema: Any) -> Any:
    match schema:
        case {"type": "enum", "cls": enum}:
            nothing = _CLAIMS_NOTHING.get(enum)
            return {**schema, "missing": partial(word, enum) if nothing is None else lambda _: nothing}
        case dict():
            return {name: _opened(value) for name, value in schema.items()}
        case list() | tuple():
            return type(schema)(map(_opened, schema))
    return schema


def _without(said: Any, places: Iterable[tuple[int | str, ...]]) -> Any:
    """The settings without what stands at these places; the later members of a list go first."""
    ways = [tuple(step for step in place if step != "[key]") for place in places]
    for way in sorted(ways, key=lambda way: [f"{step:>9}" for step in way], reverse=True):
        # A place that is missing is none that could be left out.
        with suppress(LookupError, TypeError):
            del reduce(getitem, way[:-1], said)[way[-1]]
    return said
