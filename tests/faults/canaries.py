"""Canaries: what may be in no log, told in places where it comes by, and a search that knows them in disguise."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from tests.faults.histories import History, Told

DOMAIN, PHONE, FIRST, LAST = "canaria.example", "+34655000777", "Ximènia", "Quintanabar"
STREET, POSTCODE, CITY = "Passatge dels Canaris 77", "XQ8 9ZZ", "Canarivila"
NOTE, TITLE = "deixeu-ho a la portera Remedios", "Tassa Ocell Groc"
CARRIER_KEY = "carrier-key-of-the-canary"
#: The carriers' recordings name whoever signed.
SIGNED_BY = "Lucia Ferrer"
PERSONAL = (DOMAIN, PHONE, PHONE[3:], FIRST, LAST, STREET, POSTCODE, CITY, NOTE, TITLE, SIGNED_BY)
#: All of them, as a stranger's text or an error's words may hold them.
SAID = f"lucia@{DOMAIN} {PHONE} {FIRST} {LAST}, {STREET}, {POSTCODE} {CITY}: {NOTE} ({TITLE})"

_SWAPPED: Mapping[str, str] = {
    "cliente.example": DOMAIN, "+34612345678": PHONE, "Lucía": FIRST, "Ferrer": LAST, "Carrer Verdi 12": STREET,
    "08012": POSTCODE, "Barcelona": CITY, "Tassa Mar": TITLE,
}  # fmt: skip


def with_canaries(history: History) -> History:
    """The same order, of another customer."""
    return replace(history, told=tuple(replace(told, body=_swapped(told)) for told in history.told))


def _swapped(told: Told) -> bytes:
    text = told.body.decode()
    for plain, canary in _SWAPPED.items():
        text = text.replace(plain, canary)
    said: dict[str, Any] = json.loads(text)
    if "line_items" in said and "email" in said:
        said["note"] = NOTE
    return json.dumps(said, ensure_ascii=False).encode()


class Cage:
    """Keeps canaries in, and knows one that is out."""

    def __init__(self, canaries: Iterable[str]) -> None:
        self._canaries = tuple(canaries)
        self._folded = {form.casefold() for canary in self._canaries for form in _written(canary)}
        self._exact = {form for canary in self._canaries for form in _packed(canary)}

    def out(self, text: str) -> list[str]:
        """The canaries' forms that this text holds."""
        low = text.casefold()
        return [form for form in self._folded if form in low] + [form for form in self._exact if form in text]


def _written(canary: str) -> Iterator[str]:
    """Plain, in URLs, in JSON, and as Python quotes bytes."""
    yield from (canary, quote(canary, safe=""), quote_plus(canary), json.dumps(canary)[1:-1])
    yield repr(canary.encode())[2:-1]


def _packed(canary: str) -> Iterable[str]:
    """In base64, wherever in the packed text it begins; the letters at both ends depend on what stands there."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * before + canary.encode()).decode().rstrip("=")
            yield whole[(0, 2, 3)[before] : len(whole) - 1]
