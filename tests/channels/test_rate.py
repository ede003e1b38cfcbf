from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.channels.rate import Bucket, Pace, SendRate
from encamino.domain.message import Channel
from tests.channels.stub import Says, Stub, error

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


def account(rate: float, *, production: bool = True) -> Says:
    quota = {"Max24HourSend": 50000.0, "MaxSendRate": rate, "SentLast24Hours": 3.0}
    return Says(body=json.dumps({"SendQuota": quota, "ProductionAccessEnabled": production}).encode())


def test_nine_tenths_of_the_accounts_rate_asked_once_in_a_quarter_of_an_hour(stub: Stub, ses: SESV2Client) -> None:
    stub.answer = lambda _: account(14)
    rate = SendRate(ses)

    assert rate.per_second(NOW) == pytest.approx(12.6)
    stub.answer = lambda _: account(50)
    assert rate.per_second(NOW + timedelta(minutes=14)) == pytest.approx(12.6)
    assert len(stub.asked) == 1
    assert rate.per_second(NOW + timedelta(minutes=15)) == pytest.approx(45)
    assert [asked.path for asked in stub.asked] == ["/v2/email/account"] * 2


def test_while_ses_does_not_answer_the_last_word_counts(stub: Stub, ses: SESV2Client) -> None:
    stub.answer = lambda _: error("InternalServiceErrorException", status=500)
    rate = SendRate(ses)

    assert rate.per_second(NOW) == pytest.approx(0.9)
    assert rate.sandbox(NOW) is None
    assert len(stub.asked) == 1  # and it is not asked again at once
    stub.answer = lambda _: account(14)
    assert rate.per_second(NOW + timedelta(minutes=1)) == pytest.approx(12.6)
    stub.answer = lambda _: error("TooManyRequestsException", status=429)
    assert rate.per_second(NOW + timedelta(hours=1)) == pytest.approx(12.6)


@pytest.mark.parametrize("said", [0.0, -1.0])
def test_a_rate_that_makes_no_sense_is_the_least_there_is(said: float, stub: Stub, ses: SESV2Client) -> None:
    stub.answer = lambda _: account(said, production=False)
    rate = SendRate(ses)

    assert rate.per_second(NOW) == pytest.approx(0.9)
    assert rate.sandbox(NOW) is True


@given(
    per_second=st.floats(0.1, 100),
    gaps=st.lists(st.floats(0, 2), max_size=60),
)
def test_no_second_sees_more_than_the_rate_and_one(per_second: float, gaps: list[float]) -> None:
    bucket, now, taken = Bucket(1.0, NOW), NOW, list[datetime]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        bucket, wait = bucket.take(per_second, now)
        if not wait:
            taken.append(now)

    for start in taken:
        within = [at for at in taken if start <= at < start + timedelta(seconds=1)]
        assert len(within) <= per_second + 1 + 1e-6


@given(per_second=st.floats(0.1, 100), level=st.floats(0, 1))
def test_after_the_wait_there_is_leave_and_nothing_was_taken_before(per_second: float, level: float) -> None:
    bucket = Bucket(level, NOW)

    after, wait = bucket.take(per_second, NOW)

    if wait:
        assert after == bucket
        assert after.take(per_second, NOW + wait)[1] == timedelta(0)


def test_a_clock_that_goes_back_gives_no_leave() -> None:
    bucket, _ = Bucket(1.0, NOW).take(10, NOW)

    back, wait = bucket.take(10, NOW - timedelta(hours=1))

    assert wait > timedelta(0)
    assert back == bucket


def test_senders_share_the_rate_wait_a_moment_and_hand_longer_waits_back(stub: Stub, ses: SESV2Client) -> None:
    stub.answer = lambda _: account(2)
    now, slept = [NOW], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += timedelta(seconds=seconds)

    pace = Pace(SendRate(ses), 2, lambda: now[0], sleep)

    assert [pace.wait(Channel.EMAIL) for _ in range(3)] == [timedelta(0)] * 3
    assert sum(slept) == pytest.approx(2 / 0.9, abs=0.01)
    assert pace.wait(Channel.SMS) == timedelta(0)
    stub.answer = lambda _: account(1)
    now[0] += timedelta(minutes=15)
    pace.wait(Channel.EMAIL)
    assert pace.wait(Channel.EMAIL) > timedelta(seconds=2)
