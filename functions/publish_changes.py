"""Table stream: what became known goes onto the event bus. Thin, never raises, never on the critical path."""

from typing import Any

from encamino import doors, wiring
from encamino.flows.publish import entries


@doors.door("publish")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Publish facts; a record that says none is passed over, one that breaks is parked by the mapping."""
    said = entries(event["Records"])
    failed = wiring.put_events(said)
    say(records=len(event["Records"]), facts=len(said), failed=failed)
    return {"batchItemFailures": []}
