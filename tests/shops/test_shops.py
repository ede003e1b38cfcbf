"""What every platform must hold to. A platform is found in the folder; its recordings lie in tests/shops/<slug>/.

A recording is {"about", "headers", "body", "expect"}; `expect` is {"facts", "ignored", "test"?}; a fact is
{"type", "order", "at", "subject"?, "amount"?}. `body` is a JSON value, or a text that is sent as it is.
Headers carry no signature: the tests sign.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encamino.domain.errors import Missing, Unreadable
from encamino.domain.fact import Fact
from encamino.domain.learning import learn
from encamino.domain.order import Order, OrderKey, OrderStatus
from encamino.shops.base import Delivery, Platform, platform, platforms

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET, OLD_SECRET = "shop-secret", "former-shop-secret"


class Recording(NamedTuple):
    """One file."""

    slug: str
    name: str
    headers: dict[str, str]
    raw: bytes
    expect: dict[str, Any]

    @property
    def platform(self) -> Platform:
        return platform(self.slug)

    @property
    def delivery(self) -> Delivery:
        return Delivery(self.raw, self.headers, NOW)


def recordings(slug: str) -> Iterator[Recording]:
    for path in sorted((HERE / slug).glob("*.json")):
        said = json.loads(path.read_text())
        raw = said["body"] if isinstance(said["body"], str) else json.dumps(said["body"])
        yield Recording(slug, path.stem, said["headers"], raw.encode(), said["expect"])


ALL = [recording for slug in platforms() for recording in recordings(slug)]
each_platform = pytest.mark.parametrize("slug", platforms())
each_recording = pytest.mark.parametrize("recording", ALL, ids=lambda r: f"{r.slug}-{r.name}")


def shown(facts: tuple[Fact, ...]) -> list[dict[str, str]]:
    """Facts as recordings write them."""
    told = (
        {"type": fact.type.value, "order": fact.order or "", "at": fact.at.isoformat().replace("+00:00", "Z")}
        | ({"subject": fact.subject} if fact.subject else {})
        | ({"amount": str(fact.amount)} if fact.amount is not None else {})
        for fact in facts
    )
    return sorted(told, key=str)


def learned(recording: Recording) -> Order:
    facts = recording.platform.translate(recording.delivery, {}).facts
    return learn(Order(OrderKey("demo", recording.slug, facts[0].order or "")), facts)


@each_platform
def test_every_platform_has_recordings(slug: str) -> None:
    assert len(list(recordings(slug))) >= 5


@each_platform
def test_what_a_platform_can_state_is_recorded(slug: str) -> None:
    by_name = {recording.name: recording for recording in recordings(slug)}
    for status, name in platform(slug).STATES.items():
        assert learned(by_name[name]).status is OrderStatus(status), name


@each_platform
def test_the_merchant_is_told_where_the_address_goes(slug: str) -> None:
    assert "https://api.example/webhooks/x/y" in platform(slug).paste("https://api.example/webhooks/x/y")


@each_recording
def test_a_delivery_tells_what_its_recording_expects(recording: Recording) -> None:
    translation = recording.platform.translate(recording.delivery, {})
    assert shown(translation.facts) == sorted(recording.expect["facts"], key=str)
    assert translation.ignored == recording.expect["ignored"]
    assert translation.test is recording.expect.get("test", False)


@each_recording
def test_a_delivery_without_facts_says_why(recording: Recording) -> None:
    translation = recording.platform.translate(recording.delivery, {})
    assert bool(translation.facts) is (translation.ignored is None)


@each_recording
def test_translating_twice_tells_the_same(recording: Recording) -> None:
    assert recording.platform.translate(recording.delivery, {}) == recording.platform.translate(recording.delivery, {})


@each_recording
def test_every_time_is_utc(recording: Recording) -> None:
    for fact in recording.platform.translate(recording.delivery, {}).facts:
        times = [fact.at]
        if fact.details:
            times += [fact.details.as_of, fact.details.placed_at]
        if fact.shipment:
            times += [fact.shipment.registered_at, *(event.time for event in fact.shipment.events)]
        assert all(time.utcoffset() == timedelta(0) for time in times)


@each_recording
def test_the_key_of_a_delivery_is_the_order_its_facts_are_about(recording: Recording) -> None:
    facts = recording.platform.translate(recording.delivery, {}).facts
    assert {fact.order for fact in facts} <= {recording.platform.key(recording.delivery)}


@each_recording
def test_half_a_body_is_unreadable_and_has_no_key(recording: Recording) -> None:
    half = Delivery(recording.raw[: len(recording.raw) // 2], recording.headers, NOW)
    with pytest.raises(Unreadable):
        recording.platform.translate(half, {})
    assert recording.platform.key(half) is None


@each_recording
def test_a_genuine_delivery_is_accepted_with_either_secret(recording: Recording) -> None:
    for secret in (SECRET, OLD_SECRET):
        headers = recording.headers | dict(recording.platform.sign(recording.raw, secret, NOW))
        assert recording.platform.verify(recording.raw, headers, [SECRET, OLD_SECRET], NOW)


@each_recording
def test_a_forged_delivery_is_refused(recording: Recording) -> None:
    genuine = recording.headers | dict(recording.platform.sign(recording.raw, SECRET, NOW))
    foreign = recording.headers | dict(recording.platform.sign(recording.raw, "guessed", NOW))
    verify = recording.platform.verify
    assert not verify(recording.raw, foreign, [SECRET, OLD_SECRET], NOW)
    assert not verify(recording.raw, recording.headers, [SECRET, OLD_SECRET], NOW)
    assert not verify(recording.raw + b" ", genuine, [SECRET, OLD_SECRET], NOW)
    assert not verify(recording.raw, genuine, [], NOW)


@each_recording
def test_headers_that_count_are_kept_by_the_door(recording: Recording) -> None:
    kept = {name: value for name, value in recording.headers.items() if name in recording.platform.HEADERS}
    door = Delivery(recording.raw, kept, NOW)
    assert recording.platform.translate(door, {}) == recording.platform.translate(recording.delivery, {})
    assert set(recording.platform.sign(b"x", SECRET, NOW)) <= recording.platform.HEADERS


@each_platform
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_the_order_in_which_deliveries_arrive_does_not_matter(slug: str, data: st.DataObject) -> None:
    told = [platform(slug).translate(recording.delivery, {}).facts for recording in recordings(slug)]
    by_order: dict[str, list[tuple[Fact, ...]]] = {}
    for facts in told:
        if facts and facts[0].order:
            by_order.setdefault(facts[0].order, []).append(facts)
    for order, deliveries in by_order.items():
        empty = Order(OrderKey("demo", slug, order))
        straight = learn(empty, (fact for facts in deliveries for fact in facts))
        shuffled = data.draw(st.permutations(deliveries + deliveries[:1]))
        assert learn(empty, (fact for facts in shuffled for fact in facts)) == straight


def test_a_platform_that_is_not_there_is_missing() -> None:
    for slug in ("", "base", "reading", "nowhere", "../etc", "__init__", "__pycache__", "_private"):
        with pytest.raises(Missing):
            platform(slug)
