"""A mail's MJML and build-time Jinja, to plain HTML that only asks for what is known when the mail goes out.

Build-time Jinja has its own delimiters: `[% %]`, `[[ ]]`, `[# #]`. What is left for send time, `{{ }}` and `{% %}`,
travels through the MJML compiler as opaque tokens, so that no `<` or quote in an expression upsets its XML parser.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

#: Send-time tags, and Outlook's "everyone but me" comments, which mrml cannot read inside a table.
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<!--\[if !mso\]><!-->|<!--<!\[endif\]-->", re.DOTALL)
_TOKEN = re.compile(r"zJ(\d+)Jz")
_MJ_TAG = re.compile(r"</?mj-[a-z-]+")
_LAYOUT_TABLE = re.compile(r"<table (?![^>]*\brole=)")
#: Between tags that hold no text, white space is ballast.
_BALLAST = re.compile(r"(?<=>)\s+(?=</?(?:table|tbody|tr|td|div|style|meta|head|body|title|html)\b)")
_BLANKS = re.compile(r"\n\s+")
_ARTICLE = re.compile(r"(<div [^>]*role=\"article\".*)(</body>)", re.DOTALL)


class Broken(Exception):
    """What is wrong with a template, and where."""


@cache
def build_time(source: Path) -> Environment:
    """Jinja as it runs here, now."""
    return Environment(
        loader=FileSystemLoader(source),
        block_start_string="[%", block_end_string="%]",
        variable_start_string="[[", variable_end_string="]]",
        comment_start_string="[#", comment_end_string="#]",
        autoescape=False,  # noqa: S701  (it makes templates; escaping is theirs)
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def assembled(source: Path, name: str) -> str:
    """A template with all that is decided now: layout, partials, modules."""
    try:
        return build_time(source).get_template(name).render()
    except TemplateError as err:
        raise Broken(f"{name}: {err}") from err


def html(source: Path, name: str) -> str:
    """The HTML template that an MJML template becomes."""
    tags: list[str] = []
    mjml = _TAG.sub(_stash(tags), assembled(source, name)).strip()
    if "<mj-include" in mjml:
        raise Broken(f"{name}: mj-include loses widths; use [% include %]")
    try:
        out = mrml.to_html(mjml, render_options=mrml.RenderOptions(disable_comments=False, fonts={}))
    except OSError as err:
        raise Broken(f"{name}: {err}") from err
    if out.warnings:
        raise Broken(f"{name}: {[str(warning) for warning in out.warnings]}")
    _check(name, out.content, tags)
    text = _TOKEN.sub(lambda match: tags[int(match[1])], out.content)
    # mrml drops `role` from mj-table, and screen readers would announce rows and columns of layout.
    text = _LAYOUT_TABLE.sub('<table role="presentation" ', text)
    # Everything lies in one landmark, for those who move by them.
    text = _ARTICLE.sub(r'<div role="main">\1</div>\2', text)
    return _BLANKS.sub("\n", _BALLAST.sub("", text))


def _stash(tags: list[str]) -> Callable[[re.Match[str]], str]:
    def stash(match: re.Match[str]) -> str:
        tags.append(match[0])
        return f"zJ{len(tags) - 1}Jz"

    return stash


def _check(name: str, html: str, tags: list[str]) -> None:
    if left := set(_MJ_TAG.findall(html)):
        raise Broken(f"{name}: not MJML: {sorted(left)}")
    counts: dict[int, int] = {}
    for token in _TOKEN.findall(html):
        counts[int(token)] = counts.get(int(token), 0) + 1
    # A value may be a default that no tag takes, or that many take; a block that opens must open once.
    bad = [tag for number, tag in enumerate(tags) if tag.startswith("{%") and counts.get(number, 0) != 1]
    if bad:
        raise Broken(f"{name}: lost or doubled by MJML: {bad}")
