"""A carrier account's budget as a token bucket: pure, so that both stores spend alike."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """What was taken: `free_at` is when the bucket would be full again; `spent` counts the calls of `day` (GMT)."""

    free_at: datetime | None = None
    day: date | None = None
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """When one more call may be made, and the budget once it is taken."""

    at: datetime
    after: Budget


def next_slot(budget: Budget, per_second: float, per_day: int | None, now: datetime) -> Slot:
    """The next call there is. A bucket holds one second's worth, at least one call."""
    pace = timedelta(seconds=1 / per_second)
    slack = pace * (max(1.0, per_second) - 1)
    free_at = max(budget.free_at or now, now)
    at = max(free_at - slack, now)
    day = at.astimezone(UTC).date()
    if budget.day is not None and budget.day > day:
        day = budget.day
        at = _midnight(day)
    spent = budget.spent if budget.day == day else 0
    if per_day is not None and spent >= per_day:
        day, spent = day + timedelta(days=1), 0
        at = _midnight(day)
    return Slot(at, Budget(max(free_at, at) + pace, day, spent + 1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
