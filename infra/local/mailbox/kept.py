"""The mail that arrived, whole: one file per SendEmail request, numbered in order of arrival, never rewritten."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import format_datetime, parseaddr
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.local.clock import instant, iso


def readable_address(raw: str) -> str:
    """An address as a person reads it: encoded words decoded, quotes only where the name needs them."""
    name, address = parseaddr(raw)
    name = str(make_header(decode_header(name)))
    if not name:
        return address or raw
    return f'"{name}" <{address}>' if any(c in name for c in ',;:<>@"()[]\\.') else f"{name} <{address}>"


@dataclass(frozen=True)
class Mail:
    """One accepted SendEmail request. `clock_at` is the stack's (possibly travelling) time when it arrived."""

    n: int
    message_id: str
    region: str
    received_at: str
    clock_at: str
    request: dict[str, Any] = field(repr=False)

    @property
    def to(self) -> list[str]:
        return list(self.request["Destination"].get("ToAddresses") or [])

    @property
    def recipients(self) -> list[str]:
        where = self.request["Destination"]
        return [a for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for a in where.get(kind) or []]

    @property
    def simple(self) -> dict[str, Any]:
        return dict(self.request["Content"]["Simple"])

    @property
    def subject(self) -> str:
        return str(self.simple["Subject"]["Data"])

    @property
    def html(self) -> str | None:
        return self._part("Html")

    @property
    def text(self) -> str | None:
        return self._part("Text")

    def _part(self, kind: str) -> str | None:
        data = (self.simple["Body"].get(kind) or {}).get("Data")
        return None if data is None else str(data)

    @property
    def tags(self) -> dict[str, str]:
        return {tag["Name"]: tag["Value"] for tag in self.request.get("EmailTags") or []}

    @property
    def sender(self) -> str:
        return readable_address(self.request["FromEmailAddress"])

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers the mail would carry: those SES writes itself, then the sender's own."""
        own = {h["Name"]: h["Value"] for h in self.simple.get("Headers") or []}
        where = self.request["Destination"]
        written = {
            "From": self.sender,
            "To": ", ".join(where.get("ToAddresses") or []),
            "Cc": ", ".join(where.get("CcAddresses") or []),
            "Reply-To": ", ".join(readable_address(a) for a in self.request.get("ReplyToAddresses") or []),
            "Subject": self.subject,
            "Date": format_datetime(instant(self.received_at)),
            "Message-ID": f"<{self.message_id}@{self.region}.amazonses.com>",
        }
        return {name: value for name, value in written.items() if value} | own

    def as_json(self) -> dict[str, Any]:
        """The published shape; keys may be added, never renamed."""
        return {
            "from": self.sender, "to": self.to[0] if len(self.to) == 1 else self.to, "subject": self.subject,
            "headers": self.headers, "html": self.html, "text": self.text, "tags": self.tags,
            "received_at": self.received_at, "clock_at": self.clock_at, "n": self.n, "message_id": self.message_id,
            "configuration_set": self.request.get("ConfigurationSetName"),
        }  # fmt: skip


class Kept:
    """All mail on disk, and in memory so that a poll never reads it again."""

    def __init__(self, directory: Path, clock: Callable[[], datetime]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self._clock, self._lock = directory, clock, threading.Lock()
        files = sorted(directory.glob("[0-9]*-*.json"))
        self._mails = [Mail(**json.loads(f.read_text(encoding="utf-8"))) for f in files]

    def keep(self, message_id: str, region: str, request: dict[str, Any]) -> Mail:
        """On disk before it is answered for: an accepted mail survives the mailbox."""
        clock_at = iso(self._clock())
        with self._lock:
            n = self._mails[-1].n + 1 if self._mails else 1
            mail = Mail(n, message_id, region, iso(datetime.now(UTC)), clock_at, request)
            path = self._directory / f"{n:06d}-{message_id}.json"
            record = {name: getattr(mail, name) for name in Mail.__dataclass_fields__}
            path.with_suffix(".tmp").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
            path.with_suffix(".tmp").rename(path)
            self._mails.append(mail)
        return mail

    def all(self) -> list[Mail]:
        """Oldest first."""
        with self._lock:
            return list(self._mails)

    def number(self, n: int) -> Mail | None:
        return next((mail for mail in self.all() if mail.n == n), None)
