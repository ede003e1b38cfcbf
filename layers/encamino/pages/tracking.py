"""The tracking page of one order."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment

from encamino.domain.order import Order
from encamino.domain.shipment import TERMINAL
from encamino.domain.shop import Shop
from encamino.pages import headers
from encamino.pages.look import style
from encamino.pages.page import HTML, Page, page
from encamino.pages.showing import shown
from encamino.words.environment import environment
from encamino.words.locale import available, bcp47, direction, negotiate

#: A link that somebody finds in an old mailbox shows nothing any more.
LINK_LIFE = timedelta(days=90)
NO_CARRIERS: Mapping[str, str] = {}


def render(
    order: Order,
    shop: Shop,
    templates: Path,
    now: datetime,
    base: str,
    *,
    carriers: Mapping[str, str] = NO_CARRIERS,
) -> Page:
    """The page of this order, in the order's language and the shop's time and colours.

    `base`: the address of the page itself; `.ics` and `.json` are appended to it. `carriers`: their names by our slug.
    """
    language = language_of(order, shop, templates)
    look = style(templates, shop.brand)
    env = page_environment(order, shop, templates, language)
    old = too_old(order, now)
    template = env.get_template("pages/too_old.html.j2" if old else "pages/tracking.html.j2")
    text = template.render(
        lang=bcp47(language),
        dir=direction(language),
        shop=shop,
        style=look,
        now=now,
        base=base,
        page=shown(order, shop, now, carriers),
    )
    return page(410 if old else 200, HTML, headers.of_page(look, shop.image_hosts), text)


def too_old(order: Order, now: datetime) -> bool:
    """Whether all has come to its end long ago."""
    last = [s.bearing.time if s.bearing else s.registered_at for s in order.travelling]
    ended = all(s.status in TERMINAL for s in order.travelling) and not order.left_to_ship
    if order.cancelled_at:
        ended, last = True, [*last, order.cancelled_at]
    return ended and bool(last) and now - max(last) > LINK_LIFE


def language_of(order: Order, shop: Shop, templates: Path) -> str:
    """The folder of the language this customer reads."""
    address = order.details.address if order.details else None
    return negotiate(order.locale, available(templates), address.country if address else None, shop.locale)


def page_environment(order: Order, shop: Shop, templates: Path, language: str) -> Environment:
    """Templates with the shop's clock and the currency the customer saw."""
    total = order.details.total if order.details else None
    return environment(templates, language, shop.zone, total.currency if total else "EUR")
