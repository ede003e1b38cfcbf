"""The simulator stands in for 17TRACK: registering and reading, many numbers a call, each by its own timetable."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from encamino.carriers import seventeentrack
from encamino.carriers.base import Asked, Response, Seen
from encamino.domain.shipment import bearing
from infra.local.simulator.server import simulator_server

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
#: Each number and the recording it plays.
PLAYS = {
    "YT2690417735101": "in_transit", "YT2690417735102": "two_legs", "YT2690417735103": "delivered",
    "YT2690417735104": "not_found",
}  # fmt: skip


class Memory:
    """Remembers as long as the test lasts."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, value: str, until: datetime) -> None:
        self.kept[name] = value


@pytest.fixture
def gateway() -> Iterator[str]:
    server = simulator_server(0, Path(__file__).parents[1] / "carriers", lambda: NOW)
    server.in_background()
    for number, name in PLAYS.items():
        wish = {"start": "2026-11-30T08:00:00Z", "timetable": [{"after": "0h", "play": name}]}
        requests.put(f"{server.url}/_simulator/seventeentrack/{number}", json=wish, timeout=5).raise_for_status()
    yield server.url
    server.shutdown()
    server.server_close()


def test_what_is_registered_is_read_and_each_number_has_its_own_answer(gateway: str) -> None:
    memory = Memory()

    seen = {number: one for _ in range(2) for number, one in asked(gateway, memory).items()}

    paths = [call["path"] for call in requests.get(f"{gateway}/_simulator/calls.json", timeout=5).json()]
    assert [path.rpartition("/")[2] for path in paths[:2]] == ["register", "gettrackinfo"]
    assert {number: status(one) for number, one in seen.items()} == {
        "YT2690417735101": "in_transit", "YT2690417735102": "out_for_delivery", "YT2690417735103": "delivered",
        "YT2690417735104": "not_found", "YT2690417735199": "not_found",
    }  # fmt: skip
    newest = seen["YT2690417735103"].tracking
    assert newest
    assert newest.events[-1].time.date() == datetime(2026, 11, 30, tzinfo=UTC).date()


def status(seen: Seen) -> str:
    event = bearing(seen.tracking.events) if seen.tracking else None
    return event.status if event else seen.outcome


def asked(gateway: str, memory: Memory) -> dict[str, Seen]:
    """One look at all of them, and at one that nobody programmed."""
    numbers = [Asked(number) for number in (*PLAYS, "YT2690417735199")]
    looking = seventeentrack.look(numbers, {"api_key": "demo"}, memory, NOW)
    try:
        request = next(looking)
        while True:
            url = request.url.replace("https://", f"{gateway}/seventeentrack/")
            got = requests.post(url, data=request.body, headers=dict(request.headers), timeout=5)
            request = looking.send(Response(got.status_code, got.content))
    except StopIteration as end:
        seen: dict[str, Seen] = end.value
        return seen
