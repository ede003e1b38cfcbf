"""The key rack by the door: reads the environment, builds clients once, hands flows what they need.

Imports happen inside, so that each door pays for its own only: the webhook door must answer within a second, cold.
"""

from __future__ import annotations

import json
import os
import random
import time
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sesv2 import SESV2Client

    from encamino.channels.base import ChannelOut
    from encamino.channels.rate import Pace
    from encamino.domain.contact import ContactKey
    from encamino.domain.link import Links
    from encamino.domain.message import Channel
    from encamino.domain.order import Order, OrderKey
    from encamino.domain.shop import Shop
    from encamino.flows.ask import Exchange
    from encamino.flows.inbox import InboxDesk
    from encamino.flows.keep import Desk
    from encamino.flows.receive import Doorkeeper
    from encamino.flows.send import SendDesk
    from encamino.flows.show import PageDesk
    from encamino.flows.track import AccountAt, TrackDesk
    from encamino.messages.render import Renderer
    from encamino.store.base import Due, Lane, Store
    from encamino.store.parameters import Parameters

#: The reserved slug for carrier accounts that all shops share.
OPERATOR = "operator"
#: What a worker queue may hold before the sweeper waits: about five minutes of one function's work.
ROOM = 500


def adopt(settings: Mapping[str, str]) -> None:
    """Take these settings as this process's own: the command line works with those of the stack it speaks to."""
    os.environ.update(settings)


def setting(name: str) -> str:
    """A variable that template.yaml sets. Raises Misconfigured."""
    value = os.environ.get(name)
    if value is None:
        from encamino.domain.errors import Misconfigured  # noqa: PLC0415

        raise Misconfigured(f"{name} is not set", where="environment", cure="deploy with template.yaml, which sets it")
    return value


@cache
def client(service: str, patience: float = 8) -> Any:
    """A boto3 client with short timeouts; queues and the agenda retry, so it does little of that itself.

    `patience`: seconds to wait for an answer.
    """
    from botocore.config import Config  # noqa: PLC0415

    from encamino.channels.clients import session  # noqa: PLC0415

    config = Config(connect_timeout=2, read_timeout=patience, retries={"total_max_attempts": 3, "mode": "standard"})
    return session().create_client(service, config=config)


def wall() -> datetime:
    """The wall clock: signatures, leases, caches, back-off, TTL."""
    return datetime.now(UTC)


@cache
def store() -> Store:
    """The table."""
    from encamino.store.dynamo import DynamoStore  # noqa: PLC0415

    return DynamoStore(client("dynamodb"), setting("TABLE"), wall)


def business() -> datetime:
    """The business clock: plan, gate, agenda. It runs ahead only in stacks deployed with TimeTravel=on."""
    return wall() + (store().clock_offset() if os.environ.get("TIME_TRAVEL") == "on" else timedelta(0))


@cache
def parameters() -> Parameters:
    """Secrets and keys in SSM."""
    from encamino.store.parameters import Parameters  # noqa: PLC0415

    return Parameters(client("ssm"), setting("STACK"))


@cache
def doorkeeper() -> Doorkeeper:
    """What the webhook door and the push door need."""
    from encamino.flows.receive import Doorkeeper  # noqa: PLC0415
    from encamino.store.objects import Objects  # noqa: PLC0415
    from encamino.store.queues import Queue  # noqa: PLC0415

    inbox = Queue(client("sqs"), setting("INBOX_QUEUE"))
    return Doorkeeper(
        secrets=lambda shop, name, again: parameters().secrets(shop, name, wall(), again=again),
        enqueue=inbox.send,
        put_aside=lambda body: Objects(client("s3"), setting("BUCKET")).put_aside(body, wall()),
    )


@cache
def renderer() -> Renderer:
    """Words and looks, compiled at build."""
    from encamino.messages.render import Renderer  # noqa: PLC0415

    return Renderer(Path(setting("TEMPLATES_DIR")))


@cache
def desk() -> Desk:
    """What every flow that changes an order needs."""
    from encamino.flows.keep import Desk  # noqa: PLC0415
    from encamino.messages.catalogue import catalogue  # noqa: PLC0415

    return Desk(store(), catalogue(Path(setting("TEMPLATES_DIR"))), link_key)


def link_key() -> bytes:
    """The newest key of the ring that link tokens are made with."""
    return parameters().key("link-key", wall())


def alias(shop: str, address: str) -> str:
    """What the table knows an address by."""
    from encamino.domain.link import alias  # noqa: PLC0415

    return alias(parameters().key("pepper", wall()), shop, "address", address)


def links(key: OrderKey, shop: Shop, contact: ContactKey | None = None) -> Links:
    """The addresses a message may carry."""
    from encamino.domain.link import LinkKind, Links, token, token_hash  # noqa: PLC0415

    tracking = page_address(shop, token(link_key(), LinkKind.TRACKING, key))
    if contact is None:
        return Links(tracking)
    opens = token(link_key(), LinkKind.PREFERENCES, contact)
    return Links(tracking, page_address(shop, opens, LinkKind.PREFERENCES), token_hash(opens))


def page_address(shop: Shop, token: str, kind: str = "t") -> str:
    """Where a page is found: at the shop's own domain if it has one."""
    base = f"https://{shop.pages_domain}" if shop.pages_domain else setting("PUBLIC_URL").rstrip("/")
    return f"{base}/{kind}/{token}"


@cache
def send_desk() -> SendDesk:
    """What sending needs."""
    from encamino.flows.send import SendDesk  # noqa: PLC0415

    return SendDesk(store(), renderer(), channels(), links, alias, pace().wait)


@cache
def ses() -> SESV2Client:
    """SES, asked once (law 7)."""
    from encamino.channels.clients import ses_client  # noqa: PLC0415

    return ses_client()


def pace() -> Pace:
    """SES's rate, shared by as many senders as the queue may start."""
    from encamino.channels.rate import Pace, SendRate  # noqa: PLC0415

    return Pace(SendRate(ses()), int(setting("SENDERS")), wall, time.sleep)


@cache
def channels() -> Mapping[Channel, ChannelOut]:
    """Ways out. Their clients try once (law 7)."""
    from encamino.channels.base import set_name  # noqa: PLC0415
    from encamino.channels.clients import sns_client  # noqa: PLC0415
    from encamino.channels.email import Email  # noqa: PLC0415
    from encamino.channels.sms import Sms  # noqa: PLC0415
    from encamino.domain.message import Channel  # noqa: PLC0415

    stack = setting("STACK")
    return {Channel.EMAIL: Email(ses(), lambda shop: set_name(stack, shop)), Channel.SMS: Sms(sns_client())}


def track_desk() -> TrackDesk:
    """What asking carriers needs, as of now."""
    from encamino.carriers.base import carrier  # noqa: PLC0415
    from encamino.flows.ask import Asking  # noqa: PLC0415
    from encamino.flows.track import TrackDesk  # noqa: PLC0415

    return TrackDesk(desk(), carrier, account, Asking(exchange(), time.monotonic, wall, time.sleep), random.random)


def account(shop: str, slug: str) -> AccountAt | None:
    """The shop's own account with a carrier, else the operator's, else None."""
    from encamino.flows.track import AccountAt  # noqa: PLC0415

    for owner in (shop, OPERATOR):
        secrets = parameters().secrets(owner, f"carrier/{slug}", wall())
        if secrets:
            return AccountAt(owner, json.loads(secrets[0]))
    return None


@cache
def exchange() -> Exchange:
    """Makes a carrier's call, through the operator's gateway if there is one."""
    from encamino.carriers.base import Request, Response  # noqa: PLC0415
    from encamino.http import Client, rewrite  # noqa: PLC0415

    gateway = os.environ.get("CARRIER_GATEWAY", "")
    http = Client(gateway)

    def call(slug: str, request: Request, until: float) -> Response:
        left = timedelta(seconds=max(until - time.monotonic(), 0.01))
        url = rewrite(gateway, slug, request.url)
        reply = http.send(request.method, url, request.headers, request.body, deadline=left)
        return Response(reply.status, reply.body, reply.headers)

    return call


def inbox_desk() -> InboxDesk:
    """What taking deliveries in needs."""
    from encamino.carriers.recognise import named  # noqa: PLC0415
    from encamino.flows.inbox import InboxDesk  # noqa: PLC0415
    from encamino.store.objects import Objects  # noqa: PLC0415

    return InboxDesk(desk(), named, lambda key: Objects(client("s3"), setting("BUCKET")).fetch(key), OPERATOR)


def page_desk() -> PageDesk:
    """What showing pages needs."""
    from encamino.flows.show import PageDesk  # noqa: PLC0415

    return PageDesk(store(), Path(setting("TEMPLATES_DIR")), carrier_names, page_address)


def carrier_names(order: Order) -> dict[str, str]:
    """What customers call the carriers of an order; of one that only asks others they know nothing."""
    from encamino.carriers.base import aggregates, carrier  # noqa: PLC0415

    return {s.carrier: carrier(s.carrier).NAME for s in order.shipments if s.carrier and not aggregates(s.carrier)}


def claim() -> str:
    """A random name for one attempt to send."""
    return uuid.uuid4().hex


def put_events(entries: Sequence[dict[str, str]]) -> int:
    """Put facts on the bus, ten at a time. Returns how many it did not take."""
    bus, failed = setting("BUS"), 0
    for some in batched(entries, 10, strict=False):
        try:
            said = client("events").put_events(Entries=[{**entry, "EventBusName": bus} for entry in some])
            failed += said["FailedEntryCount"]
        except Exception:  # noqa: BLE001  (never on the critical path: the facts stay in the table)
            failed += len(some)
    return failed


def room(lane: Lane) -> int:
    """How much more a lane's queue can take now."""
    from encamino.store.queues import Queue  # noqa: PLC0415

    return max(0, ROOM - Queue(client("sqs"), _queue_of(lane)).depth())


def hand_over(lane: Lane, due: Sequence[Due]) -> None:
    """Put due things on their queue."""
    from encamino.flows.handing import written  # noqa: PLC0415
    from encamino.store.queues import Queue  # noqa: PLC0415

    Queue(client("sqs"), _queue_of(lane)).send_many([written(item) for item in due])


def _queue_of(lane: Lane) -> str:
    return setting("LOOK_QUEUE") if lane == "look" else setting("SEND_QUEUE")
