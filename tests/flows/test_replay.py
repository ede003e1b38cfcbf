"""What was told is told again: nothing that was understood changes, what was not is worked, no list grows stale."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from encamino.carriers.recognise import named
from encamino.domain.order import OrderKey
from encamino.flows.inbox import InboxDesk, take_in
from encamino.flows.receive import INLINE, envelope
from encamino.flows.replay import Replayed, Retelling, replay, retell_unread
from encamino.store.base import RawDelivery
from tests.flows.house import RECORDINGS, House

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SHOP = "casa-lluna"


@dataclass
class Inbox:
    """A house with an inbox queue before it, and a shelf for large bodies."""

    house: House
    queued: list[str] = field(default_factory=list)
    shelf: dict[str, bytes] = field(default_factory=dict)

    @property
    def retelling(self) -> Retelling:
        return Retelling(self.house.store, self.queued.append, self.put_aside)

    def put_aside(self, body: bytes) -> str:
        self.shelf[f"inbox/{len(self.shelf)}"] = body
        return f"inbox/{len(self.shelf) - 1}"

    def comes(self, name: str, order: str | None = None) -> None:
        """One of Shopify's recorded deliveries arrives."""
        said = recorded(name)
        body = json.dumps(said["body"])
        id_ = str(said["body"].get("order_id", said["body"].get("id")))
        body = body.replace(id_, order) if order else body
        self.queued.append(envelope("shopify", SHOP, self.house.now, said["headers"], body.encode(), self.put_aside))

    def works(self) -> Counter[str]:
        """The worker takes in all that waits."""
        room = InboxDesk(self.house.desk, named, self.shelf.__getitem__)
        texts, self.queued[:] = list(self.queued), []
        return Counter(take_in(room, text, self.house.now) for text in texts)

    def seen(self) -> Any:
        """All that a replay must leave as it is."""
        orders = [key for key, _ in self.house.store.deliveries_since(SHOP, LONG_AGO) if key]
        store = self.house.store
        return [(store.order(key), store.facts(key), store.why(key), store.messages_of(key)) for key in orders]


def recorded(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((RECORDINGS / f"shops/shopify/{name}.json").read_text())
    return said


@pytest.fixture
def inbox(templates: Path) -> Inbox:
    return Inbox(House(templates))


def test_what_was_understood_says_again_and_nothing_changes(inbox: Inbox) -> None:
    for order in ("1", "2", "3"):
        inbox.comes("order_paid", order)
    assert inbox.works() == {"understood": 3}
    inbox.house.pass_time(timedelta(hours=1))
    before, sent = inbox.seen(), inbox.house.sent()
    assert sent

    assert replay(inbox.retelling, SHOP, LONG_AGO) == Replayed(3, 3)

    assert inbox.works() == {"again": 3}
    inbox.house.pass_time(timedelta(hours=1))
    assert inbox.seen() == before
    assert inbox.house.sent() == sent


def test_what_came_before_then_is_left_alone(inbox: Inbox) -> None:
    inbox.comes("order_paid", "1")
    inbox.works()
    inbox.house.now += timedelta(hours=3)
    inbox.comes("order_paid", "2")
    inbox.works()

    assert replay(inbox.retelling, SHOP, inbox.house.now - timedelta(hours=1)) == Replayed(1, 1)
    assert replay(inbox.retelling, SHOP, inbox.house.now + timedelta(seconds=1)) == Replayed(0, 0)


def test_a_delivery_whose_worker_died_before_the_order_knew_is_worked(inbox: Inbox) -> None:
    """It was kept and never understood: there is no order yet that could name it."""
    said = recorded("order_paid")
    body = json.dumps(said["body"]).encode()
    key = OrderKey(SHOP, "shopify", str(said["body"]["id"]))
    inbox.house.store.keep_delivery(
        SHOP, key, RawDelivery("h", "shopify", inbox.house.now, said["headers"], body, None)
    )

    replay(inbox.retelling, SHOP, LONG_AGO)

    assert inbox.works() == {"understood": 1}
    assert inbox.house.store.order(key) is not None


def test_what_can_be_read_by_now_leaves_the_list(inbox: Inbox) -> None:
    """The adapter that could not read it has been mended since."""
    said = recorded("order_paid")
    body = json.dumps(said["body"]).encode()
    unread = RawDelivery("as it was named then", "shopify", inbox.house.now, said["headers"], body, "no order id")
    inbox.house.store.keep_delivery(SHOP, None, unread)

    assert retell_unread(inbox.retelling, SHOP) == {unread.hash}

    assert inbox.house.store.deliveries(SHOP, None) == (unread,)
    assert inbox.works() == {"understood": 1}
    assert inbox.house.store.deliveries(SHOP, None) == ()
    order = OrderKey(SHOP, "shopify", str(said["body"]["id"]))
    assert [kept.body for kept in inbox.house.store.deliveries(SHOP, order)] == [body]


def test_what_still_cannot_be_read_and_was_named_otherwise_then_is_listed_once(inbox: Inbox) -> None:
    headers = recorded("order_paid")["headers"]
    unread = RawDelivery("as it was named then", "shopify", inbox.house.now, headers, b"{", "no order id")
    inbox.house.store.keep_delivery(SHOP, None, unread)

    retell_unread(inbox.retelling, SHOP)
    inbox.works()

    (kept,) = inbox.house.store.deliveries(SHOP, None)
    assert (kept.hash != unread.hash, kept.body) == (True, b"{")


@pytest.mark.parametrize("times", [1, 3])
def test_what_still_cannot_be_read_stays_in_the_list_once(inbox: Inbox, times: int) -> None:
    headers = recorded("order_paid")["headers"]
    inbox.queued.append(envelope("shopify", SHOP, inbox.house.now, headers, b"{", inbox.put_aside))
    inbox.works()
    (before,) = inbox.house.store.deliveries(SHOP, None)

    for _ in range(times):
        retell_unread(inbox.retelling, SHOP)
        assert inbox.works() == {"unreadable": 1}

    assert inbox.house.store.deliveries(SHOP, None) == (before,)


def test_what_turns_out_to_be_about_no_order_is_kept_and_no_longer_a_trouble(inbox: Inbox) -> None:
    inbox.queued.append(
        envelope(
            "shopify", SHOP, inbox.house.now, {"x-shopify-topic": "products/update"}, b'{"id": 1}', inbox.put_aside
        )
    )
    inbox.works()
    (kept,) = inbox.house.store.deliveries(SHOP, None)
    assert kept.trouble is None
    troubled = RawDelivery(kept.hash, kept.platform, kept.received_at, kept.headers, kept.body, "no order id")
    inbox.house.store.keep_delivery(SHOP, None, troubled)

    retell_unread(inbox.retelling, SHOP)
    inbox.works()

    assert inbox.house.store.deliveries(SHOP, None) == (kept,)
    assert retell_unread(inbox.retelling, SHOP) == frozenset()


def test_a_large_delivery_is_told_again_whole(inbox: Inbox) -> None:
    said = recorded("order_paid")
    body = json.dumps({**said["body"], "note": "x" * INLINE}).encode()
    inbox.queued.append(envelope("shopify", SHOP, inbox.house.now, said["headers"], body, inbox.put_aside))
    inbox.works()

    replay(inbox.retelling, SHOP, LONG_AGO)

    assert "body_b64" not in json.loads(inbox.queued[0])
    assert inbox.shelf["inbox/1"] == body
    assert inbox.works() == {"again": 1}


def test_a_replay_is_not_taken_for_the_last_delivery_of_the_platform(inbox: Inbox) -> None:
    inbox.comes("order_paid", "1")
    inbox.works()
    inbox.house.now += timedelta(hours=1)
    inbox.comes("order_paid", "2")
    inbox.works()
    last = inbox.house.store.last_delivery(SHOP, "shopify")

    replay(inbox.retelling, SHOP, LONG_AGO)
    inbox.queued.reverse()
    inbox.works()

    told = inbox.house.store.last_delivery(SHOP, "shopify")
    assert last is not None
    assert told == (last[0], "again")


def test_replaying_does_not_keep_deliveries_longer(inbox: Inbox) -> None:
    inbox.comes("order_paid", "1")
    inbox.works()
    inbox.house.now += timedelta(days=29)
    replay(inbox.retelling, SHOP, LONG_AGO)
    inbox.works()

    inbox.house.now += timedelta(days=2)

    assert replay(inbox.retelling, SHOP, LONG_AGO) == Replayed(0, 0)
