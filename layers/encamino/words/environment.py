"""Jinja for one language, time zone and currency, over templates that the build compiled to Python."""

from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, ModuleLoader, StrictUndefined
from jinja2.ext import InternationalizationExtension

from encamino.words.catalogue import Said, translations
from encamino.words.formats import Formats, names_of
from encamino.words.text import safe_url, tidy

#: Where the build puts templates that became Python modules.
COMPILED = "compiled"
#: How many environments are kept: languages × zones × currencies met by one process.
_KEPT = 64


def is_html(name: str | None) -> bool:
    """Whether a template's output is HTML. Jinja's own select_autoescape does not see it in `.html.j2`."""
    return name is not None and name.endswith((".html", ".html.j2"))


def bare() -> Environment:
    """What compiling and rendering must agree on."""
    env = Environment(
        autoescape=is_html,  # noqa: S701  (on for all that is HTML)
        undefined=StrictUndefined,
        extensions=[InternationalizationExtension],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    # The i18n extension adds this attribute; compiled templates pass placeholders by name.
    setattr(env, "newstyle_gettext", True)  # noqa: B010  (unknown to mypy)
    return env


@lru_cache(_KEPT)
def environment(templates: Path, locale: str, zone: ZoneInfo, currency: str) -> Environment:
    """The templates, speaking `locale` (a folder of languages/), with the clock of `zone` and prices in `currency`.

    Each has its own loader: Jinja writes the environment into the modules it loads, so they cannot be shared.
    """
    env = bare()
    env.loader = ModuleLoader(templates / COMPILED)
    formats = Formats(names_of(templates, locale), zone, currency)
    env.filters.update(formats.filters, safe_url=safe_url, tidy=tidy)
    said = Said(translations(templates, locale))
    env.globals.update(said.globals())
    # What compiled templates call (templates/python.py).
    env.extend(said=said.said, said_of_many=said.said_of_many)
    return env
