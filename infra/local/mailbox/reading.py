"""A mail's HTML for the viewer: the line an inbox previews, light or dark on request, links that can be counted."""

import re
from html import escape, unescape
from html.parser import HTMLParser

PREVIEW_LENGTH = 140
# What mails pad their preheader with, so that the body does not leak into the inbox line: there the preview ends.
PADDING = re.compile("[\u034f\u200b-\u200f\u2007\u00ad\u061c\ufeff]")
SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
LINK = re.compile(r"<a\b[^>]*?\bhref=(\"|')(https?:[^\"']+)\1[^>]*>", re.IGNORECASE)
ALWAYS, NEVER = "(min-width: 0px)", "(max-width: 0px)"  # `all` and `not all`, but valid after `screen and` too


class _Words(HTMLParser):
    """Collects text, hidden preheaders included (inboxes read those too), without styles and titles."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._skip = 0

    def handle_starttag(self, tag: str, _: object) -> None:
        self._skip += tag in ("style", "script", "title")

    def handle_endtag(self, tag: str) -> None:
        self._skip -= tag in ("style", "script", "title")

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)


def preview(html: str | None, text: str | None) -> str:
    """The line shown after the subject."""
    if html:
        parser = _Words()
        parser.feed(html[:60_000])
        words = " ".join(" ".join(parser.words).split())
    else:
        words = " ".join((text or "").split())
    if padded := PADDING.search(words):
        before = words[: padded.start()].strip()
        words = before or " ".join(PADDING.sub("", words).split())
    return words if len(words) <= PREVIEW_LENGTH else words[:PREVIEW_LENGTH].rsplit(" ", 1)[0] + "…"


def in_scheme(html: str, scheme: str) -> str:
    """The mail as a device set to `dark` or `light` shows it; a frame cannot be told so from outside."""
    if scheme not in ("dark", "light"):
        return html
    html = SCHEME.sub(lambda found: ALWAYS if found[1].lower() == scheme else NEVER, html)
    if "color-scheme" not in html:
        return html  # a mail that knows no dark mode stays as it is
    return _into_head(html, f"<style>:root{{color-scheme:only {scheme}!important}}</style>")


def for_frame(html: str, scheme: str, click_path: str | None) -> str:
    """What the frame shows: links open beside it, and lead over `click_path` if clicks are to be counted."""
    html = _into_head(in_scheme(html, scheme), '<base target="_blank">')
    if click_path is None:
        return html
    number = iter(range(10_000))

    def counted(found: re.Match[str]) -> str:
        i = next(number)
        if "ses:no-track" in found[0]:
            return found[0]
        return found[0].replace(found[2], escape(f"{click_path}?link={i}"), 1)

    return LINK.sub(counted, html)


def link(html: str, i: int) -> str | None:
    """The i-th web link of the mail, as `for_frame` counts them."""
    links = [unescape(found[2]) for found in LINK.finditer(html)]
    return links[i] if 0 <= i < len(links) else None


def _into_head(html: str, markup: str) -> str:
    head = re.search(r"</head\s*>", html, re.IGNORECASE) or re.search(r"<body\b", html, re.IGNORECASE)
    at = head.start() if head else 0
    return html[:at] + markup + html[at:]
