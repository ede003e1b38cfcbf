"""What an order has no room for: kept and listed with the reason, never tried for ever, and the order as it was."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from encamino.flows.intake import MILESTONES, SHIPMENTS, Taken
from tests.flows.house import RECORDINGS, House


@pytest.fixture
def house(templates: Path) -> House:
    house = House(templates)
    house.deliver("order_paid", "7")
    return house


def fulfilment(house: House, *numbers: str, id_: int = 1) -> Taken:
    body: Any = {
        "id": id_, "order_id": 7, "status": "success", "created_at": "2026-11-10T08:00:00Z", "tracking_company": "DHL",
        "tracking_numbers": numbers,
    }  # fmt: skip
    return house.tell({"x-shopify-topic": "fulfillments/create"}, body)


def numbers(count: int) -> list[str]:
    return [f"JJD{place:012}" for place in range(count)]


def test_an_order_may_have_a_hundred_shipments(house: House) -> None:
    taken = fulfilment(house, *numbers(SHIPMENTS))

    assert taken.trouble is None
    assert len(house.document("7").order.shipments) == SHIPMENTS
    assert house.store.deliveries(house.shop.shop, None) == ()


def test_a_fulfilment_of_a_thousand_numbers_is_listed_and_plans_nothing(house: House) -> None:
    before = house.document("7")

    taken = fulfilment(house, *numbers(1000))

    assert taken.trouble == f"1000 shipments and 2 milestones of one order, of {SHIPMENTS} and {MILESTONES}"
    assert house.document("7") == before
    (listed,) = house.store.deliveries(house.shop.shop, None)
    assert (listed.hash, listed.trouble) == (taken.aside, taken.trouble)


def test_shipments_are_counted_over_all_deliveries_of_the_order(house: House) -> None:
    assert fulfilment(house, *numbers(SHIPMENTS - 1)).trouble is None
    assert fulfilment(house, "ONE-MORE", id_=2).trouble is None

    assert fulfilment(house, "TOO-MANY", id_=3).trouble is not None
    assert fulfilment(house, "ONE-MORE", id_=2).trouble is None
    assert len(house.document("7").order.shipments) == SHIPMENTS


def test_an_order_too_large_to_store_is_listed(house: House) -> None:
    said = json.loads((RECORDINGS / "shops/shopify/order_paid.json").read_text())
    body, before = said["body"], house.document("7")
    chance = Random(1)
    # Names that do not compress.
    body["line_items"] = [
        {"id": line, "title": "".join(map(chr, chance.choices(range(0x4E00, 0x9FFF), k=10_000))), "quantity": 1}
        for line in range(30)
    ]

    taken = house.tell(said["headers"], body | {"updated_at": "2026-11-12T00:00:00Z"}, "7")

    assert taken.trouble is not None
    assert taken.trouble.endswith(" kB to keep of one order, of 390")
    assert house.document("7") == before
    assert [d.trouble for d in house.store.deliveries(house.shop.shop, None)] == [taken.trouble]
