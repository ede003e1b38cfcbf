"""A customer follows the link from a message: the page, the calendar entry or the feed of one order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from encamino.domain.link import token_hash
from encamino.domain.order import Order
from encamino.domain.shop import Shop
from encamino.pages import calendar, feed, missing, tracking
from encamino.pages.page import Page
from encamino.store.base import Store


@dataclass(frozen=True, slots=True)
class PageDesk:
    """What showing needs. `names`: carriers' names by our slug; `address`: of a shop's page, by its token."""

    store: Store
    templates: Path
    names: Callable[[Order], dict[str, str]]
    address: Callable[[Shop, str], str]


def show(room: PageDesk, asked: str, language: str, now: datetime) -> Page:
    """The page this link names. Every link that names none gets the same answer, byte for byte."""
    token, _, form = asked.partition(".")
    key = room.store.order_of_token(token_hash(token))
    document = room.store.order(key) if key else None
    shop = room.store.shop(key.shop) if key else None
    if document is None or shop is None or form not in {"", "ics", "json"}:
        return missing.render(room.templates, language)
    order, base, names = document.order, room.address(shop, token), room.names(document.order)
    if form == "ics":
        entry = calendar.render(order, shop, room.templates, now, base, carriers=names)
        return entry or missing.render(room.templates, language)
    if form == "json":
        return feed.render(order, now, base)
    return tracking.render(order, shop, room.templates, now, base, carriers=names)
