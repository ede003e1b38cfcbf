"""Feedback queue: a mailbox answered."""

from encamino import wiring
from encamino.channels.feedback import Ignored, read
from encamino.flows.feedback import hear


def handler(event: dict, _context: object) -> dict:
    """Mark the message, protect the address."""

    def one(body: str) -> str:
        feedback = read(body)
        if isinstance(feedback, Ignored):
            return feedback.reason
        heard = hear(wiring.store(), feedback, wiring.alias, wiring.business())
        return str(feedback.kind) if heard else "about no message of ours"

    return wiring.each(event, "feedback", one)
