"""What the table knows of customers' choices, and the proof of each."""

from datetime import datetime

from encamino.domain.contact import Act, Choice, ContactKey, ContactLink, Preferences, Source
from encamino.domain.errors import Unavailable
from encamino.store import keys, newer, retention
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.table import Draft, Item, seconds

#: How often a choice is offered while somebody else writes the same customer's.
_TRIES = 5


class DynamoContacts(DynamoShops):
    """Questions about customers."""

    def contact_of_token(self, token_hash: str) -> ContactLink | None:
        item = self._table.get(keys.preferences(token_hash))
        if item is None:
            return None
        whose = ContactKey(str(item["shop"]), str(item["alias"]))
        return ContactLink(whose, str(item["hint"]), str(item["locale"]))

    def keep_contact_link(self, token_hash: str, link: ContactLink) -> None:
        until = self._now() + retention.of_orders(self._retention(link.contact.shop))
        item: Draft = {**link.contact._asdict(), "hint": link.hint, "locale": link.locale, "ttl": seconds(until)}
        self._table.write(self._table.update(keys.preferences(token_hash), item))

    def preferences(self, contact: ContactKey) -> Preferences:
        return _said(self._table.get(keys.contact(contact), consistent=True) or {})

    def keep_preferences(self, contact: ContactKey, act: Act) -> None:
        # Both without TTL: this is for ever.
        said: Item = {choice.value: yes for choice, yes in act.said.items()}
        proof: Item = {**said, "source": act.source.value, "wording": act.wording, "locale": act.locale}
        changes = [
            self._table.update(keys.contact(contact), {**said, "at": keys.iso(act.at)}),
            self._table.put(keys.consent(contact, act), {**proof, "at": keys.iso(act.at)}),
        ]
        for _ in range(_TRIES):
            if self._table.write_all(changes) is not None:
                return
        raise Unavailable("someone else writes these preferences", where="table", cure="the customer saves once more")

    def acts(self, contact: ContactKey) -> tuple[Act, ...]:
        pk = keys.contact(contact).pk
        found = self._table.query("#pk = :pk AND begins_with(#sk, :kind)", consistent=True, pk=pk, kind=keys.CONSENTS)
        return tuple(_act(item) for item in found)


def _act(item: Item) -> Act:
    source = newer.word(Source, str(item["source"]))
    return Act(datetime.fromisoformat(str(item["at"])), source, _said(item), str(item["wording"]), str(item["locale"]))


def _said(item: Item) -> Preferences:
    """Choices that only newer code offers stay where they are."""
    return {choice: bool(item[choice.value]) for choice in Choice if choice.value in item}
