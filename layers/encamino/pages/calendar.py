"""Deliveries for a calendar (RFC 5545): hours where the carrier gave hours, whole days where it gave a day."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from encamino.domain.order import Order
from encamino.domain.shipment import Shipment
from encamino.domain.shop import Shop
from encamino.pages import headers
from encamino.pages.page import Page, page
from encamino.pages.promise import of_order, of_shipment
from encamino.pages.sayings import Promise
from encamino.pages.showing import carrier_name
from encamino.pages.tracking import NO_CARRIERS, language_of, page_environment

CALENDAR = "text/calendar; charset=utf-8"
#: Longer lines are folded (RFC 5545 3.1), counted in bytes.
_LINE = 75


def render(
    order: Order, shop: Shop, templates: Path, now: datetime, base: str, *, carriers: Mapping[str, str] = NO_CARRIERS
) -> Page | None:
    """Every delivery somebody still stands behind; None when there is none."""
    env = page_environment(order, shop, templates, language_of(order, shop, templates))
    summary = env.get_template("pages/calendar.txt.j2")
    events: list[str] = []
    for shipment in () if of_order(order, shop.zone) else order.travelling:
        promise = of_shipment(shipment, now, shop.zone)
        if promise.dated and promise.day:
            said = summary.render(shop=shop, order=order.name, carrier=carrier_name(shipment, carriers)).strip()
            start, end = _hours(promise, promise.day)
            events += [
                "BEGIN:VEVENT", f"UID:{_uid(order, shipment)}", f"DTSTAMP:{_utc(now)}", f"DTSTART{start}",
                f"DTEND{end}", f"SUMMARY:{_escaped(said)}", *_url(base), "TRANSP:TRANSPARENT", "END:VEVENT",
            ]  # fmt: skip
    if not events:
        return None
    lines = [*_BEGIN, *events, "END:VCALENDAR"]
    text = "".join(f"{part}\r\n" for line in lines for part in _folded(line))
    named = {"content-disposition": f'attachment; filename="{shop.shop}.ics"'}
    return page(200, CALENDAR, headers.of_file() | named, text)


_BEGIN = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//encamino//tracking//EN", "METHOD:PUBLISH")


def _hours(promise: Promise, day: date) -> tuple[str, str]:
    """Start and end; the end of whole days is the morning after."""
    if promise.window:
        return f":{_utc(promise.window.start)}", f":{_utc(promise.window.end)}"
    return f";VALUE=DATE:{day:%Y%m%d}", f";VALUE=DATE:{(promise.last or day) + timedelta(1):%Y%m%d}"


def _uid(order: Order, shipment: Shipment) -> str:
    """One per shipment: a new date moves the old entry instead of adding another."""
    return _escaped(f"{shipment.id}.{order.key.id}.{order.key.platform}@{order.key.shop}.encamino")


def _url(base: str) -> tuple[str, ...]:
    """Away from its page a relative address leads nowhere."""
    return (f"URL:{base}",) if base.startswith(("https://", "http://")) else ()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> Iterator[str]:
    """In pieces that fit; the second and later begin with a space. Never cuts a character in two."""
    piece = ""
    for character in line:
        if len((piece + character).encode()) > _LINE:
            yield piece
            piece = " "
        piece += character
    yield piece
