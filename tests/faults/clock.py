"""Time in a test's own hands: everything in this process reads it, and whoever sleeps moves it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine


class Clock:
    """Stands still until it is moved."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Now, as a timestamp."""
        return self.now.timestamp()

    def advance(self, seconds: float) -> None:
        """Let this long pass."""
        self._traveller.shift(timedelta(seconds=seconds))

    def set(self, then: datetime) -> None:
        """Begin again from there."""
        self._traveller.move_to(then)

    def reach(self, then: datetime) -> None:
        """Go on to that time, never back."""
        self.advance(max(0.0, (then - self.now).total_seconds()))


@contextmanager
def standing_still(start: datetime) -> Iterator[Clock]:
    """While it lasts. botocore sleeps before it tries again, so does the mails' pace: no test waits for either."""
    with time_machine.travel(start, tick=False) as traveller, pytest.MonkeyPatch.context() as patch:
        clock = Clock(traveller)
        patch.setattr(time, "sleep", clock.advance)
        yield clock
