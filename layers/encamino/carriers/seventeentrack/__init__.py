"""17TRACK: who asks other carriers for us. A number is registered once, read forty at a time, and pushed when it moves.

Shape: asset.17track.net/api/document/v2.4_en/index.html (v2.4, read 2026-11). Registering costs one of the account's
quota, reading costs nothing. How one number is read is in `shipment`, what its words and numbers mean in `words`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from encamino.carriers.base import (
    Account,
    Answer,
    Asked,
    Limits,
    Memo,
    Outcome,
    Recognition,
    Request,
    Response,
    Seen,
    Told,
)
from encamino.carriers.reading import Object, plain, text_at
from encamino.carriers.seventeentrack.calls import (
    answer,
    fetch,
    kept,
    newest_first,
    one_way,
    refusal,
    register,
    seen_of,
)
from encamino.domain.errors import Unreadable
from encamino.domain.shipment import Tracking

NAME = "17TRACK"
#: It carries nothing: no shop means it by its words, and a link to its page says nothing of whose the number is.
ALIASES: tuple[str, ...] = ()
HOSTS: tuple[str, ...] = ()
AGGREGATOR = True
FIELDS = ("api_key",)
OPTIONAL_FIELDS: tuple[str, ...] = ()
#: Three calls a second and forty numbers a call; a look makes one to five calls, and is counted as one.
LIMITS = Limits(per_second=1, batch=40)

#: What they take for a number. Another sign in one of them (a slash, a comma) and they refuse the whole call.
_LONGEST_NUMBER = 50
_NUMBER = re.compile(rf"[A-Z0-9._]{{1,{_LONGEST_NUMBER}}}")


def look(
    shipments: Sequence[Asked], account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, Answer]:
    """Registers what the memo does not know, reads all in one call; what they no longer know is registered anew."""
    if not account.get("api_key"):
        return {one.number: Seen(Outcome.AUTH_ERROR, detail="no api_key") for one in shipments}
    asked = {number: one for one in shipments if _NUMBER.fullmatch(number := plain(one.number))}
    odd = Seen(Outcome.INVALID, detail="no number they take has this shape")
    new = {number: one for number, one in asked.items() if memo.get(kept(number)) is None}
    seen = yield from register(new, account, memo, now)
    told, gone = yield from fetch({number: one for number, one in asked.items() if number not in seen}, account, now)
    seen |= told
    forgotten = {number: asked[number] for number in gone if number not in new}
    if forgotten:
        refused = yield from register(forgotten, account, memo, now)
        known = {number: one for number, one in forgotten.items() if number not in refused}
        told, _ = yield from fetch(known, account, now)
        seen |= refused | told
    return {one.number: seen.get(plain(one.number), odd) for one in shipments}


def read(response: Response) -> tuple[Outcome, tuple[Tracking, ...], str]:
    """Every number the answer tells of; several answers for one number newest first."""
    failure, items, rejected = answer(response)
    if failure is not None:
        return failure.outcome, (), failure.detail
    by_number: dict[str, list[Object]] = {}
    for item in items:
        by_number.setdefault(plain(item.get("number")), []).append(item)
    trackings: list[Tracking] = []
    others: list[Seen] = []
    for same in by_number.values():
        found = newest_first(same)
        trackings += [tracking for _, tracking in found if one_way(found)]
        others += [] if found and one_way(found) else [seen_of(same, None)]
    if trackings:
        return Outcome.FOUND, tuple(trackings), ""
    first = next(iter([*others, *map(refusal, rejected.values())]), Seen(Outcome.NOT_FOUND))
    return first.outcome, (), first.detail


def recognise(number: str) -> Recognition | None:  # noqa: ARG001
    """None: every number is somebody else's."""
    return None


def link(number: str, locale: str) -> str:
    """Its page about a number. No answer carries it: what the shop or the carrier shows is nearer."""
    return f"https://t.17track.net/{locale[:2]}#nums={quote(number, safe='')}"


def verify_push(body: bytes, headers: Mapping[str, str], account: Account) -> bool:
    """`sign` is the hash of the bytes, a slash and the account's key, in hexadecimal."""
    key = account.get("api_key", "")
    if not key or not body:
        return False
    expected = hashlib.sha256(body + b"/" + key.encode("utf-8", "surrogatepass")).hexdigest()
    given = headers.get("sign", "").strip().lower().encode("utf-8", "replace")
    return hmac.compare_digest(expected.encode(), given)


def read_push(body: bytes) -> tuple[Told, ...]:
    """TRACKING_UPDATED tells all that is known of one number; TRACKING_STOPPED that nobody asks about it any more."""
    said = Response(200, body).json()
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(data, dict) or not text_at(said, "event"):
        raise Unreadable("no event about a number", where="17TRACK push", cure="compare with the API's documentation")
    number = str(data.get("number") or "").strip()
    if not 0 < len(plain(number)) <= _LONGEST_NUMBER:
        raise Unreadable("an event without a number", where="17TRACK push", cure="compare with the documentation")
    # Our own word for who carries it, if it was we who registered it.
    tag = text_at(data, "tag")
    carrier = tag if tag.isidentifier() and len(tag) <= _LONGEST_NUMBER else None
    if said["event"] != "TRACKING_UPDATED":
        stopped = said["event"] == "TRACKING_STOPPED"
        detail = "17TRACK asks about it no more" if stopped else "an event we do not know"
        return (Told(number, Seen(Outcome.NOT_FOUND, detail=detail), carrier),)
    return (Told(number, seen_of([data], None), carrier),)


def paste_push(url: str) -> str:
    """What the merchant does in their console."""
    return f"In the API console of 17TRACK, under Settings > Webhook, enter {url} for version 2.4 and press Test."
