"""E-mail by SES v2 `Simple`: a JSON body, no MIME of our own (building one costs 30 times the rendering)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from encamino.channels.address import mail_address
from encamino.channels.base import Accepted, Ambiguous, Refused, Sent
from encamino.channels.failure import FAILURES, outcome
from encamino.channels.headers import NotAHeader, header_list, mailbox, one_line
from encamino.channels.tag import tags_of
from encamino.domain.message import Message, Render
from encamino.domain.order import Order
from encamino.domain.reason import Why
from encamino.domain.shop import Shop

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import BodyTypeDef, ContentTypeDef, SendEmailRequestTypeDef


class Email:
    """The e-mail channel. `client` asks once (channels.clients); `configuration_set` names a shop's by its slug."""

    def __init__(
        self,
        client: SESV2Client,
        configuration_set: Callable[[str], str],
        tenant: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._client = client
        self._configuration_set = configuration_set
        self._tenant = tenant

    def reach(self, order: Order, shop: Shop) -> str | Why:  # noqa: ARG002  (every channel is asked alike)
        """The customer's address, as SES takes it."""
        found = mail_address(order.details.person.email) if order.details else None
        return found or Why.NO_ADDRESS

    def fit(self, render: Render) -> Render:
        """The render with its subject on one line."""
        subject = one_line(render.subject)
        return render if subject == render.subject else Render(render.text, subject, render.html, render.headers)

    def send(self, message: Message, render: Render, to: str, shop: Shop) -> Sent:
        """Asks SES exactly once."""
        sender = mailbox(shop.sender.name, shop.sender.email)
        if sender is None:
            return Refused(Why.REJECTED, "the sender's address is not one that SES takes")
        try:
            asked = request(message, render, sender, to, shop)
        except NotAHeader as err:
            return Refused(Why.UNREADABLE, str(err))
        asked["ConfigurationSetName"] = self._configuration_set(shop.shop)
        if tenant := self._tenant(shop.shop):
            asked["TenantName"] = tenant
        try:
            answer = self._client.send_email(**asked)
        except FAILURES as err:
            return outcome(err, to)
        provider_id = answer.get("MessageId")
        return Accepted(provider_id) if provider_id else Ambiguous("answered without an id")


def request(message: Message, render: Render, sender: str, to: str, shop: Shop) -> SendEmailRequestTypeDef:
    """What SES is asked. Raises NotAHeader."""
    body: BodyTypeDef = {"Text": _utf8(render.text)}
    if render.html is not None:
        body["Html"] = _utf8(render.html)
    tags = tags_of(str(message.key)) | {"shop": shop.shop}
    asked: SendEmailRequestTypeDef = {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [to]},
        "Content": {
            "Simple": {
                "Subject": _utf8(one_line(render.subject)),
                "Body": body,
                "Headers": [{"Name": name, "Value": value} for name, value in header_list(render.headers)],
            }
        },
        "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
    }
    if (reply_to := _shops_own(shop.sender.reply_to)) is not None:
        asked["ReplyToAddresses"] = [reply_to]
    return asked


#: Shops' own addresses are few and come with every mail; customers' are never kept.
_shops_own = lru_cache(maxsize=256)(mail_address)


def _utf8(text: str) -> ContentTypeDef:
    """The text, without halves of surrogate pairs: shops send them, and SES refuses the whole mail for one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode(errors="replace").decode()
    return {"Data": text, "Charset": "UTF-8"}
