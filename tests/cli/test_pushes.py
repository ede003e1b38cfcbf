"""The addresses carriers call are made with the account, stay when it is renewed, and are shown where they help."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from encamino import wiring
from encamino.flows.receive import Doorkeeper
from encamino.flows.receive_push import Pushed, receive_push
from tests.builders import a_shop
from tests.carriers.recordings import recording
from tests.cli.desk import API, Command, FakeStack

NAME = "carrier/seventeentrack"


@pytest.fixture(autouse=True)
def _with_a_shop(fake: FakeStack) -> None:
    fake.store.put_shop(a_shop())


def address(encamino: Command, account: dict[str, str]) -> str:
    ran = encamino("shop", "secret", "casa-lluna", NAME, "--value", json.dumps(account), "--json")
    said: str = ran.said["push_url"]
    return said


def test_an_account_of_a_carrier_that_calls_us_gets_an_address_nobody_guesses(
    encamino: Command, fake: FakeStack
) -> None:
    url = address(encamino, {"api_key": "k"})

    start, _, key = url.rpartition("/")
    assert start == f"{API}/push/seventeentrack/casa-lluna"
    assert len(key) >= 32
    assert json.loads(fake.secret("casa-lluna", NAME)) == {"api_key": "k", "push_key": key}


def test_the_address_stays_when_the_account_is_renewed_and_may_be_chosen(encamino: Command) -> None:
    first = address(encamino, {"api_key": "k"})

    assert address(encamino, {"api_key": "another"}) == first
    assert address(encamino, {"api_key": "k", "push_key": "chosen-by-the-shop"}).endswith("/chosen-by-the-shop")


@pytest.mark.parametrize("key", ["short", "with/a/slash/in/it", "with a space in it", "é" * 20])
def test_a_last_part_that_would_not_travel_is_refused(encamino: Command, fake: FakeStack, key: str) -> None:
    account = json.dumps({"api_key": "k", "push_key": key})
    ran = encamino("shop", "secret", "casa-lluna", NAME, "--value", account, "--json")

    assert (ran.code, ran.error["error"]) == (4, "refused")
    assert key not in ran.err
    assert fake.parameters == {}


def test_a_carrier_that_does_not_call_us_takes_no_last_part(encamino: Command) -> None:
    account = json.dumps({"api_key": "k", "push_key": "chosen-by-the-shop"})

    assert encamino("shop", "secret", "casa-lluna", "carrier/dhl", "--value", account, "--json").code == 4


def test_check_says_what_to_paste_and_how_the_last_push_went(encamino: Command, fake: FakeStack) -> None:
    (before,) = (row for row in checked(encamino) if row["carrier"] == "seventeentrack")
    url = address(encamino, {"api_key": "k"})
    (ready,) = (row for row in checked(encamino) if row["carrier"] == "seventeentrack")
    fake.store.note_delivery("casa-lluna", NAME, datetime(2026, 11, 22, 12, tzinfo=UTC), "understood")
    (after,) = (row for row in checked(encamino) if row["carrier"] == "seventeentrack")

    assert (before["enabled"], before["url"], before["verdict"]) == (False, None, "no account yet")
    assert (ready["enabled"], ready["url"], ready["verdict"]) == (True, url, "waiting for pushes")
    assert url in str(ready["paste"])
    assert (after["last_delivery"], after["verdict"]) == ("2026-11-22T12:00:00Z", "understood")


def checked(encamino: Command) -> list[dict[str, object]]:
    said: list[dict[str, object]] = encamino("shop", "check", "casa-lluna", "--json").said["carriers"]
    return said


def test_what_the_command_line_sets_opens_the_door(encamino: Command) -> None:
    url = address(encamino, {"api_key": "k"})
    _, carrier, shop, key = url.removeprefix(API).strip("/").split("/")
    body = recording("seventeentrack", "pushed").response.body
    headers = {"sign": hashlib.sha256(body + b"/k").hexdigest()}
    kept: list[str] = []
    keeper = Doorkeeper(
        lambda shop, name, again: wiring.parameters().secrets(shop, name, wiring.wall(), again=again),
        kept.append,
        lambda _body: "inbox/1.gz",
    )

    assert receive_push(Pushed(carrier, shop, key, headers, body, wiring.wall()), keeper).status == 200
    assert len(kept) == 1


def test_a_push_is_parsed_as_one(encamino: Command, tmp_path: Path) -> None:
    file = tmp_path / "push.json"
    file.write_bytes(recording("seventeentrack", "pushed").response.body)
    pushed = encamino("carriers", "parse", "seventeentrack", file, "--push", "--json").said
    (shipment,) = pushed["shipments"]

    assert (pushed["outcome"], shipment["status"], len(shipment["events"])) == ("found", "available_for_pickup", 12)
    file.write_text('{"code": 0, "data": {"accepted": [], "rejected": []}}')
    unread = encamino("carriers", "parse", "seventeentrack", file, "--push", "--json").said
    assert unread == {"outcome": "unreadable", "shipments": []}
    file.write_bytes(recording("seventeentrack", "pushed_stopped").response.body)
    stopped = encamino("carriers", "parse", "seventeentrack", file, "--push", "--json").said
    assert stopped == {"outcome": "not_found", "shipments": []}


def test_a_carrier_that_does_not_call_us_is_read_as_ever(encamino: Command, tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(recording("dhl", "delivered").response.body)
    said = encamino("carriers", "parse", "dhl", file, "--push", "--json").said

    assert said == encamino("carriers", "parse", "dhl", file, "--json").said
    assert said["shipments"][0]["status"] == "delivered"
