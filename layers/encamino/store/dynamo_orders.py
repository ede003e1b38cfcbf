"""Orders in the table, and the one write that changes them."""

from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter
from typing import cast

from encamino.domain.fact import Fact
from encamino.domain.message import Message
from encamino.domain.order import OrderKey
from encamino.domain.reason import Decision
from encamino.store import items, keys, retention
from encamino.store.base import SCHEMA, Commit, Look, OrderDocument
from encamino.store.dynamo_deliveries import DynamoDeliveries
from encamino.store.table import NOT_THERE, TRANSACTION, Change, Draft, Item, seconds


class DynamoOrders(DynamoDeliveries):
    """Questions about orders."""

    def order(self, key: OrderKey) -> OrderDocument | None:
        item = self._table.get(keys.document(key), consistent=True)
        return items.document_in(item) if item else None

    def orders_named(self, shop: str, name: str) -> tuple[OrderKey, ...]:
        return self._named(keys.name(shop, name))

    def order_of_token(self, token_hash: str) -> OrderKey | None:
        return next(iter(self._named(keys.token(token_hash))), None)

    def orders_of_number(self, carrier: str, number: str) -> tuple[OrderKey, ...]:
        return self._named(keys.number(carrier, number))

    def orders_of(self, shop: str, month: str) -> tuple[OrderKey, ...]:
        # The index holds keys only: one that has just expired may still be named.
        found = self._table.query(
            "#listing_pk = :list", index="listing", newest_first=True, list=keys.orders_listing(shop, month)
        )
        return tuple(keys.order_of(str(item["pk"])) for item in found)

    def facts(self, key: OrderKey) -> tuple[Fact, ...]:
        found = self._table.query(
            "#pk = :pk AND begins_with(#sk, :kind)", consistent=True, pk=keys.partition(key), kind=keys.FACTS
        )
        # By version: the business clock may have been set back between two commits.
        return tuple(fact for item in _by_version(found) for fact in items.told_in(item).facts)

    def why(self, key: OrderKey) -> tuple[Decision, ...]:
        found = self._table.query(
            "#pk = :pk AND #sk BETWEEN :first AND :last",
            consistent=True,
            pk=keys.partition(key),
            first=keys.FACTS,
            last=keys.MESSAGES + keys.LAST,
        )
        decisions: list[Decision] = []
        for item in found:
            if str(item["sk"]).startswith(keys.FACTS):
                decisions += items.told_in(item).why
            decisions += items.decisions_in(item)
        return tuple(sorted(decisions, key=attrgetter("at")))

    def commit(self, change: Commit) -> bool:
        order = change.document.order.key
        ttl = seconds(self._now() + retention.of_orders(self._retention(order.shop)))
        wanted, written = keys.aliases(change.document), _aliases(change.document)
        # A token that no longer counts is revoked; names and numbers of old go on finding the order.
        revoked = [alias for alias in written - wanted if alias.startswith(keys.TOKENS)]
        document = self._document(change.document, (wanted | written) - set(revoked), ttl)
        aliases = [self._alias(alias, order, ttl) for alias in sorted(wanted - written)]
        aliases += [self._table.delete(_alias_key(alias, order)) for alias in revoked]
        born = {message.key: self._message(message, ttl) for message in change.messages}
        if not (change.facts or change.why or born or aliases):
            # Half the price of a transaction, and most commits are looks without news. One that is not moved on because
            # we died here comes round again.
            if not self._table.write(document).done:
                return False
            self._write_each(self._looks(change, ttl, "#version < :version OR attribute_not_exists(#version)"))
            return True
        core = [document, *self._told(change, ttl)]
        return self._together(core, list(born.values()), [*aliases, *self._looks(change, ttl)])

    def _together(self, core: list[Change], born: list[Change], others: list[Change]) -> bool:
        """One transaction. What does not fit goes before it if it can do no harm, after it if it must not be early."""
        if len(core) + len(born) + len(others) > TRANSACTION:
            self._write_each(others)
            others = []
        room = TRANSACTION - len(core) - len(others)
        later, born = born[room:], born[:room]
        while (in_the_way := self._table.write_all([*core, *born, *others])) != ():
            if in_the_way is None:
                return False
            there = {place - len(core) for place in in_the_way}
            if not all(0 <= place < len(born) for place in there):
                return False
            # Messages that are there already stay as they are; the rest is still to be written.
            born = [message for place, message in enumerate(born) if place not in there]
        self._write_each(later)
        return True

    def _write_each(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._table.insist(change)

    def _document(self, document: OrderDocument, aliases: Iterable[str], ttl: int) -> Change:
        placed = document.order.placed_at
        item: Draft = {
            "doc": items.document_out(document, aliases),
            "version": document.version + 1,
            "schema": max(document.schema, SCHEMA),
            "ttl": ttl,
            "listing_pk": keys.orders_listing(document.order.key.shop, keys.iso(placed)[:7]) if placed else None,
            "listing_sk": f"{keys.iso(placed)}#{document.order.key.id}" if placed else None,
        }
        key = keys.document(document.order.key)
        if document.version == 0:
            return self._table.update(key, item, NOT_THERE, clock=self._table.clock)
        # A document that has expired is not there any more, though its row may be for two days.
        still = "#version = :read AND #ttl > :clock"
        return self._table.update(key, item, still, read=document.version, clock=self._table.clock)

    def _told(self, change: Commit, ttl: int) -> list[Change]:
        if not (change.facts or change.why):
            return []
        version = change.document.version + 1
        told = items.told_out(items.Told(change.facts, change.why))
        item: Draft = {"doc": told, "version": version, "schema": SCHEMA, "ttl": ttl}
        return [self._table.put(keys.fact(change.document.order.key, change.at, version), item)]

    def _message(self, message: Message, ttl: int) -> Change:
        item = {
            **items.message_out(message),
            "ttl": ttl,
            "listing_pk": keys.messages_listing(message.key.order.shop),
            "listing_sk": keys.message_place(message),
        }
        return self._table.put(keys.message(message.key), item, NOT_THERE, clock=self._table.clock)

    def _looks(self, change: Commit, ttl: int, when: str = "") -> list[Change]:
        version = change.document.version + 1
        last = {look.shipment: look for look in change.looks}
        return [self._look(look, version, ttl, when) for look in last.values()]

    def _look(self, look: Look, version: int, ttl: int, when: str) -> Change:
        # The version keeps a slower commit from putting back what a later one has moved on.
        item = {**items.look_out(look), "version": version, "ttl": ttl}
        return self._table.update(keys.look(look.order, look.shipment), item, when, version=version)

    def _alias(self, alias: str, order: OrderKey, ttl: int) -> Change:
        return self._table.put(_alias_key(alias, order), {"ttl": ttl})

    def _named(self, alias: str) -> tuple[OrderKey, ...]:
        found = self._table.query("#pk = :alias", alias=alias)
        return tuple(keys.order_of(str(item["sk"])) for item in found)


def _alias_key(alias: str, order: OrderKey) -> keys.Key:
    return keys.Key(alias, keys.partition(order))


def _aliases(document: OrderDocument) -> frozenset[str]:
    return cast("frozenset[str]", document.kept.get("aliases", frozenset()))


def _by_version(found: Iterator[Item]) -> list[Item]:
    return sorted(found, key=itemgetter("version"))
