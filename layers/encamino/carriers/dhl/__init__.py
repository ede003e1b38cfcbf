"""DHL Shipment Tracking – Unified: one question for every division of DHL, one number a call.

Shape: developer.dhl.com/api-reference/shipment-tracking (1.5.8, seen 2026-11-22). How one shipment is read is in
`shipment`, what the codes and sentences mean in `words`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

from pydantic_core import from_json

from encamino.carriers.base import Account, Answer, Asked, Limits, Memo, Outcome, Recognition, Request, Response, Seen
from encamino.carriers.dhl.shipment import tracking
from encamino.carriers.dhl.words import meaning
from encamino.carriers.reading import (
    Object,
    at,
    digits_hold,
    outcome_of,
    plain,
    retry_after,
    s10_holds,
    text_at,
)
from encamino.domain.shipment import Tracking, bearing

NAME = "DHL"
ALIASES = (
    "dhl",
    "dhl express",
    "dhl paket",
    "dhl parcel",
    "dhl ecommerce",
    "dhl global mail",
    "dhl freight",
    "deutsche post dhl",
    "deutsche post",
)
HOSTS = ("dhl.com", "dhl.de", "dhl.es", "dhlparcel.nl", "dhlparcel.es", "dhlecommerce.nl", "deutschepost.de")
FIELDS = ("api_key",)
#: `service` narrows the search to one division: express, parcel-de, ecommerce-europe…
OPTIONAL_FIELDS = ("service",)
#: What a new key is given (RomaBilka/dhl README quoting DHL, 2023); the count starts again at 00:00 GMT.
LIMITS = Limits(per_second=1, per_day=250)

_URL = "https://api-eu.dhl.com/track/shipments"
_SLUG = "dhl"
_ORDINARY = 50_000

_SITES = {
    "de": "de-de",
    "en-GB": "gb-en",
    "en-US": "us-en",
    "es": "es-es",
    "fr": "fr-fr",
    "it": "it-it",
    "nl": "nl-nl",
    "pl": "pl-pl",
    "pt": "pt-pt",
}


def look(
    shipments: Sequence[Asked], account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, Answer]:
    """One call a number. The texts are asked in German or English, the two that `words` reads."""
    del memo
    answer: dict[str, Seen] = {}
    for asked in shipments:
        if not account.get("api_key"):
            answer[asked.number] = Seen(Outcome.AUTH_ERROR, detail="no api_key")
            continue
        query = {
            "trackingNumber": asked.number,
            "service": account.get("service"),
            "language": "de" if asked.locale.startswith("de") else "en",
            "recipientPostalCode": asked.postcode,
        }
        response = yield Request(
            "GET",
            f"{_URL}?{urlencode({name: value for name, value in query.items() if value})}",
            {"DHL-API-Key": account["api_key"], "Accept": "application/json"},
        )
        answer[asked.number] = _seen(response, asked, account.get("service"), now)
    return answer


def read(response: Response) -> tuple[Outcome, tuple[Tracking, ...], str]:
    """Every number the answer tells of unmistakably; several legs of one number newest first."""
    outcome, shipments, detail = _shipments(response)
    if outcome is not Outcome.FOUND:
        return outcome, (), detail
    if len(shipments) == 1:
        return outcome, tuple(_newest_first(shipments)), ""
    by_number: dict[str, list[Object]] = {}
    for shipment in shipments:
        by_number.setdefault(plain(shipment.get("id")), []).append(shipment)
    trackings: list[Tracking] = []
    mixed = 0
    for same in by_number.values():
        if len(same) > 1 and not _legs(same):
            mixed += len(same)
        else:
            trackings += _newest_first(same)
    if mixed:
        detail = f"{mixed} shipments share a number"
    return (Outcome.FOUND if trackings else Outcome.AMBIGUOUS), tuple(trackings), detail


def recognise(number: str) -> Recognition | None:
    """DHL's shapes: SSCC, Identcode, Express waybill, JJD, JVGL, Global Mail, S10 of Deutsche Post."""
    for shape, sure, unsure, holds in _SHAPES:
        if shape.fullmatch(number):
            check = holds(number) if holds else None
            return Recognition(_SLUG, unsure if check is False else sure, check)
    return None


def link(number: str, locale: str) -> str:
    """DHL's own page about a number, in the reader's language where DHL has a site in it."""
    site = _SITES.get(locale) or _SITES.get(locale[:2]) or "global-en"
    code = number if number.isalnum() and number.isascii() else quote(number, safe="")
    return f"https://www.dhl.com/{site}/home/tracking/tracking-parcel.html?submit=1&tracking-id={code}"


#: Shape, confidence when the check digit holds or there is none, when it does not, the check. The first match counts.
_SHAPES: tuple[tuple[re.Pattern[str], float, float, Callable[[str], bool] | None], ...] = (
    # GS1 company prefixes of DHL Paket: 4 034043 3…, 4 034043 4…
    (re.compile(r"0034043[34]\d{12}"), 0.95, 0.1, lambda n: digits_hold(n, (3, 1))),
    # Anyone's SSCC; DHL eCommerce Europe puts its own on its parcels, so do others.
    (re.compile(r"00[1-9]\d{17}"), 0.3, 0.05, lambda n: digits_hold(n, (3, 1))),
    (re.compile(r"JVGL\w{6,20}"), 0.9, 0.9, None),
    # Yodel and InPost UK begin with JD too.
    (re.compile(r"JJD\d{14,18}"), 0.7, 0.7, None),
    (re.compile(r"JD\d{14,18}"), 0.5, 0.5, None),
    (re.compile(r"GM\d{12,20}"), 0.8, 0.8, None),
    (re.compile(r"[A-Z]{2}\d{9}DE"), 0.8, 0.1, s10_holds),
    # Express waybill: nine digits modulo 7. One number in seven passes by chance.
    (re.compile(r"\d{10}"), 0.5, 0.05, lambda n: int(n[:9]) % 7 == int(n[9])),
    # Identcode and Leitcode: weights 4 and 9. FedEx (12) and DPD, Hermes (14) have as many digits.
    (re.compile(r"\d{12}"), 0.4, 0.05, lambda n: digits_hold(n, (4, 9))),
    (re.compile(r"\d{14}"), 0.2, 0.05, lambda n: digits_hold(n, (4, 9))),
)


def _shipments(response: Response) -> tuple[Outcome, list[Object], str]:
    """The shipments of an answer, or why there are none."""
    outcome = outcome_of(response.status)
    if outcome is not None:
        return outcome, [], f"HTTP {response.status}"
    if len(response.body) > _ORDINARY:
        # Sentences are remembered between answers; a flood of them is not to stay.
        meaning.cache_clear()
    try:
        body = from_json(response.body)
    except ValueError:
        return Outcome.UNREADABLE, [], "no JSON"
    shipments = body.get("shipments") if isinstance(body, dict) else None
    if not isinstance(shipments, list):
        # An error object under HTTP 200 still is an error.
        told = body.get("status") if isinstance(body, dict) else None
        outcome = outcome_of(told) if isinstance(told, int) else None
        return outcome or Outcome.UNREADABLE, [], "no list of shipments"
    known = [s for s in shipments if isinstance(s, dict) and plain(s.get("id"))]
    if shipments and not known:
        return Outcome.UNREADABLE, [], "shipments without an id"
    return (Outcome.FOUND if known else Outcome.NOT_FOUND), known, ""


def _seen(response: Response, asked: Asked, service: str | None, now: datetime) -> Seen:
    """What the answer says of the number that was asked for, and of no other."""
    outcome, shipments, detail = _shipments(response)
    if outcome is not Outcome.FOUND:
        wait = retry_after(response.headers, now) if outcome is Outcome.THROTTLED else None
        return Seen(outcome, detail=detail, retry_after=wait)
    number = plain(asked.number)
    # DHL looks among shipments first, then among their pieces (support article, 23 Aug 2023).
    ours = [s for s in shipments if plain(s.get("id")) == number] or [s for s in shipments if number in _pieces(s)]
    if not ours:
        return Seen(Outcome.NOT_FOUND, detail="the answer is about other numbers")
    if len(ours) > 1 and service:
        ours = [s for s in ours if s.get("service") == service] or ours
    if len(ours) > 1 and asked.postcode:
        postcode = plain(asked.postcode)
        ours = [s for s in ours if plain(at(s, "destination", "address").get("postalCode")) == postcode] or ours
    if len(ours) > 1 and not _legs(ours):
        return Seen(Outcome.AMBIGUOUS, detail=f"{len(ours)} shipments share the number")
    return Seen(Outcome.FOUND, replace(_newest_first(ours, asked.locale)[0], number=asked.number))


def _legs(same: list[Object]) -> bool:
    """Whether shipments of one number are legs of one journey: each by another division, all to one known place."""
    services = {text_at(s, "service") for s in same}
    places = {tuple(text_at(at(s, "destination", "address"), k) for k in _PLACE) for s in same}
    return len(services) == len(same) and len(places) == 1 and all(next(iter(places))[:2])


_PLACE = ("countryCode", "postalCode", "addressLocality")


def _newest_first(shipments: list[Object], locale: str = "en") -> list[Tracking]:
    """One Tracking each, the one with the newest event that bears a status first."""
    trackings = [tracking(_SLUG, shipment, _page(shipment, locale)) for shipment in shipments]
    if len(trackings) > 1:
        trackings.sort(key=lambda t: e.time if (e := bearing(t.events)) else _NEVER, reverse=True)
    return trackings


_NEVER = datetime.min.replace(tzinfo=UTC)


_OWN_PAGES = ("https://www.dhl.com/", "https://www.dhl.de/")


def _page(shipment: Object, locale: str) -> str:
    """DHL's own link to the page, if it is DHL's, else ours."""
    url = shipment.get("serviceUrl")
    if isinstance(url, str) and url.startswith(_OWN_PAGES):
        return url
    if isinstance(url, str) and url.startswith("https://"):
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            host = ""
        if any(host == ours or host.endswith(f".{ours}") for ours in HOSTS):
            return url
    return link(str(shipment["id"]).strip(), locale)


def _pieces(shipment: Object) -> set[str]:
    pieces = at(shipment, "details").get("pieceIds")
    return {plain(piece) for piece in pieces} if isinstance(pieces, list) else set()
