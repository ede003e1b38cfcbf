"""Shops, addresses that must not be written to, and the business clock."""

from datetime import timedelta

from encamino.domain.message import Channel
from encamino.domain.order import OrderStatus
from encamino.domain.reason import Why
from encamino.store.base import Store
from tests.store.examples import NOON, Clock, shop


def test_a_shops_settings_are_read_back_whole(store: Store) -> None:
    kept = shop(
        messages={"shipped": {"email": False}},
        statuses={"picking": "in_preparation"},
        sms={"senders": {"ES": "Olivo"}},
        quiet_hours={"start": "22:00", "end": "08:30"},
        help={"url": "https://olivo.example/ayuda"},
    )
    assert store.put_shop(kept)
    assert store.shop("demo") == kept
    assert kept.messages["shipped"][Channel.EMAIL] is False
    assert kept.statuses == {"picking": OrderStatus.IN_PREPARATION}
    assert store.shop("other") is None


def test_a_shop_is_new_once(store: Store) -> None:
    assert store.put_shop(shop())
    assert not store.put_shop(shop(name="Olivo"))
    changed = store.shop("demo")
    assert changed is not None
    assert changed.name == "Olivo"


def test_every_shop_is_listed(store: Store) -> None:
    for slug in ("olivo", "demo"):
        store.put_shop(shop(slug))
    assert store.shops() == ("demo", "olivo")


def test_a_suppressed_address_is_suppressed_in_its_shop_only(store: Store) -> None:
    store.suppress("demo", "hash1", Why.BOUNCE, NOON)
    assert store.suppression("demo", "hash1") is Why.BOUNCE
    assert store.suppression("other", "hash1") is None
    assert store.suppression("demo", "hash2") is None


def test_the_first_reason_to_suppress_stays(store: Store) -> None:
    store.suppress("demo", "hash1", Why.BOUNCE, NOON)
    store.suppress("demo", "hash1", Why.COMPLAINT, NOON + timedelta(days=1))
    assert store.suppressed("demo") == (("hash1", Why.BOUNCE, NOON),)


def test_suppression_is_for_ever(store: Store, clock: Clock) -> None:
    store.suppress("demo", "hash1", Why.COMPLAINT, NOON)
    clock.advance(days=36500)
    assert store.suppression("demo", "hash1") is Why.COMPLAINT
    assert store.suppressed("demo") == (("hash1", Why.COMPLAINT, NOON),)


def test_suppressed_addresses_are_listed_oldest_first(store: Store) -> None:
    store.suppress("demo", "b", Why.BOUNCE, NOON + timedelta(hours=1))
    store.suppress("demo", "a", Why.COMPLAINT, NOON)
    store.suppress("other", "c", Why.BOUNCE, NOON)
    assert [alias for alias, _, _ in store.suppressed("demo")] == ["a", "b"]


def test_a_released_address_may_be_written_to_again(store: Store) -> None:
    store.suppress("demo", "hash1", Why.BOUNCE, NOON)
    assert store.release("demo", "hash1")
    assert not store.release("demo", "hash1")
    assert store.suppression("demo", "hash1") is None
    assert store.suppressed("demo") == ()


def test_the_business_clock_runs_with_the_wall_until_it_is_moved(store: Store) -> None:
    assert store.clock_offset() == timedelta(0)
    store.set_clock_offset(timedelta(days=15, microseconds=7))
    assert store.clock_offset() == timedelta(days=15, microseconds=7)
    store.set_clock_offset(timedelta(0))
    assert store.clock_offset() == timedelta(0)


def test_what_a_platform_delivered_last_and_what_became_of_it_is_known(store: Store) -> None:
    assert store.last_delivery("demo", "shopify") is None

    store.note_delivery("demo", "shopify", NOON, "understood")
    store.note_delivery("demo", "shopify", NOON + timedelta(hours=1), "unreadable: no order id")

    assert store.last_delivery("demo", "shopify") == (NOON + timedelta(hours=1), "unreadable: no order id")
    assert store.last_delivery("other", "shopify") is None


def test_a_delivery_worked_late_does_not_pass_for_the_last_one(store: Store) -> None:
    store.note_delivery("demo", "shopify", NOON, "understood")
    store.note_delivery("demo", "shopify", NOON - timedelta(microseconds=1), "again")
    assert store.last_delivery("demo", "shopify") == (NOON, "understood")

    store.note_delivery("demo", "shopify", NOON, "unreadable: no order id")

    assert store.last_delivery("demo", "shopify") == (NOON, "unreadable: no order id")
