"""The time a travelling stack believes it is: the wall clock plus the offset the stack keeps in its table."""

import contextlib
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

STACK_FILE = Path(__file__).resolve().parents[2] / ".local" / "stack.json"
FRESH_FOR = 0.3  # seconds; a story that advances the clock must be believed almost at once


def iso(moment: datetime) -> str:
    """UTC with a Z and milliseconds, as the rest of the project writes instants."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """An aware instant; a text without an offset is refused rather than guessed."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return moment.astimezone(UTC)


def table_name() -> str | None:
    """TABLE, or what `make up` has written by now: the servers start before the stack exists."""
    if name := os.environ.get("TABLE"):
        return name
    try:
        name = json.loads(STACK_FILE.read_text(encoding="utf-8")).get("table")
    except (OSError, ValueError):
        return None
    return str(name) if name else None


class StackClock:
    """Callable that answers the stack's virtual now. A stack that cannot be asked keeps its last known offset."""

    def __init__(self, read_offset: Callable[[], float] | None = None) -> None:
        self._read = read_offset or self._from_table
        self._offset = 0.0
        self._read_at = float("-inf")
        self._client: Any = None

    def __call__(self) -> datetime:
        if time.monotonic() - self._read_at > FRESH_FOR:
            with contextlib.suppress(BotoCoreError, ClientError, OSError, ValueError):
                self._offset = self._read()
            self._read_at = time.monotonic()
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def _from_table(self) -> float:
        table = table_name()
        if table is None:
            return 0.0
        if self._client is None:
            short = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
            self._client = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=short)
        key = {"pk": {"S": "CLOCK"}, "sk": {"S": "CLOCK"}}
        item = self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return float(item.get("offset", {}).get("N", 0)) / 1e6  # microseconds
