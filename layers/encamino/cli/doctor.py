"""`encamino doctor`: what is right, what is not, and what only the first day in AWS can tell."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from encamino import VERSION, wiring
from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant
from encamino.cli.stack import Stack, queues, stack
from encamino.cli.tables import table

#: Logical ids of what works off; its dead letters lie in the queue of that name and `Dead`. Changes come from a stream.
DEAD_LETTERS = ("Inbox", "Look", "Send", "Feedback", "Changes")
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
    found = queues(here)
    yield from (_dead_letters(name, found) for name in DEAD_LETTERS)
    unmapped = here.store.unmapped()
    cure = "see `encamino carriers unmapped`" if unmapped else ""
    yield Finding("carrier codes", not unmapped, f"{len(unmapped)} not mapped", cure)
    for slug in shops:
        yield _unread(here, slug)


def _sending() -> Finding:
    said = wiring.client("sesv2").get_account()
    production = bool(said.get("ProductionAccessEnabled", False))
    rate = said.get("SendQuota", {}).get("MaxSendRate")
    return Finding(
        "sending", production, f"{rate} mails a second", "" if production else "ask AWS to leave the SES sandbox"
    )


def _dead_letters(name: str, found: Mapping[str, str]) -> Finding:
    what, dead = f"{name.lower()} dead letters", found.get(f"{name}Dead")
    if dead is None or (name in found and not _goes_to(found[name], dead)):
        return Finding(what, good=False, detail="no dead-letter queue", cure="deploy again")
    count = int(_attribute(dead, "ApproximateNumberOfMessages") or 0)
    cure = "see `encamino inbox list SHOP`, mend the cause, then add --redrive"
    if name == "Changes":
        cure = "see the function's log; the facts are in the table"
    return Finding(what, count == 0, str(count), cure if count else "")


def _goes_to(queue: str, dead: str) -> bool:
    """Whether what nobody can work off leaves the one queue for the other."""
    policy = json.loads(_attribute(queue, "RedrivePolicy") or "{}")
    return str(policy.get("deadLetterTargetArn", "")).rsplit(":", 1)[-1] == dead.rsplit("/", 1)[-1]


def _attribute(url: str, name: str) -> str | None:
    said: dict[str, str] = wiring.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    return said.get(name)


def _unread(here: Stack, slug: str) -> Finding:
    """Deliveries that were genuine and could not be understood."""
    what, unread = f"deliveries of {slug}", [d for d in here.store.deliveries(slug, None) if d.trouble]
    if not unread:
        return Finding(what, good=True, detail="0 could not be read")
    last = unread[-1]
    detail = f"{len(unread)} could not be read; the last, of {last.platform} at {instant(last.received_at)}"
    return Finding(what, good=False, detail=f"{detail}: {last.trouble}", cure=f"see `encamino inbox list {slug}`")


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
