"""Names, titles, carriers' texts and addresses come from strangers. None of it may become anything but text."""

from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from encamino.domain.order import Address, Money, Person
from encamino.domain.shipment import PickupPoint, ShipmentStatus, ShippedItem
from encamino.messages.context import build
from encamino.messages.render import Renderer
from encamino.messages.shown import Context
from tests.builders import LINKS, NOW, a_shipment, a_shop, an_item, an_order
from tests.messages.reading import Read
from tests.messages.samples import SAMPLES

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></td></table><h1>x</h1>",
    "{{ 7*7 }}{% for x in y %}[[ 7*7 ]][% raw %]",
    "%(name)s %s %% &lt;b&gt; &#60;i&#62;",
    "a\r\nBcc: victim@example.com\u2028\x85X",
    "\u202egnp.exe\u2066\x00\x08",
    "javascript:alert(1)",
    "]]><![CDATA[<!--[if !mso]><!-->",
)
attacks = pytest.mark.parametrize("attack", ATTACKS)
messages = pytest.mark.parametrize("message", sorted({sample.message for sample in SAMPLES}))
SCHEMES = ("https://", "mailto:", "tel:")


def _context(text: str, message: str, links: str = LINKS.tracking) -> Context:
    """A context in which a stranger wrote everything a stranger can write."""
    status = ShipmentStatus.DELIVERED if message == "delivered" else ShipmentStatus.OUT_FOR_DELIVERY
    shipment = a_shipment(
        status, number=text, carrier_name=text, text=text, signed_by=text, items=(ShippedItem(text, 2),),
        pickup=PickupPoint(text, text, (text, text), text),
    )  # fmt: skip
    order = an_order(
        shipment, name=text, person=Person(text, text, text, text), shipping_method=text, total=Money(Decimal(1), text),
        items=(an_item(1, id=text, name=text, variant=text, image=text, url=text, price=Money(Decimal(1), text)),),
        address=Address(text, (text, text), text, text, text, text),
    )  # fmt: skip
    return build(order, shipment, a_shop(), "es", replace(LINKS, tracking=links), NOW)


@attacks
@messages
def test_nothing_a_stranger_writes_adds_an_element_or_an_attribute(
    renderer: Renderer, message: str, attack: str
) -> None:
    tame = Read(renderer.email(message, _context("Tame", message)).html or "")
    wild = Read(renderer.email(message, _context(attack, message)).html or "")

    assert _without_greeting(wild.shape) == _without_greeting(tame.shape)
    assert not wild.crossed
    assert all(link.startswith(SCHEMES) for link in wild.links)
    assert all(image.startswith("https://casalluna.example/") for image in wild.images)
    assert "49" not in wild.text


@attacks
@messages
def test_nothing_a_stranger_writes_breaks_a_header(renderer: Renderer, message: str, attack: str) -> None:
    mail = renderer.email(message, _context(attack, message))
    sent = EmailMessage(policy=SMTP)
    for name, value in {"Subject": mail.subject, **mail.headers}.items():
        assert len(value.splitlines()) == 1
        sent[name] = value

    assert sent.as_bytes().decode().lower().count("\r\nbcc:") == 0
    assert {name.lower() for name in sent} <= {"subject", "references", "auto-submitted", "feedback-id"}


@attacks
def test_an_sms_is_one_line(renderer: Renderer, attack: str) -> None:
    text = renderer.sms("out_for_delivery", _context(attack, "out_for_delivery")).text

    assert len(text.splitlines()) == 1
    assert LINKS.tracking in text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", 'https://a/" onclick="x'])
@messages
def test_no_link_leads_where_only_a_script_would(renderer: Renderer, message: str, url: str) -> None:
    mail = renderer.email(message, _context("x", message, links=url))

    assert "#" in Read(mail.html or "").links
    assert all(link.startswith((*SCHEMES, "#")) for link in Read(mail.html or "").links)


@pytest.mark.parametrize(
    "name", ["www.win.example", "Claim at http://x.example", "x@y.example", "Win.example now", "<b>"]
)
def test_a_first_name_that_is_an_advertisement_is_not_passed_on(renderer: Renderer, name: str) -> None:
    context = build(an_order(person=Person(first_name=name)), None, a_shop(), "es", LINKS, NOW)

    assert name not in renderer.email("order_confirmed", context).text


@pytest.mark.parametrize("name", ["Lucía", "Mª José", "J. R.", "O'Neill", "Jean-Luc", "李"])
def test_a_first_name_is_greeted(renderer: Renderer, name: str) -> None:
    context = build(an_order(person=Person(first_name=name)), None, a_shop(), "es", LINKS, NOW)

    assert f"¡Hola, {name}!" in renderer.email("order_confirmed", context).text


@pytest.mark.parametrize(
    "image",
    [
        "http://casalluna.example/x.png", "https://casalluna.example.evil.example/x.png",
        "https://evil.example/casalluna.example",
        "https://casalluna.example@evil.example/x.png", "https://casalluna.example:8443/x.png",
        "data:image/png;base64,x",
        "//casalluna.example/x.png", "https://casalluna.example\\@evil.example/", "https://evil.example?casalluna.example",
    ],
)  # fmt: skip
def test_pictures_come_from_the_shops_own_hosts_only(image: str) -> None:
    context = build(an_order(items=(an_item(1, image=image),)), None, a_shop(), "es", LINKS, NOW)

    assert context.items[0].image is None


def test_what_is_sent_carries_no_address_in_its_headers(renderer: Renderer) -> None:
    for sample in SAMPLES:
        headers = renderer.email(sample.message, sample.context("es")).headers

        assert "lucia" not in str(headers).lower()
        assert "10428" not in str(headers)


def _without_greeting(shape: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Addresses that are no addresses lose their line; that is the one thing that may differ."""
    return [(tag, names) for tag, names in shape if tag != "br"]
