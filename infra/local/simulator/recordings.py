"""The carriers' recorded answers, as the contract tests keep them: tests/carriers/<slug>/<name>.json."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Any

from infra.local.clock import instant
from infra.local.simulator.joining import Played
from infra.local.simulator.shifting import renumber, shift

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Answer:
    """What goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


# Carriers with OAuth ask for a token first: RFC 6749 section 5.1, unless the carrier's folder has a token.json.
TOKEN = Answer(
    200,
    {"Content-Type": "application/json"},
    b'{"access_token":"simulated","token_type":"Bearer","expires_in":3600}',
)
NOT_FOUND = Played(404, {}, "")


class Recordings:
    """Reads a file each time it is asked for: a recording edited while the stack runs is played as it now is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, slug: str, name: str) -> bool:
        return bool(SAFE_NAME.fullmatch(slug) and SAFE_NAME.fullmatch(name)) and self._path(slug, name).is_file()

    def must_have(self, slug: str, names: list[str]) -> None:
        """ValueError naming what is missing and what there is."""
        if missing := [name for name in names if not self.has(slug, name)]:
            there = ", ".join(sorted(path.stem for path in self._folder.glob(f"{slug}/*.json"))) or "none at all"
            raise ValueError(f"{slug} has no recording {', '.join(missing)}; it has {there}")

    def answer(self, slug: str, name: str, number: str | None, asked_at: datetime | None) -> Answer:
        """The recording as if `number` had been asked for at `asked_at`; as it stands without them."""
        return wire(self.played(slug, name, number, asked_at))

    def played(self, slug: str, name: str, number: str | None, asked_at: datetime | None) -> Played:
        """The same before it goes over the wire, to be joined with what is said of other numbers."""
        recording = json.loads(self._path(slug, name).read_text(encoding="utf-8"))
        body = recording.get("body", "")
        if number and recording.get("number"):
            body = renumber(body, str(recording["number"]), number)
        if asked_at and recording.get("recorded_at"):
            body = shift(body, asked_at - instant(recording["recorded_at"]))
        headers = {key: str(value) for key, value in (recording.get("headers") or {}).items()}
        headers = {key: value for key, value in headers.items() if key.lower() not in ("content-length", "date")}
        return Played(recording.get("http_status", 200), headers, body, recording.get("list"))

    def unknown_number(self, slug: str, number: str | None, now: datetime) -> Played:
        """What the carrier says of a number it does not know."""
        if self.has(slug, "not_found"):
            return self.played(slug, "not_found", number, now)
        return NOT_FOUND

    def token(self, slug: str) -> Answer:
        return self.answer(slug, "token", None, None) if self.has(slug, "token") else TOKEN

    def _path(self, slug: str, name: str) -> Path:
        return self._folder / slug / f"{name}.json"


def wire(played: Played) -> Answer:
    """What a recording says, as it goes over the wire."""
    return Answer(played.status, played.headers, _encoded(played.body, played.headers))


def _encoded(body: Any, headers: dict[str, str]) -> bytes:
    """A string is the body itself (XML, HTML, broken JSON), in the charset its header declares; the rest is JSON."""
    if not isinstance(body, str):
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    message = Message()
    message["content-type"] = next((v for k, v in headers.items() if k.lower() == "content-type"), "text/plain")
    return body.encode(message.get_content_charset() or "utf-8", errors="xmlcharrefreplace")
