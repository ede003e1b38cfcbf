"""What each function may do is what it does: over a season on which every path is taken, read off its own requests."""

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from encamino import wiring
from infra.local.simulator.timetable import Timetables
from tests.faults.aws import BAD_HOUR, Aws
from tests.faults.canaries import with_canaries
from tests.faults.clock import Clock
from tests.faults.histories import histories
from tests.faults.lambdas import STACK, deployed
from tests.faults.test_r31_least_privilege import pairs
from tests.faults.visits import FUNCTIONS, Season
from tests.house.template import statements

SEED = 32
#: The templates' names for what is there, as `Aws.used` calls it.
NAMED: Mapping[str, str] = {
    "TableArn": "table/table", "${TableArn}/index/agenda": "table/table/index/agenda", "InboxArn": "queue/Inbox",
    "LookArn": "queue/Look", "SendArn": "queue/Send", "FeedbackArn": "queue/Feedback", "BusArn": f"event-bus/{STACK}",
    "${BucketArn}/inbox/*": "object/inbox/*",
}  # fmt: skip
#: Granted and never asked for by our own code, and why: action, whose function, reason.
UNASKED: tuple[tuple[str, str, str], ...] = (
    ("logs:*", "*", "Lambda itself writes the log"),
    ("sqs:ReceiveMessage", "*", "the event source mapping takes what is on the queue"),
    ("sqs:DeleteMessage", "*", "the event source mapping takes away what is done"),
    ("sqs:GetQueueAttributes", "*", "the event source mapping asks how the queue is set"),
    ("dynamodb:*Stream*", "publish_changes", "the event source mapping reads the stream"),
    ("dynamodb:GetRecords", "publish_changes", "the event source mapping reads the stream"),
    ("dynamodb:GetShardIterator", "publish_changes", "the event source mapping reads the stream"),
    ("sqs:SendMessage", "publish_changes", "the event source mapping parks what was not published"),
    ("sqs:SendMessageBatch", "sweep_agenda", "the local cloud's name for what AWS calls sqs:SendMessage"),
)


@pytest.mark.proof("R32", "each function uses all it is granted and is granted all it uses")
def test_granted_is_used_and_used_is_granted(
    clock: Clock, carriers: tuple[str, Timetables], templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    gateway, timetables = carriers
    aws = Aws(SEED)
    with deployed(aws, clock, templates, gateway) as stack:
        wiring.adopt({"TIME_TRAVEL": "on"})  # whoever goes by the business clock asks the table for it
        orders = histories(120 if whole else 12, clock.now, SEED)
        Season(stack, [with_canaries(order) for order in orders]).run(timetables, BAD_HOUR)

    rows = [row for function in FUNCTIONS for row in compared(function, aws.used.get(function, set()))]
    for function, action, resource, said in rows:
        print(f"{function:<22}{action:<28}{resource:<61}{said}")  # noqa: T201  (the table, for whoever runs it with -s)
    wide = [row for row in rows if row[3] == GRANTED_ONLY]
    missing = [row for row in rows if row[3] == USED_ONLY]
    excepted = sum(row[3] not in (GRANTED_ONLY, USED_ONLY, BOTH) for row in rows)
    counts = ", ".join(f"{name} {sum(row[0] == name and row[3] == BOTH for row in rows)}" for name in FUNCTIONS)
    figure(
        f"seed {SEED}, {len(aws.calls):,} calls: {len(missing)} used, not granted, {len(wide)} granted, not used, "
        f"{excepted} excepted by name (the log, event source mappings, one name of the local cloud); both: {counts}"
    )
    assert missing == []
    assert wide == []
    assert {why for _, _, why in UNASKED} <= {row[3] for row in rows}, "an exception that nothing needs"


BOTH, GRANTED_ONLY, USED_ONLY = "granted and used", "GRANTED, NOT USED", "USED, NOT GRANTED"


def compared(function: str, used: set[tuple[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    """Function, action, resource, and on which side it stands."""
    granted = {(action, named(resource)) for role, said in statements() if role == role_of(function)
               for action, resource in pairs(said) if said["Effect"] == "Allow"}  # fmt: skip
    for action, pattern in sorted(granted):
        if any(covers((action, pattern), one) for one in used):
            yield function, action, pattern, BOTH
        else:
            whys = [why for a, whose, why in UNASKED if fnmatchcase(action, a) and fnmatchcase(function, whose)]
            yield function, action, pattern, next(iter(whys), GRANTED_ONLY)
    for action, resource in sorted(used):
        if not any(covers(one, (action, resource)) for one in granted):
            yield function, action, resource, USED_ONLY


def covers(granted: tuple[str, str], used: tuple[str, str]) -> bool:
    """Whether a right is enough for a request."""
    return granted[0] == used[0] and fnmatchcase(used[1], granted[1])


def named(resource: str) -> str:
    """A resource of infra/grants.yaml as requests name it."""
    said = NAMED.get(resource, resource).replace("${Stack}", STACK)
    return re.sub(r"^arn:.*?:(?=parameter/|identity/|configuration-set/|log-group:)", "", said)


def role_of(function: str) -> str:
    return "".join(part.title() for part in function.split("_")) + "Role"
