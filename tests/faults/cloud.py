"""The deployed stack with a line that fails in front of its AWS, a clock that runs fast, and somebody who kills.

What is changed for it (the functions' endpoints, the queues' visibility, the clock) is as it was when it is left.
"""

import contextlib
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from encamino.store.dynamo import DynamoStore
from tests.e2e.outside import ROOT, Stack, encamino
from tests.faults.proxy import Line

#: Short enough to wait for, long enough for a batch of ten with a few calls that hang.
VISIBLE_AFTER = 30
#: As the templates have it, times its reader's timeout. What the queue says may be left of a run that was killed.
_USUAL = 6
#: Whose processes are killed: everyone who works behind a queue or the clock.
VICTIMS = ("process_shop_events", "sweep_agenda", "track_shipments", "send_messages")
_TICK = 2.0
_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SESV2")
_MOVED = 10


def deployed() -> Stack:
    """The stack that `make up` made."""
    file = ROOT / ".local/stack.json"
    assert file.exists(), "no stack is up: run `make up` first"
    encamino("clock", "reset")
    return Stack(json.loads(file.read_text()))


@dataclass(frozen=True)
class Cloud:
    """The stack, the line in front of it, its table and its queues (working ones and the dead letters of each)."""

    stack: Stack
    line: Line
    store: DynamoStore
    functions: dict[str, str]
    gateway: str
    queues: dict[str, str]
    dead: dict[str, str]

    def waiting(self, urls: dict[str, str]) -> int:
        """Messages that wait there or that somebody has."""
        sqs = self.stack.client("sqs")
        told = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls.values()]
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return sum(int(said[name]) for said in told for name in names)

    def redrive(self) -> int:
        """Every dead letter back onto its queue, as an operator would; the emulator cannot do it by itself."""
        sqs, moved = self.stack.client("sqs"), 0
        for name, url in self.dead.items():
            while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_MOVED).get("Messages"):
                for message in found:
                    sqs.send_message(QueueUrl=self.queues[name], MessageBody=message["Body"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                moved += len(found)
        return moved


@contextlib.contextmanager
def behind_a_line(stack: Stack, seed: int, latency: tuple[float, float]) -> Iterator[Cloud]:
    """Every function calls AWS and SES over a line of its own; the line is without faults until rates are set."""
    line = Line(stack.said["endpoint_url"], stack.said["mailbox"], seed, latency)
    aws = stack.client("lambda")
    functions = aws.list_functions()["Functions"]
    before = {f["FunctionName"]: dict(f["Environment"]["Variables"]) for f in functions}
    timeouts = {f["FunctionName"].rpartition("-")[2]: int(f["Timeout"]) for f in functions}
    for variables in before.values():
        for name in _ENDPOINTS:  # of a run that was killed: the template sets none
            variables.pop(name, None)
    names = {name.rpartition("-")[2]: name for name in before}
    queues, dead = _queues(stack)
    store = DynamoStore(stack.client("dynamodb"), stack.said["table"], lambda: datetime.now(UTC))
    gateway = before[names["track_shipments"]]["CARRIER_GATEWAY"]
    for url in (*queues.values(), *dead.values()):
        stack.client("sqs").purge_queue(QueueUrl=url)  # what another test left there is not ours to heal
    try:
        for name, url in line.open(list(names)).items():
            endpoints = dict.fromkeys(_ENDPOINTS, url)
            aws.update_function_configuration(
                FunctionName=names[name], Environment={"Variables": before[names[name]] | endpoints}
            )
        for url in queues.values():
            _set_visibility(stack, url, VISIBLE_AFTER)
        yield Cloud(stack, line, store, names, gateway, queues, dead)
    finally:
        for function, variables in before.items():
            aws.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
        for name, url in queues.items():
            _set_visibility(stack, url, _USUAL * timeouts[name])
        encamino("clock", "reset")
        line.close()


def _queues(stack: Stack) -> tuple[dict[str, str], dict[str, str]]:
    """The queues that functions read, and the dead letters of each, by the reader's function."""
    sqs, working, dead = stack.client("sqs"), {}, {}
    for mapping in stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]:
        if ":sqs:" not in mapping["EventSourceArn"]:
            continue
        reader = mapping["FunctionArn"].split(":")[6].rpartition("-")[2]
        url = sqs.get_queue_url(QueueName=mapping["EventSourceArn"].rpartition(":")[2])["QueueUrl"]
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["RedrivePolicy"]
        grave = json.loads(policy)["deadLetterTargetArn"].rpartition(":")[2]
        working[reader], dead[reader] = url, sqs.get_queue_url(QueueName=grave)["QueueUrl"]
    return working, dead


def _set_visibility(stack: Stack, url: str, seconds: int) -> None:
    stack.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})


class FastClock:
    """Ticks: moves the business clock on `speed` times as fast as the wall's, and sweeps, as the minute's rule does."""

    def __init__(self, cloud: Cloud, speed: float) -> None:
        self._cloud, self._speed, self._began = cloud, speed, time.monotonic()
        self._over = threading.Event()
        self.ticks = Counter[str]()

    def offset(self) -> timedelta:
        """How far the business clock is ahead."""
        return timedelta(seconds=(time.monotonic() - self._began) * (self._speed - 1))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    @contextlib.contextmanager
    def running(self) -> Iterator["FastClock"]:
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _run(self) -> None:
        sweeper, aws = self._cloud.functions["sweep_agenda"], self._cloud.stack.client("lambda")
        while not self._over.wait(_TICK):
            self._cloud.store.set_clock_offset(self.offset())
            answer = aws.invoke(FunctionName=sweeper, Payload=b"{}")
            answer["Payload"].read()
            self.ticks["failed" if "FunctionError" in answer else "swept"] += 1


@dataclass
class Killer:
    """SIGKILLs the functions' processes at random, a moment after they were seen calling AWS: in the midst of it."""

    seed: int
    every: float
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance, self._lock = random.Random(self.seed), threading.Lock()
        self._marked: set[str] = set()

    @contextlib.contextmanager
    def at_work(self, line: Line) -> Iterator["Killer"]:
        over = threading.Event()
        thread = threading.Thread(target=self._choose, args=(over,), daemon=True)
        line.witness = self._seen
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()
            line.witness = lambda _function, _theirs, _ours: None

    def _choose(self, over: threading.Event) -> None:
        while not over.wait(self._chance.expovariate(1 / self.every)):
            with self._lock:
                self._marked.add(self._chance.choice(VICTIMS))

    def _seen(self, function: str, theirs: int, ours: int) -> None:
        with self._lock:
            if function not in self._marked:
                return
            self._marked.discard(function)
            delay = self._chance.uniform(0, 0.06)
        pid = caller(function, theirs, ours)
        if pid is not None:
            threading.Thread(target=self._kill, args=(function, pid, delay), daemon=True).start()

    def _kill(self, function: str, pid: int, delay: float) -> None:
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            with self._lock:
                self.killed[function] += 1


def caller(function: str, theirs: int, ours: int) -> int | None:
    """The process of this checkout's emulator that runs this function and holds that end of a connection to us."""
    ends = (f"0100007F:{theirs:04X}", f"0100007F:{ours:04X}")
    lines = (line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:])
    socket = next((f"socket:[{line[9]}]" for line in lines if (line[1], line[2]) == ends), None)
    mine = f"{ROOT}/.local/tmp/ministack-lambda-encamino-{function}-".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mine in (folder / "cmdline").read_bytes() and any(
                str(held.readlink()) == socket for held in (folder / "fd").iterdir()
            ):
                return int(folder.name)
    return None
