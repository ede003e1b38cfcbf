"""GLS's token: kept between looks, and renewed once when GLS will not have it (Authentication API v2, 2.0.0)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Generator
from datetime import datetime, timedelta

from pydantic_core import from_json

from encamino.carriers.base import Account, Memo, Outcome, Request, Response, Seen
from encamino.carriers.reading import outcome_of, retry_after, text_at

_URL = "https://api.gls-group.net/oauth2/v2/token"
_TOKEN = "token"  # noqa: S105  (the name it is kept under)
_EARLY = timedelta(seconds=60)
_LONGEST = timedelta(hours=4)
#: Where the answer does not say.
_USUAL = timedelta(hours=1)
_UNAUTHORISED = 401


def get(
    url: str, language: str, account: Account, memo: Memo, now: datetime
) -> Generator[Request, Response, Response | Seen]:
    """An answer, with a token that is kept between looks and renewed once if GLS will not have it."""
    token = memo.get(_TOKEN)
    fresh = not token
    while True:
        if fresh:
            answer = yield _token_request(account)
            token = _token(answer, memo, now)
            if not token:
                return _refused(answer, now)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Language": language}
        response = yield Request("GET", url, headers)
        if response.status != _UNAUTHORISED or fresh:
            return response
        fresh = True


def _token_request(account: Account) -> Request:
    pair = b64encode(f"{account['client_id']}:{account['client_secret']}".encode()).decode()
    headers = {
        "Authorization": f"Basic {pair}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    return Request("POST", _URL, headers, b"grant_type=client_credentials")


def _token(response: Response, memo: Memo, now: datetime) -> str | None:
    """The token of an answer, kept until a minute before it ends; None when there is none."""
    told = body(response)
    token = text_at(told, "access_token") if isinstance(told, dict) else ""
    # It goes into a header, and is kept: nothing but what a header may have.
    if outcome_of(response.status) is not None or not isinstance(told, dict) or not re.fullmatch(r"[!-~]+", token):
        return None
    lasts = re.fullmatch(r"(\d{1,9})(\.\d+)?", str(told.get("expires_in")))
    seconds = timedelta(seconds=int(lasts[1])) if lasts else _USUAL
    memo.put(_TOKEN, token, now + min(seconds, _LONGEST) - _EARLY)
    return token


def _refused(response: Response, now: datetime) -> Seen:
    """Why there is no token. GLS answers 400 to a client it does not know."""
    outcome = outcome_of(response.status) or Outcome.UNREADABLE
    if outcome in (Outcome.INVALID, Outcome.NOT_FOUND):
        outcome = Outcome.AUTH_ERROR
    wait = retry_after(response.headers, now) if outcome is Outcome.THROTTLED else None
    return Seen(outcome, detail=f"token: HTTP {response.status}", retry_after=wait)


def body(response: Response) -> object:
    """The JSON of an answer, None when it is none."""
    try:
        return from_json(response.body)
    except ValueError:
        return None
