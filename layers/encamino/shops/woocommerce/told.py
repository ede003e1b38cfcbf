"""A delivery of WooCommerce, read: its topic, its object, its order, its two clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from encamino.shops.base import Delivery
from encamino.shops.reading import Json, Table, Webhook, at, document, ident, instant, rows, text
from encamino.shops.woocommerce import EVENT, RESOURCE, SOURCE, TOPIC

#: Our name for the REST API's answer about fulfilments; no webhook has this topic.
FULFILLMENT = "fulfillment"
#: Hooks whose first argument, all that such a delivery carries, is the id of an order.
HOOKS = frozenset(
    f"action.woocommerce_{hook}"
    for hook in (
        "payment_complete",
        "order_refunded",
        "order_fully_refunded",
        "order_partially_refunded",
        "order_status_changed",
        *(f"order_status_{word}" for word in ("pending", "on-hold", "processing", "completed", "cancelled")),
        *(f"order_status_{word}" for word in ("refunded", "failed")),
    )
)
#: No zone is further from Greenwich, and all are whole quarters of an hour away.
_FURTHEST, _QUARTER = timedelta(hours=14), timedelta(minutes=15)
#: Dates of an order that come twice: by the site's clock, and as `…_gmt`.
_DATES = ("date_created", "date_paid", "date_completed", "date_modified")


@dataclass(frozen=True)
class Told(Webhook):
    """What was delivered. `sent`: when it reached us; WooCommerce says nowhere when it sent it."""

    sent: datetime
    shop_domain: str | None

    def time(self, name: str) -> datetime | None:
        """A date of the order in UTC. Its twin without `_gmt` is the site's own clock, whose zone nobody tells."""
        said = instant(self.body.get(f"{name}_gmt"))
        local = None if said else instant(self.body.get(name))
        # Old versions of the API have the local twin only: hours wrong at most, and never of the future.
        return said or (min(local, self.sent) if local else None)

    def offset(self, local: datetime) -> timedelta:
        """How far the site's clock was ahead of UTC then, by the nearest of the order's dates that has both twins.

        Between two of its dates the clocks may have been changed. Nothing where no date says.
        """
        twins = [(instant(self.body.get(name)), instant(self.body.get(f"{name}_gmt"))) for name in _DATES]
        ahead = [
            (abs(here - local), here - there)
            for here, there in twins
            if here and there and abs(here - there) <= _FURTHEST and not (here - there) % _QUARTER
        ]
        return min(ahead)[1] if ahead else timedelta(0)

    @property
    def status(self) -> str:
        """The order's status as WooCommerce names it; in its table the names wear a `wc-`."""
        return plain_word(text(self.body.get("status")))

    @property
    def local(self) -> str:
        """The site's own text of when the order last changed."""
        return text(self.body.get("date_modified"))

    def meta(self, name: str) -> list[Json]:
        """What plugins keep under this name: any JSON at all, and a name may come twice."""
        return [row.get("value") for row in rows(self.body.get("meta_data")) if text(row.get("key")) == name]


def read(delivery: Delivery) -> Told:
    """The delivery. Raises Unreadable."""
    body = document(delivery.body)
    resource, event = (delivery.headers.get(name, "").strip() for name in (RESOURCE, EVENT))
    topic = delivery.headers.get(TOPIC, "").strip() or (f"{resource}.{event}" if resource and event else "")
    topic = topic.lower() or _recognised(body)
    return Told(topic, body, _order(topic, body), delivery.received_at, _host(delivery.headers.get(SOURCE, "")))


def plain_word(status: str) -> str:
    """A status without its prefix and its spellings: shop files and plugins write it as they please."""
    return "-".join(status.casefold().replace("_", " ").split()).removeprefix("wc-")


def _recognised(body: Table) -> str:
    """Without a topic it is an answer of the REST API, known by fields of its own."""
    if "is_fulfilled" in body or "fulfillments" in body or "fulfillment" in body:
        return FULFILLMENT
    return "order.updated" if "status" in body and ("line_items" in body or "order_key" in body) else ""


def _order(topic: str, body: Table) -> str | None:
    said = None
    if topic.startswith("order."):
        said = body.get("id")
    elif topic in HOOKS:
        said = body.get("arg")
    elif topic == FULFILLMENT:
        listed = rows(body.get("fulfillments")) or rows(body.get("fulfillment")) or [body]
        said = at(listed[0], "entity_id")
    id_ = ident(said)
    return None if id_ == "0" else id_


def _host(source: str) -> str | None:
    """The shop's host; what is no address stays as it is, so that a list of domains can refuse it."""
    try:
        return urlsplit(source.strip()).hostname or source.strip() or None
    except ValueError:
        return source.strip() or None
