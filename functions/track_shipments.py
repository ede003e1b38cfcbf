"""Look queue: carriers are asked about the shipments that are due."""

from typing import Any

from encamino import doors, wiring
from encamino.flows.handing import read_look
from encamino.flows.track import track


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Ask, one carrier and account after the other. A conflict brings the batch back: asking again is harmless."""
    looks = [read_look(record["body"]) for record in event["Records"]]
    tracked = track(wiring.track_desk(), looks, wiring.business())
    outcomes = [t.outcome or t.postponed for t in tracked]
    doors.log("track", looks=len(looks), outcomes={str(o): outcomes.count(o) for o in outcomes})
    return {"batchItemFailures": []}
