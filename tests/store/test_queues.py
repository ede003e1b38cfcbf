"""Queues: all or an error, ten at a time."""

import subprocess
import sys
from collections.abc import Callable
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


@pytest.mark.parametrize("module", ["queues", "parameters", "objects"])
def test_the_webhook_door_does_not_pay_for_models(module: str) -> None:
    code = f"import sys, encamino.store.{module}; print({{'pydantic', 'encamino.domain.order'}} & set(sys.modules))"
    layers = Path(__file__).parents[2] / "layers"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=layers)
    assert said.stdout.strip() == "set()"
