"""What every door does alike: one structured line a call, and a queue's batch record by record."""

from __future__ import annotations

import json
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def log(event: str, **fields: object) -> None:
    """One structured line. Never an address, a token, a secret or a body."""
    sys.stdout.write(json.dumps({"event": event, **fields}, default=str) + "\n")


def each(event: Mapping[str, Any], noun: str, one: Callable[[str], str]) -> dict[str, Any]:
    """Work a queue's batch record by record: those that fail come back alone. One log line for all."""
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType  # noqa: PLC0415

    outcomes: Counter[str] = Counter()

    def work(record: SQSRecord) -> None:
        try:
            outcomes[one(record.body)] += 1
        except Exception as err:
            outcomes[trouble(err)] += 1
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(records=event["Records"], handler=work):
        processor.process()
    log(noun, outcomes=dict(outcomes))
    return dict(processor.response())


def trouble(err: Exception) -> str:
    """An exception for the log: what and where it was raised. Its text may repeat what somebody wrote: it stays out."""
    last = traceback.extract_tb(err.__traceback__)[-1]
    return f"{type(err).__name__} at {Path(last.filename).name}:{last.lineno}"
