"""`inbox list`: what needs a person, why, and the way back; `replay`: what was told is told again."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from encamino.domain.message import Channel, MessageKey
from encamino.domain.order import OrderKey
from encamino.flows.receive import INLINE
from encamino.store.base import RawDelivery
from encamino.store.letters import Trouble
from tests.builders import a_shop
from tests.cli.desk import Command, FakeStack

NOW = datetime.now(UTC)
ORDER = OrderKey("casa-lluna", "shopify", "450789469")
MESSAGE = MessageKey(ORDER, "shipped", "1", Channel.EMAIL)
#: Stands in every letter and may stand in no list.
ADDRESS = "lucia@example.com"


def a_delivery(shop: str = "casa-lluna") -> str:
    body = json.dumps({"id": int(ORDER.id), "email": ADDRESS}).encode()
    said = {"v": 1, "platform": "shopify", "shop": shop, "received_at": NOW.isoformat()}
    headers = {"x-shopify-topic": "orders/paid"}
    return json.dumps({**said, "headers": headers, "body_b64": base64.b64encode(body).decode()})


def a_look(shop: str = "casa-lluna") -> str:
    said = {"shop": shop, "platform": ORDER.platform, "order": ORDER.id, "shipment": "1", "carrier": "dhl"}
    return json.dumps({"v": 1, **said, "account": shop, "number": "1", "due": None})


def a_message() -> str:
    return json.dumps({"v": 1, "message": str(MESSAGE)})


def a_bounce() -> str:
    mail = {"timestamp": NOW.isoformat(), "destination": [ADDRESS], "tags": {"encamino_key": [str(MESSAGE)]}}
    bounced = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": ADDRESS}]}
    return json.dumps({"eventType": "Bounce", "mail": mail, "bounce": bounced})


LETTERS = {"Inbox": a_delivery(), "Look": a_look(), "Send": a_message(), "Feedback": a_bounce()}


def listed(encamino: Command, *words: object) -> list[dict[str, Any]]:
    ran = encamino("inbox", "list", "casa-lluna", "--json", *words)
    assert ran.code == 0, ran.err
    assert ADDRESS not in ran.out
    rows: list[dict[str, Any]] = ran.said
    return rows


@pytest.mark.parametrize("queue", LETTERS)
def test_a_dead_letter_says_what_it_is_about_since_when_and_why(encamino: Command, fake: FakeStack, queue: str) -> None:
    fake.put(f"{queue}Dead", LETTERS[queue])
    fake.store.note_troubles([Trouble("letter-1", "no shop 'x' (table)", "apply it", 5, NOW)])

    (row,) = listed(encamino)

    about = (row["kind"], row["queue"], row["platform"], row["order"])
    assert about == ("dead", queue.lower(), "shopify", ORDER.id)
    assert row["message"] == (str(MESSAGE) if queue in ("Send", "Feedback") else None)
    assert (row["tries"], row["trouble"], row["cure"]) == (5, "no shop 'x' (table)", "apply it")
    assert row["received_at"] == "2026-11-03T12:00:00Z"
    assert row["redriven"] is False


def test_a_worker_that_left_no_reason_is_said_to_have_left_none(encamino: Command, fake: FakeStack) -> None:
    fake.put("InboxDead", a_delivery())

    (row,) = listed(encamino)

    assert row["trouble"].startswith("no reason was left")
    assert (row["tries"], row["failed_at"], row["cure"]) == (None, None, "see its log")


def test_a_list_takes_nothing_away_and_hides_nothing(encamino: Command, fake: FakeStack) -> None:
    for place in range(23):
        fake.put("InboxDead", a_delivery(), f"l{place:02}")

    assert [row["id"] for row in listed(encamino)] == [f"l{place:02}" for place in range(23)]
    assert len(fake.waiting("InboxDead")) == 23
    assert len(listed(encamino)) == 23


def test_the_letters_of_another_shop_are_neither_listed_nor_touched(encamino: Command, fake: FakeStack) -> None:
    fake.store.put_shop(a_shop(shop="other"))
    fake.put("InboxDead", a_delivery("other"), "theirs")
    fake.put("LookDead", a_look("other"), "theirs too")

    assert listed(encamino) == []
    assert listed(encamino, "--redrive") == []
    assert (len(fake.waiting("InboxDead")), len(fake.waiting("LookDead"))) == (1, 1)
    assert (fake.waiting("Inbox"), fake.waiting("Look")) == ([], [])


@pytest.mark.parametrize("queue", LETTERS)
@pytest.mark.parametrize("text", ["{", "[]", "null", "no JSON", '{"shop": 1}'])
def test_a_letter_that_says_nothing_is_listed_all_the_same(
    encamino: Command, fake: FakeStack, queue: str, text: str
) -> None:
    fake.put(f"{queue}Dead", text)

    (row,) = listed(encamino)

    assert (row["queue"], row["order"], row["message"]) == (queue.lower(), None, None)


@pytest.mark.parametrize("queue", LETTERS)
def test_a_redriven_letter_is_back_in_its_queue_as_it_was(encamino: Command, fake: FakeStack, queue: str) -> None:
    fake.put(f"{queue}Dead", LETTERS[queue])

    (row,) = listed(encamino, "--redrive")

    assert row["redriven"] is True
    assert fake.letters[f"{queue}Dead"] == []
    assert fake.waiting(queue) == [LETTERS[queue]]
    assert listed(encamino, "--redrive") == []


def test_what_could_not_be_read_is_told_again_and_what_is_about_no_order_is_not(
    encamino: Command, fake: FakeStack
) -> None:
    for hash_, trouble in (("malformed", "no order id"), ("ignored", None)):
        kept = RawDelivery(hash_, "shopify", NOW, {"x-shopify-topic": "orders/paid"}, b"{}", trouble)
        fake.store.keep_delivery("casa-lluna", None, kept)

    rows = {row["kind"]: row for row in listed(encamino, "--redrive")}
    (text,) = fake.waiting("Inbox")
    said = json.loads(text)

    assert (rows["malformed"]["redriven"], rows["ignored"]["redriven"]) == (True, False)
    assert rows["malformed"]["trouble"] == "no order id"
    assert (said["shop"], said["platform"], said["aside"]) == ("casa-lluna", "shopify", "malformed")
    assert base64.b64decode(said["body_b64"]) == b"{}"


def test_a_person_sees_the_reason_and_the_cure(encamino: Command, fake: FakeStack) -> None:
    fake.put("InboxDead", a_delivery())
    fake.store.note_troubles([Trouble("letter-1", "no such shop", "apply it", 5, NOW)])

    ran = encamino("inbox", "list", "casa-lluna")

    words = ran.out.split()
    assert {"shop", "apply", "dead", "inbox"} <= set(words)


def test_a_replay_tells_again_what_came_since_then(encamino: Command, fake: FakeStack) -> None:
    for hours in (1, 5, 50):
        kept = RawDelivery(f"h{hours}", "shopify", NOW - timedelta(hours=hours), {}, b"%d" % hours, None)
        fake.store.keep_delivery("casa-lluna", ORDER, kept)

    said = encamino("replay", "casa-lluna", "--since", "6h", "--json").said

    assert (said["replayed"], said["orders"]) == (2, 1)
    since = datetime.fromisoformat(said["since"])
    assert abs(since - (datetime.now(UTC) - timedelta(hours=6))) < timedelta(minutes=1)
    bodies = [base64.b64decode(json.loads(text)["body_b64"]) for text in fake.waiting("Inbox")]
    assert bodies == [b"5", b"1"]


@pytest.mark.parametrize(
    ("since", "replayed"),
    [
        ("2d", 0),
        ("4d", 1),
        ("71h", 0),
        ("72h1m", 1),
        ((NOW - timedelta(days=4)).date().isoformat(), 1),
        ((NOW - timedelta(days=3, minutes=1)).isoformat(), 1),
        ((NOW - timedelta(days=3, minutes=1)).replace(tzinfo=None).isoformat(), 1),
        ("1970-01-01", 1),
        (NOW.isoformat(), 0),
    ],
    ids=["2d", "4d", "71h", "72h1m", "a date", "an instant", "without offset", "the beginning", "just now"],
)
def test_since_is_an_instant_a_date_or_how_long_ago(
    encamino: Command, fake: FakeStack, since: str, replayed: int
) -> None:
    three_days_ago = datetime.now(UTC) - timedelta(days=3)
    fake.store.keep_delivery("casa-lluna", ORDER, RawDelivery("h", "shopify", three_days_ago, {}, b"", None))

    assert encamino("replay", "casa-lluna", "--since", since, "--json").said["replayed"] == replayed


def test_a_body_too_large_for_the_queue_is_put_aside_first(encamino: Command, fake: FakeStack) -> None:
    body = b"x" * (INLINE + 1)
    fake.store.keep_delivery("casa-lluna", ORDER, RawDelivery("h", "shopify", NOW, {}, body, None))

    encamino("replay", "casa-lluna", "--since", "1h", "--json")

    (text,) = fake.waiting("Inbox")
    assert (json.loads(text)["s3"], fake.aside) == ("inbox/1.gz", [body])
