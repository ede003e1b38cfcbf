"""More messages than one write takes: all of them become rows, whoever dies in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.order import Order
from encamino.flows.keep import AT_ONCE, Kept, keep
from encamino.store.base import Commit
from tests.builders import NOW, a_shipment, an_order
from tests.flows.house import House

MANY = 2 * AT_ONCE + 7


class Dies(Exception):
    """The process is gone."""


class Mortal:
    """A store whose user dies before one of its commits."""

    def __init__(self, store: Any, before: int) -> None:
        self._store, self._left = store, before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, change: Commit) -> bool:
        self._left -= 1
        if self._left < 0:
            raise Dies
        return bool(self._store.commit(change))


@pytest.fixture
def house(templates: Path) -> House:
    return House(templates, start=NOW)


def told(order: Order) -> tuple[Order, Sequence[Fact]]:
    """An order that is sent off in very many shipments at once."""
    said = an_order(*(a_shipment(None, id=f"f{n}", number=f"N{n}", carrier=None) for n in range(MANY)))
    facts = [
        Fact(FactType.SHIPMENT_REGISTERED, s.registered_at, order.key.id, s.id, shipment=s) for s in said.shipments
    ]
    return learn(replace(order, details=said.details), facts), facts


def kept(house: House) -> Kept:
    key = replace(an_order().key, platform="shopify")
    return keep(house.desk, house.shop, key, told, house.now, delivery="once")


def rows(house: House) -> int:
    return sum(m.key.trigger == "shipped" for m in house.store.messages_of_shop(house.shop.shop, 1000))


def test_all_are_written(house: House) -> None:
    kept(house)

    assert rows(house) == MANY


@pytest.mark.parametrize("commits", [0, 1, 2])
def test_who_dies_between_two_writes_leaves_the_rest_to_the_next(house: House, commits: int) -> None:
    well = house.desk
    mortal: Any = Mortal(house.store, commits)
    house.desk = replace(well, store=mortal)
    with pytest.raises(Dies):
        kept(house)

    house.desk = well
    assert kept(house).again is (commits > 0)
    assert rows(house) == MANY
    house.pass_time(timedelta(minutes=5))
    assert len(house.mail.got) == MANY
