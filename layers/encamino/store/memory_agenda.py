"""The agenda in memory: what is due, each lane sorted by time."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import replace
from datetime import datetime

from encamino.domain.message import MessageKey
from encamino.store import keys
from encamino.store.base import Due, Lane, Look


class MemoryAgenda:
    """Not safe for threads by itself: the store that owns it holds the lock."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[Lane, datetime, MessageKey | Look]] = {}
        self._lanes: dict[Lane, list[tuple[datetime, str]]] = {lane: [] for lane in Lane}

    def put(self, lane: Lane, due: datetime | None, what: MessageKey | Look) -> None:
        """Enter it, move it, or take it out."""
        name = _name(what)
        old = self._entries.pop(name, None)
        if old is not None:
            entries = self._lanes[old[0]]
            del entries[bisect_left(entries, (old[1], name))]
        if due is not None:
            self._entries[name] = (lane, due, what)
            insort(self._lanes[lane], (due, name))

    def at(self, what: MessageKey | Look) -> datetime | None:
        """When it is due."""
        entry = self._entries.get(_name(what))
        return entry[1] if entry else None

    def until(self, lane: Lane, until: datetime, limit: int) -> tuple[Due, ...]:
        """The earliest of a lane."""
        entries = self._lanes[lane]
        soon = entries[: min(limit, bisect_right(entries, (until, keys.LAST)))]
        return tuple(_due(*self._entries[name]) for _, name in soon)

    def after(self, after: datetime) -> datetime | None:
        """The first time later than this one."""
        places = ((entries, bisect_right(entries, (after, keys.LAST))) for entries in self._lanes.values())
        return min((entries[i][0] for entries, i in places if i < len(entries)), default=None)


def _name(what: MessageKey | Look) -> str:
    return str(what) if isinstance(what, MessageKey) else "|".join(keys.look(what.order, what.shipment))


def _due(lane: Lane, at: datetime, what: MessageKey | Look) -> Due:
    return Due(lane, at, message=what) if isinstance(what, MessageKey) else Due(lane, at, look=replace(what, due=at))
