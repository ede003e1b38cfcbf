"""What an AWS error says of a send: refused, later, or nobody knows. One place, for SES and SNS alike.

When in doubt it is Ambiguous: SES has no idempotency token, so that asking again may mean a second mail.
"""

import re
from datetime import timedelta

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from encamino.channels.base import Ambiguous, Refused, Throttled, redacted
from encamino.domain.reason import Why

#: All that a call may raise. A 200 that cannot be read is among them, and means nothing good or bad.
FAILURES = (ClientError, BotoCoreError, ResponseParserError)

#: Nothing left this machine.
_NOT_SENT = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
)
BUSY = frozenset({
    "LimitExceededException", "Throttled", "ThrottledException", "Throttling", "ThrottlingException",
    "TooManyRequestsException", "RequestLimitExceeded",
})  # fmt: skip
#: Our own rights or clock: no fault of the message, and a deployment often cures it within minutes.
_OURS = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed"})
_NO_SET = frozenset({"NotFoundException", "ConfigurationSetDoesNotExist", "ConfigurationSetDoesNotExistException"})

_SOON, _LATER, _NEXT_QUOTA = timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=1)
_SECONDS = re.compile(r"[0-9]{1,6}")
_UNAUTHORISED, _TIMED_OUT, _BROKEN = (401, 403), 408, 500


def outcome(err: Exception, to: str) -> Refused | Throttled | Ambiguous:
    """How the send to this address ended, by the error it ended with."""
    if isinstance(err, ClientError):
        return _answered(err, to)
    if isinstance(err, _NOT_SENT):
        return Throttled(_LATER if not isinstance(err, ConnectTimeoutError) else _SOON, type(err).__name__)
    if isinstance(err, ParamValidationError):
        return Refused(Why.REJECTED, type(err).__name__)  # its text quotes what was sent
    return Ambiguous(type(err).__name__)


def told(err: ClientError) -> tuple[str, str, int]:
    """Code, text and HTTP status of an answer; empty where a broken answer says none."""
    error, answer = err.response.get("Error", {}), err.response.get("ResponseMetadata", {})
    return error.get("Code", ""), error.get("Message", ""), answer.get("HTTPStatusCode", 0)


def _answered(err: ClientError, to: str) -> Refused | Throttled | Ambiguous:
    code, text, status = told(err)
    said = redacted(f"{code}: {text}")
    if code in BUSY or status == 429:  # noqa: PLR2004  (Too Many Requests)
        return Throttled(_pause(err.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}), text), said)
    if status >= _BROKEN or status == _TIMED_OUT:
        return Ambiguous(said)
    if status in _UNAUTHORISED or code in _OURS:
        return Throttled(_LATER, said)
    if code in _NO_SET:
        return Refused(Why.NO_SHOP, said)
    return Refused(Why.SANDBOX if _sandbox(text, to) else Why.REJECTED, said)


def _sandbox(text: str, to: str) -> bool:
    """Only in the sandbox does SES ask whether the recipient is verified; the sender it asks always."""
    said = text.casefold()
    return "sandbox" in said or ("not verified" in said and to.casefold() in said)


def _pause(headers: dict[str, str], text: str) -> timedelta:
    if "daily" in text.casefold():
        return _NEXT_QUOTA
    asked = headers.get("retry-after", "")
    return min(timedelta(seconds=int(asked)), _NEXT_QUOTA) if _SECONDS.fullmatch(asked) else _SOON
