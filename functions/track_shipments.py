"""Look queue: carriers are asked about the shipments that are due."""

from collections.abc import Iterator, Sequence
from typing import Any

from encamino import doors, wiring
from encamino.flows.handing import read_look
from encamino.flows.track import track


@doors.door("look")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Ask, one carrier and account after the other; asking again is harmless."""

    def some(bodies: Sequence[str]) -> Iterator[str]:
        looks = [read_look(body) for body in bodies]
        return (str(t.outcome or t.postponed) for t in track(wiring.track_desk(), looks, wiring.business()))

    return doors.together(event, say, some, wiring.store().note_troubles)
