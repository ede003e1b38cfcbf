"""The map of the table: every key is spelled here and nowhere else.

| item | pk | sk |
|---|---|---|
| order document | ORDER#{shop}#{platform}#{id} | ORDER |
| one commit's facts and decisions | same | FACT#{time}#{version} |
| when to ask a carrier | same | LOOK#{shipment} |
| message, what was sent of it | same | MESSAGE#…, RENDER#{trigger}#{occasion}#{channel} |
| raw delivery and its further parts | same, or SHOP#{shop} | DELIVERY#{hash}, DELIVERY#{hash}#{part} |
| alias of an order; may name several | ALIAS#{name, token, number}#{value} | ORDER#{shop}#{platform}#{id} |
| address that must not be written to | ALIAS#suppressed#{shop}#{alias} | SUPPRESSED |
| what a link to preferences opens | ALIAS#preferences#{hash} | CONTACT |
| what a customer chose, each proof of it | CONTACT#{shop}#{alias} | CONTACT, CONSENT#{time}#{hash} |
| shop settings | SHOP#{shop} | SHOP |
| what a platform delivered last | SHOP#{shop} | LAST#{platform} |
| why a queue's letter could not be worked | TROUBLE#{the queue's id of it} | TROUBLE |
| carrier memo, budget, breaker | CARRIER#{carrier}#{account} | MEMO#{name}, BUDGET, BREAKER |
| unknown carrier codes | UNMAPPED | {carrier}#{code} |
| the business clock | CLOCK | CLOCK |

`agenda` (what is due): DUE#{lane}#{shard}, time. `listing` (for people): ORDERS#{shop}#{month},
DELIVERIES#{shop}#{month}, MESSAGES#{shop}, SUPPRESSED#{shop}, SHOPS. The sort keys FACT, LOOK, MESSAGE follow one
another, so that one query reads them all.
"""

import hashlib
import zlib
from datetime import UTC, datetime
from typing import NamedTuple

from encamino.domain.contact import Act, ContactKey
from encamino.domain.message import WAITING, Channel, Kind, Message, MessageKey, MessageStatus
from encamino.domain.order import OrderKey
from encamino.domain.reason import Why
from encamino.store import newer
from encamino.store.base import Lane, OrderDocument

#: The partitions of each lane: enough that none gets hot, few enough to be asked every minute.
SHARDS = {Lane.SEND_URGENT: 16, Lane.SEND_SERVICE: 16, Lane.SEND_MARKETING: 16, Lane.LOOK: 4}

FACTS, LOOKS, MESSAGES, DELIVERIES, CONSENTS = "FACT#", "LOOK#", "MESSAGE#", "DELIVERY#", "CONSENT#"
#: Sorts behind everything that begins with the same prefix.
LAST = "\U0010ffff"


class Key(NamedTuple):
    """An item's primary key."""

    pk: str
    sk: str


def iso(at: datetime) -> str:
    """A time that sorts as text: UTC, always to the microsecond."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def partition(order: OrderKey) -> str:
    """Where everything of an order lies."""
    return f"ORDER#{order.shop}#{order.platform}#{order.id}"


def order_of(pk: str) -> OrderKey:
    """The order whose partition this is. Only the id may contain a `#`."""
    _, shop, platform, id_ = pk.split("#", 3)
    return OrderKey(shop, platform, id_)


def document(order: OrderKey) -> Key:
    """The order document."""
    return Key(partition(order), "ORDER")


def fact(order: OrderKey, at: datetime, version: int) -> Key:
    """What one commit told."""
    return Key(partition(order), f"{FACTS}{iso(at)}#{version:06}")


def look(order: OrderKey, shipment: str) -> Key:
    """When to ask about a shipment."""
    return Key(partition(order), f"{LOOKS}{shipment}")


def shipment_of(sk: str) -> str:
    """The shipment a look is about."""
    return sk.removeprefix(LOOKS)


def message(key: MessageKey) -> Key:
    """A message row: the sort key is what makes it happen once."""
    return Key(partition(key.order), f"{MESSAGES}{key.trigger}#{key.occasion}#{key.channel}")


def message_of(pk: str, sk: str) -> MessageKey:
    """The message of this row. Only the occasion may contain a `#`."""
    trigger, rest = sk.removeprefix(MESSAGES).split("#", 1)
    occasion, channel = rest.rsplit("#", 1)
    return MessageKey(order_of(pk), trigger, occasion, newer.word(Channel, channel))


def render(key: MessageKey) -> Key:
    """What was sent of a message."""
    return Key(partition(key.order), f"RENDER#{key.trigger}#{key.occasion}#{key.channel}")


def delivery_partition(shop_slug: str, order: OrderKey | None) -> str:
    """Where a raw delivery is kept."""
    return partition(order) if order else f"SHOP#{shop_slug}"


def delivery(pk: str, digest: str, part: int = 0) -> Key:
    """A raw delivery, or a further part of a large one."""
    return Key(pk, f"{DELIVERIES}{digest}#{part:03}" if part else f"{DELIVERIES}{digest}")


def delivery_of(pk: str, sk: str) -> tuple[OrderKey | None, str]:
    """Whose raw delivery this row is, if an order's, and its hash."""
    return order_of(pk) if pk.startswith("ORDER#") else None, sk.split("#")[1]


def deliveries_listing(shop_slug: str, month: str) -> str:
    """A shop's deliveries received in a month."""
    return f"DELIVERIES#{shop_slug}#{month}"


def delivery_place(received_at: datetime, digest: str) -> str:
    """Where a delivery stands in its shop's list."""
    return f"{iso(received_at)}#{digest}"


def name(shop_slug: str, shown: str) -> str:
    """Alias partition of a shown name or platform id."""
    return f"ALIAS#name#{shop_slug}#{shown.strip().removeprefix('#').lower()}"


def token(token_hash: str) -> str:
    """Alias partition of a link token."""
    return f"{TOKENS}{token_hash}"


TOKENS = "ALIAS#token#"


def number(carrier: str, tracking_number: str) -> str:
    """Alias partition of a tracking number."""
    return f"ALIAS#number#{carrier}#{tracking_number}"


def aliases(doc: OrderDocument) -> frozenset[str]:
    """Every alias partition that shall name this order."""
    order = doc.order
    found = {name(order.key.shop, order.name), name(order.key.shop, order.key.id)}
    for shipment in order.shipments:
        for label in shipment.labels:
            carrier = label.carrier or shipment.carrier
            if label.number and carrier:
                found.add(number(carrier, label.number))
    return frozenset(found | {token(doc.token_hash)} if doc.token_hash else found)


def suppressed(shop_slug: str, alias: str) -> Key:
    """An address that must not be written to."""
    return Key(f"ALIAS#suppressed#{shop_slug}#{alias}", "SUPPRESSED")


def preferences(token_hash: str) -> Key:
    """What a link to preferences opens."""
    return Key(f"ALIAS#preferences#{token_hash}", "CONTACT")


def contact(who: ContactKey) -> Key:
    """What a customer chose."""
    return Key(f"CONTACT#{who.shop}#{who.alias}", "CONTACT")


def consent(who: ContactKey, act: Act) -> Key:
    """The proof of one choosing: told twice it lies there once, and two of one instant are two."""
    said = "\x1f".join((act.source, act.wording, *(f"{choice}={yes}" for choice, yes in sorted(act.said.items()))))
    return Key(contact(who).pk, f"{CONSENTS}{iso(act.at)}#{hashlib.sha256(said.encode()).hexdigest()[:16]}")


def last_delivery(slug: str, platform: str) -> Key:
    """What came last from a shop's platform."""
    return Key(f"SHOP#{slug}", f"LAST#{platform}")


def trouble(letter: str) -> Key:
    """Why a letter of a queue could not be worked."""
    return Key(f"TROUBLE#{letter}", "TROUBLE")


def shop(slug: str) -> Key:
    """A shop's settings."""
    return Key(f"SHOP#{slug}", "SHOP")


def memo(carrier: str, account: str, memo_name: str) -> Key:
    """A text an adapter remembers."""
    return Key(f"CARRIER#{carrier}#{account}", f"MEMO#{memo_name}")


def budget(carrier: str, account: str) -> Key:
    """What an account has spent."""
    return Key(f"CARRIER#{carrier}#{account}", "BUDGET")


def breaker(carrier: str, account: str) -> Key:
    """An account's breaker."""
    return Key(f"CARRIER#{carrier}#{account}", "BREAKER")


UNMAPPED = "UNMAPPED"


def unmapped(carrier: str, code: str) -> Key:
    """An unknown code."""
    return Key(UNMAPPED, f"{carrier}#{code}")


CLOCK = Key("CLOCK", "CLOCK")


def lane_of(row: Message) -> Lane:
    """Who sends it. Marketing never rides with what is urgent."""
    if row.kind is Kind.MARKETING:
        return Lane.SEND_MARKETING
    return Lane.SEND_URGENT if row.urgent else Lane.SEND_SERVICE


def agenda_time(row: Message) -> datetime | None:
    """When the agenda shall hold it: waiting, at its time; sending, when the lease ends; else not at all."""
    if row.status in WAITING:
        return row.due
    return (row.lease_until or row.due) if row.status is MessageStatus.SENDING else None


def shards(lane: Lane) -> tuple[str, ...]:
    """Every agenda partition of a lane."""
    return tuple(f"DUE#{lane}#{shard}" for shard in range(SHARDS[lane]))


def agenda(lane: Lane, key: Key) -> str:
    """The agenda partition of an item."""
    return f"DUE#{lane}#{zlib.crc32('|'.join(key).encode()) % SHARDS[lane]}"


def lane_in(agenda_pk: str) -> Lane:
    """The lane of an agenda partition."""
    return Lane(agenda_pk.removeprefix("DUE#").rsplit("#", 1)[0])


def orders_listing(shop_slug: str, month: str) -> str:
    """A shop's orders of a month."""
    return f"ORDERS#{shop_slug}#{month}"


def messages_listing(shop_slug: str) -> str:
    """A shop's messages."""
    return f"MESSAGES#{shop_slug}"


def message_place(row: Message) -> str:
    """Where a message stands in its shop's list."""
    return f"{iso(row.planned_at)}#{row.key}"


def planned_order(row: Message) -> tuple[datetime, Key]:
    """Sorts an order's messages as they were planned."""
    return row.planned_at, message(row.key)


def suppressed_listing(shop_slug: str) -> str:
    """A shop's suppressed addresses."""
    return f"SUPPRESSED#{shop_slug}"


def suppressed_place(alias: str, reason: Why, at: datetime) -> str:
    """Says all there is to say, so that the list needs no second read."""
    return f"{iso(at)}#{reason}#{alias}"


SHOPS_LISTING = "SHOPS"
