"""The SMS the emulator's SNS took. It keeps no times, so the mailbox notes when it first saw each one."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.clock import iso

LOOK_EVERY = 1.0  # seconds
LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business here


@dataclass(frozen=True)
class Sms:
    """One text message; `n` numbers them in the order they were first seen."""

    n: int
    message_id: str
    to: str
    text: str
    sender: str | None
    attributes: dict[str, str]
    received_at: str
    clock_at: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class SmsSeen:
    """Looks at the emulator when asked, and each second besides, so that the noted times are worth something."""

    def __init__(self, directory: Path, endpoint: str, clock: Callable[[], datetime]) -> None:
        self._file, self._clock, self._lock = directory / "sms.json", clock, threading.Lock()
        self._url = f"{endpoint.rstrip('/')}/_ministack/sns/sms-messages"
        noted = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else []
        self._seen = {entry["message_id"]: Sms(**entry) for entry in noted}

    def watch(self) -> None:
        """Runs in a thread of its own."""
        while True:
            self.all()
            time.sleep(LOOK_EVERY)

    def all(self) -> list[Sms]:
        """Oldest first; what was seen before if the emulator does not answer."""
        with self._lock:
            try:
                with LOOPBACK.open(self._url, timeout=2) as answer:
                    by_phone = json.load(answer)["sms_messages"]
            except (OSError, ValueError, KeyError):
                return list(self._seen.values())
            records = [record for phone in by_phone.values() for record in phone]
            if new := [record for record in records if record["MessageId"] not in self._seen]:
                for record in new:
                    self._note(record)
                entries = [asdict(sms) for sms in self._seen.values()]
                self._file.write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")
            return list(self._seen.values())

    def number(self, n: int) -> Sms | None:
        return next((sms for sms in self.all() if sms.n == n), None)

    def _note(self, record: dict[str, Any]) -> None:
        values = {
            name: str(value.get("StringValue", value.get("Value", ""))) if isinstance(value, dict) else str(value)
            for name, value in (record.get("MessageAttributes") or {}).items()
        }
        self._seen[record["MessageId"]] = Sms(
            n=len(self._seen) + 1, message_id=record["MessageId"], to=record["PhoneNumber"], text=record["Message"],
            sender=values.get("AWS.SNS.SMS.SenderID"), attributes=values,
            received_at=iso(datetime.now(UTC)), clock_at=iso(self._clock()),
        )  # fmt: skip
