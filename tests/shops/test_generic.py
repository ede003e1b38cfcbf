"""The generic door: its signature, and what it makes of documents."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from encamino.cli.simulate import recorded as recorded_for_simulation
from encamino.cli.simulate import renewed, told_at
from encamino.domain.errors import Unreadable
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.order import Address, Money, Order, OrderKey, OrderStatus, Payment, Person, Preparation
from encamino.domain.shipment import SILENT, Reason, ShipmentStatus, ShippedItem
from encamino.shops import generic
from encamino.shops.base import Delivery, Handshake, Platform, Translation
from encamino.shops.generic import document
from encamino.shops.generic.transport import ReturnWord, ShipmentWord

#: That a type checker agrees.
PLATFORM: Platform = generic

HERE = Path(__file__).parent / "generic"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AT = "2026-11-12T16:00:00Z"
#: The scheme's own test vector.
VECTOR = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = "whsec_" + "c2VjcmV0" * 4
type Json = dict[str, Any]


def recorded(name: str, /, **changed: Any) -> Json:
    """The body of a recording, some of its order changed."""
    body: Json = json.loads((HERE / f"{name}.json").read_text())["body"]
    return body | ({"order": body["order"] | changed} if changed else {})


def told(body: object, **statuses: OrderStatus) -> Translation:
    return generic.translate(Delivery(json.dumps(body).encode(), {}, NOW), statuses)


def refused(body: object) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        told(body)
    return error.value


def types(said: Translation) -> list[str]:
    return [fact.type.value for fact in said.facts]


def an_order(**state: Any) -> Json:
    return {"type": "order", "at": AT, "order": {"id": "10042"} | state}


def after(*bodies: object) -> Order:
    """The order once these have been told."""
    facts = (fact for body in bodies for fact in told(body).facts)
    return learn(Order(OrderKey("demo", "generic", "10042")), facts)


# ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def headers(signature: str, sent: object = None, id_: str = "msg_1") -> dict[str, str]:
    stamp = str(int(NOW.timestamp()) if sent is None else sent)
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}


def signed(body: bytes, secret: str = SECRET, at: datetime = NOW, id_: str = "msg_1") -> dict[str, str]:
    """As the library of the scheme signs."""
    return headers(Webhook(secret).sign(id_, at, body.decode()), int(at.timestamp()), id_)


def test_the_published_vector_is_accepted() -> None:
    then = datetime.fromtimestamp(1614265330, UTC)
    said = headers("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 1614265330, "msg_p5jXN8AQM9LWM0D4loKWxJek")
    assert generic.verify(b'{"test": 2432232314}', said, [VECTOR], then)


@given(body=st.text(max_size=200), key=st.binary(min_size=24, max_size=64))
def test_what_the_library_signs_we_accept_and_what_we_sign_the_library_accepts(body: str, key: bytes) -> None:
    now, secret = datetime.now(UTC), generic.new_secret(key) or ""
    assert generic.verify(body.encode(), signed(body.encode(), secret, now), [secret], now)
    Webhook(secret).verify(body, dict(generic.sign(body.encode(), secret, now)), json_parse=False)


@pytest.mark.parametrize(("late", "accepted"), [(0, True), (299, True), (300, True), (301, False), (3600, False)])
@pytest.mark.parametrize("way", [1, -1])
def test_a_signature_counts_for_five_minutes_by_either_clock(late: int, accepted: bool, way: int) -> None:
    said = signed(b"{}")
    assert generic.verify(b"{}", said, [SECRET], NOW + way * timedelta(seconds=late)) is accepted


def test_the_time_is_signed_too() -> None:
    later = NOW + timedelta(hours=1)
    said = signed(b"{}") | {"webhook-timestamp": str(int(later.timestamp()))}
    assert not generic.verify(b"{}", said, [SECRET], later)


def test_one_good_signature_among_others_is_enough() -> None:
    good = signed(b"{}")["webhook-signature"]
    for several in (f"v1a,AAAA {good}", f"v1, v1 {good} v2,x", f"{good} {good}", f"v1,{'A' * 43}= {good}"):
        assert generic.verify(b"{}", headers(several), [SECRET], NOW)


def test_another_version_of_the_same_signature_is_none() -> None:
    value = signed(b"{}")["webhook-signature"].partition(",")[2]
    for other in (value, f"v1a,{value}", f"v2,{value}", f"v1,{value},", f"v1;{value}", f"V1,{value}"):
        assert not generic.verify(b"{}", headers(other), [SECRET], NOW)


@pytest.mark.parametrize("stamp", ["", "now", "1.5", "-1", "+1795176000", "١٧٩٥", "9" * 400, "1e9", "0x1"])
def test_a_strange_timestamp_is_refused(stamp: str) -> None:
    assert not generic.verify(b"{}", signed(b"{}") | {"webhook-timestamp": stamp}, [SECRET], NOW)


@pytest.mark.parametrize("missing", sorted(generic.HEADERS))
def test_each_header_is_needed(missing: str) -> None:
    said = {name: value for name, value in signed(b"{}").items() if name != missing}
    assert not generic.verify(b"{}", said, [SECRET], NOW)
    assert not generic.verify(b"{}", said | {missing: ""}, [SECRET], NOW)


def test_an_id_with_a_full_stop_is_refused_because_the_signed_text_could_be_cut_elsewhere() -> None:
    assert not generic.verify(b"{}", signed(b"{}", id_="msg.1"), [SECRET], NOW)


def test_a_secret_without_its_prefix_is_base64_or_the_text_itself() -> None:
    bare = SECRET.removeprefix("whsec_")
    assert generic.verify(b"{}", signed(b"{}"), [bare], NOW)
    assert generic.verify(b"{}", generic.sign(b"{}", "from a text field", NOW), ["from a text field"], NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", "whsec_ñ", "\ud800"])
def test_a_secret_that_is_none_lets_nobody_in(secret: str) -> None:
    empty = generic._signature("msg_1", str(int(NOW.timestamp())), b"{}", b"").decode()
    assert not generic.verify(b"{}", headers(empty), [secret], NOW)


@given(said=st.dictionaries(st.sampled_from(sorted(generic.HEADERS)), st.text()), body=st.binary(), secret=st.text())
def test_nothing_in_a_header_makes_the_door_stumble(said: dict[str, str], body: bytes, secret: str) -> None:
    stamp = {"webhook-timestamp": str(int(NOW.timestamp()))}
    assert not generic.verify(body, said, [SECRET, secret], NOW)
    assert not generic.verify(body, said | stamp, [SECRET, secret], NOW)


@given(body=st.binary(min_size=1, max_size=200), bit=st.integers(0, 47 * 8 - 1))
def test_a_signature_with_one_bit_flipped_is_refused(body: bytes, bit: int) -> None:
    genuine = dict(generic.sign(body, SECRET, NOW))
    flipped = bytearray(genuine["webhook-signature"].encode())
    flipped[bit // 8] ^= 1 << bit % 8
    assert generic.verify(body, genuine, [SECRET], NOW)
    assert not generic.verify(body, genuine | {"webhook-signature": flipped.decode("latin-1")}, [SECRET], NOW)


def test_a_secret_made_here_is_one_that_the_library_takes() -> None:
    made = generic.new_secret(bytes(range(32)))
    assert made == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    with pytest.raises(WebhookVerificationError):
        Webhook(made).verify("{}", signed(b"{}", SECRET, datetime.now(UTC)))


def test_who_looks_whether_the_address_is_there_is_answered_and_only_a_post_delivers() -> None:
    assert generic.handshake("GET", {}, "", b"") == generic.handshake("HEAD", {}, "", b"") == Handshake(200)
    assert generic.handshake("POST", {}, "", b'{"type": "ping"}') is None


def test_the_door_verifies_without_loading_any_model() -> None:
    code = (
        "import sys; from encamino.shops.base import platform; from datetime import datetime, UTC;"
        "platform('generic').verify(b'{}', {'webhook-id': 'x', 'webhook-timestamp': '1'}, ['s'], datetime.now(UTC));"
        "print(*(n for n, m in list(sys.modules.items()) if type(m).__name__ != '_LazyModule'))"
    )
    here = {"PYTHONPATH": str(Path(generic.__file__).parents[3])}
    ran = subprocess.run([sys.executable, "-c", code], env=here, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "encamino.shops.generic" in loaded
    assert {name for name in loaded if name.startswith("encamino.domain.")} <= {"encamino.domain.errors"}
    assert not loaded & {
        "pydantic",
        "boto3",
        "standardwebhooks",
        "encamino.shops.reading",
        "encamino.shops.generic.telling",
    }


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_word_for_a_shipment_is_taken() -> None:
    assert set(get_args(ShipmentWord.__value__)) == set(ShipmentStatus) - SILENT


def test_every_fact_about_orders_shipments_and_returns_can_be_told() -> None:
    # When a carrier expects to deliver is the carrier's to say.
    asked = {fact for fact in FactType if fact.startswith(("order.", "shipment.", "return."))}
    assert asked - set(document.TYPES) == {FactType.SHIPMENT_ETA_CHANGED}
    assert {f"return.{word}" for word in get_args(ReturnWord.__value__)} <= asked


def test_every_type_is_recorded_but_those_that_differ_from_a_recorded_one_in_a_word() -> None:
    said = {recorded(path.stem)["type"] for path in HERE.glob("*.json")}
    alike = {word for word in document.TYPES if word.startswith(("shipment.", "return.", "order."))}
    assert set(document.TYPES) - alike <= said


@pytest.mark.parametrize(
    "type_", [word for word in document.TYPES if word.startswith(("order.", "shipment.", "return."))]
)
def test_a_type_tells_its_own_fact_at_its_own_time(type_: str) -> None:
    body = recorded("order_paid", updated_at="2026-11-19T00:00:00Z") | {
        "type": type_, "at": "2026-11-10T09:15:00Z",
        "shipment": {"id": "S-1", "number": "123"}, "return": {"id": "R-1"},
    }  # fmt: skip
    (fact,) = (fact for fact in told(body).facts if fact.type == type_)
    assert fact.at == datetime(2026, 11, 10, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("status", OrderStatus)
def test_every_order_status_can_be_stated_in_one_word(status: OrderStatus) -> None:
    parts = {"shipments": [{"items": [{"item": "1", "quantity": 1}]}]} if status is OrderStatus.PART_SHIPPED else {}
    assert after(recorded("in_preparation", status=status.value, payment="awaiting", **parts)).status is status


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - {OrderStatus.PART_SHIPPED, OrderStatus.AWAITING_PAYMENT}))
def test_the_shops_own_word_is_what_its_shop_file_says(status: OrderStatus) -> None:
    said = told(an_order(shop_status="In Arbeit"), **{"in arbeit": status})
    assert learn(Order(OrderKey("demo", "generic", "10042")), said.facts).status is status
    assert said.unmapped == ()


def test_a_word_that_the_shop_file_does_not_have_moves_nothing_and_is_listed() -> None:
    said = told(an_order(shop_status="Picking"), packing=OrderStatus.SHIPPED)
    assert types(said) == ["order.changed"]
    assert said.unmapped == (("Picking", "shop_status"),)


@pytest.mark.parametrize("payment", Payment)
def test_every_way_a_payment_stands_can_be_stated(payment: Payment) -> None:
    assert after(recorded("in_preparation", payment=payment.value)).payment is payment


@pytest.mark.parametrize("preparation", sorted(set(Preparation) - {Preparation.PART_SHIPPED}))
def test_every_step_of_the_preparation_can_be_stated(preparation: Preparation) -> None:
    body = recorded("order_paid", preparation=preparation.value)
    assert after(body).preparation is preparation


@pytest.mark.parametrize("status", generic.STATES)
def test_a_simulated_order_states_what_was_asked_under_a_new_id_and_now(status: str) -> None:
    recording = recorded_for_simulation("generic", generic.STATES[status])
    sent = renewed("generic", recording, "9876543210", NOW - told_at("generic", recording, NOW))
    facts = generic.translate(Delivery(sent.body.encode(), sent.headers, NOW), {}).facts
    order = learn(Order(OrderKey("demo", "generic", "9876543210")), facts)
    assert {fact.order for fact in facts} == {"9876543210"}
    assert max(fact.at for fact in facts) <= NOW
    assert order.status is OrderStatus(status)


# ── orders ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_is_told_as_a_whole() -> None:
    details = told(recorded("order_paid", tags=["gift"])).facts[0].details
    assert details is not None
    assert (details.name, details.locale, details.channel, details.tags) == ("WT-4001", "en-GB", "web", ("gift",))
    assert details.person == Person("mabel.thorne@example.com", "+44 7700 900117", "Mabel", "Thorne", "C-1")
    assert details.address == Address("Mabel Thorne", ("14 Lantern Row",), "YO1 9ZZ", "York", "", "GB")
    assert [(item.id, item.name, item.variant, item.quantity) for item in details.items] == [
        ("1", "Oak tray", "Large", 1), ("2", "Beeswax candle", None, 3),
    ]  # fmt: skip
    assert details.total == Money(details.total.amount, "GBP") if details.total else False
    assert str(details.total.amount if details.total else "") == "75.45"


def test_the_latest_telling_counts_whenever_it_arrives() -> None:
    moved, first = recorded("address_changed"), recorded("edited")
    for order in (after(first, moved), after(moved, first)):
        assert order.details is not None
        assert order.details.address is not None
        assert order.details.address.city == "Selby"


def test_a_warehouse_that_knows_no_customers_tells_the_state_by_the_id() -> None:
    order = after(recorded("order_paid", id="10042"), an_order(status="in_preparation"), an_order(status="shipped"))
    assert (order.status, order.name) == (OrderStatus.SHIPPED, "WT-4001")


def test_the_id_is_the_same_as_text_and_as_number() -> None:
    (as_number,), (as_text,) = (told(an_order(id=id_, status="cancelled")).facts for id_ in (10042, " 10042 "))
    assert as_number == as_text


def test_an_old_payment_without_its_time_is_as_old_as_the_order() -> None:
    (paid,) = (fact for fact in told(recorded("in_preparation")).facts if fact.type == "order.paid")
    assert paid.at == datetime(2026, 11, 10, 9, 15, tzinfo=UTC)


def test_a_cancelled_order_comes_back_only_when_it_is_said_to() -> None:
    said = [an_order(status="cancelled"), an_order(status="paid") | {"at": "2026-11-13T09:00:00Z"}]
    assert after(*said).status is OrderStatus.CANCELLED
    assert after(*said, {"type": "order.reopened", "at": "2026-11-13T09:00:00Z", "order": {"id": "10042"}}).status is (
        OrderStatus.PAID
    )


def test_refunds_add_up_to_a_refunded_order_without_a_second_refund() -> None:
    said = told(recorded("refunded"))
    assert [fact.subject for fact in said.facts if fact.type == "order.refunded"] == ["RF-1", "RF-2"]


def test_an_order_called_refunded_is_though_the_amounts_do_not_add_up() -> None:
    some = [{"id": "RF-1", "amount": {"amount": "1.00", "currency": "GBP"}}]
    assert after(recorded("refunded", refunds=some)).status is OrderStatus.REFUNDED


def test_items_are_called_by_id_or_sku_or_place() -> None:
    items = [
        {"name": "a", "quantity": 1},
        {"name": "b", "sku": "B", "quantity": 1},
        {"name": "c", "id": 7, "quantity": 0},
    ]
    details = told(recorded("order_paid", items=items, total=None)).facts[0].details
    assert details is not None
    assert [item.id for item in details.items] == ["1", "B"]


def test_an_order_of_very_many_lines_and_shipments_is_translated_hardly_slower_than_checked() -> None:
    def seconds(work: Callable[[], object]) -> float:
        # The best of three: what else this process has to tidy up comes in between.
        def once() -> float:
            began = process_time()
            work()
            return process_time() - began

        return min(once() for _ in range(3))

    names = [f"i{place}" for place in range(3_000)]
    items = [{"id": name, "name": "a", "quantity": 1} for name in names]
    sent = [{"id": name, "items": [{"item": name, "quantity": 1}]} for name in names]
    body = an_order(placed_at=AT, items=items, shipments=sent)
    # Were each looked for among all the others, it would be fourteen times as slow, and a thousand times with 4 MB.
    assert seconds(lambda: told(body)) < 6 * seconds(lambda: document.checked(body))


def test_a_test_order_reaches_nobody() -> None:
    assert told(recorded("test_order")).test
    assert after(recorded("test_order")).test


def test_no_value_empty_text_and_empty_list_are_no_field() -> None:
    blank: Json = {
        "customer": None,
        "items": [],
        "total": "",
        "name": " ",
        "shipments": [],
        "refunds": None,
        "test": False,
    }
    assert told(an_order(status="paid", **blank)).facts == told(an_order(status="paid")).facts


def test_fields_that_are_not_known_are_left_alone() -> None:
    extra = recorded("order_paid", margin=0.4, customer={"email": "mabel@example.com", "vip": True}) | {"source": {}}
    assert "margin" not in repr(told(extra).facts)


# ── shipments and returns ───────────────────────────────────────────────────────────────────────────────────────────


def shipment(type_: str, at: str, **said: Any) -> Json:
    return {"type": f"shipment.{type_}", "at": at, "order": {"id": "10042"}, "shipment": said}


def test_two_shipments_do_not_overwrite_each_other() -> None:
    order = after(recorded("shipped", id="10042"))
    assert [(s.id, s.number, s.label.carrier_name) for s in order.shipments] == [
        ("S-801", "JD000246810121417", "DHL"), ("S-802", "AB123456785GB", "Royal Mail"),
    ]  # fmt: skip
    assert order.status is OrderStatus.SHIPPED


def test_part_of_an_order_travels_until_the_rest_does() -> None:
    first = recorded("part_shipped", id="10042")
    assert after(first).left_to_ship == (ShippedItem("1", 1),)
    rest = shipment("registered", "2026-11-13T16:00:00Z", id="S-702", items=[{"item": "1", "quantity": 1}])
    assert after(first, rest).status is OrderStatus.SHIPPED


@pytest.mark.parametrize("known", [{"id": "S-1"}, {}])
def test_a_number_is_replaced_by_whatever_way_it_is_told(known: Json) -> None:
    first = shipment("registered", "2026-11-12T15:00:00Z", number="JD000246810121421", **known)
    by_name = shipment("number_replaced", "2026-11-12T17:00:00Z", number="JD000246810121422", **known)
    by_state = an_order(shipments=[known | {"number": "JD000246810121422"}]) | {"at": "2026-11-12T17:00:00Z"}
    for second in (by_name, by_state):
        for order in (after(first, second), after(second, first)):
            (only,) = order.shipments
            assert (only.number, only.old_numbers) == ("JD000246810121422", ("JD000246810121421",))


def test_a_shipment_of_which_only_its_state_is_told_is_not_announced() -> None:
    assert types(told(shipment("in_transit", AT, id="S-1"))) == ["shipment.in_transit"]
    assert types(told(shipment("in_transit", AT, id="S-1", number="1"))) == [
        "shipment.registered",
        "shipment.in_transit",
    ]
    assert types(told(an_order(shipments=[{}]))) == ["shipment.registered"]


def test_a_shipment_taken_back_is_not_announced_and_does_not_count() -> None:
    order = after(shipment("exception", AT, number="JD000246810121423", reason="cancelled"))
    assert (order.travelling, order.shipments[0].reason) == ((), Reason.CANCELLED)
    assert "shipment.registered" not in types(
        told(an_order(shipments=[{"status": "exception", "reason": "cancelled"}]))
    )


def test_a_state_told_again_is_the_same_event_and_one_with_a_time_is_a_scan() -> None:
    def told_on(day: int, **said: Any) -> Json:
        return an_order(shipments=[{"number": "1", "status": "in_transit"} | said]) | {"at": f"2026-11-{day}T08:00:00Z"}

    (again,) = after(told_on(13), told_on(14)).shipments[0].events
    assert again.time == datetime(2026, 11, 13, 8, tzinfo=UTC)
    back = [told_on(13, status_at="2026-11-13T07:00:00Z"), told_on(14, status="exception"),
            told_on(15, status_at="2026-11-15T07:00:00Z")]  # fmt: skip
    assert after(*back).shipments[0].status is ShipmentStatus.IN_TRANSIT


def test_a_word_for_the_order_leaves_alone_what_shipments_say_themselves() -> None:
    parcels = [{"number": "1", "status": "in_transit"}, {"number": "2"}]
    order = after(an_order(status="delivered", shipments=parcels))
    assert [parcel.status for parcel in order.shipments] == [ShipmentStatus.IN_TRANSIT, ShipmentStatus.DELIVERED]


def test_a_number_told_before_and_a_word_for_the_order_are_one_shipment() -> None:
    order = after(shipment("registered", AT, number="JD000246810121421"), an_order(status="delivered"))
    (only,) = order.shipments
    assert (only.number, only.status) == ("JD000246810121421", ShipmentStatus.DELIVERED)


def test_a_return_is_remembered_step_by_step() -> None:
    steps = ("requested", "approved", "in_transit", "received", "refunded")
    order = after(*(recorded(f"return_{step}") for step in steps))
    assert [(m.type, m.subject) for m in order.milestones] == [(f"return.{step}", "R-1") for step in steps]


# ── what is wrong ───────────────────────────────────────────────────────────────────────────────────────────────────

WRONG: list[tuple[str, Json, str, str]] = [
    ("naive time", {"at": "2026-11-12T16:00:00"}, "at", "has no offset from UTC"),
    ("day only", {"at": "2026-11-12"}, "at", "has no offset from UTC"),
    ("no time", {"at": "yesterday"}, "at", "is no time"),
    ("epoch", {"at": 1795003200}, "at", "is no time"),
    ("year 0001", {"at": "0001-01-01T00:00:00Z"}, "at", "is a time that cannot be"),
    ("no type", {"type": None}, "type", "is none that is known"),
    ("unknown type", {"type": "order.teleported"}, "type", "is none that is known"),
    ("no order", {"order": None}, "order", "is missing"),
    ("order no object", {"order": "10042"}, "order", "is no object"),
    ("no id", {"order": {"status": "paid"}}, "order.id", "is missing"),
    ("id lost digits", {"order": {"id": 8.2e17}}, "order.id", "is a number with a fraction"),
    ("status", {"order": {"id": 1, "status": "teleported"}}, "order.status", "is none of its words"),
    ("nothing told", {"order": {"id": 1}}, "order", "says nothing but its id"),
    ("half an order", {"order": {"id": 1, "items": [{"name": "a", "quantity": 1}]}}, "order.placed_at", "is missing"),
    ("authorised", {"order": {"id": 1, "payment": "authorised"}}, "order.placed_at", "is missing"),
    ("part shipped", {"order": {"id": 1, "status": "part_shipped"}}, "order.shipments", "is missing"),
    (
        "part shipped what", {"order": {"id": 1, "status": "part_shipped", "shipments": [{"number": "1"}]}},
        "order.shipments[0].items", "is missing",
    ),
    (
        "twice the same", {"order": {"id": 1, "shipments": [{"id": "2"}, {}]}},
        "order.shipments[1].id", "is there twice",
    ),
    ("shipment state", {"order": {"id": 1, "shipments": [{"status": "lost"}]}}, "order.shipments[0].status", "is none"),
    ("scan", {"order": {"id": 1, "shipments": [{"events": [{"status": "delivered"}]}]}},
     "order.shipments[0].events[0].at", "is missing"),
    ("refund", {"order": {"id": 1, "refunds": [{"id": 1, "amount": "9"}]}}, "order.refunds[0].amount", "is no object"),
    ("return", {"order": {"id": 1, "returns": [{"id": "1", "status": "lost"}]}}, "order.returns[0].status", "is none"),
    ("no contact", {"type": "contact.updated", "contact": {"first_name": "M"}}, "contact", "names nobody"),
    ("no new number", {"type": "shipment.number_replaced", "shipment": {"id": "1"}}, "shipment.number", "is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "where", "what"), [said[1:] for said in WRONG], ids=[said[0] for said in WRONG])
def test_what_is_wrong_is_named_by_its_path_with_what_to_do(change: Json, where: str, what: str) -> None:
    error = refused(an_order(status="paid") | change)
    assert error.where == where
    assert error.message.startswith(f"{where} {what}")
    assert error.cure


WHOLE: list[tuple[str, object, str]] = [
    ("total", {"amount": 75.45, "currency": "GBP"}, "order.total.amount"),
    ("total", {"amount": "75,45", "currency": "GBP"}, "order.total.amount"),
    ("total", {"amount": "-1.00", "currency": "GBP"}, "order.total.amount"),
    ("total", {"amount": "1e9", "currency": "GBP"}, "order.total.amount"),
    ("total", {"amount": "75.45"}, "order.total.currency"),
    ("total", {"amount": "75.45", "currency": "£"}, "order.total.currency"),
    ("total", {"amount": "75.45", "currency": "EUR"}, "order.items[0].price.currency"),
    ("items", [{"name": "a", "quantity": -1}], "order.items[0].quantity"),
    ("items", [{"name": "a", "quantity": 1.5}], "order.items[0].quantity"),
    ("items", [{"quantity": 1}], "order.items[0].name"),
    ("items", [{"name": "a", "quantity": 1}, {"name": "b", "id": "1", "quantity": 1}], "order.items[1].id"),
    ("items", {"name": "a", "quantity": 1}, "order.items"),
    ("items", [None], "order.items[0]"),
    ("customer", {"email": ["a@example.com"]}, "order.customer.email"),
    ("shipping_address", {"country": "England"}, "order.shipping_address.country"),
    ("locale", "English", "order.locale"),
    ("test", "yes", "order.test"),
    ("name", "x" * 1001, "order.name"),
    ("id", "x" * 129, "order.id"),
    ("id", "1\n2", "order.id"),
    ("placed_at", "2026-11-10T09:15:00", "order.placed_at"),
    ("shipments", [{"items": [{"item": "3", "quantity": 1}]}], "order.shipments[0].items[0].item"),
]


@pytest.mark.parametrize(("field", "value", "where"), WHOLE)
def test_a_field_of_a_whole_order_that_is_wrong_is_named(field: str, value: object, where: str) -> None:
    error = refused(recorded("order_paid", **{field: value}))
    assert error.where == where
    assert error.cure


def test_a_wrong_type_is_answered_with_those_that_are_near() -> None:
    assert refused({"type": "return.lost"}).cure.startswith("one of: return.approved, return.declined")
    assert (
        refused({"type": "parcel.lost"}).cure == "one of: order, ping, order.…, shipment.…, return.…, cart.…, contact.…"
    )


def test_all_that_is_wrong_is_named_at_once_and_no_value_is_repeated() -> None:
    error = refused(recorded("order_paid", customer={"email": ["mabel@example.com"]}, locale="Mabel", id=1.5))
    assert error.message == (
        "order.id is a number with a fraction, which has lost digits of the id "
        "(also wrong: order.locale, order.customer.email)"
    )
    assert "abel" not in error.message + error.cure


# ── anything, anywhere ──────────────────────────────────────────────────────────────────────────────────────────────

WORDS = [AT, "2026-11-10T09:15:00", "GB", "GBP", "12.50", "paid", "delivered", "part_shipped", "1", ""]
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=20) | st.sampled_from(WORDS)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
BODIES = [recorded(path.stem) for path in sorted(HERE.glob("*.json"))]


def read(delivery: Delivery) -> Translation | Unreadable:
    try:
        return generic.translate(delivery, {"paid": OrderStatus.PAID})
    except Unreadable as error:
        return error


def places(value: object, *way: str | int) -> Iterator[tuple[str | int, ...]]:
    if way:
        yield way
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, *way, step)


def put(body: Any, way: tuple[str | int, ...], value: object) -> Any:
    copy = json.loads(json.dumps(body))
    inside = copy
    for step in way[:-1]:
        inside = inside[step]
    inside[way[-1]] = value
    return copy


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_anything_anywhere_is_translated_or_refused_with_a_path(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(BODIES))
    for _ in range(data.draw(st.integers(1, 3))):
        body = put(body, data.draw(st.sampled_from(list(places(body)))), data.draw(ANYTHING))
    delivery = Delivery(json.dumps(body).encode(), {}, NOW)
    said = read(delivery)
    if isinstance(said, Unreadable):
        assert said.where
        assert said.message.startswith(said.where)
        assert said.cure
    else:
        assert bool(said.facts) is (said.ignored is None)
        assert {fact.order for fact in said.facts} <= {generic.key(delivery)}
        learn(Order(OrderKey("demo", "generic", "1")), said.facts)


@given(body=st.binary() | ANYTHING.map(lambda said: json.dumps(said).encode()))
@example(b"[" * 100_000)
@example(b'{"type":' * 2000 + b"1" + b"}" * 2000)
@example(b'{"type":"order","at":"' + AT.encode() + b'","order":' + b'{"items":' * 900 + b"1" + b"}" * 901)
@example(b'{"type":"order","at":"2026-11-12T16:00:00Z","order":{"id":"\\ud800"}}')
@settings(max_examples=200, deadline=None)
def test_no_body_does_anything_but_translate_or_be_unreadable(body: bytes) -> None:
    said = read(Delivery(body, {}, NOW))
    assert not isinstance(said, Unreadable) or said.where
    generic.key(Delivery(body, {}, NOW))


HISTORY = [
    recorded(name, id="10042") if "order" in recorded(name) else recorded(name)
    for name in ("order_placed", "order_paid", "in_preparation", "part_shipped", "shipped", "delivered", "edited",
                 "refunded", "number_replaced", "shipment_registered", "shipment_out_for_delivery", "attempt_failed",
                 "cancelled", "reopened", "return_requested", "return_received", "returns_in_order",
                 "own_van_delivered")
]  # fmt: skip
FACTS: list[tuple[Fact, ...]] = [told(body).facts for body in HISTORY]


@given(shuffled=st.permutations([*FACTS, *FACTS[:4]]), cut=st.integers(0, len(FACTS)))
@settings(max_examples=200, deadline=None)
def test_a_history_told_in_any_order_and_in_part_twice_ends_the_same(
    shuffled: list[tuple[Fact, ...]], cut: int
) -> None:
    empty = Order(OrderKey("demo", "generic", "10042"))
    straight = learn(empty, (fact for facts in FACTS for fact in facts))
    assert (
        learn(learn(empty, (f for facts in shuffled[:cut] for f in facts)), (f for fs in shuffled for f in fs))
        == straight
    )
