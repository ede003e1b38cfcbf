"""Templates and languages, made ready at build: `compile.py SRC OUT`.

OUT/compiled    Jinja templates as Python modules (mails from MJML, texts, subjects, SMS, pages)
OUT/languages   one .mo per language, and as .json how it writes dates and money
OUT/messages    every message.toml
Fails, naming each fault, when a template asks for something nobody fills or a language lacks a sentence.
"""

import compileall
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from py_compile import PycInvalidationMode

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from checks import catalogue, sentences, unknown_names, untranslated
from cldr import Unwritten, formats
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError
from mjml import Broken, assembled, html
from python import Generator

#: Filters that encamino.words adds when a mail goes out; here they need only be known.
FILTERS = (
    "money", "date_long", "date_short", "date_month", "date_day", "time", "instant", "relative", "territory",
    "safe_url", "tidy",
)  # fmt: skip


def compile_all(source: Path, out: Path) -> None:
    """Make everything, or nothing. Raises Broken with all faults found."""
    templates = {**_mails(source), **_texts(source)}
    env = environment(templates)
    languages = {path.name: catalogue(path) for path in sorted((source / "languages").iterdir()) if path.is_dir()}
    if faults := [*_syntax(env, templates)] or [*_unknown(env, source, templates), *_unsaid(env, templates, languages)]:
        raise Broken("\n".join(faults))
    _fresh(out)
    env.compile_templates(out / "compiled", zip=None, ignore_errors=False)
    # The byte code names no folder of the machine that built it.
    trusted = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(out / "compiled", quiet=1, invalidation_mode=trusted, stripdir=out, prependdir="templates")
    for name, (whole, _) in languages.items():
        _write_language(out / "languages", name, whole)
    for definition in sorted(source.glob("messages/*/message.toml")):
        target = out / definition.relative_to(source)
        target.parent.mkdir(parents=True)
        shutil.copyfile(definition, target)


def environment(templates: Mapping[str, str]) -> Environment:
    """Jinja as encamino.words runs it; the two must agree."""
    env = Environment(
        loader=DictLoader(templates),
        autoescape=lambda name: name is not None and name.endswith((".html", ".html.j2")),  # noqa: S701
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # the i18n extension adds it
    env.filters.update(dict.fromkeys(FILTERS, str))
    env.code_generator_class = Generator
    return env


def _mails(source: Path) -> dict[str, str]:
    names = (path.relative_to(source).as_posix() for path in sorted(source.glob("messages/*/*.mjml.j2")))
    return {name.replace(".mjml.j2", ".html.j2"): html(source, name) for name in names}


def _texts(source: Path) -> dict[str, str]:
    texts = {path.relative_to(source).as_posix() for path in source.glob("messages/*/*.txt.j2")}
    pages = {path.relative_to(source).as_posix(): path.read_text() for path in source.glob("pages/**/*.j2")}
    return {name: assembled(source, name) for name in sorted(texts)} | pages


def _syntax(env: Environment, templates: Mapping[str, str]) -> Iterator[str]:
    for name, text in templates.items():
        try:
            env.compile(text, name, raw=True)
        except TemplateError as err:
            yield f"{name}: {err}"


def _unknown(env: Environment, source: Path, templates: Mapping[str, str]) -> Iterator[str]:
    model = json.loads((source / "context.json").read_text())
    # A mail is rendered after its subject, and shows it as its title.
    model["Context"]["subject"] = "str"
    for name, text in templates.items():
        if name.startswith("messages/"):
            yield from (f"{name}: {unknown} is not known" for unknown in sorted(unknown_names(env, text, model)))


def _unsaid(
    env: Environment, templates: Mapping[str, str], languages: Mapping[str, tuple[Catalog, list[str]]]
) -> Iterator[str]:
    said = sentences(env, templates)
    for name, (whole, contradictions) in languages.items():
        yield from contradictions
        # A tone, es@formal, has some sentences and leaves the rest to its language.
        if "@" not in name:
            yield from untranslated(name, whole, said)


def _write_language(folder: Path, name: str, whole: Catalog) -> None:
    with (folder / f"{name}.mo").open("wb") as file:
        write_mo(file, whole)
    if "@" not in name:
        known = json.dumps(formats(name), ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}.json").write_text(known, encoding="utf-8")


def _fresh(out: Path) -> None:
    for folder in ("compiled", "languages", "messages"):
        shutil.rmtree(out / folder, ignore_errors=True)
        (out / folder).mkdir(parents=True)


if __name__ == "__main__":
    try:
        compile_all(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
    except (Broken, Unwritten, OSError) as err:
        sys.exit(f"templates are broken:\n{err}")
