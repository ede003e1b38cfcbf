"""When customers sleep, by the wall clock of their zone: also right on the days the clock changes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from encamino.domain.shop import QuietHours


def quiet(hours: QuietHours, zone: ZoneInfo, now: datetime) -> bool:
    """Whether it is quiet now."""
    at = now.astimezone(zone).time()
    if hours.start <= hours.end:
        return hours.start <= at < hours.end
    return at >= hours.start or at < hours.end


def wakes(hours: QuietHours, zone: ZoneInfo, now: datetime) -> datetime:
    """When the present quiet hours end."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < hours.end else local.date() + timedelta(days=1)
    return datetime.combine(day, hours.end, zone).astimezone(now.tzinfo)
