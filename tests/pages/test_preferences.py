"""The page of preferences: it says what holds, gives nobody away, and is one form that works without scripts."""

import re

import pytest

from encamino.domain.contact import Choice
from encamino.pages.masking import masked_address
from encamino.pages.page import Page
from encamino.pages.preferences import offered, render, unsubscribed, wording
from encamino.words.locale import available
from tests.builders import a_shop
from tests.languages import LANGUAGES
from tests.pages.compiled import compiled
from tests.pages.reading import Read, read

HINT = "l•••@e•••.com"


def shown(*, saved: bool = False, **said: bool) -> Read:
    """The page as a browser reads it."""
    return read(the_page("es", saved=saved, **said).text)


def the_page(locale: str = "es", *, saved: bool = False, **said: bool) -> Page:
    chosen = {Choice(name): yes for name, yes in said.items()}
    return render(a_shop(), compiled(), locale, HINT, chosen, saved=saved)


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("lucia.ferrandiz@example.com", "l•••@e•••.com"),
        ("l@casalluna.example", "l•••@c•••.example"),
        ("o'neill+shop@mail.example.co.uk", "o•••@m•••.uk"),
    ],
)
def test_an_address_is_shown_by_two_letters_and_its_ending(address: str, hint: str) -> None:
    assert masked_address(address) == hint
    assert HINT in shown().text


def test_texts_may_come_until_they_are_refused_and_offers_not_before_a_yes() -> None:
    assert _ticked(shown()) == {"service_sms"}
    assert _ticked(shown(service_sms=False)) == set()
    assert _ticked(shown(service_sms=True, marketing_email=True)) == {"service_sms", "marketing_email"}


def test_it_is_one_form_that_posts_to_its_own_address_and_runs_nothing() -> None:
    page = shown()

    (form,) = [attrs for tag, attrs in page.elements if tag == "form"]
    assert form == {"method": "post"}
    assert not {"script", "iframe", "object", "embed"} & {tag for tag, _ in page.elements}
    assert {"type": "hidden", "name": "form", "value": "preferences"} in [a for t, a in page.elements if t == "input"]
    assert len(page.by_tag["button"]) == 1


def test_every_box_and_button_is_large_enough_for_a_thumb() -> None:
    (style,) = shown().by_tag["style"]

    heights = {name: int(px) for name, px in re.findall(r"(\.pick|\.b)\{[^}]*min-height:(\d+)px", style)}
    assert min(heights[".pick"], heights[".b"]) >= 44
    assert all(f'<label class="pick"><input type="checkbox" name="{choice}"' in the_page().text for choice in Choice)


def test_headers_let_it_post_to_itself_and_keep_index_and_referrer_out() -> None:
    for page in (the_page(), unsubscribed(a_shop(), compiled(), "es")):
        assert page.status == 200
        assert "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-robots-tag"].startswith("noindex")
        assert page.headers["cache-control"] == "no-store"
        assert len(page.body) <= 12 * 1024


def test_saving_says_so_and_looking_does_not() -> None:
    assert "Guardado." in shown(saved=True).text
    assert "Guardado." not in shown().text


def test_a_shop_that_sends_no_texts_asks_about_offers_by_mail_only() -> None:
    shop = a_shop(sms={"senders": {}})

    page = read(render(shop, compiled(), "es", HINT, {}).text)

    assert offered(shop) == (Choice.MARKETING_EMAIL,)
    assert [a["name"] for t, a in page.elements if a.get("type") == "checkbox"] == ["marketing_email"]
    assert "Los correos sobre tus pedidos llegan siempre" in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_mail(language: str) -> None:
    assert f'<html lang="{language}"' in the_page(language).text
    assert f'<html lang="{language}"' in unsubscribed(a_shop(), compiled(), language).text


def test_other_words_are_another_version_and_the_same_words_the_same() -> None:
    languages = sorted(available(compiled()))
    versions = {wording(a_shop(), compiled(), language) for language in languages}

    assert len(versions) == len(languages)
    assert wording(a_shop(), compiled(), "es") == wording(a_shop(brand={}), compiled(), "es")
    assert wording(a_shop(sms={"senders": {}}), compiled(), "es") not in versions


def test_a_hint_adds_no_element_whatever_is_in_it() -> None:
    hostile = render(a_shop(), compiled(), "es", '<script>"@<b>.x', {})

    assert read(hostile.text).shape == shown().shape


def _ticked(page: Read) -> set[str]:
    return {attrs["name"] for tag, attrs in page.elements if tag == "input" and "checked" in attrs}
