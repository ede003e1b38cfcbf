"""Why letters of the queues could not be worked: known while it may be asked, then forgotten."""

from dataclasses import replace

from encamino.store.base import Store
from encamino.store.letters import Trouble
from tests.store.examples import NOON, Clock

TROUBLE = Trouble("8d3f-1", "no shop 'demo' (table)", "apply it, then redrive", 5, NOON)


def test_why_a_letter_failed_is_read_back_whole(store: Store) -> None:
    bare = Trouble("8d3f-2", "KeyError at inbox.py:28", "", 1, NOON)
    store.note_troubles([TROUBLE, bare])

    assert store.troubles(["8d3f-1", "8d3f-2", "8d3f-3"]) == {"8d3f-1": TROUBLE, "8d3f-2": bare}
    assert store.troubles(["8d3f-2", "8d3f-2"]) == {"8d3f-2": bare}
    assert store.troubles([]) == {}


def test_of_one_letter_the_last_try_counts(store: Store) -> None:
    store.note_troubles([replace(TROUBLE, said="busy", tries=4)])
    store.note_troubles([TROUBLE])

    assert store.troubles(["8d3f-1"]) == {"8d3f-1": TROUBLE}


def test_more_letters_than_one_question_holds_are_answered(store: Store) -> None:
    many = [replace(TROUBLE, letter=f"l{place}") for place in range(130)]
    store.note_troubles(many)

    assert store.troubles([one.letter for one in many]) == {one.letter: one for one in many}


def test_why_is_known_for_as_long_as_a_dead_letter_lies_there_and_no_longer(store: Store, clock: Clock) -> None:
    store.note_troubles([TROUBLE])
    clock.advance(days=14)
    assert store.troubles(["8d3f-1"]) == {"8d3f-1": TROUBLE}

    clock.advance(days=2)

    assert store.troubles(["8d3f-1"]) == {}
