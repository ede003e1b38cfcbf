"""What customers read, in every language."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from encamino.channels.gsm import count, fold
from encamino.domain.message import Channel
from encamino.messages.render import Renderer
from tests.builders import LINKS, NOW, a_shipment, a_shop, an_item, an_order
from tests.languages import LANGUAGES
from tests.messages import golden
from tests.messages.reading import Read
from tests.messages.samples import SAMPLES, Sample

#: Gmail cuts a mail off at about 102 kB.
LARGEST = 90_000
_NUMBER = re.compile(r"\d+")

samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
languages = pytest.mark.parametrize("language", LANGUAGES)


def test_the_golden_renders_are_what_is_rendered(renderer: Renderer) -> None:
    wanted = golden.files(renderer)

    assert set(golden.FOLDER.glob("*/*")) == wanted.keys(), "python -m tests.preview --rewrite"
    for file, text in wanted.items():
        assert file.read_text(encoding="utf-8") == text, f"{file}: python -m tests.preview --rewrite"


@samples
@languages
def test_the_text_part_says_all_that_the_html_says(renderer: Renderer, sample: Sample, language: str) -> None:
    mail = renderer.email(sample.message, sample.context(language))
    html, text = Read(mail.html or ""), mail.text.replace("\xa0", " ")
    digits = "".join(c for c in text if c.isdigit())

    for link in html.links:
        address = link.removeprefix("mailto:")
        assert address in text or (link.startswith("tel:") and _only_digits(link) in digits), link
    missing = set(_NUMBER.findall(html.text)) - set(_NUMBER.findall(text))
    assert not missing, missing


@samples
@languages
def test_a_mail_is_whole_html(renderer: Renderer, sample: Sample, language: str) -> None:
    html = Read(renderer.email(sample.message, sample.context(language)).html or "")

    assert not html.crossed
    assert not html.open
    assert ("html", "lang", language) in html.attributes
    assert ("html", "dir", "ltr") in html.attributes
    assert sum(tag == "h1" for tag, _ in html.shape) == 1
    assert all("alt" in names for tag, names in html.shape if tag == "img")
    assert all("role" in names for tag, names in html.shape if tag == "table")
    assert "None" not in html.text
    assert not re.search(r"\{\{|\{%|zJ\d|%\(", html.text)


@samples
@languages
def test_a_mail_threads_with_its_order_and_says_that_a_machine_wrote_it(
    renderer: Renderer, sample: Sample, language: str
) -> None:
    context = sample.context(language)
    headers = renderer.email(sample.message, context).headers

    assert headers["References"] == f"<{context.thread}@casalluna.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Feedback-ID"] == f"{sample.message}:casa-lluna:service:encamino"
    assert "List-Unsubscribe" not in headers
    assert "Message-ID" not in headers


def test_mails_of_one_order_share_a_root_and_no_other_order_does(renderer: Renderer) -> None:
    roots = {renderer.email(s.message, s.context("es")).headers["References"] for s in SAMPLES}
    other = Sample("order_confirmed", "", lambda: (an_order(key="77"), None)).context("es")

    assert len(roots) == 1
    assert renderer.email("order_confirmed", other).headers["References"] not in roots


@languages
@pytest.mark.parametrize("tracking", [LINKS.tracking, "https://" + "t" * 58 + ".example/t"])
def test_an_sms_fits_one_part(renderer: Renderer, language: str, tracking: str) -> None:
    shop = a_shop(name="Ceràmica Artesana de la Casa Lluna, Barcelona")
    order = an_order(name="#ES-2026-104281")
    for sample in (s for s in SAMPLES if _has_sms(renderer, s.message)):
        context = replace(sample, subject=lambda s=sample: (order, s.subject()[1])).context(language, shop)  # type: ignore[misc]
        text = fold(renderer.sms(sample.message, replace(context, tracking_url=tracking)).text)

        assert tracking in text
        assert (count(text).encoding, count(text).parts) == ("GSM-7", 1), (len(text), text)


@languages
@pytest.mark.parametrize("lines", [0, 1, 3, 20, 21, 60])
def test_a_mail_stays_whole_and_small_however_long_the_order(renderer: Renderer, language: str, lines: int) -> None:
    order = an_order(items=tuple(an_item(n, name="&" * 300, variant="<" * 300) for n in range(1, lines + 1)))
    context = Sample("order_confirmed", "", lambda: (order, None)).context(language)
    html = renderer.email("order_confirmed", context).html or ""

    assert len(html.encode()) <= LARGEST
    assert len(Read(html).images) == min(lines, 20) + 2
    assert context.more_items == max(lines - 20, 0)
    assert (str(context.more_items) in Read(html).text) or not context.more_items


@languages
def test_without_a_number_the_mail_says_that_it_will_follow(renderer: Renderer, language: str) -> None:
    said = {
        "en": "The tracking number will follow",
        "es": "El número de seguimiento llegará después",
        "it": "Il numero di tracciamento arriverà dopo",
    }[language]
    shipment = a_shipment(None, number=None, carrier="dhl", carrier_name=None)
    without = Sample("shipped", "", lambda: (an_order(shipment), shipment)).context(language)

    assert said in renderer.email("shipped", without).text
    with_number = next(sample for sample in SAMPLES if sample.name == "shipped")
    assert said not in renderer.email("shipped", with_number.context(language)).text


@languages
def test_without_an_arrival_date_no_date_is_made_up(renderer: Renderer, language: str) -> None:
    for eta in (None, NOW - timedelta(days=3)):
        shipment = a_shipment(eta=eta)
        context = Sample("shipped", "", lambda s=shipment: (an_order(s), s)).context(language)  # type: ignore[misc]
        mail = renderer.email("shipped", context)

        assert "Expected delivery" not in mail.text
        assert "Entrega prevista" not in mail.text
        assert "Consegna prevista" not in mail.text
        assert 'class="tile"' not in (mail.html or "")


def test_of_what_is_no_parcel_nobody_says_that_it_leaves(renderer: Renderer) -> None:
    mails = {sample.name: renderer.email(sample.message, sample.context("en")) for sample in SAMPLES[:3]}

    for name, leaves in (("order_confirmed", True), ("order_confirmed.digital", False)):
        mail = mails[name]
        for said in ("as soon as it leaves", "Delivery address", "Prepared"):
            assert (said in (mail.html or "")) is leaves, (name, said)
        assert ("as soon as it leaves" in mail.text) is leaves


def test_without_a_picture_there_is_a_tile(renderer: Renderer) -> None:
    order = an_order(items=(an_item(1, image=None), an_item(2, image="https://elsewhere.example/x.png")))
    html = Read(renderer.email("order_confirmed", Sample("", "", lambda: (order, None)).context("es")).html or "")

    assert all(image.startswith("https://casalluna.example/logo") for image in html.images)


def test_a_shop_that_set_nothing_has_whole_mails_too(renderer: Renderer) -> None:
    bare = a_shop(brand={}, help={}, returns={}, legal="", privacy_url=None, social=[], image_hosts=[])
    for sample in SAMPLES:
        for language in LANGUAGES:
            mail = renderer.email(sample.message, sample.context(language, bare))
            html = Read(mail.html or "")

            assert not html.images
            assert not html.crossed
            assert "Casa Lluna" in html.text
            assert "None" not in mail.text


def test_the_four_steps_are_shown_where_an_order_still_takes_them(renderer: Renderer) -> None:
    without = {"cancelled", "payment_reminder", "refunded", "thank_you", "order_confirmed.digital"}
    for sample in SAMPLES:
        html = renderer.email(sample.message, sample.context("en")).html or ""

        assert ('class="stp' in html) is without.isdisjoint({sample.message, sample.name}), sample.name


@pytest.mark.parametrize(
    ("sample", "step"),
    [
        ("order_received", "Received"),
        ("order_confirmed", "Confirmed"),
        ("in_preparation", "In preparation"),
        ("part_shipped", "On its way"),
        ("attempt_failed", "Attempted"),
        ("ready_to_collect", "To collect"),
        ("delivered.pickup", "Collected"),
    ],
)
def test_the_step_that_counts_is_called_what_it_is(renderer: Renderer, sample: str, step: str) -> None:
    found = next(one for one in SAMPLES if one.name == sample)
    html = renderer.email(found.message, found.context("en")).html or ""

    assert re.findall(r'aria-current="step">([^<]+)<', html) == [step]


@pytest.mark.parametrize(
    ("tracking", "said"),
    [
        ("https://casalluna.example/t/x", "pedido #10428 por recoger hasta el 2 dic, código 4711. "),
        ("https://" + "t" * 96, "pedido #10428 por recoger, código 4711. "),
        ("https://" + "t" * 103, "ya puedes recoger tu pedido #10428. "),
    ],
)
def test_a_text_says_of_a_parcel_to_collect_what_fits_into_one_part(
    renderer: Renderer, tracking: str, said: str
) -> None:
    ready = next(sample for sample in SAMPLES if sample.name == "ready_to_collect")
    context = replace(ready.context("es"), tracking_url=tracking)

    assert renderer.sms("ready_to_collect", context).text == f"Casa Lluna: {said}{tracking}"


#: What presses or sells. No message of service says it.
PUSHY = {
    "en": ("last chance", "hurry", "only today", "act now", "don't miss", "discount", "offer"),
    "es": ("última oportunidad", "date prisa", "solo hoy", "no te pierdas", "descuento", "oferta", "urgente"),
    "it": ("ultima occasione", "affrettati", "solo oggi", "non perdere", "sconto", "offerta", "urgente"),
}


@samples
@languages
def test_nobody_is_pressed_or_sold_to(renderer: Renderer, sample: Sample, language: str) -> None:
    mail = renderer.email(sample.message, sample.context(language))
    said = f"{mail.subject} {mail.text}".lower()

    assert [phrase for phrase in PUSHY[language] if phrase in said] == []
    assert "!!" not in said


def _only_digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _has_sms(renderer: Renderer, message: str) -> bool:
    return any(use.name is Channel.SMS for use in renderer.catalogue[message].channels)
