"""What a page does not say: whoever has the link may see where a shipment is, not who lives where.

Carriers write names, streets and phone numbers into their remarks; such a remark is left out as a whole.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from encamino.domain.order import Order

_DOTS, _FEW_DOTS = "•••••", "•••"
_WORD = re.compile(r"[^\W\d_]+")
#: Shorter words are articles, initials and the like.
_TELLING_LETTERS = 3
_TELLING_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Private:
    """The words and digits of one order that are nobody's business."""

    words: frozenset[str]
    digits: str

    def within(self, text: str | None) -> bool:
        """Whether this text would give something away."""
        if not text:
            return False
        digits = "".join(c for c in text if c.isdigit())
        return "@" in text or (bool(self.digits) and self.digits in digits) or not self.words.isdisjoint(_words(text))


def private(order: Order) -> Private:
    """What must not be shown of this order: names, street, phone, and who signed. The city may."""
    said = [shipment.tracking.signed_by for shipment in order.shipments if shipment.tracking]
    public: list[str] = []
    phone = ""
    if order.details:
        person, address = order.details.person, order.details.address
        said += [person.first_name, person.last_name]
        phone = "".join(c for c in person.phone or "" if c.isdigit())
        if address:
            said += [address.name, *address.lines]
            public = [address.city, address.region]
    words = frozenset(_all_words(said)) - frozenset(_all_words(public))
    return Private(words, phone[-_TELLING_DIGITS:] if len(phone) >= _TELLING_DIGITS else "")


def masked_address(address: str) -> str:
    """`l•••@c•••.example`: enough to know which of one's own addresses it is."""
    name, _, domain = address.rpartition("@")
    ending = domain.rpartition(".")[2]
    return f"{name[:1]}{_FEW_DOTS}@{domain[:1]}{_FEW_DOTS}.{ending}"


def masked_name(order: Order) -> str:
    """`L••••• F.`: enough to know one's own order, not enough for anybody else. The dots do not tell the length."""
    if order.details is None:
        return ""
    person, address = order.details.person, order.details.address
    names = [person.first_name, person.last_name]
    if not any(names) and address:
        names = address.name.split()[:2]
    initials = [name.strip()[0].upper() for name in names if name.strip()]
    if not initials:
        return ""
    return f"{initials[0]}{_DOTS}" + "".join(f" {letter}." for letter in initials[1:])


def _all_words(texts: Iterable[str | None]) -> Iterable[str]:
    return (word for text in texts if text for word in _words(text))


def _words(text: str) -> frozenset[str]:
    """Without accents and capitals: carriers shout, and few of them know accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return frozenset(word for word in _WORD.findall(plain) if len(word) >= _TELLING_LETTERS)
