"""What is due, from the sparse index `agenda`."""

from datetime import datetime
from operator import attrgetter
from typing import cast

from encamino.store import items, keys, newer
from encamino.store.base import Due, Lane, Look
from encamino.store.dynamo_shops import DynamoShops
from encamino.store.table import NOT_THERE, THERE, Item


class DynamoAgenda(DynamoShops):
    """Questions about what is due. Asking costs one query a shard, and what is due, never what is stored."""

    def due(self, lane: Lane, until: datetime, limit: int) -> tuple[Due, ...]:
        found = [
            _due(lane, item)
            for shard in keys.shards(lane)
            for item in self._table.query(
                "#agenda_pk = :shard AND #agenda_sk <= :until",
                index="agenda",
                limit=limit,
                shard=shard,
                until=keys.iso(until),
            )
        ]
        # What goes out by a channel that only newer code knows waits for it.
        ours = (due for due in found if due.message is None or newer.is_known(due.message.channel))
        return tuple(sorted(ours, key=attrgetter("due"))[:limit])

    def plan_look(self, look: Look) -> None:
        key, clock = keys.look(look.order, look.shipment), self._table.clock
        # Not when the order has said otherwise since: the shipment has ended, or has another number.
        still = f"{THERE} AND attribute_exists(#agenda_pk) AND #number = :number AND #carrier = :carrier"
        written = self._table.insist(self._table.update(key, items.look_out(look), still, clock=clock))
        if written.done or (written.item and cast("int", written.item["ttl"]) > clock):
            return
        order = self._table.get(keys.document(look.order), consistent=True)
        if order is not None:
            made = {**items.look_out(look), "ttl": order["ttl"]}
            self._table.insist(self._table.put(key, made, NOT_THERE, clock=clock))

    def handed(self, due: Due, again: datetime) -> bool:
        if due.message is not None:
            key = keys.message(due.message)
        elif due.look is not None:
            key = keys.look(due.look.order, due.look.shipment)
        else:
            return False
        # The time that was read is the condition: whoever moved it, or took it off the agenda, was here first.
        moved = self._table.update(key, {"agenda_sk": keys.iso(again)}, "#agenda_sk = :read", read=keys.iso(due.due))
        return self._table.write(moved).done

    def next_due(self, after: datetime) -> datetime | None:
        first = (
            item
            for lane in Lane
            for shard in keys.shards(lane)
            for item in self._table.query(
                "#agenda_pk = :shard AND #agenda_sk > :after",
                index="agenda",
                limit=1,
                shard=shard,
                after=keys.iso(after),
            )
        )
        return min((datetime.fromisoformat(str(item["agenda_sk"])) for item in first), default=None)


def _due(lane: Lane, item: Item) -> Due:
    at = datetime.fromisoformat(str(item["agenda_sk"]))
    if lane is Lane.LOOK:
        return Due(lane, at, look=items.look_in(item))
    return Due(lane, at, message=keys.message_of(str(item["pk"]), str(item["sk"])))
