"""A carrier that calls us: what the door lets in, what is learnt of it, and that polling stays the truth."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from encamino import wiring
from encamino.carriers.base import Account, Request, Response, carrier
from encamino.carriers.recognise import named
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.order import Details, OrderKey, Person
from encamino.domain.shipment import Label, Shipment, ShipmentStatus
from encamino.domain.shop import Shop
from encamino.flows.ask import Asking
from encamino.flows.inbox import InboxDesk, take_in
from encamino.flows.intake import take
from encamino.flows.keep import Desk, keep
from encamino.flows.receive import INLINE, LARGEST, Doorkeeper, Reply
from encamino.flows.receive_push import Pushed, receive_push
from encamino.flows.replay import Retelling, replay, retell_unread
from encamino.flows.track import AccountAt, TrackDesk, Tracked, track
from encamino.pages.showing import carrier_name
from encamino.shops.base import Delivery, platform
from encamino.store.base import Lane, Look
from encamino.store.memory import MemoryStore
from tests.builders import a_shop
from tests.carriers.recordings import recording, wire

NOW = datetime(2026, 11, 13, 18, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
N = "YT2690417735016"
SLUG, SHOP, KEY = "seventeentrack", "casa-lluna", "a-long-last-part-nobody-knows"
ACCOUNT = {"api_key": "a-key", "push_key": KEY}
BODY = recording(SLUG, "pushed").response.body


@dataclass
class Behind:
    """Behind the door: accounts by shop, a queue, a shelf; and the worker that takes in what waits."""

    store: MemoryStore = field(default_factory=lambda: MemoryStore(lambda: NOW))
    accounts: dict[str, list[Any]] = field(default_factory=lambda: {SHOP: [ACCOUNT]})
    fresh: dict[str, list[Any]] | None = None
    queued: list[str] = field(default_factory=list)
    shelf: dict[str, bytes] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        return Desk(self.store, {}, lambda: b"key")

    def comes(self, pushed: Pushed) -> Reply:
        return receive_push(pushed, Doorkeeper(self.secrets, self.queued.append, self.put_aside))

    def secrets(self, shop: str, name: str, again: bool) -> Sequence[str]:
        assert name == f"carrier/{SLUG}"
        found = (self.fresh if again and self.fresh is not None else self.accounts).get(shop, [])
        return [one if isinstance(one, str) else json.dumps(one) for one in found]

    def put_aside(self, body: bytes) -> str:
        self.shelf[f"inbox/{len(self.shelf)}"] = body
        return f"inbox/{len(self.shelf) - 1}"

    def works(self, now: datetime = NOW) -> Counter[str]:
        room = InboxDesk(self.desk, named, self.shelf.__getitem__, "operator")
        texts, self.queued[:] = list(self.queued), []
        return Counter(take_in(room, text, now) for text in texts)

    def ships(self, order: str = "1001", number: str = N, by: str | None = SLUG, shop: Shop | None = None) -> OrderKey:
        """An order whose shipment has this number."""
        shop = shop or a_shop()
        self.store.put_shop(shop)
        key, at = OrderKey(shop.shop, "shopify", order), NOW - timedelta(days=2)
        facts = [
            Fact(FactType.ORDER_PLACED, at, order, details=Details(at, f"#{order}", at, Person("a@cliente.example"))),
            Fact(FactType.SHIPMENT_REGISTERED, at, order, "s1",
                 shipment=Shipment("s1", at, (Label(at, number, by),))),
        ]  # fmt: skip
        keep(self.desk, shop, key, lambda known: (learn(known, facts), facts), at)
        return key

    def shipment(self, key: OrderKey) -> Shipment:
        document = self.store.order(key)
        assert document is not None
        return document.order.shipments[0]


def pushed(body: bytes = BODY, key: str = KEY, shop: str = SHOP, signed_by: str = "a-key", slug: str = SLUG) -> Pushed:
    """A push as 17TRACK makes it."""
    headers = {"sign": hashlib.sha256(body + b"/" + signed_by.encode()).hexdigest(), "cookie": "a=b"}
    return Pushed(slug, shop, key, headers, body, NOW)


def tagged(tag: str | None, name: str = "pushed") -> bytes:
    said = json.loads(recording(SLUG, name).response.body)
    return wire({**said, "data": {**said["data"], "tag": tag}})


# The door


def test_what_the_carrier_signed_for_this_shop_is_kept_and_answered_with_nothing() -> None:
    behind = Behind()

    assert behind.comes(pushed()) == Reply(200, "kept")
    (text,) = behind.queued
    said = json.loads(text)
    assert (said["platform"], said["shop"], said["headers"]) == (f"carrier/{SLUG}", SHOP, {})
    assert base64.b64decode(said["body_b64"]) == BODY


@pytest.mark.parametrize(
    "forged",
    [
        pushed(signed_by="another"),
        pushed(key="another"),
        pushed(key=""),
        pushed(shop="another-shop"),
        pushed(body=b""),
        replace(pushed(), body=BODY + b" "),
        replace(pushed(), headers={}),
        pushed(slug="dhl"),
        pushed(slug="base"),
        pushed(slug="nobody"),
        pushed(slug="../shops"),
    ],
)
def test_everything_else_is_told_the_same_nothing(forged: Pushed) -> None:
    behind = Behind()
    reply = behind.comes(forged)

    assert (reply.status, reply.body, behind.queued) == (401, "", [])


@pytest.mark.parametrize("account", [{"api_key": "a-key"}, {"api_key": "a-key", "push_key": ""}, "no json", "[]"])
def test_an_account_without_an_address_is_called_at_none(account: object) -> None:
    behind = Behind(accounts={SHOP: [account]})

    assert behind.comes(pushed(key="")).status == 401


def test_an_account_renewed_a_moment_ago_is_read_anew_and_the_old_one_counts_as_long_as_it_is_kept() -> None:
    renewed = {**ACCOUNT, "api_key": "renewed"}
    behind = Behind(fresh={SHOP: [renewed, ACCOUNT]})

    assert behind.comes(pushed(signed_by="renewed")).status == 200
    assert behind.comes(pushed()).status == 200


def test_what_is_too_large_is_told_so_and_what_is_large_lies_elsewhere() -> None:
    behind = Behind()

    assert behind.comes(pushed(b" " * (LARGEST + 1))).status == 413
    assert behind.queued == []
    large = BODY + b" " * INLINE
    assert behind.comes(pushed(large)).status == 200
    assert json.loads(behind.queued[0])["s3"] == "inbox/0"
    behind.ships()
    assert behind.works() == {"understood": 1}


# What is learnt


def test_a_push_is_as_good_as_a_look() -> None:
    behind = Behind()
    key = behind.ships()
    behind.comes(pushed())

    assert behind.works() == {"understood": 1}

    shipment = behind.shipment(key)
    assert (shipment.status, len(shipment.events)) == (ShipmentStatus.AVAILABLE_FOR_PICKUP, 12)
    assert shipment.tracked_at == NOW
    (due,) = behind.store.due(Lane.LOOK, NOW + timedelta(days=1), 10)
    assert due.due > NOW + timedelta(hours=3)
    told = [fact.type for fact in behind.store.facts(key)]
    assert FactType.SHIPMENT_AVAILABLE_FOR_PICKUP in told
    noted = behind.store.last_delivery(SHOP, f"carrier/{SLUG}")
    assert noted == (NOW, "understood")


def test_a_push_told_twice_and_one_told_again_by_hand_change_nothing() -> None:
    behind = Behind()
    key = behind.ships()
    behind.comes(pushed())
    behind.comes(pushed())
    assert behind.works() == {"understood": 1, "again": 1}
    before = behind.store.order(key)

    replay(Retelling(behind.store, behind.queued.append, behind.put_aside), SHOP, LONG_AGO)

    assert behind.works(NOW + timedelta(hours=5)) == {"again": 1}
    assert behind.store.order(key) == before


def test_a_late_push_takes_nothing_back() -> None:
    behind = Behind()
    key = behind.ships()
    behind.comes(pushed(tagged(None, "pushed_beside")))
    behind.comes(pushed())

    assert behind.works() == {"understood": 2}
    assert behind.shipment(key).status is ShipmentStatus.DELIVERED


def test_a_number_asked_in_a_carriers_stead_is_found_by_the_word_we_gave_with_it() -> None:
    behind = Behind()
    key = behind.ships(by="dhl")

    behind.comes(pushed(tagged("dhl")))
    assert behind.works() == {"understood": 1}
    assert behind.shipment(key).status is ShipmentStatus.AVAILABLE_FOR_PICKUP
    assert {event.source for event in behind.shipment(key).events} == {SLUG}


@pytest.mark.parametrize("tag", [None, "ups", "order-1042"])
def test_what_is_about_nobody_of_ours_is_dropped_and_noted(tag: str | None) -> None:
    behind = Behind()
    behind.ships(by="dhl")
    behind.comes(pushed(tagged(tag)))

    assert behind.works() == {"ignored": 1}
    assert behind.store.deliveries(SHOP, None) == ()
    noted = behind.store.last_delivery(SHOP, f"carrier/{SLUG}")
    assert noted
    assert noted[1] == "ignored: about no shipment of ours"


def test_a_shop_is_told_of_its_own_shipments_only_and_the_operator_of_everyones() -> None:
    other = a_shop(shop="can-mar")
    behind = Behind(accounts={SHOP: [ACCOUNT], "operator": [ACCOUNT]})
    ours, theirs = behind.ships(), behind.ships(shop=other)

    behind.comes(pushed())
    behind.works()
    statuses = [behind.shipment(key).status for key in (ours, theirs)]
    assert statuses == [ShipmentStatus.AVAILABLE_FOR_PICKUP, ShipmentStatus.PENDING]

    behind.comes(pushed(shop="operator"))
    behind.works()
    assert behind.shipment(theirs).status is ShipmentStatus.AVAILABLE_FOR_PICKUP


def test_a_replaced_number_tells_nothing_of_the_shipment_any_more() -> None:
    behind = Behind()
    key = behind.ships()
    label = Label(NOW, "LX508127446CN", SLUG)
    fact = Fact(FactType.SHIPMENT_REGISTERED, NOW, "1001", "s1", shipment=Shipment("s1", NOW, (label,)))
    keep(behind.desk, a_shop(), key, lambda known: (learn(known, [fact]), [fact]), NOW)
    behind.comes(pushed())

    assert behind.works() == {"ignored": 1}
    assert behind.shipment(key).events == ()


def test_that_a_number_is_given_up_moves_nothing() -> None:
    behind = Behind()
    key = behind.ships()
    behind.comes(pushed(recording(SLUG, "pushed_stopped").response.body))

    assert behind.works() == {"ignored": 1}
    assert behind.shipment(key).tracked_at is None


def test_what_cannot_be_read_is_listed_and_read_once_it_can_be() -> None:
    behind = Behind()
    behind.ships()
    behind.comes(pushed(b"{}"))

    assert behind.works() == {"unreadable": 1}
    (kept,) = behind.store.deliveries(SHOP, None)
    assert (kept.platform, kept.body) == (f"carrier/{SLUG}", b"{}")
    assert kept.trouble
    # An adapter mended since: here the bytes are, which is the same.
    behind.store.keep_delivery(SHOP, None, replace(kept, body=BODY))
    retell_unread(Retelling(behind.store, behind.queued.append, behind.put_aside), SHOP)
    assert behind.works() == {"understood": 1}
    assert behind.store.deliveries(SHOP, None) == ()


# Who is asked in whose stead


def asked_of(behind: Behind, looks: Sequence[Look], accounts: Mapping[str, Account]) -> tuple[list[Any], list[Tracked]]:
    """Every call that tracking these makes, each number answered as pushed, and what came of it."""
    calls: list[Any] = []

    def line(slug: str, request: Request, _until: float) -> Response:
        calls.append((slug, request.url.rpartition("/")[2], json.loads(request.body or b"[]")))
        return Response(200, BODY)

    def account(shop: str, slug: str) -> AccountAt | None:
        return AccountAt(shop, accounts[slug]) if slug in accounts else None

    room = TrackDesk(behind.desk, carrier, account, Asking(line, lambda: 0.0, lambda: NOW, lambda _: None), lambda: 0.5)
    return calls, list(track(room, looks, NOW))


def a_look(key: OrderKey, by: str = "dhl") -> Look:
    return Look(key, "s1", by, key.shop, N, NOW)


def test_without_an_account_of_its_own_a_carrier_is_asked_about_by_the_shops_aggregator() -> None:
    behind = Behind()
    key = behind.ships(by="dhl", shop=a_shop(aggregator=SLUG))

    calls, tracked = asked_of(behind, [a_look(key)], {SLUG: ACCOUNT})

    assert calls == [
        (SLUG, "register", [{"number": N, "tag": "dhl"}]),
        (SLUG, "gettrackinfo", [{"number": N}]),
    ]  # fmt: skip
    assert [one.outcome for one in tracked] == ["found"]
    assert behind.shipment(key).status is ShipmentStatus.AVAILABLE_FOR_PICKUP
    assert behind.store.memo_get(SLUG, SHOP, f"registered/{N}", NOW)


def test_what_two_carriers_carry_is_asked_in_one_call() -> None:
    behind, shop = Behind(), a_shop(aggregator=SLUG)
    one, other = behind.ships("1", by="dhl", shop=shop), behind.ships("2", "LX508127446CN", shop=shop)
    looks = [a_look(one), replace(a_look(other, SLUG), number="LX508127446CN")]

    calls, _ = asked_of(behind, looks, {SLUG: ACCOUNT})

    assert [len(numbers) for _, _, numbers in calls] == [2, 2]


@pytest.mark.parametrize(
    ("aggregator", "accounts", "said"),
    [
        (None, {SLUG: ACCOUNT}, "no account"),
        (SLUG, {}, "no account"),
        (SLUG, {SLUG: ACCOUNT, "dhl": {"api_key": "own"}}, None),
    ],
)
def test_nobody_is_asked_in_a_carriers_stead_unless_the_shop_says_so_and_needs_it(
    aggregator: str | None, accounts: Mapping[str, Account], said: str | None
) -> None:
    behind = Behind()
    key = behind.ships(by="dhl", shop=a_shop(aggregator=aggregator))

    calls, tracked = asked_of(behind, [a_look(key)], accounts)

    assert [one.postponed for one in tracked] == [said]
    assert {slug for slug, _, _ in calls} == ({"dhl"} if said is None else set())


def fulfilment(behind: Behind, shop: Shop, company: str) -> Shipment:
    """The shop says who carries it."""
    said = {
        "id": 1, "order_id": 7, "status": "success", "created_at": "2026-11-12T08:00:00Z",
        "tracking_company": company, "tracking_numbers": [N],
    }  # fmt: skip
    delivery = Delivery(wire(said), {"x-shopify-topic": "fulfillments/create"}, NOW)
    take(behind.desk, shop, "shopify", platform("shopify"), delivery, named, NOW)
    return behind.shipment(OrderKey(shop.shop, "shopify", "7"))


@pytest.mark.parametrize(
    ("company", "aggregator", "asked"),
    [
        ("Paloma Mensajeros", SLUG, SLUG),
        ("Paloma Mensajeros", None, None),
        ("Paloma Mensajeros", "of_a_newer_release", None),
        ("Paloma Mensajeros", "dhl", None),
        ("DHL Express", SLUG, "dhl"),
    ],
)
def test_a_carrier_nobody_knows_is_asked_about_by_the_shops_aggregator(
    company: str, aggregator: str | None, asked: str | None
) -> None:
    behind = Behind()

    shipment = fulfilment(behind, a_shop(aggregator=aggregator), company)

    assert (shipment.carrier, shipment.label.carrier_name) == (asked, company)
    assert [due.look.carrier for due in behind.store.due(Lane.LOOK, NOW, 9) if due.look] == ([asked] if asked else [])


def test_a_customer_is_told_the_shops_word_for_the_carrier_and_not_who_was_asked() -> None:
    behind = Behind()
    shipment = fulfilment(behind, a_shop(aggregator=SLUG), "Paloma Mensajeros")
    document = behind.store.order(OrderKey(SHOP, "shopify", "7"))

    assert document
    assert carrier_name(shipment, wiring.carrier_names(document.order)) == "Paloma Mensajeros"
