"""Which language a customer is spoken to in. Languages are folders of templates/languages: `pt_PT`, never `pt-PT`."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

#: What is spoken when nothing else is known.
LAST_RESORT = "en"
#: Written from right to left.
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
#: Where one language is the plain choice. Countries of several languages are left to the shop.
_SPOKEN_IN = {
    "AD": "ca", "AR": "es", "AT": "de", "AU": "en", "BR": "pt", "CL": "es", "CO": "es", "DE": "de", "ES": "es",
    "FR": "fr", "GB": "en", "IE": "en", "IT": "it", "MC": "fr", "MX": "es", "NL": "nl", "NZ": "en", "PE": "es",
    "PL": "pl", "PT": "pt", "SM": "it", "US": "en", "UY": "es",
}  # fmt: skip
_TAG = re.compile(r"^([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?![a-z0-9])", re.IGNORECASE)


@cache
def available(templates: Path) -> frozenset[str]:
    """The languages that were compiled."""
    return frozenset(file.stem for file in (templates / "languages").glob("*.mo"))


def negotiate(
    wanted: str | None, available: Collection[str], country: str | None = None, shop_default: str | None = None
) -> str:
    """The folder of the language to speak: the order's, else that of the country it goes to, the shop's, English.

    `wanted` and `shop_default` are BCP 47 as shops write it (`pt-BR`, `es_ES`, `ES`); `country` is ISO 3166-1 alpha-2.
    A variety we do not have falls to the one we have: `pt-BR` and `pt` to `pt_PT`.
    """
    for tag in (wanted, _SPOKEN_IN.get((country or "").upper()), shop_default):
        if tag and (folder := _folder(tag, available)):
            return folder
    return LAST_RESORT


def bcp47(folder: str) -> str:
    """How this language is written in `lang` attributes and in JSON."""
    return folder.replace("_", "-")


def direction(folder: str) -> str:
    """The value of `dir` attributes: ltr or rtl."""
    return "rtl" if folder.split("_", maxsplit=1)[0] in _RIGHT_TO_LEFT else "ltr"


def _folder(tag: str, available: Collection[str]) -> str | None:
    match = _TAG.match(tag.strip())
    if match is None:
        return None
    language, script, region = match[1].lower(), (match[2] or "").title(), (match[3] or "").upper()
    tries = ("_".join(filter(None, parts)) for parts in ((language, script, region), (language, region), (language,)))
    exact = next((folder for folder in tries if folder in available), None)
    return exact or min((folder for folder in available if folder.startswith(f"{language}_")), default=None)
