"""Texts by SNS: at most once, from a sender that is registered for the customer's country, never without one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from encamino.channels.base import Accepted, Ambiguous, Refused, Sent
from encamino.channels.failure import FAILURES, outcome
from encamino.channels.gsm import fold
from encamino.domain.message import Kind, Message, Render
from encamino.domain.order import Order
from encamino.domain.reason import Why
from encamino.domain.shop import Shop

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

#: US dollars for one whole message. SNS drops a dearer one without a word to us, so it is a guard against a wrong
#: country or a runaway text, not a budget.
MAX_PRICE = Decimal("0.50")

_TYPE = {Kind.SERVICE: "Transactional", Kind.MARKETING: "Promotional"}


class Sms:
    """The SMS channel. `client` asks once (channels.clients)."""

    def __init__(self, client: SNSClient, max_price: Decimal = MAX_PRICE) -> None:
        self._client = client
        self._max_price = max_price

    def reach(self, order: Order, shop: Shop) -> str | Why:
        """The customer's mobile number in E.164, read as it is written where the order goes."""
        if not shop.sms.senders:
            return Why.NO_SENDER
        details = order.details
        if details is None or not (details.person.phone or "").strip():
            return Why.NO_ADDRESS
        from encamino.channels.phone import mobile  # noqa: PLC0415  (90 ms that shops without SMS do not wait for)

        country = details.address.country if details.address and details.address.country else shop.country
        found = mobile(details.person.phone or "", country)
        if isinstance(found, Why):
            return found
        return found if _sender(found, shop) else Why.NO_SENDER

    def fit(self, render: Render) -> Render:
        """The render with accents folded where that makes it cheaper."""
        return replace(render, text=fold(render.text))

    def send(self, message: Message, render: Render, to: str, shop: Shop) -> Sent:
        """Asks SNS exactly once. Whatever is Ambiguous here is never sent again by itself."""
        sender = _sender(to, shop)
        if sender is None:
            return Refused(Why.NO_SENDER, "no sender registered for the country of this number")
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": sender},
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": _TYPE[message.kind]},
            "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": str(self._max_price)},
        }
        try:
            text = self.fit(render).text
            answer = self._client.publish(PhoneNumber=to, Message=text, MessageAttributes=attributes)
        except FAILURES as err:
            return outcome(err, to)
        provider_id = answer.get("MessageId")
        return Accepted(provider_id) if provider_id else Ambiguous("answered without an id")


def _sender(to: str, shop: Shop) -> str | None:
    from encamino.channels.phone import country_of  # noqa: PLC0415  (as above)

    country = country_of(to)
    return shop.sms.senders.get(country) if country else None
