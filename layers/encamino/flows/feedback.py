"""A mailbox answered: the message is marked, and an address that cannot or will not be written to is protected."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from encamino.channels.feedback import Feedback, FeedbackKind
from encamino.domain.errors import Missing
from encamino.domain.message import Message, MessageKey, MessageStatus
from encamino.domain.reason import Decision, Verdict, Why
from encamino.store.base import Store

#: What each answer makes of a message, from which statuses. SES may answer before we noted that we sent.
_MAKES = {
    FeedbackKind.SENT: (MessageStatus.SENT, {MessageStatus.SENDING}),
    FeedbackKind.DELIVERED: (MessageStatus.DELIVERED, {MessageStatus.SENDING, MessageStatus.SENT}),
    FeedbackKind.BOUNCED: (
        MessageStatus.BOUNCED,
        {MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED},
    ),
    FeedbackKind.COMPLAINED: (
        MessageStatus.COMPLAINED,
        {MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.BOUNCED},
    ),
    FeedbackKind.REJECTED: (MessageStatus.FAILED, {MessageStatus.SENDING, MessageStatus.SENT}),
    FeedbackKind.FAILED: (MessageStatus.FAILED, {MessageStatus.SENDING, MessageStatus.SENT}),
}
_WHY = {
    FeedbackKind.BOUNCED: Why.BOUNCE,
    FeedbackKind.COMPLAINED: Why.COMPLAINT,
    FeedbackKind.REJECTED: Why.REJECTED,
    FeedbackKind.FAILED: Why.UNREADABLE,
}


def hear(store: Store, feedback: Feedback, alias: Callable[[str, str], str], now: datetime) -> Message | None:
    """Note what a mailbox answered. None: it is about no message of ours. `alias(shop, address)`: its HMAC."""
    try:
        key = MessageKey.parse(feedback.key_text)
    except Missing:
        return None
    if feedback.kind is FeedbackKind.COMPLAINED or (feedback.kind is FeedbackKind.BOUNCED and feedback.permanent):
        for address in feedback.addresses:
            store.suppress(key.order.shop, alias(key.order.shop, address), _WHY[feedback.kind], now)
    message = store.message(key)
    return _marked(store, message, feedback, now) if message else None


def _marked(store: Store, message: Message, feedback: Feedback, now: datetime) -> Message:
    if feedback.kind is FeedbackKind.OPENED:
        store.note_seen(message.key, opened_at=feedback.at)
    elif feedback.kind is FeedbackKind.CLICKED:
        store.note_seen(message.key, clicked_at=feedback.at)
    elif feedback.kind in _MAKES:
        status, possible = _MAKES[feedback.kind]
        reason = _WHY.get(feedback.kind, Why.ACCEPTED)
        message = replace(message, status=status, reason=reason, sent_at=message.sent_at or now)
        verdict = Verdict.FAILED if feedback.kind in _WHY else Verdict.SENT
        store.settle(message, possible, Decision(message.key.trigger, message.key.channel, verdict, reason, now))
    return message
