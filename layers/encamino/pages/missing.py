"""The answer to a link that opens nothing: byte for byte the same whatever was asked, so that nobody learns from it."""

from pathlib import Path
from zoneinfo import ZoneInfo

from encamino.domain.shop import Brand
from encamino.pages import headers
from encamino.pages.look import style
from encamino.pages.page import HTML, Page, page
from encamino.words.environment import environment
from encamino.words.locale import LAST_RESORT, available, bcp47, direction, negotiate


def render(templates: Path, accept_language: str | None) -> Page:
    """Nothing here, in the language of the browser. Knows neither token, order nor shop."""
    language = _language(accept_language or "", templates)
    look = style(templates, Brand())
    env = environment(templates, language, ZoneInfo("UTC"), "EUR")
    text = env.get_template("pages/not_found.html.j2").render(lang=bcp47(language), dir=direction(language), style=look)
    return page(
        404, HTML, headers.of_page(look, (), headers.NEVER_KEPT) | {"vary": "accept-encoding, accept-language"}, text
    )


def _language(accepted: str, templates: Path) -> str:
    known = available(templates)
    for tag in sorted(accepted.lower().split(",")[:20], key=_weight, reverse=True):
        name = tag.split(";")[0].strip()
        folder = negotiate(name, known)
        if folder != LAST_RESORT or name.startswith(LAST_RESORT):
            return folder
    return LAST_RESORT


def _weight(tag: str) -> float:
    """Sorting is stable: equal weights stay in the browser's order."""
    _, _, weight = tag.partition("q=")
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
