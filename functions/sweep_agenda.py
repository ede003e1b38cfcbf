"""Every minute: what is due goes to those who do it."""

from typing import Any

from encamino import doors, wiring
from encamino.flows.sweep import sweep


@doors.door("sweep")
def handler(_event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Hand over what is due."""
    swept = sweep(wiring.store(), wiring.room, wiring.hand_over, wiring.business())
    handed = {str(lane): count for lane, count in swept.handed.items()}
    say(handed=handed)
    return {"handed": handed}
