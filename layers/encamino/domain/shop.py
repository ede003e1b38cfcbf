"""The shop file: all that a merchant sets. Read from YAML by the CLI, kept in the table, given to decisions.

The JSON Schema of `Shop` is published; an unknown key is an error.
"""

import re
from datetime import time
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from encamino.domain.fact import FactType
from encamino.domain.message import Channel, Definition
from encamino.domain.order import OrderStatus

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]

_TIME_OF_DAY = r"^([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?$"


def _time_of_day(said: object) -> time:
    """A time on the shop's own clock. Never from a number, and never with a zone: it could not be compared."""
    if isinstance(said, time) and said.tzinfo is None:
        return said
    found = re.search(_TIME_OF_DAY, said) if isinstance(said, str) and said == said.strip() else None
    if found is None:
        raise ValueError("this is no time of day; write it in the shop's own zone, such as 21:00")
    hour, minute, second = (int(part or 0) for part in found.groups())
    return time(hour, minute, second)


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day), WithJsonSchema({"type": "string", "pattern": _TIME_OF_DAY})]


#: Validation context for what was checked when it was applied: reading it back must not pay for that again.
CHECKED = {"checked": True}


def _email(text: str, info: ValidationInfo) -> str:
    """An address that mail can be sent from. Loads its library only where a shop file is read."""
    if info.context == CHECKED:
        return text
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  (25 ms of a cold start)

    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as err:
        raise ValueError(f"not an e-mail address: {err}") from err


Email = Annotated[str, AfterValidator(_email), Field(json_schema_extra={"format": "email"})]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sender(_Part):
    """Who the mails are from. The domain of `email` is verified with SES."""

    email: Email
    name: str = Field(min_length=1, max_length=70)
    reply_to: Email | None = None


class Sms(_Part):
    """Registered alphanumeric senders by country; a country that is not here gets no SMS."""

    senders: dict[Country, Annotated[str, Field(pattern=r"^[0-9]*[A-Za-z][A-Za-z0-9]*$", max_length=11)]] = {}


class Palette(_Part):
    """Colours of one scheme."""

    page: Colour
    card: Colour
    tint: Colour
    line: Colour
    text: Colour
    muted: Colour
    accent: Colour
    on_accent: Colour


class Brand(_Part):
    """What makes mail and page the shop's own. Images are https addresses on `image_hosts`."""

    logo: HttpUrl | None = None
    logo_dark: HttpUrl | None = None
    logo_width: int = Field(default=140, ge=40, le=300)
    font_stack: str = Field(
        default="-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
        pattern=r"^[A-Za-z0-9 ,'-]{1,200}$",
    )
    radius: int = Field(default=10, ge=0, le=24)
    light: Palette = Palette(
        page="#f4f1ec", card="#ffffff", tint="#eaf3ee", line="#e2ddd5",
        text="#1c1917", muted="#57534e", accent="#1f6f54", on_accent="#ffffff",
    )  # fmt: skip
    dark: Palette = Palette(
        page="#121413", card="#1c201e", tint="#22302a", line="#3a423e",
        text="#f2f2ef", muted="#b3b8b4", accent="#7fd0ae", on_accent="#0d1f17",
    )  # fmt: skip


class Help(_Part):
    """Where a customer finds a person."""

    email: Email | None = None
    phone: str | None = Field(default=None, max_length=30)
    hours: str | None = Field(default=None, max_length=80)
    url: HttpUrl | None = None


class Returns(_Part):
    """How to send something back."""

    url: HttpUrl | None = None
    days: int = Field(default=14, ge=0, le=365)


class QuietHours(_Part):
    """When the customer sleeps, in the shop's zone. Marketing waits; so does SMS that is not urgent."""

    start: TimeOfDay = time(21, 0)
    end: TimeOfDay = time(9, 0)
    email: bool = False


class Social(_Part):
    """One link in the footer."""

    name: str = Field(min_length=1, max_length=40)
    url: HttpUrl


class Retention(_Part):
    """How long things are kept."""

    orders_months: int = Field(default=24, ge=1, le=120)
    deliveries_days: int = Field(default=30, ge=1, le=365)
    renders_days: int = Field(default=45, ge=1, le=365)


class Shop(_Part):
    """One shop."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="encamino shop file")

    shop: Slug
    name: str = Field(min_length=1, max_length=70)
    url: HttpUrl
    country: Country
    locale: Locale
    time_zone: str = "UTC"
    sender: Sender
    sms: Sms = Sms()
    brand: Brand = Brand()
    help: Help = Help()
    returns: Returns = Returns()
    legal: str = Field(default="", max_length=300)
    privacy_url: HttpUrl | None = None
    social: tuple[Social, ...] = ()
    image_hosts: tuple[str, ...] = ()
    #: Shop domains whose deliveries are taken; empty: any that is signed.
    domains: tuple[str, ...] = ()
    pages_domain: str | None = None
    #: calm, standard or everything.
    preset: Annotated[str, Field(pattern=r"^(calm|standard|everything)$")] = "standard"
    #: message → channel → on or off; wins over the preset.
    messages: dict[str, dict[Channel, bool]] = {}
    #: The shop's own words for carriers → our slug.
    carriers: dict[str, str] = {}
    aggregator: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")] | None = Field(
        default=None,
        description="Who is asked about shipments whose carrier we do not know, or have no account with: our slug, "
        "such as seventeentrack. It needs an account of its own. Without it nobody is asked about them.",
    )
    #: The platform's own states → ours.
    statuses: dict[str, OrderStatus] = {}
    quiet_hours: QuietHours = QuietHours()
    retention: Retention = Retention()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str, info: ValidationInfo) -> str:
        if info.context != CHECKED and zone not in available_timezones():
            raise ValueError(f"{zone!r} is no time zone; use a name such as Europe/Madrid")
        return zone

    @model_validator(mode="after")
    def _images_from_known_hosts(self) -> Self:
        for image in (self.brand.logo, self.brand.logo_dark):
            if image is not None and image.host not in self.image_hosts:
                raise ValueError(f"{image.host} is not in image_hosts; add it there")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)

    def wants(self, definition: Definition, channel: Channel) -> bool:
        """Whether this message goes out by this channel: the shop's own word first, else its preset."""
        said = self.messages.get(definition.name, {}).get(channel)
        return self.preset in definition.presets if said is None else said


#: What a platform's own state, mapped in `statuses`, tells.
TELLS: dict[OrderStatus, FactType] = {
    OrderStatus.CANCELLED: FactType.ORDER_CANCELLED,
    OrderStatus.REFUNDED: FactType.ORDER_REFUNDED,
    OrderStatus.SHIPPED: FactType.ORDER_SHIPPED,
    OrderStatus.IN_PREPARATION: FactType.ORDER_PREPARATION_STARTED,
    OrderStatus.AWAITING_STOCK: FactType.ORDER_STOCK_AWAITED,
    OrderStatus.ROUTED: FactType.ORDER_ROUTED,
    OrderStatus.AWAITING_PREPARATION: FactType.ORDER_PREPARATION_AWAITED,
    OrderStatus.PAID: FactType.ORDER_PAID,
    OrderStatus.AWAITING_PAYMENT: FactType.ORDER_PLACED,
}
