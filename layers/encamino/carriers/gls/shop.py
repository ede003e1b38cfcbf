"""The ParcelShop where a parcel waits: which one (Track And Trace V1, deliveryinfo), then its address and hours.

Shapes: dev-portal.gls-group.net, Track And Trace V1 1.0.7 (`DeliveryInfoResponseDTO`), and Parcel Shop Management v2 as
GLS's own Magento module reads it (github.com/GlsGroup, RelayPointRepository); both read 2026-11. The second needs a
product of its own in GLS's portal: an account without it is refused, and the parcel is shown without the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from pydantic_core import from_json

from encamino.carriers.base import Response
from encamino.carriers.reading import Object, at, plain, text_at
from encamino.domain.shipment import PickupPoint

_HOST = "https://api.gls-group.net"
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_NAMES = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "it": ("lun", "mar", "mer", "gio", "ven", "sab", "dom"),
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
    "pt": ("seg", "ter", "qua", "qui", "sex", "sáb", "dom"),
}


def which_url(unit: str, postcode: str) -> str:
    """Where to ask which shop a parcel was left at. GLS tells whoever knows the postcode it was sent to."""
    query = urlencode({"originaldestinationpostalcode": postcode})
    return f"{_HOST}/track-and-trace-v1/tracking/deliveryinfo/parcelid/{quote(unit, safe='')}?{query}"


def shop_url(response: Response) -> str | None:
    """Where to ask about the shop that this answer names. Our address, not the link in the answer."""
    told = at(_object(response), "parcelshopDelivery")
    partner, shop = text_at(told, "partnerId"), text_at(told, "parcelshopId")
    if not partner or not shop:
        return None
    return (
        f"{_HOST}/parcel-shop-management/v2/active-public-parcel-shops/{quote(partner, safe='')}/{quote(shop, safe='')}"
    )


def point(body: str | bytes, locale: str) -> PickupPoint | None:
    """The shop of an answer, its hours in the reader's words for the days."""
    try:
        told = from_json(body)
    except ValueError:
        return None
    if isinstance(told, dict) and "data" in told:
        told = told["data"]
    if isinstance(told, list):
        told = told[0] if told else None
    if not isinstance(told, dict):
        return None
    address = at(told, "address")
    street = f"{text_at(address, 'street')} {_number(address.get('houseNumber'))}".strip()
    town = f"{_number(address.get('zipCode'))} {text_at(address, 'city')}".strip()
    where = ", ".join(part for part in (street, text_at(address, "additionalInfo"), town) if part)
    name = text_at(told, "name")
    return PickupPoint(name, where, tuple(_hours(told, locale))) if name or where else None


def _hours(shop: Object, locale: str) -> Iterator[str]:
    """`Mon–Fri 09:00–13:00, 15:00–18:00`: days that are alike on one line. Closed days are left out."""
    names = _NAMES.get(locale[:2].lower(), _NAMES["en"])
    days = shop.get("openingDays")
    runs: list[tuple[int, int, str]] = []
    for day in days if isinstance(days, list) else ():
        if not isinstance(day, dict) or plain(day.get("weekday")) not in _DAYS:
            continue
        number, opened = _DAYS.index(plain(day.get("weekday"))), _opened(day)
        if runs and runs[-1][1] == number - 1 and runs[-1][2] == opened:
            runs[-1] = (runs[-1][0], number, opened)
        else:
            runs.append((number, number, opened))
    for first, last, opened in runs:
        if opened:
            yield f"{names[first]}{f'–{names[last]}' if last != first else ''} {opened}"


def _opened(day: Object) -> str:
    spans = day.get("hours")
    listed = [span for span in spans if isinstance(span, dict)] if isinstance(spans, list) else []
    told = [(text_at(span, "openingTime")[:5], text_at(span, "closingTime")[:5]) for span in listed]
    return ", ".join(f"{start}–{end}" for start, end in told if start and end)


def _number(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _object(response: Response) -> Object:
    try:
        told = from_json(response.body)
    except ValueError:
        return {}
    return told if response.status == 200 and isinstance(told, dict) else {}  # noqa: PLR2004
