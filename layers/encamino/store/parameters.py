"""Secrets and keys in SSM: lists with an end date, so that a rotation loses nothing. Loads no model of an order.

A parameter is a SecureString holding `[{"value", "until"}]`, newest first; `until` null: for good.
"""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from encamino.domain.errors import Unavailable

#: How long what was read is believed.
FRESH = timedelta(seconds=300)
#: How soon a doubted secret may be read anew, so that forgers cannot make us ask SSM at their pace.
AGAIN_AFTER = timedelta(seconds=10)
#: Forgers can invent shops without end; what was read of them is not kept without end.
_REMEMBERED = 1000
#: Names come from URLs: nothing else may climb into another path.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)?")
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_NONE = frozenset({"ParameterNotFound", "ValidationException"})


@dataclass(frozen=True, slots=True)
class Secret:
    """One value and until when it counts."""

    value: str
    until: datetime | None = None


class Parameters:
    """The parameters of one stack. `client` is boto3's; every `now` is the wall clock."""

    def __init__(self, client: Any, stack: str) -> None:
        self._client = client
        self._root = f"/encamino/{stack}"
        self._read: dict[str, tuple[datetime, tuple[Secret, ...]]] = {}

    def secrets(self, shop: str, name: str, now: datetime, *, again: bool = False) -> tuple[str, ...]:
        """A shop's secrets of that name that count now, newest first. `again`: they are doubted, read them anew."""
        if not _SHOP.fullmatch(shop) or not _NAME.fullmatch(name):
            return ()
        return self._valid(self._path(shop, name), now, again=again)

    def put(self, shop: str, name: str, value: str, now: datetime, keep_old: timedelta = timedelta(0)) -> None:
        """Set a shop's secret; the old ones still count for that long."""
        path = self._path(shop, name)
        end = now + keep_old
        old = (Secret(s.value, min(s.until or end, end)) for s in self._fetch(path) if s.value != value)
        self._write(path, (Secret(value), *(s for s in old if s.until and s.until > now)), now)

    def keys(self, name: str, now: datetime) -> tuple[bytes, ...]:
        """The stack's own key ring, newest first."""
        return tuple(base64.b64decode(value) for value in self._valid(f"{self._root}/{name}", now, again=False))

    def key(self, name: str, now: datetime) -> bytes:
        """The newest key of a ring. Raises Unavailable when there is none yet."""
        ring = self.keys(name, now)
        if not ring:
            raise Unavailable(
                f"no {name} yet", where=f"{self._root}/{name}", cure="encamino shop apply FILE.yaml makes it"
            )
        return ring[0]

    def make_key(self, name: str, value: bytes, now: datetime) -> bool:
        """Begin a key ring. False when there is one: it is left as it is."""
        path = f"{self._root}/{name}"
        try:
            self._write(path, (Secret(base64.b64encode(value).decode()),), now, overwrite=False)
        except ClientError as err:
            if err.response["Error"]["Code"] != "ParameterAlreadyExists":
                raise
            return False
        return True

    def add_key(self, name: str, value: bytes, now: datetime) -> None:
        """Put a newer key on the ring; what was made with the old ones keeps working."""
        path = f"{self._root}/{name}"
        self._write(path, (Secret(base64.b64encode(value).decode()), *self._fetch(path)), now)

    def _path(self, shop: str, name: str) -> str:
        return f"{self._root}/shops/{shop}/{name}"

    def _valid(self, path: str, now: datetime, *, again: bool) -> tuple[str, ...]:
        read_at, secrets = self._read.get(path, (None, ()))
        if read_at is None or now - read_at >= (AGAIN_AFTER if again else FRESH):
            try:
                secrets = self._fetch(path)
            except (ClientError, BotoCoreError) as err:
                if read_at is None:
                    raise Unavailable("SSM does not answer", where=path, cure="the caller will try again") from err
                # What we knew is better than nothing; it is not asked again for a while.
            self._remember(path, secrets, now)
        return tuple(secret.value for secret in secrets if secret.until is None or secret.until > now)

    def _fetch(self, path: str) -> tuple[Secret, ...]:
        try:
            answer = self._client.get_parameter(Name=path, WithDecryption=True)
        except ClientError as err:
            if err.response["Error"]["Code"] not in _NONE:
                raise
            return ()
        said = json.loads(answer["Parameter"]["Value"])
        return tuple(Secret(s["value"], datetime.fromisoformat(s["until"]) if s["until"] else None) for s in said)

    def _write(self, path: str, secrets: tuple[Secret, ...], now: datetime, *, overwrite: bool = True) -> None:
        said = [{"value": s.value, "until": s.until.isoformat() if s.until else None} for s in secrets]
        self._client.put_parameter(Name=path, Value=json.dumps(said), Type="SecureString", Overwrite=overwrite)
        self._remember(path, secrets, now)

    def _remember(self, path: str, secrets: tuple[Secret, ...], now: datetime) -> None:
        if len(self._read) >= _REMEMBERED and path not in self._read:
            self._read.clear()
        self._read[path] = (now, secrets)
