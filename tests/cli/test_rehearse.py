"""`encamino rehearse`: one JSON value of the agreed shape, the same every time; a line that is wrong is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from encamino.cli.compiled import compiled_templates
from encamino.domain.errors import Misconfigured
from tests.cli.desk import Command, no_stack
from tests.cli.test_shapes import MESSAGE, keys
from tests.flows.rehearsals import START, TESTS, Line, delivered, history, written

SHOP = TESTS.parent / "infra/local/shops/shopify.yaml"
GOOD: Line = {"at": START.isoformat(), "platform": "shopify", "headers": {}, "body": {}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(list(history(7, START)), tmp_path / "history.jsonl")


def test_a_rehearsal_is_told_in_the_agreed_shape_without_a_stack(
    encamino: Command, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    with no_stack(monkeypatch):
        ran = encamino("rehearse", file, "--shop", SHOP, "--json")

    assert (ran.code, ran.err) == (0, "")
    assert set(ran.said) == {"messages", "why", "cost", "unread"}
    assert keys(ran.said["messages"]) == MESSAGE
    assert keys(ran.said["why"]) == {"order", "platform", "trigger", "channel", "verdict", "reason", "at"}
    assert set(ran.said["cost"]) == {"orders", "email", "sms", "total", "per_order", "unpriced", "prices"}


def test_the_same_file_gives_the_same_answer_to_the_byte(encamino: Command, file: Path) -> None:
    once = encamino("rehearse", file, "--shop", SHOP, "--json").out

    assert encamino("rehearse", file, "--shop", SHOP, "--json").out == once


def test_html_is_there_for_who_asks(encamino: Command, file: Path) -> None:
    plain = encamino("rehearse", file, "--shop", SHOP, "--json").said["messages"]
    whole = encamino("rehearse", file, "--shop", SHOP, "--json", "--with-html").said["messages"]

    assert {message["html"] for message in plain} == {None}
    assert any(message["html"] for message in whole)
    assert [{**message, "html": None} for message in whole] == plain


def test_a_text_has_the_price_that_was_given(encamino: Command, file: Path) -> None:
    def sms(*more: str) -> Any:
        return encamino("rehearse", file, "--shop", SHOP, "--json", *more).said["cost"]

    unknown, known = sms(), sms("--sms-price", "ES=0.07")

    assert (unknown["sms"]["price"], unknown["unpriced"]["countries"]) == (None, ["ES"])
    assert unknown["total"] == {"amount": "0.0008", "currency": "USD"}
    assert (known["sms"]["price"], known["unpriced"]) == (
        {"amount": "0.21", "currency": "USD"}, {"parts": 0, "countries": []},
    )  # fmt: skip


def test_without_a_shop_file_a_plain_shop_plays(encamino: Command, file: Path) -> None:
    said = encamino("rehearse", file, "--json").said

    assert {message["channel"] for message in said["messages"]} == {"email"}


def test_a_person_reads_how_often_what_went_out(encamino: Command, tmp_path: Path) -> None:
    broken = delivered("order_paid", START) | {"body": "["}
    file = written([delivered("order_paid", START, 7), broken], tmp_path / "history.jsonl")

    ran = encamino("rehearse", file, "--shop", SHOP)

    assert "order_confirmed" in ran.out
    assert "unreadable" in ran.out
    assert "1 mails" in ran.out


def test_nothing_is_played_after_the_time_that_was_named(encamino: Command, file: Path) -> None:
    said = encamino("rehearse", file, "--shop", SHOP, "--until", "2026-09-01T08:00", "--json").said

    assert {message["trigger"] for message in said["messages"] if message["sent_at"]} == {"order_confirmed"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"at": ', "no JSON"),
        ("[]", "no JSON object"),
        (json.dumps(GOOD | {"at": "yesterday"}), "`at`"),
        (json.dumps(GOOD | {"at": None}), "`at`"),
        (json.dumps(GOOD | {"platform": "shopfiy"}), "no platform"),
        (json.dumps(GOOD | {"platform": None}), "no platform"),
        (json.dumps(GOOD | {"carrier": "dhl"}), "one of them"),
        (json.dumps({"at": START.isoformat()}), "one of them"),
        (json.dumps(GOOD | {"headers": []}), "`headers`"),
        (json.dumps({name: value for name, value in GOOD.items() if name != "body"}), "`body` is missing"),
        (json.dumps(GOOD | {"body_b64": "é"}), "`body_b64`"),
        (json.dumps({"at": START.isoformat(), "carrier": "dlh", "answer": {}}), "no carrier"),
        (json.dumps({"at": START.isoformat(), "carrier": "dhl"}), "`answer` is missing"),
        (json.dumps({"at": START.isoformat(), "carrier": "dhl", "answer": {}, "number": 7}), "`number`"),
        (json.dumps({"at": START.isoformat(), "carrier": "dhl", "answer": {}, "http_status": "ok"}), "`http_status`"),
    ],
)
def test_a_line_that_is_no_event_is_named_with_its_cure(
    encamino: Command, tmp_path: Path, line: str, said: str
) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text(json.dumps(GOOD) + "\n\n" + line + "\n", encoding="utf-8")

    ran = encamino("rehearse", file, "--json")

    assert ran.code == 1
    assert said in ran.error["message"]
    assert ran.error["where"] == f"{file}:3"
    assert ran.error["cure"]


def test_a_file_that_is_not_there_is_not_found(encamino: Command, tmp_path: Path) -> None:
    assert encamino("rehearse", tmp_path / "none.jsonl", "--json").code == 3


@pytest.mark.parametrize("price", ["ES", "ES=", "ES=much", "Spain=0.07", "ES=-1", "ES=NaN"])
def test_what_is_no_price_is_refused(encamino: Command, file: Path, price: str) -> None:
    ran = encamino("rehearse", file, "--sms-price", price, "--json")

    assert ran.code == 2
    assert price in ran.error["message"]


def test_messages_are_compiled_once_and_kept() -> None:
    made = compiled_templates()

    assert (made / "messages/order_confirmed/message.toml").is_file()
    assert compiled_templates() == made


def test_where_there_are_no_sources_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="sources of the messages"):
        compiled_templates(tmp_path)


def test_broken_templates_are_named(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/compile.py").write_text("import sys\nsys.exit('templates are broken:\\nshipped: no word')")

    with pytest.raises(Misconfigured, match=r"^shipped: no word$"):
        compiled_templates(tmp_path)

    assert list((tmp_path / ".local/rehearsal").iterdir()) == []
