"""How fast SES may be asked: nine tenths of what the account allows, one mail at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from encamino.channels.failure import FAILURES
from encamino.domain.message import Channel

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

#: What is left to others who send from the account, and to the clocks' disagreement.
SHARE = 0.9
#: What SES gives every account: one mail a second.
LEAST = 1.0
_FRESH, _AGAIN = timedelta(minutes=15), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Leave to send, as of `at`. It holds one mail, so that no second ever sees more than the rate and one."""

    level: float
    at: datetime

    def take(self, per_second: float, now: datetime) -> tuple[Bucket, timedelta]:
        """The bucket after taking leave for one mail, and zero; or the bucket as it was, and how long to wait."""
        level = min(1.0, self.level + max((now - self.at).total_seconds(), 0.0) * per_second)
        if level >= 1.0:
            return Bucket(level - 1.0, max(now, self.at)), timedelta(0)
        # A microsecond more than needed: rounding down would wake up just before there is leave.
        return self, timedelta(seconds=(1.0 - level) / per_second, microseconds=1)


class SendRate:
    """Asks SES for the account's rate, and remembers it for a quarter of an hour (wall clock)."""

    def __init__(self, client: SESV2Client, share: float = SHARE) -> None:
        self._client = client
        self._share = share
        self._rate = LEAST
        self._sandbox: bool | None = None
        self._until: datetime | None = None

    def per_second(self, now: datetime) -> float:
        """Mails a second. While SES does not answer, what it said last; before it ever did, the least it gives."""
        self._refresh(now)
        return self._rate * self._share

    def sandbox(self, now: datetime) -> bool | None:
        """Whether the account is still in the sandbox; None while nobody knows."""
        self._refresh(now)
        return self._sandbox

    def _refresh(self, now: datetime) -> None:
        if self._until is not None and now < self._until:
            return
        try:
            account = self._client.get_account()
        except FAILURES:
            self._until = now + _AGAIN
            return
        self._rate = max(account.get("SendQuota", {}).get("MaxSendRate", LEAST), LEAST)
        self._sandbox = not account.get("ProductionAccessEnabled", False)
        self._until = now + _FRESH


#: Up to this long a turn is waited for where one stands; a longer wait goes back to the agenda.
PATIENCE = timedelta(seconds=2)


class Pace:
    """One sender's part of the account's rate, for the e-mail channel. SMS has SNS's own limits."""

    def __init__(
        self, rate: SendRate, senders: int, now: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        self._rate, self._senders, self._now, self._sleep = rate, senders, now, sleep
        self._bucket = Bucket(1.0, now())

    def wait(self, channel: Channel) -> timedelta:
        """How long until the next turn; zero takes it."""
        if channel is not Channel.EMAIL:
            return timedelta(0)
        per_second = self._rate.per_second(self._now()) / self._senders
        self._bucket, left = self._bucket.take(per_second, self._now())
        if timedelta(0) < left < PATIENCE:
            self._sleep(left.total_seconds())
            self._bucket, left = self._bucket.take(per_second, self._now())
        return left
