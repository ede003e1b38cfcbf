"""What customers chose, and the proof of it: neither is ever lost, and what was not said is not changed."""

from dataclasses import replace
from datetime import timedelta

from encamino.domain.contact import Act, Choice, ContactKey, ContactLink, Source
from encamino.store.base import Store
from tests.store.examples import NOON, Clock

LUCIA, ANDREU = ContactKey("demo", "5a" * 32), ContactKey("demo", "6b" * 32)
LINK = ContactLink(LUCIA, "l•••@e•••.com", "es")
NO_TEXTS = Act(NOON, Source.PAGE, {Choice.SERVICE_SMS: False, Choice.MARKETING_EMAIL: True}, "words-1", "es")
ONE_CLICK = Act(NOON + timedelta(days=1), Source.ONE_CLICK, {Choice.MARKETING_EMAIL: False}, "RFC 8058", "es")


def test_a_link_opens_the_preferences_of_whom_it_was_sent_to(store: Store) -> None:
    store.keep_contact_link("hash-1", LINK)

    assert store.contact_of_token("hash-1") == LINK
    assert store.contact_of_token("hash-2") is None


def test_a_link_works_while_orders_are_kept_and_every_further_message_renews_it(store: Store, clock: Clock) -> None:
    store.keep_contact_link("hash-1", LINK)
    clock.advance(days=700)
    store.keep_contact_link("hash-1", replace(LINK, locale="en"))
    clock.advance(days=700)
    assert store.contact_of_token("hash-1") == replace(LINK, locale="en")

    clock.advance(days=31)

    assert store.contact_of_token("hash-1") is None


def test_whoever_said_nothing_chose_nothing(store: Store) -> None:
    assert store.preferences(LUCIA) == {}
    assert store.acts(LUCIA) == ()


def test_what_an_act_does_not_speak_of_stays_as_it_was(store: Store) -> None:
    store.keep_preferences(LUCIA, NO_TEXTS)
    store.keep_preferences(LUCIA, ONE_CLICK)

    assert store.preferences(LUCIA) == {Choice.SERVICE_SMS: False, Choice.MARKETING_EMAIL: False}
    assert store.preferences(ANDREU) == {}
    assert store.preferences(ContactKey("another-shop", LUCIA.alias)) == {}


def test_every_choosing_has_its_proof_for_ever(store: Store, clock: Clock) -> None:
    store.keep_preferences(LUCIA, ONE_CLICK)
    store.keep_preferences(LUCIA, NO_TEXTS)
    clock.advance(days=10_000)

    assert store.acts(LUCIA) == (NO_TEXTS, ONE_CLICK)
    assert store.preferences(LUCIA)[Choice.SERVICE_SMS] is False


def test_two_of_one_instant_are_two_and_one_told_twice_is_one(store: Store) -> None:
    other = replace(NO_TEXTS, said={Choice.SERVICE_SMS: True})
    for act in (NO_TEXTS, NO_TEXTS, other):
        store.keep_preferences(LUCIA, act)

    assert len(store.acts(LUCIA)) == 2
    assert {act.said[Choice.SERVICE_SMS] for act in store.acts(LUCIA)} == {True, False}
