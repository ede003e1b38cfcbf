"""What a text costs as an SMS, and how accents are folded to make it cheaper.

One letter outside the GSM-7 alphabet makes the whole text UCS-2: 70 letters to a part instead of 160. á í ó ú ç ê are
outside; é è à ò ù ì ñ ü ö ä å ø æ ß are inside.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: An escape and a letter: two units that a part must not tear apart.
_EXTENSION = frozenset("^{}\\[~]|€")
_ALPHABET = _BASIC | _EXTENSION

#: Near letters that no decomposition finds.
_NEAR = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "´": "'", "`": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"', "‹": "'", "›": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "•": "-",
    "·": ".", "⁄": "/", "×": "x", "°": "o", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
    "→": "->", "\t": " ", "\u2028": "\n", "\u2029": "\n",
    # Seen by nobody: soft hyphen, zero-width signs, marks of reading direction.
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """How a text travels. `units`: septets of GSM-7, or 16-bit units of UCS-2."""

    encoding: str
    parts: int
    units: int


def count(text: str) -> Parts:
    """The parts a text is billed as. A part is never cut inside an escaped letter or a surrogate pair."""
    if _is_gsm(text):
        return _counted("GSM-7", [2 if c in _EXTENSION else 1 for c in text], 160, 153)
    return _counted("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67)  # noqa: PLR2004  (the end of the BMP)


def fold(text: str) -> str:
    """The text with near letters, if those make all of it GSM-7 and no longer; else the text as it is.

    With one letter left that has no near one (an emoji, Greek, Cyrillic) folding the others would only spoil them.
    """
    if _is_gsm(text):
        return text
    folded = "".join(c if c in _ALPHABET else _near(c) for c in unicodedata.normalize("NFC", text))
    return folded if _is_gsm(folded) and count(folded).parts <= count(text).parts else text


def described(text: str) -> dict[str, object]:
    """What `encamino sms count` answers."""
    folded = fold(text)
    return {**asdict(count(text)), "folded": {"text": folded, **asdict(count(folded))}}


def _is_gsm(text: str) -> bool:
    return _ALPHABET.issuperset(text)


def _near(letter: str) -> str:
    named = letter.translate(_NEAR)
    if named != letter:
        return named
    plain = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    return plain.translate(_NEAR)


def _counted(encoding: str, widths: Sequence[int], alone: int, each: int) -> Parts:
    units = sum(widths)
    if units <= alone:
        return Parts(encoding, min(units, 1), units)
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return Parts(encoding, parts, units)
