"""A small emulator for the local servers' tests: what MiniStack answers to the calls they make, and no more."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from infra.local.http_server import LoopbackServer, QuietHandler

TOPIC = "arn:aws:sns:eu-south-2:000000000000:feedback"


class FakeEmulator:
    """Knows the identity shop.example, any configuration set given to it, and keeps what is published."""

    def __init__(self) -> None:
        self.identities = {"shop.example"}
        self.event_types: dict[str, list[str]] = {}
        self.published: list[dict[str, Any]] = []
        self.sms: dict[str, list[dict[str, Any]]] = {}
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.denies = False
        emulator = self

        class Handler(QuietHandler):
            def handle_call(self) -> None:
                body = self.body()
                emulator.calls.append((self.command, self.path, dict(self.headers.items())))
                status, headers, answer = emulator.answer(self.command, self.path, body)
                self.answer(status, answer, headers)

        self.server = LoopbackServer(0, Handler)
        self.server.in_background()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path == "/_ministack/sns/sms-messages":
            return self._json({"sms_messages": self.sms, "region": "eu-south-2"})
        if path == "/v2/email/account" and self.denies:
            return self._error(403, "AccessDeniedException", "not authorized to perform: ses:GetAccount")
        if path == "/v2/email/account":
            return self._json({"SendingEnabled": True, "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0}})
        if path.endswith("/event-destinations"):
            return self._destinations(path.split("/")[-2])
        if path == "/v2/email/identities" and method == "POST":
            self.identities.add(json.loads(body)["EmailIdentity"])
            return self._json({"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True})
        if path.startswith("/v2/email/identities/") and unquote(path.rpartition("/")[2]) in self.identities:
            return self._json({"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True})
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form.get("Action") == "Publish":
            self.published.append({"topic": form["TopicArn"], "event": json.loads(form["Message"])})
            xml = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
            return 200, {"Content-Type": "text/xml"}, xml.encode()
        return self._error(404, "NotFoundException", f"{method} {path}")

    def _destinations(self, name: str) -> tuple[int, dict[str, str], bytes]:
        if name not in self.event_types:
            return self._error(404, "NotFoundException", f"Configuration set <{name}> does not exist.")
        destination = {"Name": "sns", "Enabled": True, "MatchingEventTypes": self.event_types[name]}
        return self._json({"EventDestinations": [destination | {"SnsDestination": {"TopicArn": TOPIC}}]})

    @staticmethod
    def _json(value: Any, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()

    def _error(self, status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
        return self._json({"message": message}, status, **{"x-amzn-errortype": code})


@pytest.fixture(name="emulator")
def _emulator() -> Iterator[FakeEmulator]:
    emulator = FakeEmulator()
    yield emulator
    emulator.server.shutdown()
    emulator.server.server_close()
