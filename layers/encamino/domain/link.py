"""Link tokens: unguessable names for the pages of one customer. Nothing personal in them; only their hash is stored."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

from encamino.domain.contact import ContactKey
from encamino.domain.order import OrderKey

TOKEN_BYTES = 16


class LinkKind(StrEnum):
    """What page a token opens; the letter of its URL."""

    TRACKING = "t"
    PREFERENCES = "u"
    RETURN = "r"
    SURVEY = "s"


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses a message may carry."""

    tracking: str
    preferences: str | None = None
    #: What the table will know the token of `preferences` by.
    preferences_hash: str | None = None


def token(key: bytes, kind: LinkKind, subject: OrderKey | ContactKey, generation: int = 0) -> str:
    """The token of a page: the first 128 bits of an HMAC, as lower-case base32. Raising the generation revokes it."""
    whose = subject if isinstance(subject, ContactKey) else (subject.shop, subject.platform, subject.id)
    said = "\x1f".join((kind, *whose, str(generation)))
    digest = hmac.digest(key, said.encode(), hashlib.sha256)[:TOKEN_BYTES]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def token_hash(text: str) -> str:
    """What the table knows a token by."""
    return hashlib.sha256(text.lower().encode()).hexdigest()


def alias(pepper: bytes, shop: str, kind: str, identifier: str) -> str:
    """What the table knows an e-mail address, phone number or customer id by."""
    said = "\x1f".join((shop, kind, identifier.strip().lower()))
    return hmac.new(pepper, said.encode(), hashlib.sha256).hexdigest()
