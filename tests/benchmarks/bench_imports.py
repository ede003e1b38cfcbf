"""Every door but the webhook's, made ready in a fresh process: its imports, its clients, its desk; no call to AWS.

Against the least it stands on, in turn: boto3 with the same clients, and pydantic and the batch of Powertools where the
door works with them. What it has beside those, ours or anybody's, is what the figure shows.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.artifact import code_path
from tests.benchmarks.measure import Figure
from tests.messages.compiled import compile_templates

PAIRS = 9
CEILING = 1.10
_NO_RECORDS = "door.handler({'Records': []}, None)"
_BATCH = "from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response"
#: With one model, as it loads most of itself when it makes the first.
_PYDANTIC = "import pydantic; pydantic.create_model('One', name=(str, pydantic.Field(min_length=1)))"


class Door(NamedTuple):
    """How it is made ready, which clients it then has, on what it stands beside boto3."""

    ready: str
    clients: tuple[str, ...]
    floor: tuple[str, ...] = ()


DOORS = {
    "process_shop_events": Door(_NO_RECORDS, ("dynamodb",), (_BATCH, _PYDANTIC)),
    "publish_changes": Door(f"{_NO_RECORDS}; wiring.client('events')", ("events",), (_PYDANTIC,)),
    "receive_feedback": Door(f"{_NO_RECORDS}; wiring.store()", ("dynamodb",), (_BATCH, _PYDANTIC)),
    "send_messages": Door(_NO_RECORDS, ("dynamodb", "sesv2", "sns"), (_BATCH, _PYDANTIC)),
    "serve_pages": Door("wiring.page_desk()", ("dynamodb",), (_PYDANTIC,)),
    "sweep_agenda": Door("wiring.store(); wiring.client('sqs')", ("dynamodb", "sqs"), (_PYDANTIC,)),
    "track_shipments": Door(_NO_RECORDS, ("dynamodb",), (_PYDANTIC,)),
}
SETTINGS = {
    **dict.fromkeys(("TABLE", "BUCKET", "BUS", "CONFIGURATION_SET"), "bench"),
    **dict.fromkeys(("INBOX_QUEUE", "LOOK_QUEUE", "SEND_QUEUE"), "http://127.0.0.1:9/000000000000/bench"),
    "STACK": "bench", "SENDERS": "2", "PUBLIC_URL": "https://pages.example", "FEEDBACK_TOPIC": "",
    "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
}  # fmt: skip


def figures() -> list[Figure]:
    """Milliseconds of each door, and how many times its floor that is: the median of pairs."""
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            **SETTINGS, "PATH": os.environ.get("PATH", ""), "PYTHONPATH": code_path(folder, *DOORS),
            "TEMPLATES_DIR": str(compile_templates(folder / "templates")),
        }  # fmt: skip
        for function, door in DOORS.items():
            ours = f"import {function} as door; from encamino import wiring; {door.ready}"
            clients = (f"boto3.client({client!r})" for client in door.clients)
            floor = "; ".join(["import boto3", *clients, *door.floor])
            pairs = [(_fresh(ours, environment), _fresh(floor, environment)) for _ in range(PAIRS)]
            ratio = median(ours_ms / floor_ms for ours_ms, floor_ms in pairs)
            lines.append(Figure(f"import_{function}", median(ours_ms for ours_ms, _ in pairs), "ms", ratio))
    return lines


def missed(lines: list[Figure]) -> list[str]:
    """Which doors broke the ceiling."""
    return [f"{f.name}: {f.ratio:.2f} times its floor > {CEILING}" for f in lines if f.ratio and f.ratio > CEILING]


def _fresh(work: str, environment: dict[str, str]) -> float:
    """Milliseconds in a process that has done nothing before."""
    timed = f"import time; began = time.perf_counter(); {work}; print((time.perf_counter() - began) * 1_000)"
    command = [sys.executable, "-c", timed]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise SystemExit(f"{work} did not work:\n{done.stderr}")
    return float(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    taken_now = figures()
    print(*taken_now, sep="\n")
    sys.exit("\n".join(missed(taken_now)) or 0)
