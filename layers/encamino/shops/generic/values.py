"""Texts, ids, times and money as the generic door takes them; what is wrong says how it should be written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from encamino.shops import reading

TEXT_LENGTH = 1000
_AMOUNT = r"[0-9]{1,12}(\.[0-9]{1,4})?"
_CURRENCY = r"[A-Z]{3}"


def wrong(what: str, cure: str, of: str = "") -> PydanticCustomError:
    """An error of a field, or of one `of` it: what is wrong, how to write it. Never its value: it may be a person's."""
    return PydanticCustomError("wrong", "{what}; {cure}", {"what": what, "cure": cure, "of": of})


class Part(BaseModel):
    """An object in a document. Fields we do not know are allowed; null, "" and [] are the same as no field."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, said: object) -> object:
        if not isinstance(said, dict):
            return said
        return {name: value for name, value in said.items() if not _blank(value)}


def _blank(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _text(said: object) -> str:
    """A text; a whole number is one too: some systems write postcodes and article numbers so."""
    if isinstance(said, bool) or not isinstance(said, str | int):
        raise wrong("is no text", 'write it between quotes: "…"')
    text = str(said).strip()
    if len(text) > TEXT_LENGTH:
        raise wrong("is too long", f"at most {TEXT_LENGTH} characters")
    return text


def _id(said: object) -> str:
    if isinstance(said, Decimal):
        raise wrong("is a number with a fraction, which has lost digits of the id", 'write it between quotes: "10042"')
    text = reading.ident(said) if isinstance(said, str | int) else None
    if text is None:
        raise wrong("is no id", f"a text of at most {reading.ID_LENGTH} printable characters, or a whole number")
    return text


def _instant(said: object) -> datetime:
    example = "write 2026-11-10T09:15:00Z or 2026-11-10T10:15:00+01:00"
    if not isinstance(said, str):
        raise wrong("is no time", example)
    try:
        naive = datetime.fromisoformat(said.strip()).tzinfo is None
    except ValueError:
        raise wrong("is no time", example) from None
    if naive:
        raise wrong("has no offset from UTC", example)
    read = reading.instant(said)
    if read is None:
        raise wrong("is a time that cannot be", example)
    return read


def _amount(said: object) -> Decimal:
    if not isinstance(said, str) or not re.fullmatch(_AMOUNT, said.strip()):
        raise wrong("is no amount", 'write it between quotes, with a point and without a sign: "18.50"')
    return Decimal(said.strip())


def _currency(said: object) -> str:
    if not isinstance(said, str) or not re.fullmatch(_CURRENCY, said.strip()):
        raise wrong("is no currency", 'three letters of ISO 4217, such as "GBP"')
    return said.strip()


def _count(said: object) -> int:
    number = reading.count(said) if isinstance(said, str | int | Decimal) else None
    if number is None or number < 0:
        raise wrong("is no quantity", "a whole number, not below 0")
    return number


def _flag(said: object) -> bool:
    if not isinstance(said, bool):
        raise wrong("is neither yes nor no", "write true or false")
    return said


def _locale(said: object) -> str:
    read = reading.locale(said) if isinstance(said, str) else None
    if read is None:
        raise wrong("is no language", 'a BCP 47 tag such as "en" or "pt-PT"')
    return read


def _country(said: object) -> str:
    read = reading.country(said) if isinstance(said, str) else ""
    if not read:
        raise wrong("is no country", 'two letters of ISO 3166-1, such as "GB"')
    return read


def _as(read: Callable[[object], object], **schema: object) -> tuple[BeforeValidator, WithJsonSchema]:
    return BeforeValidator(read), WithJsonSchema(dict(schema))


Text = Annotated[str, *_as(_text, type=["string", "integer"], maxLength=TEXT_LENGTH)]
Id = Annotated[str, *_as(_id, type=["string", "integer"], minLength=1, maxLength=reading.ID_LENGTH)]
Instant = Annotated[datetime, *_as(_instant, type="string", format="date-time", examples=["2026-11-10T10:15:00+01:00"])]
Count = Annotated[int, *_as(_count, type="integer", minimum=0)]
Flag = Annotated[bool, *_as(_flag, type="boolean")]
Locale = Annotated[str, *_as(_locale, type="string", examples=["en", "pt-PT"])]
Country = Annotated[str, *_as(_country, type="string", pattern="^[A-Za-z]{2}$", examples=["GB"])]


class Money(Part):
    """An amount in the currency the customer saw."""

    amount: Annotated[Decimal, *_as(_amount, type="string", pattern=f"^{_AMOUNT}$", examples=["18.50"])]
    currency: Annotated[str, *_as(_currency, type="string", pattern=f"^{_CURRENCY}$", examples=["GBP"])]


class Person(Part):
    """Who."""

    id: Id | None = Field(None, description="Your number of the customer.")
    email: Text | None = None
    phone: Text | None = Field(None, description="With or without the country's prefix.")
    first_name: Text = ""
    last_name: Text = ""


class Item(Part):
    """One line of an order or a cart."""

    id: Id | None = Field(None, description="Your id of the line; without one its sku, else its place in the list.")
    sku: Text | None = None
    name: Text = Field(description="What the customer calls it.")
    variant: Text | None = Field(None, description="Colour, size.")
    quantity: Count
    price: Money | None = Field(None, description="Of one.")
    image: Text | None = Field(None, description="An https address on one of the shop file's image_hosts.")
    url: Text | None = None
    ships: Flag = Field(default=True, description="false for gift cards, services and downloads.")
