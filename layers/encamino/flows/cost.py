"""What AWS asks for messages: SES by the mail, SNS by the part of a text and its country.

What the rest of the house costs (functions, table, queues) is not in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from encamino.channels.gsm import count
from encamino.domain.message import Channel, Message, Render

#: The day of the list below.
AS_OF = date(2026, 7, 22)
#: US dollars. SES à la carte, the same in every region; 0.12 per GB is for attachments, which our mails have none of.
#: AWS Price List, AmazonSES, published 2026-07-22 (read 2026-11). Accounts that never sent before 2026-07-21 start on
#: the plan Essentials: 0.16, until they choose à la carte.
EMAIL_PER_1000 = Decimal("0.10")
#: US dollars for one part, by country. Empty: SNS's prices change by country and operator, and we have no list of them
#: that we could name the source of. They stand in the AWS console and are given by who asks.
SMS_PER_PART: Mapping[str, Decimal] = {}


@dataclass(frozen=True, slots=True)
class Texts:
    """Text messages to one country; `price` None when nobody said what a part costs there."""

    country: str
    messages: int
    parts: int
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Cost:
    """In US dollars."""

    mails: int
    #: Of subject, HTML and text.
    mail_bytes: int
    texts: tuple[Texts, ...]

    @property
    def mail_price(self) -> Decimal:
        """Of all mails."""
        return EMAIL_PER_1000 * self.mails / 1000

    @property
    def text_price(self) -> Decimal:
        """Of all texts that have a price."""
        return sum((text.price for text in self.texts if text.price is not None), Decimal(0))

    @property
    def unpriced(self) -> tuple[Texts, ...]:
        """Where nobody said what a part costs."""
        return tuple(text for text in self.texts if text.price is None)


def cost(sent: Iterable[tuple[Message, Render | None]], sms: Mapping[str, Decimal]) -> Cost:
    """What the messages among these that went out cost. `sms`: prices of a part, by country, besides the list's."""
    mails = mail_bytes = 0
    messages, parts = Counter[str](), Counter[str]()
    for message, render in sent:
        if message.sent_at is None or render is None:
            continue
        if message.key.channel is Channel.EMAIL:
            mails += 1
            mail_bytes += sum(len(text.encode()) for text in (render.subject, render.html or "", render.text))
        elif message.key.channel is Channel.SMS:
            country = _country(message.to or "")
            messages[country] += 1
            parts[country] += count(render.text).parts
    prices = {**SMS_PER_PART, **sms}
    texts = tuple(
        Texts(country, messages[country], parts[country], _price(prices.get(country), parts[country]))
        for country in sorted(messages)
    )
    return Cost(mails, mail_bytes, texts)


def _price(of_one: Decimal | None, parts: int) -> Decimal | None:
    return None if of_one is None else of_one * parts


def _country(number: str) -> str:
    from encamino.channels.phone import country_of  # noqa: PLC0415  (90 ms, only where texts are sent)

    return country_of(number) or "unknown"
