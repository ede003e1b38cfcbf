"""What SES says about a mail afterwards, in SES's event JSON, to the SNS topics of the mail's configuration set.

Addresses at simulator.amazonses.com behave as in AWS (with or without a +label): bounce@, complaint@,
suppressionlist@; every other mail is delivered.
"""

import json
import queue
import threading
import uuid
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.clock import iso
from infra.local.mailbox.kept import Mail
from infra.local.mailbox.ses import SesError

ACCOUNT = "000000000000"
Destination = tuple[frozenset[str], str]  # event types, topic


class Playback:
    """Reads destinations through `ses`, publishes through `sns`: one worker, so events keep their order."""

    def __init__(self, ses: Any, sns: Any) -> None:
        self._ses, self._sns = ses, sns
        self._due: queue.Queue[tuple[str, str, dict[str, Any]]] = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def destinations(self, configuration_set: str | None) -> list[Destination]:
        """As declared in the template or at run time; an unknown set refuses the mail, as SES does."""
        if not configuration_set:
            return []
        try:
            found = self._ses.get_configuration_set_event_destinations(ConfigurationSetName=configuration_set)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
            message = f"Configuration set <{configuration_set}> does not exist."
            raise SesError("NotFoundException", message, 404) from None
        enabled = [d for d in found["EventDestinations"] if d.get("Enabled") and d.get("SnsDestination")]
        return [(frozenset(d["MatchingEventTypes"]), d["SnsDestination"]["TopicArn"]) for d in enabled]

    def sent(self, mail: Mail, destinations: list[Destination]) -> None:
        """Send, then what becomes of it for each recipient."""
        self._emit(mail, destinations, "Send", {})
        for address in mail.recipients:
            for kind, detail in outcome(address):
                self._emit(mail, destinations, kind, detail)

    def asks_for(self, mail: Mail, kind: str) -> bool:
        """Whether opens or clicks of this mail are wanted: its configuration set must have a destination for them."""
        try:
            wanted = self.destinations(mail.request.get("ConfigurationSetName"))
        except (SesError, BotoCoreError, ClientError):
            return False
        return any(kind.upper() in kinds for kinds, _ in wanted)

    def seen(self, mail: Mail, kind: str, user_agent: str, link: str | None = None) -> None:
        """A person opened the mail or followed a link, here in the browser."""
        if not self.asks_for(mail, kind):
            return
        detail: dict[str, Any] = {"ipAddress": "127.0.0.1", "timestamp": now(), "userAgent": user_agent}
        if link is not None:
            detail |= {"link": link, "linkTags": None}
        self._emit(mail, self.destinations(mail.request.get("ConfigurationSetName")), kind, detail)

    def _emit(self, mail: Mail, destinations: list[Destination], kind: str, detail: dict[str, Any]) -> None:
        event = {"eventType": kind, "mail": described(mail), kind.lower(): detail}
        for kinds, topic in destinations:
            if kind.upper() in kinds:
                self._due.put((topic, kind, event))

    def _work(self) -> None:
        while True:
            topic, kind, event = self._due.get()
            try:
                subject = "Amazon SES Email Event Notification"
                self._sns.publish(TopicArn=topic, Subject=subject, Message=json.dumps(event))
            except (BotoCoreError, ClientError) as error:
                print(f"mailbox: {kind} not published to {topic}: {error}", flush=True)


def now() -> str:
    return iso(datetime.now(UTC))


def described(mail: Mail) -> dict[str, Any]:
    """The `mail` object of every event: the tags come back as lists, SES's own beside ours."""
    sender = parseaddr(mail.request["FromEmailAddress"])[1]
    set_name = mail.request.get("ConfigurationSetName") or ""
    own = {name: [value] for name, value in mail.tags.items()}
    return {
        "timestamp": mail.received_at,
        "source": mail.request["FromEmailAddress"],
        "sourceArn": f"arn:aws:ses:{mail.region}:{ACCOUNT}:identity/{sender.rpartition('@')[2]}",
        "sendingAccountId": ACCOUNT,
        "messageId": mail.message_id,
        "destination": mail.recipients,
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in mail.headers.items()],
        "commonHeaders": {
            "from": [mail.sender], "date": mail.headers["Date"], "to": mail.to,
            "messageId": mail.message_id, "subject": mail.subject,
        },
        "tags": {
            "ses:operation": ["SendEmail"], "ses:configuration-set": [set_name], "ses:source-ip": ["127.0.0.1"],
            "ses:from-domain": [sender.rpartition("@")[2]], "ses:caller-identity": ["local"],
        } | own,
    }  # fmt: skip


def outcome(address: str) -> list[tuple[str, dict[str, Any]]]:
    """The events one recipient causes, in order."""
    local, _, domain = parseaddr(address)[1].lower().rpartition("@")
    part = local.partition("+")[0] if domain == "simulator.amazonses.com" else ""
    stamp = {"timestamp": now(), "feedbackId": f"{uuid.uuid4()}-000000"}
    if part in ("bounce", "suppressionlist"):
        recipient = {"emailAddress": address, "action": "failed", "status": "5.1.1",
                     "diagnosticCode": "smtp; 550 5.1.1 user unknown"}  # fmt: skip
        sub_type = "General" if part == "bounce" else "Suppressed"
        return [("Bounce", {"bounceType": "Permanent", "bounceSubType": sub_type, "bouncedRecipients": [recipient],
                            "reportingMTA": "dsn; a1-23.smtp-out.amazonses.com", **stamp})]  # fmt: skip
    delivery = {
        "timestamp": now(), "processingTimeMillis": 412, "recipients": [address],
        "smtpResponse": "250 2.6.0 Message received", "reportingMTA": "a1-23.smtp-out.amazonses.com",
    }  # fmt: skip
    if part == "complaint":
        complaint = {"complainedRecipients": [{"emailAddress": address}], "complaintSubType": None,
                     "complaintFeedbackType": "abuse", "userAgent": "Amazon SES Mailbox Simulator",
                     "arrivalDate": now(), **stamp}  # fmt: skip
        return [("Delivery", delivery), ("Complaint", complaint)]
    return [("Delivery", delivery)]
