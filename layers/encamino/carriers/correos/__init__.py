"""Correos, Spain's post: one number a call, oldest event first, HTTP 200 for everything.

Shape: `localizador.correos.es/canonico/eventos_envio_servicio_auth`, which five public clients call, Correos' own shop
module among them (github.com/OCA, github.com/ha-parcel-integrations/ha-correos; read 2026-11). What the codes mean is
in `codes`, how one shipment is read in `envelope`. Correos Express is another company with other numbers.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from pydantic_core import from_json

from encamino.carriers.base import Account, Answer, Asked, Limits, Memo, Outcome, Recognition, Request, Response, Seen
from encamino.carriers.correos.envelope import tracking
from encamino.carriers.reading import Object, outcome_of, plain, retry_after, s10_holds, text_at
from encamino.domain.shipment import Tracking, bearing

NAME = "Correos"
ALIASES = ("correos", "correos de españa", "correos españa", "paq estándar", "paq premium", "paq ligero")
HOSTS = ("correos.es",)
#: Of the contract with Correos, for Basic authentication.
FIELDS = ("username", "password")
OPTIONAL_FIELDS: tuple[str, ...] = ()
#: No limit is published; this is slow enough that none of the public clients tells of one.
LIMITS = Limits(per_second=3)

_SLUG = "correos"
_URL = "https://localizador.correos.es/canonico/eventos_envio_servicio_auth/"
_NUMBER = re.compile(r"[A-Z0-9]{1,40}")
#: Languages of Spain, whose readers are shown Spanish; everybody else English.
_SPANISH = frozenset({"es", "ca", "eu", "gl"})

#: `codError`, which is a text or a number.
_ERRORS = {
    "3": Outcome.NOT_FOUND,  # Sin Trazabilidad en Minerva
}
#: What `desError` is about where the code is another; nobody publishes them. It decides when to ask again, no more.
_WORDS: tuple[tuple[str, Outcome], ...] = (
    ("sin trazabilidad", Outcome.NOT_FOUND),
    ("no existe", Outcome.NOT_FOUND),
    ("no encontrad", Outcome.NOT_FOUND),
    ("autentic", Outcome.AUTH_ERROR),
    ("autoriza", Outcome.AUTH_ERROR),
    ("usuario", Outcome.AUTH_ERROR),
    ("incorrect", Outcome.INVALID),
    ("formato", Outcome.INVALID),
    ("no disponible", Outcome.UNAVAILABLE),
    ("error interno", Outcome.UNAVAILABLE),
)


def look(
    shipments: Sequence[Asked], account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, Answer]:
    """One call a number, for all its events."""
    del memo
    answer: dict[str, Seen] = {}
    for asked in shipments:
        number = plain(asked.number)
        if not all(account.get(field) for field in FIELDS):
            answer[asked.number] = Seen(Outcome.AUTH_ERROR, detail="no username or password")
            continue
        if not _NUMBER.fullmatch(number):
            answer[asked.number] = Seen(Outcome.INVALID, detail="no number of Correos has this shape")
            continue
        pair = b64encode(f"{account['username']}:{account['password']}".encode()).decode()
        language = "ES" if asked.locale[:2] in _SPANISH else "EN"
        response = yield Request(
            "GET",
            f"{_URL}{number}?codIdioma={language}&indUltEvento=N",
            {"Authorization": f"Basic {pair}", "Accept": "application/json"},
        )
        answer[asked.number] = _seen(response, asked, now)
    return answer


def read(response: Response) -> tuple[Outcome, tuple[Tracking, ...], str]:
    """Every shipment the answer tells of; several of one number newest first."""
    outcome, envelopes, detail = _envelopes(response)
    if outcome is not Outcome.FOUND:
        return outcome, (), detail
    trackings = [tracking(e, _number(e), link(_number(e), "es")) for e in envelopes]
    return outcome, tuple(sorted(trackings, key=_newest, reverse=True)), ""


def recognise(number: str) -> Recognition | None:
    """Correos' shapes: parcel (23) and expedition (16) with their letter, `PR…C`, S10 of Spain."""
    for shape in _LETTERED:
        if shape.fullmatch(number):
            holds = _LETTERS[sum(map(ord, number[:-1])) % len(_LETTERS)] == number[-1]
            return Recognition(_SLUG, 0.95 if holds else 0.1, holds)
    if re.fullmatch(r"PR\d{15}C", number):
        return Recognition(_SLUG, 0.8, None)
    if re.fullmatch(r"[A-Z]{2}\d{9}ES", number):
        holds = s10_holds(number)
        return Recognition(_SLUG, 0.8 if holds else 0.1, holds)
    return None


def link(number: str, locale: str) -> str:
    """Correos' own page about a number, in Spanish or English."""
    page = "es/herramientas/localizador/envios/detalle"
    if locale[:2].lower() not in _SPANISH:
        page = "en/tools/tracker/items/details"
    return f"https://www.correos.es/es/{page}?tracking-number={quote(plain(number), safe='')}"


#: The letters of the Spanish identity card, at the sum of the other characters' codes modulo 23. It is on no page of
#: Correos; it holds for every number found in public (7 of 7, read 2026-11).
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_LETTERED = (
    # Product (P… parcels, D… returns, CD certified letters), customer's label code, number and postcode, letter.
    re.compile(r"(?:P[A-Z]|D[A-Z]|CD)[A-Z0-9]{8}\d{12}[A-Z]"),
    # The first fifteen of its parcel and a letter of its own.
    re.compile(r"(?:P[A-Z]|D[A-Z]|CD)[A-Z0-9]{4}\d{9}[A-Z]"),
)


def _seen(response: Response, asked: Asked, now: datetime) -> Seen:
    """What the answer says of the number that was asked for, and of no other."""
    outcome, envelopes, detail = _envelopes(response)
    if outcome is not Outcome.FOUND:
        wait = retry_after(response.headers, now) if outcome is Outcome.THROTTLED else None
        return Seen(outcome, detail=detail, retry_after=wait)
    number = plain(asked.number)
    ours = [e for e in envelopes if plain(e.get("codEnvio")) == number]
    ours = ours or [e for e in envelopes if plain(e.get("codExpedicion")) == number]
    if not ours:
        return Seen(Outcome.NOT_FOUND, detail="the answer is about other numbers")
    if len({_number(e) for e in ours}) > 1:
        # An expedition of several parcels: one parcel's way is not the others'.
        return Seen(Outcome.AMBIGUOUS, detail=f"{len(ours)} parcels share the expedition")
    page = link(number, asked.locale)
    newest = max((tracking(e, _number(e), page) for e in ours), key=_newest)
    return Seen(Outcome.FOUND, replace(newest, number=asked.number))


def _envelopes(response: Response) -> tuple[Outcome, list[Object], str]:
    """The shipments of an answer, or why there are none."""
    outcome = outcome_of(response.status)
    if outcome is not None:
        return outcome, [], f"HTTP {response.status}"
    try:
        told = from_json(response.body)
    except ValueError:
        return Outcome.UNREADABLE, [], "no JSON"
    # A bare object for some errors.
    envelopes = [e for e in (told if isinstance(told, list) else [told]) if isinstance(e, dict)]
    if not envelopes:
        return Outcome.UNREADABLE, [], "no shipment"
    said = [_said(envelope) for envelope in envelopes]
    found = [e for e, (what, _) in zip(envelopes, said, strict=True) if what is Outcome.FOUND]
    if not found:
        return said[0][0], [], said[0][1]
    known = [envelope for envelope in found if _number(envelope)]
    return (Outcome.FOUND, known, "") if known else (Outcome.UNREADABLE, [], "a shipment without a number")


def _said(envelope: Object) -> tuple[Outcome, str]:
    """What the envelope says of itself: events are an answer, whatever the error beside them."""
    inner = envelope.get("error")
    error = inner if isinstance(inner, dict) else envelope
    code, words = plain(error.get("codError")), text_at(error, "desError")
    events = envelope.get("eventos")
    listed = events if isinstance(events, list) else [events]
    told = any(isinstance(event, dict) and event for event in listed)
    if code == "0" or told:
        return Outcome.FOUND, ""
    if not code:
        return Outcome.UNREADABLE, "neither events nor an error"
    by_words = next((what for about, what in _WORDS if about in words.casefold()), Outcome.UNREADABLE)
    return _ERRORS.get(code, by_words), f"{code} {words}"[:200].strip()


def _newest(told: Tracking) -> datetime:
    event = bearing(told.events)
    return event.time if event else datetime.min.replace(tzinfo=UTC)


def _number(envelope: Object) -> str:
    return plain(envelope.get("codEnvio"))
