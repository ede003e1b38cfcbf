"""A release goes in, or comes out again: what the other one wrote is read, and nothing of it is lost."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from encamino.store.base import SCHEMA
from tests.store.schema.frozen import Frozen
from tests.store.schema.newer import READ_AS, WORDS, inside, reworded, with_more, with_words
from tests.store.schema.questions import QUESTIONS
from tests.store.schema.upgrade import Upgraded, upgraded
from tests.store.schema.writes import WRITES, WRITTEN_WHOLE, commit_with_news
from tests.store.tables import new_tables

type New = Callable[[], tuple[Any, str]]
type Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def new() -> Iterator[New]:
    with new_tables() as new:
        yield new


def _misread(table: Upgraded, answers: dict[str, Any]) -> list[str]:
    return [kind for kind, answer in answers.items() if table.answers(kind) != answer]


@pytest.mark.proof("R38", "what any release ever wrote is read completely")
def test_every_item_of_every_schema_number_is_read(new: New, figure: Figure) -> None:
    misread, items, kinds = [], 0, 0
    for schema in range(1, SCHEMA + 1):
        frozen = Frozen(schema)
        items, kinds = items + sum(map(len, frozen.items.values())), kinds + len(frozen.answers)
        misread += _misread(upgraded(new, schema), dict(frozen.answers))
    figure(
        f"schema numbers 1 to {SCHEMA}: {items} items of {kinds} kinds, {len(misread)} kinds misread {misread or ''}"
    )
    assert kinds >= len(QUESTIONS)
    assert misread == []


@pytest.mark.proof("R38", "a release that is put back reads what the newer one wrote, and its writes lose none of it")
def test_writes_of_older_code_keep_what_newer_code_added(new: New, figure: Figure) -> None:
    table = upgraded(new, SCHEMA, with_more)
    misread = _misread(table, dict(Frozen(SCHEMA).answers))
    done = [write(table.store) for writes in WRITES.values() for write in writes]
    lost, changed = table.lost(), table.changed()
    figure(
        f"{len(table.filled)} items of schema {SCHEMA + 1}: {len(misread)} kinds misread; {sum(done)} of {len(done)} "
        f"kinds of write done, {len(changed)} kinds of item written, {len(lost)} fields lost {lost or ''}"
    )
    assert misread == []
    assert all(done)
    assert changed == QUESTIONS.keys() - WRITTEN_WHOLE.keys()
    assert lost == []


@pytest.mark.proof("R38", "words that only the newer release has (facts, reasons, statuses) stop nothing and stay")
def test_words_of_newer_code_are_read_and_kept(new: New, figure: Figure) -> None:
    table = upgraded(new, SCHEMA, with_words)
    misread = _misread(table, reworded(dict(Frozen(SCHEMA).answers), READ_AS))
    document = next(item for key, item in table.items().items() if key.sk == "ORDER")
    assert commit_with_news(table.store)
    (after,) = (item for key, item in table.items().items() if key.sk == "ORDER")
    gone = [word for word in _words(document) if word not in _words(after)]
    figure(
        f"{len(set(WORDS.values()))} unheard words: {len(misread)} kinds misread, {len(gone)} words lost by a commit"
    )
    assert misread == []
    assert len(_words(document)) >= 3
    assert gone == []


def _words(item: dict[str, Any]) -> list[str]:
    said = str(inside(item))
    return sorted({word for word in WORDS.values() if f"'{word}'" in said})
