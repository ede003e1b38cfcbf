"""Which messages there are: every templates/messages/<name>/message.toml, read once and checked."""

import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from encamino.domain.condition import Condition, read
from encamino.domain.errors import Misconfigured
from encamino.domain.fact import FactType
from encamino.domain.message import Channel, ChannelUse, Definition, Kind, Per, Readiness, When

_DURATION = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_CURE = "see docs/developer/messages.md"


def _duration(text: object) -> timedelta:
    """2m, 3h, 5d or 0."""
    if text == "0":
        return timedelta(0)
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is not a duration such as 2m, 3h, 5d or 0")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


type Duration = Annotated[timedelta, BeforeValidator(_duration)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Channel(_Table):
    name: Channel
    when: When = When.ALWAYS


class _Ready(_Table):
    condition: str
    up_to: Duration


class _Message(_Table):
    """The keys of a message.toml."""

    on: Annotated[frozenset[FactType], Field(min_length=1)]
    about: Literal["order", "contact"]
    per: Per
    kind: Kind
    channels: Annotated[tuple[_Channel, ...], Field(min_length=1)]
    after: Duration = timedelta(0)
    settle: Duration = timedelta(0)
    still: str | None = None
    ready: _Ready | None = None
    repeat: tuple[Duration, ...] = ()
    useful_for: Duration | None = None
    urgency: Literal["normal", "high"] = "normal"
    supersedes: frozenset[str] = frozenset()
    corrects: frozenset[str] = frozenset()
    told_by: frozenset[str] = frozenset()
    presets: frozenset[Literal["calm", "standard", "everything"]] = frozenset()


def catalogue(templates: Path) -> dict[str, Definition]:
    """Name → definition. Raises Misconfigured naming file and key when something in them is not known."""
    files = sorted(templates.glob("messages/*/message.toml"))
    found = {file.parent.name: _definition(file) for file in files}
    for name, definition in found.items():
        for key in ("supersedes", "corrects", "told_by"):
            strangers = getattr(definition, key) - found.keys()
            if not strangers:
                continue
            where = f"messages/{name}/message.toml: {key}"
            raise Misconfigured(f"no message is called {', '.join(sorted(strangers))}", where=where, cure=_CURE)
    return found


def _definition(file: Path) -> Definition:
    where = f"messages/{file.parent.name}/message.toml"
    try:
        said = _Message.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as err:
        raise Misconfigured(f"this is not TOML: {err}", where=where, cure=_CURE) from err
    except ValidationError as err:
        first = err.errors()[0]
        raise Misconfigured(first["msg"], where=f"{where}: {_path(first['loc'])}", cure=_CURE) from err
    return Definition(
        name=file.parent.name,
        on=said.on,
        about=said.about,
        per=said.per,
        kind=said.kind,
        channels=tuple(ChannelUse(use.name, use.when) for use in said.channels),
        after=said.after,
        settle=said.settle,
        still=_condition(said.still, f"{where}: still") if said.still else None,
        ready=Readiness(_condition(said.ready.condition, f"{where}: ready.condition"), said.ready.up_to)
        if said.ready
        else None,
        repeat=_rising(said.repeat, where),
        useful_for=said.useful_for,
        urgent=said.urgency == "high",
        supersedes=said.supersedes,
        corrects=said.corrects,
        told_by=said.told_by,
        presets=frozenset(said.presets),
    )


def _rising(repeat: tuple[timedelta, ...], where: str) -> tuple[timedelta, ...]:
    """Each is counted from the message itself."""
    if any(later <= earlier for earlier, later in pairwise((timedelta(0), *repeat))):
        cure = 'count each from the message itself, as in repeat = ["3d", "5d"]'
        raise Misconfigured("reminders must come one after the other", where=f"{where}: repeat", cure=cure)
    return repeat


def _condition(text: str, where: str) -> Condition:
    """A condition may run over several lines."""
    return read(" ".join(text.split()), where=where)


def _path(location: Iterable[int | str]) -> str:
    return ".".join(str(part) for part in location)
