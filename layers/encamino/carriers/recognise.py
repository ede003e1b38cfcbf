"""Whose number is this? By trust: the shop's words, the host of its link, then the number itself.

Numbers collide: 12 digits are FedEx, DHL or Purolator, JD… is DHL, Yodel or InPost. So every fit is answered, ranked,
and nothing is decided between equals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from encamino.carriers.base import Carrier, Recognition, carrier, carriers
from encamino.carriers.reading import plain

#: From here a number alone names its carrier: the shape is one carrier's own.
_TELLING = 0.8
#: Carriers as shops call them. One that has no file yet is known to be someone else: its numbers must not be taken for
#: a neighbour's. (A file's own ALIASES come first, so nothing is to be removed here when one is born.)
_OTHERS = (
    "dhl parcel iberia",
    "ups",
    "fedex",
    "usps",
    "la poste",
    "colissimo",
    "chronopost",
    "correos",
    "correos express",
    "seur",
    "gls",
    "gls spain",
    "gls españa",
    "gls es",
    "mrw",
    "ctt",
    "ctt express",
    "dpd",
    "inpost",
    "mondial relay",
    "brt",
    "bartolini",
    "poste italiane",
    "royal mail",
    "evri",
    "yodel",
    "postnord",
    "bpost",
    "postnl",
    "hermes",
    "canada post",
    "australia post",
    "nacex",
    "tipsa",
    "zeleris",
    "envialia",
    "tnt",
    "purolator",
)


def recognise(number: str) -> tuple[Recognition, ...]:
    """Every carrier of the folder whose number it could be, the likeliest first; equals in the order of their slugs."""
    asked = plain(number)
    if not (asked.isascii() and asked.isalnum()):
        return ()
    found = (one.recognise(asked) for one in _modules().values())
    return tuple(sorted((r for r in found if r is not None), key=lambda r: (-r.confidence, r.carrier)))


def named(words: str | None, link: str | None, number: str | None, overrides: Mapping[str, str]) -> str | None:
    """The slug of the carrier a shop means, None when it cannot be told.

    `overrides`: the shop's own words → slug. A slug without a file is nobody we can ask.
    """
    said = _folded(words or "")
    own = next((slug for theirs, slug in overrides.items() if _folded(theirs) == said), None) if said else None
    if own is not None:
        return own if own in _modules() else None
    meant = _by_words(said)
    if meant is None:
        meant = _by_host(link or "")
    if meant is not None:
        return meant or None
    fits = recognise(number or "")
    if not fits or fits[0].confidence < _TELLING or fits[0].check is False:
        return None
    return fits[0].carrier if len(fits) == 1 or fits[1].confidence < fits[0].confidence else None


def _by_words(said: str) -> str | None:
    """The longest name that occurs in the words; the empty slug for a carrier without a file or two that tie."""
    if said in _modules():
        return said
    padded = f" {said} "
    hits = [(len(name), slug) for name, slug in _names() if f" {name} " in padded]
    if not hits:
        return None
    longest = max(hits)[0]
    slugs = {slug for length, slug in hits if length == longest}
    return slugs.pop() if len(slugs) == 1 else ""


def _by_host(link: str) -> str | None:
    try:
        host = (urlsplit(link).hostname or "").rstrip(".")
    except ValueError:
        return None
    slugs = {
        slug for slug, one in _modules().items() for ours in one.HOSTS if host == ours or host.endswith(f".{ours}")
    }
    return slugs.pop() if len(slugs) == 1 else None


@cache
def _modules() -> dict[str, Carrier]:
    return {slug: carrier(slug) for slug in carriers()}


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Every name a carrier goes by, and its slug."""
    ours = {_folded(alias): slug for slug, one in reversed(_modules().items()) for alias in one.ALIASES}
    return tuple((dict.fromkeys(_OTHERS, "") | ours).items())


def _folded(words: str) -> str:
    """Words as they are compared: lower case, single spaces, no punctuation."""
    return re.sub(r"[\W_]+", " ", words.casefold()).strip()
