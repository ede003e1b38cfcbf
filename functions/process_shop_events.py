"""Inbox queue: a kept delivery is understood; the order learns, messages are planned."""

from typing import Any

from encamino import doors, wiring
from encamino.flows import inbox


@doors.door("delivery")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Take each delivery in by itself: one that cannot be does not hold up the others."""
    room = wiring.inbox_desk()

    def one(body: str) -> str:
        return inbox.take_in(room, body, wiring.business())

    return doors.each(event, say, one, wiring.store().note_troubles)
