"""The doors of the mailbox: SES v2 under /v2/email, the published JSON, and the pages a person looks at."""

import json
import os
import re
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config

from infra.local.clock import iso
from infra.local.http_server import LoopbackServer, QuietHandler
from infra.local.mailbox import opened, reading
from infra.local.mailbox.identities import refuse_unverified
from infra.local.mailbox.kept import Kept, Mail
from infra.local.mailbox.pages import CSP, View, page
from infra.local.mailbox.playback import Playback
from infra.local.mailbox.ses import SesError, pass_on, read_send_email
from infra.local.mailbox.sms import Sms, SmsSeen

REGION = os.environ.get("AWS_DEFAULT_REGION", "eu-south-2")
# The mail may show pictures and its own styles; nothing in it may run, post or load anything else.
MAIL_CSP = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src data:; form-action 'none'; "
    f"sandbox {opened.SANDBOX}"
)
HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
REQUEST_ID = "x-amzn-RequestId"


def mailbox_server(port: int, directory: Path, endpoint: str, clock: Callable[[], datetime]) -> LoopbackServer:
    """A server ready to serve; `endpoint` is the emulator that knows identities, permissions and topics."""
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20)
    clients = [boto3.client(name, endpoint_url=endpoint, region_name=REGION, config=once) for name in ("sesv2", "sns")]
    sms = SmsSeen(directory, endpoint, clock)
    kept = Kept(directory, clock)  # makes the directory
    threading.Thread(target=sms.watch, daemon=True).start()
    parts = {"kept": kept, "sms": sms, "playback": Playback(*clients), "ses": clients[0], "endpoint": endpoint}
    return LoopbackServer(port, type("Mailbox", (Handler,), parts))


class Handler(QuietHandler):
    """One call. The class attributes are set by `mailbox_server`."""

    kept: Kept
    sms: SmsSeen
    playback: Playback
    ses: Any
    endpoint: str

    def handle_call(self) -> None:
        body, url = self.body(), urlsplit(self.path)
        if not url.path.startswith("/v2/"):
            self.show(url.path, dict(parse_qsl(url.query)))
            return
        try:
            if (self.command, url.path.rstrip("/")) == ("POST", "/v2/email/outbound-emails"):
                self.send_email(body)
            else:
                self.answer_as_emulator(url.path.rstrip("/"), body)
        except SesError as error:
            names = {"x-amzn-errortype": error.code, REQUEST_ID: str(uuid.uuid4())}
            self.answer_json({"message": error.message}, error.status, names)

    def send_email(self, body: bytes) -> None:
        request = read_send_email(body)
        destinations = self.playback.destinations(request.get("ConfigurationSetName"))
        refuse_unverified(self.ses, request["FromEmailAddress"], REGION)
        # Shaped as SES's own: milliseconds in hex, then something unique.
        message_id = f"{int(time.time() * 1000):016x}-{uuid.uuid4()}-000000"
        mail = self.kept.keep(message_id, REGION, request)
        self.answer_json({"MessageId": message_id}, headers={REQUEST_ID: str(uuid.uuid4())})
        self.playback.sent(mail, destinations)

    def answer_as_emulator(self, path: str, body: bytes) -> None:
        """The emulator's own answer; only what was sent is known here and not there."""
        status, headers, answer = pass_on(self.endpoint, self.command, self.path, self.headers, body)
        if path == "/v2/email/account" and status == HTTPStatus.OK:
            account = json.loads(answer)
            day_ago = iso(datetime.now(UTC) - timedelta(days=1))
            sent = sum(len(mail.recipients) for mail in self.kept.all() if mail.received_at > day_ago)
            account["SendQuota"]["SentLast24Hours"] = float(sent)
            answer = json.dumps(account).encode()
        self.answer(status, answer, headers)

    def show(self, path: str, query: dict[str, str]) -> None:
        """GET only shows; an open or a click is recorded, as a real mail's would be."""
        view = View.of(query)
        found = re.fullmatch(r"/(messages|sms)/(\d+)(/html|/click)?", path)
        if self.command not in ("GET", "HEAD"):
            self.answer(405, b"", {"Allow": "GET, HEAD"})
        elif path == "/messages.json":
            self.answer_json([mail.as_json() for mail in self.kept.all()])
        elif path == "/sms.json":
            self.answer_json([sms.as_json() for sms in self.sms.all()])
        elif path == "/pulse.json":
            self.answer_json([len(self.kept.all()), len(self.sms.all())])
        elif path == "/":
            self.answer_page(None, None, view)
        elif found and found[1] == "sms" and not found[3] and (sms := self.sms.number(int(found[2]))):
            self.answer_page(sms, opened.conversation(sms, self.sms.all(), view), view)
        elif found and found[1] == "messages" and (mail := self.kept.number(int(found[2]))):
            self.show_mail(mail, found[3], query, view)
        else:
            self.answer_page(None, opened.missing(view), view, 404)

    def show_mail(self, mail: Mail, part: str | None, query: dict[str, str], view: View) -> None:
        agent = self.headers.get("User-Agent", "")
        if part is None:
            self.answer_page(mail, opened.mail(mail, view), view)
        elif part == "/html":
            self.playback.seen(mail, "Open", agent)
            click = f"/messages/{mail.n}/click" if self.playback.asks_for(mail, "Click") else None
            body = reading.for_frame(mail.html or "", query.get("scheme", ""), click).encode()
            self.answer(200, body, {**HTML, "Content-Security-Policy": MAIL_CSP})
        elif target := reading.link(mail.html or "", int(query.get("link", "-1"))):
            self.playback.seen(mail, "Click", agent, target)
            self.answer(302, b"", {"Location": target, "Cache-Control": "no-store"})
        else:
            self.answer(404, b"", {})

    def answer_page(self, chosen: Mail | Sms | None, pane: str | None, view: View, status: int = 200) -> None:
        mails, texts = self.kept.all(), self.sms.all()
        entries: list[Any] = sorted([*mails, *texts], key=lambda entry: entry.received_at)
        body = page(entries, chosen, pane, view).encode()
        self.answer(status, body, {**HTML, "Content-Security-Policy": CSP})
