"""What a command prints is a contract: DESIGN §10, written out here by hand. One JSON value, these keys, no others."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from encamino.domain.message import Render
from encamino.shops.base import platform
from encamino.store.base import Commit, OrderDocument, RawDelivery
from tests.builders import a_pickup_point, a_shipment, a_window, an_order
from tests.cli.desk import API, Command, FakeStack, no_stack
from tests.store import examples

TESTS = Path(__file__).parents[1]
SHIPMENT = {
    "carrier", "number", "status", "reason", "eta", "eta_window", "signed_by", "items", "pickup_point",
    "tracking_link", "events",
}  # fmt: skip
EVENT = {"time", "local", "tz", "tz_assumed", "status", "reason", "raw_code", "text", "place"}
PICKUP_POINT = {"name", "address", "hours", "code", "until"}
MESSAGE = {
    "key", "trigger", "fact", "channel", "to", "locale", "status", "subject", "html", "text", "headers", "planned_at",
    "due", "sent_at", "opened_at", "clicked_at", "reason",
}  # fmt: skip
ORDER = {
    "order", "name", "platform", "test", "status", "payment", "preparation", "cancelled_at", "invoice_issued_at",
    "locale", "total", "items", "shipments", "returns", "messages", "why", "tracking_url",
}  # fmt: skip


@pytest.fixture
def order(fake: FakeStack) -> str:
    """An order with a shipment, a message that was sent, and a reason."""
    fake.parameters["/encamino/encamino/link-key"] = '[{"value": "a2V5", "until": null}]'
    told = an_order(a_shipment(pickup=a_pickup_point(), window=a_window()))
    message = examples.message(key=told.key, to="ada@example.com")
    change = Commit(OrderDocument(told), examples.NOON, messages=(message,), why=(examples.decision(),))
    assert fake.store.commit(change)
    fake.store.keep_render(message.key, Render("hola", "Hola", "<p>hola", {"X": "y"}))
    return told.key.id


def recording(tmp_path: Path, *path: str) -> tuple[Path, Path]:
    """A recording's body and headers, as two files."""
    said = json.loads(TESTS.joinpath(*path).read_text())
    body, headers = tmp_path / "body.json", tmp_path / "headers.json"
    body.write_text(json.dumps(said["body"]))
    headers.write_text(json.dumps(said.get("headers", {})))
    return body, headers


def keys(rows: list[dict[str, Any]]) -> set[str]:
    """The keys of the first row, which are those of all."""
    assert rows
    assert all(set(row) == set(rows[0]) for row in rows)
    return set(rows[0])


def test_an_order_is_shown_whole(encamino: Command, order: str) -> None:
    said = encamino("order", "show", "casa-lluna", order, "--json").said

    assert set(said) == ORDER
    assert set(said["total"]) == {"amount", "currency"}
    assert keys(said["items"]) == {"item", "name", "variant", "sku", "quantity", "ships", "price"}
    assert keys(said["shipments"]) == SHIPMENT
    assert keys(said["shipments"][0]["events"]) == EVENT
    assert set(said["shipments"][0]["pickup_point"]) == PICKUP_POINT
    assert set(said["shipments"][0]["eta_window"]) == {"from", "to"}
    assert keys(said["messages"]) == {"key", "trigger", "channel", "status", "due", "sent_at", "reason"}
    assert keys(said["why"]) == {"trigger", "channel", "verdict", "reason", "at"}
    assert said["tracking_url"].startswith(f"{API}/t/")


@pytest.mark.usefixtures("order")
def test_messages_are_listed_with_what_was_sent(encamino: Command) -> None:
    said = encamino("messages", "list", "--shop", "casa-lluna", "--json").said

    assert keys(said) == MESSAGE
    assert (said[0]["html"], said[0]["text"], said[0]["headers"]) == ("<p>hola", "hola", {"X": "y"})


def test_a_render_that_has_expired_is_null(encamino: Command, fake: FakeStack) -> None:
    key = an_order().key
    examples.keep(fake.store, examples.message(key=key), key=key)

    said = encamino("messages", "list", "--shop", "casa-lluna", "--json").said

    assert keys(said) == MESSAGE
    assert (said[0]["html"], said[0]["text"]) == (None, None)


@pytest.mark.parametrize("name", ["delivered", "available_for_pickup"])
def test_a_carriers_answer_is_shown_as_shipments(
    encamino: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    body, _ = recording(tmp_path, "carriers", "dhl", f"{name}.json")
    with no_stack(monkeypatch):
        said = encamino("carriers", "parse", "dhl", body, "--json").said

    assert set(said) == {"outcome", "shipments"}
    assert keys(said["shipments"]) == SHIPMENT
    assert keys(said["shipments"][0]["events"]) == EVENT


def _dotted(number: str) -> str:
    return f" {number[:4]}-{number[4:8]}\u00a0{number[8:12]}\u2011{number[12:]} ".lower()


def test_a_number_is_the_same_however_it_is_written(encamino: Command, tmp_path: Path) -> None:
    body, _ = recording(tmp_path, "carriers", "dhl", "delivered.json")
    number = encamino("carriers", "parse", "dhl", body, "--json").said["shipments"][0]["number"]

    dotted = encamino("carriers", "parse", "dhl", body, "--number", _dotted(number), "--json").said
    other = encamino("carriers", "parse", "dhl", body, "--number", "JD00", "--json").said

    assert (dotted["outcome"], [s["number"] for s in dotted["shipments"]]) == ("found", [number])
    assert (other["outcome"], other["shipments"]) == ("not_found", [])


def test_a_number_is_recognised_without_a_stack(encamino: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with no_stack(monkeypatch):
        said = encamino("carriers", "recognise", "00340434161094042557", "--json").said

    assert keys(said) == {"carrier", "confidence", "check"}


def test_a_delivery_is_shown_as_facts(encamino: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body, headers = recording(tmp_path, "shops", "shopify", "fulfilled_with_number.json")
    with no_stack(monkeypatch):
        said = encamino("shops", "parse", "shopify", body, "--headers", headers, "--json").said

    assert set(said) == {"verified", "facts", "ignored"}
    assert (said["verified"], said["ignored"]) == (None, None)
    assert all({"type", "order", "at"} <= set(fact) for fact in said["facts"])
    assert {key for fact in said["facts"] for key in fact} <= {
        "type", "order", "at", "subject", "amount", "name", "test", "locale", "shipment",
    }  # fmt: skip
    assert all(isinstance(fact["order"], str) for fact in said["facts"])


def test_a_recording_is_a_delivery_with_its_headers(encamino: Command, tmp_path: Path) -> None:
    file = TESTS / "shops/shopify/fulfilled_with_number.json"
    body, headers = recording(tmp_path, "shops", "shopify", file.name)

    whole = encamino("shops", "parse", "shopify", file, "--json").said
    apart = encamino("shops", "parse", "shopify", body, "--headers", headers, "--json").said

    assert whole == apart
    assert whole["facts"]


def test_a_delivery_that_says_nothing_says_why(encamino: Command, tmp_path: Path) -> None:
    body, headers = recording(tmp_path, "shops", "shopify", "unknown_topic.json")

    said = encamino("shops", "parse", "shopify", body, "--headers", headers, "--json").said

    assert said["facts"] == []
    assert isinstance(said["ignored"], str)


@pytest.mark.parametrize(("secret", "good"), [("hush-hush", True), ("another", False)])
def test_a_signature_is_verified(encamino: Command, tmp_path: Path, secret: str, good: bool) -> None:
    body, headers = tmp_path / "body", tmp_path / "headers"
    body.write_bytes(b"{}")
    headers.write_text(json.dumps(dict(platform("shopify").sign(b"{}", "hush-hush", datetime.now(UTC)))))

    ran = encamino("shops", "verify", "shopify", body, "--headers", headers, "--secret", secret, "--json")

    assert ran.said == {"verified": good}


def test_a_shop_that_is_made_says_what_to_do_next(encamino: Command, fake: FakeStack) -> None:
    file = TESTS.parent / "infra/local/shops/shopify.yaml"
    fake.store = type(fake.store)()

    first = encamino("shop", "apply", file, "--json").said
    second = encamino("shop", "apply", file, "--json").said

    assert set(first) == {"shop", "created", "webhooks", "dns", "secrets"}
    assert (first["created"], second["created"]) == (True, False)
    assert first["webhooks"] == {"shopify": f"{API}/webhooks/shopify/casa-lluna"} | first["webhooks"]
    assert keys(first["dns"]) == {"type", "name", "value"}
    assert second["secrets"] == {}


@pytest.mark.usefixtures("fake")
def test_a_secret_that_was_given_is_not_shown(encamino: Command) -> None:
    ran = encamino("shop", "secret", "casa-lluna", "shopify", "--value", "hush-hush", "--json")

    assert ran.said == {"shop": "casa-lluna", "name": "shopify", "secret": None}
    assert "hush-hush" not in ran.out + ran.err


def test_a_shop_is_checked_platform_by_platform(encamino: Command, fake: FakeStack) -> None:
    fake.store.note_delivery("casa-lluna", "shopify", examples.NOON, "unreadable: no JSON")

    said = encamino("shop", "check", "casa-lluna", "--json").said

    assert set(said) == {"shop", "platforms", "carriers"}
    assert keys(said["platforms"]) == {"platform", "url", "enabled", "paste", "last_delivery", "verdict"}
    shopify = next(row for row in said["platforms"] if row["platform"] == "shopify")
    assert (shopify["last_delivery"], shopify["verdict"]) == ("2026-11-03T12:00:00Z", "unreadable: no JSON")


def test_the_inbox_lists_what_needs_a_person(encamino: Command, fake: FakeStack) -> None:
    fake.store.keep_delivery("casa-lluna", None, RawDelivery("hash", "shopify", datetime.now(UTC), {}, b"{", "no JSON"))
    fake.put("InboxDead", "{")

    said = encamino("inbox", "list", "casa-lluna", "--json").said

    assert [row["kind"] for row in said] == ["malformed", "dead"]
    assert keys(said) == {
        "kind", "queue", "id", "hash", "platform", "order", "message", "received_at", "failed_at", "tries", "trouble",
        "cure", "bytes", "redriven",
    }  # fmt: skip


@pytest.mark.usefixtures("fake")
def test_a_replay_says_how_much_was_told_again(encamino: Command) -> None:
    said = encamino("replay", "casa-lluna", "--since", "2026-11-01", "--json").said

    assert said == {"replayed": 0, "orders": 0, "since": "2026-11-01T00:00:00Z"}


@pytest.mark.usefixtures("fake")
def test_the_clock_says_the_time(encamino: Command) -> None:
    assert set(encamino("clock", "show", "--json").said) == {"now", "offset_seconds"}


@pytest.mark.usefixtures("fake")
def test_the_clock_that_was_moved_says_what_happened(encamino: Command) -> None:
    moved = encamino("clock", "advance", "15d", "--json").said

    assert set(moved) == {"now", "steps", "messages"}
    assert encamino("clock", "show", "--json").said["offset_seconds"] in range(15 * 86400 - 5, 15 * 86400 + 5)
    assert set(encamino("clock", "reset", "--json").said) == {"now", "offset_seconds"}


@pytest.mark.usefixtures("fake")
def test_a_stack_on_the_wall_clock_is_not_moved(encamino: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_TRAVEL", "off")

    assert [encamino("clock", *words, "--json").code for words in (("advance", "1h"), ("reset",))] == [4, 4]


@pytest.mark.usefixtures("fake")
def test_the_doctor_says_what_was_found(encamino: Command) -> None:
    said = encamino("doctor", "--json").said

    assert set(said) == {"version", "healthy", "findings", "first_day"}
    assert keys(said["findings"]) == {"name", "good", "detail", "cure"}


def test_parts_of_an_sms_are_counted_without_a_stack(encamino: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with no_stack(monkeypatch):
        said = encamino("sms", "count", "señal ñandú", "--json").said

    assert set(said) == {"encoding", "parts", "units", "folded"}
    assert set(said["folded"]) == {"text", "encoding", "parts", "units"}
