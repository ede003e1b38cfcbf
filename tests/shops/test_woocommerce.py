"""WooCommerce's traps, one test each. Where they were met: its own code (11.2), its issues, recorded deliveries."""

import base64
import copy
import hashlib
import hmac
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from encamino.carriers.recognise import named
from encamino.cli.shop_file import read_shop
from encamino.cli.simulate import key_of, new_order, renewed, told_at
from encamino.cli.simulate import recorded as recording_of
from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.order import (
    WHOLE,
    Address,
    Details,
    Money,
    Order,
    OrderKey,
    OrderStatus,
    Payment,
    Person,
    Preparation,
)
from encamino.domain.shipment import Reason, ShipmentStatus
from encamino.domain.shop import Shop
from encamino.flows.intake import delivery_hash, take
from encamino.flows.keep import Desk
from encamino.flows.receive import Arrived, Doorkeeper, Reply, receive
from encamino.shops import woocommerce
from encamino.shops.base import Delivery, Handshake, Platform, Translation
from encamino.store.memory import MemoryStore
from tests.builders import a_shop

#: That a type checker agrees.
PLATFORM: Platform = woocommerce

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "woocommerce"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EMPTY = Order(OrderKey("demo", "woocommerce", "1"))
AST, AFTERSHIP, LABELS = "_wc_shipment_tracking_items", "_aftership_tracking_items", "wcshipping_labels"
type Json = dict[str, Any]


def recorded(name: str, /, **changed: Any) -> Json:
    """The body of a recording, some of it changed."""
    body: Json = json.loads((HERE / f"{name}.json").read_text())["body"]
    return body | changed


def told(body: object, topic: str = "order.updated", **statuses: OrderStatus) -> Translation:
    own = {name.replace("_", "-"): status for name, status in statuses.items()}
    return woocommerce.translate(Delivery(json.dumps(body).encode(), {"x-wc-webhook-topic": topic}, NOW), own)


def types(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.type.value for fact in facts]


def one(facts: tuple[Fact, ...], type_: str) -> Fact:
    (found,) = (fact for fact in facts if fact.type == type_)
    return found


def details(body: Json) -> Details:
    said = told(body).facts[0].details
    assert said is not None
    return said


def after(*names: str) -> Order:
    """The order once these recordings have been told."""
    order = EMPTY
    for name in names:
        said = json.loads((HERE / f"{name}.json").read_text())
        delivery = Delivery(json.dumps(said["body"]).encode(), said["headers"], NOW)
        order = learn(order, woocommerce.translate(delivery, {}).facts)
    return order


def with_meta(name: str, /, *pairs: tuple[str, Any], **changed: Any) -> Json:
    """The body of a recording whose plugins keep these instead."""
    meta = [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(pairs)]
    return recorded(name, meta_data=meta, **changed)


def travelling(body: Json) -> list[tuple[str, str | None, str | None, str | None]]:
    """Id, number, the shop's word for the carrier and the page of each shipment."""
    order = learn(EMPTY, told(body).facts)
    return [(s.id, s.number, s.label.carrier_name, s.label.link) for s in order.travelling]


# ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_signature_that_openssl_makes_is_made() -> None:
    # Nobody publishes a vector; this one is `openssl dgst -sha256 -hmac 'segreto&"1"' -binary | base64`.
    body = b'{"id":418207,"note":"caff\\u00e8 \\/ t\\u00e8"}'
    signed = {"x-wc-webhook-signature": "gWDWyLHzghPFDG4bw2zmAGtgSF59dazhuAZyZJlRs70="}
    assert woocommerce.sign(body, 'segreto&"1"', NOW) == signed
    assert woocommerce.verify(body, signed, ['segreto&"1"'], NOW)


@pytest.mark.parametrize(
    ("typed", "signs"),
    [
        ("segreto&amp;&quot;1&quot;", 'segreto&"1"'), ("&lt;a&gt;", "<a>"), ("&#039;&#39;&#x27;&#X027;", "''''"),
        ("&#34;&#x22;&#60;&#062;&#38;&#x26;", '""<>&&'), ("&amp;lt;", "&lt;"), ("a&b", "a&b"), ("&copy;", "&copy;"),
        ("&eacute;&#233;", "&eacute;&#233;"), ("&amp", "&amp"), ("&apos;", "&apos;"),
    ],
)  # fmt: skip
def test_a_secret_that_wordpress_wrote_with_entities_signs_without_them(typed: str, signs: str) -> None:
    expected = base64.b64encode(hmac.digest(signs.encode(), b"{}", "sha256")).decode()
    assert woocommerce.sign(b"{}", typed, NOW) == {"x-wc-webhook-signature": expected}


def test_the_raw_bytes_are_signed_and_not_what_they_mean() -> None:
    escaped, plain = (
        b'{"url":"https:\\/\\/x.example","note":"caff\\u00e8"}',
        '{"url":"https://x.example","note":"caffè"}',
    )
    signed = woocommerce.sign(escaped, "s", NOW)
    assert json.loads(escaped) == json.loads(plain)
    assert woocommerce.verify(escaped, signed, ["s"], NOW)
    assert not woocommerce.verify(plain.encode(), signed, ["s"], NOW)


def test_an_empty_secret_signs_nothing() -> None:
    assert not woocommerce.verify(b"{}", woocommerce.sign(b"{}", "", NOW), [""], NOW)


def test_a_site_that_filters_the_algorithm_of_its_signature_is_refused_and_not_guessed_at() -> None:
    other = base64.b64encode(hmac.new(b"s", b"{}", hashlib.sha512).digest()).decode()
    assert not woocommerce.verify(b"{}", {"x-wc-webhook-signature": other}, ["s"], NOW)


def test_an_empty_body_is_refused_though_signed() -> None:
    assert not woocommerce.verify(b"", woocommerce.sign(b"", "s", NOW), ["s"], NOW)


@pytest.mark.parametrize("header", ["", "ñ", "\ud800", "=", "gWDW", "A" * 10_000, "\x00"])
def test_a_strange_signature_is_refused_without_an_exception(header: str) -> None:
    assert not woocommerce.verify(b"{}", {"x-wc-webhook-signature": header}, ["s", "\ud800"], NOW)


@given(body=st.binary(min_size=1, max_size=200), secret=st.text(min_size=1, max_size=40), bit=st.integers(0, 351))
def test_a_signature_with_one_bit_flipped_is_refused(body: bytes, secret: str, bit: int) -> None:
    (genuine,) = woocommerce.sign(body, secret, NOW).values()
    flipped = bytearray(genuine.encode())
    flipped[bit // 8] ^= 1 << bit % 8
    assert woocommerce.verify(body, {"x-wc-webhook-signature": genuine}, [secret], NOW)
    assert not woocommerce.verify(body, {"x-wc-webhook-signature": flipped.decode("latin-1")}, [secret], NOW)


@given(random=st.binary(min_size=32, max_size=32))
def test_a_secret_that_we_make_passes_wordpress_unchanged(random: bytes) -> None:
    made = woocommerce.new_secret(random)
    assert made is not None
    assert len(made) == 43
    assert made.isascii()
    assert not set(made) & set("&<>\"' %\\")


def test_the_door_verifies_without_loading_any_model() -> None:
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; from datetime import datetime, UTC;"
        "from encamino.shops.base import platform; shop = platform('woocommerce');"
        "shop.verify(b'{}', {'x-wc-webhook-signature': 'x'}, ['s'], datetime.now(UTC));"
        "shop.handshake('POST', {}, '', b'{}');"
        "print(*(n for n, m in list(sys.modules.items()) if type(m).__name__ != '_LazyModule'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "encamino.shops.woocommerce" in loaded
    assert {name for name in loaded if name.startswith("encamino.domain.")} <= {"encamino.domain.errors"}
    assert not loaded & {"pydantic", "boto3", "html", "encamino.shops.reading", "encamino.shops.woocommerce.topics"}


# ── the door: the ping, and what WooCommerce takes for an answer ────────────────────────────────────────────────────


class Door:
    """A door with one secret, and what lies in the queue behind it."""

    def __init__(self) -> None:
        self.queued: list[str] = []

    def answers(self, body: bytes, headers: dict[str, str], method: str = "POST") -> Reply:
        keeper = Doorkeeper(lambda *_: ["s"], self.queued.append, lambda _: "inbox/1")
        return receive(Arrived("woocommerce", "carta-darno", method, headers, "", body, NOW), keeper)


FORM = {"content-type": "application/x-www-form-urlencoded", "user-agent": "WooCommerce/10.3.4 Hookshot"}


def test_the_unsigned_ping_is_answered_200_and_stores_nothing() -> None:
    door = Door()
    assert door.answers(b"webhook_id=12", FORM) == Reply(200, "handshake", "")
    assert door.queued == []


@pytest.mark.parametrize(
    ("body", "headers", "method"),
    [
        (b"webhook_id=12&x=1", FORM, "POST"), (b"webhook_id=", FORM, "POST"), (b"webhook_id=12\n", FORM, "POST"),
        (b"webhook_id=-1", FORM, "POST"), (b" webhook_id=12", FORM, "POST"), (b"webhook_id=" + b"1" * 99, FORM, "POST"),
        (b'{"webhook_id":12}', FORM, "POST"), (b"", FORM, "POST"), (b"webhook_id=12", FORM, "GET"),
        (b"webhook_id=12", FORM | {"x-wc-webhook-topic": "order.updated"}, "POST"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_ping_is_refused(body: bytes, headers: dict[str, str], method: str) -> None:
    door = Door()
    assert door.answers(body, headers, method).status == 401
    assert door.queued == []


def test_the_ping_needs_no_shop_because_wordpress_sends_it_before_the_secret_is_ours() -> None:
    assert woocommerce.handshake("POST", {}, "", b"webhook_id=1") == Handshake(200)


def test_a_delivery_is_answered_200_with_nothing_as_a_client_of_http_1_0_and_of_old_rules_wants_it() -> None:
    # 201 and 202 fail the ping, 301 and 302 count as delivered and lose the order; a body would need a length.
    door, body = Door(), json.dumps(recorded("processing")).encode()
    headers = {"x-wc-webhook-topic": "order.updated", **woocommerce.sign(body, "s", NOW)}
    assert door.answers(body, headers) == Reply(200, "kept", "")
    assert door.answers(b'{"broken', {**headers, **woocommerce.sign(b'{"broken', "s", NOW)}) == Reply(200, "kept", "")
    assert len(door.queued) == 2


def test_the_merchant_is_told_to_choose_the_version_that_is_read() -> None:
    said = woocommerce.paste("https://api.example/webhooks/woocommerce/x")
    assert "WP REST API Integration v3" in said
    assert "https://api.example/webhooks/woocommerce/x exactly" in said


# ── the delivery id ─────────────────────────────────────────────────────────────────────────────────────────────────


def delivery(body: object, id_: str, topic: str = "order.created") -> Delivery:
    headers = {"x-wc-webhook-topic": topic, "x-wc-webhook-id": "31", "x-wc-webhook-delivery-id": id_}
    return Delivery(json.dumps(body).encode(), headers, NOW)


def hash_of(said: Delivery) -> str:
    """As intake names a delivery."""
    return delivery_hash("woocommerce", said, sorted(h for h in woocommerce.HEADERS if "topic" in h))


def test_the_delivery_id_has_no_part_in_what_a_delivery_is_called() -> None:
    first, second = recorded("processing"), recorded("processing", id=418299)
    assert hash_of(delivery(first, "a")) != hash_of(delivery(second, "a"))
    assert hash_of(delivery(first, "a")) == hash_of(delivery(first, "b"))
    assert hash_of(delivery(first, "a")) != hash_of(delivery(first, "a", "order.updated"))


def test_a_thousand_pairs_of_orders_with_equal_delivery_ids_are_two_thousand_orders() -> None:
    store, shop = MemoryStore(lambda: NOW), a_shop(shop="carta-darno")
    desk, body = Desk(store, {}, lambda: b"a link key for tests"), recorded("created_late")
    store.put_shop(shop)
    for pair in range(1_000):
        for order in (500_000 + 2 * pair, 500_001 + 2 * pair):
            said = delivery(body | {"id": order, "number": str(order)}, f"{pair:032x}")
            kept = take(desk, shop, "woocommerce", woocommerce, said, named, NOW).kept
            assert [one.again for one in kept] == [False]
    orders = {key.id for key in store.orders_of(shop.shop, "2026-11")}
    assert orders == {str(order) for order in range(500_000, 502_000)}


def test_an_order_told_twice_by_two_delivery_ids_is_told_once() -> None:
    store, shop = MemoryStore(lambda: NOW), a_shop(shop="carta-darno")
    desk = Desk(store, {}, lambda: b"a link key for tests")
    store.put_shop(shop)
    taken = [
        take(desk, shop, "woocommerce", woocommerce, delivery(recorded("processing"), id_), named, NOW)
        for id_ in ("a", "b")
    ]
    assert [kept.again for one in taken for kept in one.kept] == [False, True]


# ── topics ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored", "Order.Updated"])
def test_an_order_tells_all_its_state_whatever_the_topic(topic: str) -> None:
    said = types(told(recorded("delivered"), topic).facts)
    assert {"order.placed", "order.paid", "order.shipped", "shipment.registered", "shipment.delivered"} <= set(said)


def test_equal_bodies_under_two_topics_are_one_order() -> None:
    facts = [told(recorded("created_late"), topic).facts for topic in ("order.created", "order.updated")]
    assert facts[0] == facts[1]


def test_a_lost_first_delivery_is_made_up_for_by_any_later_one() -> None:
    assert after("delivered").status is OrderStatus.DELIVERED


def test_several_changes_in_one_late_delivery_are_all_told() -> None:
    assert types(told(recorded("completed_with_number"), "order.created").facts) == [
        "order.placed", "order.paid", "order.shipped", "shipment.registered",
    ]  # fmt: skip


def test_a_topic_in_two_headers_is_one_topic() -> None:
    headers = {"x-wc-webhook-resource": "order", "x-wc-webhook-event": "updated"}
    body = json.dumps(recorded("processing")).encode()
    assert woocommerce.translate(Delivery(body, headers, NOW), {}).facts == told(recorded("processing")).facts


@pytest.mark.parametrize(
    "topic",
    [
        "customer.created", "customer.updated", "customer.deleted", "coupon.created",
        "coupon.updated", "product.created", "product.updated", "product.published", "product.restored",
        "action.woocommerce_add_to_cart", "order.", "order",
    ],
)  # fmt: skip
def test_a_topic_that_is_not_used_says_its_name_and_has_no_order(topic: str) -> None:
    said = told({"id": 41, "arg": 41}, topic)
    assert said.facts == ()
    assert said.ignored == f"topic {topic} is not used"


@pytest.mark.parametrize("topic", ["customer.updated", "coupon.created", "product.updated", "action.woocommerce_new_x"])
def test_an_id_that_is_no_orders_is_no_key(topic: str) -> None:
    assert woocommerce.key(Delivery(b'{"id":41,"arg":41}', {"x-wc-webhook-topic": topic}, NOW)) is None


def test_a_deleted_order_is_an_id_alone_and_is_not_called_cancelled() -> None:
    said = Delivery(b'{"id":418261}', {"x-wc-webhook-topic": "order.deleted"}, NOW)
    assert woocommerce.translate(said, {}).facts == ()
    assert woocommerce.key(said) == "418261"


@pytest.mark.parametrize("status", ["checkout-draft", "auto-draft", "draft", "trash", "wc-checkout-draft"])
@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored"])
def test_a_draft_is_no_order_whatever_the_topic(status: str, topic: str) -> None:
    store, shop = MemoryStore(lambda: NOW), a_shop(shop="carta-darno")
    store.put_shop(shop)
    desk, said = Desk(store, {}, lambda: b"key"), delivery(recorded("processing", status=status), "a", topic)
    taken = take(desk, shop, "woocommerce", woocommerce, said, named, NOW)
    assert (taken.kept, "draft" in (taken.ignored or "")) == ((), True)
    assert store.order(OrderKey(shop.shop, "woocommerce", "418207")) is None


def test_a_hook_as_a_topic_brings_an_id_and_moves_nothing() -> None:
    order = after("action_completed")
    assert (order.milestones, order.status) == ((), OrderStatus.AWAITING_PAYMENT)
    with pytest.raises(Unreadable):
        told({"action": "woocommerce_order_status_completed", "arg": {}}, "action.woocommerce_order_status_completed")


def test_the_answer_of_the_api_about_one_object_is_read_without_a_topic() -> None:
    for name in ("api_answer", "completed_with_number", "refunded_part", "fulfillment_answer"):
        body = json.dumps(recorded(name)).encode()
        assert woocommerce.translate(Delivery(body, {}, NOW), {}).facts, name


@pytest.mark.parametrize(
    ("source", "host"),
    [
        ("https://cartadarno.example/", "cartadarno.example"),
        ("https://CartaDarno.example/negozio/", "cartadarno.example"), ("http://localhost:8080", "localhost"),
        ("cartadarno.example", "cartadarno.example"), ("", None), ("[", "["),
    ],
)  # fmt: skip
def test_who_sent_it_is_the_host_of_the_source(source: str, host: str | None) -> None:
    said = Delivery(b"{}", {"x-wc-webhook-topic": "coupon.created", "x-wc-webhook-source": source}, NOW)
    assert woocommerce.translate(said, {}).shop_domain == host


def test_another_shops_order_is_refused_where_the_shop_file_lists_domains() -> None:
    store, shop = MemoryStore(lambda: NOW), a_shop(shop="carta-darno", domains=["cartadarno.example"])
    store.put_shop(shop)
    said = json.loads((HERE / "processing.json").read_text())
    body, desk = json.dumps(said["body"]).encode(), Desk(store, {}, lambda: b"key")
    for source, taken in (("https://cartadarno.example/", True), ("https://altrove.example/", False)):
        sent = Delivery(body, said["headers"] | {"x-wc-webhook-source": source}, NOW)
        assert bool(take(desk, shop, "woocommerce", woocommerce, sent, named, NOW).kept) is taken


# ── statuses ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["bacs", "cheque"])
@pytest.mark.parametrize("status", ["pending", "on-hold"])
def test_a_transfer_or_a_cheque_is_awaited_whether_pending_or_on_hold(status: str, method: str) -> None:
    order = learn(EMPTY, told(recorded("bank_transfer", status=status, payment_method=method)).facts)
    assert (order.status, order.preparation) == (OrderStatus.AWAITING_PAYMENT, Preparation.NONE)


def test_an_order_put_on_hold_after_it_was_paid_is_paid() -> None:
    assert types(told(recorded("processing", status="on-hold")).facts) == ["order.placed", "order.paid"]


def test_cash_on_delivery_is_being_processed_and_not_paid() -> None:
    order = after("cash_on_delivery")
    assert (order.status, order.payment) == (OrderStatus.AWAITING_PREPARATION, Payment.AWAITING)
    completed = recorded("cash_on_delivery", status="completed", date_completed_gmt="2026-11-14T09:00:00")
    assert "order.paid" not in types(told(completed).facts)
    assert "order.paid" in types(told(completed | {"date_paid_gmt": "2026-11-14T09:00:00"}).facts)


@pytest.mark.parametrize("status", ["processing", "completed"])
def test_an_order_that_a_program_made_is_paid_by_its_status_and_never_newly(status: str) -> None:
    body = recorded("created_late", status=status, date_paid=None, date_paid_gmt=None)
    assert one(told(body).facts, "order.paid").at == datetime(2026, 11, 12, 16, 0, tzinfo=UTC)


def test_a_declined_card_may_be_paid_after_all() -> None:
    assert after("pending", "payment_failed").payment is Payment.FAILED
    paid = told(recorded("payment_failed", status="processing", date_paid_gmt="2026-11-12T18:05:00")).facts
    assert learn(after("payment_failed"), paid).payment is Payment.PAID


@pytest.mark.parametrize("names", [("cancelled", "paid_after_cancelling"), ("paid_after_cancelling", "cancelled")])
def test_an_order_that_was_called_off_and_paid_late_goes_on(names: tuple[str, str]) -> None:
    assert after("cancelled").status is OrderStatus.CANCELLED
    assert after(*names).status is OrderStatus.PAID
    again = recorded("paid_after_cancelling", status="cancelled", date_modified_gmt="2026-11-15T18:00:00")
    assert learn(after(*names), told(again).facts).status is OrderStatus.CANCELLED


@pytest.mark.parametrize("status", ["wc-processing", "processing", "Processing", "WC-PROCESSING"])
def test_a_status_is_known_with_its_prefix_and_without(status: str) -> None:
    assert told(recorded("processing", status=status)) == told(recorded("processing"))


@pytest.mark.parametrize("spelled", ["in-lavorazione", "wc-in-lavorazione", "In Lavorazione", "in_lavorazione"])
@pytest.mark.parametrize("sent", ["in-lavorazione", "wc-in-lavorazione"])
def test_a_status_of_the_shops_own_means_what_the_shop_file_says(spelled: str, sent: str) -> None:
    body = json.dumps(recorded("custom_status", status=sent)).encode()
    said = Delivery(body, {"x-wc-webhook-topic": "order.updated"}, NOW)
    translation = woocommerce.translate(said, {spelled: OrderStatus.IN_PREPARATION})
    assert types(translation.facts) == ["order.placed", "order.paid", "order.preparation_started"]
    assert translation.unmapped == ()


def test_a_status_that_nobody_knows_moves_nothing_and_is_handed_over_to_be_counted() -> None:
    translation = told(recorded("custom_status"))
    assert types(translation.facts) == ["order.placed", "order.paid"]
    assert [word for word, _ in translation.unmapped] == ["in-lavorazione"]
    assert told(recorded("custom_status", status="updated-tracking")).unmapped == ()
    assert told(recorded("processing")).unmapped == ()


@pytest.mark.parametrize(
    ("means", "status"),
    [
        (OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID), (OrderStatus.PAID, OrderStatus.PAID),
        (OrderStatus.AWAITING_STOCK, OrderStatus.AWAITING_STOCK), (OrderStatus.ROUTED, OrderStatus.ROUTED),
        (OrderStatus.AWAITING_PREPARATION, OrderStatus.AWAITING_PREPARATION),
        (OrderStatus.IN_PREPARATION, OrderStatus.IN_PREPARATION), (OrderStatus.PART_SHIPPED, OrderStatus.PART_SHIPPED),
        (OrderStatus.SHIPPED, OrderStatus.SHIPPED), (OrderStatus.DELIVERED, OrderStatus.DELIVERED),
        (OrderStatus.AVAILABLE_FOR_PICKUP, OrderStatus.AVAILABLE_FOR_PICKUP),
        (OrderStatus.CANCELLED, OrderStatus.CANCELLED), (OrderStatus.REFUNDED, OrderStatus.REFUNDED),
        # Who sent it back, the carrier or the customer, no status tells.
        (OrderStatus.RETURNED, OrderStatus.PAID),
    ],
)  # fmt: skip
def test_what_a_shop_may_mean_by_a_status(means: OrderStatus, status: OrderStatus) -> None:
    facts = told(recorded("custom_status"), in_lavorazione=means).facts
    assert learn(EMPTY, facts).status is status


def test_the_shops_own_meaning_counts_before_ours() -> None:
    facts = told(recorded("bank_transfer"), on_hold=OrderStatus.AWAITING_STOCK).facts
    assert types(facts) == ["order.placed", "order.stock_awaited"]


def test_a_transfer_that_a_status_of_the_shops_own_calls_paid_is_paid_when_that_was_said() -> None:
    facts = told(recorded("bank_transfer", status="bonifico-visto"), bonifico_visto=OrderStatus.PAID).facts
    assert one(facts, "order.paid").at == datetime(2026, 11, 10, 8, 15, 2, tzinfo=UTC)


# ── giving back ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_part_refunds_become_a_whole_one() -> None:
    assert after("refunded_part").payment is Payment.PART_REFUNDED
    assert after("refunded_part", "refunded_whole").status is OrderStatus.REFUNDED
    assert len(after("refunded_part", "refunded_whole").told(FactType.ORDER_REFUNDED)) == 2


def test_a_refund_stays_when_the_order_is_called_off_after_it() -> None:
    order = after("cancelled_and_refunded")
    assert (order.status, order.payment) == (OrderStatus.CANCELLED, Payment.REFUNDED)


@pytest.mark.parametrize(
    ("said", "amount"),
    [("-18.00", Decimal("18.00")), (-18, Decimal(18)), (-18.5, Decimal("18.5")), ("18", Decimal(18)), ("?", None)],
)
def test_what_went_back_is_negative_and_a_text_or_a_number(said: object, amount: Decimal | None) -> None:
    fact = one(told(recorded("refunded_part", refunds=[{"id": 9, "total": said}])).facts, "order.refunded")
    assert (fact.subject, fact.amount) == ("9", amount)


@pytest.mark.parametrize("total", ["0", "0.00", "-0.00", 0])
def test_a_refund_of_nothing_is_none(total: object) -> None:
    body = recorded("refunded_part", refunds=[{"id": 9, "reason": "", "total": total}])
    assert "order.refunded" not in types(told(body).facts)


def test_an_order_called_refunded_whose_refunds_do_not_reach_is_refunded_whole() -> None:
    facts = told(recorded("refunded_part", status="refunded")).facts
    assert [fact.subject for fact in facts if fact.type == "order.refunded"] == ["418254", WHOLE]
    assert learn(EMPTY, facts).payment is Payment.REFUNDED


def test_refunds_may_come_as_an_object() -> None:
    body = recorded("refunded_whole")
    body["refunds"] = {str(place + 1): row for place, row in enumerate(body["refunds"])}
    assert told(body).facts == told(recorded("refunded_whole")).facts


# ── what travels ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("completed_with_number", ["00340434292135100186"]),
        ("two_numbers_aftership", ["00340434292135100322", "0421 0712 3456 78"]),
        ("woo_shipping_labels", ["9400 1000 0000 0000 0000 00"]),
        ("plain_numbers", ["281 60 1234 5678", "00340434292135100391"]),
        ("fulfillment_answer", ["00340434292135100469"]),
    ],
)
def test_a_number_is_found_in_all_five_shapes(name: str, numbers: list[str]) -> None:
    assert [shipment.number for shipment in after(name).travelling] == numbers


def test_a_list_of_numbers_with_a_gap_comes_as_an_object() -> None:
    (row,) = recorded("completed_with_number")["meta_data"][-1]["value"]
    for value in ([row], {"1": row}, {"0": row, "2": row}, row):
        body = with_meta("completed_with_number", (AST, value))
        assert [number for _, number, _, _ in travelling(body)] == ["00340434292135100186"]


def test_the_meta_data_itself_may_come_as_an_object() -> None:
    body = recorded("completed_with_number")
    body["meta_data"] = {str(place): row for place, row in enumerate(body["meta_data"])}
    assert told(body).facts == told(recorded("completed_with_number")).facts


@pytest.mark.parametrize("value", [None, "", "a:0:{}", 'a:1:{i:0;s:1:"x";}', 7, True, [], {}, [[]], ["x"], {"1": []}])
@pytest.mark.parametrize("key", [AST, AFTERSHIP, LABELS, "wc_connect_labels", "_tracking_number", "ywot_tracking_code"])
def test_meta_data_may_hold_anything(key: str, value: object) -> None:
    order = learn(EMPTY, told(with_meta("processing", (key, value))).facts)
    assert (order.status, order.shipments) == (OrderStatus.PAID, ())


def test_the_carrier_typed_by_hand_counts_before_the_one_from_the_list_and_either_may_be_empty() -> None:
    row = {"tracking_number": "ABC12345", "tracking_provider": "", "custom_tracking_provider": "USPS - Ground"}
    assert travelling(with_meta("processing", (AST, [row])))[0][2] == "USPS - Ground"
    other = row | {"tracking_provider": "poste-italiane", "custom_tracking_provider": ""}
    assert travelling(with_meta("processing", (AST, [other])))[0][2] == "poste-italiane"
    neither = {"tracking_number": "ABC12345", "custom_tracking_link": "javascript:alert(1)"}
    assert travelling(with_meta("processing", (AST, [neither])))[0][2:] == (None, None)


def test_one_number_in_three_places_is_one_shipment_with_all_that_is_known_of_it() -> None:
    body = with_meta(
        "processing",
        (AST, [{"tracking_number": "0034 0434-2921 35100186", "custom_tracking_link": "https://dhl.example/1"}]),
        (AFTERSHIP, [{"tracking_number": "00340434292135100186", "slug": "dhl"}]),
        ("_tracking_number", "00340434292135100186"),
    )
    assert travelling(body) == [("418207", "0034 0434-2921 35100186", "dhl", "https://dhl.example/1")]


def test_several_numbers_in_one_text_are_several() -> None:
    body = with_meta("processing", ("_tracking_number", "1Z 999 AA1 01 2345 6784, 1Z999AA10123456785;\n"))
    assert [number for _, number, _, _ in travelling(body)] == ["1Z 999 AA1 01 2345 6784", "1Z999AA10123456785"]
    for several in ("RR123456785IT / RR123456794IT", ["RR123456785IT", "RR123456794IT", ""]):
        body = with_meta("processing", ("ywot_tracking_code", several))
        assert [number for _, number, _, _ in travelling(body)] == ["RR123456785IT", "RR123456794IT"]


def test_a_plugin_that_piles_up_numbers_does_not_fill_the_order() -> None:
    rows = [{"tracking_number": f"AB{place:08}"} for place in range(5_000)]
    assert len(travelling(with_meta("processing", (AST, rows)))) == 50


@pytest.mark.parametrize(
    ("key", "carrier_key"),
    [
        ("ywot_tracking_code", "ywot_carrier_name"), ("_ywot_tracking_code", "_ywot_carrier_id"),
        ("_tracking_number", "_tracking_provider"), ("_1b_tracking_number", "_1b_tracking_carrier"),
        ("_aftership_tracking_number", "_aftership_tracking_provider_name"), ("tracking_no", "tracking_provider"),
    ],
)  # fmt: skip
def test_plugins_that_keep_a_plain_text_are_known_by_the_name_of_the_key(key: str, carrier_key: str) -> None:
    body = with_meta("processing", (key, 420712345678), (carrier_key, "brt"))
    assert travelling(body) == [("418207", "420712345678", "brt", None)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("_return_tracking_number", "RR123456789IT"), ("tracking_number_hint", "RR123456789IT"),
        ("_tracking_number", "no"), ("_tracking_number", "segue a breve"), ("_tracking_number", "x" * 90),
        ("note", "RR123456789IT"), ("_tracking_number", "https://www.dhl.example/1234567890"),
    ],
)  # fmt: skip
def test_what_is_no_number_of_a_shipment_is_not_taken_for_one(key: str, value: str) -> None:
    assert travelling(with_meta("processing", (key, value))) == []


def test_a_label_for_the_way_back_and_one_given_back_travel_to_nobody() -> None:
    order = after("woo_shipping_labels")
    (shipment,) = order.shipments
    assert (shipment.number, shipment.status) == ("9400 1000 0000 0000 0000 00", ShipmentStatus.INFO_RECEIVED)
    old = recorded("woo_shipping_labels")
    old["meta_data"][-1]["key"] = "wc_connect_labels"
    assert learn(EMPTY, told(old).facts) == order


def test_what_aftership_says_is_inside_leaves_the_rest_to_wait_for() -> None:
    order = after("two_numbers_aftership")
    assert order.status is OrderStatus.PART_SHIPPED
    assert [(left.item, left.quantity) for left in order.left_to_ship] == [("90312", 1)]


def test_the_clocks_of_the_site_were_not_yet_put_back_when_aftership_wrote_the_time() -> None:
    row = {"tracking_number": "00340434292135100322", "metrics": {"created_at": "2026-10-24T18:00:00Z"}}
    dates = {
        "date_created": "2026-10-24T10:00:00", "date_created_gmt": "2026-10-24T08:00:00",
        "date_modified": "2026-10-26T10:00:00", "date_modified_gmt": "2026-10-26T09:00:00",
    }  # fmt: skip
    facts = told(with_meta("processing", (AFTERSHIP, [row]), **dates)).facts
    assert one(facts, "shipment.registered").at == datetime(2026, 10, 24, 16, 0, tzinfo=UTC)


def test_aftership_writes_the_time_of_the_site_and_says_it_is_utc() -> None:
    first, _ = after("two_numbers_aftership").shipments
    assert first.registered_at == datetime(2026, 11, 15, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shipped", "at"),
    [
        ("1794787200", datetime(2026, 11, 16, tzinfo=UTC)), (1794787200, datetime(2026, 11, 16, tzinfo=UTC)),
        (1794787200.0, datetime(2026, 11, 16, tzinfo=UTC)), ("", datetime(2026, 11, 16, 10, 20, tzinfo=UTC)),
        # A day before the order, and one to come: no shipment leaves before it is ordered, or after it is told.
        ("1600000000", datetime(2026, 11, 13, 9, 0, tzinfo=UTC)),
        (1900000000, datetime(2026, 11, 16, 11, 2, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_day_of_shipping_is_a_number_or_a_text_or_missing(shipped: object, at: datetime) -> None:
    row = {"tracking_number": "00340434292135100186", "date_shipped": shipped}
    facts = told(with_meta("completed_with_number", (AST, [row]))).facts
    assert one(facts, "shipment.registered").at == at


def test_a_shipment_without_a_number_gets_it_later() -> None:
    assert [s.number for s in after("completed_without_number").shipments] == [None]
    order = after("completed_without_number", "completed_with_number")
    assert [(s.id, s.number, s.label.carrier_name) for s in order.shipments] == [
        ("418240", "00340434292135100186", "DHL")
    ]


def test_a_number_that_was_taken_out_and_put_in_anew_keeps_the_shipment() -> None:
    for names in (("completed_with_number", "number_replaced"), ("number_replaced", "completed_with_number")):
        (shipment,) = after("completed_without_number", *names).travelling
        assert shipment.number == "00340434292135100254"
        assert shipment.old_numbers == ("00340434292135100186",)


def test_of_two_numbers_the_one_that_was_taken_out_travels_no_more() -> None:
    rows = [{"tracking_number": "AAA11111"}, {"tracking_number": "BBB22222"}]
    both = told(with_meta("processing", (AST, rows))).facts
    later = with_meta("processing", (AST, {"1": rows[1]}), date_modified_gmt="2026-11-12T09:00:00")
    order = learn(learn(EMPTY, both), told(later).facts)
    assert [s.number for s in order.travelling] == ["BBB22222"]


def test_a_part_that_left_without_saying_which_is_not_the_whole() -> None:
    order = after("partial_shipped")
    assert (order.status, order.preparation) == (OrderStatus.PART_SHIPPED, Preparation.PART_SHIPPED)
    whole = recorded("partial_shipped", status="completed", date_modified_gmt="2026-11-17T09:00:00")
    assert learn(order, told(whole).facts).status is OrderStatus.SHIPPED


def test_a_part_that_left_without_a_number_is_on_its_way() -> None:
    facts = told(with_meta("partial_shipped")).facts
    assert learn(EMPTY, facts).status is OrderStatus.PART_SHIPPED


def test_a_download_is_completed_and_travels_nowhere() -> None:
    order = after("virtual_completed")
    assert (order.status, order.shipments) == (OrderStatus.PAID, ())
    assert order.details is not None
    assert [item.ships for item in order.details.items] == [False]


def test_a_download_whose_address_the_block_checkout_copied_travels_nowhere() -> None:
    copied = {name: said for name, said in recorded("virtual_completed")["billing"].items() if name != "email"}
    order = learn(EMPTY, told(recorded("virtual_completed", shipping=copied, needs_processing=False)).facts)
    assert (order.status, order.shipments) == (OrderStatus.PAID, ())
    # Goods without a shipping method: made by hand in the admin, or in a shop that has none.
    by_hand = recorded("completed_without_number", shipping_lines=[])
    for goods in (by_hand, by_hand | {"needs_processing": None}):
        assert "order.shipped" in types(told(goods).facts)


@pytest.mark.parametrize("method", ["local_pickup", "local_pickup_plus", "pickup_location"])
def test_what_is_collected_in_the_shop_is_not_on_its_way(method: str) -> None:
    body = recorded("ready_pickup", status="completed")
    body["shipping_lines"][0]["method_id"] = method
    assert types(told(body).facts) == ["order.placed", "order.paid"]


def test_where_the_shop_says_when_it_is_ready_completed_means_collected() -> None:
    body = recorded("ready_pickup", status="completed", date_modified_gmt="2026-11-17T17:30:00")
    ready = told(recorded("ready_pickup", status="pronto"), pronto=OrderStatus.AVAILABLE_FOR_PICKUP).facts
    collected = told(body, pronto=OrderStatus.AVAILABLE_FOR_PICKUP).facts
    assert learn(EMPTY, ready).status is OrderStatus.AVAILABLE_FOR_PICKUP
    assert learn(learn(EMPTY, ready), collected).status is OrderStatus.DELIVERED
    assert "order.shipped" not in types(collected)
    own = told(body, pronto=OrderStatus.AVAILABLE_FOR_PICKUP, completed=OrderStatus.PAID).facts
    assert types(own) == ["order.placed", "order.paid"]


def test_what_waits_in_the_shop_is_picked_up() -> None:
    assert after("ready_pickup").status is OrderStatus.AVAILABLE_FOR_PICKUP
    assert after("picked_up", "ready_pickup").status is OrderStatus.DELIVERED


def test_delivered_told_again_by_a_later_edit_is_one_event() -> None:
    order = after("delivered")
    for day in (19, 18, 20):
        body = recorded("delivered", date_modified_gmt=f"2026-11-{day}T15:00:00")
        order = learn(order, told(body).facts)
    assert [(e.stated, e.time.day) for e in order.shipments[0].events] == [(True, 18)]


def test_a_fulfilment_that_is_a_draft_is_being_prepared_and_one_that_was_deleted_is_called_off() -> None:
    order = after("fulfillments_answer")
    sent, off = sorted(order.shipments, key=lambda s: s.id)
    assert (sent.number, sent.label.carrier_name) == ("00340434292135100469", "DHL Express")
    assert (off.status, off.reason, off.cancelled) == (ShipmentStatus.EXCEPTION, Reason.CANCELLED, True)
    assert order.status is OrderStatus.SHIPPED


@pytest.mark.parametrize("none", [[], {}, None])
def test_an_order_without_fulfilments_says_nothing_and_is_readable(none: object) -> None:
    said = woocommerce.translate(Delivery(json.dumps({"fulfillments": none}).encode(), {}, NOW), {})
    assert (said.facts, said.ignored) == ((), "no fulfillment of this order")


def test_a_fulfilment_of_two_orders_at_once_is_unreadable() -> None:
    body = recorded("fulfillments_answer")
    body["fulfillments"][1]["entity_id"] = "1"
    with pytest.raises(Unreadable):
        woocommerce.translate(Delivery(json.dumps(body).encode(), {}, NOW), {})


# ── ids, money, times, people ───────────────────────────────────────────────────────────────────────────────────────


def test_the_number_that_people_see_need_not_be_the_id() -> None:
    assert details(recorded("processing", number="CA-2026-0077")).name == "CA-2026-0077"
    assert details(recorded("processing", number="")).name == "418207"
    assert told(recorded("processing", number="CA-2026-0077")).facts[0].order == "418207"


def test_times_are_those_of_greenwich_and_not_of_the_site() -> None:
    said = details(recorded("processing"))
    assert said.placed_at == datetime(2026, 11, 10, 8, 15, tzinfo=UTC)
    assert said.as_of == datetime(2026, 11, 11, 7, 30, 4, tzinfo=UTC)


def test_an_old_version_without_greenwich_is_hours_wrong_and_never_of_the_future() -> None:
    body = {name: value for name, value in recorded("processing").items() if not name.endswith("_gmt")}
    assert [fact.at for fact in told(body).facts] == [
        datetime(2026, 11, 10, 9, 15, tzinfo=UTC), datetime(2026, 11, 11, 8, 30, 3, tzinfo=UTC),
    ]  # fmt: skip
    assert told(body | {"date_created": "2026-11-20T14:00:00"}).facts[0].at == NOW


@pytest.mark.parametrize("bad", ["0000-00-00T00:00:00", "", None, 0, [], "9999-12-31T23:59:59", "2026-11-31T00:00:00"])
def test_a_bad_date_does_not_lose_the_order(bad: object) -> None:
    names = [name for name in recorded("cancelled") if name.startswith("date_")]
    facts = told(recorded("cancelled") | dict.fromkeys(names, bad)).facts
    assert types(facts) == ["order.placed", "order.cancelled"]
    assert {fact.at for fact in facts} == {NOW}


@pytest.mark.parametrize("price", [14.755, "14.755", 15, None, ""])
def test_a_price_is_a_text_or_a_number_and_without_the_tax_that_the_customer_saw(price: object) -> None:
    body = recorded("processing")
    body["line_items"][0]["price"] = price
    assert details(body).items[0].price == Money(Decimal("18.00"), "EUR")


def test_a_shop_whose_prices_have_no_tax_inside_shows_them_so() -> None:
    said = details(recorded("processing", prices_include_tax=False))
    assert [item.price for item in said.items] == [Money(Decimal("14.76"), "EUR"), Money(Decimal("20.00"), "EUR")]


def test_a_line_without_a_total_costs_its_price_and_yen_have_no_cents() -> None:
    body = recorded("processing", currency="jpy", total="6650")
    body["line_items"][0] |= {"total": None, "price": 1800}
    body["line_items"][1] |= {"total": "2001", "total_tax": "0", "quantity": 2}
    assert [item.price for item in details(body).items] == [Money(Decimal(1800), "JPY"), Money(Decimal(1001), "JPY")]


@pytest.mark.parametrize("total", ["66.50", 66.5, " 66.50 "])
def test_a_total_is_a_text_or_a_number(total: object) -> None:
    assert details(recorded("processing", total=total)).total == Money(Decimal("66.5"), "EUR")


def test_fees_are_in_the_total_and_are_no_goods() -> None:
    fee = {"id": 1, "name": "Confezione regalo", "total": "3.00", "total_tax": "0.66"}
    said = details(recorded("processing", fee_lines=[fee], total="70.16"))
    assert said.total == Money(Decimal("70.16"), "EUR")
    assert [item.name for item in said.items] == ["Quaderno cucito a mano", 'Carta marmorizzata "Pavone"']


def test_a_variation_is_told_apart_from_its_product() -> None:
    notebook, paper = details(recorded("processing")).items
    assert (notebook.name, notebook.variant, notebook.sku) == ("Quaderno cucito a mano", "A5, Righe", "QC-A5-R")
    assert (paper.variant, paper.sku, paper.quantity) == (None, None, 1)


def test_a_variation_without_its_words_is_read_from_the_name() -> None:
    body = recorded("processing")
    body["line_items"][0]["meta_data"] = []
    assert details(body).items[0].variant == "A5, Righe"


@pytest.mark.parametrize(
    ("image", "read"),
    [
        ({"id": "3310", "src": "https://cartadarno.example/q.jpg"}, "https://cartadarno.example/q.jpg"),
        ({"id": 0, "src": ""}, None), ({"id": "", "src": False}, None), ([], None), (None, None),
        ({"id": 7, "src": "http://cartadarno.example/q.jpg"}, None),
        ({"id": 7, "src": "data:image/png;base64,AA"}, None),
    ],
)  # fmt: skip
def test_an_image_is_an_https_address_or_none(image: object, read: str | None) -> None:
    body = recorded("processing")
    body["line_items"][0]["image"] = image
    assert details(body).items[0].image == read


@pytest.mark.parametrize(
    ("said", "read"), [(2, [2]), ("2", [2]), (1.5, [1]), (0.25, [1]), (0, []), (-1, []), (None, [])]
)
def test_a_line_of_nothing_or_less_is_no_item_and_a_part_of_one_is_one(said: object, read: list[int]) -> None:
    body = recorded("processing")
    body["line_items"] = [body["line_items"][0] | {"quantity": said}]
    assert [item.quantity for item in details(body).items] == read


def test_a_guest_is_nobody_we_know_and_is_written_to_all_the_same() -> None:
    person = details(recorded("processing")).person
    assert person == Person("teo.brandimarte@example.org", "320 000 0152", "Teo", "Brandimarte", None)
    assert details(recorded("delivered")).person.id == "41"


def test_empty_texts_are_nothing() -> None:
    blank = dict.fromkeys(recorded("processing")["billing"], "")
    said = details(recorded("processing", billing=blank, payment_method="", payment_method_title="", shipping_lines=[]))
    assert (said.person.email, said.person.phone, said.payment_method, said.shipping_method) == (None,) * 4


def test_a_phone_may_stand_with_the_shipping_address() -> None:
    body = recorded("processing")
    body["billing"]["phone"], body["shipping"]["phone"] = "", "+39 320 1"
    assert details(body).person.phone == "+39 320 1"


def test_the_address_is_where_it_is_sent_and_else_the_one_that_pays() -> None:
    address = Address("Teo Brandimarte", ("Corso Monforte 8",), "20122", "Milano", "MI", "IT")
    body = recorded("processing")
    assert details(body).address == address
    body["shipping"] = dict.fromkeys(body["shipping"], "") | {"country": "IT"}
    assert details(body).address == address
    body["shipping"] = body["billing"] | {"address_1": "Fermoposta", "last_name": "Rossi"}
    moved = details(body).address
    assert moved is not None
    assert (moved.name, moved.lines) == ("Teo Rossi", ("Fermoposta",))


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("wpml_language", "it", "it"), ("wpml_language", "pt-pt", "pt-PT"), ("trp_language", "de_AT", "de-AT"),
        ("weglot_language", "fr", "fr"), ("wpml_language", "", None), ("wpml_language", ["it"], None),
        ("x", "it", None),
    ],
)  # fmt: skip
def test_the_language_is_what_a_plugin_says_and_core_says_none(key: str, value: object, read: str | None) -> None:
    assert details(with_meta("processing", (key, value))).locale == read


def test_an_order_paid_in_test_mode_reaches_nobody() -> None:
    translation = told(recorded("test_payment"))
    assert translation.test
    assert after("test_payment").test
    assert not told(with_meta("test_payment", ("_wcpay_mode", "prod"))).test


def test_keys_and_secret_addresses_are_not_copied() -> None:
    translation = repr(told(recorded("completed_with_number")))
    assert "wc_order_demoKey" not in translation
    assert "order-pay" not in translation
    assert "192.0.2.41" not in translation


# ── what is not what WooCommerce documents ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("topic", ["order.created", "order.updated"])
def test_an_error_in_place_of_the_order_is_unreadable_and_says_who_must_do_what(topic: str) -> None:
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": 403}}
    with pytest.raises(Unreadable, match="woocommerce_rest_cannot_view") as refused:
        told(body, topic)
    assert "webhook's user" in refused.value.cure


def test_the_legacy_api_is_unreadable_and_says_what_to_choose() -> None:
    with pytest.raises(Unreadable, match="legacy") as refused:
        told({"order": {"id": 418207, "order_number": "418207", "status": "processing"}})
    assert "v3" in refused.value.cure


@pytest.mark.parametrize(
    "missing", [{"id": None}, {"id": 0}, {"id": ""}, {"id": 4.5}, {"status": None}, {"status": ""}]
)
def test_an_order_without_an_id_or_a_status_is_unreadable(missing: Json) -> None:
    with pytest.raises(Unreadable):
        told(recorded("processing", **missing))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"7", b'"x"', b"{", b'{"id":}', b"\xff\xfe", b'{"a":NaN}', b"[" * 200_000,
        b'{"id":1,"a":"\\ud800"}', b'{"id":1,"a":1e99999999999999999999}', b"webhook_id=12", b"<html>", b"0", b"-1",
    ],
    ids=range(16),
)  # fmt: skip
@pytest.mark.parametrize("topic", ["order.created", "order.deleted", "customer.updated", ""])
def test_a_body_that_is_no_object_is_unreadable(body: bytes, topic: str) -> None:
    said = Delivery(body, {"x-wc-webhook-topic": topic}, NOW)
    with pytest.raises(Unreadable):
        woocommerce.translate(said, {})
    assert woocommerce.key(said) is None


def test_the_escapes_of_a_genuine_body_and_plain_utf_8_are_read_alike() -> None:
    body = recorded("processing", customer_note="Perché no? 🎁 a/b")
    escaped = json.dumps(body).replace("/", "\\/").encode()
    headers = {"x-wc-webhook-topic": "order.updated", "content-type": "application/json; charset=UTF-8"}
    plain = json.dumps(body, ensure_ascii=False).encode()
    said = [woocommerce.translate(Delivery(raw, headers, NOW), {}) for raw in (escaped, plain, b"\xef\xbb\xbf" + plain)]
    assert said[0] == said[1] == said[2]
    assert said[0].facts


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from([10**400, -1, 1e308, "1e99", "0000-00-00T00:00:00", "9" * 200, "AB1234567", "-18", "wc-trash"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = sorted(path.stem for path in HERE.glob("*.json"))


@given(name=st.sampled_from(NAMES), data=st.data())
@settings(max_examples=400, deadline=None)
def test_a_body_with_anything_anywhere_is_translated_or_unreadable(name: str, data: st.DataObject) -> None:
    said = json.loads((HERE / f"{name}.json").read_text())
    place: Any = said["body"]
    while isinstance(place, dict | list) and place:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[step]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            place[step] = data.draw(ANYTHING)
            break
        place = inner
    sent = Delivery(json.dumps(said["body"]).encode(), said["headers"], NOW)
    try:
        facts = woocommerce.translate(sent, {"pronto": OrderStatus.AVAILABLE_FOR_PICKUP}).facts
    except Unreadable:
        return
    order = learn(EMPTY, facts)
    assert order.status in OrderStatus
    assert learn(order, facts) == order
    assert all(fact.order == woocommerce.key(sent) for fact in facts)


@given(
    value=ANYTHING, key=st.sampled_from([AST, AFTERSHIP, LABELS, "ywot_tracking_code", "_wcpay_mode", "wpml_language"])
)
@settings(deadline=None)
def test_a_plugin_may_keep_anything_under_its_name(key: str, value: object) -> None:
    facts = told(with_meta("completed_with_number", (key, value))).facts
    assert {"order.placed", "order.paid", "order.shipped"} <= set(types(facts))


LIFE = ("bank_transfer", "processing", "partial_shipped", "cancelled", "refunded_part", "delivered", "number_replaced")


@given(names=st.permutations(LIFE), again=st.lists(st.sampled_from(LIFE), max_size=3))
@settings(max_examples=60, deadline=None)
def test_one_orders_deliveries_in_any_order_and_number_end_the_same(names: list[str], again: list[str]) -> None:
    def facts(name: str) -> tuple[Fact, ...]:
        place = LIFE.index(name)
        body = recorded(name, id=418207, date_modified_gmt=f"2026-11-{11 + place}T09:00:00")
        return told(body).facts

    straight = learn(EMPTY, (fact for name in LIFE for fact in facts(name)))
    assert learn(EMPTY, (fact for name in (*names, *again) for fact in facts(name))) == straight


@given(body=st.binary(max_size=300))
def test_noise_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        woocommerce.translate(Delivery(body, {"x-wc-webhook-topic": "order.created"}, NOW), {})


# ── what we say of it ───────────────────────────────────────────────────────────────────────────────────────────────


def test_recordings_carry_no_signature_and_no_real_address() -> None:
    for path in HERE.glob("*.json"):
        said = json.loads(path.read_text())
        assert said["about"].startswith("Written by us in the shape WooCommerce documents (https://")
        assert not any("signature" in name for name in said["headers"])
        emails = {word for word in json.dumps(said).split('"') if "@" in word and " " not in word}
        assert all(email.endswith(("@example.com", "@example.org")) for email in emails), emails


@pytest.mark.parametrize("status", sorted(woocommerce.STATES))
def test_a_simulated_delivery_is_of_now_though_no_time_of_it_has_an_offset(status: str) -> None:
    recording = recording_of("woocommerce", woocommerce.STATES[status])
    order, now = new_order("woocommerce", recording), datetime(2027, 3, 1, 12, tzinfo=UTC)
    made = renewed("woocommerce", recording, order, now - told_at("woocommerce", recording, now))
    facts = woocommerce.translate(Delivery(made.body.encode(), made.headers, now), {}).facts
    assert key_of("woocommerce", made) == order
    assert facts[0].details is not None
    assert facts[0].details.as_of == now
    assert all(timedelta(0) <= now - fact.at < timedelta(days=6) for fact in facts)
    assert learn(EMPTY, facts).status is OrderStatus(status)


def test_the_example_shop_file_is_one_of_an_italian_shop() -> None:
    file = ROOT / "infra/local/shops/woocommerce.yaml"
    shop = read_shop(file.read_bytes(), file.name)
    assert (shop.shop, shop.locale, shop.country, shop.time_zone) == ("carta-darno", "it", "IT", "Europe/Rome")
    facts = told(recorded("custom_status"), **{k.replace("-", "_"): v for k, v in shop.statuses.items()}).facts
    assert learn(EMPTY, facts).status is OrderStatus.IN_PREPARATION


@pytest.mark.parametrize("page", ["docs/merchant/woocommerce.md", "docs/merchant/es/woocommerce.md"])
def test_the_shop_file_shown_to_merchants_is_one(page: str) -> None:
    shown = (ROOT / page).read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert Shop.model_validate(yaml.safe_load(shown)).shop == "carta-darno"


def test_what_is_translated_is_not_changed() -> None:
    body = recorded("delivered")
    kept = copy.deepcopy(body)
    told(body)
    assert body == kept
