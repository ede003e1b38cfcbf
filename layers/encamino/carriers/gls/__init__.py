"""GLS group: Track & Trace v1, ten numbers a call, with a token.

Shape: dev-portal.gls-group.net, Track And Trace V1 (1.0.7) and Authentication API v2 (2.0.0), read 2026-11. What codes
mean is in `words`, how one parcel is read in `parcel`, a whole answer in `answer`, the shop where it waits in `shop`.
GLS Spain (ex ASM) is another system with other numbers: this one does not know them.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from encamino.carriers.base import Account, Answer, Asked, Limits, Memo, Outcome, Request, Response, Seen
from encamino.carriers.gls.access import get
from encamino.carriers.gls.answer import Unit, about, parcels_of, requested
from encamino.carriers.gls.numbers import link, recognise
from encamino.carriers.gls.shop import point, shop_url, which_url
from encamino.carriers.reading import Object, outcome_of, plain
from encamino.domain.shipment import ShipmentStatus, Tracking, bearing

__all__ = ["link", "look", "read", "recognise"]

NAME = "GLS"
ALIASES = ("gls", "gls group", "gls paket", "general logistics systems")
HOSTS = ("gls-group.com", "gls-group.eu", "gls-pakete.de")
#: GLS calls them API key and API secret of an app.
FIELDS = ("client_id", "client_secret")
OPTIONAL_FIELDS: tuple[str, ...] = ()
#: 500 requests a day unless GLS allows more; a fifth is left for shops and for calls that are made twice.
LIMITS = Limits(per_second=2, per_day=400, batch=10)

_URL = "https://api.gls-group.net/track-and-trace-v1/tracking/simple/trackids/"
_NUMBER = re.compile(r"[A-Z0-9_]{6,20}")
#: A call about a shop that never came back is not made again so soon: it would take the whole look with it again.
_SHOP_AGAIN, _SHOP_KEPT = timedelta(hours=6), timedelta(days=14)
_NO_SHOP = "none"
#: As long as GLS has just refused every number by itself, it is not a number that spoils the call.
_REFUSED, _REFUSED_FOR = "refused", timedelta(hours=6)
_SHOPS_A_LOOK = 2
_LARGEST_SHOP = 50_000


def look(
    shipments: Sequence[Asked], account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, Answer]:
    """One call for all of them; one each if GLS refuses the lot; then the shops where parcels wait."""
    if not all(account.get(field) for field in FIELDS):
        return {asked.number: Seen(Outcome.AUTH_ERROR, detail="no client_id or client_secret") for asked in shipments}
    numbers = dict.fromkeys(plain(asked.number) for asked in shipments)
    # `words` reads English and German.
    language = "DE" if all(asked.locale.startswith("de") for asked in shipments) else "EN"
    units = yield from _lot([n for n in numbers if _NUMBER.fullmatch(n)], language, account, memo, now)
    odd = Unit(Seen(Outcome.INVALID, detail="no number of GLS has this shape"))
    answer: dict[str, Seen] = {}
    shops = 0
    for asked in shipments:
        unit = units.get(plain(asked.number), odd)
        seen = _named(unit.seen, asked)
        if _waits(seen):
            kept = memo.get(f"shop:{unit.number}")
            if kept is None and asked.postcode and shops < _SHOPS_A_LOOK:
                shops += 1
                kept = yield from _shop(unit.number, asked.postcode, account, memo, now)
            seen = _at(seen, kept or _NO_SHOP, asked.locale)
        answer[asked.number] = seen
    return answer


def read(response: Response) -> tuple[Outcome, tuple[Tracking, ...], str]:
    """Every number the answer tells of unmistakably."""
    whole, parcels = parcels_of(response)
    if whole is not None:
        return whole.outcome, (), whole.detail
    by_number: dict[str, list[Object]] = {}
    for parcel in parcels:
        by_number.setdefault(requested(parcel), []).append(parcel)
    seen = [about(same, number).seen for number, same in by_number.items()]
    trackings = tuple(one.tracking for one in seen if one.tracking is not None)
    if trackings or not seen:
        mixed = sum(one.outcome is Outcome.AMBIGUOUS for one in seen)
        detail = f"{mixed} numbers are shared" if mixed else ""
        return (Outcome.FOUND if trackings else Outcome.NOT_FOUND), trackings, detail
    return seen[0].outcome, (), seen[0].detail


def _lot(
    numbers: list[str], language: str, account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, dict[str, Unit]]:
    """What GLS says of each number. One that spoils the call for all is told apart by asking for each alone."""
    if not numbers:
        return {}
    response = yield from get(_URL + ",".join(numbers), language, account, memo, now)
    whole, parcels = (response, []) if isinstance(response, Seen) else parcels_of(response, now)
    if whole is None:
        return {number: about(parcels, number) for number in numbers}
    if whole.outcome is not Outcome.INVALID or len(numbers) == 1 or memo.get(_REFUSED):
        return dict.fromkeys(numbers, Unit(whole))
    units: dict[str, Unit] = {}
    for number in numbers:
        units |= yield from _lot([number], language, account, memo, now)
    if all(unit.seen.outcome is Outcome.INVALID for unit in units.values()):
        memo.put(_REFUSED, _REFUSED, now + _REFUSED_FOR)
    return units


def _waits(seen: Seen) -> bool:
    event = bearing(seen.tracking.events) if seen.tracking else None
    return event is not None and event.status is ShipmentStatus.AVAILABLE_FOR_PICKUP


def _at(seen: Seen, kept: str, locale: str) -> Seen:
    """The same with the shop where it waits, if that could be had."""
    where = point(kept, locale)
    return replace(seen, tracking=replace(seen.tracking, pickup_point=where)) if seen.tracking and where else seen


def _shop(
    number: str, postcode: str, account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, str | None]:
    """The answer about the shop where a parcel waits, kept; None when there is none to be had."""
    memo.put(f"shop:{number}", _NO_SHOP, now + _SHOP_AGAIN)
    which = yield from get(which_url(number, postcode), "EN", account, memo, now)
    url = None if isinstance(which, Seen) else shop_url(which)
    if url is None:
        return None
    told = yield from get(url, "EN", account, memo, now)
    if isinstance(told, Seen) or outcome_of(told.status) is not None or len(told.body) > _LARGEST_SHOP:
        return None
    kept = told.body.decode("utf-8", "replace")
    if point(kept, "en") is None:
        return None
    memo.put(f"shop:{number}", kept, now + _SHOP_KEPT)
    return kept


def _named(seen: Seen, asked: Asked) -> Seen:
    """The same under the number as it was asked, with the page in the reader's language."""
    if seen.tracking is None:
        return seen
    return replace(
        seen, tracking=replace(seen.tracking, number=asked.number, link=link(plain(asked.number), asked.locale))
    )
