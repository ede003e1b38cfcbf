"""What each programmed number answers, and from when on."""

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.local.clock import instant

FAULTS = ("hang", "close", "503", "garbage")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Entry:
    """From `start + after` on: a recording's name to play, or a fault."""

    after: timedelta
    play: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Programme:
    """One number's timetable."""

    number: str
    start: datetime
    entries: tuple[Entry, ...]

    def due(self, now: datetime) -> Entry | None:
        """The last entry whose time has come; none before the start."""
        come = [entry for entry in self.entries if self.start + entry.after <= now]
        return come[-1] if come else None


def duration(text: str) -> timedelta:
    """`0h`, `90m`, `1d6h`."""
    if not re.fullmatch(r"(\d+[smhd])+", text):
        raise ValueError(f"{text!r} is not a duration like 90m, 20h or 1d6h")
    return sum((timedelta(**{UNITS[u]: int(n)}) for n, u in re.findall(r"(\d+)([smhd])", text)), timedelta())


def read_programme(number: str, wish: Any) -> Programme:
    """The body of a PUT; ValueError says what is wrong with it."""
    if not isinstance(wish, dict) or not isinstance(wish.get("timetable"), list):
        raise ValueError(  # noqa: TRY004  it is the value of a request
            'expected {"start": instant, "timetable": [{"after", "play" or "fault"}]}'
        )
    entries = []
    for line in wish["timetable"]:
        entry = Entry(duration(str(line.get("after", ""))), line.get("play"), line.get("fault"))
        if (entry.play is None) == (entry.fault is None):
            raise ValueError(f"{line} must have either play or fault")
        if entry.fault is not None and entry.fault not in FAULTS:
            raise ValueError(f"fault {entry.fault!r} is none of {', '.join(FAULTS)}")
        entries.append(entry)
    return Programme(number, instant(str(wish.get("start", ""))), tuple(sorted(entries, key=lambda entry: entry.after)))


class Timetables:
    """All programmed numbers, per carrier."""

    def __init__(self) -> None:
        self._by_slug: dict[str, dict[str, Programme]] = {}
        self._lock = threading.Lock()

    def put(self, slug: str, programme: Programme) -> None:
        with self._lock:
            self._by_slug.setdefault(slug, {})[programme.number] = programme

    def asked_for(self, slug: str, request: str) -> list[Programme]:
        """The programmed numbers a request names, in the order it names them; of two at one place the longer."""
        with self._lock:
            programmes = list(self._by_slug.get(slug, {}).values())
        found = []
        for programme in programmes:
            alone = rf"(?<![A-Za-z0-9]){re.escape(programme.number)}(?![A-Za-z0-9])"
            if place := re.search(alone, request, re.IGNORECASE):
                found.append((place.start(), -len(programme.number), programme))
        return [programme for *_, programme in sorted(found, key=lambda each: each[:2])]
