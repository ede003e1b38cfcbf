"""Items outlive the code that wrote them: older ones are read, newer ones are read and not impoverished."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from encamino.domain.message import MessageStatus
from encamino.domain.order import OrderStatus
from encamino.domain.shipment import Reason, ShipmentStatus
from encamino.store.base import SCHEMA, Lane, Store
from encamino.store.items import facts_in
from tests.store.schema.frozen import FOLDER, Frozen, Raw, freeze
from tests.store.schema.life import ALIAS, KEY, NOW, SENT, SHOP, WAITING, shop
from tests.store.schema.newer import MORE, READ_AS, WORDS, changed_doc, inside, reworded, with_more, with_words
from tests.store.schema.questions import QUESTIONS, plain, spelled
from tests.store.schema.upgrade import Upgraded, upgraded
from tests.store.schema.writes import REMOVALS, WRITES, WRITTEN_WHOLE, commit_with_news, put_shop
from tests.store.tables import new_tables

SCHEMAS = range(1, SCHEMA + 1)
KINDS = sorted(QUESTIONS)
#: What the Protocol asks without writing.
ASKS = {
    "order", "orders_named", "order_of_token", "orders_of_number", "orders_of", "facts", "why", "deliveries",
    "deliveries_since", "message", "messages_of", "messages_of_shop", "render", "due", "next_due", "shop", "shops",
    "last_delivery", "suppression", "suppressed", "clock_offset", "memo_get", "breaker", "unmapped", "troubles",
    "contact_of_token", "preferences", "acts",
}  # fmt: skip

type New = Callable[[], tuple[Any, str]]


@pytest.fixture(scope="module")
def new() -> Iterator[New]:
    with new_tables() as new:
        yield new


@pytest.fixture(scope="module", params=SCHEMAS)
def old(request: pytest.FixtureRequest, new: New) -> tuple[Upgraded, Frozen]:
    """A table as this schema number left it. For questions only."""
    return upgraded(new, request.param), Frozen(request.param)


@pytest.fixture
def newer(new: New) -> Upgraded:
    """A table in which newer code has left more than this code writes."""
    return upgraded(new, SCHEMA, with_more)


@pytest.fixture
def strange(new: New) -> Upgraded:
    """A table in which newer code has left words that this code has not."""
    return upgraded(new, SCHEMA, with_words)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_schema_number_has_items_of_every_kind(schema: int) -> None:
    assert (FOLDER / f"{schema}").is_dir(), (
        f"SCHEMA is {SCHEMA} and tests/store/schema/{schema} is not there: run `.venv/bin/python -m tests.store.schema`"
    )
    if schema == SCHEMA:
        assert spelled() == set(KINDS), "store/keys.py spells another kind of item: ask for it in schema/questions.py"
        assert set(Frozen(schema).items) == set(KINDS), (
            "a kind is not frozen: let schema/life.py write it, and run `.venv/bin/python -m tests.store.schema`"
        )


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_release_wrote_is_read_completely(kind: str, old: tuple[Upgraded, Frozen]) -> None:
    table, frozen = old
    # An older schema number may not have had this kind.
    if kind in frozen.answers:
        assert table.answers(kind) == frozen.answers[kind]
        assert frozen.answers[kind]


def test_facts_that_a_release_wrote_are_read_from_the_stream(old: tuple[Upgraded, Frozen]) -> None:
    _, frozen = old
    told = [fact for image in frozen.images["fact"] for _, fact in facts_in(image)]
    assert plain(told) == frozen.answers["fact"][0]


def test_what_is_frozen_is_never_written_again(new: New) -> None:
    assert freeze(*new()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_newer_code_added_changes_no_answer(kind: str, new: New) -> None:
    assert upgraded(new, SCHEMA, with_more).answers(kind) == Frozen(SCHEMA).answers[kind]


def test_every_write_of_the_store_is_tried_on_newer_items() -> None:
    protocol = {name for part in Store.__mro__ for name in vars(part) if not name.startswith("_")}
    assert protocol == ASKS | set(WRITES) | set(REMOVALS) | {"spend"}


def test_no_write_loses_what_newer_code_added(newer: Upgraded) -> None:
    for name, writes in WRITES.items():
        for write in writes:
            assert write(newer.store), f"{name} came to nothing, so it shows nothing"
            assert newer.lost() == [], name
    assert newer.items().keys() >= newer.filled.keys()
    assert newer.changed() == set(KINDS) - set(WRITTEN_WHOLE)


@pytest.mark.parametrize("name", REMOVALS)
def test_what_takes_an_item_away_takes_no_other(name: str, newer: Upgraded) -> None:
    remove, which = REMOVALS[name]
    assert remove(newer.store)
    gone = newer.filled.keys() - newer.items().keys()
    assert [which in f"{key.pk} {key.sk}" for key in gone] == [True]
    assert newer.lost() == []


@pytest.mark.parametrize("kind", KINDS)
def test_words_that_only_newer_code_has_are_read_as_they_are_or_as_saying_nothing(kind: str, strange: Upgraded) -> None:
    assert strange.answers(kind) == reworded(Frozen(SCHEMA).answers[kind], READ_AS)


def test_words_that_only_newer_code_has_survive_our_writes(strange: Upgraded) -> None:
    assert commit_with_news(strange.store)
    sent = strange.store.message(SENT)
    assert sent is not None
    assert strange.store.settle(replace(sent, status=MessageStatus.DELIVERED), {MessageStatus.SENT})
    there = strange.items()
    for key, before in strange.filled.items():
        assert _words(before) <= _words(there[key]), key


def _words(item: Raw) -> set[str]:
    said = json.dumps([inside(item), [typed.get("S", "") for name, typed in item.items() if name != "gist"]])
    return {word for word in WORDS.values() if f'"{word}"' in said or f'\\"{word}\\"' in said}


def test_a_status_of_newer_code_moves_no_shipment_and_a_fact_of_newer_code_no_order(strange: Upgraded) -> None:
    document = strange.store.order(KEY)
    assert document is not None
    shipment = document.order.shipments[0]
    assert shipment.status is ShipmentStatus.IN_TRANSIT
    assert {event.reason for event in shipment.events} == {None, Reason.OTHER}
    assert document.order.status is OrderStatus.SHIPPED


def test_a_message_in_a_state_of_newer_code_is_left_to_it(strange: Upgraded) -> None:
    row = strange.store.message(WAITING)
    assert row is not None
    assert row.status == "queued"
    assert strange.store.claim(WAITING, "claim-2", NOW, NOW - NOW) is None
    assert not strange.store.settle(row, set(MessageStatus))
    assert strange.changed() == set()


def test_an_address_suppressed_for_a_reason_of_newer_code_is_not_written_to(strange: Upgraded) -> None:
    assert strange.store.suppression(SHOP, ALIAS) == "moonlight"
    assert [reason for _, reason, _ in strange.store.suppressed(SHOP)] == ["moonlight"]


def test_a_message_by_a_channel_of_newer_code_waits_for_it_and_holds_up_no_other(newer: Upgraded) -> None:
    due = newer.store.due(Lane.SEND_SERVICE, NOW.replace(hour=13), 9)
    (row,) = (item for key, item in newer.filled.items() if key.sk == "MESSAGE#delivered#s1#email")
    newer.put({**row, "sk": {"S": "MESSAGE#delivered#s1#push"}})
    assert newer.store.due(Lane.SEND_SERVICE, NOW.replace(hour=13), 9) == due
    assert "push" in {found.key.channel for found in newer.store.messages_of(KEY)}
    assert "push" in {found.key.channel for found in newer.store.messages_of_shop(SHOP, 9)}
    assert commit_with_news(newer.store)


def test_settings_of_newer_code_that_mean_nothing_here_are_at_their_default_and_kept(new: New) -> None:
    def more(item: Raw) -> Raw:
        def said(plain: dict[str, Any]) -> dict[str, Any]:
            messages = {"shipped": {**plain["messages"]["shipped"], "push": True}}
            statuses = {**plain["statuses"], "Envuelto": "wrapped"}
            return {**plain, "preset": "gentle", "messages": messages, "statuses": statuses, "theme": {"dark": False}}

        return changed_doc(item, said) if item["sk"] == {"S": "SHOP"} else item

    table = upgraded(new, SCHEMA, more)
    read = table.store.shop(SHOP)
    assert read == shop(preset="standard")
    assert put_shop(table.store)
    (said,) = (inside(item)[0] for key, item in table.items().items() if key.sk == "SHOP")
    assert (said["name"], said["theme"]) == ("Casa Oliva", {"dark": False})
    assert said["statuses"] == {"En curso": "in_preparation", "Envuelto": "wrapped"}
    assert said["messages"] == {"shipped": {"sms": True, "push": True}}
    assert said["preset"] == "calm"


def test_settings_that_cannot_be_read_at_all_can_be_set_anew(new: New) -> None:
    table = upgraded(new, SCHEMA, lambda item: changed_doc(item, lambda _: {}) if item["sk"] == {"S": "SHOP"} else item)
    assert not table.store.put_shop(shop())
    assert table.store.shop(SHOP) == shop()


def test_an_item_holds_what_newer_code_adds_of_every_type() -> None:
    assert {next(iter(typed)) for typed in MORE.values()} >= {"S", "N", "BOOL", "NULL", "B", "L", "M", "SS"}
