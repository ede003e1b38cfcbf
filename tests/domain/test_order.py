"""An order's state follows from the set of facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.news import fresh, news
from encamino.domain.order import (
    WHOLE,
    Details,
    Item,
    Money,
    Order,
    OrderKey,
    OrderStatus,
    Payment,
    Preparation,
)
from encamino.domain.shipment import Event, Label, Reason, Shipment, ShipmentStatus, ShippedItem

T0 = datetime(2026, 11, 2, 9, tzinfo=UTC)
KEY = OrderKey("casa-lluna", "shopify", "1001")
ITEMS = (Item("cup", "Tassa Mar", 2), Item("bowl", "Bol Terra", 1), Item("card", "Gift card", 1, ships=False))
DETAILS = Details(T0, "#1001", T0, items=ITEMS, total=Money(Decimal("80.40"), "EUR"), locale="es")


def hours(count: float) -> datetime:
    return T0 + timedelta(hours=count)


def fact(type_: FactType, after: float = 0, **more: object) -> Fact:
    return replace(Fact(type_, hours(after), "1001"), **more)  # type: ignore[arg-type]


def placed(**more: object) -> Fact:
    return fact(FactType.ORDER_PLACED, details=replace(DETAILS, **more))  # type: ignore[arg-type]


def shipped(id_: str, *items: tuple[str, int], status: ShipmentStatus | None = None, after: float = 20) -> Fact:
    events = (Event(hours(after), status, status, status),) if status else ()
    travelling = tuple(ShippedItem(*item) for item in items)
    shipment = Shipment(id_, hours(10), (Label(hours(10), f"N{id_}", "dhl"),), travelling, events)
    return fact(FactType.SHIPMENT_REGISTERED, 10, subject=id_, shipment=shipment)


def order(*facts: Fact) -> Order:
    return learn(Order(KEY), facts)


def test_a_placed_order_awaits_payment() -> None:
    one = order(placed())

    assert (one.status, one.payment, one.preparation) == (
        OrderStatus.AWAITING_PAYMENT,
        Payment.AWAITING,
        Preparation.NONE,
    )


def test_paid_counts_whatever_came_first() -> None:
    failed, paid = fact(FactType.ORDER_PAYMENT_FAILED, 1), fact(FactType.ORDER_PAID, 2)

    assert order(placed(), failed).payment is Payment.FAILED
    assert order(placed(), paid, failed).status is OrderStatus.PAID


def test_refunds_add_up_to_the_whole() -> None:
    first = fact(FactType.ORDER_REFUNDED, 5, subject="r1", amount=Decimal("30.40"))
    second = fact(FactType.ORDER_REFUNDED, 6, subject="r2", amount=Decimal(50))

    assert order(placed(), first).payment is Payment.PART_REFUNDED
    assert order(placed(), first, first).payment is Payment.PART_REFUNDED
    assert order(placed(), first, second).status is OrderStatus.REFUNDED


def test_a_refund_called_whole_is_whole_without_an_amount() -> None:
    assert order(placed(), fact(FactType.ORDER_REFUNDED, subject=WHOLE)).payment is Payment.REFUNDED


def test_the_latest_word_on_the_preparing_counts() -> None:
    waiting, started = fact(FactType.ORDER_STOCK_AWAITED, 3), fact(FactType.ORDER_PREPARATION_STARTED, 4)

    assert order(placed(), started, waiting).preparation is Preparation.IN_PREPARATION
    assert order(placed(), started, replace(waiting, at=hours(9))).preparation is Preparation.AWAITING_STOCK


def test_part_shipped_names_what_is_still_to_come() -> None:
    one = order(placed(), shipped("1", ("cup", 1)))

    assert one.status is OrderStatus.PART_SHIPPED
    assert one.left_to_ship == (ShippedItem("cup", 1), ShippedItem("bowl", 1))


def test_all_items_on_their_way_is_shipped_and_gift_cards_never_travel() -> None:
    one = order(placed(), shipped("1", ("cup", 2)), shipped("2", ("bowl", 1)))

    assert one.status is OrderStatus.SHIPPED


def test_two_shipments_never_overwrite_each_other() -> None:
    one = order(placed(), shipped("1", ("cup", 2), status=ShipmentStatus.DELIVERED), shipped("2", ("bowl", 1)))

    assert [s.number for s in one.shipments] == ["N1", "N2"]
    assert one.status is OrderStatus.SHIPPED


def test_delivered_when_all_is_delivered_and_nothing_is_left() -> None:
    cups = shipped("1", ("cup", 2), status=ShipmentStatus.DELIVERED)
    bowl = shipped("2", ("bowl", 1), status=ShipmentStatus.DELIVERED)

    assert order(placed(), cups).status is OrderStatus.PART_SHIPPED
    assert order(placed(), cups, bowl).status is OrderStatus.DELIVERED


def test_one_shipment_to_collect_makes_the_order_one_to_collect() -> None:
    waiting = shipped("1", ("cup", 2), ("bowl", 1), status=ShipmentStatus.AVAILABLE_FOR_PICKUP)

    assert order(placed(), waiting).status is OrderStatus.AVAILABLE_FOR_PICKUP


def test_returned_when_all_went_back() -> None:
    back = shipped("1", ("cup", 2), ("bowl", 1), status=ShipmentStatus.RETURNED_TO_SENDER)

    assert order(placed(), back).status is OrderStatus.RETURNED


def test_a_shipment_taken_back_leaves_its_items_to_ship() -> None:
    gone = shipped("1", ("cup", 2), ("bowl", 1))
    assert gone.shipment is not None
    event = Event(hours(12), ShipmentStatus.EXCEPTION, "cancelled", "", reason=Reason.CANCELLED)
    taken_back = replace(gone, shipment=replace(gone.shipment, events=(event,)))

    assert order(placed(), gone).status is OrderStatus.SHIPPED
    assert order(placed(), gone, taken_back).preparation is Preparation.NONE


def test_cancelled_comes_before_everything_until_reopened() -> None:
    cancelled, reopened = fact(FactType.ORDER_CANCELLED, 3), fact(FactType.ORDER_REOPENED, 8)
    paid = fact(FactType.ORDER_PAID, 1)

    assert order(placed(), paid, cancelled).status is OrderStatus.CANCELLED
    assert order(placed(), paid, reopened, cancelled).status is OrderStatus.PAID


def test_a_shop_that_shows_it_as_standing_since_takes_a_cancellation_back() -> None:
    cancelled, paid = fact(FactType.ORDER_CANCELLED, 3), fact(FactType.ORDER_PAID, 1)
    stands = fact(FactType.ORDER_PLACED, details=replace(DETAILS, as_of=hours(8), stands=True))
    before = fact(FactType.ORDER_PLACED, details=replace(DETAILS, as_of=hours(3), stands=True))

    assert order(placed(), paid, cancelled, stands) == order(stands, cancelled, paid, placed())
    assert order(placed(), paid, cancelled, stands).status is OrderStatus.PAID
    assert order(placed(), paid, cancelled, before).status is OrderStatus.CANCELLED
    assert order(placed(), paid, stands, fact(FactType.ORDER_CANCELLED, 9)).status is OrderStatus.CANCELLED


def test_the_newest_details_count_and_the_first_language_stays() -> None:
    later = replace(DETAILS, as_of=hours(9), name="#1001-A", locale="en")

    one = order(fact(FactType.ORDER_PLACED, details=later), placed())

    assert one.name == "#1001-A"
    assert one.locale == "es"


def test_a_shipment_told_before_its_order_waits_for_it() -> None:
    early = order(shipped("1", ("cup", 2), ("bowl", 1)))

    assert early.details is None
    assert learn(early, [placed()]).status is OrderStatus.SHIPPED


def test_news_are_told_once() -> None:
    before = order(placed(), shipped("1", ("cup", 2), status=ShipmentStatus.OUT_FOR_DELIVERY))
    after = learn(before, [shipped("1", ("cup", 2), status=ShipmentStatus.DELIVERED, after=30)])

    assert [f.type for f in news(before, after)] == [FactType.SHIPMENT_DELIVERED]
    assert news(after, learn(after, [placed()])) == ()


def test_a_payment_told_as_of_later_is_news_again() -> None:
    guessed, true = fact(FactType.ORDER_PAID, 0), fact(FactType.ORDER_PAID, 72)
    before = order(placed(), guessed)

    assert fresh(before, [guessed, true]) == (true,)
    assert fresh(learn(before, [true]), [guessed, true]) == ()
    assert fresh(None, [true, guessed]) == (guessed, true)


def test_a_shipment_is_registered_once_whenever_it_is_told() -> None:
    once = shipped("1", ("cup", 1))

    assert fresh(order(placed(), once), [replace(once, at=hours(50))]) == ()


def test_a_word_stated_again_the_next_day_is_no_news() -> None:
    out = shipped("1", ("cup", 1), status=ShipmentStatus.OUT_FOR_DELIVERY)
    assert out.shipment is not None
    first, again = (
        replace(out, shipment=replace(out.shipment, events=(replace(e, stated=True, time=hours(h)),)))
        for e in out.shipment.events
        for h in (20, 44)
    )
    before = order(placed(), shipped("1", ("cup", 1)))

    for one, other in ((first, again), (again, first)):
        told = learn(before, [one])
        assert [f.type for f in news(before, told)] == [FactType.SHIPMENT_OUT_FOR_DELIVERY]
        assert news(told, learn(told, [other])) == ()


def listed(*numbers: str, after: float, status: ShipmentStatus | None = None) -> list[Fact]:
    """The facts of one fulfilment whose list of numbers is this."""
    facts = []
    for place, number in enumerate(numbers):
        id_ = f"1-{place + 1}" if place else "1"
        label = Label(hours(after), number, "dhl", siblings=numbers)
        events = (Event(hours(after), status, status, "", number=number, source="dhl"),) if status else ()
        items = (ShippedItem("cup", 2), ShippedItem("bowl", 1)) if not place else ()
        shipment = Shipment(id_, hours(10), (label,), items, events)
        facts.append(fact(FactType.SHIPMENT_REGISTERED, 10, subject=id_, shipment=shipment))
    return facts


def test_a_list_of_numbers_made_shorter_leaves_one_shipment_to_arrive() -> None:
    for numbers in (("A",), ("B",)):
        one = order(placed(), *listed("A", "B", after=10), *listed(*numbers, after=12, status=ShipmentStatus.DELIVERED))

        assert [s.number for s in one.travelling] == list(numbers)
        assert one.status is OrderStatus.DELIVERED


def test_a_place_that_is_off_the_list_makes_no_news() -> None:
    before = order(placed(), *listed("A", "B", after=10), *listed("A", after=12))
    late = listed("A", "B", after=10, status=ShipmentStatus.OUT_FOR_DELIVERY)[1]

    assert news(before, learn(before, [late])) == ()


def test_what_a_carrier_said_of_a_number_is_not_news_again_where_the_number_moved() -> None:
    out = ShipmentStatus.OUT_FOR_DELIVERY
    before = order(placed(), *listed("A", "B", after=10, status=out), *listed("B", after=12))
    moved = listed("B", after=10, status=out)

    assert news(before, learn(before, moved)) == ()


def called_off(gone: Fact, after: float) -> Fact:
    assert gone.shipment is not None
    event = Event(hours(after), ShipmentStatus.EXCEPTION, "cancelled", "", reason=Reason.CANCELLED)
    return replace(gone, shipment=replace(gone.shipment, events=(event,)))


def test_shipped_ends_with_the_only_shipment_called_off() -> None:
    all_, said = shipped("1", ("cup", 2), ("bowl", 1)), fact(FactType.ORDER_SHIPPED, 10)

    assert order(placed(), said).status is OrderStatus.SHIPPED
    assert order(placed(), said, all_).status is OrderStatus.SHIPPED
    assert order(placed(), fact(FactType.ORDER_PAID), said, all_, called_off(all_, 12)).status is OrderStatus.PAID


def test_what_was_called_off_after_the_order_was_shipped_is_left_to_ship() -> None:
    cups, bowl = shipped("1", ("cup", 2)), shipped("2", ("bowl", 1))
    one = order(placed(), fact(FactType.ORDER_SHIPPED, 10), cups, called_off(cups, 12), bowl)

    assert one.status is OrderStatus.PART_SHIPPED
    assert one.left_to_ship == (ShippedItem("cup", 2),)
    assert learn(one, [fact(FactType.ORDER_SHIPPED, 14)]).status is OrderStatus.SHIPPED


FACTS = [
    placed(),
    placed(as_of=hours(5), name="#1001-A", locale="en"),
    fact(FactType.ORDER_PAID, 1),
    fact(FactType.ORDER_PAYMENT_FAILED, 0.5),
    fact(FactType.ORDER_PREPARATION_STARTED, 2),
    fact(FactType.ORDER_STOCK_AWAITED, 1.5),
    shipped("1", ("cup", 1)),
    shipped("1", ("cup", 1), status=ShipmentStatus.OUT_FOR_DELIVERY),
    shipped("1", ("cup", 1), status=ShipmentStatus.DELIVERED, after=30),
    shipped("2", ("cup", 1), ("bowl", 1), status=ShipmentStatus.IN_TRANSIT),
    *listed("A", "B", after=10),
    *listed("B", after=12, status=ShipmentStatus.IN_TRANSIT),
    *listed("C", "B", after=13),
    fact(FactType.ORDER_SHIPPED, 12),
    fact(FactType.ORDER_REFUNDED, 50, subject="r1", amount=Decimal(12)),
    fact(FactType.ORDER_CANCELLED, 60),
    fact(FactType.ORDER_REOPENED, 61),
]


@given(st.lists(st.sampled_from(FACTS), max_size=30), st.randoms(use_true_random=False))
def test_arrival_order_and_repetition_never_matter(extra: list[Fact], random: object) -> None:
    shuffled = FACTS + extra
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert order(*shuffled) == order(*FACTS)
