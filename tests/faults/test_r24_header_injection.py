"""Whatever a text holds, a mail has the headers we give it and no others, each of one line."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from random import Random
from typing import Any, cast

import botocore.session
import pytest
from botocore.validate import ParamValidator

from encamino.channels.email import Email, request
from encamino.channels.headers import LONGEST_VALUE, SUBJECT, NotAHeader, mailbox
from encamino.domain.fact import FactType
from encamino.domain.message import Channel, Kind, Message, MessageKey, MessageStatus, Render
from encamino.domain.order import Details, Order, Person
from encamino.domain.reason import Why
from encamino.domain.shipment import Shipment
from encamino.domain.shop import Shop
from encamino.messages.context import build
from encamino.messages.render import Renderer
from tests.builders import LINKS, NOW, a_shipment, a_shop, an_item, an_order
from tests.faults.hostile import header_text, many
from tests.languages import LANGUAGES

SEED = 24
MANY, SOME = 3_000, 400
OURS = {"From", "To", "Reply-To", "Subject", "References", "Auto-Submitted", "Feedback-ID", "List-Id", "X-Note"}
#: They turn the direction of what is read.
TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
TO = "lucia@example.com"


@pytest.fixture(scope="module")
def renderer(templates: Any) -> Renderer:
    return Renderer(templates)


def hostile_shop(text: str) -> Shop:
    """A shop whose file was read without being checked."""
    shop = a_shop()
    sender = shop.sender.model_copy(update={"name": text, "reply_to": text})
    return shop.model_copy(update={"name": text, "legal": text, "sender": sender})


def hostile_order(text: str) -> tuple[Order, Shipment]:
    shipment = a_shipment(number=text, carrier_name=text, signed_by=text)
    person = Person(text, text, text, text)
    return an_order(shipment, name=text, person=person, items=(an_item(1, name=text),), shipping_method=text), shipment


def message(order: Order) -> Message:
    key = MessageKey(order.key, "shipped", "f1", Channel.EMAIL)
    return Message(key, FactType.SHIPMENT_REGISTERED, NOW, Kind.SERVICE, MessageStatus.SENDING, planned_at=NOW, due=NOW)


def valued(asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The headers of the mail that SES is asked for, were it to write them down as they are."""
    simple = asked["Content"]["Simple"]
    yield "From", asked["FromEmailAddress"]
    yield from (("To", to) for to in asked["Destination"]["ToAddresses"])
    yield from (("Reply-To", to) for to in asked.get("ReplyToAddresses", ()))
    yield "Subject", simple["Subject"]["Data"]
    yield from ((header["Name"], header["Value"]) for header in simple["Headers"])


def read_back(asked: dict[str, Any]) -> list[str]:
    """The names of the headers that a mailbox finds in it."""
    head = "".join(f"{name}: {value}\r\n" for name, value in valued(asked))
    return message_from_bytes(f"{head}\r\nbody".encode(), policy=default).keys()


def faults(asked: dict[str, Any], check: Callable[[dict[str, Any]], str]) -> Iterator[str]:
    """What is wrong with a request."""
    if wrong := check(asked):
        yield f"not valid for SES: {wrong}"
    given = [name for name, _ in valued(asked)]
    if read_back(asked) != given or not set(given) <= OURS or len(set(given)) != len(given):
        yield f"headers: {read_back(asked)}"
    for name, value in valued(asked):
        if len(value.splitlines()) != 1 or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in value):
            yield f"{name} is not one line of text: {value[:80]!r}"
        if TURNS.intersection(value):
            yield f"{name} turns: {value[:80]!r}"
        if len(value) > (SUBJECT if name == "Subject" else LONGEST_VALUE) or (
            name != "Subject" and not value.isascii()
        ):
            yield f"{name} is more than SES takes: {len(value)}"
    if any(len(tag["Value"]) > 256 or not tag["Value"].isascii() for tag in asked["EmailTags"]):
        yield "a tag is more than SES takes"


def checker() -> Callable[[dict[str, Any]], str]:
    """What the description of SES v2 has against a request; empty when nothing."""
    model = cast("Any", botocore.session).get_session().get_service_model("sesv2")
    shape = model.operation_model("SendEmail").input_shape
    return lambda asked: str(ParamValidator().validate(asked, shape).generate_report())


@pytest.mark.proof("R24", "no text becomes a header or breaks one")
def test_no_text_becomes_a_header(whole: bool, figure: Callable[[str], None], renderer: Renderer) -> None:
    texts, check = many(header_text, MANY if whole else SOME, Random(SEED)), checker()
    found: list[str] = []
    asked_for: Counter[str] = Counter()
    for n, text in enumerate(texts):
        shop, (order, shipment) = hostile_shop(text), hostile_order(text)
        sender = mailbox(shop.sender.name, shop.sender.email)
        assert sender is not None
        name, language = sorted(renderer.catalogue)[n % len(renderer.catalogue)], LANGUAGES[n // 4 % 2]
        context = build(order, None if name == "order_confirmed" else shipment, shop, language, LINKS, NOW)
        rendered = renderer.email(name, context)
        for kind, render in (
            ("rendered", rendered),
            ("subject as given", Render(text, text, text, rendered.headers)),
            (
                "headers as given",
                replace(rendered, headers={"List-Id": text, "X-Note": f"a {text}", "References": text}),
            ),
        ):
            try:
                asked = cast("dict[str, Any]", request(message(order), render, sender, TO, shop))
            except NotAHeader:
                # SES is not asked at all: a value that long is a fault of a template.
                asked_for[f"{kind}, refused"] += 1
                continue
            asked_for[kind] += 1
            found += [f"{kind}: {fault}" for fault in faults(asked, check)]

    figure(
        f"{len(texts):,} texts in subject, sender, reply-to, headers: {len(found)} extra headers or broken lines in "
        f"{asked_for.total():,} requests ({', '.join(f'{k}: {v:,}' for k, v in asked_for.items())}); seed {SEED}"
    )
    assert found == []
    assert asked_for["rendered"] == asked_for["subject as given"] == len(texts)
    assert asked_for["headers as given"] > len(texts) / 2


@pytest.mark.proof("R24", "no customer's address is more than an address")
def test_no_address_carries_anything_else(whole: bool, figure: Callable[[str], None]) -> None:
    chance, nobody = Random(SEED), cast("Any", None)
    channel, shop = Email(nobody, str), a_shop()
    texts = many(header_text, MANY if whole else SOME, chance)
    addresses = [f"{a}{text}{b}" for text in texts for a, b in ((TO, ""), ("", TO), ("lucia", "@example.com"))]
    reached: set[str] = set()
    for address in addresses:
        to = channel.reach(Order(an_order().key, Details(NOW, "#1", NOW, person=Person(email=address))), shop)
        if not isinstance(to, Why):
            reached.add(to)

    figure(f"{len(addresses):,} addresses with a tail: reached {sorted(reached)}; seed {SEED}")
    # Blanks around an address are no part of it; everything else makes it none.
    assert all(to.isprintable() and to.isascii() and " " not in to and to.count("@") == 1 for to in reached)
    assert not {"victim@example.com", "thief@example.com"} & reached
