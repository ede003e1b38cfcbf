"""Making other people's text harmless before it is shown, linked to or put in a header."""

import re

#: A subject longer than this is cut by every mailbox anyway.
SUBJECT_LENGTH = 150
_ELLIPSIS = "…"
#: Control characters (CR, LF, NEL …), line and paragraph separators, lone surrogates: they read as a space.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
#: Characters that turn the direction of what follows or hide in it. The joiners of emoji and Persian stay.
_HIDDEN = re.compile(r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r" {2,}")
#: Whether there is anything of the above: most text is clean, and mails are made of many texts.
_ODD = re.compile(f"{_BREAKS.pattern}|{_HIDDEN.pattern}|  ")
_WEB = re.compile(r"https?://[^\s/?#@\\<>\"'`{}|^]+(?:[/?#][^\s\\<>\"`{}|^]*)?", re.IGNORECASE)
_DIRECT = re.compile(r"mailto:[^\s@<>\"?&]+@[^\s@<>\"?&]+|tel:\+?[\d .()/-]+")
_NOWHERE = "#"


def tidy(text: str, limit: int | None = None) -> str:
    """One line of it, without anything that breaks a header or misleads a reader; cut at `limit` characters."""
    if _ODD.search(text):
        text = _SPACES.sub(" ", _HIDDEN.sub("", _BREAKS.sub(" ", text)))
    text = text.strip()
    if limit is not None and len(text) > limit:
        return text[: limit - 1].rstrip() + _ELLIPSIS
    return text


def safe_url(url: object) -> str:
    """The address if it opens a page, a mail or a call; `#` for everything else (`javascript:`, `data:`, nonsense).

    An address with a name before the host (`https://shop@elsewhere`) only looks like one, and is nonsense too.
    """
    text = str(url or "").strip()
    if (_WEB.fullmatch(text) or _DIRECT.fullmatch(text)) and not _ODD.search(text):
        return text
    return _NOWHERE
