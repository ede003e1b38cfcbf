"""What one wants to know of an order to say the right thing: paid at the door, left unpaid, on its way back."""

from dataclasses import replace

import pytest

from encamino.domain.fact import Fact, FactType
from encamino.domain.standing import left_unpaid, on_delivery, returning
from tests.domain.test_policy import DETAILS, PAID, PLACED, hours, order, shipped


@pytest.mark.parametrize(
    "method",
    [
        "Contra reembolso", "Pago contrareembolso", "CONTRA-REEMBOLSO", "Pago a la entrega", "Contraentrega",
        "Contra reemborsament", "Cash on delivery", "Cash on Delivery (COD)", "cod", "Payment on delivery",
        "Contrassegno", "Pagamento alla consegna", "Contre-remboursement", "Paiement à la livraison", "Nachnahme",
        "Pagamento na entrega", "À cobrança",
    ],
)  # fmt: skip
def test_whoever_pays_at_the_door_is_known_by_what_shops_call_it(method: str) -> None:
    state = order(replace(PLACED, details=replace(DETAILS, payment_method=method)))

    assert on_delivery(state)
    assert not on_delivery(order(replace(PLACED, details=replace(DETAILS, payment_method=method)), PAID))


@pytest.mark.parametrize("method", [None, "", "Bank transfer", "Transferencia bancaria", "Codice promozionale", "Visa"])
def test_other_ways_of_paying_are_not_taken_for_it(method: str | None) -> None:
    assert not on_delivery(order(replace(PLACED, details=replace(DETAILS, payment_method=method))))


def test_what_left_before_it_was_paid_left_unpaid() -> None:
    late = Fact(FactType.ORDER_PAID, hours(30), "1001")

    assert left_unpaid(order(PLACED, shipped()))
    assert left_unpaid(order(PLACED, shipped(), late))
    assert left_unpaid(order(PLACED, Fact(FactType.ORDER_SHIPPED, hours(4), "1001"), late))
    assert not left_unpaid(order(PLACED, PAID, shipped()))
    assert not left_unpaid(order(PLACED, late))


def test_a_return_counts_until_it_is_declined() -> None:
    asked = Fact(FactType.RETURN_REQUESTED, hours(30), "1001", "r1")
    declined = Fact(FactType.RETURN_DECLINED, hours(31), "1001", "r1")

    assert not returning(order(PLACED))
    assert returning(order(PLACED, asked))
    assert not returning(order(PLACED, asked, declined))
    assert returning(order(PLACED, asked, declined, replace(asked, subject="r2")))
