"""Inbox queue: a kept delivery is understood; the order learns, messages are planned."""

from typing import Any

from encamino import doors, wiring
from encamino.flows import inbox


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take each delivery in by itself: one that cannot be does not hold up the others."""
    room = wiring.inbox_desk()
    return doors.each(event, "delivery", lambda body: inbox.take_in(room, body, wiring.business()))
