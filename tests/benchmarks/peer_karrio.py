"""The Karrio SDK on our recordings, run in its own environment: lines of JSON in, one line of JSON out.

In: bodies as texts, one a line. Out: {"taken": [[us, ratio], …], "read": [[status, newest event's local time], …]}.
Measured is what its proxy hands on and its mapper makes of it: text → dict → TrackingDetails. No HTTP, no gateway.
"""

import json
import sys
from functools import partial
from typing import Any

from karrio.core.utils import DP, Deserializable  # type: ignore[import-not-found]
from karrio.mappers.dhl_universal.settings import Settings  # type: ignore[import-not-found]
from karrio.providers.dhl_universal.tracking import parse_tracking_response  # type: ignore[import-not-found]

from tests.benchmarks.measure import take

SETTINGS = Settings(consumer_key="k", consumer_secret="s")
timed = int(sys.argv[1])


def parse(body: str) -> Any:
    return parse_tracking_response(Deserializable([body], lambda bodies: [DP.to_dict(b) for b in bodies]), SETTINGS)


def read(body: str) -> list[Any]:
    try:
        details, _ = parse(body)
    except Exception as err:  # noqa: BLE001  (whatever it raises is its answer)
        return [f"raised {type(err).__name__}", None]
    return (
        [details[0].status, details[0].events[0].timestamp if details[0].events else None] if details else [None, None]
    )


bodies = [json.loads(line) for line in sys.stdin]
print(json.dumps({
    "taken": [take(partial(parse, body), 300) for body in bodies[:timed]],
    "read": [read(body) for body in bodies],
}))  # fmt: skip
