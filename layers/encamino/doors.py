"""What every door does alike: one line a call, a queue's batch record by record, and why a record failed."""

from __future__ import annotations

import json
import re
import sys
import time
import traceback
from collections import Counter
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

    from encamino.store.letters import Trouble

type Event = dict[str, Any]
#: Adds what it is given, by name, to the call's line. Never an address, a token, a secret or a body.
type Say = Callable[..., None]

#: Where our own code lies.
_HOUSE = Path(__file__).parent
#: The longest reason that is kept.
_LONGEST = 300
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Failed(Exception):
    """A call failed. Its line says of it what may be said; of this, Lambda prints the text and the way it came."""


def door[Answer](noun: str) -> Callable[[Callable[[Event, Say], Answer]], Callable[[Event, object], Answer]]:
    """Makes a handler for Lambda. However a call ends, it writes one line: `noun`, and what was said meanwhile.

    What is raised goes out as Failed: Lambda prints an exception's text, and that may repeat what somebody wrote.
    """

    def made(work: Callable[[Event, Say], Answer]) -> Callable[[Event, object], Answer]:
        @wraps(work)
        def handler(event: Event, context: object) -> Answer:
            line: dict[str, object] = {"event": noun, "function": work.__module__.rpartition(".")[2]}
            if request := getattr(context, "aws_request_id", None):
                line["request"] = request
            began = time.perf_counter()
            try:
                return work(event, line.update)
            except Exception as err:  # noqa: BLE001  (told below, without its words)
                line["error"] = error = trouble(err)
            finally:
                line["ms"] = round((time.perf_counter() - began) * 1000)
                _write(line)
            raise Failed(error)

        return handler

    return made


def slug(text: str) -> str:
    """A name out of a URL, for the line. Anybody may write anything there: what has no name's form is not repeated."""
    return text if _SLUG.fullmatch(text) else "?"


def each(
    event: Mapping[str, Any], say: Say, one: Callable[[str], str], note: Callable[[Sequence[Trouble]], None]
) -> dict[str, Any]:
    """Work a queue's batch record by record: those that fail come back alone.

    `note`: keeps why they failed, for whoever asks why a letter is dead.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType  # noqa: PLC0415

    outcomes: Counter[str] = Counter()
    failed: list[tuple[SQSRecord, Exception]] = []

    def work(record: SQSRecord) -> None:
        try:
            outcomes[one(record.body)] += 1
        except Exception as err:
            outcomes[trouble(err)] += 1
            failed.append((record, err))
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(records=event["Records"], handler=work):
        processor.process()
    say(records=len(event["Records"]), failed=len(failed), outcomes=dict(outcomes))
    _leave(note, failed, say)
    return dict(processor.response())


def together(
    event: Mapping[str, Any],
    say: Say,
    some: Callable[[Sequence[str]], Iterable[str]],
    note: Callable[[Sequence[Trouble]], None],
) -> dict[str, Any]:
    """Work a queue's batch in one go; if that fails, record by record, so that only the culprit comes back.

    Working a record twice must be harmless.
    """
    try:
        outcomes = Counter(some([record["body"] for record in event["Records"]]))
    except Exception as err:  # noqa: BLE001  (whoever is to blame raises it again, alone)
        say(broke=trouble(err))
        return each(event, say, lambda body: ", ".join(some([body])) or "nothing to do", note)
    say(records=len(event["Records"]), failed=0, outcomes=dict(outcomes))
    return {"batchItemFailures": []}


def trouble(err: Exception) -> str:
    """An exception for the log: what, and where in the house. Its text may repeat what somebody wrote: it stays out."""
    frames = traceback.extract_tb(err.__traceback__)
    here = trouble.__code__.co_filename
    # What the door called: the function, and what that called.
    inside = frames[max((n for n, f in enumerate(frames, 1) if f.filename == here), default=0) :]
    ours = [frame for frame in inside if Path(frame.filename).is_relative_to(_HOUSE)]
    last = (ours or inside[:1] or frames)[-1]
    # AWS's own word for what it refused.
    said = getattr(err, "response", None)
    code = f" ({said['Error']['Code']})" if isinstance(said, dict) and "Code" in said.get("Error", ()) else ""
    return f"{type(err).__name__}{code} at {Path(last.filename).name}:{last.lineno}"


def _why(record: SQSRecord, err: Exception) -> Trouble:
    """Errors of our own tree say what, where and the cure in words that hold nobody's data; of others only the kind."""
    from encamino.domain.errors import EncaminoError, Misconfigured, Missing  # noqa: PLC0415
    from encamino.store.letters import Trouble  # noqa: PLC0415

    said, cure = trouble(err), ""
    if isinstance(err, EncaminoError | Misconfigured):
        # Where something is missing may repeat what was asked for: words of the letter, whatever they are.
        where = err.where if not isinstance(err, Missing) or _SLUG.fullmatch(err.where) else ""
        said, cure = f"{err.message} ({where})" if where else err.message, err.cure
    tries = int(record.attributes.approximate_receive_count)
    return Trouble(record.message_id, said[:_LONGEST], cure[:_LONGEST], tries, datetime.now(UTC))


def _leave(note: Callable[[Sequence[Trouble]], None], failed: Sequence[tuple[SQSRecord, Exception]], say: Say) -> None:
    """Best effort: that it failed is what counts, and the queue knows that."""
    if not failed:
        return
    try:
        note([_why(record, err) for record, err in failed])
    except Exception as err:  # noqa: BLE001
        say(unnoted=trouble(err))


def _write(line: Mapping[str, object]) -> None:
    # Of an object its kind at most: it may hold anything.
    sys.stdout.write(json.dumps(line, default=lambda said: type(said).__name__) + "\n")
