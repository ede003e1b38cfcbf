"""Send queue: a message that is due goes out, waits or is skipped, with its reason."""

from typing import Any

from encamino import doors, wiring
from encamino.flows.handing import read_message
from encamino.flows.send import send


@doors.door("message")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Bring each message as far as it goes now."""
    room = wiring.send_desk()

    def one(body: str) -> str:
        message = send(room, read_message(body), wiring.claim(), wiring.business(), wiring.wall())
        return f"{message.status}:{message.reason}" if message else "nothing to do"

    return doors.each(event, say, one, wiring.store().note_troubles)
