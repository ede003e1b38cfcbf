"""What a page must never say, and what nobody may make it do."""

import json
import random
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from encamino.domain.order import Address, Person
from encamino.domain.shipment import ShipmentStatus
from encamino.pages import feed, missing, tracking
from tests.builders import NOW, a_shop, an_item, an_order, some_details
from tests.pages.compiled import compiled
from tests.pages.reading import read
from tests.pages.samples import WAY, a_way, samples

SECRETS = ("lucia@example.com", "600111222", "600 111 222", "Ferrer", "FERRER", "Lucía", "Mallorca", "2n 1a")


@pytest.mark.parametrize("name", samples())
def test_page_and_feed_never_tell_who_and_where_the_customer_is(name: str) -> None:
    order = samples()[name]
    said = tracking.render(order, a_shop(), compiled(), NOW, "/t/abc").text + feed.render(order, NOW, "/t/abc").text

    assert [secret for secret in SECRETS if secret in said] == []


@pytest.mark.parametrize(
    "remark",
    [
        "Signed by L. FERRER", "Delivered to lucia ferrer", "CALLE MALLORCA 310", "Call 600111222",
        "write lucia@example.com",
    ],
)  # fmt: skip
def test_a_remark_that_names_somebody_is_left_out_whole(remark: str) -> None:
    order = an_order(a_way(*WAY, (NOW - NOW, ShipmentStatus.DELIVERED, remark, remark)))

    page = tracking.render(order, a_shop(), compiled(), NOW, "/t/abc").text
    events = json.loads(feed.render(order, NOW, "/t/abc").text)["shipments"][0]["events"]

    assert remark not in page
    assert (events[-1]["text"], events[-1]["place"]) == (None, None)


def test_the_name_is_masked_to_the_same_length_whoever_it_is() -> None:
    long = an_order(person=Person(first_name="Maximiliana", last_name="Fernández-Villaverde"))

    assert "M••••• F., 08037 Barcelona" in tracking.render(long, a_shop(), compiled(), NOW, "/t/abc").text


def test_headers_are_exactly_these() -> None:
    headers = dict(tracking.render(samples()["arrives"], a_shop(), compiled(), NOW, "/t/abc").headers)

    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; img-src data: https://casalluna\.example; "
        r"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        headers.pop("content-security-policy"),
    )
    assert headers == {
        "content-type": "text/html; charset=utf-8",
        "content-encoding": "gzip",
        "vary": "accept-encoding",
        "cache-control": "private, max-age=60",
        "x-robots-tag": "noindex, nofollow, noarchive, nosnippet",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "strict-transport-security": "max-age=63072000",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }


def test_a_shop_file_cannot_write_policy_through_its_image_hosts() -> None:
    shop = a_shop(image_hosts=["casalluna.example", "x; script-src *", "evil.example https:"])

    policy = tracking.render(samples()["paid"], shop, compiled(), NOW, "/t/abc").headers["content-security-policy"]

    assert "script-src" not in policy
    assert "img-src data: https://casalluna.example;" in policy


def test_every_unknown_token_gets_the_same_bytes_in_the_language_of_the_browser() -> None:
    spanish = [missing.render(compiled(), "es-ES,es;q=0.9,en;q=0.8") for _ in range(3)]
    english = missing.render(compiled(), None)

    assert len({(page.status, page.body, tuple(page.headers.items())) for page in spanish}) == 1
    assert spanish[0].status == english.status == 404
    assert "Aquí no hay nada" in spanish[0].text
    assert "There is nothing here" in english.text
    assert missing.render(compiled(), "fr-FR, de;q=0.9, es;q=0.5").text == spanish[0].text
    assert missing.render(compiled(), ";;q=x,\x00,*").text == english.text


STRANGE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "javascript:alert(1)",
    "</title><svg/onload=alert(1)>", "{{ 7*7 }}", "%(shop)s %s %d", "</style><script>1</script>", "data:text/html,<b>",
    "&lt;script&gt;", "a\u202eb", "\x00\x0b", 'https://x" onclick="y', "]]><!--", "<a href=//x>", "`onload=1`",
)  # fmt: skip


def test_no_text_of_others_adds_an_element_an_attribute_or_a_scheme() -> None:
    chance = random.Random(7)
    benign = read(_with(["Plain"] * 20, ["https://casalluna.example/a.png"] * 3)).shape

    for _ in range(60):
        words = ["".join(chance.choices(STRANGE, k=chance.randint(1, 3))) for _ in range(20)]
        page = read(_with(words, ["https://casalluna.example/" + word for word in words[:3]]))

        assert page.shape == benign
        assert {urlsplit(link).scheme for link in page.links} <= {"", "https", "http", "mailto", "tel", "data"}
        assert not [
            link for link in page.links if link.startswith("data:") and not link.startswith("data:image/svg+xml,")
        ]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)", " java\nscript:1", "//x"]
)
def test_a_link_that_is_no_page_leads_nowhere(link: str) -> None:
    shipment = a_way(*WAY, link=link)

    links = read(tracking.render(an_order(shipment), a_shop(), compiled(), NOW, "/t/abc").text).links

    assert link not in links
    assert "#" in links


def test_pictures_come_only_from_the_hosts_of_the_shop() -> None:
    order = an_order(items=(an_item(1, image="https://stranger.example/pixel.gif"),))

    assert "stranger.example" not in tracking.render(order, a_shop(), compiled(), NOW, "/t/abc").text


def _with(words: list[str], images: list[str]) -> str:
    """A page on which everything that others can write is written by somebody hostile."""
    items = tuple(an_item(n + 1, name=words[n], variant=words[n + 3], image=images[n]) for n in range(3))
    way = a_way(
        *((ago, status, words[6 + n], words[11 + n]) for n, (ago, status, _, _) in enumerate(WAY)), number=words[16]
    )
    way = replace(way, labels=tuple(replace(label, carrier=None, carrier_name=words[17]) for label in way.labels))
    # Places repeat or not by chance; without them every scan is a line of its own.
    way = replace(way, events=tuple(replace(e, place=f"{e.place}{n}") for n, e in enumerate(way.events)))
    told = some_details(person=Person(), address=Address(city=words[18], postcode=words[19], country="ES"))
    order = an_order(
        way, name=words[0], items=items, shipping_method=words[1], person=told.person, address=told.address
    )
    return tracking.render(order, a_shop(), compiled(), NOW, "/t/abc").text
