"""Every reason a decision can have. Kept on the row it concerns, shown by `order show`, counted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What was decided of a message."""

    PLANNED = "planned"
    HELD = "held"
    SKIPPED = "skipped"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Names are never changed or removed; the sentence beside each is for operators."""

    FACT = "fact"  # the fact calls for it
    READY = "ready"  # what it waited for is there
    OFF = "off"  # the shop has this message or channel switched off
    TEST_ORDER = "test_order"  # test orders reach nobody
    NO_ADDRESS = "no_address"  # the order has no address for this channel
    HAS_EMAIL = "has_email"  # SMS only when there is no e-mail
    NO_SENDER = "no_sender"  # no SMS sender registered for that country
    NOT_MOBILE = "not_mobile"  # the phone number cannot take an SMS
    ALREADY = "already"  # this message has been planned before
    STALE = "stale"  # too late to be useful
    OUTDATED = "outdated"  # no longer true
    NOTHING_TO_CORRECT = "nothing_to_correct"  # the customer was never told what this corrects
    SUPERSEDED = "superseded"  # a later message says it better
    WAITS_FOR_NUMBER = "waits_for_number"  # a tracking number is expected
    QUIET_HOURS = "quiet_hours"  # the customer sleeps
    SUPPRESSED = "suppressed"  # this address bounced, complained or opted out
    OPTED_OUT = "opted_out"  # the customer chose not to get such messages
    NO_CONSENT = "no_consent"  # the customer never asked for offers
    NO_SHOP = "no_shop"  # the shop is not set up
    SANDBOX = "sandbox"  # SES is in its sandbox
    REJECTED = "rejected"  # the channel refused the message
    NO_TEMPLATE = "no_template"  # this release has no such message; a newer one planned it
    UNREADABLE = "unreadable"  # the template or its data could not be rendered
    THROTTLED = "throttled"  # the channel is busy
    AMBIGUOUS = "ambiguous"  # accepted or not, nobody knows
    ACCEPTED = "accepted"  # the channel took it
    BOUNCE = "bounce"  # the mailbox refused it
    COMPLAINT = "complaint"  # the customer called it spam
    UNKNOWN_STATUS = "unknown_status"  # the carrier's code is not mapped
    CANCELLED_ORDER = "cancelled_order"  # the order is cancelled


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the ledger: what was decided of a message, and why."""

    trigger: str
    channel: str
    verdict: Verdict
    reason: Why
    at: datetime
