import json
from dataclasses import replace
from email import message_from_string
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.channels.base import Accepted, Refused, redacted, set_name
from encamino.channels.email import Email
from encamino.channels.headers import RESERVED, mailbox, one_line
from encamino.channels.tag import key_of, tags_of
from encamino.domain.message import Channel, MessageKey, Render
from encamino.domain.order import OrderKey
from encamino.domain.reason import Why
from tests.channels.conftest import Case
from tests.channels.stub import Stub

TO = "lucia@example.com"


def test_ses_is_asked_for_what_the_render_says(stub: Stub, email: Email, case: Case) -> None:
    sent = email.send(case.message, case.render, TO, case.shop)

    assert sent == Accepted("m-1")
    [asked] = stub.asked
    assert (asked.method, asked.path) == ("POST", "/v2/email/outbound-emails")
    assert asked.json == {
        "FromEmailAddress": "Tienda <hola@tienda.example>",
        "Destination": {"ToAddresses": [TO]},
        "ReplyToAddresses": ["ayuda@tienda.example"],
        "Content": {
            "Simple": {
                "Subject": {"Data": "Tu pedido #1042 está en camino", "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": "¡Tu pedido está en camino!", "Charset": "UTF-8"},
                    "Html": {"Data": "<p>¡En camino!</p>", "Charset": "UTF-8"},
                },
                "Headers": [{"Name": "X-Kind", "Value": "service"}],
            }
        },
        "EmailTags": [
            {"Name": "encamino_key", "Value": str(case.message.key)},
            {"Name": "shop", "Value": "tienda"},
        ],
        "ConfigurationSetName": "encamino-tienda",
    }


def test_a_tenant_is_named_where_there_is_one(stub: Stub, email: Email, case: Case) -> None:
    named = Email(email._client, lambda shop: shop, tenant=lambda shop: f"tenant-{shop}")

    named.send(case.message, case.render, TO, case.shop)

    assert stub.asked[0].json["TenantName"] == "tenant-tienda"


def test_a_text_only_mail_has_no_html(stub: Stub, email: Email, case: Case) -> None:
    email.send(case.message, replace(case.render, html=None), TO, case.shop)

    assert set(stub.asked[0].json["Content"]["Simple"]["Body"]) == {"Text"}


NAMES = [
    "Tienda",
    'La "Buena" Tienda',
    "Martín, Hijos y Cía.",
    "Martin, Sons & Co.",
    "Back\\slash (dept)",
    "東京の店",
    "Café — l’été",
    "shop@elsewhere.example",
    "Ñandú " * 11,
    "🎁 Regalos",
    "=?utf-8?q?x?= Tienda",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_senders_name_arrives_as_it_is_written(name: str, stub: Stub, email: Email, case: Case) -> None:
    email.send(case.message, case.render, TO, case.sent_by(name))

    header = stub.asked[0].json["FromEmailAddress"]
    shown, address = parseaddr(header)
    assert header.isascii()
    assert address == "hola@tienda.example"
    assert str(make_header(decode_header(shown))) == name.strip()
    assert all(len(word) <= 75 for word in header.split())


@pytest.mark.parametrize(
    "name",
    [
        "Tienda\r\nBcc: victim@example.com",
        "Tienda\nX: y",
        "Tienda\u2028Bcc: victim@example.com",
        "Tienda\x85Bcc: victim@example.com",
        'Tienda" <victim@example.com>, "x',
        "=?utf-8?q?x=0D=0ABcc=3A?=\r\n victim@example.com",
        "\u202eadneiT",
        "Tienda\x00\x1b[31m",
    ],
)
def test_a_senders_name_is_never_more_than_a_name(name: str) -> None:
    header = mailbox(name, "hola@tienda.example")

    assert header is not None
    assert header.isascii()
    assert header.isprintable()
    assert parseaddr(header)[1] == "hola@tienda.example"
    message = message_from_string(f"From: {header}\n\n", policy=default)
    assert message.keys() == ["From"]
    assert [a.addr_spec for a in message["From"].addresses] == ["hola@tienda.example"]


@given(st.text(max_size=120))
def test_any_name_gives_one_address(name: str) -> None:
    header = mailbox(name, "hola@tienda.example")

    assert header is not None
    assert header.isascii()
    assert header.isprintable()
    message = message_from_string(f"From: {header}\n\n", policy=default)
    assert [a.addr_spec for a in message["From"].addresses] == ["hola@tienda.example"]


def test_a_sender_in_another_alphabet_gets_its_ascii_domain() -> None:
    assert mailbox("Bücher", "hallo@bücher.example") == "=?utf-8?q?B=C3=BCcher?= <hallo@xn--bcher-kva.example>"
    assert mailbox("Bücher", "grüße@buecher.example") is None


def test_a_sender_ses_cannot_take_is_refused_unasked(stub: Stub, email: Email, case: Case) -> None:
    sent = email.send(case.message, case.render, TO, case.sent_by("Bücher", "grüße@buecher.example"))

    assert isinstance(sent, Refused)
    assert sent.reason is Why.REJECTED
    assert stub.asked == []


@given(st.text())
def test_a_subject_is_one_line(text: str) -> None:
    line = one_line(text)

    assert len(line) <= 250
    assert len(line.splitlines()) <= 1
    assert not any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029\u202e" for c in line)
    assert one_line(line) == line


def test_a_subject_keeps_its_words_and_emoji() -> None:
    assert one_line("Tu pedido\r\nBcc: x@y.example") == "Tu pedido Bcc: x@y.example"
    assert one_line("  ¡Listo! 👩‍🚀 ") == "¡Listo! 👩‍🚀"
    assert one_line("x" * 10_000) == "x" * 249 + "…"


def test_halves_of_surrogate_pairs_do_not_stop_a_mail(stub: Stub, email: Email, case: Case) -> None:
    render = Render("Hola \ud83d", "Hola \ud83d", "<p>\ud83d</p>")

    sent = email.send(case.message, render, TO, case.shop)

    assert sent == Accepted("m-1")
    assert stub.asked[0].body.decode().count("\\ud83d") == 0


@pytest.mark.parametrize("value", ["a\r\nBcc: v@example.com", "a\nb", "a\u2028b", "a\x85b", "a\x00b"])
def test_no_value_begins_another_header(value: str, stub: Stub, email: Email, case: Case) -> None:
    email.send(case.message, replace(case.render, headers={"X-Note": value}), TO, case.shop)

    [header] = stub.asked[0].json["Content"]["Simple"]["Headers"]
    assert header["Name"] == "X-Note"
    assert header["Value"].isprintable()
    assert len(header["Value"].splitlines()) == 1


def test_a_value_in_another_alphabet_is_encoded(stub: Stub, email: Email, case: Case) -> None:
    email.send(case.message, replace(case.render, headers={"List-Id": "Café Ñandú"}), TO, case.shop)

    [header] = stub.asked[0].json["Content"]["Simple"]["Headers"]
    assert header["Value"].isascii()
    assert str(make_header(decode_header(header["Value"]))) == "Café Ñandú"


WRONG = [{name: "x"} for name in ("X:Y", "X Y", "", "Bcc\r\nX", "Añadido", "x" * 127, *sorted(RESERVED), "Message-ID")]
WRONG += [{"X-Note": ""}, {"X-Note": "x" * 871}, {f"X-{n}": "x" for n in range(16)}]


@pytest.mark.parametrize("headers", WRONG, ids=lambda headers: str(headers)[:40])
def test_a_header_ses_would_not_take_is_a_fault_of_the_template(
    headers: dict[str, str], stub: Stub, email: Email, case: Case
) -> None:
    sent = email.send(case.message, replace(case.render, headers=headers), TO, case.shop)

    assert isinstance(sent, Refused)
    assert sent.reason is Why.UNREADABLE
    assert stub.asked == []


@pytest.mark.parametrize(
    ("given_address", "reached"),
    [
        ("lucia@example.com", "lucia@example.com"),
        ("  Lucia.Vega+compras@Example.COM ", "Lucia.Vega+compras@example.com"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("müller@example.de", Why.NO_ADDRESS),
        ("lucia@localhost", Why.NO_ADDRESS),
        ("lucia@@example.com", Why.NO_ADDRESS),
        ("lucia@example", Why.NO_ADDRESS),
        ("Lucia <lucia@example.com>", Why.NO_ADDRESS),
        ("a@example.com, b@example.com", Why.NO_ADDRESS),
        ("lucia@example.com\r\nBcc: v@example.com", Why.NO_ADDRESS),
        ("x" * 65 + "@example.com", Why.NO_ADDRESS),
        ("", Why.NO_ADDRESS),
        (None, Why.NO_ADDRESS),
    ],
)
def test_reach(given_address: str | None, reached: str | Why, email: Email, case: Case) -> None:
    assert email.reach(case.ordered(email=given_address), case.shop) == reached


def test_an_order_without_details_is_not_reached(email: Email, case: Case) -> None:
    assert email.reach(replace(case.order, details=None), case.shop) is Why.NO_ADDRESS


def test_fitting_twice_changes_nothing(email: Email, case: Case) -> None:
    once = email.fit(replace(case.render, subject="a\r\nb"))

    assert once.subject == "a b"
    assert email.fit(once) is once


@given(st.text(min_size=1, max_size=900), st.text(max_size=50))
def test_a_key_of_any_length_comes_back_from_its_tags(id_: str, occasion: str) -> None:
    id_, occasion = (text.encode(errors="ignore").decode().replace("\x1f", "") for text in (id_, occasion))
    key = MessageKey(OrderKey("tienda", "wix", id_), "shipped", occasion, Channel.EMAIL)

    tags = tags_of(str(key))

    assert all(0 < len(value) <= 256 for value in tags.values())
    assert key_of(json.loads(json.dumps({name: [value] for name, value in tags.items()}))) == str(key)
    assert MessageKey.parse(str(key)) == key


def test_names_inside_ses_fit_and_stay_apart() -> None:
    assert set_name("encamino", "tienda") == "encamino-tienda"
    long = [set_name("production-post-purchase-messages-" + end, "a" * 40) for end in ("one", "two")]
    assert long[0] != long[1]
    assert all(len(name) == 64 and name.endswith("-" + "a" * 40) for name in long)


def test_a_vendors_words_lose_addresses_and_numbers() -> None:
    said = redacted("User: arn:aws:sts::123456789012:x is <lucia@example.com>, +34 612 34 56 78\nnot verified")

    assert said == "User: arn:aws:sts::…:x is <…>, … not verified"
