"""No text of a stranger's, in mail or page, becomes more than text."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any, override

import pytest

from encamino.domain.link import Links
from encamino.domain.message import Channel
from encamino.domain.shop import Shop
from encamino.messages.context import build
from encamino.messages.render import Renderer
from encamino.messages.shown import Context
from encamino.pages import tracking
from encamino.pages.look import style
from encamino.pages.showing import shown
from encamino.words.locale import bcp47, direction
from tests.builders import NOW, a_shop
from tests.faults.hostile import many, xss
from tests.languages import LANGUAGES
from tests.messages.samples import SAMPLES
from tests.pages.samples import samples

SEED = 23
MANY, SOME = 2_000, 120
BASE, PLAIN = "/t/abc", "Plain"
#: What strangers write of an order: its customer, its shop, its carrier.
WILD = frozenset({
    "Details.name", "Details.shipping_method", "Details.payment_method", "Item.name", "Item.variant", "Item.sku",
    "Address.postcode", "Address.city", "Address.region", "Address.country", "Label.carrier_name", "Label.number",
    "Label.siblings", "Event.text", "Event.place", "Event.local", "Event.number", "Tracking.number",
    "PickupPoint.name", "PickupPoint.address", "PickupPoint.hours", "PickupPoint.code",
})  # fmt: skip
WILD_URLS = frozenset({"Item.image", "Item.url", "Label.link", "Tracking.link"})
#: What a page hides wherever it stands: hostile in every other order only, or the rest would be hidden, too.
PRIVATE = frozenset({
    "Person.first_name", "Person.last_name", "Person.email", "Person.phone", "Address.name", "Address.lines",
    "Tracking.signed_by",
})  # fmt: skip
#: Words of ours, by which templates decide.
OURS = frozenset({"lang", "dir", "locale", "thread", "currency", "slug", "domain", "word", "status", "what"})
#: Attributes that are there to hold texts and addresses; all others are the same whatever anybody writes.
TEXTS, ADDRESSES = frozenset({"alt", "title", "content", "aria-label"}), frozenset({"href", "src", "srcset", "action"})
SAFE = re.compile(r"https?://[^/?#\s]+([/?#]|$)|mailto:[^\s]+@|tel:|#|/t/abc|data:image/svg\+xml,%3Csvg xmlns='http")

type Write = Callable[[str, str], str]


def rewritten(value: Any, write: Write, field: str = "") -> Any:
    """The same with every text in it written anew; `field` is the class and the name of what holds it."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return write(field, value)
    if isinstance(value, tuple):
        return tuple(rewritten(one, write, field) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        named = ((f.name, f"{type(value).__name__}.{f.name}", getattr(value, f.name)) for f in fields(value))
        return replace(value, **{name: rewritten(one, write, known) for name, known, one in named if name != "brand"})
    return value


def wild(attack: str, chance: Random) -> Write:
    """A writer who writes this wherever a stranger could."""
    hidden, money, whole = chance.random() < 0.5, chance.random() < 0.05, chance.random() < 0.4

    def write(field: str, text: str) -> str:
        if field in WILD_URLS and text:
            return attack if whole else f"https://casalluna.example/{attack}"
        hostile = field in WILD or (hidden and field in PRIVATE) or (money and field == "Money.currency")
        return attack if hostile and text else text

    return write


def tame(field: str, text: str) -> str:
    """A benign text where there is one: same structure, other words."""
    if not text or field.rpartition(".")[2] in OURS:
        return text
    return "https://casalluna.example/x" if "://" in text or text == "#" else PLAIN


def shop_of(attack: str) -> Shop:
    """A shop whose merchant is hostile, as far as a shop file lets one be."""
    return a_shop(
        name=attack[:70], legal=attack, sender={"email": "hola@casalluna.example", "name": attack[:70]},
        help={"email": "hola@casalluna.example", "phone": attack[:30], "hours": attack[:80],
              "url": f"https://casalluna.example/?{attack}"},
        social=[{"name": attack[:40], "url": f"https://instagram.example/#{attack}"}],
        privacy_url=f"https://casalluna.example/{attack}",
    )  # fmt: skip


STATES, TAME_SHOP = samples(), shop_of(PLAIN)


class Seen(HTMLParser):
    """What a browser makes of it: elements, attributes, comments, all but the words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        # Counted beside what the parser finds: parsers differ in what they forgive.
        self.shape: list[Any] = [html.count(sign) for sign in "<>\"'"]
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, *((name, None if name in TEXTS | ADDRESSES else value) for name, value in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]

    @override
    def handle_endtag(self, tag: str) -> None:
        self.shape.append(f"/{tag}")

    @override
    def handle_comment(self, data: str) -> None:
        self.shape.append(f"!{data}")

    @override
    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    @override
    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    @override
    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)


class Compared:
    """Wild renders beside tame ones."""

    def __init__(self) -> None:
        self.mails = self.pages = self.written = 0
        self.found: list[str] = []
        self._tame: dict[Any, list[Any]] = {}

    def compare(self, what: str, attack: str, html: str, twin: Any, render: Callable[[], str]) -> None:
        seen = Seen(html)
        if twin not in self._tame:
            self._tame[twin] = Seen(render()).shape
        if seen.shape != self._tame[twin]:
            differ = next(
                (pair for pair in zip(seen.shape, self._tame[twin], strict=False) if pair[0] != pair[1]), None
            )
            self.found.append(f"{what}, {attack!r}: {differ}")
        self.found += [f"{what}, {attack!r}: leads to {a!r}" for a in seen.addresses if not SAFE.match(a)]
        self.written += html.count("&lt;") + html.count("&#34;") + html.count("&#39;")

    def compare_text(self, what: str, attack: str, text: str) -> None:
        odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n"}
        if odd or set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(text):
            self.found.append(f"{what}, {attack!r}: controls {odd} in the text part")


@dataclass(frozen=True)
class Attack:
    """One text, in one of the variants of each message and one of the states of a page."""

    text: str
    n: int
    chance: Random
    shop: Shop
    languages: tuple[str, ...]


def _mails(compared: Compared, renderer: Renderer, attack: Attack) -> None:
    text, n = attack.text, attack.n
    links = Links(text, f"https://casalluna.example/u/{text}") if n % 2 else Links(f"https://x.example/{text}")
    for name, definition in renderer.catalogue.items():
        variants = [sample for sample in SAMPLES if sample.message == name]
        write = wild(text, attack.chance)
        order, shipment = (rewritten(one, write) for one in variants[n % len(variants)].subject())
        for language in attack.languages:
            context = build(order, shipment, attack.shop, language, links, NOW)
            twin, mail = rewritten(context, tame), renderer.email(name, context)
            what = f"{name} {language}"
            compared.mails += 1
            compared.compare(what, text, mail.html or "", (name, twin), partial(_html, renderer, name, twin))
            compared.compare_text(what, text, mail.text)
            if any(use.name is Channel.SMS for use in definition.channels):
                compared.compare_text(f"{what} sms", text, renderer.sms(name, context).text.replace("\n", "\x00"))


def _html(renderer: Renderer, name: str, context: Context) -> str:
    return renderer.email(name, context).html or ""


def _pages(compared: Compared, templates: Path, attack: Attack) -> None:
    state = sorted(STATES)[attack.n % len(STATES)]
    order = rewritten(STATES[state], wild(attack.text, attack.chance))
    for language in attack.languages:
        order = replace(order, locale_from=(NOW, language))
        html = tracking.render(order, attack.shop, templates, NOW, BASE).text
        view = rewritten(shown(order, attack.shop, NOW, {}), tame)
        compared.pages += 1
        twin = partial(_page, templates, order, TAME_SHOP, language, view)
        compared.compare(f"page {state} {language}", attack.text, html, (language, view), twin)


def _page(templates: Path, order: Any, shop: Shop, language: str, view: Any) -> str:
    """As the page renders it, of a view that was tamed."""
    template = tracking.page_environment(order, shop, templates, language).get_template("pages/tracking.html.j2")
    said = {"lang": bcp47(language), "dir": direction(language), "style": style(templates, shop.brand)}
    return template.render(**said, shop=shop, now=NOW, base=BASE, page=view)


@pytest.mark.proof("R23", "no text adds an element, an attribute or an address that runs")
def test_no_text_becomes_markup(whole: bool, figure: Callable[[str], None], templates: Path) -> None:
    compared, renderer, chance = Compared(), Renderer(templates), Random(SEED)
    texts = many(xss, MANY if whole else SOME, chance)
    for n, text in enumerate(texts):
        attack = Attack(text, n, chance, shop_of(text), LANGUAGES if whole else LANGUAGES[n % 2 :][:1])
        _mails(compared, renderer, attack)
        _pages(compared, templates, attack)

    figure(
        f"{len(texts):,} texts in {compared.mails:,} mails ({len(renderer.catalogue)} messages, {len(LANGUAGES)} "
        f"languages) and {compared.pages:,} tracking pages: {len(compared.found)} elements, attributes, addresses or "
        f"controls more; seed {SEED}"
    )
    assert compared.found == []
    assert compared.written > 20 * compared.mails, "the texts do not reach what is rendered"
