"""The one error tree. Each class says whether trying again can help.

EncaminoError
├── Forged        signature or secret wrong, shop unknown       → 401, never retry
├── Unreadable    not what the vendor promises                  → kept and listed, never retry
├── TooLarge      more than is kept of one order                → kept and listed, never retry
├── Refused       asked for something that may not be done      → never retry
├── Missing       the thing asked for is not there              → never retry
├── Unavailable   a vendor or AWS is busy                       → retry, then dead letter
└── Conflict      someone else was faster                       → retry
Misconfigured     outside the tree on purpose: nothing that catches EncaminoError may hide it
"""

from typing import ClassVar


class EncaminoError(Exception):
    """Something a caller may handle. `where` names the place, `cure` what to do about it."""

    retry: ClassVar[bool] = False
    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, where: str = "", cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.cure = cure


class Forged(EncaminoError):
    """The signature, the secret or the shop is wrong."""

    code = "forged"


class Unreadable(EncaminoError):
    """The bytes are not what the vendor documents."""

    code = "unreadable"


class TooLarge(EncaminoError):
    """More than there is room for with one order."""

    code = "too_large"


class Refused(EncaminoError):
    """What was asked may not be done."""

    code = "refused"


class Missing(EncaminoError):
    """What was asked for is not there."""

    code = "not_found"


class Unavailable(EncaminoError):
    """A vendor or AWS did not answer; the queue or the agenda will ask again."""

    retry = True
    code = "unavailable"


class Conflict(EncaminoError):
    """Someone else wrote first, more often than we were willing to plan again."""

    retry = True
    code = "conflict"


class Misconfigured(Exception):
    """The operator's set-up is wrong; retrying or skipping would hide it."""

    def __init__(self, message: str, *, where: str = "", cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.cure = cure
