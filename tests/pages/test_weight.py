"""Bytes: how many, which style they carry, and that both languages are whole."""

import base64
import hashlib
from dataclasses import replace

import polib
import pytest

from encamino.pages import tracking
from encamino.pages.timeline import spelled
from tests.builders import NOW, a_shop, an_item, an_order
from tests.languages import LANGUAGES
from tests.messages.compiled import SOURCE
from tests.pages.compiled import compiled
from tests.pages.reading import read
from tests.pages.samples import WAY, a_way, samples

HEAVIEST = 12 * 1024


@pytest.mark.parametrize("name", samples())
def test_a_page_weighs_at_most_twelve_kilobytes_and_runs_nothing(name: str) -> None:
    page = tracking.render(samples()[name], a_shop(), compiled(), NOW, "/t/abc")
    elements = read(page.text).elements

    assert len(page.body) <= HEAVIEST
    assert not {"script", "iframe", "object", "embed"} & {tag for tag, _ in elements}
    assert not [attrs for _, attrs in elements if "style" in attrs or any(name.startswith("on") for name in attrs)]


def test_three_shipments_with_full_histories_still_fit() -> None:
    long = tuple(
        (ago * (n % 5 + 1) / 2, status, f"TOWN {n}", f"Remark {n}") for n in range(12) for ago, status, _, _ in WAY
    )
    order = an_order(
        *(a_way(*long, id=f"f{n}", number=f"JD01460000628123070{n}") for n in range(3)),
        items=tuple(an_item(n) for n in range(1, 21)),
    )

    assert len(tracking.render(order, a_shop(), compiled(), NOW, "/t/abc").body) <= HEAVIEST


def test_the_policy_lets_exactly_our_style_through() -> None:
    for shop in (a_shop(), a_shop(brand={"radius": 0, "font_stack": "'Gill Sans', serif"}, image_hosts=[])):
        page = tracking.render(samples()["several"], shop, compiled(), NOW, "/t/abc")
        (style,) = read(page.text).by_tag["style"]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

        assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]
        assert "&#39;" not in style


def test_the_colours_of_the_shop_are_on_the_page_in_both_schemes() -> None:
    shop = a_shop()
    (style,) = read(tracking.render(samples()["paid"], shop, compiled(), NOW, "/t/abc").text).by_tag["style"]

    assert f"--accent:{shop.brand.light.accent}" in style
    assert f"--accent:{shop.brand.dark.accent}" in style


def test_equal_pages_are_equal_bytes_and_can_be_had_unpacked() -> None:
    one, two = (tracking.render(samples()["arrives"], a_shop(), compiled(), NOW, "/t/abc") for _ in range(2))

    assert one == two
    assert one.accepted_by("br, gzip") == one
    assert one.accepted_by(None).body.decode() == one.text
    assert "content-encoding" not in one.accepted_by("identity").headers


def test_languages_are_those_of_the_order_then_of_the_country_then_of_the_shop() -> None:
    order = samples()["paid"]
    said = {
        locale: tracking.render(replace(order, locale_from=(NOW, locale)), a_shop(), compiled(), NOW, "/t/a").text
        for locale in ("en-GB", "es-MX", "xx")
    }

    assert '<html lang="en"' in said["en-GB"]
    assert '<html lang="es"' in said["es-MX"]
    assert '<html lang="es"' in said["xx"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_pages_is_missing_fuzzy_or_left_over(language: str) -> None:
    file = polib.pofile(SOURCE / "languages" / language / "pages.po")
    pages = "".join(path.read_text() for path in (SOURCE / "pages").glob("*.j2"))

    assert file.percent_translated() == 100
    # The build itself fails on what is missing; here it is what no page says any more.
    assert [e.msgid for e in file if e.msgid.split("%(")[0].split("\n")[0] not in pages] == []


def test_shouted_places_are_written_as_one_writes_them() -> None:
    assert spelled("SANT BOI DE LLOBREGAT, ES") == "Sant Boi de Llobregat, ES"
    assert spelled("L'HOSPITALET") == "L'Hospitalet"
    assert spelled("Köln") == "Köln"
