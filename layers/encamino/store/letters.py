"""What is asked of the store about queues' letters that no worker could do. A Protocol, as in base."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a worker could not do what a letter of its queue asked for. Never a word of the letter itself."""

    #: The queue's own id of the letter.
    letter: str
    said: str
    cure: str
    #: How often it had been tried by then.
    tries: int
    at: datetime


class Letters(Protocol):
    """What queues asked for and no worker could do. By wall clock, as long as a dead letter is kept."""

    def note_troubles(self, troubles: Iterable[Trouble]) -> None:
        """Why these failed; of one letter the last try counts."""

    def troubles(self, letters: Sequence[str]) -> Mapping[str, Trouble]:
        """Why, of those of which it is known, by the letter's id."""
