"""One order through the whole house: signed webhook in, mails and SMS out, the page tells the truth."""

import gzip
import itertools
import json
import random
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.e2e.outside import (
    SECRET,
    Order,
    Stack,
    encamino,
    gateway,
    get,
    post,
    programme,
    rest,
    signed_by_openssl,
    triggers,
    until,
)


def subjects(stack: Stack, order: Order) -> list[str]:
    return [mail["subject"] for mail in stack.mails(order.to)]


def test_a_paid_order_is_confirmed_by_one_mail_in_its_language_on_the_minutes_own_tick(
    stack: Stack, order: Order
) -> None:
    assert order.tell("orders/paid", order.body()) == 200

    mail = until(lambda: stack.mails(order.to), patience=100)[0]

    assert '<html lang="es"' in mail["html"].replace("'", '"') or 'lang="es"' in mail["html"][:600]
    assert str(order.id % 10000) in mail["html"]
    assert "Tassa Mar" in mail["text"]
    assert len(stack.mails(order.to)) == 1


def test_dhl_is_asked_by_the_deployed_rule_and_what_it_says_reaches_mail_phone_and_page(
    stack: Stack, order: Order
) -> None:
    programme(stack, order.number, {"0h": "out_for_delivery"})
    order.tell("orders/paid", order.body())
    order.tell("orders/fulfilled", order.body(fulfilments=[order.fulfilment(order.number)]))

    until(lambda: stack.texts(order.phone) and len(stack.mails(order.to)) >= 2, patience=200)

    known = order.known()
    assert known["shipments"][0]["carrier"] == "dhl"
    assert known["shipments"][0]["status"] == "out_for_delivery"
    asked = urllib.request.Request(known["tracking_url"], headers={"accept-encoding": "gzip"})
    packed = urllib.request.urlopen(asked, timeout=30).read()
    html = gzip.decompress(packed).decode()
    assert len(packed) <= 12_000
    assert order.number in html.replace(" ", "")
    assert "Ferrer" not in html
    assert order.to not in html
    assert any(call["slug"] == "dhl" for call in get(f"{gateway(stack)}/_simulator/calls.json"))


def test_forged_unsigned_and_unknown_are_401_and_leave_nothing(stack: Stack, order: Order) -> None:
    body = order.body()
    url = f"{stack.api}/webhooks"

    assert order.tell("orders/paid", body, secret="not the secret") == 401
    assert post(f"{url}/shopify/{order.shop}", body, {"x-shopify-topic": "orders/paid"}) == 401
    signature = {"x-shopify-hmac-sha256": signed_by_openssl(body, SECRET), "x-shopify-topic": "orders/paid"}
    assert post(f"{url}/shopify/no-such-shop", body, signature) == 401
    assert post(f"{url}/no_such_platform/{order.shop}", body, signature) == 401
    assert encamino("order", "show", order.shop, str(order.id), refused=True)["exit"] == 3


def test_an_authentic_delivery_that_makes_no_sense_is_kept_and_listed(order: Order) -> None:
    assert order.tell("orders/paid", b'{"id": ') == 200

    kept = until(lambda: encamino("inbox", "list", order.shop))
    assert kept[0]["trouble"]


def test_above_four_megabytes_is_413_and_just_below_is_kept(stack: Stack, order: Order) -> None:
    assert order.tell("orders/paid", order.body(note="x" * (4 * 1024 * 1024))) == 413
    assert order.tell("orders/paid", order.body(note="x" * (3 * 1024 * 1024))) == 200

    rest()
    assert len(stack.mails(order.to)) == 1


def test_three_times_and_shuffled_is_the_same_as_once_in_order(stack: Stack, order: Order) -> None:
    history = [
        ("orders/create", order.body(paid=False)),
        ("orders/paid", order.body(minutes=1)),
        ("orders/fulfilled", order.body(minutes=2, fulfilments=[order.fulfilment(order.number)])),
        ("fulfillments/create", json.dumps(order.fulfilment(order.number)).encode()),
    ]
    other = Order(stack, order.shop, order.id + 10**15, order.to.replace("lucia", "otra"), order.number)
    for topic, body in history:
        order.tell(topic, body)
        rest()
    told_again = [(topic, retold(body, order, other)) for topic, body in history * 3]
    random.Random(7).shuffle(told_again)
    for topic, body in told_again:
        assert other.tell(topic, body) == 200
    rest()

    assert state(order) == state(other)
    in_order, shuffled = triggers(order), triggers(other)
    assert {t for t, _, s in shuffled if s != "skipped"} <= {t for t, _, s in in_order if s != "skipped"}
    assert all(len(list(same)) == 1 for _, same in itertools.groupby(sorted(shuffled), key=lambda m: m[:2]))
    assert len(set(subjects(stack, other))) == len(subjects(stack, other))


def test_a_test_order_reaches_nobody_and_says_why(stack: Stack, order: Order) -> None:
    order.tell("orders/paid", order.body(test=True))

    rest()

    assert stack.mails(order.to) == []
    assert {w["reason"] for w in order.known()["why"]} == {"test_order"}


def test_a_number_that_comes_late_makes_one_complete_mail(stack: Stack, order: Order) -> None:
    order.tell("orders/fulfilled", order.body(fulfilments=[order.fulfilment()]))
    rest()
    assert not [s for s in triggers(order) if s[0] == "shipped" and s[2] == "sent"]

    later = {**order.fulfilment(order.number), "updated_at": json.loads(order.body(minutes=1))["updated_at"]}
    order.tell("fulfillments/update", json.dumps(later).encode())
    rest()

    shipped = [m for m in stack.mails(order.to) if order.number in m["text"]]
    assert len(shipped) == 1
    assert sum(1 for t, _, s in triggers(order) if t == "shipped" and s in ("sent", "delivered")) == 1


def test_a_number_that_never_comes_makes_the_honest_mail_after_two_hours(stack: Stack, order: Order) -> None:
    order.tell("orders/fulfilled", order.body(fulfilments=[order.fulfilment()]))
    rest()
    before = len(stack.mails(order.to))

    encamino("clock", "advance", "2h1m")

    assert len(stack.mails(order.to)) == before + 1
    encamino("clock", "reset")


def test_a_mail_that_bounces_is_known_and_the_address_is_not_written_to_again(stack: Stack, shop: str) -> None:
    bouncing = f"bounce+{shop}@simulator.amazonses.com"
    order = Order(stack, shop, random.randrange(10**14), bouncing, "JJD000000000000001")
    order.tell("orders/paid", order.body())
    rest()
    until(lambda: ("order_confirmed", "email", "bounced") in triggers(order))

    order.tell("orders/fulfilled", order.body(minutes=1, fulfilments=[order.fulfilment(order.number)]))
    rest()

    assert len(stack.mails(bouncing)) == 1
    shipped = next(m for m in order.known()["messages"] if m["trigger"] == "shipped")
    assert (shipped["status"], shipped["reason"]) == ("skipped", "bounce")


def test_a_delivered_report_marks_the_message(order: Order) -> None:
    order.tell("orders/paid", order.body())
    rest()

    until(lambda: ("order_confirmed", "email", "delivered") in triggers(order))


@pytest.mark.parametrize(
    "path", ["/t/aaaaaaaaaaaaaaaaaaaaaaaaaa", "/t/zzz", "/t/%3Cscript%3E", "/t/aaaa.ics", "/t/aaaa.json"]
)
def test_a_link_that_names_nothing_gets_one_and_the_same_answer(stack: Stack, path: str) -> None:
    assert missing(stack, path) == missing(stack, "/t/bbbbbbbbbbbbbbbbbbbbbbbbbb")


def retold(body: bytes, order: Order, other: Order) -> bytes:
    """The same, said of another order."""
    names = {str(order.id): str(other.id), str(order.id + 5): str(other.id + 5), order.to: other.to}
    for old, new in names.items():
        body = body.replace(old.encode(), new.encode())
    return body


def missing(stack: Stack, path: str) -> tuple[int, bytes]:
    try:
        urllib.request.urlopen(stack.api + path, timeout=30)
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read()
    raise AssertionError(f"{path} showed something")


def state(order: Order) -> dict[str, Any]:
    known = order.known()
    return {name: known[name] for name in ("status", "payment", "preparation", "locale", "total")}
