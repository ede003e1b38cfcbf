"""Queues: all or an error, ten at a time."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from encamino.domain.errors import Unavailable
from encamino.store.queues import Queue


class Refusing:
    """Takes messages, but for some that it refuses a number of times."""

    def __init__(self, refuse: dict[str, int]) -> None:
        self.refuse = refuse
        self.taken: list[str] = []
        self.batches: list[int] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self.batches.append(len(Entries))
        failed = []
        for entry in Entries:
            if self.refuse.get(entry["MessageBody"], 0) > 0:
                self.refuse[entry["MessageBody"]] -= 1
                failed.append({"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"})
            else:
                self.taken.append(entry["MessageBody"])
        return {"Successful": [], "Failed": failed}


class Showing:
    """Answers with these letters, one list after the other."""

    def __init__(self, answers: list[list[str]]) -> None:
        self.answers = answers

    def receive_message(self, **_asked: object) -> dict[str, Any]:
        attributes = {"SentTimestamp": "0", "ApproximateReceiveCount": "1"}
        said = {"ReceiptHandle": "handle", "Attributes": attributes}
        return {"Messages": [{"MessageId": text, "Body": text, **said} for text in self.answers.pop(0)]}


TEXTS = [f"m{n}" for n in range(23)]


def test_messages_travel_ten_at_a_time() -> None:
    client = Refusing({})
    Queue(client, "q").send_many(TEXTS)
    assert client.batches == [10, 10, 3]
    assert client.taken == TEXTS


def test_nothing_to_send_asks_nothing() -> None:
    client = Refusing({})
    Queue(client, "q").send_many([])
    assert client.batches == []


def test_what_was_refused_is_offered_once_more_alone() -> None:
    client = Refusing({"m3": 1, "m12": 1})
    Queue(client, "q").send_many(TEXTS)
    assert client.batches == [10, 1, 10, 1, 3]
    assert sorted(client.taken) == sorted(TEXTS)


def test_what_stays_refused_is_an_error_after_all_others_were_sent() -> None:
    client = Refusing({"m3": 2})
    with pytest.raises(Unavailable, match="1 of 23"):
        Queue(client, "q").send_many(TEXTS)
    assert sorted(client.taken) == sorted(set(TEXTS) - {"m3"})


def test_a_queue_says_about_how_much_waits(aws: Callable[[str], Any]) -> None:
    url = aws("sqs").create_queue(QueueName="depth")["QueueUrl"]
    queue = Queue(aws("sqs"), url)
    assert queue.depth() == 0
    queue.send("ñ")
    queue.send_many(TEXTS)
    assert queue.depth() == 24
    assert aws("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "ñ"


def test_every_letter_is_shown_once_and_to_nobody_else_until_it_is_given_back(aws: Callable[[str], Any]) -> None:
    url = aws("sqs").create_queue(QueueName="letters")["QueueUrl"]
    queue = Queue(aws("sqs"), url)
    queue.send_many(TEXTS)
    before = datetime.now(UTC) - timedelta(minutes=1)

    letters = list(queue.letters())

    assert sorted(letter.text for letter in letters) == sorted(TEXTS)
    assert all(before < letter.since < datetime.now(UTC) and letter.tries == 1 for letter in letters)
    assert list(queue.letters()) == []
    queue.give_back(letters[:12])
    assert {letter.id for letter in queue.letters()} == {letter.id for letter in letters[:12]}


def test_a_removed_letter_is_gone_and_giving_it_back_changes_nothing(aws: Callable[[str], Any]) -> None:
    url = aws("sqs").create_queue(QueueName="removed")["QueueUrl"]
    queue = Queue(aws("sqs"), url)
    queue.send_many(["a", "b"])
    letters = list(queue.letters())

    queue.remove(next(letter for letter in letters if letter.text == "a"))
    queue.give_back(letters)

    assert [letter.text for letter in queue.letters()] == ["b"]


def test_reading_ends_when_nothing_new_comes() -> None:
    """Letters that come back while the rest is still being read are not shown twice."""
    client = Showing([["a", "b"], ["b", "c"], ["c", "a"], ["d"]])

    assert [letter.text for letter in Queue(client, "q").letters()] == ["a", "b", "c"]


@pytest.mark.parametrize("module", ["queues", "parameters", "objects"])
def test_the_webhook_door_does_not_pay_for_models(module: str) -> None:
    code = f"import sys, encamino.store.{module}; print({{'pydantic', 'encamino.domain.order'}} & set(sys.modules))"
    layers = Path(__file__).parents[2] / "layers"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=layers)
    assert said.stdout.strip() == "set()"
