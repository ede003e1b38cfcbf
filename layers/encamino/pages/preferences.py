"""The page on which a customer chooses what the shop may send. It knows a masked address and no name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from encamino.domain.contact import Choice, Preferences, allowed
from encamino.domain.shop import Shop
from encamino.pages import headers
from encamino.pages.look import style
from encamino.pages.page import HTML, Page, page
from encamino.words.environment import environment
from encamino.words.locale import available, bcp47, direction, negotiate

#: What the form says besides its choices, so that a POST of nothing is not taken for "nothing, please".
FORM = ("form", "preferences")
_NOTHING: Mapping[Choice, bool] = {}
#: Nothing on the page costs anything; the filters want to know a currency.
_CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows, before any word."""

    hint: str
    offered: tuple[Choice, ...]
    ticked: frozenset[Choice]
    saved: bool
    help_email: str
    subject: str


def render(shop: Shop, templates: Path, locale: str, hint: str, said: Preferences, *, saved: bool = False) -> Page:
    """The page with what holds now. `hint`: the address as far as it may be shown."""
    return _page("preferences", shop, templates, locale, _shown(shop, hint, said, saved=saved))


def unsubscribed(shop: Shop, templates: Path, locale: str) -> Page:
    """The short answer to a mail program's own button; people rarely see it."""
    return _page("unsubscribed", shop, templates, locale, _shown(shop, "", _NOTHING))


def offered(shop: Shop) -> tuple[Choice, ...]:
    """What can be chosen at all: a shop that sends no texts asks about none."""
    return tuple(Choice) if shop.sms.senders else (Choice.MARKETING_EMAIL,)


def wording(shop: Shop, templates: Path, locale: str) -> str:
    """Which words stand beside the boxes: a change of one makes another version."""
    language = negotiate(locale, available(templates), None, shop.locale)
    env = environment(templates, language, shop.zone, _CURRENCY)
    form = env.get_template("pages/choices.html.j2").render(page=_shown(shop, "", _NOTHING), shop=shop)
    return hashlib.sha256(form.encode()).hexdigest()[:16]


def _shown(shop: Shop, hint: str, said: Preferences, *, saved: bool = False) -> Shown:
    choices = offered(shop)
    ticked = frozenset(choice for choice in choices if allowed(said, choice))
    help_email = str(shop.help.email or shop.sender.reply_to or shop.sender.email)
    return Shown(hint, choices, ticked, saved, help_email, quote(shop.name, safe=""))


def _page(name: str, shop: Shop, templates: Path, locale: str, shown: Shown) -> Page:
    language = negotiate(locale, available(templates), None, shop.locale)
    look = style(templates, shop.brand)
    env = environment(templates, language, shop.zone, _CURRENCY)
    text = env.get_template(f"pages/{name}.html.j2").render(
        lang=bcp47(language), dir=direction(language), shop=shop, style=look, page=shown
    )
    return page(200, HTML, headers.of_page(look, shop.image_hosts, headers.NEVER_KEPT), text)
