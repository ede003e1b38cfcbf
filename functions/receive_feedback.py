"""Feedback queue: a mailbox answered."""

from typing import Any

from encamino import doors, wiring
from encamino.channels.feedback import Ignored, read
from encamino.flows.feedback import hear


@doors.door("feedback")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Mark the message, protect the address."""

    def one(body: str) -> str:
        feedback = read(body)
        if isinstance(feedback, Ignored):
            return feedback.reason
        heard = hear(wiring.store(), feedback, wiring.alias, wiring.business())
        return str(feedback.kind) if heard else "about no message of ours"

    return doors.each(event, say, one, wiring.store().note_troubles)
