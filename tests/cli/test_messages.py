"""`messages list`: filters find what is there, however far down the list it stands."""

from datetime import UTC, datetime, timedelta

import pytest

from encamino.cli import messages
from encamino.domain.message import MessageStatus
from encamino.domain.order import OrderKey
from tests.cli.desk import Command, FakeStack
from tests.store import examples

START = datetime(2026, 11, 3, 12, tzinfo=UTC)
ORDER = OrderKey("casa-lluna", "shopify", "10428")


@pytest.fixture(autouse=True)
def seven(fake: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven messages an hour apart, looked through three at a time; the oldest went elsewhere and failed."""
    monkeypatch.setattr(messages, "PAGE", 3)
    rows = [
        examples.message(f"m{hour}", key=ORDER, planned_at=START + timedelta(hours=hour), to="ada@example.com")
        for hour in range(1, 7)
    ]
    oldest = examples.message("m0", key=ORDER, planned_at=START, to="eva@example.com", status=MessageStatus.FAILED)
    examples.keep(fake.store, oldest, *rows, key=ORDER)


def triggers(encamino: Command, *words: object) -> list[str]:
    ran = encamino("messages", "list", "--shop", "casa-lluna", "--json", *words)
    assert ran.code == 0, ran.err
    return [row["trigger"] for row in ran.said]


def test_messages_come_newest_first(encamino: Command) -> None:
    assert triggers(encamino) == ["m6", "m5", "m4", "m3", "m2", "m1", "m0"]


@pytest.mark.parametrize("where", [(), ("--order", "#1001")], ids=["of the shop", "of one order"])
def test_the_limit_counts_what_the_filters_let_through(encamino: Command, where: tuple[str, ...]) -> None:
    assert triggers(encamino, *where, "--limit", 1, "--status", "failed") == ["m0"]
    assert triggers(encamino, *where, "--limit", 1, "--to", "eva@example.com") == ["m0"]
    assert triggers(encamino, *where, "--limit", 2, "--to", "ada@example.com") == ["m6", "m5"]


@pytest.mark.parametrize("where", [(), ("--order", "#1001")], ids=["of the shop", "of one order"])
def test_a_list_goes_on_after_a_key(encamino: Command, where: tuple[str, ...]) -> None:
    ran = encamino("messages", "list", "--shop", "casa-lluna", "--json", *where, "--limit", 5)

    assert triggers(encamino, *where, "--after", ran.said[-1]["key"]) == ["m1", "m0"]


@pytest.mark.parametrize(
    "since",
    ["2026-11-03T16:00:00", "2026-11-03T16:00:00Z", "2026-11-03T17:00:00+01:00", "2026-11-03 11:00:00-05:00"],
)
def test_since_is_an_instant_in_utc_unless_it_says_otherwise(encamino: Command, since: str) -> None:
    assert triggers(encamino, "--since", since) == ["m6", "m5", "m4"]


def test_since_may_be_a_day(encamino: Command) -> None:
    assert len(triggers(encamino, "--since", "2026-11-03")) == 7


def test_since_what_is_no_time_is_a_wrong_command_line(encamino: Command) -> None:
    ran = encamino("messages", "list", "--shop", "casa-lluna", "--since", "yesterday", "--json")

    assert (ran.code, ran.error["error"]) == (2, "usage")


@pytest.mark.parametrize("where", [(), ("--order", "#1001")], ids=["of the shop", "of one order"])
@pytest.mark.parametrize("key", ["nonsense", "unknown", "another shop's"])
def test_a_key_nobody_knows_is_not_found(encamino: Command, fake: FakeStack, key: str, where: tuple[str, ...]) -> None:
    other = examples.message("m0", key=OrderKey("other", "shopify", "1"))
    examples.keep(fake.store, other, key=other.key.order)
    unknown = examples.message("m99", key=ORDER)
    after = {"nonsense": "nonsense", "unknown": str(unknown.key), "another shop's": str(other.key)}[key]

    ran = encamino("messages", "list", "--shop", "casa-lluna", *where, "--after", after, "--json")

    assert (ran.code, ran.error["error"]) == (3, "not_found")
