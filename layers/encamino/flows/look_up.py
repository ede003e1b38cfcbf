"""Everything about one order, for those who ask: the command line now, the back office later."""

from dataclasses import dataclass

from encamino.domain.errors import Missing
from encamino.domain.message import Message
from encamino.domain.order import Order, OrderKey
from encamino.domain.reason import Decision
from encamino.store.base import Store


@dataclass(frozen=True, slots=True)
class Told:
    """One order with its messages and the reason of every decision, oldest first."""

    order: Order
    messages: tuple[Message, ...]
    why: tuple[Decision, ...]
    tracking_url: str


def tell(store: Store, key: OrderKey, tracking_url: str) -> Told:
    """All that is known of an order. Raises Missing."""
    document = store.order(key)
    if document is None:
        raise Missing(f"no order {key.id!r}", where=f"shop {key.shop}", cure="look it up by its shown name")
    return Told(document.order, store.messages_of(key), store.why(key), tracking_url)
