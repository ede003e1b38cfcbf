"""Putting a message into words: subject, HTML, text and headers, or the one text of an SMS."""

import re
from dataclasses import fields
from functools import cached_property
from operator import attrgetter
from pathlib import Path

from jinja2 import Environment, TemplateError

from encamino.domain.errors import Misconfigured
from encamino.domain.message import Definition, Kind, Render
from encamino.messages.catalogue import catalogue
from encamino.messages.shown import Context
from encamino.words.environment import environment
from encamino.words.locale import available
from encamino.words.text import SUBJECT_LENGTH, tidy

_NAMES = tuple(field.name for field in fields(Context))
_values = attrgetter(*_NAMES)
_GAP = re.compile(r"\n{3,}")
#: Who Gmail's postmaster tools count complaints for.
_SENDER = "encamino"


class Renderer:
    """The messages of one set of compiled templates."""

    def __init__(self, templates: Path) -> None:
        self.templates = templates

    @cached_property
    def catalogue(self) -> dict[str, Definition]:
        """Name → definition."""
        return catalogue(self.templates)

    @property
    def locales(self) -> frozenset[str]:
        """The languages there are words in."""
        return available(self.templates)

    def email(self, name: str, context: Context) -> Render:
        """A mail. Raises Misconfigured when its templates ask for what the context does not have."""
        env, said = self._environment(context), dict(zip(_NAMES, _values(context), strict=True))
        subject = said["subject"] = tidy(_rendered(env, f"messages/{name}/subject.txt.j2", said), SUBJECT_LENGTH)
        return Render(
            text=_GAP.sub("\n\n", _rendered(env, f"messages/{name}/email.txt.j2", said)).strip() + "\n",
            subject=subject,
            html=_rendered(env, f"messages/{name}/email.html.j2", said),
            headers=self._headers(name, context),
        )

    def sms(self, name: str, context: Context) -> Render:
        """A text message: one line."""
        said = dict(zip(_NAMES, _values(context), strict=True))
        return Render(text=tidy(_rendered(self._environment(context), f"messages/{name}/sms.txt.j2", said)))

    def _headers(self, name: str, context: Context) -> dict[str, str]:
        """SES sets the Message-ID itself, so all mails of an order refer to one root that no mail has."""
        kind = self.catalogue[name].kind
        headers = {
            "References": f"<{context.thread}@{context.shop.domain}>",
            "Auto-Submitted": "auto-generated",
            "Feedback-ID": f"{name}:{context.shop.slug}:{kind}:{_SENDER}",
        }
        if kind is Kind.MARKETING and context.preferences_url:
            headers["List-Unsubscribe"] = f"<{context.preferences_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    def _environment(self, context: Context) -> Environment:
        return environment(self.templates, context.locale, context.zone, context.currency)


def _rendered(env: Environment, template: str, said: dict[str, object]) -> str:
    try:
        return env.get_template(template).render(said)
    except TemplateError as err:
        raise Misconfigured(
            f"{type(err).__name__}: {err.message or 'no such template'}",
            where=template,
            cure="see what its context has in templates/context.json",
        ) from err
