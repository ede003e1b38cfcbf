"""A stack that is not there: the store in memory, and AWS as far as the command line asks it."""

import io
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from encamino import wiring
from encamino.cli import stack as stacks
from encamino.cli.app import main
from encamino.flows.receive import Doorkeeper
from encamino.store.memory import MemoryStore
from encamino.store.parameters import Parameters
from encamino.store.queues import Queue

API = "https://api.example"
#: Queues by logical id, as infra/*.yaml names them; ChangesDead is a destination of no queue.
QUEUES = ("Inbox", "InboxDead", "Look", "LookDead", "Send", "SendDead", "Feedback", "FeedbackDead", "ChangesDead")
SETTINGS = {
    "STACK": "encamino",
    "PUBLIC_URL": API,
    "TIME_TRAVEL": "on",
    "FEEDBACK_TOPIC": "arn:aws:sns:eu-west-1:000000000000:feedback",
    **{f"{name.upper()}_QUEUE": f"https://sqs.example/{name}" for name in ("Inbox", "Look", "Send")},
}


@dataclass
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        """The one JSON object on stderr, when stdout is empty."""
        assert self.out == ""
        error: dict[str, str] = json.loads(self.err)
        return error


@dataclass
class Command:
    """The command line, in this process."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: object, stdin: str = "") -> Ran:
        self.monkeypatch.setattr(sys, "argv", ["encamino", *map(str, words)])
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)


@dataclass
class FakeStack:
    """What a command finds: a table, parameters, queues."""

    store: MemoryStore = field(default_factory=MemoryStore)
    parameters: dict[str, str] = field(default_factory=dict)
    #: Messages in a queue, by logical id.
    depth: dict[str, int] = field(default_factory=dict)
    #: What lies in a queue, by logical id.
    letters: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Logical ids of the queues there are.
    queues: tuple[str, ...] = QUEUES
    production: bool = True
    #: Bodies put aside.
    aside: list[bytes] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let commands find this stack, and no other."""
        clients = {
            "ssm": Ssm(self.parameters),
            "sqs": Sqs(self),
            "sesv2": Ses(self),
            "lambda": Sweeper(),
            "cloudformation": CloudFormation(self),
        }
        reached = stacks.Stack("encamino", API, local=False, functions={"SweepAgenda": "sweep"})
        parameters = Parameters(clients["ssm"], "encamino")
        for name, value in SETTINGS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(stacks, "reached", lambda: reached)
        monkeypatch.setattr(wiring, "store", lambda: self.store)
        monkeypatch.setattr(wiring, "parameters", lambda: parameters)
        monkeypatch.setattr(wiring, "client", lambda service, _patience=8: clients[service])
        inbox = Queue(clients["sqs"], SETTINGS["INBOX_QUEUE"])
        monkeypatch.setattr(wiring, "doorkeeper", lambda: Doorkeeper(lambda *_: (), inbox.send, self.put_aside))

    def put_aside(self, body: bytes) -> str:
        """A place for a large body."""
        self.aside.append(body)
        return f"inbox/{len(self.aside)}.gz"

    def put(self, queue: str, text: str, id_: str = "letter-1") -> None:
        """A letter lies in a queue."""
        attributes = {"SentTimestamp": "1793707200000", "ApproximateReceiveCount": "6"}
        said = {"MessageId": id_, "Body": text, "ReceiptHandle": f"handle of {id_}", "Attributes": attributes}
        self.letters.setdefault(queue, []).append(said)

    def waiting(self, queue: str) -> list[str]:
        """What can be received from a queue now."""
        return [said["Body"] for said in self.letters.get(queue, ()) if not said.get("held")]

    def secret(self, shop: str, name: str) -> str:
        """The newest value under that name."""
        value: str = json.loads(self.parameters[f"/encamino/encamino/shops/{shop}/{name}"])[0]["value"]
        return value


@dataclass
class Ssm:
    """Parameters in a dict."""

    kept: dict[str, str]

    def get_parameter(self, Name: str, **_asked: bool) -> Any:  # noqa: N803
        if Name not in self.kept:
            raise ClientError({"Error": {"Code": "ParameterNotFound", "Message": Name}}, "GetParameter")
        return {"Parameter": {"Value": self.kept[Name]}}

    def put_parameter(self, Name: str, Value: str, Overwrite: bool, **_said: str) -> None:  # noqa: N803
        if Name in self.kept and not Overwrite:
            raise ClientError({"Error": {"Code": "ParameterAlreadyExists", "Message": Name}}, "PutParameter")
        self.kept[Name] = Value


@dataclass
class Sqs:
    """Queues that say how much they hold and where their dead letters go."""

    stack: FakeStack

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> Any:  # noqa: N803
        name = QueueUrl.rsplit("/", 1)[1]
        said = {
            "ApproximateNumberOfMessages": str(self.stack.depth.get(name, 0)),
            "ApproximateNumberOfMessagesNotVisible": "0",
        }
        if f"{name}Dead" in self.stack.queues:
            said["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:eu-west-1:0:{name}Dead"})
        return {"Attributes": {k: v for k, v in said.items() if AttributeNames == ["All"] or k in AttributeNames}}

    def receive_message(self, QueueUrl: str, MaxNumberOfMessages: int, **_asked: object) -> Any:  # noqa: N803
        come = [said for said in self._of(QueueUrl) if not said.get("held")][:MaxNumberOfMessages]
        for said in come:
            said["held"] = True
        return {"Messages": come} if come else {}

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        name = QueueUrl.rsplit("/", 1)[1]
        self.stack.put(name, MessageBody, f"{name}-{len(self._of(QueueUrl))}")

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        self._of(QueueUrl)[:] = [said for said in self._of(QueueUrl) if said["ReceiptHandle"] != ReceiptHandle]

    def change_message_visibility_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        freed = {entry["ReceiptHandle"] for entry in Entries if entry["VisibilityTimeout"] == 0}
        for said in self._of(QueueUrl):
            said["held"] = said.get("held", False) and said["ReceiptHandle"] not in freed

    def _of(self, url: str) -> list[dict[str, Any]]:
        return self.stack.letters.setdefault(url.rsplit("/", 1)[1], [])

    def get_queue_url(self, QueueName: str) -> Any:  # noqa: N803
        return {"QueueUrl": f"https://sqs.example/{QueueName}"}


@dataclass
class Ses:
    """Takes every identity; has no tenants."""

    stack: FakeStack

    def get_account(self) -> Any:
        return {"ProductionAccessEnabled": self.stack.production, "SendQuota": {"MaxSendRate": 14.0}}

    def get_email_identity(self, **_asked: str) -> Any:
        return {"DkimAttributes": {"Tokens": ["one", "two"]}}

    def create_email_identity(self, **_said: object) -> None: ...
    def create_configuration_set(self, **_said: object) -> None: ...
    def create_configuration_set_event_destination(self, **_said: object) -> None: ...


class Sweeper:
    """The sweeper's function, which finds nothing to do."""

    def invoke(self, **_said: object) -> Any:
        return {"Payload": io.BytesIO(b'{"handed": {"look": 0}}')}


@dataclass
class CloudFormation:
    """The stack and, nested in it, one that holds the queues."""

    stack: FakeStack

    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self, StackName: str) -> Iterator[Mapping[str, Any]]:  # noqa: N803
        if StackName == "encamino":
            yield _page([("Store", "arn:store", "AWS::CloudFormation::Stack")])
            yield _page([("SweepAgenda", "sweep", "AWS::Lambda::Function")])
        else:
            yield _page([(name, f"https://sqs.example/{name}", "AWS::SQS::Queue") for name in self.stack.queues])


def _page(rows: list[tuple[str, str, str]]) -> Mapping[str, Any]:
    names = ("LogicalResourceId", "PhysicalResourceId", "ResourceType")
    return {"StackResourceSummaries": [dict(zip(names, row, strict=True)) for row in rows]}


@contextmanager
def no_stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that must need none fails when it asks for one."""

    def asked() -> stacks.Stack:
        raise AssertionError("this command needs no stack")

    with monkeypatch.context() as patched:
        patched.setattr(stacks, "reached", asked)
        yield
