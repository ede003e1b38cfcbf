"""Shopify's traps, one test each. Where they were met: shopify.dev and recorded deliveries (2023-01 to 2026-10)."""

import copy
import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from encamino.shops import shopify
from encamino.shops.base import Delivery, Platform, Translation

#: That a type checker agrees.
PLATFORM: Platform = shopify

HERE = Path(__file__).parent / "shopify"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EUR = "EUR"
type Json = dict[str, Any]


def recorded(name: str, /, **changed: Any) -> Json:
    """The body of a recording, some of it changed."""
    body: Json = json.loads((HERE / f"{name}.json").read_text())["body"]
    return body | changed


def told(body: object, topic: str = "orders/updated", **headers: str) -> Translation:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return shopify.translate(Delivery(json.dumps(body).encode(), {"x-shopify-topic": topic} | said, NOW), {})


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
    order = Order(OrderKey("demo", "shopify", "1"))
    for name in names:
        said = json.loads((HERE / f"{name}.json").read_text())
        delivery = Delivery(json.dumps(said["body"]).encode(), said["headers"], NOW)
        order = learn(order, shopify.translate(delivery, {}).facts)
    return order


# ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_published_signature_is_reproduced() -> None:
    # go-shopify's test vectors.
    assert shopify.sign(b'"my secret message"', "hush", NOW) == {
        "x-shopify-hmac-sha256": "hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI="
    }
    assert shopify.sign(b'""', "hush", NOW) == {"x-shopify-hmac-sha256": "ZAZ6P4c14f6v798OCPYCodtdf9g8Z+GfthdfCgyhUYg="}


@pytest.mark.parametrize("family", ["x-shopify-", "shopify-"])
def test_both_families_of_headers_carry_the_signature(family: str) -> None:
    (signature,) = shopify.sign(b"{}", "hush", NOW).values()
    assert shopify.verify(b"{}", {f"{family}hmac-sha256": signature}, ["hush"], NOW)


def test_an_empty_body_is_refused_though_signed() -> None:
    assert not shopify.verify(b"", shopify.sign(b"", "hush", NOW), ["hush"], NOW)


def test_an_empty_secret_signs_nothing() -> None:
    assert not shopify.verify(b"{}", shopify.sign(b"{}", "", NOW), [""], NOW)


@pytest.mark.parametrize("header", ["", "ñ", "\ud800", "=", "hMTq", "A" * 10_000, "\x00"])
def test_a_strange_signature_is_refused_without_an_exception(header: str) -> None:
    assert not shopify.verify(b"{}", {"x-shopify-hmac-sha256": header}, ["hush", "\ud800"], NOW)


@given(
    body=st.binary(min_size=1, max_size=200), secret=st.text(min_size=1, max_size=40), bit=st.integers(0, 44 * 8 - 1)
)
def test_a_signature_with_one_bit_flipped_is_refused(body: bytes, secret: str, bit: int) -> None:
    (genuine,) = shopify.sign(body, secret, NOW).values()
    flipped = bytearray(genuine.encode())
    flipped[bit // 8] ^= 1 << bit % 8
    assert shopify.verify(body, {"x-shopify-hmac-sha256": genuine}, [secret], NOW)
    assert not shopify.verify(body, {"x-shopify-hmac-sha256": flipped.decode("latin-1")}, [secret], NOW)


def test_the_door_verifies_without_loading_any_model() -> None:
    code = (
        "import sys; from encamino.shops.base import platform; from datetime import datetime, UTC;"
        "platform('shopify').verify(b'{}', {'x-shopify-hmac-sha256': 'x'}, ['s'], datetime.now(UTC));"
        "print(*(n for n, m in list(sys.modules.items()) if type(m).__name__ != '_LazyModule'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "encamino.shops.shopify" in loaded
    assert {name for name in loaded if name.startswith("encamino.domain.")} <= {"encamino.domain.errors"}
    assert not loaded & {"pydantic", "boto3", "encamino.shops.reading", "encamino.shops.shopify.topics", "email"}


# ── topics ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("topic", ["orders/create", "ORDERS_CREATE", "Orders/Create", "ORDERS_PARTIALLY_FULFILLED"])
def test_a_topic_is_known_in_every_spelling(topic: str) -> None:
    assert types(told(recorded("order_created"), topic).facts) == ["order.placed"]


@pytest.mark.parametrize("topic", ["ORDER_TRANSACTIONS_CREATE", "app/uninstalled", "APP_UNINSTALLED", "orders/", "/"])
def test_a_topic_that_is_not_used_says_its_name(topic: str) -> None:
    said = told({"id": 1}, topic)
    assert said.facts == ()
    assert said.ignored == f"topic {topic.lower()} is not used"


@pytest.mark.parametrize("topic", ["orders/create", "orders/paid", "orders/fulfilled", "orders/cancelled"])
def test_an_order_tells_all_its_state_whatever_the_topic(topic: str) -> None:
    said = types(told(recorded("delivered"), topic).facts)
    assert {"order.placed", "order.paid", "order.shipped", "shipment.registered", "shipment.delivered"} <= set(said)


def test_a_lost_first_delivery_is_made_up_for_by_any_later_one() -> None:
    assert after("delivered").status is OrderStatus.DELIVERED


def test_the_answer_of_the_api_about_one_object_is_read_without_a_topic() -> None:
    no_topic = {"body": recorded("api_answer"), "bare": recorded("api_answer")["order"]}
    said = [shopify.translate(Delivery(json.dumps(body).encode(), {}, NOW), {}) for body in no_topic.values()]
    assert said[0].facts == said[1].facts != ()
    for name in ("fulfilled_without_number", "refunded_part", "event_in_transit", "edited"):
        assert shopify.translate(Delivery(json.dumps(recorded(name)).encode(), {}, NOW), {}).facts, name


def test_who_sent_it_is_told_by_a_header() -> None:
    assert told({}, "x/y", **{"x-shopify-shop-domain": "demo.myshopify.com"}).shop_domain == "demo.myshopify.com"


# ── ids, money, times, people ───────────────────────────────────────────────────────────────────────────────────────


def test_an_id_beyond_2_to_the_53rd_keeps_its_last_digit() -> None:
    assert told(recorded("order_created", id=820982911946154509)).facts[0].order == "820982911946154509"


def test_an_id_that_became_a_float_is_unreadable_because_its_digits_are_gone() -> None:
    with pytest.raises(Unreadable):
        told(recorded("order_created", id=820982911946154500.0))


def test_the_customer_is_told_the_amounts_he_saw() -> None:
    said = details(recorded("order_paid_en"))
    assert said.total == Money(Decimal("83.20"), "GBP")
    assert [item.price for item in said.items] == [Money(Decimal("15.90"), "GBP"), Money(Decimal("47.20"), "GBP")]


def test_without_what_the_customer_saw_the_shop_currency_is_named() -> None:
    untold: Json = dict.fromkeys(("total_price_set", "current_total_price_set", "current_total_price"))
    said = details(recorded("order_paid_en", **untold))
    assert said.total == Money(Decimal("96.85"), EUR)


@pytest.mark.parametrize("email", [("a@x.example", None, None), (None, "a@x.example", None), ("", None, "a@x.example")])
def test_the_address_is_looked_for_in_three_places(email: tuple[str | None, ...]) -> None:
    body = recorded("order_created", email=email[0], contact_email=email[1])
    body["customer"]["email"] = email[2]
    assert details(body).person.email == "a@x.example"


def test_the_phone_is_looked_for_in_four_places() -> None:
    places: list[Json] = [
        {"phone": "1"},
        {"shipping_address": {"phone": "1"}},
        {"shipping_address": None, "customer": {"phone": "1"}},
        {"shipping_address": [], "customer": {"phone": None, "default_address": {"phone": "1"}}},
    ]
    assert [details(recorded("order_created", **place)).person.phone for place in places] == ["1"] * 4


def test_an_order_may_be_from_nobody() -> None:
    assert details(recorded("pos_without_email")).person == Person()


@pytest.mark.parametrize(
    ("said", "read"), [("es", "es"), ("en-GB", "en-GB"), ("pt_br", "pt-BR"), (None, None), ("", None)]
)
def test_the_language_is_the_customers(said: str | None, read: str | None) -> None:
    assert details(recorded("order_created", customer_locale=said)).locale == read


def test_the_address_is_read_and_may_be_missing() -> None:
    assert details(recorded("order_created")).address == Address(
        "Lucía Ferrándiz Ortega", ("Calle de la Almoina 17", "3.º 2.ª"), "46003", "València", "Valencia", "ES"
    )
    assert details(recorded("digital_only")).address is None


def test_a_removed_line_stays_in_the_body_and_leaves_the_order() -> None:
    said = details(recorded("updated_after_edit"))
    assert [item.name for item in said.items] == ["Taza de cerámica"]
    assert said.total == Money(Decimal("41.95"), EUR)


def test_gift_cards_and_downloads_do_not_travel() -> None:
    assert [item.ships for item in details(recorded("digital_only")).items] == [False, False]
    assert after("digital_only").status is OrderStatus.PAID


def test_what_is_sold_at_a_till_is_not_on_its_way() -> None:
    assert after("pos_without_email").status is OrderStatus.PAID


def test_secret_addresses_are_not_copied() -> None:
    translation = told(recorded("order_paid"))
    assert "demo-secret" not in repr(translation)
    assert "token" not in repr(translation)


def test_an_imported_order_keeps_the_day_on_which_it_was_placed() -> None:
    body = recorded("order_paid_en", processed_at="2019-03-01T10:00:00Z")
    facts = told(body, "orders/create").facts
    assert {fact.at.year for fact in facts} == {2019}


@pytest.mark.parametrize(
    "bad", ["2024-09-16T03:50:1500:00", "", None, 0, [], "0000-00-00 00:00:00", "9999-12-31T23:59:59Z"]
)
def test_a_bad_date_does_not_lose_the_order(bad: object) -> None:
    body = recorded("order_paid_en", created_at=bad, processed_at=bad, updated_at=bad, cancelled_at=bad)
    facts = told(body, "orders/create", **{"x-shopify-triggered-at": "2026-11-15T20:30:01.123456789Z"}).facts
    assert facts[0].at == datetime(2026, 11, 15, 20, 30, 1, 123456, tzinfo=UTC)
    assert "order.paid" in types(facts)


def test_an_order_with_a_cancellation_date_that_cannot_be_read_is_still_cancelled() -> None:
    body = recorded("cancelled", cancelled_at="yesterday")
    assert one(told(body).facts, "order.cancelled").at == datetime(2026, 11, 16, 14, 0, 1, tzinfo=UTC)


# ── paying and giving back ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "financial", ["pending", "authorized", "partially_paid", "voided", "expired", None, "unheard_of", 7]
)
def test_money_that_has_not_come_is_not_called_paid(financial: object) -> None:
    assert "order.paid" not in types(told(recorded("order_created", financial_status=financial)).facts)


def test_an_authorised_card_is_not_a_payment_yet() -> None:
    facts = told(recorded("order_created", financial_status="authorized")).facts
    order = learn(Order(OrderKey("demo", "shopify", "1")), facts)
    assert order.payment is Payment.AUTHORISED


def test_a_late_payment_counts_from_its_own_delivery_and_an_update_does_not_make_it_new() -> None:
    paid = recorded("order_paid")
    assert one(told(paid, "orders/paid").facts, "order.paid").at == datetime(2026, 11, 11, 8, 30, tzinfo=UTC)
    assert one(told(paid, "orders/updated").facts, "order.paid").at == datetime(2026, 11, 10, 9, 15, tzinfo=UTC)


def test_a_card_paid_at_once_counts_from_the_order() -> None:
    facts = told(recorded("order_paid_en"), "orders/create").facts
    assert one(facts, "order.paid").at == one(facts, "order.placed").at


def test_two_part_refunds_become_a_whole_one() -> None:
    assert after("refunded_part").payment is Payment.PART_REFUNDED
    assert after("refunded_part", "refunded_whole").status is OrderStatus.REFUNDED


def test_a_refund_in_its_own_delivery_and_in_the_order_is_one_refund() -> None:
    assert len(after("refunded_part", "refunded_whole").told(FactType.ORDER_REFUNDED)) == 2


def test_removing_a_line_is_no_refund_though_shopify_calls_it_one() -> None:
    assert types(told(recorded("updated_after_edit")).facts) == ["order.placed"]
    assert told(recorded("restocked"), "refunds/create").ignored == "refund that gave no money back"


@pytest.mark.parametrize(
    ("kind", "status"), [("void", "success"), ("refund", "failure"), ("refund", "pending"), ("sale", "success")]
)
def test_money_that_did_not_go_back_is_not_called_refunded(kind: str, status: str) -> None:
    body = recorded("refunded_part")
    body["transactions"][0] |= {"kind": kind, "status": status}
    assert told(body, "refunds/create").facts == ()


def test_a_refund_may_come_in_several_transactions_and_as_numbers() -> None:
    body = recorded("refunded_part")
    body["transactions"] = [body["transactions"][0] | {"amount": 12.1}, body["transactions"][0] | {"amount": "24.90"}]
    assert told(body, "refunds/create").facts[0].amount == Decimal("37.00")


def test_a_refund_is_told_in_what_the_customer_saw_or_without_an_amount() -> None:
    body = recorded("refunded_part")
    body["transactions"][0]["currency"] = "USD"
    assert told(body, "refunds/create").facts[0].amount is None
    body["transactions"][0]["amount_set"] = {"presentment_money": {"amount": "31.80", "currency_code": EUR}}
    assert told(body, "refunds/create").facts[0].amount == Decimal("31.80")


def test_an_order_called_refunded_without_any_refund_is_refunded_whole() -> None:
    fact = one(told(recorded("order_created", financial_status="refunded")).facts, "order.refunded")
    assert (fact.subject, fact.amount) == (WHOLE, None)


def test_an_order_shortened_before_it_was_paid_and_then_refunded_is_refunded_whole() -> None:
    shorter = recorded("refunded_whole")
    shorter["refunds"][0]["transactions"] = []
    facts = told(shorter).facts
    assert learn(Order(OrderKey("demo", "shopify", "1")), facts).payment is Payment.REFUNDED
    assert details(shorter).total == Money(Decimal("59.85"), EUR)


def test_a_voided_card_alone_does_not_cancel_the_order() -> None:
    assert "order.cancelled" not in types(told(recorded("cancelled", cancelled_at=None)).facts)


# ── shipping ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["pending", "open"])
def test_a_pending_fulfilment_is_preparing_and_no_shipment(status: str) -> None:
    body = recorded("fulfilled_without_number", status=status)
    assert types(told(body, "fulfillments/create").facts) == ["order.preparation_started"]


@pytest.mark.parametrize("travel", ["pending", "restocked", "partial", None, "unheard_of"])
def test_an_unknown_fulfilment_status_of_the_order_moves_nothing(travel: str | None) -> None:
    assert "order.shipped" not in types(told(recorded("order_paid", fulfillment_status=travel)).facts)


def test_a_shipment_without_a_number_gets_it_later() -> None:
    assert after("fulfilled_without_number").shipments[0].number is None
    order = after("fulfilled_without_number", "number_late")
    assert [(s.number, s.label.carrier_name) for s in order.shipments] == [("00340434292135100254", "DHL")]


def test_a_number_that_is_replaced_keeps_the_shipment() -> None:
    for names in (("number_late", "number_replaced"), ("number_replaced", "number_late")):
        (shipment,) = after("fulfilled_without_number", *names).shipments
        assert shipment.number == "00340434292135100322"
        assert shipment.old_numbers == ("00340434292135100254",)


def test_each_number_of_a_fulfilment_is_a_shipment_and_the_first_carries_the_items() -> None:
    one_, other = after("two_numbers").shipments
    assert (one_.id, other.id) == ("5600000000025", "5600000000025-2")
    assert one_.items is not None
    assert [item.quantity for item in one_.items] == [2, 1]
    assert other.items == ()
    assert (other.number, other.label.link) == ("00340434292135100322", recorded("two_numbers")["tracking_urls"][1])


def test_a_number_given_twice_is_one_shipment() -> None:
    body = recorded("two_numbers", tracking_numbers=["A1", "A1", " "], tracking_urls=["https://x.example/a"])
    (fact,) = told(body, "fulfillments/create").facts
    assert fact.shipment is not None
    assert (fact.shipment.number, fact.shipment.label.link) == ("A1", "https://x.example/a")


def test_the_number_in_the_singular_counts_when_there_is_no_list() -> None:
    body = recorded("number_late", tracking_numbers=[], tracking_urls=None)
    (fact,) = told(body, "fulfillments/update").facts
    assert fact.shipment is not None
    assert fact.shipment.number == "00340434292135100254"


@pytest.mark.parametrize("status", ["cancelled", "error", "failure"])
def test_a_fulfilment_that_was_called_off_takes_its_shipments_back(status: str) -> None:
    facts = told(recorded("two_numbers", status=status), "fulfillments/update").facts
    assert types(facts) == ["shipment.exception"] * 2
    assert all(fact.shipment and fact.shipment.reason is Reason.CANCELLED for fact in facts)
    assert learn(after("two_numbers"), facts).preparation is Preparation.NONE


def test_a_part_that_travels_leaves_the_rest_to_wait_for() -> None:
    order = after("part_shipped")
    assert order.status is OrderStatus.PART_SHIPPED
    assert [item.item for item in order.left_to_ship] == ["13500000000102"]
    assert after("part_shipped", "two_shipments").status is OrderStatus.SHIPPED


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("label_printed", ShipmentStatus.INFO_RECEIVED, None),
        ("label_purchased", ShipmentStatus.INFO_RECEIVED, None),
        ("confirmed", ShipmentStatus.INFO_RECEIVED, None),
        ("ready_for_pickup", ShipmentStatus.AVAILABLE_FOR_PICKUP, None),
        ("in_transit", ShipmentStatus.IN_TRANSIT, None),
        ("carrier_picked_up", ShipmentStatus.IN_TRANSIT, None),
        ("out_for_delivery", ShipmentStatus.OUT_FOR_DELIVERY, None),
        ("attempted_delivery", ShipmentStatus.ATTEMPT_FAILED, None),
        ("delivered", ShipmentStatus.DELIVERED, None),
        ("PICKED_UP", ShipmentStatus.DELIVERED, None),
        ("failure", ShipmentStatus.EXCEPTION, Reason.OTHER),
        ("delayed", ShipmentStatus.EXCEPTION, Reason.CARRIER_DELAY),
    ],
)
def test_shopifys_words_for_the_transport(word: str, status: ShipmentStatus, reason: Reason | None) -> None:
    event = told(recorded("event_in_transit", status=word), "fulfillment_events/create").facts[0]
    snapshot = told(recorded("number_late", shipment_status=word), "fulfillments/update").facts[-1]
    for fact in (event, snapshot):
        assert fact.type == f"shipment.{status}"
        assert fact.shipment is not None
        assert (fact.shipment.status, fact.shipment.reason) == (status, reason)
        assert fact.shipment.events[0].raw_code == word.lower()


def test_an_unknown_word_for_the_transport_is_listed_and_moves_nothing() -> None:
    facts = told(recorded("number_late", shipment_status="teleported"), "fulfillments/update").facts
    assert types(facts) == ["shipment.registered"]
    assert facts[0].shipment is not None
    assert facts[0].shipment.status is ShipmentStatus.PENDING
    assert [event.status for event in facts[0].shipment.events] == [ShipmentStatus.UNKNOWN]
    assert "teleported" in (told(recorded("event_teleported"), "fulfillment_events/create").ignored or "")


def test_a_snapshot_word_is_stated_and_a_fulfilment_event_is_a_scan() -> None:
    snapshot = told(recorded("number_late", shipment_status="in_transit"), "fulfillments/update").facts[-1]
    off = told(recorded("number_late", status="cancelled"), "fulfillments/update").facts[-1]
    scan = told(recorded("event_in_transit"), "fulfillment_events/create").facts[0]

    assert [f.shipment.events[0].stated for f in (snapshot, off, scan) if f.shipment] == [True, True, False]


def test_a_snapshot_word_told_again_by_a_later_edit_is_one_event() -> None:
    days = ["2026-11-17T09:00:00+01:00", "2026-11-18T09:00:00+01:00", "2026-11-16T18:00:00+01:00"]
    order = Order(OrderKey("demo", "shopify", "1"))
    for day in days:
        body = recorded("number_late", shipment_status="out_for_delivery", updated_at=day)
        order = learn(order, told(body, "fulfillments/update").facts)

    assert [e.time for e in order.shipments[0].events] == [datetime(2026, 11, 16, 17, 0, tzinfo=UTC)]


def test_a_label_knows_the_list_it_came_from() -> None:
    listed = ("00340434292135100254", "00340434292135100322")

    assert [s.label.siblings for s in after("two_numbers").shipments] == [listed, listed]
    assert after("number_late").shipments[0].label.siblings == listed[:1]
    assert after("fulfilled_without_number").shipments[0].label.siblings == ()


@pytest.mark.parametrize("left", [0, 1])
def test_a_list_of_numbers_that_was_corrected_leaves_one_shipment_travelling(left: int) -> None:
    both = recorded("two_numbers")
    fewer: Json = {name: [both[name][left]] for name in ("tracking_numbers", "tracking_urls")}
    facts = told(both | fewer | {"updated_at": "2026-11-16T15:00:00+01:00"}, "fulfillments/update").facts

    order = learn(after("two_numbers"), facts)

    assert [s.number for s in order.travelling] == fewer["tracking_numbers"]


def test_words_for_the_transport_that_no_table_knows_are_handed_over_to_be_counted() -> None:
    event = told(recorded("event_teleported"), "fulfillment_events/create")
    snapshot = told(recorded("number_late", shipment_status="Teleported"), "fulfillments/update")
    row = recorded("number_late", shipment_status="teleported")
    order = told(recorded("order_paid", fulfillments=[row, row]))

    assert event.unmapped == (("teleported", "A word that Shopify does not document yet"),)
    assert snapshot.unmapped == order.unmapped == (("teleported", ""),)
    assert told(recorded("delivered")).unmapped == ()
    assert told(recorded("event_in_transit"), "fulfillment_events/create").unmapped == ()


def test_an_event_that_comes_before_its_fulfilment_waits_in_the_shipment() -> None:
    early = after("event_delivered")
    assert early.shipments[0].status is ShipmentStatus.DELIVERED
    assert early.shipments[0].items is None
    late = learn(early, told(recorded("fulfilled_with_number"), "orders/fulfilled").facts)
    assert late.status is OrderStatus.DELIVERED
    assert late.shipments[0].number == "00340434292135100186"


def test_the_story_of_an_order_hangs_together() -> None:
    story = {
        "order_created": OrderStatus.AWAITING_PAYMENT,
        "routed": OrderStatus.ROUTED,
        "order_paid": OrderStatus.ROUTED,
        "stock_awaited": OrderStatus.AWAITING_STOCK,
        "preparation_awaited": OrderStatus.AWAITING_PREPARATION,
        "preparation_started": OrderStatus.IN_PREPARATION,
        "in_preparation": OrderStatus.IN_PREPARATION,
        "fulfilled_with_number": OrderStatus.SHIPPED,
        "event_in_transit": OrderStatus.SHIPPED,
        "event_out_for_delivery": OrderStatus.SHIPPED,
        "event_attempted_delivery": OrderStatus.SHIPPED,
        "event_ready_for_pickup": OrderStatus.AVAILABLE_FOR_PICKUP,
        "event_delivered": OrderStatus.DELIVERED,
    }
    names = list(story)
    assert [after(*names[: n + 1]).status for n in range(len(names))] == list(story.values())


def test_a_step_of_preparation_without_an_order_id_is_ignored() -> None:
    assert told(recorded("routed"), "fulfillment_orders/order_routing_complete").ignored is not None


def test_a_genuine_order_under_a_topic_and_an_order_that_nobody_signed_moves_nothing() -> None:
    topic = "fulfillment_orders/fulfillment_request_accepted"
    assert told(recorded("order_paid"), topic, x_shopify_order_id="42").facts == ()
    assert types(told(recorded("preparation_started"), topic, x_shopify_order_id="42").facts) == [
        "order.preparation_started"
    ]
    body = {"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/1", "order_id": "gid://shopify/Order/42"}}
    (fact,) = told(body, "fulfillment_orders/order_routing_complete").facts
    assert fact.order == "42"


def test_a_hold_tells_of_missing_stock_only_when_stock_is_missing() -> None:
    assert after("hold_for_fraud").milestones == ()
    assert after("stock_awaited").preparation is Preparation.AWAITING_STOCK


def test_the_shops_own_tags_may_tell_a_state() -> None:
    body = json.dumps(recorded("order_paid", tags="vip, Picking ")).encode()
    delivery = Delivery(body, {"x-shopify-topic": "orders/updated"}, NOW)
    facts = shopify.translate(delivery, {"picking": OrderStatus.IN_PREPARATION, "absent": OrderStatus.CANCELLED}).facts
    assert types(facts) == ["order.placed", "order.paid", "order.preparation_started"]


# ── tests of the shop itself ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changed", [{"test": True}, {"id": 820982911946154508}, {"id": 820982911946154500}, {"email": "Jon@Example.com"}]
)
def test_a_test_order_says_so(changed: Json) -> None:
    translation = told(recorded("order_paid", **changed))
    said = translation.facts[0].details
    assert translation.test
    assert said is not None
    assert said.test


@pytest.mark.parametrize("header", ["x-shopify-test", "shopify-test"])
def test_a_test_delivery_says_so_in_a_header(header: str) -> None:
    assert told(recorded("order_paid"), **{header: "true"}).test
    assert not told(recorded("order_paid"), **{header: "false"}).test


def test_the_samples_of_other_topics_are_tests_too() -> None:
    assert told(recorded("fulfilled_without_number", order_id=820982911946154508), "fulfillments/create").test


def test_the_9999th_order_of_a_real_shop_is_no_test() -> None:
    assert not told(recorded("order_paid", name="#9999", order_number=9999)).test


# ── what is not what Shopify documents ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"7", b'"x"', b"{", b'{"id":}', b"\xff\xfe", b'{"id":' + b"9" * 5_000 + b"}", b'{"a":NaN}',
        b'{"a":Infinity}', b"[" * 200_000, b'{"a":' * 200_000, b'{"id":1,"a":"\\ud800"}', b'{"id":1,"a":"\\uDFFF"}',
        b'{"id":1,"a":"\xed\xa0\x80"}', b'{"id":1,"a":1e99999999999999999999}', b"<order/>", b"a=1&b=2",
    ],
    ids=range(19),
)  # fmt: skip
@pytest.mark.parametrize("topic", ["orders/create", "fulfillments/create", "nothing/known"])
def test_a_body_that_is_no_object_is_unreadable(body: bytes, topic: str) -> None:
    delivery = Delivery(body, {"x-shopify-topic": topic}, NOW)
    with pytest.raises(Unreadable):
        shopify.translate(delivery, {})
    assert shopify.key(delivery) is None


def test_the_escapes_of_a_genuine_body_are_read() -> None:
    raw = json.dumps(recorded("order_created", note="\U0001f381 a/b & c"))
    sent = raw.replace("/", "\\/").replace("&", "\\u0026").encode()
    assert shopify.translate(Delivery(sent, {"x-shopify-topic": "orders/create"}, NOW), {}).facts


@pytest.mark.parametrize(
    "topic",
    ["orders/create", "orders/edited", "fulfillments/update", "fulfillment_events/create", "refunds/create"],
)
def test_an_object_without_an_order_is_unreadable(topic: str) -> None:
    with pytest.raises(Unreadable):
        told({}, topic)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from([10**400, -1, 1e308, "1e99", "0000-00-00 00:00:00", "9" * 200, "0001-01-01T00:00:00+14:00"]),
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
    delivery = Delivery(json.dumps(said["body"]).encode(), said["headers"], NOW)
    try:
        facts = shopify.translate(delivery, {}).facts
    except Unreadable:
        return
    order = learn(Order(OrderKey("demo", "shopify", "1")), facts)
    assert order.status in OrderStatus
    assert learn(order, facts) == order
    assert all(fact.order == shopify.key(delivery) for fact in facts)


@given(body=st.binary(max_size=300))
def test_noise_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        shopify.translate(Delivery(body, {"x-shopify-topic": "orders/create"}, NOW), {})


def test_recordings_carry_no_signature_and_no_real_address() -> None:
    for path in HERE.glob("*.json"):
        said = json.loads(path.read_text())
        assert said["about"].startswith("Written by us in the shape Shopify documents (https://shopify.dev/")
        assert not any("hmac" in name for name in said["headers"])
        emails = {word for word in json.dumps(said).split('"') if "@" in word and " " not in word}
        assert all(email.endswith(("@example.com", "@example.org")) for email in emails), emails


def test_what_is_translated_is_not_changed() -> None:
    body = recorded("delivered")
    kept = copy.deepcopy(body)
    told(body)
    assert body == kept
