"""Phone numbers as customers type them, as E.164. Imported only where a shop sends SMS: its tables take 90 ms."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from encamino.domain.reason import Why

_TAKES_SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(text: str, country: str) -> str | Why:
    """The number in E.164, read as someone in that country writes it; or why it cannot take an SMS."""
    number = _read(text, country)
    if number is None:
        return Why.NO_ADDRESS
    if phonenumbers.number_type(number) not in _TAKES_SMS:
        return Why.NOT_MOBILE
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def country_of(e164: str) -> str | None:
    """Whose numbering plan it belongs to. Shared prefixes (+1, +44) are told apart."""
    number = _read(e164, "")
    return phonenumbers.region_code_for_number(number) if number else None


def _read(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    written = text.strip()
    # 00 is how most of the world dials abroad, also in orders that are shipped to where it is not.
    for attempt in (written, "+" + written[2:] if written.startswith("00") else ""):
        try:
            number = phonenumbers.parse(attempt, country or None)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number
    return None
