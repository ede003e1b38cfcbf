"""The push door's decision: does this come from the carrier, and for this shop? Standard library only."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from encamino.carriers.base import PUSH_KEY, PUSHED, pushing
from encamino.domain.errors import Missing
from encamino.flows.receive import LARGEST, Doorkeeper, Reply, envelope

if TYPE_CHECKING:
    from encamino.carriers.base import Account, Pushing


@dataclass(frozen=True)
class Pushed:
    """What came to the door, and the last part of the address it came to. Header names are lower case."""

    carrier: str
    shop: str
    key: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


def receive_push(pushed: Pushed, keeper: Doorkeeper) -> Reply:
    """200 for what the carrier says, however odd; 401 for everything else; nothing is understood here."""
    if len(pushed.body) > LARGEST:
        return Reply(413, "too_large")
    try:
        carrier = pushing(pushed.carrier)
    except Missing:
        return Reply(401, "no_carrier")
    if carrier is None:
        return Reply(401, "no_push")
    if not _authentic(carrier, pushed, keeper):
        return Reply(401, "forged")
    slug = PUSHED + pushed.carrier
    keeper.enqueue(envelope(slug, pushed.shop, pushed.at, {}, pushed.body, keeper.put_aside))
    return Reply(200, "kept")


def _authentic(carrier: Pushing, pushed: Pushed, keeper: Doorkeeper) -> bool:
    """By address and by signature. Accounts are cached; what fails is tried once more with fresh ones."""
    return any(
        _addressed(account, pushed.key) and carrier.verify_push(pushed.body, pushed.headers, account)
        for again in (False, True)
        for account in map(_account, keeper.secrets(pushed.shop, PUSHED + pushed.carrier, again))
    )


def _addressed(account: Account, key: str) -> bool:
    own = account.get(PUSH_KEY, "").encode("utf-8", "replace")
    return bool(own) and hmac.compare_digest(own, key.encode("utf-8", "replace"))


def _account(text: str) -> Account:
    """The fields of an account. What is no account has none."""
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}
