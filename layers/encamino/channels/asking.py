"""Asking AWS for something that may be there already, with our own errors for answers."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from encamino.channels.base import redacted
from encamino.channels.failure import BUSY, told
from encamino.domain.errors import EncaminoError, Refused, Unavailable

_UNKNOWN_CALL = (404, 405, 501)
_BROKEN = 500


class ThereAlready(Exception):
    """What was to be made exists."""


class NoSuchCall(Refused):
    """Nothing answers there. SES says the same of a thing that is not there."""


def made(call: Callable[[], object]) -> bool:
    """True when it was made now, False when it was there."""
    try:
        asked(call)
    except ThereAlready:
        return False
    return True


def asked[T](call: Callable[[], T]) -> T:
    """What the call answers. Raises Refused or Unavailable."""
    try:
        return call()
    except ClientError as err:
        if told(err)[0].endswith("AlreadyExistsException"):
            raise ThereAlready from err
        raise _error(err) from err
    except BotoCoreError as err:
        raise Unavailable(type(err).__name__, where="SES", cure="check the connection and the credentials") from err


def _error(err: ClientError) -> EncaminoError:
    code, said, status = told(err)
    text = redacted(f"{code}: {said}")
    if status in _UNKNOWN_CALL:
        return NoSuchCall(text, where="SES")
    if status >= _BROKEN or code in BUSY:
        return Unavailable(text, where="SES", cure="try again in a minute")
    return Refused(text, where="SES", cure="look at the rights of who asks, and at the account's limits")
