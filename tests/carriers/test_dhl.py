"""DHL's traps, each by the answer that springs it."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from encamino.carriers import dhl
from encamino.carriers.base import Asked, Outcome, Request, Response, Seen
from encamino.carriers.dhl import words
from encamino.carriers.reading import Draft
from encamino.domain.shipment import Event, PickupPoint, Reason, ShipmentStatus, Tracking, Window, bearing
from tests.carriers.recordings import recording, wire
from tests.carriers.test_carriers import NOW, NoMemo

NUMBER = "7712043651"
S = ShipmentStatus


def event(stamp: str, code: str | None = "transit", text: str = "", **more: Any) -> dict[str, Any]:
    told = {"timestamp": stamp, "statusCode": code, "description": text, **more}
    return {name: value for name, value in told.items() if value is not None}


def shipment(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Newest first, as DHL sends them; the status block repeats the newest."""
    return {"id": NUMBER, "service": "express", "status": events[0] if events else {}, "events": list(events)} | more


def read(*shipments: dict[str, Any]) -> tuple[Tracking, ...]:
    return dhl.read(Response(200, wire({"shipments": list(shipments)})))[1]


def one(*events: dict[str, Any], **more: Any) -> Tracking:
    [tracking] = read(shipment(*events, **more))
    return tracking


def meant(text: str, code: str | None = "transit", level: str | None = None) -> tuple[ShipmentStatus, Reason | None]:
    [said] = one(event("2026-11-18T10:00:00Z", code, text, status=level)).events
    return said.status, said.reason


def look(response: Response, asked: Asked, account: dict[str, str] | None = None) -> tuple[Request, Seen]:
    looking = dhl.look([asked], account or {"api_key": "k"}, NoMemo(), NOW)
    request = next(looking)
    with pytest.raises(StopIteration) as end:
        looking.send(response)
    return request, end.value.value[asked.number]


# What codes and sentences mean


@pytest.mark.parametrize(
    ("level", "status", "reason"),
    [
        ("PRENOTIFICATION_RECEIVED", S.INFO_RECEIVED, None),
        ("OUT_FOR_DELIVERY", S.OUT_FOR_DELIVERY, None),
        ("PARCEL_HANDED_OVER_TO_COURIER", S.OUT_FOR_DELIVERY, None),
        ("NOT_HOME_NEW_DELIVERY", S.ATTEMPT_FAILED, Reason.ABSENT),
        ("NOT_HOME_SOMETHING_NEVER_SEEN", S.ATTEMPT_FAILED, Reason.ABSENT),
        ("DELIVERED_AT_PARCELSHOP", S.AVAILABLE_FOR_PICKUP, None),
        ("COLLECTED_AT_PARCELSHOP", S.DELIVERED, None),
        ("STORAGE_PERIOD_ENDED_AT_PARCELSHOP", S.EXPIRED, Reason.NOT_COLLECTED),
        ("DELIVERED_AT_SHIPPER", S.RETURNED_TO_SENDER, None),
        ("PARCEL_RETURNED_FROM_ROUTE", S.IN_TRANSIT, None),
    ],
)
def test_a_second_level_code_counts_before_statuscode(
    level: str, status: ShipmentStatus, reason: Reason | None
) -> None:
    assert meant("", "transit", level) == (status, reason)


def test_transit_with_a_code_nobody_knows_is_in_transit_and_keeps_the_code() -> None:
    [said] = one(event("2026-11-18T10:00:00Z", "transit", "", status="SORTED_BY_A_ROBOT")).events

    assert (said.status, said.raw_code) == (S.IN_TRANSIT, "SORTED_BY_A_ROBOT")


@pytest.mark.parametrize("code", ["teleported", "DELIVERED!", "in_transit", "unknown", "", None])
def test_a_statuscode_nobody_knows_is_unknown_never_in_transit(code: str | None) -> None:
    assert meant("Beamed", code) == (S.UNKNOWN, None)


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("Die Sendung wurde in das Zustellfahrzeug geladen. Die Zustellung erfolgt heute.", S.OUT_FOR_DELIVERY, None),
        ("The shipment has been loaded onto the delivery vehicle", S.OUT_FOR_DELIVERY, None),
        ("Die Sendung wurde elektronisch angekündigt.", S.INFO_RECEIVED, None),
        ("The instruction data for this shipment have been provided", S.INFO_RECEIVED, None),
        ("Die Sendung wurde zurückgestellt.", S.EXCEPTION, Reason.CARRIER_DELAY),
        ("Die Sendung konnte nicht zugestellt werden und wird jetzt zur Abholung gebracht", S.ATTEMPT_FAILED, None),
        ("Der Empfänger wurde nicht angetroffen", S.ATTEMPT_FAILED, Reason.ABSENT),
        ("Die Sendung liegt in der Packstation 119 zur Abholung bereit.", S.AVAILABLE_FOR_PICKUP, None),
        ("Die Sendung wird morgen zur Abholung bereit liegen", S.IN_TRANSIT, None),
        ("The shipment will be ready for pick-up tomorrow", S.IN_TRANSIT, None),
        ("Recipient refused delivery", S.EXCEPTION, Reason.REFUSED),
        ("Clearance delay", S.EXCEPTION, Reason.CUSTOMS),
        ("Customs clearance status updated", S.IN_TRANSIT, None),
        ("The shipment was successfully delivered", S.IN_TRANSIT, None),
    ],
)
def test_a_sentence_sharpens_transit_but_never_says_delivered(
    text: str, status: ShipmentStatus, reason: Reason | None
) -> None:
    assert meant(text) == (status, reason)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Delivered", S.DELIVERED),
        ("Die Sendung wurde zugestellt.", S.DELIVERED),
        ("The recipient has picked up the shipment from the retail outlet", S.DELIVERED),
        ("Der Empfänger hat die Sendung in der Filiale abgeholt", S.DELIVERED),
        ("Delivered to a parcel shop", S.AVAILABLE_FOR_PICKUP),
        ("Delivered to shipper", S.RETURNED_TO_SENDER),
        ("Die Sendung wurde dem Absender zugestellt", S.RETURNED_TO_SENDER),
    ],
)
def test_delivered_says_to_whom(text: str, status: ShipmentStatus) -> None:
    assert meant(text, "delivered") == (status, None)


def test_a_return_that_is_delivered_was_delivered_to_the_sender() -> None:
    tracking = one(event("2026-11-18T10:00:00Z", "delivered", "Delivered"), returnFlag=True)

    assert tracking.events[0].status is S.RETURNED_TO_SENDER


@pytest.mark.parametrize(
    ("text", "reason"),
    [("Package damaged", Reason.DAMAGED), ("Shipment lost", Reason.LOST), ("Sorry", Reason.OTHER)],
)
def test_failure_is_an_exception_with_the_reason_it_gives(text: str, reason: Reason) -> None:
    assert meant(text, "failure") == (S.EXCEPTION, reason)


def test_back_in_the_depot_is_a_failed_attempt_only_after_one() -> None:
    back = event("2026-11-18T19:00:00+01:00", status="PARCEL_RETURNED_FROM_ROUTE")
    home = event("2026-11-18T14:00:00+01:00", status="NOT_HOME_NEW_DELIVERY")

    assert one(back, home).events[-1].status is S.ATTEMPT_FAILED
    assert one(back).events[-1].status is S.IN_TRANSIT


# Times


def test_a_wall_clock_of_parcel_de_hangs_in_berlin_and_says_so() -> None:
    [summer] = one(event("2026-07-18T10:00:00"), service="parcel-de").events

    assert summer.time == datetime(2026, 7, 18, 8, tzinfo=UTC)
    assert (summer.local, summer.tz, summer.tz_assumed) == ("2026-07-18T10:00:00", "Europe/Berlin", True)


def test_an_offset_is_believed_whatever_the_division() -> None:
    [said] = one(event("2026-07-18T10:00:00-05:00"), service="parcel-de").events

    assert (said.time, said.tz, said.tz_assumed) == (datetime(2026, 7, 18, 15, tzinfo=UTC), "-05:00", False)


@pytest.mark.parametrize(
    ("address", "zone", "hour"),
    [
        ({"countryCode": "ES"}, "Europe/Madrid", 9),
        ({"countryCode": "ES", "postalCode": "35001"}, "Atlantic/Canary", 10),
        ({"addressLocality": "VALENCIA - SPAIN"}, "Europe/Madrid", 9),
        ({"countryCode": "PT"}, "Europe/Lisbon", 10),
        ({"countryCode": "US"}, "UTC", 10),
        ({}, "UTC", 10),
    ],
)
def test_elsewhere_a_wall_clock_hangs_where_the_event_was(address: dict[str, str], zone: str, hour: int) -> None:
    [said] = one(event("2026-11-18T10:00:00", location={"address": address})).events

    assert (said.time.hour, said.tz, said.tz_assumed) == (hour, zone, True)


def test_milliseconds_stay() -> None:
    [said] = one(event("2026-10-24T15:41:52.090+02:00")).events

    assert said.time == datetime(2026, 10, 24, 13, 41, 52, 90_000, tzinfo=UTC)


@pytest.mark.parametrize("stamp", ["", "yesterday", "0001-01-01T00:00:00", "2026-13-01T00:00:00", 20261118, None])
def test_an_event_without_a_time_is_left_out(stamp: object) -> None:
    tracking = one(event("2026-11-18T10:00:00Z", text="Seen"), {"timestamp": stamp, "statusCode": "delivered"})

    assert [e.text for e in tracking.events] == ["Seen"]


# Order and doubles


def test_events_of_one_minute_keep_the_carriers_order_reversed() -> None:
    minute = "2026-11-18T10:00:00"
    tracking = one(event(minute, text="third"), event(minute, text="second"), event(minute, text="first"))

    assert [e.text for e in tracking.events] == ["first", "second", "third"]


def test_a_list_that_is_oldest_first_is_not_turned() -> None:
    ties = [event("2026-11-18T10:00:00", text=text) for text in ("b", "c")]
    told = shipment(event("2026-11-17T10:00:00", text="a"), *ties, event("2026-11-19T10:00:00", text="d"))
    [tracking] = read(told | {"status": {}})

    assert [e.text for e in tracking.events] == ["a", "b", "c", "d"]


def test_the_mixed_list_is_ordered_by_instant_not_by_text() -> None:
    late, early = event("2026-11-18T07:00:00-05:00", text="late"), event("2026-11-18T11:30:00+01:00", text="early")

    assert [e.text for e in one(early, late).events] == ["early", "late"]


def test_only_doubles_to_the_byte_go() -> None:
    told, nearly = event("2026-11-18T10:00:00", text="Processed"), event("2026-11-18T10:00:00", text="Processed ")

    assert len(one(told, told, told).events) == 1
    assert len(one(told, nearly).events) == 2


def test_the_status_block_is_not_counted_twice_though_it_says_more() -> None:
    told = event("2026-11-18T10:00:00", "delivered", "Delivered")
    block = told | {"remark": "Left with a neighbour", "location": {"address": {"countryCode": "ES"}}}

    assert len(one(told, status=block).events) == 1


def test_the_status_block_is_not_counted_twice_with_another_offset() -> None:
    told = event("2026-11-18T10:00:00", "delivered", "Delivered", location={"address": {"countryCode": "ES"}})

    assert len(one(told, status=told | {"timestamp": "2026-11-18T10:00:00Z"}).events) == 1
    assert len(one(told, status=told | {"timestamp": "2026-11-18T09:00:00Z"}).events) == 1


def test_a_status_block_that_knows_more_is_an_event() -> None:
    told = event("2026-11-18T10:00:00Z", text="Processed")
    tracking = one(told, status=event("2026-11-18T12:00:00Z", "delivered", "Delivered"))

    assert [e.status for e in tracking.events] == [S.IN_TRANSIT, S.DELIVERED]


def test_a_status_block_without_a_time_is_about_the_newest_event() -> None:
    told = event("2026-11-18T10:00:00Z", "transit", "Processed")

    assert len(one(told, status={"statusCode": "transit", "description": "Processed"}).events) == 1
    assert one(told, status={"statusCode": "delivered"}).events[-1].status is S.DELIVERED
    assert one(status={"statusCode": "delivered"}).events == ()


def test_an_event_without_statuscode_takes_it_from_the_status_block() -> None:
    told = event("2026-11-18T10:00:00Z", None, "Shipment delivered at destination")
    tracking = one(told, status=told | {"statusCode": "delivered"}, service="dgf")

    assert [e.status for e in tracking.events] == [S.DELIVERED]


def test_a_coarse_status_block_does_not_hide_the_particular_event() -> None:
    told = event("2026-11-18T10:00:00Z", "transit", "Out for delivery")
    tracking = one(told, status=event("2026-11-18T10:00:00Z", "transit", "The shipment is on its way"))

    assert [e.status for e in tracking.events] == [S.OUT_FOR_DELIVERY]


def test_delivered_stays_when_a_signature_is_filed_later() -> None:
    filed = event("2026-11-19T10:00:00Z", "transit", "Signature filed")
    tracking = one(filed, event("2026-11-18T10:00:00Z", "delivered", "Delivered"), estimatedTimeOfDelivery="2026-11-20")

    last = bearing(tracking.events)
    assert last
    assert last.status is S.DELIVERED
    assert tracking.eta is None


# What comes beside the events


@pytest.mark.parametrize(
    ("said", "eta"),
    [
        ("2026-11-18", date(2026, 11, 18)),
        ("2026-11-18T00:00:00", date(2026, 11, 18)),
        ("2026-11-18T00:00:00+01:00", date(2026, 11, 18)),
        ("2026-11-18T23:59:00", date(2026, 11, 18)),
        ("2026-11-18T14:00:00+01:00", datetime(2026, 11, 18, 13, tzinfo=UTC)),
        ("2026-11-18T14:00:00", datetime(2026, 11, 18, 13, tzinfo=UTC)),
        ("soon", None),
        (None, None),
    ],
)
def test_a_promise_is_a_local_day_or_an_instant(said: str | None, eta: date | datetime | None) -> None:
    destination = {"address": {"countryCode": "ES"}}

    assert one(event("2026-11-17T10:00:00Z"), estimatedTimeOfDelivery=said, destination=destination).eta == eta


def test_a_window_is_two_instants_or_none() -> None:
    frame = {"estimatedFrom": "2026-11-18T12:00:00", "estimatedThrough": "2026-11-18T14:00:00"}
    moving = event("2026-11-18T08:00:00")

    assert one(moving, service="parcel-de", estimatedDeliveryTimeFrame=frame).eta_window == Window(
        datetime(2026, 11, 18, 11, tzinfo=UTC), datetime(2026, 11, 18, 13, tzinfo=UTC)
    )
    assert one(moving, estimatedDeliveryTimeFrame={"estimatedFrom": frame["estimatedThrough"]}).eta_window is None
    assert one(event("2026-11-18T13:00:00", "delivered"), estimatedDeliveryTimeFrame=frame).eta_window is None


@pytest.mark.parametrize(
    ("signed", "name"),
    [
        ({"name": "LUCIA FERRER"}, "LUCIA FERRER"),
        ({"givenName": "Lucía", "familyName": "Ferrer"}, "Lucía Ferrer"),
        ({"familyName": "Ferrer"}, "Ferrer"),
        ({}, None),
        ("L. FERRER", "L. FERRER"),
        (17, None),
    ],
)
def test_who_signed(signed: object, name: str | None) -> None:
    details = {"proofOfDelivery": {"signed": signed}}

    assert one(event("2026-11-18T13:00:00", "delivered"), details=details).signed_by == name


def test_the_pickup_point_is_told_while_it_waits_there() -> None:
    point = PickupPoint("DHL ServicePoint Papelería Colón", "Calle de Colón 27, 46004 VALENCIA - SPAIN")

    assert dhl.read(recording("dhl", "available_for_pickup").response)[1][0].pickup_point == point
    assert dhl.read(recording("dhl", "delivered").response)[1][0].pickup_point is None


def test_the_link_is_dhls_own_or_ours_never_a_strangers() -> None:
    own = "https://www.dhl.de/de/privatkunden.html?piececode=1"
    moving = event("2026-11-18T08:00:00")

    assert one(moving, serviceUrl=own).link == own
    for strange in (
        "https://dhl.com.evil.example/",
        "http://www.dhl.de/",
        "https://evil.example/www.dhl.de",
        "https://[",
        1,
    ):
        assert one(moving, serviceUrl=strange).link == dhl.link(NUMBER, "en")
    assert dhl.link("A B", "es").endswith("/es-es/home/tracking/tracking-parcel.html?submit=1&tracking-id=A%20B")
    assert "global-en" in dhl.link("1", "ca")


# One number, several shipments


def parcel(day: int, **more: Any) -> dict[str, Any]:
    return shipment(event(f"2026-11-{day:02d}T10:00:00Z", "transit", f"day {day}"), **more)


def to(country: str, postcode: str) -> dict[str, Any]:
    return {"destination": {"address": {"countryCode": country, "postalCode": postcode}}}


def test_strangers_that_share_a_number_are_shown_to_nobody() -> None:
    answer = recording("dhl", "ambiguous")
    outcome, trackings, _ = dhl.read(answer.response)
    _, seen = look(answer.response, Asked(answer.number))

    assert (outcome, trackings) == (Outcome.AMBIGUOUS, ())
    assert (seen.outcome, seen.tracking) == (Outcome.AMBIGUOUS, None)


def test_postcode_and_service_narrow_strangers_to_one() -> None:
    answer = recording("dhl", "ambiguous")
    _, by_postcode = look(answer.response, Asked(answer.number, postcode="sw1a1aa"))
    _, by_service = look(answer.response, Asked(answer.number), {"api_key": "k", "service": "sameday"})

    assert by_postcode.outcome is by_service.outcome is Outcome.FOUND
    assert by_postcode.tracking != by_service.tracking


def test_a_postcode_nobody_told_narrows_nothing() -> None:
    body = wire({"shipments": [parcel(1, **to("ES", "46001")), parcel(2, destination={})]})

    assert look(Response(200, body), Asked(NUMBER))[1].outcome is Outcome.AMBIGUOUS
    assert look(Response(200, body), Asked(NUMBER, postcode="28042"))[1].outcome is Outcome.AMBIGUOUS


def test_legs_of_one_journey_come_newest_first() -> None:
    first, second = (
        parcel(1, service="ecommerce-europe", **to("DE", "10719")),
        parcel(3, service="parcel-de", **to("DE", "10719")),
    )
    trackings = read(first, second)
    _, seen = look(Response(200, wire({"shipments": [first, second]})), Asked(NUMBER))

    assert [t.events[0].text for t in trackings] == ["day 3", "day 1"]
    assert seen.tracking
    assert seen.tracking.events[0].text == "day 3"


def test_the_id_is_matched_whole_and_other_ids_are_not_ours() -> None:
    other = parcel(1) | {"id": NUMBER + "0"}
    body = wire({"shipments": [other, parcel(2)]})

    assert look(Response(200, body), Asked("771 204-3651"))[1].tracking.events[0].text == "day 2"  # type: ignore[union-attr]
    assert look(Response(200, wire({"shipments": [other]})), Asked(NUMBER))[1].outcome is Outcome.NOT_FOUND


def test_a_number_of_a_piece_finds_its_shipment_under_the_number_asked() -> None:
    body = wire({"shipments": [parcel(1, details={"pieceIds": ["JD014600009876543210"]})]})
    _, seen = look(Response(200, body), Asked("JD014600009876543210"))

    assert seen.tracking
    assert seen.tracking.number == "JD014600009876543210"


# Asking


def test_the_question_carries_what_dhl_wants_and_the_key_in_a_header_only() -> None:
    answer = recording("dhl", "in_transit")
    account = {"api_key": "secret", "service": "express"}
    request, _ = look(answer.response, Asked(NUMBER, postcode="46001", locale="es"), account)

    assert urlsplit(request.url).netloc == "api-eu.dhl.com"
    assert parse_qs(urlsplit(request.url).query) == {
        "trackingNumber": [NUMBER], "service": ["express"], "language": ["en"], "recipientPostalCode": ["46001"],
    }  # fmt: skip
    assert request.headers["DHL-API-Key"] == "secret"
    assert "secret" not in request.url


def test_a_number_with_spaces_and_signs_is_escaped() -> None:
    request, _ = look(Response(404, b""), Asked("a&service=x /ñ"))

    assert parse_qs(urlsplit(request.url).query)["trackingNumber"] == ["a&service=x /ñ"]


def test_the_link_speaks_the_shoppers_language() -> None:
    _, seen = look(Response(200, wire({"shipments": [parcel(1)]})), Asked(NUMBER, locale="pt-PT"))

    assert seen.tracking
    assert "/pt-pt/" in (seen.tracking.link or "")


@pytest.mark.parametrize(
    ("http_status", "outcome"),
    [
        (400, Outcome.INVALID), (401, Outcome.AUTH_ERROR), (403, Outcome.AUTH_ERROR), (404, Outcome.NOT_FOUND),
        (429, Outcome.THROTTLED), (500, Outcome.UNAVAILABLE), (503, Outcome.UNAVAILABLE), (302, Outcome.UNREADABLE),
    ],
)  # fmt: skip
def test_http_statuses_are_outcomes(http_status: int, outcome: Outcome) -> None:
    assert dhl.read(Response(http_status, b"<html>"))[0] is outcome
    assert look(Response(http_status, b"<html>"), Asked(NUMBER))[1].outcome is outcome


def test_an_error_object_under_http_200_is_an_error() -> None:
    assert dhl.read(Response(200, b'{"title":"No result found","status":404}'))[0] is Outcome.NOT_FOUND
    assert dhl.read(Response(200, b'{"status":200}'))[0] is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("3600", timedelta(hours=1)),
        ("Sun, 22 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 22 Nov 2026 11:00:00 GMT", timedelta()),
        ("99999999999999", timedelta(days=1)),
        ("-1", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, wait: timedelta | None) -> None:
    _, seen = look(Response(429, b"{}", {"retry-after": header}), Asked(NUMBER))

    assert (seen.outcome, seen.retry_after) == (Outcome.THROTTLED, wait)


def test_another_charset_is_unreadable_not_misread() -> None:
    body = wire({"shipments": [parcel(1) | {"service": "españa"}]}).decode().encode("latin-1")

    assert dhl.read(Response(200, body))[0] is Outcome.UNREADABLE


def test_a_draft_becomes_an_event_like_any_other() -> None:
    fields = (datetime(2026, 11, 18, tzinfo=UTC), S.IN_TRANSIT, "c", "t", "l", "UTC", False, None, "p", 3, "n", "dhl")
    made: Any = Draft(*fields)
    made.__class__ = Event

    assert made == Event(*fields)
    assert hash(made) == hash(Event(*fields))
    with pytest.raises(AttributeError, match="cannot assign"):
        made.status = S.DELIVERED


def test_every_code_of_the_table_reads_as_a_code() -> None:
    assert all(re.fullmatch(r"[A-Z_]+", code) for code in words._CODES)
    assert all(words == words.lower() for words, _ in words._WORDS)
    assert not any(meaning[0] is S.DELIVERED for _, meaning in words._WORDS)
