"""What the build writes and what runs must agree."""

import importlib
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from encamino.words.environment import bare, environment, is_html
from tests.messages.compiled import SOURCE

UTC = ZoneInfo("UTC")


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build step, which finds its modules beside itself."""
    monkeypatch.syspath_prepend(str(SOURCE))
    return importlib.import_module("compile")


def test_the_build_knows_the_filters_that_run(build: ModuleType, templates: Path) -> None:
    added = environment(templates, "es", UTC, "EUR").filters.keys() - bare().filters.keys()

    assert set(build.FILTERS) == added


def test_build_and_run_escape_alike(build: ModuleType) -> None:
    for name in ("a.html", "a.html.j2", "a.txt.j2", "a.css.j2", None):
        assert build.environment({}).autoescape(name) is is_html(name)


def test_nothing_is_translated_that_no_template_says(build: ModuleType) -> None:
    checks = importlib.import_module("checks")
    sources = {**build._mails(SOURCE), **build._texts(SOURCE)}
    said = checks.sentences(build.environment(sources), sources)

    for language in (SOURCE / "languages").iterdir():
        whole, _ = checks.catalogue(language)
        assert not [*checks.unused(language.name, whole, said)]


def test_environments_do_not_share_compiled_modules(templates: Path) -> None:
    spanish, english = (environment(templates, language, UTC, "EUR") for language in ("es", "en"))
    one, other = (env.get_template("messages/shipped/subject.txt.j2") for env in (spanish, english))

    assert one.environment is spanish
    assert other.environment is english
    assert environment(templates, "es", UTC, "EUR") is spanish


def test_a_tone_says_what_it_has_and_leaves_the_rest_to_its_language(templates: Path) -> None:
    tone = templates / "languages" / "es@formal.mo"
    with tone.open("wb") as file:
        formal = Catalog(locale="es")
        formal.add("Any questions?", "¿Desea preguntarnos algo?")
        write_mo(file, formal)

    env = environment(templates, "es@formal", UTC, "EUR")
    tone.unlink()

    said = env.from_string("{{ _('Any questions?') }} {{ _('Total') }} {{ _('Privacy') }}").render()
    assert said == "¿Desea preguntarnos algo? Total Privacidad"
