"""What happens over days, with the clock moved on: reminders that stop, a number put right, two parcels."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e.outside import Order, Stack, encamino, programme, rest, triggers


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Whatever a test did to the clock, the next begins today."""
    yield
    encamino("clock", "reset")


def test_a_parcel_is_recalled_every_few_days_and_no_more_once_it_is_collected(stack: Stack, order: Order) -> None:
    programme(stack, order.number, {"0h": "available_for_pickup", "3d12h": "delivered"})
    order.tell("orders/fulfilled", order.body(fulfilments=[order.fulfilment(order.number)]))

    encamino("clock", "advance", "2h")
    assert recalls(order) == 1
    encamino("clock", "advance", "3d1h")
    assert recalls(order) == 2
    encamino("clock", "advance", "6d")

    assert recalls(order) == 2
    assert ("delivered", "email", "delivered") in triggers(order)
    last = [w for w in order.known()["why"] if w["trigger"] == "ready_to_collect"][-2:]
    assert {(w["channel"], w["verdict"], w["reason"]) for w in last} == {
        ("email", "skipped", "outdated"), ("sms", "skipped", "outdated"),
    }  # fmt: skip


def test_a_number_put_right_is_told_once_and_the_link_of_the_old_mail_leads_on(stack: Stack, order: Order) -> None:
    order.tell("orders/fulfilled", order.body(fulfilments=[order.fulfilment(order.number)]))
    rest()
    right = f"{order.number[:-1]}{(int(order.number[-1]) + 1) % 10}"
    for minutes in (1, 2):
        at = json.loads(order.body(minutes=minutes))["updated_at"]
        order.tell("fulfillments/update", json.dumps({**order.fulfilment(right), "updated_at": at}).encode())
    encamino("clock", "advance", "6m")

    corrections = [mail for mail in stack.mails(order.to) if right in mail["text"]]
    assert len(corrections) == 1
    assert order.number in corrections[0]["text"]
    assert [s for t, _, s in triggers(order) if t == "number_replaced"] in (["sent"], ["delivered"])
    shipped = next(mail for mail in stack.mails(order.to) if mail not in corrections)
    known = order.known()
    assert known["tracking_url"] in shipped["text"]
    assert [shipment["number"] for shipment in known["shipments"]] == [right]


def test_two_parcels_are_two_stories_and_neither_overwrites_the_other(stack: Stack, order: Order) -> None:
    other = f"{order.number[:-1]}{(int(order.number[-1]) + 1) % 10}"
    programme(stack, order.number, {"0h": "in_transit", "1d": "delivered"})
    programme(stack, other, {"0h": "in_transit", "2d12h": "delivered"})
    first = {**order.fulfilment(order.number), "line_items": [{"id": 1, "quantity": 1}]}
    second = {**order.fulfilment(other), "id": order.id + 6, "line_items": [{"id": 1, "quantity": 1}]}
    order.tell("orders/partially_fulfilled", order.body(fulfilments=[first]))
    rest()
    order.tell("orders/fulfilled", order.body(minutes=1, fulfilments=[first, second]))

    encamino("clock", "advance", "1d20h")
    states = {shipment["number"]: shipment["status"] for shipment in order.known()["shipments"]}
    assert states == {order.number: "delivered", other: "in_transit"}
    encamino("clock", "advance", "2d")
    states = {shipment["number"]: shipment["status"] for shipment in order.known()["shipments"]}
    assert states == {order.number: "delivered", other: "delivered"}
    arrived = [t for t, channel, s in triggers(order) if t == "delivered" and channel == "email" and s != "skipped"]
    assert len(arrived) == 2


def recalls(order: Order) -> int:
    """Mails in the mailbox that say where it waits."""
    listed = encamino("messages", "list", "--shop", order.shop, "--order", str(order.id))
    keys = {m["key"] for m in listed if m["trigger"] == "ready_to_collect" and m["channel"] == "email"}
    return sum(mail["tags"]["encamino_key"] in keys for mail in order.stack.mails(order.to))
