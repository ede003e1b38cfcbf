"""Orders: read back whole, changed once, found by every name."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from encamino.domain.errors import TooLarge
from encamino.domain.fact import FactType
from encamino.domain.order import OrderKey
from encamino.domain.reason import Why
from encamino.domain.shipment import Label
from encamino.store.base import Commit, OrderDocument, RawDelivery, Store
from tests.store.examples import (
    KEY,
    NOON,
    TOKEN,
    Clock,
    decision,
    fresh,
    keep,
    look,
    message,
    order,
    shipment,
    shop,
    stored,
    told,
)

OTHER = OrderKey("demo", "woocommerce", "77")


def test_an_order_that_was_never_stored_is_none(store: Store) -> None:
    assert store.order(KEY) is None
    assert [store.facts(KEY), store.why(KEY), store.messages_of(KEY)] == [(), (), ()]


def test_what_is_committed_is_read_back_whole(store: Store) -> None:
    document = OrderDocument(
        order(shipments=(shipment(), shipment("s2", Label(NOON)))), frozenset({"a", "b"}), ("h1", "h2"), TOKEN
    )
    assert store.commit(Commit(document, NOON))
    assert stored(store) == replace(document, version=1)


def test_messages_still_to_be_written_are_kept_with_the_order_until_they_are(store: Store) -> None:
    first, second = message("shipped", "s1"), message("shipped", "s2", due=NOON + timedelta(days=1))
    assert store.commit(Commit(replace(fresh(), pending=(first, second)), NOON))
    assert (stored(store).pending, store.messages_of(KEY)) == ((first, second), ())

    assert store.commit(Commit(replace(stored(store), pending=(second,)), NOON, messages=(first,)))
    assert (stored(store).pending, store.messages_of(KEY)) == ((second,), (first,))


def test_a_date_and_an_instant_at_midnight_stay_apart(store: Store) -> None:
    known = shipment()
    assert known.tracking is not None
    by_day = replace(known, id="s2", tracking=replace(known.tracking, eta=NOON.date()))
    assert store.commit(Commit(OrderDocument(order(shipments=(known, by_day))), NOON))
    instant, day = (s.tracking.eta for s in stored(store).order.shipments if s.tracking)
    assert isinstance(instant, datetime)
    assert day == NOON.date()
    assert not isinstance(day, datetime)


def test_whoever_commits_second_loses_the_race_and_writes_nothing(store: Store) -> None:
    keep(store)
    first = second = stored(store)
    assert store.commit(Commit(replace(first, deliveries=("h1",)), NOON, facts=(told(),)))
    late = Commit(
        replace(second, deliveries=("h2",)), NOON,
        facts=(told(FactType.ORDER_CANCELLED),), messages=(message("late"),), looks=(look(),),
    )  # fmt: skip
    assert not store.commit(late)
    assert stored(store).deliveries == ("h1",)
    assert [fact.type for fact in store.facts(KEY)] == [FactType.ORDER_PAID]
    assert store.messages_of(KEY) == ()
    assert store.next_due(NOON - timedelta(days=1)) is None


def test_the_race_is_lost_as_well_when_only_the_document_changes(store: Store) -> None:
    keep(store)
    first = second = stored(store)
    assert store.commit(Commit(replace(first, deliveries=("h1",)), NOON))
    assert not store.commit(Commit(replace(second, deliveries=("h2",)), NOON, looks=(look(),)))
    assert stored(store).deliveries == ("h1",)


def test_two_who_both_found_no_order_do_not_both_make_it(store: Store) -> None:
    assert store.commit(Commit(fresh(), NOON))
    assert not store.commit(Commit(fresh(name="#9"), NOON, facts=(told(),)))
    assert stored(store).order.name == "#1001"


def test_a_message_that_is_there_already_stays_and_does_not_fail_the_commit(store: Store) -> None:
    keep(store, message("one"))
    again = Commit(stored(store), NOON, (told(),), messages=(message("one", due=NOON), message("two")))
    assert store.commit(again)
    assert stored(store).version == 2
    assert [(m.key.trigger, m.due) for m in store.messages_of(KEY)] == [
        ("one", NOON + timedelta(minutes=2)),
        ("two", NOON + timedelta(minutes=2)),
    ]


def test_more_messages_than_one_transaction_holds_are_all_written(store: Store) -> None:
    keep(store, *(message(f"m{n}") for n in range(130)), looks=(look(),))
    assert len(store.messages_of(KEY)) == 130
    assert store.next_due(NOON - timedelta(seconds=1)) == NOON


def test_facts_and_decisions_are_kept_in_the_order_of_their_commits(store: Store) -> None:
    keep(store, facts=(told(FactType.ORDER_PLACED), told()), why=(decision(),))
    later = NOON + timedelta(hours=1)
    assert store.commit(
        Commit(stored(store), later, (told(FactType.ORDER_REFUNDED, "r1"),), (decision(Why.OFF, later),))
    )
    assert [(f.type, f.subject) for f in store.facts(KEY)] == [
        (FactType.ORDER_PLACED, ""), (FactType.ORDER_PAID, ""), (FactType.ORDER_REFUNDED, "r1"),
    ]  # fmt: skip
    assert store.facts(KEY)[0] == told(FactType.ORDER_PLACED)
    assert store.why(KEY) == (decision(), decision(Why.OFF, later))


def test_a_fact_keeps_what_was_said_along_with_it(store: Store) -> None:
    fact = replace(told(FactType.SHIPMENT_REGISTERED, "s1"), details=order().details, shipment=shipment())
    keep(store, facts=(fact,))
    assert store.facts(KEY) == (fact,)


def test_two_commits_at_one_instant_keep_both_their_facts(store: Store) -> None:
    keep(store, facts=(told(),))
    assert store.commit(Commit(stored(store), NOON, (told(FactType.ORDER_CANCELLED),)))
    assert [fact.type for fact in store.facts(KEY)] == [FactType.ORDER_PAID, FactType.ORDER_CANCELLED]


def test_an_order_is_found_by_its_shown_name_or_the_platforms_id(store: Store) -> None:
    keep(store)
    for said in ("#1001", "1001", " #1001 ", KEY.id, KEY.id.upper()):
        assert store.orders_named("demo", said) == (KEY,)
    assert store.orders_named("demo", "1002") == store.orders_named("other", "1001") == ()


def test_a_name_may_be_that_of_two_orders(store: Store) -> None:
    keep(store)
    keep(store, key=OTHER)
    assert set(store.orders_named("demo", "1001")) == {KEY, OTHER}


def test_an_order_is_found_by_its_link_until_the_link_is_revoked(store: Store) -> None:
    keep(store)
    assert store.order_of_token(TOKEN) == KEY
    assert store.commit(Commit(replace(stored(store), token_hash="new"), NOON))
    assert store.order_of_token("new") == KEY
    assert store.order_of_token(TOKEN) is None


def test_an_order_is_found_by_its_numbers_and_by_those_that_were_replaced(store: Store) -> None:
    keep(store)
    registered = shipment("s1", Label(NOON, "OLD", "dhl"))
    replaced = shipment("s1", Label(NOON, "OLD", "dhl"), Label(NOON + timedelta(hours=1), "NEW", "gls"))
    for known in (registered, replaced):
        assert store.commit(Commit(replace(stored(store), order=order(shipments=(known,))), NOON, (told(),)))
    assert store.orders_of_number("dhl", "OLD") == store.orders_of_number("gls", "NEW") == (KEY,)
    assert store.orders_of_number("gls", "OLD") == ()


def test_a_number_may_travel_in_two_orders(store: Store) -> None:
    for key in (KEY, OTHER):
        assert store.commit(Commit(OrderDocument(order(key, shipments=(shipment(),))), NOON, (told(),)))
    assert set(store.orders_of_number("dhl", "AB123")) == {KEY, OTHER}


def test_a_shops_orders_of_a_month_come_newest_first(store: Store) -> None:
    for day, id_ in ((1, "a"), (20, "b"), (40, "c")):
        at = datetime(2026, 11, 1, tzinfo=NOON.tzinfo) + timedelta(days=day)
        assert store.commit(Commit(fresh(OrderKey("demo", "shopify", id_), at=at), NOON))
    assert [key.id for key in store.orders_of("demo", "2026-11")] == ["b", "a"]
    assert [key.id for key in store.orders_of("demo", "2026-12")] == ["c"]
    assert store.orders_of("other", "2026-11") == ()


def test_an_order_lives_as_long_as_its_shop_says_and_then_is_as_if_it_had_never_been(
    store: Store, clock: Clock
) -> None:
    store.put_shop(shop(retention={"orders_months": 2}))
    keep(store, message(), facts=(told(),), why=(decision(),), looks=(look(),))
    clock.advance(days=60)
    assert store.order(KEY) is not None
    clock.advance(days=2)
    assert store.order(KEY) is None
    assert [store.facts(KEY), store.why(KEY), store.messages_of(KEY), store.orders_named("demo", "1001")] == [()] * 4
    assert store.message(message().key) is None
    assert store.order_of_token(TOKEN) is None
    keep(store, message(due=clock.now))
    assert [m.due for m in store.messages_of(KEY)] == [clock.now]


def test_every_change_gives_an_order_its_whole_time_anew(store: Store, clock: Clock) -> None:
    store.put_shop(shop(retention={"orders_months": 2}))
    keep(store)
    clock.advance(days=50)
    assert store.commit(Commit(stored(store), NOON))
    clock.advance(days=50)
    assert store.order(KEY) is not None


def test_raw_deliveries_are_kept_for_their_days_in_their_orders_place(store: Store, clock: Clock) -> None:
    first = RawDelivery("h1", "shopify", NOON, {"x-topic": "orders/paid"}, b'{"id":\xff 1}', None)
    second = RawDelivery("h2", "shopify", NOON + timedelta(minutes=1), {}, b"", "not JSON")
    for delivery in (second, first, first):
        store.keep_delivery("demo", KEY, delivery)
    store.keep_delivery("demo", None, second)
    assert store.deliveries("demo", KEY) == (first, second)
    assert store.deliveries("demo", None) == (second,)
    assert store.deliveries("other", None) == ()
    clock.advance(days=29)
    assert store.deliveries("demo", KEY) == (first, second)
    clock.advance(days=2)
    assert store.deliveries("demo", KEY) == store.deliveries("demo", None) == ()


def test_a_delivery_that_turned_out_unreadable_is_kept_with_its_trouble(store: Store) -> None:
    delivery = RawDelivery("h1", "shopify", NOON, {}, b"<html>")
    store.keep_delivery("demo", None, delivery)
    store.keep_delivery("demo", None, replace(delivery, trouble="not JSON"))
    assert [kept.trouble for kept in store.deliveries("demo", None)] == ["not JSON"]


def test_an_order_that_expired_is_gone_for_those_who_read_it_before(store: Store, clock: Clock) -> None:
    document = OrderDocument(order())
    assert store.commit(Commit(document, NOON))
    read = store.order(order().key)
    assert read is not None

    clock.advance(days=800)

    assert store.order(order().key) is None
    assert not store.commit(Commit(read, NOON))
    assert store.commit(Commit(document, NOON))


def test_an_order_with_no_room_in_an_item_is_refused_by_name_and_nothing_is_written(store: Store) -> None:
    keep(store)
    known = stored(store)
    assert known.order.details is not None
    # Nothing makes them smaller than the bytes they came from.
    tags = tuple(Random(place).randbytes(5_000).hex() for place in range(70))
    large = replace(known.order, details=replace(known.order.details, tags=tags))

    with pytest.raises(TooLarge, match="kB to keep of one order") as raised:
        store.commit(Commit(replace(known, order=large), NOON, (told(),), messages=(message("one"),), looks=(look(),)))

    assert not raised.value.retry
    assert stored(store) == known
    assert (store.facts(KEY), store.messages_of(KEY)) == ((), ())
    assert store.next_due(NOON - timedelta(days=1)) is None


def test_an_order_just_below_the_limit_is_kept_whole(store: Store) -> None:
    keep(store)
    known = stored(store)
    assert known.order.details is not None
    tags = tuple(Random(place).randbytes(5_000).hex() for place in range(68))
    large = replace(known.order, details=replace(known.order.details, tags=tags))

    assert store.commit(Commit(replace(known, order=large), NOON))
    assert stored(store).order == large
