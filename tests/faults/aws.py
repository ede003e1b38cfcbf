"""An AWS in this process that fails as AWS fails: seeded, at the wire, below everything that boto3 does by itself.

DynamoDB, SQS, SSM and S3 are moto's. SES and the telephone side of SNS are answered here, because what counts of them
is what they *accepted*. A request is drawn a fault from the seed, or meets the kill that was asked for; then it is
answered by the emulator or not. Calls made by the test itself (`Aws.client`) meet neither.
"""

import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from moto import mock_aws
from moto.core.models import botocore_stubber

from encamino.channels import clients
from tests.faults.granting import actions
from tests.faults.moto_at_size import answer as dynamodb

REGION = "eu-west-1"
_NO_MORE: Mapping[str, str] = {}


class Fault(StrEnum):
    """What becomes of a request."""

    THROTTLED = "throttled"
    BROKEN = "500, nothing done"
    LOST = "never arrived"
    SLOW = "took five seconds"
    BROKE_AFTER = "500, but done"
    DIED_AFTER = "done, then the connection died"
    RACE = "somebody else wrote first"


#: One request in five fails, as often by each cause as it might in a bad hour. A slow one does not fail.
BAD_HOUR: Mapping[Fault, float] = {
    Fault.THROTTLED: 0.05, Fault.BROKEN: 0.04, Fault.LOST: 0.03, Fault.BROKE_AFTER: 0.03, Fault.DIED_AFTER: 0.03,
    Fault.RACE: 0.02, Fault.SLOW: 0.01,
}  # fmt: skip


class Killed(BaseException):
    """The function's process is gone. Not an Exception: nothing in a dead process catches anything."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Die at this call of this function (of its calls in `Aws.counted`, from 1): before it, or when AWS has done it."""

    function: str
    call: int
    after: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """What SES or SNS accepted."""

    at: float
    to: str
    subject: str
    tags: Mapping[str, str]
    id: str
    #: Seconds until the function that sent it wrote again: the window in which a death leaves it in doubt.
    window: list[float] = field(default_factory=list, compare=False)


@dataclass
class Aws:
    """See the module. `advance(seconds)` moves the clock, for answers that take time."""

    seed: int
    faults: Mapping[Fault, float] = field(default_factory=dict)
    advance: Callable[[float], None] = lambda _seconds: None
    now: Callable[[], float] = lambda: 0.0
    mails: list[Sent] = field(default_factory=list)
    texts: list[Sent] = field(default_factory=list)
    #: What the event bus took.
    published: list[str] = field(default_factory=list)
    #: What every error says in words; and to whom SES and SNS refuse to send, with which code and status.
    says: str = "drawn"
    refuses: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    #: Function, call, what became of it.
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    #: Function to how many calls it made since somebody began to count.
    counted: Counter[str] = field(default_factory=Counter)
    #: Function to the (action, resource) pairs it asked for.
    used: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    #: How many of `calls` were no second or third attempt.
    asked: int = 0
    met: Counter[str] = field(default_factory=Counter)
    kill: Kill | None = None
    #: Whose invocation runs now.
    function: str = ""
    _dead: bool = False
    _open: tuple[Sent, float] | None = None

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._clients: dict[str, Any] = {}

    @contextmanager
    def standing(self) -> Iterator["Aws"]:
        """While it lasts, every client that encamino makes comes here."""
        with mock_aws():
            clients.session.cache_clear()
            session = clients.session()
            session.unregister("before-send", botocore_stubber)
            session.register("before-send", self._answer)
            try:
                yield self
            finally:
                clients.session.cache_clear()

    def client(self, service: str) -> Any:
        """A client of the test's own: it meets no faults."""
        if service not in self._clients:
            made: Any = boto3.Session(region_name=REGION)
            client = self._clients[service] = made.client(service)
            client.meta.events.unregister("before-send", botocore_stubber)
            client.meta.events.register("before-send", self._answer_the_test)
        return self._clients[service]

    @contextmanager
    def invocation(self, function: str) -> Iterator[None]:
        """The calls made meanwhile are this function's."""
        self.function, self._dead = function, False
        try:
            yield
        finally:
            self.function = ""

    def _answer(self, event_name: str, request: Any, **_said_too: object) -> AWSResponse:
        _, service, operation = event_name.split(".")
        if self._dead:
            raise Killed
        self.counted[self.function] += 1
        self.asked += b"attempt=1" in _bytes(request.headers.get("amz-sdk-request", b"attempt=1"))
        body = _said(request)
        self.used.setdefault(self.function, set()).update(actions(service, operation, body, request.url))
        self._die_if_told(after=False)
        fault = self._drawn(service, operation, body)
        self.calls.append((self.function, f"{service}.{operation}", fault or "answered"))
        if fault is not None:
            self.met[fault] += 1
        answer = self._meeting(fault, event_name, request, service, operation, body)
        self._die_if_told(after=True)
        return answer

    def _answer_the_test(self, event_name: str, request: Any, **_said_too: object) -> AWSResponse:
        _, service, operation = event_name.split(".")
        return self._done(event_name, request, service, operation, _said(request))

    def _meeting(
        self, fault: Fault | None, event_name: str, request: Any, service: str, operation: str, body: Any
    ) -> AWSResponse:
        match fault:
            case Fault.THROTTLED:
                return self._error(request.url, service, *_THROTTLING.get(service, ("ThrottlingException", 400)))
            case Fault.BROKEN:
                return self._error(request.url, service, "InternalServerError", 500)
            case Fault.LOST:
                raise ConnectTimeoutError(endpoint_url=request.url)
            case Fault.RACE:
                return self._error(request.url, service, *_race(operation, body))
            case Fault.SLOW:
                self.advance(5)
        done = self._done(event_name, request, service, operation, body)
        if fault is Fault.BROKE_AFTER:
            return self._error(request.url, service, "InternalServerError", 500)
        if fault is Fault.DIED_AFTER:
            dead = self._chance.choice((ConnectionClosedError, ReadTimeoutError))
            raise dead(endpoint_url=request.url)
        return done

    def _done(self, event_name: str, request: Any, service: str, operation: str, body: Any) -> AWSResponse:
        if (to := _addressee(operation, body)) in self.refuses:
            return self._error(request.url, service, *self.refuses[to])
        match service, operation:
            case "sesv2", "SendEmail":
                tags = {tag["Name"]: tag["Value"] for tag in body["EmailTags"]}
                sent = self._sent(to, body["Content"]["Simple"]["Subject"]["Data"], tags)
                self.mails.append(sent)
                self._open = sent, time.perf_counter()
                return _json(request.url, {"MessageId": sent.id})
            case "sesv2", "GetAccount":
                return _json(request.url, {"SendQuota": {"MaxSendRate": 500.0}, "ProductionAccessEnabled": True})
            case "eventbridge", "PutEvents":
                self.published += [entry["Detail"] for entry in body["Entries"]]
                taken = [{"EventId": str(n)} for n in range(len(body["Entries"]))]
                return _json(request.url, {"FailedEntryCount": 0, "Entries": taken})
            case "sns", "Publish":
                sent = self._sent(to, body["Message"], {})
                self.texts.append(sent)
                said = f"<PublishResult><MessageId>{sent.id}</MessageId></PublishResult>"
                return _xml(request.url, f"<PublishResponse>{said}</PublishResponse>")
        if service == "dynamodb" and operation != "CreateTable":
            self._close_window(operation)
            status, text = dynamodb(operation, body, REGION)
            return _response(request.url, status, text, {"Content-Type": "application/x-amz-json-1.0"})
        answer: Any = botocore_stubber(event_name, request)
        return cast("AWSResponse", answer)

    def _error(self, url: str, service: str, code: str, status: int, more: Mapping[str, Any] = _NO_MORE) -> AWSResponse:
        """An error in the wire format of that service."""
        if service in {"sns", "s3"}:
            error = f"<Error><Code>{code}</Code><Message>{escape(self.says)}</Message></Error>"
            return _xml(url, f"<ErrorResponse>{error}</ErrorResponse>" if service == "sns" else error, status)
        return _json(url, {"__type": code, "message": self.says, **more}, status, {"x-amzn-ErrorType": code})

    def _sent(self, to: str, subject: str, tags: Mapping[str, str]) -> Sent:
        return Sent(self.now(), to, subject, tags, str(uuid.UUID(int=self._chance.getrandbits(128))))

    def _close_window(self, operation: str) -> None:
        """An UpdateItem of the sender after a mail was taken is the note of it."""
        if self._open is not None and operation == "UpdateItem" and self.function == "send_messages":
            mail, since = self._open
            mail.window.append(time.perf_counter() - since)
            self._open = None

    def _drawn(self, service: str, operation: str, body: Any) -> Fault | None:
        if not self.faults:
            return None
        drawn = self._chance.random()
        for fault, share in self.faults.items():
            if drawn < share:
                return fault if fault is not Fault.RACE or _may_race(service, operation, body) else Fault.BROKEN
            drawn -= share
        return None

    def _die_if_told(self, *, after: bool) -> None:
        here = Kill(self.function, self.counted[self.function], after)
        if self.kill == here:
            self._dead, self.kill = True, None
            raise Killed


_THROTTLING = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "sesv2": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
}


def _may_race(service: str, operation: str, body: Any) -> bool:
    return service == "dynamodb" and (operation == "TransactWriteItems" or "ConditionExpression" in body)


def _race(operation: str, body: Any) -> tuple[str, int, dict[str, Any]]:
    """A transaction is in the way: what DynamoDB answers then, to a single write and to another transaction."""
    if operation != "TransactWriteItems":
        return "TransactionConflictException", 400, {}
    none, conflict = {"Code": "None"}, {"Code": "TransactionConflict"}
    reasons = [conflict] + [none] * (len(body["TransactItems"]) - 1)
    return "TransactionCanceledException", 400, {"CancellationReasons": reasons}


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _said(request: Any) -> Any:
    """A request's body, read."""
    raw = request.body or b""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    if text.startswith("{"):
        return json.loads(text)
    return {name: values[0] for name, values in parse_qs(text).items()}


def _addressee(operation: str, body: Any) -> str:
    """To whom a send goes; empty for what is no send."""
    if operation == "SendEmail":
        return str(body["Destination"]["ToAddresses"][0])
    return str(body["PhoneNumber"]) if operation == "Publish" else ""


class _Raw(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _json(url: str, body: Any, status: int = 200, headers: Mapping[str, str] = _NO_MORE) -> AWSResponse:
    return _response(url, status, json.dumps(body), {"Content-Type": "application/x-amz-json-1.0", **headers})


def _xml(url: str, body: str, status: int = 200) -> AWSResponse:
    return _response(url, status, body, {"Content-Type": "text/xml"})


def _response(url: str, status: int, text: str, headers: Mapping[str, str]) -> AWSResponse:
    raw, said = cast("Any", _Raw(text.encode())), cast("Any", dict(headers))
    return AWSResponse(url, status, said, raw)
