"""Reading tolerantly: the forms in which shops write the same thing (met in recorded deliveries of eight platforms)."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from encamino.shops.reading import (
    TEXT_LENGTH,
    Json,
    amount,
    at,
    count,
    country,
    flag,
    ident,
    instant,
    locale,
    rows,
    table,
    text,
    unwrapped,
)

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2021-12-31T19:00:00-05:00", datetime(2022, 1, 1, 0, 0, tzinfo=UTC)),
        ("2024-08-07T22:57:57.290670248Z", datetime(2024, 8, 7, 22, 57, 57, 290670, tzinfo=UTC)),
        ("2026-09-10T19:08:27", datetime(2026, 9, 10, 17, 8, 27, tzinfo=UTC)),
        ("2024-08-22T12:24:54+0200", datetime(2024, 8, 22, 10, 24, 54, tzinfo=UTC)),
        ("2019-01-30 01:02:12", datetime(2019, 1, 30, 0, 2, 12, tzinfo=UTC)),
        ("Wed, 10 Jan 2018 21:05:30 +0000", datetime(2018, 1, 10, 21, 5, 30, tzinfo=UTC)),
        (1561479335, datetime(2019, 6, 25, 16, 15, 35, tzinfo=UTC)),
        ("1561479335000", datetime(2019, 6, 25, 16, 15, 35, tzinfo=UTC)),
        (Decimal("1561479335.5"), datetime(2019, 6, 25, 16, 15, 35, 500000, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_every_form(said: Json, read: datetime) -> None:
    assert instant(said, MADRID) == read


def test_a_time_without_an_offset_is_utc_unless_the_shop_has_a_zone() -> None:
    assert instant("2026-09-10T19:08:27") == datetime(2026, 9, 10, 19, 8, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        *("", None, True, [], {}, 0, 7, -1, 10**400, "soon", "0000-00-00 00:00:00", "2024-09-16T03:50:1500:00"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", ", ,", "Wed, 99 Foo 2018", "9" * 5_000),
    ],
    ids=repr,
)
def test_what_is_no_time_is_none(said: Json) -> None:
    assert instant(said) is None


def test_an_id_is_text_and_never_came_through_a_float() -> None:
    assert [ident(said) for said in (820982911946154509, " 7 ", "gid://x/1")] == [
        "820982911946154509",
        "7",
        "gid://x/1",
    ]
    lost: list[Json] = [Decimal("7.0"), None, True, "", [], "a\nb", "x" * 200]
    assert [ident(said) for said in lost] == [None] * 7


def test_money_comes_as_text_or_number_and_nothing_else_is_money() -> None:
    assert [amount(said) for said in ("59.90", 7, Decimal("0.1"), "-3", "1e2")] == [
        Decimal("59.90"), Decimal(7), Decimal("0.1"), Decimal(-3), Decimal(100),
    ]  # fmt: skip
    assert [amount(said) for said in ("", None, True, "1,50", "1_000", "NaN", "1e99", "١", 10**400)] == [None] * 9
    assert [count(said) for said in (3, "3", Decimal("3.0"), Decimal("3.5"), None)] == [3, 3, 3, None, None]


def test_lists_survive_null_and_the_ways_of_php() -> None:
    row: dict[str, Json] = {"a": 1}
    assert rows([row, None, 7, [], {}]) == [row]
    assert rows({"0": row, "2": row}) == [row, row]
    assert rows(row) == [row]
    assert rows(None) == rows([]) == rows("x") == rows({}) == []
    assert table([]) == table(None) == {}
    assert at({"a": [{"b": 1}]}, "a", 0, "b") == 1
    assert at({"a": [{"b": 1}]}, "a", 1, "b") is at({"a": None}, "a", "b") is at([], "a") is at("text", 0) is None


def test_words_are_read_as_what_they_mean() -> None:
    assert [flag(said) for said in (True, "true", "TRUE", 1, "1", "yes")] == [True] * 6
    assert [flag(said, default=True) for said in (False, "false", 0, "0", "no")] == [False] * 5
    assert [flag(None, default=True), flag("perhaps"), flag([])] == [True, False, False]
    assert [locale(said) for said in ("pt_PT", "ES", "zh-Hant-TW", "english", 7)] == [
        "pt-PT",
        "es",
        "zh-TW",
        None,
        None,
    ]
    assert [country(said) for said in ("es", "Spain", None)] == ["ES", "", ""]
    words: list[Json] = [" x ", 7, True, None, []]
    assert [text(said) for said in words] == ["x", "7", "", "", ""]


def test_an_endless_text_is_cut_and_never_taken_for_an_id() -> None:
    assert text("x" * TEXT_LENGTH) == "x" * TEXT_LENGTH
    assert text("x" * (TEXT_LENGTH + 1)) == "x" * TEXT_LENGTH
    assert ident("x" * (TEXT_LENGTH + 1)) is None


@pytest.mark.parametrize("remarks", ["", ',"about":"x"', ',"about":"x","expect":{"facts":[]}'])
def test_the_delivery_is_taken_out_of_its_recording(remarks: str) -> None:
    raw = '{"headers":{"X-Topic":"orders/create","x-n":7},"body":{"id":820982911946154509}' + remarks + "}"

    assert unwrapped(raw.encode(), {}) == (
        b'{"id": 820982911946154509}',
        {"x-topic": "orders/create", "x-n": "7"},
    )


def test_a_recorded_body_that_is_a_text_is_sent_as_it_is() -> None:
    assert unwrapped(b'{"headers":{},"body":"{ \\u00f1"}', {}) == ("{ ñ".encode(), {})


def test_given_headers_count_before_recorded_ones() -> None:
    raw = b'{"headers":{"x-topic":"orders/create","x-shop":"a"},"body":{}}'

    assert unwrapped(raw, {"X-Topic": "orders/paid"}) == (b"{}", {"x-topic": "orders/paid", "x-shop": "a"})


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"\xff", b"[]", b"7", b'{"id":1}', b'{"headers":{}}', b'{"body":{}}', b'{"headers":[],"body":{}}',
        b'{"headers":{},"body":{},"id":1}', b"[" * 200_000, b'{"headers":{},"body":"\\ud800"}',
    ],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_recording_stays_as_it_is(raw: bytes) -> None:
    assert unwrapped(raw, {"X-Topic": "a"}) == (raw, {"x-topic": "a"})
