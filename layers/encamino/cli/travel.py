"""Letting a stack come to rest: sweep, let every queue drain, until nothing is left to do."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from encamino import wiring
from encamino.cli.stack import Stack
from encamino.domain.errors import Unavailable

#: A stack that has not come to rest by then never will.
PATIENCE = 120.0
_PAUSE = 0.05
#: Longer than any function here works on one batch: what nobody gave back by then has failed and waits.
_SLOWEST = 15.0
#: Queues look empty for a moment between a message taken and the next one put; they must look so this often in a row.
_CALM = 3


@dataclass(slots=True)
class Travel:
    """What happened on the way."""

    steps: int = 0
    messages: int = 0


def travel_on(here: Stack, by: timedelta, travel: Travel) -> datetime:
    """Move the business clock on from one due thing to the next, letting each happen. Returns the time arrived at."""
    target = _now(here) + by
    drain(here)
    while True:
        _happen(here, travel)
        due = here.store.next_due(_now(here))
        if due is None or due > target:
            break
        _set(here, due)
    _set(here, target)
    _happen(here, travel)
    return target


def _now(here: Stack) -> datetime:
    return wiring.wall() + here.store.clock_offset()


def _set(here: Stack, moment: datetime) -> None:
    """Never backwards: the wall clock may have passed what was due."""
    here.store.set_clock_offset(max(moment - wiring.wall(), here.store.clock_offset()))


def settle(here: Stack, travel: Travel) -> None:
    """Drain, then sweep and drain until a sweep hands nothing over. Raises Unavailable when it takes too long."""
    drain(here)
    _happen(here, travel)


def _happen(here: Stack, travel: Travel) -> None:
    """All that is due now; the queues are empty before and after."""
    while True:
        handed = _sweep(here)
        # Also when it was nothing: the minute's own tick may have handed over what we came for.
        drain(here)
        if not any(handed.values()):
            return
        travel.steps += 1
        travel.messages += sum(count for lane, count in handed.items() if lane.startswith("send"))


def drain(here: Stack) -> None:
    """Wait until every queue is empty; what failed and waits for its next try is not waited for."""
    until, calm, flying, since = time.monotonic() + PATIENCE, 0, 0, time.monotonic()
    while calm < _CALM:
        if time.monotonic() > until:
            cure = "see `encamino doctor` and the logs"
            raise Unavailable("the queues do not run dry", where=f"stack {here.name}", cure=cure)
        waiting, now_flying = _counted()
        if now_flying != flying:
            flying, since = now_flying, time.monotonic()
        resting = flying == 0 or time.monotonic() - since > _SLOWEST
        calm = calm + 1 if waiting == 0 and resting else 0
        time.sleep(_PAUSE)


def _sweep(here: Stack) -> dict[str, int]:
    """What the minute's tick does, now."""
    answer = wiring.client("lambda", PATIENCE).invoke(FunctionName=here.functions["SweepAgenda"], Payload=b"{}")
    said: dict[str, dict[str, int]] = json.loads(answer["Payload"].read() or b"{}")
    if "handed" not in said:
        raise Unavailable(f"the sweeper failed: {said}", where=here.functions["SweepAgenda"], cure="see its log")
    return said["handed"]


def _counted() -> tuple[int, int]:
    """Messages that wait, and messages that somebody has."""
    waiting = flying = 0
    for name in ("INBOX_QUEUE", "LOOK_QUEUE", "SEND_QUEUE"):
        said = wiring.client("sqs").get_queue_attributes(QueueUrl=wiring.setting(name), AttributeNames=["All"])
        counts: dict[str, str] = said["Attributes"]
        waiting += int(counts["ApproximateNumberOfMessages"])
        flying += int(counts["ApproximateNumberOfMessagesNotVisible"])
    return waiting, flying
