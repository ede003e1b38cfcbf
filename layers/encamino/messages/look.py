"""A shop as its messages show it. Made once per shop: the settings change rarely, mails go out all the time."""

from pydantic import HttpUrl

from encamino.domain.shop import Brand, Shop
from encamino.messages.shown import ShownBrand, ShownLink, ShownShop
from encamino.words.text import safe_url, tidy

#: Shops met by one process.
_KEPT = 64
#: By identity, as settings hold mappings and cannot be hashed; the shop is kept so that its identity is not reused.
_looks: dict[int, tuple[Shop, ShownShop]] = {}


def shown_shop(shop: Shop) -> ShownShop:
    """The shop, ready to be shown."""
    known = _looks.get(id(shop))
    if known is None:
        while len(_looks) >= _KEPT:
            _looks.pop(next(iter(_looks)))
        known = _looks[id(shop)] = (shop, _shown(shop))
    return known[1]


def _shown(shop: Shop) -> ShownShop:
    return ShownShop(
        slug=shop.shop,
        name=tidy(shop.name),
        url=safe_url(shop.url),
        domain=shop.sender.email.rpartition("@")[2],
        legal=tidy(shop.legal),
        privacy_url=_url(shop.privacy_url),
        help_email=shop.help.email or shop.sender.reply_to,
        help_phone=tidy(shop.help.phone) if shop.help.phone else None,
        help_hours=tidy(shop.help.hours) if shop.help.hours else None,
        help_url=_url(shop.help.url),
        returns_url=_url(shop.returns.url),
        returns_days=shop.returns.days,
        social=tuple(ShownLink(tidy(link.name), safe_url(link.url)) for link in shop.social),
        brand=_brand(shop.brand),
    )


def _brand(brand: Brand) -> ShownBrand:
    return ShownBrand(
        **brand.light.model_dump(),
        dark=brand.dark,
        font=brand.font_stack,
        radius=brand.radius,
        logo=_url(brand.logo),
        logo_dark=_url(brand.logo_dark),
        logo_width=brand.logo_width,
    )


def _url(url: HttpUrl | None) -> str | None:
    return safe_url(url) if url else None
