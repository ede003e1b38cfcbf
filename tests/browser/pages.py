"""The gallery: every state of the pages in every language, as files. `python -m tests.browser.pages FOLDER`."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from encamino.domain.order import Order
from encamino.pages import missing, preferences, tracking
from encamino.pages.page import Page
from tests.builders import NOW, a_shop
from tests.pages.compiled import compiled
from tests.pages.samples import samples

LANGUAGES = ("es", "en")
BASE = "/t/zt4gfp6k3vl2mcd7w5xq8ns9ra"


def gallery() -> Iterator[tuple[str, Page]]:
    """Name and page."""
    templates = compiled()
    for language in LANGUAGES:
        for name, order in samples().items():
            yield f"{name}.{language}", tracking.render(speaking(order, language), a_shop(), templates, NOW, BASE)
        yield f"not_found.{language}", missing.render(templates, language)
        for saved in (False, True):
            shown = preferences.render(a_shop(), templates, language, "l•••@e•••.com", {}, saved=saved)
            yield f"preferences{'_saved' * saved}.{language}", shown
        yield f"unsubscribed.{language}", preferences.unsubscribed(a_shop(), templates, language)


def speaking(order: Order, language: str) -> Order:
    """The same order of a customer who reads this language."""
    return replace(order, locale_from=(NOW, language))


def write(folder: Path, *, every: int = 1) -> list[Path]:
    """All of them as files, of the second language only every so many; policies of headers do not travel along."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for n, (name, page) in enumerate(gallery()):
        if n % every and not name.endswith(LANGUAGES[0]):
            continue
        file = folder / f"{name}.html"
        file.write_text(page.text, encoding="utf-8")
        files.append(file)
    return files


if __name__ == "__main__":
    print(len(write(Path(sys.argv[1]))), "pages")  # noqa: T201
