"""Carriers are asked within budget and breaker; what they say is remembered; trouble is an outcome."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from encamino.carriers.base import Account, Answer, Asked, Limits, Memo, Outcome, Request, Response, Seen
from encamino.domain.errors import Unavailable
from encamino.domain.fact import Fact, FactType
from encamino.domain.learning import learn
from encamino.domain.order import Details, OrderKey, Person
from encamino.domain.shipment import Event, Label, Shipment, ShipmentStatus, Tracking
from encamino.domain.shop import Sender, Shop
from encamino.flows.ask import Asking
from encamino.flows.keep import Desk, keep
from encamino.flows.track import BREAKER_OPENS_AT, AccountAt, TrackDesk, track
from encamino.store.base import Lane, Look
from encamino.store.memory import MemoryStore

T0 = datetime(2026, 11, 2, 11, tzinfo=UTC)
SHOP = Shop(
    shop="casa-lluna", name="Casa Lluna", url="https://casalluna.example/", country="ES", locale="es",  # type: ignore[arg-type]
    time_zone="Europe/Madrid", sender=Sender(email="hola@casalluna.example", name="Casa Lluna"),
)  # fmt: skip
KEY = OrderKey("casa-lluna", "shopify", "1001")


@dataclass
class FakeCarrier:
    """A carrier that answers what the test says, or does not answer at all."""

    said: Mapping[str, Seen] | None = None
    LIMITS: Limits = field(default_factory=lambda: Limits(per_second=100))
    asked: list[str] = field(default_factory=list)

    def look(
        self, shipments: Sequence[Asked], _account: Account, _memo: Memo, _now: datetime
    ) -> Generator[Request, Response, Answer]:
        yield Request("GET", "https://carrier.example/track")
        self.asked += [s.number for s in shipments]
        return self.said or {}


def exchange(_slug: str, _request: Request, _until: float) -> Response:
    return Response(200, b"{}")


def hanging(_slug: str, _request: Request, _until: float) -> Response:
    raise Unavailable("no answer within the deadline")


@pytest.fixture
def desk() -> Desk:
    store = MemoryStore(lambda: T0)
    store.put_shop(SHOP)
    return Desk(store, {}, lambda: b"key")


def shipped(desk: Desk, number: str = "N1") -> Look:
    shipment = Shipment("s1", T0, (Label(T0, number, "dhl"),))
    facts = [
        Fact(FactType.ORDER_PLACED, T0, "1001", details=Details(T0, "#1001", T0, Person("lucia@cliente.example"))),
        Fact(FactType.SHIPMENT_REGISTERED, T0, "1001", "s1", shipment=shipment),
    ]
    keep(desk, SHOP, KEY, lambda order: (learn(order, facts), facts), T0)
    return Look(KEY, "s1", "dhl", "casa-lluna", number, T0)


def room(
    desk: Desk, carrier: FakeCarrier, ways_out: object = exchange, wall: datetime = T0, *, account: bool = True
) -> TrackDesk:
    asking = Asking(ways_out, lambda: 0.0, lambda: wall, lambda _seconds: None)  # type: ignore[arg-type]
    found = AccountAt("casa-lluna", {"api_key": "k"}) if account else None
    return TrackDesk(desk, lambda _slug: carrier, lambda _shop, _slug: found, asking, lambda: 0.5)  # type: ignore[arg-type,return-value]


def found(*statuses: ShipmentStatus) -> dict[str, Seen]:
    events = tuple(Event(T0 + timedelta(hours=i), s, f"code-{s}", "words", seq=i) for i, s in enumerate(statuses))
    return {"N1": Seen(Outcome.FOUND, Tracking("dhl", "N1", events))}


def due_looks(desk: Desk, until: datetime) -> list[datetime]:
    return [due.due for due in desk.store.due(Lane.LOOK, until, 10)]


def test_a_registered_number_is_due_for_a_look_at_once(desk: Desk) -> None:
    shipped(desk)

    assert due_looks(desk, T0) == [T0]


def test_what_the_carrier_says_becomes_the_shipments_status_and_the_next_look_is_set(desk: Desk) -> None:
    look = shipped(desk)

    track(room(desk, FakeCarrier(found(ShipmentStatus.IN_TRANSIT))), [look], T0)

    document = desk.store.order(KEY)
    assert document is not None
    assert document.order.shipments[0].status is ShipmentStatus.IN_TRANSIT
    assert due_looks(desk, T0 + timedelta(hours=2)) == []
    assert due_looks(desk, T0 + timedelta(hours=3)) == [T0 + timedelta(hours=3)]


def test_a_delivered_shipment_is_not_asked_about_again(desk: Desk) -> None:
    look = shipped(desk)

    track(room(desk, FakeCarrier(found(ShipmentStatus.DELIVERED))), [look], T0)

    assert due_looks(desk, T0 + timedelta(days=365)) == []


def test_the_same_answer_twice_tells_nothing_new(desk: Desk) -> None:
    look, carrier = shipped(desk), FakeCarrier(found(ShipmentStatus.IN_TRANSIT, ShipmentStatus.OUT_FOR_DELIVERY))

    for hour in range(3):
        track(room(desk, carrier), [look], T0 + timedelta(hours=hour))

    assert [f.type for f in desk.store.facts(KEY) if f.type.startswith("shipment.")] == [
        FactType.SHIPMENT_REGISTERED, FactType.SHIPMENT_IN_TRANSIT, FactType.SHIPMENT_OUT_FOR_DELIVERY,
    ]  # fmt: skip


def test_an_unknown_code_changes_nothing_and_is_listed(desk: Desk) -> None:
    look = shipped(desk)

    track(room(desk, FakeCarrier(found(ShipmentStatus.IN_TRANSIT, ShipmentStatus.UNKNOWN))), [look], T0)

    document = desk.store.order(KEY)
    assert document is not None
    assert document.order.shipments[0].status is ShipmentStatus.IN_TRANSIT
    assert [(u.carrier, u.code, u.count) for u in desk.store.unmapped()] == [("dhl", "code-unknown", 1)]


def test_an_answer_about_a_replaced_number_is_not_asked_for(desk: Desk) -> None:
    shipped(desk)
    carrier = FakeCarrier(found(ShipmentStatus.DELIVERED))

    track(room(desk, carrier), [Look(KEY, "s1", "dhl", "casa-lluna", "OLD", T0)], T0)

    assert carrier.asked == []


def test_a_carrier_that_hangs_is_an_outcome_and_the_look_comes_again(desk: Desk) -> None:
    look = shipped(desk)

    tracked = track(room(desk, FakeCarrier(), hanging), [look], T0)

    assert [t.outcome for t in tracked] == [Outcome.UNAVAILABLE]
    assert due_looks(desk, T0 + timedelta(minutes=10)) == [T0 + timedelta(minutes=10)]


def test_the_breaker_opens_after_some_failures_closes_on_an_answer_and_others_are_untouched(desk: Desk) -> None:
    look = shipped(desk)
    for _ in range(BREAKER_OPENS_AT):
        track(room(desk, FakeCarrier(), hanging), [look], T0)
    asked = FakeCarrier(found(ShipmentStatus.IN_TRANSIT))

    while_open = track(room(desk, asked), [look], T0)
    after = track(room(desk, asked, wall=T0 + timedelta(minutes=6)), [look], T0 + timedelta(minutes=6))

    assert [t.postponed for t in while_open] == ["budget or breaker"]
    assert [t.outcome for t in after] == [Outcome.FOUND]
    assert desk.store.breaker("dhl", "casa-lluna").failures == 0
    assert desk.store.breaker("gls", "casa-lluna").open_until is None


def test_an_exhausted_budget_postpones_and_asks_nobody(desk: Desk) -> None:
    look, carrier = shipped(desk), FakeCarrier(found(ShipmentStatus.IN_TRANSIT), Limits(per_second=100, per_day=1))

    first = track(room(desk, carrier), [look], T0)
    second = track(room(desk, carrier), [look], T0 + timedelta(hours=3))

    assert [t.outcome for t in first] == [Outcome.FOUND]
    assert [t.postponed for t in second] == ["budget or breaker"]
    assert len(carrier.asked) == 1


def test_without_an_account_nobody_is_asked_and_the_reason_is_told(desk: Desk) -> None:
    look, carrier = shipped(desk), FakeCarrier()

    tracked = track(room(desk, carrier, account=False), [look], T0)

    assert [t.postponed for t in tracked] == ["no account"]
    assert carrier.asked == []


def test_a_number_nobody_knows_is_asked_about_ever_more_rarely_and_then_no_more(desk: Desk) -> None:
    look, now, asked = shipped(desk), T0, 0
    while (due := desk.store.next_due(now - timedelta(seconds=1))) is not None:
        now, asked = max(due, now), asked + 1
        track(room(desk, FakeCarrier({}), wall=now), [look], now)

    assert now - T0 > timedelta(days=59)
    assert asked < 90


def test_a_carrier_that_asks_us_to_slow_down_is_left_alone_and_longer_each_time(desk: Desk) -> None:
    look, busy = shipped(desk), FakeCarrier({"N1": Seen(Outcome.THROTTLED)})
    waits = []
    wall = T0
    for _ in range(3):
        track(room(desk, busy, wall=wall), [look], wall)
        opened = desk.store.breaker("dhl", "casa-lluna").open_until
        assert opened is not None
        waits.append(opened - wall)
        wall = opened

    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]


def test_who_turns_one_number_away_and_answers_about_another_is_not_left_alone(desk: Desk) -> None:
    known = shipped(desk)
    bought = Fact(
        FactType.SHIPMENT_REGISTERED, T0, "1001", "s2", shipment=Shipment("s2", T0, (Label(T0, "N2", "dhl"),))
    )
    keep(desk, SHOP, KEY, lambda order: (learn(order, [bought]), (bought,)), T0)
    new = Look(KEY, "s2", "dhl", "casa-lluna", "N2", T0)
    for wait, left_alone in ((None, False), (timedelta(minutes=3), True)):
        said = {**found(ShipmentStatus.IN_TRANSIT), "N2": Seen(Outcome.THROTTLED, retry_after=wait)}
        track(room(desk, FakeCarrier(said, Limits(per_second=100, batch=2))), [new, known], T0)
        assert (desk.store.breaker("dhl", "casa-lluna").open_until is not None) is left_alone


def test_an_adapter_that_breaks_stops_nobody_else(desk: Desk) -> None:
    look = shipped(desk)

    class Broken(FakeCarrier):
        def look(self, *_args: object) -> Generator[Request, Response, Answer]:
            yield Request("GET", "https://carrier.example/track")
            raise KeyError("shipments")

    assert [t.outcome for t in track(room(desk, Broken()), [look], T0)] == [Outcome.UNREADABLE]


def test_an_unknown_code_is_counted_once_however_often_it_is_seen(desk: Desk) -> None:
    look, carrier = shipped(desk), FakeCarrier(found(ShipmentStatus.UNKNOWN))

    for hour in range(4):
        track(room(desk, carrier), [look], T0 + timedelta(hours=3 * hour))

    assert [u.count for u in desk.store.unmapped()] == [1]
