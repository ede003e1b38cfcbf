"""17TRACK: registered once, read in one call, pushed with a signature; several carriers tell of one journey."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from encamino.carriers import seventeentrack
from encamino.carriers.base import Asked, Memo, Outcome, Request, Response, Seen, aggregates, pushing
from encamino.carriers.seventeentrack.words import MEANINGS, NOTHING
from encamino.domain.errors import Unreadable
from encamino.domain.shipment import Reason, Tracking, Window, bearing
from encamino.domain.shipment import ShipmentStatus as S
from tests.carriers.recordings import recording, wire

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
N, OTHER = "YT2690417735016", "LX508127446CN"
ACCOUNT = {"api_key": "a-key"}


@dataclass
class Kept:
    """A memo that keeps until the test looks at it."""

    texts: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        return self.texts[name][0] if name in self.texts else None

    def put(self, name: str, value: str, until: datetime) -> None:
        self.texts[name] = (value, until)


@dataclass
class Vendor:
    """Their side: what is registered, what each number wants first, what is known of it."""

    registered: set[str] = field(default_factory=set)
    refuses: dict[str, int] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    wants: Callable[[Mapping[str, Any]], int | None] = lambda _one: None
    calls: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        assert request.headers["17token"] == "a-key"
        path, asked = request.url.rpartition("/")[2], json.loads(request.body or b"")
        self.calls.append((path, asked))
        accepted, rejected = [], []
        for one in asked:
            number = one["number"]
            code = (self.refuses.get(number) or self.wants(one)) if path == "register" else None
            if path == "register" and code is None:
                code = -18019901 if number in self.registered else None
                self.registered.add(number)
            elif path == "gettrackinfo":
                code = -18019902 if number not in self.registered else None if number in self.known else -18019909
            if code is None:
                accepted.append({"number": number, "carrier": 3011, **self.known.get(number, {})})
            else:
                rejected.append({"number": number, "error": {"code": code, "message": "…"}})
        return Response(200, wire({"code": 0, "data": {"accepted": accepted, "rejected": rejected}}))


def look(*asked: Asked, line: Callable[[Request], Response], memo: Memo | None = None) -> Mapping[str, Seen]:
    """Let a look make its calls."""
    asking = seventeentrack.look(asked, ACCOUNT, memo or Kept(), NOW)
    try:
        request = next(asking)
        while True:
            request = asking.send(line(request))
    except StopIteration as end:
        answer: Mapping[str, Seen] = end.value
        return answer


def event(utc: str | None = "2026-11-12T09:00:00Z", **said: Any) -> dict[str, Any]:
    return {"time_utc": utc, "description": "moved", "sub_status": "InTransit_Other", **said}


def told(*legs: list[dict[str, Any]], **said: Any) -> dict[str, Any]:
    providers = [{"provider": {"country": "CN"}, "events": leg} for leg in legs]
    return {"track_info": {"tracking": {"providers": providers}, **said}}


def members(*items: dict[str, Any]) -> Response:
    return Response(200, wire({"code": 0, "data": {"accepted": [{"number": N, **item} for item in items]}}))


def read(*legs: list[dict[str, Any]], **said: Any) -> Tracking:
    _, (tracking,), _ = seventeentrack.read(members(told(*legs, **said)))
    return tracking


# What is asked


def test_a_number_nobody_remembers_is_registered_before_it_is_read_and_then_remembered() -> None:
    vendor, memo = Vendor(known={N: told([event()])}), Kept()

    seen = look(Asked(N), line=vendor, memo=memo)
    again = look(Asked(N), line=vendor, memo=memo)

    assert seen[N].outcome is again[N].outcome is Outcome.FOUND
    assert [path for path, _ in vendor.calls] == ["register", "gettrackinfo", "gettrackinfo"]
    assert [until for _, until in memo.texts.values()] == [NOW + timedelta(days=120)]


def test_forty_numbers_are_two_calls() -> None:
    numbers = [f"YT26904177350{n:02}" for n in range(40)]
    vendor = Vendor(known={number: told([event()]) for number in numbers[:30]})

    seen = look(*map(Asked, numbers), line=vendor)

    assert [(path, len(asked)) for path, asked in vendor.calls] == [("register", 40), ("gettrackinfo", 40)]
    assert [seen[number].outcome for number in numbers] == [Outcome.FOUND] * 30 + [Outcome.NOT_FOUND] * 10


def test_what_they_have_already_counts_as_registered() -> None:
    vendor, memo = Vendor(registered={N}, known={N: told([event()])}), Kept()

    assert look(Asked(N), line=vendor, memo=memo)[N].outcome is Outcome.FOUND
    assert len(memo.texts) == 1


def test_what_they_no_longer_have_is_registered_anew_and_read_again() -> None:
    vendor, memo = Vendor(known={N: told([event()]), OTHER: told([event()])}, registered={OTHER}), Kept()
    for number in (N, OTHER):
        memo.put(f"registered/{number}", "1", NOW)

    seen = look(Asked(N), Asked(OTHER), line=vendor, memo=memo)

    assert {one.outcome for one in seen.values()} == {Outcome.FOUND}
    asked = [(path, [one["number"] for one in some]) for path, some in vendor.calls]
    assert asked == [
        ("gettrackinfo", [N, OTHER]), ("register", [N]), ("gettrackinfo", [N]),
    ]  # fmt: skip


def test_without_quota_the_new_number_waits_and_the_others_are_read() -> None:
    vendor, memo = Vendor(registered={OTHER}, refuses={N: -18019908}, known={OTHER: told([event()])}), Kept()

    seen = look(Asked(N), Asked(OTHER), line=vendor, memo=memo)

    assert (seen[N].outcome, seen[OTHER].outcome) == (Outcome.THROTTLED, Outcome.FOUND)
    assert list(memo.texts) == [f"registered/{OTHER}"]
    assert vendor.calls[-1] == ("gettrackinfo", [{"number": OTHER}])


def test_a_number_refused_for_another_reason_is_asked_no_further() -> None:
    vendor = Vendor(refuses={N: -18019903})

    assert look(Asked(N), line=vendor)[N].outcome is Outcome.INVALID
    assert [path for path, _ in vendor.calls] == ["register"]


@pytest.mark.parametrize(
    ("code", "whereto"),
    [
        (-18010019, {"destination_postal_code": "28004"}),
        (-18010018, {"destination_country": "ES", "destination_postal_code": "28004"}),
    ],
)
def test_a_postcode_is_told_to_those_only_that_want_one(code: int, whereto: dict[str, str]) -> None:
    # `param`, where v2.2 had it, is a field that v2.4 does not read.
    vendor = Vendor(known={N: told([event()])}, wants=lambda one: None if whereto.items() <= one.items() else code)

    assert look(Asked(N, postcode="28004", country="ES"), line=vendor)[N].outcome is Outcome.FOUND
    registered = [asked for path, asked in vendor.calls if path == "register"]
    assert registered == [[{"number": N}], [{"number": N, **whereto}]]
    assert look(Asked(N), line=Vendor(wants=vendor.wants))[N].outcome is Outcome.INVALID


def test_who_carries_it_is_named_by_their_number_and_kept_as_our_slug() -> None:
    vendor = Vendor()
    look(Asked(N, carrier="ups"), Asked(OTHER, carrier="mrw"), line=vendor)

    assert vendor.calls[0][1] == [{"number": N, "carrier": 100002, "tag": "ups"}, {"number": OTHER, "tag": "mrw"}]


def test_a_number_is_asked_as_they_write_it_and_answered_as_it_was_asked() -> None:
    vendor = Vendor(known={N: told([event()])})

    seen = look(Asked("yt26904177 35016"), line=vendor)["yt26904177 35016"]

    assert seen.tracking
    assert seen.tracking.number == "yt26904177 35016"


def test_a_call_that_fails_is_the_same_outcome_for_every_number() -> None:
    busy = Response(429, b"", {"retry-after": "7"})

    seen = look(Asked(N), Asked(OTHER), line=lambda _request: busy)

    assert {(one.outcome, one.retry_after) for one in seen.values()} == {(Outcome.THROTTLED, timedelta(seconds=7))}


def test_their_wrong_address_is_nobodys_missing_number() -> None:
    assert seventeentrack.read(Response(404, b""))[0] is Outcome.UNREADABLE


@pytest.mark.parametrize("number", ["7197712620/0019594968", "1Z,2Z", "Ä123", "x" * 51, "  "])
def test_a_number_that_would_spoil_the_call_for_all_is_not_asked(number: str) -> None:
    vendor = Vendor(known={N: told([event()])})

    seen = look(Asked(number), Asked(N), line=vendor)

    assert (seen[number].outcome, seen[N].outcome) == (Outcome.INVALID, Outcome.FOUND)
    assert [[one["number"] for one in asked] for _, asked in vendor.calls] == [[N], [N]]


def test_a_call_they_cannot_read_says_why_under_code_0_and_of_several_numbers_nothing() -> None:
    refused = Response(200, wire({"code": 0, "data": {"errors": [{"code": -18010013, "message": "…"}]}}))
    forged = Response(200, wire({"code": 0, "data": {"errors": [{"code": -18010002, "message": "…"}]}}))

    assert seventeentrack.read(refused)[:2] == (Outcome.INVALID, ())
    assert seventeentrack.read(forged)[0] is Outcome.AUTH_ERROR
    assert look(Asked(N), line=lambda _request: refused)[N].outcome is Outcome.INVALID
    assert look(Asked(N), Asked(OTHER), line=lambda _request: refused)[N].outcome is Outcome.UNREADABLE


@pytest.mark.parametrize("number", [None, "", []])
def test_what_is_told_of_no_number_is_nobodys(number: object) -> None:
    assert seventeentrack.read(members({**told([event()]), "number": number}))[:2] == (Outcome.UNREADABLE, ())


def test_an_error_no_table_knows_is_unreadable() -> None:
    assert seventeentrack.read(Response(200, b'{"code": -18019999, "data": {}}'))[0] is Outcome.UNREADABLE


# What is said


def test_all_thirty_sub_statuses_and_nine_statuses_have_a_meaning() -> None:
    subs = {word for word in MEANINGS | NOTHING if "_" in word} | {"InfoReceived"}
    main = {"NotFound", "InfoReceived", "InTransit", "Expired", "AvailableForPickup", "OutForDelivery",
            "DeliveryFailure", "Delivered", "Exception"}  # fmt: skip

    assert len(subs) == 30
    assert main <= set(MEANINGS | NOTHING)


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ({"sub_status": "Exception_Delayed"}, S.EXCEPTION, Reason.CARRIER_DELAY),
        ({"sub_status": "Exception_NoBody"}, S.EXCEPTION, Reason.ADDRESS),
        ({"sub_status": "DeliveryFailure_Rejected"}, S.ATTEMPT_FAILED, Reason.REFUSED),
        ({"sub_status": None, "stage": "Returned"}, S.RETURNED_TO_SENDER, None),
        ({"sub_status": None, "stage": "InTransit_PickedUp"}, S.IN_TRANSIT, None),
        ({"sub_status": "Delivered_Elsewhere", "stage": "Delivered"}, S.UNKNOWN, None),
        ({"sub_status": None, "stage": None}, S.INFO, None),
        ({"sub_status": 7, "stage": ["x"]}, S.INFO, None),
    ],
)
def test_the_most_particular_word_counts_and_one_that_no_table_knows_is_unknown(
    said: dict[str, Any], status: S, reason: Reason | None
) -> None:
    (one,) = read([event(**said)]).events

    assert (one.status, one.reason) == (status, reason)


def test_legs_are_one_journey_in_the_order_of_time() -> None:
    origin = [event("2026-11-12T09:00:00Z", description="c"), event("2026-11-10T09:00:00Z", description="a")]
    local = [event("2026-11-13T09:00:00Z", description="d"), event("2026-11-11T09:00:00Z", description="b")]

    assert [one.text for one in read(origin, local).events] == ["a", "b", "c", "d"]


def test_what_two_legs_say_to_the_byte_was_said_once() -> None:
    same, nearly = event(), event(description="moved ")

    assert len(read([same], [same]).events) == 1
    assert len(read([same], [nearly]).events) == 2
    assert len(read([same], [event(location="Madrid")]).events) == 2


def test_events_of_one_minute_keep_the_order_of_what_happened() -> None:
    leg = [event(description=text) for text in ("third", "second", "first")]

    assert [one.text for one in read(leg).events] == ["first", "second", "third"]


def test_the_newest_event_is_an_event_though_no_leg_tells_it() -> None:
    newest = event("2026-11-14T09:00:00Z", sub_status="Delivered_Other", description="Entregado")

    assert [one.status for one in read([event()], latest_event=newest).events] == [S.IN_TRANSIT, S.DELIVERED]
    assert len(read([event()], latest_event=event()).events) == 1


def test_a_newest_event_without_a_code_has_the_status_that_is_told_beside_it() -> None:
    bare = event(sub_status=None, description="Entregado")
    status = {"status": "Delivered", "sub_status": "Delivered_Other"}

    (one,) = read([bare], latest_event=bare, latest_status=status).events

    assert (one.status, one.raw_code, one.text) == (S.DELIVERED, "Delivered_Other", "Entregado")


def test_too_long_on_the_way_is_told_by_the_status_of_the_whole_alone() -> None:
    expired = {"status": "Expired", "sub_status": "Expired_Other"}

    one = read([event()], latest_status=expired).events[-1]
    assert (one.status, one.stated) == (S.EXPIRED, True)
    last = bearing(read([event(sub_status="Delivered_Other")], latest_status=expired).events)
    assert last
    assert last.status is S.DELIVERED


@pytest.mark.parametrize(("word", "status"), [("Delivered", S.DELIVERED), ("Exception_Returned", S.RETURNED_TO_SENDER)])
def test_an_end_that_no_event_tells_is_told_by_the_status_of_the_whole(word: str, status: S) -> None:
    for code in ("InTransit_Other", None):
        newest = read([event(sub_status=code)], latest_status={"status": "x", "sub_status": word}).events[-1]
        assert (newest.status, newest.stated, newest.time) == (status, True, datetime(2026, 11, 12, 9, tzinfo=UTC))
    open_ = read([event()], latest_status={"status": "OutForDelivery", "sub_status": "OutForDelivery_Other"})
    assert [one.status for one in open_.events] == [S.IN_TRANSIT]


@pytest.mark.parametrize(
    ("said", "time", "local", "tz", "assumed"),
    [
        ({"time_iso": "2026-11-12T10:00:00+01:00"}, 9, "2026-11-12T10:00:00+01:00", "+01:00", False),
        ({"time_iso": "2026-11-12T10:00:00", "time_utc": "2026-11-12T02:00:00Z"}, 2, "2026-11-12T10:00:00", "+08:00",
         False),
        ({"time_utc": "2026-11-12T02:00:00Z"}, 2, "2026-11-12T02:00:00Z", "UTC", False),
        ({"time_iso": "2026-11-12T10:00:00"}, 2, "2026-11-12T10:00:00", "Asia/Shanghai", True),
        ({"time_raw": {"date": "2026-11-12", "time": "10:00:00", "timezone": "-03:00"}}, 13, "2026-11-12 10:00:00",
         "-03:00", False),
        ({"time_raw": "2026-11-12 10:00", "address": {"country": "ES", "postal_code": "35003"}}, 10, "2026-11-12 10:00",
         "Atlantic/Canary", True),
        ({"time_raw": {"date": "2026-11-12", "time": None, "timezone": "somewhere"}, "address": {"country": "US"}}, 0,
         "2026-11-12", "UTC", True),
    ],
)  # fmt: skip
def test_a_time_is_its_offset_else_their_utc_else_the_wall_clock_of_the_place(
    said: dict[str, Any], time: int, local: str, tz: str, assumed: bool
) -> None:
    (one,) = read([{"sub_status": "InTransit_Other", **said}]).events

    assert (one.time, one.local, one.tz, one.tz_assumed) == (
        datetime(2026, 11, 12, time, tzinfo=UTC), local, tz, assumed,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "eta", "window"),
    [
        ("2026-11-13T09:00:00+01:00", "2026-11-14T19:00:00+01:00", date(2026, 11, 14), (8, 18)),
        (None, "2026-11-14T19:00:00+01:00", datetime(2026, 11, 14, 18, tzinfo=UTC), None),
        (None, "2026-11-14T23:59:59+01:00", date(2026, 11, 14), None),
        ("2026-11-14T00:00:00+01:00", "2026-11-14T00:00:00+01:00", date(2026, 11, 14), None),
        ("2026-11-13", "2026-11-14", date(2026, 11, 14), None),
        ("2026-11-14T10:00:00", None, date(2026, 11, 14), None),
        ("soon", 7, None, None),
    ],
)
def test_a_promise_is_the_last_day_and_a_window_if_it_has_two_instants(
    start: object, end: object, eta: object, window: tuple[int, int] | None
) -> None:
    tracking = read(
        [event()], time_metrics={"estimated_delivery_date": {"source": "17TRACK", "from": start, "to": end}}
    )

    assert tracking.eta == eta
    assert tracking.eta_window == (
        Window(datetime(2026, 11, 13, window[0], tzinfo=UTC), datetime(2026, 11, 14, window[1], tzinfo=UTC))
        if window else None
    )  # fmt: skip


def test_a_place_is_as_they_write_it_else_the_parts_of_the_address() -> None:
    address = {"city": "VALENCIA", "state": None, "country": "ES"}

    assert read([event(location="Valencia OP", address=address)]).events[0].place == "Valencia OP"
    assert read([event(address=address)]).events[0].place == "VALENCIA, ES"
    assert read([event()]).events[0].place is None


# One number, several answers


def registered(carrier: int, day: int, recipient: str = "ES") -> dict[str, Any]:
    way = {"shipper_address": {"country": "CN"}, "recipient_address": {"country": recipient}}
    return {"carrier": carrier, **told([event(f"2026-11-{day}T09:00:00Z")], shipping_info=way)}


def test_of_two_answers_for_one_number_the_newest_comes_first() -> None:
    answer = members(registered(3011, 10), registered(19181, 12))

    outcome, trackings, _ = seventeentrack.read(answer)

    assert (outcome, [one.events[-1].time.day for one in trackings]) == (Outcome.FOUND, [12, 10])
    seen = look(Asked(N), line=lambda _request: answer)[N]
    assert seen.tracking
    assert seen.tracking.events[-1].time.day == 12


def test_two_parcels_of_one_number_are_nobodys_to_tell() -> None:
    answer = members(registered(3011, 10), registered(100002, 12, "FR"))

    assert seventeentrack.read(answer)[:2] == (Outcome.AMBIGUOUS, ())
    assert look(Asked(N), line=lambda _request: answer)[N].outcome is Outcome.AMBIGUOUS
    seen = look(Asked(N, carrier="ups"), line=lambda _request: answer)[N]
    assert seen.tracking
    assert seen.tracking.events[-1].time.day == 12


def test_a_registration_that_knows_nothing_hides_none_that_does() -> None:
    answer = members({"carrier": 100002, **told()}, registered(3011, 10))

    assert look(Asked(N), line=lambda _request: answer)[N].outcome is Outcome.FOUND


# Who calls us


def signed(body: bytes, key: str = "a-key") -> dict[str, str]:
    return {"sign": hashlib.sha256(body + b"/" + key.encode()).hexdigest()}


def test_a_push_is_believed_if_the_accounts_key_signed_these_bytes() -> None:
    body = recording("seventeentrack", "pushed").response.body

    assert seventeentrack.verify_push(body, signed(body), ACCOUNT)
    assert seventeentrack.verify_push(body, {"sign": signed(body)["sign"].upper()}, ACCOUNT)
    assert not seventeentrack.verify_push(body + b" ", signed(body), ACCOUNT)
    assert not seventeentrack.verify_push(body, signed(body, "another"), ACCOUNT)
    assert not seventeentrack.verify_push(body, {}, ACCOUNT)
    assert not seventeentrack.verify_push(body, {"sign": "é\udcff"}, ACCOUNT)


def test_nothing_and_no_key_sign_nothing() -> None:
    assert not seventeentrack.verify_push(b"", signed(b""), ACCOUNT)
    assert not seventeentrack.verify_push(b"{}", signed(b"{}", ""), {"api_key": ""})
    assert not seventeentrack.verify_push(b"{}", signed(b"{}", ""), {})


@pytest.mark.parametrize("name", ["pushed", "pushed_beside"])
def test_a_push_tells_what_an_answer_would_and_who_carries_it_by_our_word(name: str) -> None:
    one = recording("seventeentrack", name)

    (told_,) = seventeentrack.read_push(one.response.body)

    assert (told_.number, told_.carrier, told_.seen.outcome) == (N, "yunexus", Outcome.FOUND)
    assert (told_.seen.tracking,) == seventeentrack.read(one.response)[1]


def test_a_push_that_the_number_is_given_up_tells_nothing_of_it() -> None:
    (told_,) = seventeentrack.read_push(recording("seventeentrack", "pushed_stopped").response.body)

    assert (told_.seen.outcome, told_.seen.tracking) == (Outcome.NOT_FOUND, None)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"event": "TRACKING_UPDATED", "data": {"number": ""}}', b"[" * 9_000]
)
def test_a_push_that_is_none_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        seventeentrack.read_push(body)


def test_a_foreign_tag_names_no_carrier() -> None:
    body = wire({"event": "TRACKING_UPDATED", "data": {"number": N, "tag": "order #1042", **told([event()])}})

    assert seventeentrack.read_push(body)[0].carrier is None


def test_it_calls_us_and_carries_nothing_itself() -> None:
    assert pushing("seventeentrack") is not None
    assert pushing("dhl") is None
    assert aggregates("seventeentrack")
    assert not aggregates("dhl")
    assert not aggregates("nobody")
    assert seventeentrack.recognise(N) is None
    assert "https://api.example/push/x" in seventeentrack.paste_push("https://api.example/push/x")
