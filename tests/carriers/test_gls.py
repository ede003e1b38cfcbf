"""GLS's traps, each by the answer that springs it."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from encamino.carriers import gls
from encamino.carriers.base import Asked, Outcome, Request, Response, Seen
from encamino.carriers.recognise import named, recognise
from encamino.domain.shipment import PickupPoint, Reason, ShipmentStatus, Tracking, bearing
from tests.carriers.recordings import recording, recordings, wire
from tests.carriers.test_carriers import NOW, TOKEN, mutated

NUMBER = "61804420017"
OTHER = "61804420128"
ACCOUNT = {"client_id": "app", "client_secret": "s3cret"}
S = ShipmentStatus


def event(code: str, stamp: str = "2026-11-18T10:00:00+0100", text: str = "", **more: str) -> dict[str, Any]:
    return {"code": code, "description": text, "eventDateTime": stamp, **more}


def parcel(*events: dict[str, Any], number: str = NUMBER, **more: Any) -> dict[str, Any]:
    """Newest first, as GLS sends them."""
    return {"requested": number, "unitno": number, "events": list(events), **more}


def answered(*parcels: dict[str, Any]) -> Response:
    return Response(200, wire({"parcels": list(parcels)}))


def one(*events: dict[str, Any], **more: Any) -> Tracking:
    [tracking] = gls.read(answered(parcel(*events, **more)))[1]
    return tracking


class Kept:
    """A memo that keeps what it is told until it is over."""

    def __init__(self, now: datetime = NOW, **kept: str) -> None:
        self.now = now
        self.kept = {name: (value, datetime.max.replace(tzinfo=UTC)) for name, value in kept.items()}

    def get(self, name: str) -> str | None:
        value, until = self.kept.get(name, ("", datetime.min.replace(tzinfo=UTC)))
        return value if until > self.now else None

    def put(self, name: str, value: str, until: datetime) -> None:
        self.kept[name] = (value, until)


def look(
    asked: Sequence[Asked], answer: Callable[[Request], Response], memo: Kept | None = None
) -> tuple[dict[str, Seen], list[Request]]:
    """What a look answers, and every call it made."""
    memo = memo or Kept()
    calls: list[Request] = []
    looking = gls.look(asked, ACCOUNT, memo, memo.now)
    try:
        call = next(looking)
        while True:
            calls.append(call)
            call = looking.send(answer(call))
    except StopIteration as end:
        return dict(end.value), calls


def always(response: Response) -> Callable[[Request], Response]:
    return lambda call: TOKEN if call.url.endswith("/token") else response


# What codes and sentences mean


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("PLANNEDPICKUP", S.INFO_RECEIVED, None),
        ("PREADVICE", S.INFO_RECEIVED, None),
        ("INPICKUP", S.IN_TRANSIT, None),
        ("NOTPICKEDUP", S.EXCEPTION, Reason.OTHER),
        ("INTRANSIT", S.IN_TRANSIT, None),
        ("INWAREHOUSE", S.IN_TRANSIT, None),
        ("INDELIVERY", S.OUT_FOR_DELIVERY, None),
        ("DELIVEREDPS", S.AVAILABLE_FOR_PICKUP, None),
        ("DELIVERED", S.DELIVERED, None),
        ("NOTDELIVERED", S.ATTEMPT_FAILED, None),
        ("CANCELED", S.EXCEPTION, Reason.CANCELLED),
        ("FINAL", S.INFO, None),
        ("INTIAL.PREADVICE", S.INFO_RECEIVED, None),
        ("INTIAL.E48_DATA", S.INFO_RECEIVED, None),
        ("INTIAL.NORMAL", S.IN_TRANSIT, None),
        ("INBOUD.NORMAL", S.IN_TRANSIT, None),
        ("OUTBOD.NORMAL", S.IN_TRANSIT, None),
        ("OUTDEL.NORMAL", S.OUT_FOR_DELIVERY, None),
        ("DELIVD.NORMAL", S.DELIVERED, None),
        ("DELIVD.PARCELSHOP", S.AVAILABLE_FOR_PICKUP, None),
        ("CANCEL.NORMAL", S.EXCEPTION, Reason.CANCELLED),
        ("CHANGD.MONEWADDR", S.INFO, None),
        ("delivd.normal", S.DELIVERED, None),
    ],
)
def test_a_code_means_what_gls_says_beside_it(code: str, status: ShipmentStatus, reason: Reason | None) -> None:
    [said] = one(event(code)).events

    assert (said.status, said.reason, said.raw_code) == (status, reason, code)


@pytest.mark.parametrize("code", ["DELIVD.DEL_BY_PSAPP", "DELIVD", "DELIVERED.NORMAL", "OUTDEL.WHATEVER", "3.0", ""])
def test_a_code_nobody_knows_is_unknown_and_keeps_its_words(code: str) -> None:
    [said] = one(event(code, text="The parcel has been delivered by magic.")).events

    assert (said.status, said.raw_code, said.text) == (S.UNKNOWN, code, "The parcel has been delivered by magic.")


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("The parcel could not be delivered as the consignee was absent.", S.ATTEMPT_FAILED, Reason.ABSENT),
        ("The parcel could not be delivered as the consignee is on holidays.", S.ATTEMPT_FAILED, Reason.ABSENT),
        ("The parcel could not be delivered as the reception was closed.", S.ATTEMPT_FAILED, Reason.CLOSED),
        ("The parcel could not be delivered as the recipient refused acceptance.", S.ATTEMPT_FAILED, Reason.REFUSED),
        ("The parcel could not be delivered due to exceeded time frame.", S.ATTEMPT_FAILED, Reason.CARRIER_DELAY),
        ("The parcel could not be delivered due to traffic problems.", S.ATTEMPT_FAILED, Reason.CARRIER_DELAY),
        (
            "The parcel could not be delivered as further address information is needed.",
            S.ATTEMPT_FAILED,
            Reason.ADDRESS,
        ),
        (
            "It is stored in the parcel center. It cannot be delivered as further address information is needed.",
            S.EXCEPTION,
            Reason.ADDRESS,
        ),
        ("Das Paket konnte nicht zugestellt werden, niemand wurde angetroffen.", S.ATTEMPT_FAILED, Reason.ABSENT),
        ("The parcel has been returned to sender.", S.RETURNED_TO_SENDER, None),
        ("The parcel has not been released by customs.", S.EXCEPTION, Reason.CUSTOMS),
        ("The parcel was released by customs.", S.IN_TRANSIT, None),
        ("The parcel was handed over to GLS.", S.IN_TRANSIT, None),
        ("The parcel data was entered; the parcel was not yet handed over to GLS.", S.INFO_RECEIVED, None),
        ("The parcel has not been handed over to GLS.", S.UNKNOWN, None),
        ("The parcel has been delivered at the ParcelShop (see ParcelShop information).", S.AVAILABLE_FOR_PICKUP, None),
        ("The parcel will be delivered at the ParcelShop.", S.UNKNOWN, None),
        ("The parcel has not been delivered at the ParcelShop.", S.UNKNOWN, None),
        ("The parcel has been delivered.", S.UNKNOWN, None),
        ("The parcel has been delivered / dropped off.", S.UNKNOWN, None),
    ],
)
def test_a_sentence_speaks_for_a_code_nobody_knows_but_never_says_delivered(
    text: str, status: ShipmentStatus, reason: Reason | None
) -> None:
    [said] = one(event("XXXXXX.YYY", text=text)).events

    assert (said.status, said.reason) == (status, reason)


def test_a_known_code_takes_only_the_reason_from_its_sentence() -> None:
    [said] = one(event("NOTDELIVERED", text="Nobody was there: consignee absent. Delivered at the ParcelShop.")).events

    assert (said.status, said.reason) == (S.ATTEMPT_FAILED, Reason.ABSENT)


# Times, order, doubles


@pytest.mark.parametrize(
    ("stamp", "place", "time", "tz", "assumed"),
    [
        ("2026-07-29T10:02:00+0200", {}, "2026-07-29T08:02:00", "+02:00", False),
        ("2026-11-18T10:00:00+0100", {"country": "IE"}, "2026-11-18T09:00:00", "+01:00", False),
        ("2026-11-18T10:00:00Z", {}, "2026-11-18T10:00:00", "UTC", False),
        ("2026-11-18T10:00:00", {"country": "IE"}, "2026-11-18T10:00:00", "Europe/Dublin", True),
        ("2026-11-18T10:00:00", {"country": "FI"}, "2026-11-18T08:00:00", "Europe/Helsinki", True),
        ("2026-11-18T10:00:00", {"country": "ES", "postalCode": "38"}, "2026-11-18T10:00:00", "Atlantic/Canary", True),
        ("2026-11-18T10:00:00", {}, "2026-11-18T09:00:00", "Europe/Berlin", True),
        # The hour that does not exist, and the one that comes twice: the first.
        ("2026-03-29T02:30:00", {"country": "DE"}, "2026-03-29T01:30:00", "Europe/Berlin", True),
        ("2026-10-25T02:30:00", {"country": "DE"}, "2026-10-25T00:30:00", "Europe/Berlin", True),
        ("2026-10-25T02:30:00+0100", {"country": "DE"}, "2026-10-25T01:30:00", "+01:00", False),
    ],
)  # fmt: skip
def test_a_time_is_read_by_its_offset_and_only_without_one_by_the_country(
    stamp: str, place: dict[str, str], time: str, tz: str, assumed: bool
) -> None:
    [said] = one(event("INBOUD.NORMAL", stamp, **place)).events

    assert said.time == datetime.fromisoformat(time).replace(tzinfo=UTC)
    assert (said.local, said.tz, said.tz_assumed) == (stamp, tz, assumed)


@pytest.mark.parametrize("stamp", ["", "yesterday", "0001-01-01T00:00:00", None, 20261118])
def test_an_event_without_a_time_is_left_out(stamp: Any) -> None:
    tracking = one(event("INBOUD.NORMAL", text="Seen"), event("DELIVD.NORMAL", stamp))

    assert [said.text for said in tracking.events] == ["Seen"]


def test_events_of_one_second_keep_gls_order_turned_round() -> None:
    tracking = one(event("INBOUD.NORMAL", text="third"), event("A", text="second"), event("B", text="first"))

    assert [said.text for said in tracking.events] == ["first", "second", "third"]


def test_only_doubles_to_the_byte_go() -> None:
    told, nearly = event("INBOUD.NORMAL", text="Seen"), event("INBOUD.NORMAL", text="Seen ")

    assert len(one(told, told, nearly).events) == 2


def test_an_event_that_comes_alone_may_be_no_list() -> None:
    body = wire({"parcels": [{"requested": NUMBER, "events": event("INBOUD.NORMAL")}]})

    assert len(gls.read(Response(200, body))[1][0].events) == 1


def test_the_place_is_town_and_country() -> None:
    whole, country, nowhere = (
        one(event("INBOUD.NORMAL", **place)).events[0].place
        for place in ({"city": "Lyon", "country": "FR"}, {"city": "", "country": "FR"}, {})
    )

    assert (whole, country, nowhere) == ("Lyon, FR", "FR", None)


# The parcel's status beside its events


def test_the_status_that_events_say_already_is_not_counted_twice() -> None:
    handed = event("INTIAL.NORMAL", "2026-11-18T10:00:00+0100")

    for status, at in (("INTRANSIT", "2026-11-18T10:00:05+0100"), ("PREADVICE", "2026-11-18T10:00:00+0100")):
        assert len(one(handed, status=status, statusDateTime=at).events) == 1


def test_a_status_that_no_event_says_is_an_event_of_its_own() -> None:
    tracking = one(
        event("OUTDEL.NORMAL", "2026-11-18T08:00:00+0100"),
        status="NOTDELIVERED",
        statusDateTime="2026-11-18T12:00:00+0100",
    )

    assert [(said.status, said.raw_code) for said in tracking.events] == [
        (S.OUT_FOR_DELIVERY, "OUTDEL.NORMAL"),
        (S.ATTEMPT_FAILED, "NOTDELIVERED"),
    ]


def test_an_unknown_code_stays_listed_where_the_status_says_what_came_of_it() -> None:
    at = "2026-11-18T12:00:00+0100"
    tracking = one(event("DELIVD.DEL_BY_PSAPP", at), status="DELIVERED", statusDateTime=at)
    bears = bearing(tracking.events)

    assert [said.status for said in tracking.events] == [S.UNKNOWN, S.DELIVERED]
    assert bears
    assert bears.raw_code == "DELIVERED"


def test_a_status_noted_later_the_same_day_is_no_second_attempt_and_one_of_another_day_is() -> None:
    failed = event("NOTDELIVERED", "2026-11-18T10:00:00+0100")

    for at, attempts in (("2026-11-18T10:40:00+0100", 1), ("2026-11-19T10:00:00+0100", 2)):
        assert len(one(failed, status="NOTDELIVERED", statusDateTime=at).events) == attempts


def test_a_vague_status_does_not_hide_the_particular_event() -> None:
    at = "2026-11-18T12:00:00+0100"
    held = event("XXXXXX.Y", at, "It cannot be delivered as further address information is needed.")

    assert [said.status for said in one(held, status="INWAREHOUSE", statusDateTime=at).events] == [S.EXCEPTION]


def test_a_closed_history_says_nothing_new() -> None:
    told = event("DELIVD.NORMAL", "2026-07-29T10:02:00+0200")

    assert len(one(told, status="FINAL", statusDateTime="2026-10-28T03:00:00+0100").events) == 1
    [alone] = one(status="FINAL", statusDateTime="2026-10-28T03:00:00+0100").events
    assert alone.status is S.INFO


def test_a_status_without_a_time_is_about_the_newest_event() -> None:
    told = event("INBOUD.NORMAL", "2026-11-18T10:00:00+0100")

    assert [said.status for said in one(told, status="DELIVEREDPS").events] == [S.IN_TRANSIT, S.AVAILABLE_FOR_PICKUP]
    assert one(status="DELIVERED").events == ()


def test_what_is_delivered_after_it_was_sent_back_went_to_the_sender() -> None:
    back = event("X", "2026-11-10T14:00:00+0100", "The parcel has been returned to sender.")
    done = event("DELIVD.NORMAL", "2026-11-12T10:00:00+0100")
    tracking = one(done, back, status="DELIVERED", statusDateTime="2026-11-12T10:00:00+0100")

    assert {said.status for said in tracking.events} == {S.RETURNED_TO_SENDER}


# Ten numbers in one call


def test_ten_numbers_are_one_call_in_english_with_the_token() -> None:
    asked = [Asked(f"6180442{n:04d}", locale="es") for n in range(10)]
    seen, [token, call] = look(asked, always(answered()))

    assert (token.method, token.body) == ("POST", b"grant_type=client_credentials")
    assert token.headers["Authorization"] == "Basic YXBwOnMzY3JldA=="
    assert call.url.endswith("/track-and-trace-v1/tracking/simple/trackids/" + ",".join(a.number for a in asked))
    assert (call.headers["Authorization"], call.headers["Accept-Language"]) == ("Bearer told", "EN")
    assert {one.outcome for one in seen.values()} == {Outcome.NOT_FOUND}


def test_german_is_asked_for_only_when_all_read_it() -> None:
    german, spanish = Asked(NUMBER, locale="de-AT"), Asked(OTHER, locale="es")

    assert look([german], always(answered()))[1][-1].headers["Accept-Language"] == "DE"
    assert look([german, spanish], always(answered()))[1][-1].headers["Accept-Language"] == "EN"


def test_each_number_gets_its_own_of_one_answer() -> None:
    body = answered(
        parcel(event("DELIVD.NORMAL"), number=OTHER),
        {"requested": "61804420239", "errorCode": "E_404_01", "errorMessage": "Resource Not Found"},
        {"requested": "61804420350", "errorCode": "E_500_01"},
        {"requested": "61804420461", "errorCode": "E_999_99"},
        parcel(event("OUTDEL.NORMAL"), number=NUMBER),
        parcel(event("DELIVD.NORMAL"), number="7G7N6K", unitno="61804430599"),
        parcel(event("OUTDEL.NORMAL"), number="7G7N6K", unitno="61804430600"),
    )
    numbers = [NUMBER, OTHER, "61804420239", "61804420350", "61804420461", "7G7N6K", "61804420572"]
    seen, _ = look([Asked(n) for n in numbers], always(body))

    assert [seen[n].outcome for n in numbers] == [
        Outcome.FOUND, Outcome.FOUND, Outcome.NOT_FOUND, Outcome.UNAVAILABLE, Outcome.UNREADABLE,
        Outcome.AMBIGUOUS, Outcome.NOT_FOUND,
    ]  # fmt: skip
    first, second = seen[NUMBER].tracking, seen[OTHER].tracking
    assert first
    assert second
    assert (first.events[0].status, second.events[0].status) == (S.OUT_FOR_DELIVERY, S.DELIVERED)
    assert gls.read(body)[0] is Outcome.FOUND
    assert [t.number for t in gls.read(body)[1]] == [OTHER, NUMBER]


def test_a_number_asked_twice_is_asked_once_and_answered_as_it_was_asked() -> None:
    spaced = "618 0442-0017"
    seen, calls = look([Asked(NUMBER), Asked(spaced)], always(answered(parcel(event("INBOUD.NORMAL")))))

    assert calls[-1].url.endswith(f"/{NUMBER}")
    assert [seen[n].tracking.number for n in (NUMBER, spaced)] == [NUMBER, spaced]  # type: ignore[union-attr]


def test_one_parcel_told_twice_is_no_riddle() -> None:
    early = parcel(event("INBOUD.NORMAL", "2026-11-17T10:00:00+0100"))
    late = parcel(event("OUTDEL.NORMAL", "2026-11-18T10:00:00+0100"))
    seen, _ = look([Asked(NUMBER)], always(answered(early, late)))

    assert seen[NUMBER].tracking.events[-1].status is S.OUT_FOR_DELIVERY  # type: ignore[union-attr]


def test_the_twelve_digits_of_a_label_find_the_eleven_gls_keeps() -> None:
    body = always(answered(parcel(event("INBOUD.NORMAL"))))

    assert look([Asked("618044200172")], body)[0]["618044200172"].outcome is Outcome.FOUND
    assert look([Asked("618044200173")], body)[0]["618044200173"].outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize("number", ["", "1", "../secret", "a,b", "61804420017,61804420128", "x" * 40, "ü1234567"])
def test_what_no_number_of_gls_looks_like_is_not_asked(number: str) -> None:
    seen, calls = look([Asked(number), Asked(NUMBER)], always(answered()))

    assert seen[number].outcome is Outcome.INVALID
    assert calls[-1].url.endswith(f"/{NUMBER}")
    assert look([Asked(number)], always(answered()))[1] == []


def test_a_number_that_spoils_the_call_for_all_is_told_apart() -> None:
    def answer(call: Request) -> Response:
        asked = call.url.rpartition("/")[2].split(",")
        if asked == ["token"]:
            return TOKEN
        return recording("gls", "invalid").response if "SPOILER1" in asked else answered(parcel(event("INBOUD.NORMAL")))

    memo = Kept()
    seen, calls = look([Asked(NUMBER), Asked("SPOILER1")], answer, memo)

    assert (seen[NUMBER].outcome, seen["SPOILER1"].outcome) == (Outcome.FOUND, Outcome.INVALID)
    assert len(calls) == 4


def test_a_gateway_that_refuses_every_number_is_not_asked_for_each_again() -> None:
    memo = Kept()
    asked = [Asked(f"6180442{n:04d}") for n in range(10)]
    rounds = [look(asked, always(recording("gls", "invalid").response), memo) for _ in range(2)]

    assert [len(calls) for _, calls in rounds] == [12, 1]
    assert {one.outcome for seen, _ in rounds for one in seen.values()} == {Outcome.INVALID}


def test_throttling_is_about_all_of_them_and_says_how_long() -> None:
    seen, _ = look([Asked(NUMBER), Asked(OTHER)], always(recording("gls", "throttled").response))

    assert {(one.outcome, one.retry_after) for one in seen.values()} == {(Outcome.THROTTLED, timedelta(hours=1))}


def test_a_spent_quota_is_throttling_whatever_status_it_comes_under() -> None:
    fault = wire({"fault": {"faultstring": "", "detail": {"errorcode": "policies.ratelimit.QuotaViolation"}}})

    for status in (200, 403, 429, 500):
        assert gls.read(Response(status, fault))[0] is Outcome.THROTTLED


# The token


def test_the_token_is_kept_until_a_minute_before_it_ends() -> None:
    memo = Kept()
    look([Asked(NUMBER)], always(answered()), memo)

    assert memo.kept["token"] == ("told", NOW + timedelta(seconds=3540))
    assert [call.method for call in look([Asked(NUMBER)], always(answered()), memo)[1]] == ["GET"]
    memo.now = NOW + timedelta(hours=1)
    assert [call.method for call in look([Asked(NUMBER)], always(answered()), memo)[1]] == ["POST", "GET"]


def test_a_token_that_is_refused_is_renewed_once() -> None:
    def answer(call: Request) -> Response:
        if call.url.endswith("/token"):
            return TOKEN
        fresh = call.headers["Authorization"] == "Bearer told"
        return answered(parcel(event("INBOUD.NORMAL"))) if fresh else recording("gls", "auth_error").response

    memo = Kept(token="stale")
    seen, calls = look([Asked(NUMBER)], answer, memo)

    assert seen[NUMBER].outcome is Outcome.FOUND
    assert [call.method for call in calls] == ["GET", "POST", "GET"]
    assert memo.get("token") == "told"


def test_a_new_token_that_is_refused_too_is_an_auth_error_and_no_circle() -> None:
    for memo, calls in ((Kept(token="stale"), 3), (Kept(), 2)):
        seen, made = look([Asked(NUMBER)], always(recording("gls", "auth_error").response), memo)

        assert seen[NUMBER].outcome is Outcome.AUTH_ERROR
        assert len(made) == calls


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (Response(400, b'{"errors":[{"message":"Invalid client identifier","type":"400"}]}'), Outcome.AUTH_ERROR),
        (Response(401, b"<html>Authorization failed</html>"), Outcome.AUTH_ERROR),
        (Response(429, b"", {"retry-after": "60"}), Outcome.THROTTLED),
        (Response(500, b""), Outcome.UNAVAILABLE),
        (Response(200, b"<html>Sign in</html>"), Outcome.UNREADABLE),
        (Response(200, b'{"access_token":""}'), Outcome.UNREADABLE),
        (Response(200, b'{"access_token":7}'), Outcome.UNREADABLE),
        (Response(200, b'{"access_token":"a\\r\\nX-Evil: 1"}'), Outcome.UNREADABLE),
    ],
)
def test_no_token_is_told_as_what_it_is(response: Response, outcome: Outcome) -> None:
    seen, calls = look([Asked(NUMBER), Asked(OTHER)], lambda _: response)

    assert {one.outcome for one in seen.values()} == {outcome}
    assert len(calls) == 1
    assert seen[NUMBER].retry_after == (timedelta(minutes=1) if outcome is Outcome.THROTTLED else None)
    assert "s3cret" not in repr(seen)


@pytest.mark.parametrize("lasts", ["14400", 14400.0, 1e999, -5, True, None, [], 99_999_999_999])
def test_a_token_never_outlives_what_gls_documents(lasts: Any) -> None:
    memo = Kept()
    token = Response(200, wire({"access_token": "told", "expires_in": lasts}).replace(b"Infinity", b"1e999"))
    look([Asked(NUMBER)], lambda call: token if call.url.endswith("/token") else answered(), memo)

    assert memo.kept["token"][1] <= NOW + timedelta(hours=4)


# The shop where it waits

WAITING = answered(
    parcel(event("DELIVD.PARCELSHOP", city="Lyon", postalCode="69003", country="FR"), unitno="61804420017")
)
WHICH = Response(200, wire({"parcelshopDelivery": {"parcelshopId": "2500012345", "partnerId": "GLS_FR"}}))
SHOP = Response(
    200,
    wire(
        {
            "parcelShopId": "2500012345",
            "name": "Tabac du Pont",
            "address": {"street": "Rue Paul Bert", "houseNumber": "12", "zipCode": "69003", "city": "Lyon"},
            "openingDays": [
                {"weekday": "MON", "hours": [{"openingTime": "09:00", "closingTime": "19:00"}]},
                {"weekday": "TUE", "hours": [{"openingTime": "09:00", "closingTime": "19:00"}]},
                {
                    "weekday": "WED",
                    "hours": [
                        {"openingTime": "09:00:00", "closingTime": "12:30:00"},
                        {"openingTime": "14:00", "closingTime": "19:00"},
                    ],
                },
                {"weekday": "SUN", "hours": []},
            ],
        }
    ),
)


def shops(which: Response = WHICH, shop: Response = SHOP, waiting: Response = WAITING) -> Callable[[Request], Response]:
    def answer(call: Request) -> Response:
        if call.url.endswith("/token"):
            return TOKEN
        if "/deliveryinfo/" in call.url:
            return which
        return shop if "/parcel-shop-management/" in call.url else waiting

    return answer


def test_what_waits_in_a_shop_says_which_shop_where_and_when_it_is_open() -> None:
    seen, calls = look([Asked(NUMBER, postcode="69007", locale="es")], shops())
    which = urlsplit(calls[2].url)

    assert seen[NUMBER].tracking.pickup_point == PickupPoint(  # type: ignore[union-attr]
        "Tabac du Pont", "Rue Paul Bert 12, 69003 Lyon", ("lun–mar 09:00–19:00", "mié 09:00–12:30, 14:00–19:00")
    )
    assert which.path.endswith(f"/tracking/deliveryinfo/parcelid/{NUMBER}")
    assert parse_qs(which.query) == {"originaldestinationpostalcode": ["69007"]}
    assert calls[3].url.endswith("/parcel-shop-management/v2/active-public-parcel-shops/GLS_FR/2500012345")


def test_a_shop_is_asked_about_once_a_parcel_and_told_in_each_readers_language() -> None:
    memo = Kept()
    look([Asked(NUMBER, postcode="69007")], shops(), memo)
    seen, calls = look([Asked(NUMBER, postcode="69007", locale="de")], shops(), memo)

    assert len(calls) == 1
    assert seen[NUMBER].tracking.pickup_point.hours[0] == "Mo–Di 09:00–19:00"  # type: ignore[union-attr]


def test_without_a_postcode_nobody_is_asked_and_the_town_must_do() -> None:
    seen, calls = look([Asked(NUMBER)], shops())

    assert len(calls) == 2
    assert seen[NUMBER].tracking.pickup_point == PickupPoint(address="69003 Lyon")  # type: ignore[union-attr]


def test_a_question_about_a_shop_that_never_came_back_is_not_repeated_at_once() -> None:
    memo = Kept(token="told")
    looking = gls.look([Asked(NUMBER, postcode="69007")], ACCOUNT, memo, NOW)
    next(looking)
    assert "/deliveryinfo/" in looking.send(WAITING).url
    looking.close()

    assert len(look([Asked(NUMBER, postcode="69007")], shops(), memo)[1]) == 1
    memo.now = NOW + timedelta(hours=7)
    assert len(look([Asked(NUMBER, postcode="69007")], shops(), memo)[1]) == 3


@pytest.mark.parametrize(
    ("which", "shop"),
    [
        (Response(403, b""), SHOP),
        (Response(404, b"{}"), SHOP),
        (Response(200, b'{"errorCode":"E_400_03","errorMessage":"Wrong Postal Code"}'), SHOP),
        (Response(200, b"[]"), SHOP),
        (WHICH, Response(403, b"<html>")),
        (WHICH, Response(200, b"null")),
        (WHICH, Response(200, b'{"data":[]}')),
        (WHICH, Response(200, b'{"name":7,"address":[],"openingDays":7}')),
        (WHICH, Response(200, b'{"name":"' + b"x" * 60_000 + b'"}')),
    ],
)
def test_a_shop_that_cannot_be_had_takes_nothing_from_the_answer(which: Response, shop: Response) -> None:
    seen, _ = look([Asked(NUMBER, postcode="69007")], shops(which, shop))

    assert seen[NUMBER].outcome is Outcome.FOUND
    assert seen[NUMBER].tracking.pickup_point == PickupPoint(address="69003 Lyon")  # type: ignore[union-attr]


def test_a_shop_may_come_in_an_envelope_with_odd_hours() -> None:
    body = {"data": [{"name": "Kiosk", "openingDays": [{"weekday": "XXX"}, 7, {"weekday": "FRI", "hours": True}]}]}
    seen, _ = look([Asked(NUMBER, postcode="69007")], shops(shop=Response(200, wire(body))))

    assert seen[NUMBER].tracking.pickup_point == PickupPoint("Kiosk")  # type: ignore[union-attr]


def test_the_answer_cannot_lead_the_call_elsewhere() -> None:
    link = {"parcelShopManagement": {"href": "https://evil.example/"}}
    told = {"parcelshopId": "1", "partnerId": "../../oauth2/v2?x=", "_links": link}
    evil = Response(200, wire({"parcelshopDelivery": told}))
    _, calls = look([Asked(NUMBER, postcode="69007")], shops(which=evil))

    assert {urlsplit(call.url).hostname for call in calls} == {"api.gls-group.net"}
    assert unquote(urlsplit(calls[3].url).path).startswith("/parcel-shop-management/v2/active-public-parcel-shops/../")
    assert "%2F" in calls[3].url


def test_of_many_that_wait_only_a_few_shops_are_asked_about_in_one_look() -> None:
    numbers = [f"6180442{n:04d}" for n in range(10)]
    waiting = answered(*(parcel(event("DELIVD.PARCELSHOP"), number=n) for n in numbers))
    memo = Kept()

    rounds = [look([Asked(n, postcode="69007") for n in numbers], shops(waiting=waiting), memo)[1] for _ in range(3)]
    assert [sum("/deliveryinfo/" in call.url for call in calls) for calls in rounds] == [2, 2, 2]
    assert sum(name.startswith("shop:") for name in memo.kept) == 6


# Numbers and links


@pytest.mark.parametrize(
    ("number", "check", "least"),
    [
        ("618044200172", True, 0.4),
        ("618044200173", False, 0.0),
        ("61804420017", None, 0.3),
        ("35000001406746", None, 0.2),
        ("ZX61QJIX", None, 0.3),
        ("zx61 qjix", None, 0.3),
    ],
)
def test_gls_numbers_are_recognised(number: str, check: bool | None, least: float) -> None:
    [found] = [r for r in recognise(number) if r.carrier == "gls"]

    assert found.check is check
    assert found.confidence >= least
    assert named(None, None, number, {}) is None  # never by the number alone


@pytest.mark.parametrize("number", ["", "SHIPPING", "1234567", "12345678", "6180442001", "3SABCD1234567"])
def test_what_is_not_gls_is_not_recognised(number: str) -> None:
    assert [r for r in recognise(number) if r.carrier == "gls"] == []


def test_every_single_typo_in_a_printed_number_is_seen() -> None:
    good = "618044200172"
    for at in range(12):
        for digit in "0123456789".replace(good[at], ""):
            found = gls.recognise(good[:at] + digit + good[at + 1 :])
            assert found
            assert found.check is False


def test_gls_of_spain_is_somebody_else() -> None:
    assert named("GLS", None, None, {}) == "gls"
    assert named("GLS Paket", None, None, {}) == "gls"
    assert named("Envío con GLS España", None, None, {}) != "gls"


@pytest.mark.parametrize(
    ("locale", "start"),
    [
        ("de-CH", "https://gls-group.com/DE/de/paketverfolgung?match="),
        ("fr", "https://gls-group.com/FR/fr/suivi-de-colis/?match="),
        ("es", "https://gls-group.com/GROUP/en/parcel-tracking?match="),
        ("", "https://gls-group.com/GROUP/en/parcel-tracking?match="),
    ],
)
def test_the_link_is_in_the_readers_language_where_gls_has_the_page(locale: str, start: str) -> None:
    assert gls.link("A&B 1", locale) == start + "A%26B%201"


def test_a_look_links_in_the_language_of_who_asked() -> None:
    seen, _ = look([Asked(NUMBER, locale="fr")], always(answered(parcel(event("INBOUD.NORMAL")))))

    assert seen[NUMBER].tracking.link == gls.link(NUMBER, "fr")  # type: ignore[union-attr]


# The story, and whatever comes


def test_the_demo_shipment_only_grows() -> None:
    names = ["announced", "in_transit", "out_for_delivery", "attempt_failed", "available_for_pickup", "delivered"]
    answers = [recording("gls", name) for name in names]
    events = [gls.read(one.response)[1][0].events for one in answers]

    assert {one.number for one in answers} == {NUMBER}
    assert [one.expect["shipments"][0]["status"] for one in answers] == ["info_received", *names[1:]]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(events))


def test_a_thousand_broken_answers_about_many_never_raise_and_never_make_up_a_delivery() -> None:
    chance = random.Random("gls")
    told = [one for one in recordings("gls") if one.expect["outcome"] == "found"]
    open_ones = [one for one in told if one.expect["shipments"][0]["status"] not in ("delivered", "returned_to_sender")]
    bodies = [one.response.body.removeprefix(b'{"parcels":[').removesuffix(b"]}") for one in open_ones]
    asked = [Asked(one.number) for one in open_ones][:10]
    for _ in range(1_000):
        body = mutated(b'{"parcels":[' + b",".join(chance.sample(bodies, 4)) + b"]}", chance)
        seen, _ = look(asked, always(Response(200, body)))

        assert set(seen) == {each.number for each in asked}
        for each in seen.values():
            statuses = {said.status for said in each.tracking.events} if each.tracking else set()
            assert S.DELIVERED not in statuses or b'"DELIVERED"' in body or b'"DELIVD.NORMAL"' in body
