"""docs/merchant/generic.md does what it says: its script signs, its documents are understood, a mail goes out."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from encamino.carriers.recognise import named
from encamino.cli.shop_file import read_shop
from encamino.domain.order import OrderKey, OrderStatus
from encamino.flows.inbox import InboxDesk, take_in
from encamino.flows.receive import Arrived, Doorkeeper, receive
from encamino.shops import generic
from encamino.shops.base import Delivery
from encamino.shops.generic import document
from encamino.shops.generic.document import Document
from tests.flows.house import House

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / "docs/merchant/generic.md", "es": ROOT / "docs/merchant/es/generic.md"}
SHOP = ROOT / "infra/local/shops/generic.yaml"
#: Later than anything the page tells.
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SECRET = generic.new_secret(bytes(range(32))) or ""
#: Stands where `curl` would, and writes down what it would have sent.
CURL = """#!{python}
import json, sys
words, sent = sys.argv[1:], {{"headers": {{}}}}
while words:
    word = words.pop(0)
    if word == "-H":
        name, _, value = words.pop(0).partition(": ")
        sent["headers"][name] = value
    elif word == "--data-binary":
        sent["body"] = open(words.pop(0).removeprefix("@")).read()
    elif word != "-i":
        sent["url"] = word
json.dump(sent, open("sent.json", "w"))
"""


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGES[page].read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


DOCUMENTS: list[dict[str, Any]] = [json.loads(block) for block in blocks("en", "json")]


def typed(folder: Path) -> dict[str, Any]:
    """What the page's script sends when it is typed in, with the first document beside it."""
    (script,) = blocks("en", "shell")
    script = re.sub(r"SECRET='.*'", f"SECRET='{SECRET}'", script)
    script = re.sub(r"URL='.*'", "URL='https://api.example/webhooks/generic/wren-and-thistle'", script)
    (folder / "order.json").write_text(blocks("en", "json")[0], encoding="utf-8")
    curl = folder / "curl"
    curl.write_text(CURL.format(python=sys.executable), encoding="utf-8")
    curl.chmod(0o755)
    path = os.pathsep.join((str(folder), os.defpath))
    done = subprocess.run(
        ["sh", "-eu", "-c", script], cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    sent: dict[str, Any] = json.loads((folder / "sent.json").read_text(encoding="utf-8"))
    return sent


def test_the_script_of_the_page_signs_what_it_sends(tmp_path: Path) -> None:
    sent = typed(tmp_path)
    assert sent["url"] == "https://api.example/webhooks/generic/wren-and-thistle"
    body, now = sent["body"].encode(), datetime.now(UTC)
    assert generic.verify(body, sent["headers"], [SECRET], now)
    assert not generic.verify(body + b" ", sent["headers"], [SECRET], now)
    assert not generic.verify(body, sent["headers"], [SECRET], now + timedelta(minutes=6))


def test_the_two_pages_have_the_same_script_and_documents() -> None:
    for kind in ("shell", "json"):
        assert blocks("en", kind) == blocks("es", kind)


@pytest.mark.parametrize("said", DOCUMENTS, ids=lambda said: said["type"])
def test_a_document_of_the_page_tells_what_its_type_says(said: dict[str, Any]) -> None:
    translation = generic.translate(Delivery(json.dumps(said).encode(), {}, NOW), {})
    assert said["type"] in ("order", "ping") or said["type"] in {fact.type for fact in translation.facts}


def test_the_page_has_an_example_of_every_kind() -> None:
    shown = {type(document.checked(json.loads(block))) for block in blocks("en", "json")}
    assert shown == set(get_args(Document.__value__))


@pytest.mark.parametrize("page", PAGES)
def test_every_type_and_every_word_stands_on_the_page(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    words = {word.removeprefix("shipment.") for word in document.TYPES} | {status.value for status in OrderStatus}
    assert {word for word in words if f"`{word}`" not in text and f'"{word}"' not in text} - {
        "registered", "number_replaced",
    } == set()  # fmt: skip


def test_what_the_page_shows_of_a_mistake_is_what_the_merchant_is_told(house: House) -> None:
    said = json.loads(blocks("en", "json")[0])
    said["order"]["placed_at"] = "2026-11-10T09:15:00"
    assert deliver(house, said) == "unreadable"
    (kept,) = house.store.deliveries(house.shop.shop, None)
    assert kept.trouble
    assert all(f"`{kept.trouble}`" in page.read_text(encoding="utf-8") for page in PAGES.values())


# ── at the door and behind it ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def house(templates: Path) -> House:
    shop = read_shop(SHOP.read_bytes(), SHOP.name)
    return House(templates, shop, start=datetime(2026, 11, 10, 9, 16, tzinfo=UTC))


def knock(
    body: bytes, headers: dict[str, str], at: datetime, queue: list[str], secrets: Sequence[str] = (SECRET,)
) -> int:
    keeper = Doorkeeper(lambda _shop, _name, _again: secrets, queue.append, lambda _body: "")
    return receive(Arrived("generic", "wren-and-thistle", "POST", headers, "", body, at), keeper).status


def deliver(house: House, said: object) -> str:
    """Through the door and into the house; what became of it."""
    queue: list[str] = []
    body = json.dumps(said).encode()
    assert knock(body, dict(generic.sign(body, SECRET, house.now)), house.now, queue) == 200
    return worked(house, queue)


def worked(house: House, queue: list[str]) -> str:
    return take_in(InboxDesk(house.desk, named, lambda _key: b""), queue[-1], house.now)


def test_the_first_order_of_the_page_is_confirmed_to_the_customer(house: House) -> None:
    assert deliver(house, DOCUMENTS[0]) == "understood"
    house.pass_time(timedelta(hours=1))
    ((render, to),) = ((r, to) for message, r, to in house.mail.got if message.key.trigger == "order_confirmed")
    assert to == "mabel@example.com"
    assert "#10042" in (render.subject or "") + (render.text or "")


def test_a_delivery_sent_again_has_no_second_effect_and_neither_has_one_replayed(house: House) -> None:
    body = json.dumps(DOCUMENTS[0]).encode()
    first = dict(generic.sign(body, SECRET, house.now))
    queue: list[str] = []
    assert knock(body, first, house.now, queue) == 200
    assert worked(house, queue) == "understood"
    again = dict(generic.sign(body, SECRET, house.now + timedelta(minutes=4)))
    assert again["webhook-id"] == first["webhook-id"]
    for headers, at in ((first, timedelta(seconds=299)), (again, timedelta(minutes=4))):
        assert knock(body, headers, house.now + at, queue) == 200
        assert worked(house, queue) == "again"
    assert knock(body, first, house.now + timedelta(seconds=301), queue) == 401
    assert knock(body, first, house.now + timedelta(hours=1), queue) == 401
    house.pass_time(timedelta(days=1))
    assert house.sent().count(("order_confirmed", "email")) == 1
    assert len(house.sent()) == len(set(house.sent()))


def test_the_old_secret_counts_beside_the_new_one(house: House) -> None:
    body, old = b'{"type": "ping"}', generic.new_secret(bytes(32)) or ""
    headers = dict(generic.sign(body, old, house.now))
    assert knock(body, headers, house.now, [], (SECRET, old)) == 200
    assert knock(body, headers, house.now, [], (SECRET,)) == 401


def test_what_is_about_no_order_is_kept_and_named(house: House) -> None:
    baskets = [said for said in DOCUMENTS if said["type"].startswith(("cart.updated", "contact."))]
    assert [deliver(house, said) for said in baskets] == ["ignored"] * len(baskets)
    assert len(house.store.deliveries(house.shop.shop, None)) == len(baskets)


def test_the_pages_documents_told_in_their_order_make_one_order(house: House) -> None:
    for said in DOCUMENTS:
        assert deliver(house, said) in ("understood", "ignored"), said["type"]
    document = house.store.order(OrderKey(house.shop.shop, "generic", "10042"))
    assert document is not None
    assert document.order.invoice_issued_at
    assert [shipment.old_numbers for shipment in document.order.shipments] == [("JD000246810121416",)]


def test_the_example_shops_words_are_translated_by_its_file(house: House) -> None:
    deliver(house, DOCUMENTS[0])
    deliver(house, {"type": "order", "at": "2026-11-11T09:00:00Z", "order": {"id": "10042", "shop_status": "picking"}})
    document = house.store.order(OrderKey(house.shop.shop, "generic", "10042"))
    assert document is not None
    assert document.order.status is OrderStatus.IN_PREPARATION
