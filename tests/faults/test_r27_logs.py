"""No address, name, token or secret is ever in a log, a reason or a list; and every call writes its one line.

Canaries sit wherever the season has something personal or secret, and in the words of every error that AWS answers.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from encamino.channels import clients
from infra.local.simulator.timetable import Timetables
from tests.cli.desk import Command, FakeStack
from tests.faults.aws import BAD_HOUR, Aws, Fault
from tests.faults.canaries import CARRIER_KEY, PERSONAL, Cage, with_canaries
from tests.faults.clock import Clock
from tests.faults.histories import histories
from tests.faults.lambdas import LINK_KEY, PEPPER, SECRET, WORKERS, Lambdas, deployed
from tests.faults.season import SHOP
from tests.faults.visits import FUNCTIONS, Season
from tests.house.template import of_type, read

SEED = 27
#: Whose letters hold, by design, what somebody wrote: what the shop sent, and what SES reports. Both queues are
#: encrypted, and keep a dead letter for 14 days.
BY_DESIGN = ("Inbox", "Feedback")


@pytest.mark.proof("R27", "no address, name, token or secret leaves by a log, exception, reason, key, event or list")
@pytest.mark.parametrize(
    "faults", [BAD_HOUR, pytest.param({}, marks=pytest.mark.long)], ids=["20 % faults", "no faults"]
)
def test_no_canary_gets_out_and_every_call_writes_one_line(
    faults: Mapping[Fault, float],
    clock: Clock,
    carriers: tuple[str, Timetables],
    templates: Path,
    figure: Callable[[str], None],
    whole: bool,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gateway, timetables = carriers
    caplog.set_level(logging.WARNING)  # what Lambda prints of what libraries log
    with deployed(Aws(SEED), clock, templates, gateway) as stack, overheard() as said:
        orders = histories(120 if whole else 12, clock.now, SEED)
        season = Season(stack, [with_canaries(order) for order in orders])
        season.run(timetables, faults)
        letters = {queue: dead_letters(stack, f"{queue}Dead") for queue, _ in WORKERS.values()}
        fake = listable(stack, letters)
    fake.install(monkeypatch)
    listed = [Command(monkeypatch, capsys)("inbox", "list", SHOP.shop, *words) for words in (["--json"], [])]

    cage = Cage((*PERSONAL, SECRET, CARRIER_KEY, LINK_KEY.decode(), PEPPER.decode(), *season.tokens()))
    why = fake.store.troubles([id_ for some in letters.values() for id_ in some]).values()
    places: Mapping[str, Sequence[str]] = {
        "log lines": [line for _, lines in stack.logs for line in lines],
        "library lines": caplog.text.splitlines(),
        "keys queued": [text for where, text in said if where in ("Look", "Send")],
        "events": [text for where, text in said if where == "bus"],
        "reasons": [f"{one.said} {one.cure}" for one in why],
        "rows listed": [json.dumps(row) for row in listed[0].said] + listed[1].out.splitlines(),
    }
    out = {f"{name}: {text[:400]}": hits for name, some in places.items() for text in some if (hits := cage.out(text))}
    raw = {queue: sum(bool(cage.out(body)) for body in letters[queue].values()) for queue in BY_DESIGN}
    wrong, raised, matched = one_line_each(stack)
    figure(
        f"seed {SEED}, {stack.aws.met.total()} faults: {len(out)} hits in "
        f"{', '.join(f'{len(some):,} {name}' for name, some in places.items())}; by design the delivery itself lies in "
        f"{raw['Inbox']} dead letters of the inbox and SES's report in {raw['Feedback']} of feedback (encrypted, "
        f"14 days); {len(stack.logs):,} calls of {len(FUNCTIONS)} functions, {len(wrong)} without their one line of "
        f"JSON, {raised} of them raised; the metric filter met {matched} lines"
    )
    assert out == {}
    assert wrong == []
    assert {function for function, _ in stack.logs} == set(FUNCTIONS)
    assert min(len(places["keys queued"]), len(places["events"]), len(why), *raw.values(), raised) > 0
    assert {row["kind"] for row in listed[0].said} == {"dead", "malformed", "ignored"}
    assert matched == 2, "one delivery in each round was too large"


def test_nobody_else_writes_down_who_came_to_which_page() -> None:
    """The API's own log would hold links' tokens, and traces what was called with what."""
    (stage,) = of_type(read("infra/access.yaml"), "AWS::ApiGatewayV2::Stage").values()
    template = read("template.yaml")

    assert set(stage) == {"ApiId", "StageName", "AutoDeploy"}
    for said in (template["Globals"]["Function"], *of_type(template, "AWS::Serverless::Function").values()):
        assert not {"Tracing", "LoggingConfig"} & set(said)


def one_line_each(stack: Lambdas) -> tuple[list[tuple[str, list[str]]], int, int]:
    """Calls without their line, how many raised, and how many lines the metric filter matches."""
    wanted = re.findall(r'\$\.(\w+) = "(\w+)"', str(of_type(read("infra/grants.yaml"), _FILTER)["DeliveriesTooLarge"]))
    assert wanted == [("event", "webhook"), ("verdict", "too_large")]
    wrong, raised, matched, events = [], 0, 0, dict[str, str]()
    for place, (function, lines) in enumerate(stack.logs):
        said: dict[str, Any] = json.loads(lines[0])
        rest = lines[1:]  # Lambda's own words on a call that raised
        clean = not rest or (rest[0].startswith("Traceback") and rest[-1] == f"encamino.doors.Failed: {said['error']}")
        came_of_it = said.keys() - {"event", "function", "request", "ms"}
        known = events.setdefault(function, said["event"]) == said["event"]
        whose = said["function"] == function and said["request"] == f"request-{place}" and said["ms"] >= 0
        if not (clean and came_of_it and known and whose) or any(line.startswith("{") for line in rest):
            wrong.append((function, lines))
        raised += bool(rest)
        matched += all(said.get(name) == value for name, value in wanted)
    return wrong, raised, matched


_FILTER = "AWS::Logs::MetricFilter"


@contextmanager
def overheard() -> Iterator[list[tuple[str, str]]]:
    """What the functions put onto their queues and the bus: where, and the text."""
    heard: list[tuple[str, str]] = []

    def note(request: Any, event_name: str, **_said_too: object) -> None:
        said = json.loads(request.body)
        if event_name.startswith("before-send.eventbridge."):
            heard.extend(("bus", entry["Detail"]) for entry in said["Entries"])
        queue = said.get("QueueUrl", "").rsplit("/", 1)[-1]
        heard.extend((queue, sent["MessageBody"]) for sent in said.get("Entries", [said]) if "MessageBody" in sent)

    emitter = clients.session().get_component("event_emitter")
    for service in ("sqs", "eventbridge"):
        emitter.register_first(f"before-send.{service}", note)
    yield heard


def dead_letters(stack: Lambdas, queue: str) -> dict[str, str]:
    """The bodies that lie there, by the letter's id."""
    sqs, found = stack.aws.client("sqs"), dict[str, str]()
    while some := sqs.receive_message(QueueUrl=stack.urls[queue], MaxNumberOfMessages=10).get("Messages"):
        found |= {message["MessageId"]: message["Body"] for message in some}
    return found


def listable(stack: Lambdas, letters: Mapping[str, Mapping[str, str]]) -> FakeStack:
    """The same dead letters, reasons and kept deliveries, for the command line."""
    fake = FakeStack()
    fake.store.put_shop(SHOP)
    for queue, some in letters.items():
        for id_, body in some.items():
            fake.put(f"{queue}Dead", body, id_)
        fake.store.note_troubles(stack.store.troubles([*some]).values())
    for delivery in stack.store.deliveries(SHOP.shop, None):
        fake.store.keep_delivery(SHOP.shop, None, delivery)
    return fake
