"""Driving a carrier adapter: it yields requests, we make the calls within its deadline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from encamino.carriers.base import Account, Asked, Carrier, Memo, Outcome, Request, Response, Seen
from encamino.domain.errors import EncaminoError, Unreadable

#: Makes one call of a carrier (slug) before the instant (monotonic seconds). Raises Unavailable.
type Exchange = Callable[[str, Request, float], Response]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a look needs besides the question: a way out, the wall clock, a monotonic one, and a way to wait."""

    exchange: Exchange
    monotonic: Callable[[], float]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def ask(
    slug: str, carrier: Carrier, asked: Sequence[Asked], account: Account, memo: Memo, asking: Asking
) -> dict[str, Seen]:
    """What a carrier says of these numbers. Every asked number has an answer; trouble is an outcome."""
    until = asking.monotonic() + carrier.LIMITS.deadline.total_seconds()
    look = carrier.look(asked, account, memo, asking.now())
    try:
        request = next(look)
        while True:
            request = look.send(asking.exchange(slug, request, until))
    except StopIteration as stop:
        answer = dict(stop.value)
    except Unreadable as err:
        answer = _all(asked, Outcome.UNREADABLE, err)
    except EncaminoError as err:
        answer = _all(asked, Outcome.UNAVAILABLE, err)
    except Exception as err:  # noqa: BLE001  (one adapter's mistake must not stop the other shipments of its batch)
        answer = {a.number: Seen(Outcome.UNREADABLE, detail=type(err).__name__) for a in asked}
    finally:
        look.close()
    return {a.number: answer.get(a.number, Seen(Outcome.NOT_FOUND)) for a in asked}


def _all(asked: Sequence[Asked], outcome: Outcome, err: EncaminoError) -> dict[str, Seen]:
    return {a.number: Seen(outcome, detail=err.message) for a in asked}
