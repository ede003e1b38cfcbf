"""Every platform at its real door: its handshake, its signature, its way to tell two orders apart."""

import base64
import hashlib
import hmac
import json
import re
import time
import urllib.request
import uuid
from typing import Any

import pytest

from tests.e2e.outside import ROOT, SECRET, Stack, encamino, post, rest, signed_by_openssl, until

PAIRS = 5


def woocommerce(number: int, to: str) -> bytes:
    """An order of the recordings under another number and address."""
    body = recorded("woocommerce", "processing")
    body |= {"id": number, "number": str(number)}
    body["billing"]["email"] = to
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    body |= {name: now for name in body if name.startswith("date_") and body[name]}
    return json.dumps(body).encode()


def recorded(platform: str, name: str) -> dict[str, Any]:
    said = json.loads((ROOT / "tests/shops" / platform / f"{name}.json").read_text())
    body: dict[str, Any] = said["body"]
    return body


@pytest.fixture
def woo(stack: Stack, shop: str) -> str:
    """The shop's door for WooCommerce."""
    encamino("shop", "secret", shop, "woocommerce", "--value", SECRET)
    return f"{stack.api}/webhooks/woocommerce/{shop}"


def test_two_orders_of_one_second_share_woocommerces_delivery_id_and_both_are_known(
    stack: Stack, shop: str, woo: str
) -> None:
    first = uuid.uuid4().int % 10**8
    for pair in range(PAIRS):
        shared = uuid.uuid4().hex
        for number in (first + 2 * pair, first + 2 * pair + 1):
            body = woocommerce(number, f"teo-{number}@cliente.example")
            headers = {
                "x-wc-webhook-topic": "order.updated", "x-wc-webhook-resource": "order",
                "x-wc-webhook-event": "updated", "x-wc-webhook-delivery-id": shared,
                "x-wc-webhook-signature": signed_by_openssl(body, SECRET),
            }  # fmt: skip
            assert post(woo, body, headers) == 200
    rest()

    known = [encamino("order", "show", shop, str(first + n)) for n in range(2 * PAIRS)]
    assert {order["status"] for order in known} == {"paid"}
    assert [len(stack.mails(f"teo-{first + n}@cliente.example")) for n in range(2 * PAIRS)] == [1] * (2 * PAIRS)


def test_woocommerces_unsigned_ping_is_answered_200_and_an_unsigned_order_is_not(shop: str, woo: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert post(woo, b"webhook_id=32", form) == 200
    assert post(woo, woocommerce(1, "teo@cliente.example"), {"x-wc-webhook-topic": "order.updated"}) == 401
    # What answers 301 or 302 counts as delivered with WooCommerce, and the order is lost.
    assert post(f"{woo}/", b"webhook_id=32", form) not in range(300, 400)
    assert encamino("inbox", "list", shop) == []


def test_the_generic_door_takes_what_any_library_of_standard_webhooks_signs_and_names_the_field_it_cannot_read(
    stack: Stack, shop: str
) -> None:
    made = encamino("shop", "secret", shop, "generic")["secret"]
    to, order = f"mabel-{uuid.uuid4().hex[:8]}@customer.example", uuid.uuid4().hex
    said = recorded("generic", "correos_paid")
    said["at"] = said["order"]["placed_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    said["order"] |= {"id": order, "customer": {"email": to, "first_name": "Mabel"}}
    url = f"{stack.api}/webhooks/generic/{shop}"

    assert post(url, *standard_webhook(said, made)) == 200
    assert until(lambda: stack.mails(to), patience=100)[0]["subject"]
    assert 'lang="en' in stack.mails(to)[0]["html"][:600]

    said["order"]["items"][0]["quantity"] = "many"
    assert post(url, *standard_webhook(said, made)) == 200
    kept = until(lambda: encamino("inbox", "list", shop))
    assert "order.items[0].quantity" in json.dumps(kept)


def standard_webhook(said: dict[str, Any], secret: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers, signed as the scheme's page tells, with nothing of ours."""
    body, id_, now = json.dumps(said).encode(), f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{id_}.{now}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return body, {"webhook-id": id_, "webhook-timestamp": now, "webhook-signature": signature}


def test_a_link_only_shows_what_a_customer_chose_and_the_form_changes_it(stack: Stack, shop: str, woo: str) -> None:
    number = uuid.uuid4().int % 10**8
    to = f"teo-{number}@cliente.example"
    body = woocommerce(number, to)
    signed = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": signed_by_openssl(body, SECRET)}
    assert post(woo, body, signed) == 200
    rest()
    mail = until(lambda: stack.mails(to))[0]
    link = re.search(r'href="([^"]+/u/[^"]+)"', mail["html"])
    assert link, mail["html"]

    before = page(link[1])
    assert to not in before
    assert page(link[1]) == before
    assert boxes(before) == {"service_sms"}
    assert boxes(page(link[1], b"form=preferences&marketing_email=on")) == {"marketing_email"}
    assert boxes(page(link[1], b"List-Unsubscribe=One-Click")) == set()
    assert boxes(page(link[1])) == set()


def page(link: str, form: bytes | None = None) -> str:
    """What a browser gets; with a form, what it gets for sending it."""
    with urllib.request.urlopen(urllib.request.Request(link, form), timeout=30) as answer:
        return str(answer.read().decode())


def boxes(html: str) -> set[str]:
    """The boxes that are ticked."""
    return {box[1] for box in re.finditer(r'<input type="checkbox" name="(\w+)"[^>]* checked', html)}
