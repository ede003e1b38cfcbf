"""The sentences of one language, from the .mo files that the build compiles. Templates are written in English."""

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


@cache
def translations(templates: Path, folder: str) -> NullTranslations:
    """The catalogue of a language; `es@formal` says what it has and leaves the rest to `es`."""
    with (templates / "languages" / f"{folder}.mo").open("rb") as compiled:
        catalogue = GNUTranslations(compiled)
    plain = folder.split("@", 1)[0]
    if plain != folder:
        catalogue.add_fallback(translations(templates, plain))
    return catalogue


class Said:
    """The sentences of a catalogue as templates ask for them: Jinja's newstyle gettext, looked up once.

    In HTML a sentence is markup and what is put into it gets escaped; placeholders are `%(name)s`, a lone `%` is `%%`.
    """

    def __init__(self, catalogue: NullTranslations) -> None:
        self.catalogue = catalogue
        self.plain: dict[str, str] = {}
        self.marked: dict[str, Markup] = {}

    def said(self, html: bool, sentence: str, /, **values: object) -> str:  # noqa: FBT001  (compiled templates call it)
        """A sentence, with these values in it."""
        known = self.marked if html else self.plain
        text = known.get(sentence)
        if text is None:
            text = self._found(sentence, html=html)
        return text % values if values else text

    def said_of_many(self, html: bool, singular: str, plural: str, count: int, /, **values: object) -> str:  # noqa: FBT001
        """A sentence about so many."""
        values.setdefault("num", count)
        text = self.catalogue.ngettext(singular, plural, count)
        return (Markup(text) if html else text) % values  # noqa: S704  (our own catalogue, checked at build)

    def globals(self) -> dict[str, Callable[..., str]]:
        """For templates that are compiled while running, as tests do."""

        @pass_eval_context
        def gettext(context: EvalContext, sentence: str, /, **values: object) -> str:
            return self.said(bool(context.autoescape), sentence, **values)

        @pass_eval_context
        def ngettext(context: EvalContext, singular: str, plural: str, count: int, /, **values: object) -> str:
            return self.said_of_many(bool(context.autoescape), singular, plural, count, **values)

        return {"_": gettext, "gettext": gettext, "ngettext": ngettext}

    def _found(self, sentence: str, *, html: bool) -> str:
        text = self.catalogue.gettext(sentence)
        # Without placeholders it is finished here, once; with them `%%` is undone when they are filled.
        self.plain[sentence] = finished = text if "%(" in text else text.replace("%%", "%")
        self.marked[sentence] = marked = Markup(finished)  # noqa: S704  (as above)
        return marked if html else finished
