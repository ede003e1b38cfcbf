"""The delivery as data: calendar, feed, and the published shape."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import icalendar

from encamino.domain.shape import Json, shipment_json, tracking_json
from encamino.domain.shipment import Event, Label, Shipment, ShipmentStatus, Tracking, Window
from encamino.pages import calendar, feed, tracking
from encamino.pages.page import Page
from tests.builders import NOW, a_pickup_point, a_shop, a_window, an_order
from tests.pages.compiled import compiled
from tests.pages.reading import read
from tests.pages.samples import WAY, a_way, samples

SHIPMENT = {
    "carrier", "number", "status", "reason", "eta", "eta_window", "signed_by", "items", "pickup_point", "tracking_link",
    "events",
}  # fmt: skip
EVENT = {"time", "local", "tz", "tz_assumed", "status", "reason", "raw_code", "text", "place"}


def ics(name: str) -> Page | None:
    return calendar.render(samples()[name], a_shop(), compiled(), NOW, "https://casalluna.example/t/abc")


def events(page: Page) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(page.text).events


def test_a_window_is_hours_in_the_calendar_and_a_day_is_a_day() -> None:
    window, day = ics("arrives_window"), ics("arrives")
    assert window
    assert day

    (hours,) = events(window)
    (whole,) = events(day)

    assert hours.start == datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert hours.end == datetime(2026, 11, 27, 13, tzinfo=UTC)
    assert (whole.start, whole.end) == (date(2026, 11, 27), date(2026, 11, 28))
    assert whole["SUMMARY"] == "Entrega de Casa Lluna con DHL, pedido #10428"
    assert day.headers["content-type"] == "text/calendar; charset=utf-8"


def test_what_was_answered_of_a_replaced_number_is_not_published() -> None:
    old = a_way(*WAY, link="https://dhl.example/old", signed_by="L. FERRER", pickup_point=a_pickup_point())
    new = replace(old, labels=(*old.labels, Label(NOW, "JD014600006281230799", "dhl", "DHL", "https://shop.example/n")))

    before, after = shipment_json(old), shipment_json(new)
    page = read(tracking.render(an_order(new), a_shop(), compiled(), NOW, "/t/abc").text)

    assert (before["tracking_link"], before["signed_by"]) == ("https://dhl.example/old", "L. FERRER")
    assert (after["tracking_link"], after["signed_by"], after["pickup_point"]) == ("https://shop.example/n", None, None)
    assert "https://shop.example/n" in page.links
    assert "https://dhl.example/old" not in page.links


def test_without_a_date_there_is_no_calendar() -> None:
    assert [name for name in ("paid", "late", "delivered", "cancelled", "no_date", "pickup") if ics(name)] == []


def test_a_new_date_moves_the_entry_instead_of_adding_one() -> None:
    first, second = ics("arrives"), ics("arrives_window")
    assert first
    assert second

    uids = {str(events(page)[0]["UID"]) for page in (first, second)}

    assert len(uids) == 1


def test_lines_end_and_fold_as_the_standard_wants_and_nothing_can_add_one() -> None:
    order = an_order(a_way(*WAY, eta_window=a_window()), name="#1\r\nATTENDEE:x;,\\" + "ñ" * 60)
    page = calendar.render(order, a_shop(name="Ñandú, Hnos; S.A."), compiled(), NOW, "/t/abc")
    assert page

    lines = page.text.split("\r\n")

    assert "\n" not in page.text.replace("\r\n", "")
    assert max(len(line.encode()) for line in lines) <= 75
    assert not [line for line in lines if line.startswith("ATTENDEE")]
    (event,) = events(page)
    assert "Ñandú, Hnos; S.A." in str(event["SUMMARY"])


def test_the_feed_has_the_published_shape() -> None:
    page = feed.render(samples()["several"], NOW, "https://casalluna.example/t/abc")
    said = json.loads(page.text)

    assert page.headers["content-type"] == "application/json; charset=utf-8"
    assert said["order"] == "#10428"
    assert said["status"] == "part_shipped"
    assert [set(shipment) for shipment in said["shipments"]] == [SHIPMENT] * 3
    assert {frozenset(event) for shipment in said["shipments"] for event in shipment["events"]} == {frozenset(EVENT)}
    assert said["shipments"][0]["eta_window"] == {"from": "2026-11-25T09:00:00Z", "to": "2026-11-25T13:00:00Z"}
    assert all(shipment["signed_by"] is None for shipment in said["shipments"])


def test_instants_have_a_z_days_are_local_and_an_ended_shipment_expects_nothing() -> None:
    window = Window(NOW, NOW + timedelta(hours=2))
    open_ = a_way(*WAY, eta=date(2026, 11, 27), eta_window=window)
    ended = a_way(*WAY, (timedelta(0), ShipmentStatus.DELIVERED, "", "Done"), eta=NOW, eta_window=window)

    assert shipment_json(open_)["eta"] == "2026-11-27"
    assert shipment_json(a_way(*WAY, eta=NOW))["eta"] == "2026-11-25T08:30:00Z"
    assert (shipment_json(ended)["eta"], shipment_json(ended)["eta_window"]) == (None, None)
    assert all(str(event["time"]).endswith("Z") for event in _events(open_))


def test_events_of_a_number_that_was_replaced_stay_with_that_number() -> None:
    assert [event["text"] for event in _events(samples()["replaced"].shipments[0])] == ["Relabelled"]


def test_what_a_carrier_answered_has_the_same_shape_and_the_same_order() -> None:
    late = Event(NOW, ShipmentStatus.IN_TRANSIT, "b", "second", seq=2)
    early = Event(NOW, ShipmentStatus.INFO_RECEIVED, "a", "first", seq=1)

    said = tracking_json(Tracking("dhl", "1", events=(late, early), eta=date(2026, 11, 27)))

    assert set(said) == SHIPMENT
    assert said["status"] == "in_transit"
    assert [event["text"] for event in _listed(said)] == ["first", "second"]
    assert tracking_json(Tracking("dhl", "1"))["status"] == "pending"


def _events(shipment: Shipment) -> list[dict[str, Json]]:
    return _listed(shipment_json(shipment))


def _listed(said: dict[str, Json]) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", said["events"])
