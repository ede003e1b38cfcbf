"""`encamino doctor`: what is right, what is not, and what only the first day in AWS can tell."""

from collections.abc import Iterator
from dataclasses import dataclass

from encamino import VERSION, wiring
from encamino.cli.output import AsJson, Json, show
from encamino.cli.stack import Stack, stack
from encamino.cli.tables import table

#: What the embedded cloud cannot prove (facts of 2026-11): to be looked at on the first day in AWS.
FIRST_DAY = (
    "WooCommerce delivers over HTTP/1.0: send a test order and see it in `order show`",
    "SES tenants: one per shop, see the SES console",
    "TTL deletes old items within 48 h: look for items past their ttl",
    "Point-in-time recovery is on: see the table's Backups tab",
    "Leave the SES sandbox: until then only verified addresses get mail",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    good: bool
    detail: str
    cure: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Look at everything that can go wrong and say what to do about it."""
    findings = tuple(_findings(stack()))
    show(findings, as_json, _json, _words)


def _findings(here: Stack) -> Iterator[Finding]:
    shops = here.store.shops()
    yield Finding(
        "stack", good=True, detail=f"{here.name}{' (local)' if here.local else ''}, {len(here.functions)} functions"
    )
    yield Finding("shops", bool(shops), ", ".join(shops) or "none", "" if shops else "encamino shop apply FILE.yaml")
    yield _sending()
    yield from (_dead_letters(name) for name in ("INBOX", "LOOK", "SEND"))
    unmapped = here.store.unmapped()
    cure = "see `encamino carriers unmapped`" if unmapped else ""
    yield Finding("carrier codes", not unmapped, f"{len(unmapped)} not mapped", cure)
    for slug in shops:
        unread = [d for d in here.store.deliveries(slug, None) if d.trouble]
        cure = f"see `encamino inbox list {slug}`" if unread else ""
        yield Finding(f"deliveries of {slug}", not unread, f"{len(unread)} could not be read", cure)


def _sending() -> Finding:
    said = wiring.client("sesv2").get_account()
    production = bool(said.get("ProductionAccessEnabled", False))
    rate = said.get("SendQuota", {}).get("MaxSendRate")
    return Finding(
        "sending", production, f"{rate} mails a second", "" if production else "ask AWS to leave the SES sandbox"
    )


def _dead_letters(name: str) -> Finding:
    import json

    sqs, url = wiring.client("sqs"), wiring.setting(f"{name}_QUEUE")
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"].get("RedrivePolicy")
    if policy is None:
        return Finding(f"{name.lower()} dead letters", good=False, detail="no dead-letter queue", cure="deploy again")
    dead = sqs.get_queue_url(QueueName=json.loads(policy)["deadLetterTargetArn"].rsplit(":", 1)[1])["QueueUrl"]
    said = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"])
    count = int(said["Attributes"]["ApproximateNumberOfMessages"])
    cure = "see the function's log, then redrive" if count else ""
    return Finding(f"{name.lower()} dead letters", count == 0, str(count), cure)


def _json(findings: tuple[Finding, ...]) -> Json:
    return {
        "version": VERSION,
        "healthy": all(f.good for f in findings),
        "findings": [{"name": f.name, "good": f.good, "detail": f.detail, "cure": f.cure} for f in findings],
        "first_day": list(FIRST_DAY),
    }


def _words(findings: tuple[Finding, ...]) -> object:
    from rich.console import Group

    rows = [("✓" if f.good else "✗", f.name, f.detail, f.cure) for f in findings]
    return Group(
        table(f"encamino {VERSION}", ("", "what", "found", "cure"), rows),
        table("for the first day in AWS", ("what the local cloud cannot prove",), [(line,) for line in FIRST_DAY]),
    )
