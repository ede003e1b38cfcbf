"""Histories in which a shop easily says too much, too little or what is true no more, told through the generic door."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from encamino.cli.rehearsal_file import read_history
from encamino.flows.rehearse import rehearse
from tests.builders import a_shop
from tests.flows.rehearsals import written

START = datetime(2026, 11, 10, 9, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW, SOON = timedelta(0), timedelta(seconds=30)
WHOLE = {
    "id": "77", "name": "#77", "placed_at": START.isoformat(), "payment": "awaiting", "locale": "es",
    "customer": {"email": "lucia@example.com", "first_name": "Lucía"},
    "items": [{"id": "1", "name": "Tassa", "quantity": 1}, {"id": "2", "name": "Bol", "quantity": 3}],
    "total": {"amount": "75.45", "currency": "EUR"},
}  # fmt: skip

type Document = dict[str, Any]
type Play = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def play(templates: Path, tmp_path: Path) -> Play:
    """Tell these documents, and read what the customer got: trigger and text of each mail, by time."""

    def told(*documents: Document) -> list[tuple[str, str]]:
        lines = [{"at": said["at"], "platform": "generic", "headers": {}, "body": said} for said in documents]
        file = written(lines, tmp_path / "history.jsonl")
        come = rehearse(templates, a_shop(sms={}), read_history(file.read_bytes(), str(file)))
        sent = [(m.sent_at, m.key.trigger, render.text) for m, render in come.messages if m.sent_at and render]
        return [(trigger, text.replace("\xa0", " ")) for _, trigger, text in sorted(sent)]

    return told


def triggers(mails: list[tuple[str, str]]) -> list[str]:
    return [trigger for trigger, _ in mails]


def text(mails: list[tuple[str, str]], trigger: str) -> str:
    (found,) = (said for name, said in mails if name == trigger)
    return found


def tell(kind: str, after: timedelta, **more: Any) -> Document:
    return {"type": kind, "at": (START + after).isoformat(), "order": {"id": "77"}, **more}


def placed(**more: Any) -> Document:
    return tell("order.placed", NOW) | {"order": WHOLE | more}


def parcel(kind: str, after: timedelta, number: str | None = None, **more: Any) -> Document:
    numbered = {"number": number, "carrier": "DHL"} if number else {}
    return tell(f"shipment.{kind}", after, shipment={"id": "S-1", **numbered, **more})


def refund(after: timedelta, amount: str, id_: str = "R-1") -> Document:
    return tell("order.refunded", after, refund={"id": id_, "amount": {"amount": amount, "currency": "EUR"}})


PAID = tell("order.paid", timedelta(seconds=5))
GONE = parcel("registered", DAY, "JD000246810121421")


def test_who_pays_at_the_door_is_told_what_to_have_ready_and_asked_for_nothing_before(play: Play) -> None:
    mails = play(
        placed(payment_method="Pagamento alla consegna"), parcel("registered", 5 * DAY, "JD000246810121421"),
        parcel("out_for_delivery", 6 * DAY), parcel("delivered", 6 * DAY + HOUR), tell("order.paid", 7 * DAY),
    )  # fmt: skip

    assert triggers(mails) == ["order_received", "shipped", "out_for_delivery", "delivered", "thank_you"]
    for trigger in ("order_received", "out_for_delivery"):
        assert "Pagas 75,45 € al recibirlo." in text(mails, trigger)
    assert "no nos ha llegado" not in text(mails, "order_received")


def test_an_order_that_is_prepared_before_it_is_paid_is_confirmed_too(play: Play) -> None:
    mails = play(placed(payment_method="Contra reembolso"), tell("order.preparation_awaited", SOON))

    assert triggers(mails) == ["order_received"]


def test_of_an_order_in_preparation_nobody_says_that_it_is_unpaid_because_nobody_told(play: Play) -> None:
    assert triggers(play(placed(), tell("order.preparation_started", SOON))) == ["in_preparation"]


def test_who_is_charged_when_it_leaves_is_not_told_that_it_is_being_packed(play: Play) -> None:
    mails = play(placed(payment="authorised"), GONE, tell("order.paid", DAY + SOON))

    assert triggers(mails) == ["order_received", "shipped"]


@pytest.mark.parametrize("later", [timedelta(minutes=-1), timedelta(seconds=30)])
def test_cancelled_and_paid_back_in_one_go_is_one_mail(play: Play, later: timedelta) -> None:
    mails = play(placed(), PAID, tell("order.cancelled", DAY), refund(DAY + later, "75.45"))

    assert triggers(mails) == ["order_confirmed", "cancelled"]
    assert "Te hemos devuelto 75,45 €, todo lo que habías pagado." in text(mails, "cancelled")


def test_what_is_paid_back_after_the_cancelling_was_told_is_told(play: Play) -> None:
    mails = play(
        placed(), PAID, tell("order.cancelled", DAY), refund(DAY + SOON, "40.00"), refund(2 * DAY, "35.45", "R-2")
    )

    assert triggers(mails) == ["order_confirmed", "cancelled", "refunded"]
    assert "Te hemos devuelto 40,00 €." in text(mails, "cancelled")
    assert "todo el dinero" in text(mails, "refunded")


def test_of_what_was_cancelled_meanwhile_no_rest_is_promised(play: Play) -> None:
    part = parcel("registered", DAY, "JD000246810121421", items=[{"item": "1", "quantity": 1}])
    mails = play(placed(), PAID, part, tell("order.cancelled", DAY + HOUR), parcel("delivered", 3 * DAY))

    assert "El resto de tu pedido" in text(mails, "part_shipped")
    assert "El resto de tu pedido" not in text(mails, "delivered")
    assert "Ha llegado un paquete de tu pedido" in text(mails, "delivered")


def test_who_sends_it_back_is_not_asked_whether_all_is_right(play: Play) -> None:
    def mails(*more: Document) -> list[str]:
        return triggers(play(placed(), PAID, GONE, parcel("delivered", 3 * DAY), *more))

    asked = tell("return.requested", 4 * DAY, **{"return": {"id": "R-1", "items": [{"item": "1", "quantity": 1}]}})
    declined = tell("return.declined", 5 * DAY, **{"return": {"id": "R-1"}})

    assert "thank_you" in mails()
    assert "thank_you" not in mails(asked)
    assert "thank_you" in mails(asked, declined)


def test_the_second_day_at_the_door_is_told_as_the_first(play: Play) -> None:
    mails = play(
        placed(), PAID, GONE, parcel("out_for_delivery", 2 * DAY), parcel("attempt_failed", 2 * DAY + HOUR),
        parcel("out_for_delivery", 3 * DAY), parcel("delivered", 3 * DAY + HOUR),
    )  # fmt: skip

    assert triggers(mails)[2:-1] == ["out_for_delivery", "attempt_failed", "out_for_delivery", "delivered"]


def test_a_number_replaced_twice_a_day_is_corrected_twice(play: Play) -> None:
    mails = play(
        placed(), PAID, GONE, parcel("number_replaced", DAY + HOUR, "JD000246810121990"),
        parcel("number_replaced", DAY + 2 * HOUR, "JD000246810121991"),
    )  # fmt: skip

    assert triggers(mails)[1:] == ["shipped", "number_replaced", "number_replaced"]
    assert "JD000246810121991" in mails[-1][1]


def test_a_number_put_back_before_anybody_was_told_is_not_corrected(play: Play) -> None:
    back = parcel("number_replaced", DAY + HOUR + timedelta(minutes=2), "JD000246810121421")
    mails = play(placed(), PAID, GONE, parcel("number_replaced", DAY + HOUR, "JD000246810121990"), back)

    assert triggers(mails)[1:] == ["shipped"]


def test_a_number_mistyped_twice_in_a_row_is_corrected_once(play: Play) -> None:
    mails = play(
        placed(), PAID, GONE, parcel("number_replaced", DAY + HOUR, "JD000246810121990"),
        parcel("number_replaced", DAY + HOUR + timedelta(minutes=2), "JD000246810121991"),
    )  # fmt: skip

    assert triggers(mails)[1:] == ["shipped", "number_replaced"]
    assert "JD000246810121991" in mails[-1][1]
