"""A queue's batch, record by record: what fails comes back alone, and why it failed is left where it can be asked."""

import json
import traceback
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from encamino import doors
from encamino.domain.errors import Misconfigured, Missing, Unreadable
from encamino.store.letters import Trouble

SECRET = "lucia@example.com"


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [a_record(place, body) for place, body in enumerate(bodies)]}


def a_record(place: int, body: str) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(place + 1), "SentTimestamp": "0"}
    return {
        "messageId": f"letter-{place}", "receiptHandle": "h", "body": body, "attributes": attributes,
        "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn", "awsRegion": "eu-west-1",
    }  # fmt: skip


def failed(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def unheard(**_said: object) -> None:
    """Whom nobody listens to."""


def work(body: str) -> str:
    """Fails as its record says."""
    match body:
        case "ours":
            raise Unreadable("no order id", where="orders/paid", cure="mend the adapter")
        case "set-up":
            raise Misconfigured("no shop", where="table", cure="apply it")
        case "nobody's":
            raise Missing("no such message", where=SECRET)
        case "theirs":
            json.loads(SECRET)
        case "aws":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": SECRET}}, "PutItem")
    return "done"


def test_only_what_failed_comes_back_with_why_it_failed() -> None:
    left: list[Trouble] = []

    answer = doors.each(batch("a", "ours", "b", "set-up"), unheard, work, left.extend)

    assert failed(answer) == ["letter-1", "letter-3"]
    assert [(t.letter, t.said, t.cure, t.tries) for t in left] == [
        ("letter-1", "no order id (orders/paid)", "mend the adapter", 2),
        ("letter-3", "no shop (table)", "apply it", 4),
    ]


@pytest.mark.parametrize(
    ("body", "kind"), [("theirs", "JSONDecodeError at "), ("aws", "ClientError (AccessDenied) at ")]
)
def test_of_an_error_that_is_not_ours_the_kind_and_our_place_are_told_and_never_its_words(body: str, kind: str) -> None:
    left: list[Trouble] = []
    line: dict[str, Any] = {}

    doors.each(batch(body), line.update, work, left.extend)

    assert left[0].said.startswith(f"{kind}test_doors.py:")
    assert SECRET not in f"{left[0].said} {line}"


def test_what_a_letter_asked_for_is_not_repeated_in_the_reason() -> None:
    left: list[Trouble] = []

    doors.each(batch("nobody's"), unheard, work, left.extend)

    assert left[0].said == "no such message"


def test_when_nothing_failed_nothing_is_noted() -> None:
    def note(_failed: Sequence[Trouble]) -> None:
        raise AssertionError("there is nothing to note")

    assert failed(doors.each(batch("a", "b"), unheard, work, note)) == []


def test_a_note_that_cannot_be_left_hides_nothing() -> None:
    line: dict[str, Any] = {}

    def note(_failed: Sequence[Trouble]) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": SECRET}}, "PutItem")

    assert failed(doors.each(batch("a", "ours"), line.update, work, note)) == ["letter-1"]
    assert (line["records"], line["failed"]) == (2, 1)
    assert "ThrottlingException" in line["unnoted"]
    assert SECRET not in str(line)


def test_a_record_without_its_attributes_fails_as_it_failed() -> None:
    event = batch("a", "ours")
    del event["Records"][1]["attributes"]

    assert failed(doors.each(event, unheard, work, list[Trouble]().extend)) == ["letter-1"]


def test_a_batch_worked_together_is_worked_once() -> None:
    asked: list[Sequence[str]] = []

    def some(bodies: Sequence[str]) -> list[str]:
        asked.append(list(bodies))
        return [work(body) for body in bodies]

    assert failed(doors.together(batch("a", "b"), unheard, some, list[Trouble]().extend)) == []
    assert asked == [["a", "b"]]


def test_a_batch_that_breaks_together_is_worked_one_by_one_and_only_the_culprit_comes_back() -> None:
    left: list[Trouble] = []

    def some(bodies: Sequence[str]) -> list[str]:
        return [work(body) for body in bodies]

    assert failed(doors.together(batch("a", "theirs", "b"), unheard, some, left.extend)) == ["letter-1"]
    assert [trouble.letter for trouble in left] == ["letter-1"]


class Context:
    """As far as a door looks at it."""

    aws_request_id = "c0ffee"


def line_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line a call wrote."""
    (text,) = capsys.readouterr().out.splitlines()
    line: dict[str, Any] = json.loads(text)
    assert line.pop("ms") >= 0
    return line


def test_a_call_writes_one_line_with_all_that_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    @doors.door("visit")
    def handler(event: dict[str, Any], say: doors.Say) -> int:
        say(bytes=3)
        say(verdict=event["verdict"])
        return 200

    assert handler({"verdict": "kept"}, Context()) == 200
    told = {"event": "visit", "function": "test_doors", "request": "c0ffee", "bytes": 3, "verdict": "kept"}
    assert line_of(capsys) == told
    handler({"verdict": "kept"}, None)
    assert "request" not in line_of(capsys)


def test_of_a_call_that_fails_nothing_goes_out_but_kind_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    @doors.door("visit")
    def handler(_event: dict[str, Any], say: doors.Say) -> str:
        say(bytes=3)
        return work("aws")

    with pytest.raises(doors.Failed) as raised:
        handler({}, Context())
    line = line_of(capsys)
    assert line["bytes"] == 3
    assert line["error"] == str(raised.value)
    assert line["error"].startswith("ClientError (AccessDenied) at test_doors.py:")
    assert SECRET not in "".join(traceback.format_exception(raised.value)) + str(line)
    assert raised.value.__context__ is None


def test_of_an_object_the_line_says_its_kind_only(capsys: pytest.CaptureFixture[str]) -> None:
    @doors.door("visit")
    def handler(_event: dict[str, Any], say: doors.Say) -> None:
        say(met=Unreadable(SECRET))

    handler({}, None)
    assert line_of(capsys)["met"] == "Unreadable"


@pytest.mark.parametrize("text", ["lucia@example.com", "Lucía", "a b", "", "-", "x" * 41, "a\n", "https://x"])
def test_a_name_that_has_no_names_form_is_not_repeated(text: str) -> None:
    assert doors.slug(text) == "?"
    assert doors.slug("casa-lluna") == "casa-lluna"
