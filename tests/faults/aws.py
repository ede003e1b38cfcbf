"""An AWS in this process that fails as AWS fails: seeded, at the wire, below everything that boto3 does by itself.

DynamoDB, SQS, SSM and S3 are moto's. SES and the telephone side of SNS are answered here, because what counts of them
is what they *accepted*. A request is drawn a fault from the seed, or meets the kill that was asked for; then it is
answered by the emulator or not. Calls made by the test itself (`Aws.client`) meet neither.
"""

import json
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from moto import mock_aws
from moto.core.models import botocore_stubber

from encamino.channels import clients
from tests.faults.granting import actions
from tests.faults.moto_at_size import answer as dynamodb

REGION = "eu-west-1"


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
    """Die at this call of this function, counted from 1: before it, or after AWS did it and before anybody noted."""

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


@dataclass
class Aws:
    """See the module. `advance(seconds)` moves the clock, for answers that take time."""

    seed: int
    faults: Mapping[Fault, float] = field(default_factory=dict)
    advance: Callable[[float], None] = lambda _seconds: None
    now: Callable[[], float] = lambda: 0.0
    mails: list[Sent] = field(default_factory=list)
    texts: list[Sent] = field(default_factory=list)
    #: Function, call, what became of it.
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    #: Function to the (action, resource) pairs it asked for.
    used: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    kill: Kill | None = None
    #: Whose invocation runs now.
    function: str = ""
    _dead: bool = False
    _calls_of_invocation: int = 0

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
        self.function, self._dead, self._calls_of_invocation = function, False, 0
        try:
            yield
        finally:
            self.function = ""

    def _answer(self, event_name: str, request: Any, **_: object) -> AWSResponse:
        _, service, operation = event_name.split(".")
        if self._dead:
            raise Killed
        self._calls_of_invocation += 1
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

    def _answer_the_test(self, event_name: str, request: Any, **_: object) -> AWSResponse:
        _, service, operation = event_name.split(".")
        return self._done(event_name, request, service, operation, _said(request))

    def _meeting(
        self, fault: Fault | None, event_name: str, request: Any, service: str, operation: str, body: Any
    ) -> AWSResponse:
        match fault:
            case Fault.THROTTLED:
                return _error(request.url, service, *_THROTTLING.get(service, ("ThrottlingException", 400)))
            case Fault.BROKEN:
                return _error(request.url, service, "InternalServerError", 500)
            case Fault.LOST:
                raise ConnectTimeoutError(endpoint_url=request.url)
            case Fault.RACE:
                return _error(request.url, service, *_race(operation, body))
            case Fault.SLOW:
                self.advance(5)
        done = self._done(event_name, request, service, operation, body)
        if fault is Fault.BROKE_AFTER:
            return _error(request.url, service, "InternalServerError", 500)
        if fault is Fault.DIED_AFTER:
            dead = self._chance.choice((ConnectionClosedError, ReadTimeoutError))
            raise dead(endpoint_url=request.url)
        return done

    def _done(self, event_name: str, request: Any, service: str, operation: str, body: Any) -> AWSResponse:
        match service, operation:
            case "sesv2", "SendEmail":
                tags = {tag["Name"]: tag["Value"] for tag in body["EmailTags"]}
                sent = self._sent(
                    body["Destination"]["ToAddresses"][0], body["Content"]["Simple"]["Subject"]["Data"], tags
                )
                self.mails.append(sent)
                return _json(request.url, {"MessageId": sent.id})
            case "sesv2", "GetAccount":
                return _json(request.url, {"SendQuota": {"MaxSendRate": 500.0}, "ProductionAccessEnabled": True})
            case "sns", "Publish":
                sent = self._sent(body["PhoneNumber"], body["Message"], {})
                self.texts.append(sent)
                return _xml(
                    request.url,
                    f"<PublishResponse><PublishResult><MessageId>{sent.id}</MessageId></PublishResult></PublishResponse>",
                )
        if service == "dynamodb" and operation != "CreateTable":
            status, text = dynamodb(operation, body, REGION)
            return _response(request.url, status, text, {"Content-Type": "application/x-amz-json-1.0"})
        answer: AWSResponse = botocore_stubber(event_name, request)
        return answer

    def _sent(self, to: str, subject: str, tags: Mapping[str, str]) -> Sent:
        return Sent(self.now(), to, subject, tags, str(uuid.UUID(int=self._chance.getrandbits(128))))

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
        here = Kill(self.function, self._calls_of_invocation, after)
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


def _said(request: Any) -> Any:
    """A request's body, read."""
    raw = request.body or b""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    if text.startswith("{"):
        return json.loads(text)
    return {name: values[0] for name, values in parse_qs(text).items()}


class _Raw(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _json(
    url: str, body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> AWSResponse:
    return _response(url, status, json.dumps(body), {"Content-Type": "application/x-amz-json-1.0", **(headers or {})})


def _xml(url: str, body: str, status: int = 200) -> AWSResponse:
    return _response(url, status, body, {"Content-Type": "text/xml"})


def _response(url: str, status: int, text: str, headers: Mapping[str, str]) -> AWSResponse:
    raw: Any = _Raw(text.encode())
    return AWSResponse(url, status, dict(headers), raw)


def _error(url: str, service: str, code: str, status: int, more: Mapping[str, Any] | None = None) -> AWSResponse:
    """An error in the wire format of that service."""
    if service in {"sns", "s3"}:
        outer = f"<ErrorResponse><Error><Code>{code}</Code><Message>drawn</Message></Error></ErrorResponse>"
        return _xml(
            url, outer if service == "sns" else f"<Error><Code>{code}</Code><Message>drawn</Message></Error>", status
        )
    headers = {"x-amzn-ErrorType": code}
    return _json(url, {"__type": code, "message": "drawn", **(more or {})}, status, headers)
