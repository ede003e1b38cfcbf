"""A carrier account's budget as a token bucket: pure, so that both stores spend alike."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """What was spent: `free_at` is when the bucket would be full again; `spent` counts the calls of `day` (GMT)."""

    free_at: datetime | None = None
    day: date | None = None
    spent: int = 0


def take(budget: Budget, per_second: float, per_day: int | None, now: datetime) -> Budget | timedelta:
    """The budget after one more call, or how long to wait. A bucket holds one second's worth, at least one call."""
    today = now.astimezone(UTC).date()
    spent = budget.spent if budget.day == today else 0
    if per_day is not None and spent >= per_day:
        return datetime.combine(today + timedelta(days=1), time(), UTC) - now
    pace = timedelta(seconds=1 / per_second)
    slack = pace * (max(1.0, per_second) - 1)
    free_at = max(budget.free_at or now, now)
    if free_at - slack > now:
        return free_at - slack - now
    return Budget(free_at + pace, today, spent + 1)
