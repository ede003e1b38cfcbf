"""Why letters of the queues could not be worked."""

from collections.abc import Iterable, Mapping, Sequence

from encamino.store import items, keys, retention
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.letters import Trouble
from encamino.store.table import Draft, seconds


class DynamoLetters(DynamoShops):
    """Questions about letters that failed."""

    def note_troubles(self, troubles: Iterable[Trouble]) -> None:
        ttl = seconds(self._now() + retention.OF_TROUBLES)
        for trouble in troubles:
            item: Draft = {**items.trouble_out(trouble), "ttl": ttl}
            self._table.write(self._table.put(keys.trouble(trouble.letter), item))

    def troubles(self, letters: Sequence[str]) -> Mapping[str, Trouble]:
        found = self._table.get_many([keys.trouble(letter) for letter in dict.fromkeys(letters)])
        return {trouble.letter: trouble for trouble in map(items.trouble_in, found.values())}
