"""What the fault suite's tests stand on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.simulator.server import simulator_server
from infra.local.simulator.timetable import Timetables
from tests.faults.clock import Clock, standing_still

RECORDINGS = Path(__file__).parents[1] / "carriers"
#: A Wednesday noon in Madrid: two days later by day DHL rings.
START = datetime(2026, 11, 11, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Clock]:
    with standing_still(START) as clock:
        yield clock


@pytest.fixture
def carriers() -> Iterator[tuple[str, Timetables]]:
    """The carriers' simulator: its address, and what it plays for which number."""
    server = simulator_server(0, RECORDINGS, lambda: datetime.now(UTC))
    timetables: Timetables = vars(server.RequestHandlerClass)["timetables"]
    server.in_background()
    yield server.url, timetables
    server.shutdown()
    server.server_close()
