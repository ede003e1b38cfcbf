"""What is due goes to those who do it. Cost grows with what is due, never with what is stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from encamino.store.base import Agenda, Due, Lane

#: Handed is not claimed: if nobody did it by then, it is handed again.
HANDED_FOR = timedelta(minutes=15)
#: What SQS takes in one call: a sweeper that dies has moved on no more than this without handing it over.
PORTION = 10
#: In this order: what a customer waits for at the door goes before everything else.
LANES = (Lane.SEND_URGENT, Lane.SEND_SERVICE, Lane.LOOK, Lane.SEND_MARKETING)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was handed over, by lane."""

    handed: Mapping[Lane, int]


def sweep(
    agenda: Agenda,
    room: Callable[[Lane], int],
    hand_over: Callable[[Lane, Sequence[Due]], None],
    now: datetime,
) -> Swept:
    """Hand over everything due, as far as each queue has room. Two sweepers at once do no harm.

    An item is moved on before it is handed over, ten at a time: a sweeper that dies between the two delays those ten,
    and loses nothing.
    """
    handed = {}
    for lane in LANES:
        due = agenda.due(lane, now, room(lane))
        mine = (item for item in due if agenda.handed(item, now + HANDED_FOR))
        handed[lane] = 0
        for portion in batched(mine, PORTION, strict=False):
            hand_over(lane, portion)
            handed[lane] += len(portion)
    return Swept(handed)
