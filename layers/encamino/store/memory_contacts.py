"""What memory knows of customers' choices, and the proof of each."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from encamino.domain.contact import Act, Choice, ContactKey, ContactLink, Preferences
from encamino.store import keys, retention
from encamino.store.memory_deliveries import MemoryDeliveries


class MemoryContacts(MemoryDeliveries):
    """Customers. `now` is the wall clock that retention goes by."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._links: dict[str, tuple[ContactLink, datetime]] = {}
        self._chosen: defaultdict[ContactKey, dict[Choice, bool]] = defaultdict(dict)
        self._acts: defaultdict[ContactKey, dict[str, Act]] = defaultdict(dict)

    def contact_of_token(self, token_hash: str) -> ContactLink | None:
        kept = self._links.get(token_hash)
        return kept[0] if kept and kept[1] > self._now() else None

    def keep_contact_link(self, token_hash: str, link: ContactLink) -> None:
        until = self._now() + retention.of_orders(self._retention(link.contact.shop))
        self._links[token_hash] = (link, until)

    def preferences(self, contact: ContactKey) -> Preferences:
        with self._lock:
            return dict(self._chosen.get(contact, {}))

    def keep_preferences(self, contact: ContactKey, act: Act) -> None:
        with self._lock:
            self._chosen[contact].update(act.said)
            self._acts[contact][keys.consent(contact, act).sk] = act

    def acts(self, contact: ContactKey) -> tuple[Act, ...]:
        with self._lock:
            return tuple(act for _, act in sorted(self._acts.get(contact, {}).items()))
