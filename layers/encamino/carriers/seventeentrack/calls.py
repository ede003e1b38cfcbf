"""The two calls of a look, and what of an answer is about whom."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from encamino.carriers.base import Account, Asked, Memo, Outcome, Request, Response, Seen
from encamino.carriers.reading import Object, at, outcome_of, plain, retry_after
from encamino.carriers.seventeentrack.shipment import countries, tracking, word
from encamino.carriers.seventeentrack.words import (
    CARRIERS,
    ERRORS,
    NOT_REGISTERED,
    NOTHING,
    REGISTERED_ALREADY,
    WANTS_COUNTRY_AND_POSTCODE,
    WANTS_POSTCODE,
)
from encamino.domain.errors import Unreadable
from encamino.domain.shipment import Tracking, bearing

SLUG = "seventeentrack"
_URL = "https://api.17track.net/track/v2.4"
#: They erase after 30 days without news and 90 more; registered again it costs again, so we forget no sooner.
_REMEMBERED = timedelta(days=120)
_MISSING = 404


def register(
    new: Mapping[str, Asked], account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, dict[str, Seen]]:
    """Those that could not be registered, and why. Who wants a postcode is told it, if we know it; nobody else is."""
    refused: dict[str, Seen] = {}
    asking: dict[str, dict[str, str]] = {number: {} for number in new}
    while asking:
        wanted = [_registration(number, new[number], whereto) for number, whereto in asking.items()]
        failure, accepted, rejected = answer((yield _request("register", wanted, account)), now)
        if failure is not None:
            return refused | dict.fromkeys(asking, _of_all(failure, len(asking)))
        taken = {plain(item.get("number")) for item in accepted}
        again: dict[str, dict[str, str]] = {}
        for number, whereto in asking.items():
            code = rejected.get(number)
            if number in taken or code == REGISTERED_ALREADY:
                memo.put(kept(number), "1", now + _REMEMBERED)
            elif code is not None and not whereto and (more := _whereto(code, new[number])):
                again[number] = more
            elif code is not None:
                refused[number] = refusal(code)
        asking = again
    return refused


def fetch(
    asked: Mapping[str, Asked], account: Account, now: datetime
) -> Generator[Request, Response, tuple[dict[str, Seen], list[str]]]:
    """What is known of these numbers, and which of them are not registered."""
    if not asked:
        return {}, []
    wanted = [{"number": number} for number in asked]
    failure, items, rejected = answer((yield _request("gettrackinfo", wanted, account)), now)
    if failure is not None:
        return dict.fromkeys(asked, _of_all(failure, len(asked))), []
    seen = {}
    for number, one in asked.items():
        same = [item for item in items if plain(item.get("number")) == number]
        told = seen_of(same, one) if same else refusal(rejected.get(number))
        seen[number] = replace(told, tracking=replace(told.tracking, number=one.number)) if told.tracking else told
    return seen, [number for number in asked if rejected.get(number) == NOT_REGISTERED]


def _request(path: str, wanted: Sequence[Mapping[str, object]], account: Account) -> Request:
    headers = {"17token": account["api_key"], "Content-Type": "application/json"}
    return Request("POST", f"{_URL}/{path}", headers, json.dumps(wanted).encode())


def _registration(number: str, asked: Asked, whereto: Mapping[str, str]) -> dict[str, object]:
    """No translation is asked for: it would cost as much again."""
    carrier = asked.carrier or ""
    said = {"number": number, "carrier": CARRIERS.get(carrier), "tag": carrier, **whereto}
    return {name: value for name, value in said.items() if value}


def _whereto(code: int, asked: Asked) -> dict[str, str]:
    """What they want to know of the recipient: fields of their own since v2.4, where v2.2 had `param`."""
    if asked.postcode and code == WANTS_COUNTRY_AND_POSTCODE and asked.country:
        return {"destination_country": asked.country, "destination_postal_code": asked.postcode}
    return {"destination_postal_code": asked.postcode} if asked.postcode and code == WANTS_POSTCODE else {}


def _of_all(failure: Seen, numbers: int) -> Seen:
    """A call about several that is called invalid says of none of them that it is: one may have spoilt it for all."""
    spoilt = numbers > 1 and failure.outcome is Outcome.INVALID
    return replace(failure, outcome=Outcome.UNREADABLE) if spoilt else failure


def answer(response: Response, now: datetime | None = None) -> tuple[Seen | None, list[Object], dict[str, int]]:
    """Why the call failed; else what was accepted, and of what was rejected the error by number."""
    outcome = Outcome.UNREADABLE if response.status == _MISSING else outcome_of(response.status)
    if outcome is not None:
        wait = retry_after(response.headers, now) if outcome is Outcome.THROTTLED and now else None
        return Seen(outcome, detail=f"HTTP {response.status}", retry_after=wait), [], {}
    try:
        body = response.json()
    except Unreadable:
        return Seen(Outcome.UNREADABLE, detail="no JSON"), [], {}
    said: Object = body if isinstance(body, dict) else {}
    code = said.get("code")
    if isinstance(code, int) and code != 0:
        return refusal(code, Outcome.UNREADABLE), [], {}
    data = at(said, "data")
    if plain(data.get("number")):
        return None, [data], {}  # a push tells of one number, in the shape of a member
    accepted, rejected = _objects(data, "accepted"), _objects(data, "rejected")
    if accepted is None and rejected is None:
        # What they make of a call that they cannot read, under `code` 0.
        wrong = next((one.get("code") for one in _objects(data, "errors") or ()), None)
        if isinstance(wrong, int):
            return refusal(wrong, Outcome.UNREADABLE), [], {}
        return Seen(Outcome.UNREADABLE, detail="neither accepted nor rejected"), [], {}
    known = [one for one in accepted or () if plain(one.get("number"))]
    if accepted and not known:
        return Seen(Outcome.UNREADABLE, detail="accepted without a number"), [], {}
    errors = ((plain(one.get("number")), at(one, "error").get("code")) for one in rejected or ())
    return None, known, {number: code for number, code in errors if isinstance(code, int)}


def _objects(data: Object, name: str) -> list[Object] | None:
    told = data.get(name)
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else None


def refusal(code: int | None, otherwise: Outcome = Outcome.NOT_FOUND) -> Seen:
    """What an error says of a number, or of the call. No code: the answer does not speak of the number."""
    if code is None:
        return Seen(Outcome.NOT_FOUND, detail="the answer is about other numbers")
    return Seen(ERRORS.get(code, otherwise), detail=f"code {code}")


def seen_of(same: Sequence[Object], asked: Asked | None) -> Seen:
    """What members about one number say of it. Registered with two carriers, it may be two parcels."""
    found = newest_first(same)
    if not found:
        said = word(_latest(same[0]))
        return Seen(NOTHING.get(said, Outcome.NOT_FOUND), detail=said if said in NOTHING else "no events")
    meant = CARRIERS.get(asked.carrier) if asked and asked.carrier else None
    if len(found) > 1 and meant:
        found = [one for one in found if one[0].get("carrier") == meant] or found
    if not one_way(found):
        return Seen(Outcome.AMBIGUOUS, detail=f"registered with {len(found)} carriers")
    return Seen(Outcome.FOUND, found[0][1])


def newest_first(same: Iterable[Object]) -> list[tuple[Object, Tracking]]:
    """Those of which anything is known, the one with the newest event that bears a status first."""
    read = ((item, tracking(SLUG, str(item.get("number", "")).strip(), item)) for item in same)
    found = [(item, told) for item, told in read if told.events]
    return sorted(found, key=lambda one: e.time if (e := bearing(one[1].events)) else _NEVER, reverse=True)


def one_way(found: Sequence[tuple[Object, Tracking]]) -> bool:
    """Whether several are one journey: all from one known country to one known country."""
    ways = {countries(item) for item, _ in found}
    return len(found) == 1 or (len(ways) == 1 and all(next(iter(ways))))


def _latest(item: Object) -> Object:
    return at(item, "track_info", "latest_status") or at(item, "latest_status")


def kept(number: str) -> str:
    return f"registered/{number}"


_NEVER = datetime.min.replace(tzinfo=UTC)
