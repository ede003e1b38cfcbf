"""What a message may show of an order."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.order import Money, Order, OrderKey
from encamino.domain.shipment import Label, Shipment, ShipmentStatus, ShippedItem, Window
from encamino.messages.context import build
from encamino.messages.shown import Context, ShownShipment
from tests.builders import LINKS, NOW, a_pickup_point, a_shipment, a_shop, a_window, an_item, an_order

TOMORROW = NOW + timedelta(days=1)


def _of(shipment: Shipment, *others: Shipment) -> Context:
    return build(an_order(shipment, *others), shipment, a_shop(), "es", LINKS, NOW)


def _shown(shipment: Shipment) -> ShownShipment:
    shown = _of(shipment).shipment
    assert shown is not None
    return shown


def test_what_waited_was_collected_and_what_went_to_the_door_after_all_was_delivered() -> None:
    def collected(*before: ShipmentStatus, at_point: bool = False) -> bool:
        there = a_shipment(ShipmentStatus.DELIVERED, pickup=a_pickup_point() if at_point else None)
        earlier = (a_shipment(status, at=NOW - timedelta(days=9 - n)) for n, status in enumerate(before))
        events = tuple(event for shipment in earlier for event in shipment.events)
        return _shown(replace(there, events=(*events, *there.events))).collected

    waited, taken = ShipmentStatus.AVAILABLE_FOR_PICKUP, ShipmentStatus.OUT_FOR_DELIVERY
    assert collected(taken, waited)
    assert collected(at_point=True)
    assert not collected(taken)
    assert not collected(waited, taken, at_point=True)
    assert not _shown(a_shipment(waited, pickup=a_pickup_point())).collected


def test_a_window_is_shown_within_its_day() -> None:
    shown = _shown(a_shipment(window=a_window()))

    assert (shown.day, shown.last_day, shown.today) == (TOMORROW.date(), None, False)
    assert shown.window == (a_window().start, a_window().end)


def test_a_window_over_several_days_is_shown_as_days() -> None:
    shown = _shown(a_shipment(window=Window(TOMORROW, TOMORROW + timedelta(days=2))))

    assert (shown.day, shown.last_day, shown.window) == (TOMORROW.date(), TOMORROW.date() + timedelta(days=2), None)


def test_a_day_that_has_passed_is_no_longer_promised() -> None:
    for eta in (NOW - timedelta(days=1), (NOW - timedelta(days=1)).date()):
        assert _shown(a_shipment(eta=eta)).day is None
    assert _shown(a_shipment(eta=NOW.date())).today
    assert _shown(a_shipment(window=Window(NOW - timedelta(days=1), TOMORROW))).day == NOW.date()


def test_hours_that_have_passed_are_no_longer_promised() -> None:
    assert _shown(a_shipment(window=Window(NOW - timedelta(hours=2), NOW - timedelta(hours=1)))).window is None


def test_out_for_delivery_is_said_of_the_day_it_went_out() -> None:
    today = _shown(a_shipment(ShipmentStatus.OUT_FOR_DELIVERY, eta=TOMORROW))
    yesterday = _shown(a_shipment(ShipmentStatus.OUT_FOR_DELIVERY, at=NOW - timedelta(days=1)))

    assert (today.day, today.today) == (NOW.date(), True)
    assert (yesterday.day, yesterday.today) == (None, False)


def test_the_day_is_the_shops_day() -> None:
    late = NOW.replace(hour=23, minute=30)

    assert _shown(a_shipment(eta=late)).day == date(2026, 11, 26)


def test_only_a_shipment_whose_contents_are_told_speaks_of_its_contents() -> None:
    told = _of(a_shipment(items=(ShippedItem("1", 1), ShippedItem("3", 1))))
    untold = _of(a_shipment())

    assert [(item.name, item.quantity) for item in told.items] == [("Tassa Mar", 1), ("Plat Fulla", 1)]
    assert (told.items_of_shipment, told.count) == (True, 2)
    assert (untold.items_of_shipment, untold.count) == (False, 4)


def test_prices_are_of_all_pieces_of_a_line() -> None:
    total = _of(a_shipment()).items[0].total

    assert total is not None
    assert str(total.amount) == "36.00"


def test_a_currency_is_a_strangers_text_as_any_other() -> None:
    odd = Money(Decimal(1), "E\u2028\r\nBcc: x\x00" + "R" * 10_000)

    context = build(an_order(items=(an_item(1, price=odd),), total=odd), None, a_shop(), "es", LINKS, NOW)

    assert context.order.total is not None
    assert context.items[0].total is not None
    said = {context.currency, context.order.total.currency, context.items[0].total.currency}
    assert said == {"E Bcc: x RR…"}


def test_part_of_an_order_is_called_a_part() -> None:
    part = a_shipment(items=(ShippedItem("1", 2),))
    rest = a_shipment(id="f2", items=(ShippedItem("2", 1), ShippedItem("3", 1)))

    assert (_of(part).order.in_parts, _of(part).order.rest_to_come) == (True, True)
    assert (_of(part, rest).order.in_parts, _of(part, rest).order.rest_to_come) == (True, False)
    assert not _of(a_shipment()).order.in_parts


def test_what_does_not_ship_is_not_in_a_parcel() -> None:
    order = an_order(a_shipment(), items=(an_item(1), an_item(2, ships=False), an_item(3, quantity=0)))

    assert [i.name for i in build(order, order.shipments[0], a_shop(), "es", LINKS, NOW).items] == ["Tassa Mar"]
    assert [i.name for i in build(order, None, a_shop(), "es", LINKS, NOW).items] == ["Tassa Mar", "Bol Terra"]


def test_the_carrier_is_called_what_the_shop_calls_it() -> None:
    assert _shown(a_shipment(carrier="gls_es", carrier_name="GLS Spain")).carrier == "GLS Spain"
    assert _shown(a_shipment(carrier="dhl_parcel_es", carrier_name=None)).carrier == "DHL Parcel ES"
    assert _shown(a_shipment(carrier="correos_express", carrier_name=" ")).carrier == "Correos Express"
    assert _shown(a_shipment(carrier=None, carrier_name=None)).carrier is None


def test_a_plug_ins_own_name_of_a_carrier_is_written_as_people_write_it() -> None:
    assert _shown(a_shipment(carrier="gls", carrier_name="gls")).carrier == "GLS"


def test_the_last_parcel_of_several_completes_the_order_when_the_others_left_long_before() -> None:
    def completes(after: timedelta, *items: ShippedItem) -> bool:
        first = a_shipment(items=(ShippedItem("1", 2),))
        last = a_shipment(id="f2", items=items or (ShippedItem("2", 1), ShippedItem("3", 1)))
        shown = _of(replace(last, registered_at=first.registered_at + after), first).shipment
        assert shown is not None
        return shown.completes

    assert completes(timedelta(days=1))
    assert not completes(timedelta(minutes=1))
    assert not completes(timedelta(days=1), ShippedItem("1", 1))
    assert not _shown(a_shipment()).completes


def test_a_pick_up_point_is_shown_where_there_is_one() -> None:
    shown = _shown(a_shipment(pickup=a_pickup_point())).pickup

    assert shown is not None
    assert (shown.name, shown.code) == ("Quiosc Girona", "4711")
    assert _shown(a_shipment()).pickup is None


def test_a_last_day_to_collect_that_has_passed_is_not_named() -> None:
    point = a_pickup_point()

    for until, shown in ((NOW.date(), NOW.date()), (NOW.date() - timedelta(days=1), None)):
        pickup = _shown(a_shipment(pickup=replace(point, until=until))).pickup
        assert pickup is not None
        assert pickup.until == shown


def test_what_has_not_left_yet_is_listed_in_its_own_quantity() -> None:
    part = a_shipment(items=(ShippedItem("1", 1), ShippedItem("2", 1)))

    assert [(item.name, item.quantity) for item in _of(part).rest] == [("Tassa Mar", 1), ("Plat Fulla", 1)]
    assert str(_of(part).rest[0].total) == str(Money(Decimal("18.00"), "EUR"))
    assert _of(a_shipment()).rest == ()


def test_the_number_before_is_the_one_that_counted_last() -> None:
    shipment = a_shipment()
    labels = tuple(
        Label(shipment.registered_at - timedelta(hours=hours), number, "dhl")
        for hours, number in ((1, "SECOND"), (2, "FIRST"))
    )

    assert _shown(replace(shipment, labels=(*shipment.labels, *labels))).old_number == "SECOND"
    assert _shown(shipment).old_number is None


def test_a_refund_is_shown_with_the_amount_that_was_told() -> None:
    told = (
        Fact(FactType.ORDER_REFUNDED, NOW, "10428", "r1", Decimal("18.00")),
        Fact(FactType.ORDER_REFUNDED, NOW, "10428", "r2"),
    )
    order = an_order(facts=told)

    def shown(refund: str | None) -> Money | None:
        return build(order, None, a_shop(), "es", LINKS, NOW, refund=refund).refund

    assert shown("r1") == Money(Decimal("18.00"), "EUR")
    assert (shown("r2"), shown("r3"), shown(None)) == (None, None, None)


def test_how_it_is_paid_is_shown_in_the_shops_words() -> None:
    order = build(an_order(payment_method=" Transferencia\nbancaria "), None, a_shop(), "es", LINKS, NOW).order

    assert (order.payment, order.payment_method) == ("paid", "Transferencia bancaria")


def test_a_step_is_the_one_that_is_true() -> None:
    packed = an_order(facts=(Fact(FactType.ORDER_PREPARATION_STARTED, NOW, "10428"),))

    assert build(an_order(), None, a_shop(), "es", LINKS, NOW).step == 1
    assert build(packed, None, a_shop(), "es", LINKS, NOW).step == 2
    assert _of(a_shipment()).step == 3
    assert _of(a_shipment(ShipmentStatus.AVAILABLE_FOR_PICKUP)).step == 4


def test_an_order_told_only_by_its_shipment_can_be_shown() -> None:
    shipment = a_shipment()
    told = Fact(FactType.SHIPMENT_REGISTERED, shipment.registered_at, "9", shipment.id, shipment=shipment)
    order = learn(Order(OrderKey("casa-lluna", "shopify", "9")), [told])
    context = build(order, shipment, a_shop(), "es", LINKS, NOW)

    assert (context.order.name, context.items, context.order.address) == ("9", (), ())
