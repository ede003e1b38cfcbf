"""What goes into a mail's head: one line each, nothing that could begin another.

SES v2 `Simple` guards neither subject nor names for us (its model allows any text there), so that nothing leaves this
module that holds a line break in any of its forms.
"""

import re
import unicodedata
from collections.abc import Mapping
from email.header import Header
from email.utils import formataddr
from functools import lru_cache

from encamino.channels.address import mail_address

#: A subject longer than this is read by nobody.
SUBJECT = 250
#: SES v2 API reference, MessageHeader and Message, seen 2026-11; the model allows 995, the service 870.
MOST, LONGEST_NAME, LONGEST_VALUE = 15, 126, 870
#: SES writes these itself, Message-ID among them: mails of one order thread by References.
RESERVED = frozenset({
    "bcc", "cc", "content-disposition", "content-transfer-encoding", "content-type", "date", "from", "message-id",
    "mime-version", "reply-to", "return-path", "sender", "subject", "to",
})  # fmt: skip

_NAME = re.compile(r"[!-9;-@A-~]+")
_PRINTABLE = re.compile(r"[ -~]*")
#: Cc control, Cs half a surrogate pair, Zl and Zp line and paragraph separators.
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: They make a name read as another one.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NotAHeader(ValueError):
    """A header of the render that SES would not take as it is."""


def one_line(text: str, longest: int = SUBJECT) -> str:
    """The text as one line: breaks and controls become spaces, and nothing turns the reading direction."""
    if not _PRINTABLE.fullmatch(text):
        text = _TURNS.sub("", text)
        text = "".join(" " if unicodedata.category(c) in _BREAKS else c for c in text)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


@lru_cache(maxsize=256)
def mailbox(name: str, address: str) -> str | None:
    """`"Name" <address>` for From, quoted or encoded as its letters need; None when the address is none."""
    reach = mail_address(address)
    if reach is None:
        return None
    shown = one_line(name)
    # Mail programs decode an encoded word even inside quotes; encoded once more it reads as what was typed.
    plain = shown.isascii() and "=?" not in shown
    return formataddr((shown, reach)) if plain else f"{_encoded(shown)} <{reach}>"


def header_list(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers as SES takes them. Raises NotAHeader: a wrong one is a fault of a template, not to be sent around."""
    if len(headers) > MOST:
        raise NotAHeader(f"{len(headers)} headers; SES takes {MOST}")
    return [_header(name, value) for name, value in headers.items()]


def _header(name: str, value: str) -> tuple[str, str]:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise NotAHeader(f"{name[:40]!r} cannot be the name of a header")
    if name.lower() in RESERVED:
        raise NotAHeader(f"{name} is written by SES")
    line = one_line(value, longest=10 * LONGEST_VALUE)
    line = line if line.isascii() else _encoded(line)
    if not line or len(line) > LONGEST_VALUE:
        raise NotAHeader(f"{name} has {len(line)} characters; SES takes 1 to {LONGEST_VALUE}")
    return name, line


def _encoded(text: str) -> str:
    """RFC 2047 words of at most 75 characters, never cut inside a letter."""
    return " ".join(Header(text, "utf-8", maxlinelen=75).encode().split())
