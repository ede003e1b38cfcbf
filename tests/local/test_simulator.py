"""The carrier simulator replays recordings on a virtual timetable, in the carriers' own formats."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from encamino.carriers import gls
from encamino.carriers.base import Asked, Response
from encamino.domain.shipment import bearing
from infra.local.clock import StackClock
from infra.local.http_server import LoopbackServer
from infra.local.simulator.joining import Played, joined
from infra.local.simulator.server import simulator_server
from infra.local.simulator.shifting import renumber, shift, shift_text

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NUMBER = "JD014600012345"


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Carriers:
    """A running simulator, its folder of recordings and its clock."""

    server: LoopbackServer
    folder: Path
    clock: Clock = field(default_factory=Clock)

    def record(self, name: str, body: Any, slug: str = "dhl", **changes: Any) -> None:
        recording = {"http_status": 200, "headers": {"content-type": "application/json"}, "body": body,
                     "number": "00340434161094042557", "recorded_at": "2026-03-02T09:00:00Z"}  # fmt: skip
        (self.folder / slug).mkdir(exist_ok=True)
        (self.folder / slug / f"{name}.json").write_text(json.dumps(recording | changes))

    def programme(self, *timetable: dict[str, str], number: str = NUMBER, slug: str = "dhl") -> requests.Response:
        wish = {"start": START.isoformat(), "timetable": list(timetable)}
        return requests.put(f"{self.server.url}/_simulator/{slug}/{number}", json=wish, timeout=5)

    def ask(self, path: str = f"?trackingNumber={NUMBER}", slug: str = "dhl", **kwargs: Any) -> requests.Response:
        url = f"{self.server.url}/{slug}/api-eu.dhl.com/track/shipments{path}"
        return requests.request(kwargs.pop("method", "GET"), url, timeout=kwargs.pop("timeout", 5), **kwargs)

    def calls(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = requests.get(f"{self.server.url}/_simulator/calls.json", timeout=5).json()
        return calls


@pytest.fixture(name="carriers")
def _carriers(tmp_path: Path) -> Iterator[Carriers]:
    clock = Clock()
    server = simulator_server(0, tmp_path, clock)
    server.in_background()
    yield Carriers(server, tmp_path, clock)
    server.shutdown()
    server.server_close()


def test_the_timetable_says_what_is_played_when(carriers: Carriers) -> None:
    carriers.record("moving", {"status": "transit"})
    carriers.record("done", {"status": "delivered"})
    carriers.programme({"after": "0h", "play": "moving"}, {"after": "20h", "play": "done"})

    assert carriers.ask().json() == {"status": "transit"}
    carriers.clock.now = START + timedelta(hours=19, minutes=59)
    assert carriers.ask().json() == {"status": "transit"}
    carriers.clock.now = START + timedelta(hours=20)
    assert carriers.ask().json() == {"status": "delivered"}


def test_the_answer_speaks_of_the_programmed_number_and_its_own_time(carriers: Carriers) -> None:
    at = "2026-03-02T08:15:00+01:00"
    carriers.record("moving", {"id": "00340434161094042557", "events": [{"timestamp": at}]})
    carriers.programme({"after": "2h", "play": "moving"})
    carriers.clock.now = START + timedelta(hours=30)

    # Recorded at 09:00Z, played as if asked at 10:00Z: an hour later in the day, 265 days on.
    assert carriers.ask().json() == {"id": NUMBER, "events": [{"timestamp": "2026-11-22T09:15:00+01:00"}]}


@pytest.mark.parametrize(
    "call",
    [
        {"path": f"/{NUMBER}/details"},
        {"path": f"?xml=%3Cdata+piece-code%3D%22{NUMBER}%22%2F%3E"},
        {"path": "", "method": "POST", "json": {"trackingNumber": NUMBER}},
        {"path": "", "method": "POST", "data": f"<code>{NUMBER}</code>"},
    ],
)
def test_the_number_is_found_in_path_query_and_body(carriers: Carriers, call: dict[str, Any]) -> None:
    carriers.record("moving", {"ok": True})
    carriers.programme({"after": "0h", "play": "moving"})

    assert carriers.ask(**call).json() == {"ok": True}


def test_a_number_is_not_mistaken_for_one_it_begins(carriers: Carriers) -> None:
    carriers.record("moving", {"ok": True})
    carriers.programme({"after": "0h", "play": "moving"}, number=NUMBER[:-1])

    assert carriers.ask().status_code == 404


def test_of_several_numbers_the_first_in_the_request_is_answered(carriers: Carriers) -> None:
    carriers.record("one", {"n": 1})
    carriers.record("two", {"n": 2})
    carriers.programme({"after": "0h", "play": "one"}, number="AAA111")
    carriers.programme({"after": "0h", "play": "two"}, number="BBB222")

    assert carriers.ask("?ids=BBB222,AAA111").json() == {"n": 2}
    assert carriers.calls()[-1]["numbers"] == ["BBB222", "AAA111"]


def test_an_unknown_number_gets_the_carriers_own_not_found(carriers: Carriers) -> None:
    assert (carriers.ask().status_code, carriers.ask().content) == (404, b"")

    carriers.record("not_found", {"title": "No result found"}, http_status=404)
    assert carriers.ask().json() == {"title": "No result found"}


def test_before_its_start_a_number_is_unknown(carriers: Carriers) -> None:
    carriers.record("moving", {"ok": True})
    carriers.programme({"after": "0h", "play": "moving"})
    carriers.clock.now = START - timedelta(minutes=1)

    assert carriers.ask().status_code == 404


def test_a_text_body_goes_out_as_it_is_in_its_charset(carriers: Carriers) -> None:
    headers = {"content-type": "text/xml; charset=ISO-8859-1"}
    xml = "<envio n='00340434161094042557' fecha='02/03/2026 08:30'>Málaga</envio>"
    carriers.record("moving", xml, headers=headers)
    carriers.programme({"after": "1h", "play": "moving"})
    carriers.clock.now = START + timedelta(hours=2)

    expected = f"<envio n='{NUMBER}' fecha='22/11/2026 08:30'>Málaga</envio>"
    assert carriers.ask().content == expected.encode("iso-8859-1")


def test_a_token_is_given_without_a_programme(carriers: Carriers) -> None:
    url = f"{carriers.server.url}/ups/onlinetools.ups.com/security/v1/oauth/token"

    assert requests.post(url, data="grant_type=client_credentials", timeout=5).json()["access_token"]


@pytest.mark.parametrize("fault", ["hang", "close", "503", "garbage"])
def test_faults_are_what_they_are_called(carriers: Carriers, fault: str) -> None:
    carriers.programme({"after": "0h", "fault": fault})

    if fault == "hang":
        with pytest.raises(requests.ReadTimeout):
            carriers.ask(timeout=0.4)
    elif fault == "close":
        with pytest.raises(requests.ConnectionError):
            carriers.ask()
    elif fault == "503":
        assert carriers.ask().status_code == 503
    else:
        with pytest.raises(requests.JSONDecodeError):
            carriers.ask().json()


@pytest.mark.parametrize(
    "line", [{"after": "soon", "play": "moving"}, {"after": "0h", "play": "nothing"}, {"after": "0h", "fault": "flood"}]
)
def test_a_timetable_that_makes_no_sense_is_refused_with_the_reason(carriers: Carriers, line: dict[str, str]) -> None:
    answer = carriers.programme(line)

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_calls_are_listed_without_secrets(carriers: Carriers) -> None:
    carriers.ask(f"?apiKey=s3cret&n={NUMBER}&xml=%3Cd+password%3D%22s3cret%22%2F%3E", headers={"DHL-API-Key": "s3cret"})

    requests.get(carriers.server.url, timeout=5)  # not a carrier's address, so not a carrier's call

    [call] = carriers.calls()
    assert (call["slug"], call["host"]) == ("dhl", "api-eu.dhl.com")
    assert NUMBER in call["path"]
    assert "s3cret" not in json.dumps(call)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2026-03-02T08:15:00Z", "2026-03-03T14:15:00Z"),
        ("2026-03-02T20:15:00.123+0100", "2026-03-04T02:15:00.123+0100"),
        ("2026-03-02 08:15", "2026-03-03 14:15"),
        ("2026-03-02", "2026-03-03"),
        ("02.03.2026 08:15:30", "03.03.2026 14:15:30"),
        ("am 02/03/2026, ref 1234-56-78", "am 03/03/2026, ref 1234-56-78"),
        ("03/28/2026", "03/29/2026"),
        ("2026-99-99", "2026-99-99"),
    ],
)
def test_wall_clocks_move_and_formats_stay(text: str, moved: str) -> None:
    assert shift_text(text, timedelta(days=1, hours=6)) == moved


def test_a_date_and_its_time_in_two_fields_move_together() -> None:
    event = {"date": "20260302", "time": "200000", "gmtDate": "20260302", "gmtTime": "19:00:00", "pin": "20260302"}

    moved = {"date": "20260303", "time": "020000", "gmtDate": "20260303", "gmtTime": "01:00:00", "pin": "20260302"}
    assert shift(event, timedelta(hours=6)) == moved


def test_a_number_is_replaced_only_where_it_stands_alone() -> None:
    body = {"id": 64888, "url": "https://dhl.example/?id=64888", "other": "1648880"}

    assert renumber(body, "64888", "777") == {"id": 777, "url": "https://dhl.example/?id=777", "other": "1648880"}


def test_the_clock_runs_ahead_by_the_stacks_offset_and_keeps_it_when_the_stack_is_gone() -> None:
    answers: Iterator[float] = iter([3600.0])

    def read_offset() -> float:
        try:
            return next(answers)
        except StopIteration:
            raise OSError("gone") from None

    clock = StackClock(read_offset)
    ahead = clock() - datetime.now(UTC)
    clock._read_at = float("-inf")

    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)
    assert clock() - datetime.now(UTC) > timedelta(minutes=59)


# Carriers that answer several numbers in one call


def shipment(number: str, status: str) -> dict[str, Any]:
    return {"answer": {"parcels": [{"requested": number, "status": status, "at": "2026-03-02T08:15:00+01:00"}]}}


def record_lists(carriers: Carriers) -> None:
    """A carrier whose recordings name the list their one shipment stands in."""
    recorded = "00340434161094042557"
    for name in ("moving", "done"):
        carriers.record(name, shipment(recorded, name), "gls", list="answer.parcels")
    unknown = {"answer": {"parcels": [{"requested": recorded, "errorCode": "E_404_01"}]}}
    carriers.record("not_found", unknown, "gls", list="answer.parcels")
    carriers.record("throttled", {"fault": "quota"}, "gls", list="answer.parcels", http_status=429)


def test_every_number_of_a_call_is_answered_in_one_list_by_its_own_timetable(carriers: Carriers) -> None:
    record_lists(carriers)
    carriers.programme({"after": "0h", "play": "moving"}, {"after": "4h", "play": "done"}, number="AAA111", slug="gls")
    carriers.programme({"after": "2h", "play": "moving"}, number="BBB222", slug="gls")
    carriers.programme({"after": "90h", "play": "moving"}, number="CCC333", slug="gls")
    carriers.clock.now = START + timedelta(hours=5)

    assert carriers.ask("/BBB222,CCC333,AAA111", slug="gls").json() == {
        "answer": {
            "parcels": [
                {"requested": "BBB222", "status": "moving", "at": "2026-11-22T09:15:00+01:00"},
                {"requested": "CCC333", "errorCode": "E_404_01"},
                {"requested": "AAA111", "status": "done", "at": "2026-11-22T11:15:00+01:00"},
            ]
        }
    }
    assert carriers.calls()[-1]["numbers"] == ["BBB222", "CCC333", "AAA111"]
    assert carriers.calls()[-1]["played"] == "moving, not_found, done"


def test_an_answer_without_the_list_is_about_the_whole_call(carriers: Carriers) -> None:
    record_lists(carriers)
    carriers.programme({"after": "0h", "play": "moving"}, number="AAA111", slug="gls")
    carriers.programme({"after": "0h", "play": "throttled"}, number="BBB222", slug="gls")
    answer = carriers.ask("/AAA111,BBB222", slug="gls")

    assert (answer.status_code, answer.json()) == (429, {"fault": "quota"})
    assert carriers.calls()[-1]["played"] == "throttled"
    assert carriers.ask("/AAA111", slug="gls").json()["answer"]["parcels"][0]["requested"] == "AAA111"


def test_a_fault_of_one_number_is_the_fault_of_the_call(carriers: Carriers) -> None:
    record_lists(carriers)
    carriers.programme({"after": "0h", "play": "moving"}, number="AAA111", slug="gls")
    carriers.programme({"after": "0h", "fault": "503"}, number="BBB222", slug="gls")

    assert carriers.ask("/AAA111,BBB222", slug="gls").status_code == 503
    assert carriers.calls()[-1]["played"] == "fault 503"


def test_a_call_of_unknown_numbers_alone_is_not_found(carriers: Carriers) -> None:
    record_lists(carriers)
    carriers.programme({"after": "9h", "play": "moving"}, number="AAA111", slug="gls")

    assert carriers.ask("/AAA111", slug="gls").json()["answer"]["parcels"] == [
        {"requested": "AAA111", "errorCode": "E_404_01"}
    ]


def test_joining_leaves_the_recorded_answers_as_they_were() -> None:
    first, second = (Played(200, {}, shipment(number, "moving"), "answer.parcels") for number in ("A", "B"))

    assert len(joined([first, second]).shipments or []) == 2
    assert len(first.shipments or []) == len(second.shipments or []) == 1
    nothing = Played(200, {}, {"answer": {"parcels": []}}, "answer.parcels")
    assert len(joined([nothing, second]).shipments or []) == 1


def test_gls_reads_its_joined_recordings_as_one_answer() -> None:
    clock = Clock(datetime(2026, 11, 30, tzinfo=UTC))
    server = simulator_server(0, Path(__file__).parents[1] / "carriers", clock)
    server.in_background()
    names = {f"6180449000{n}": name for n, name in enumerate(["delivered", "in_transit", "not_found", "customs"])}
    for number, name in names.items():
        wish = {"start": "2026-11-22T08:00:00Z", "timetable": [{"after": "0h", "play": name}]}
        requests.put(f"{server.url}/_simulator/gls/{number}", json=wish, timeout=5).raise_for_status()
    account = {"client_id": "app", "client_secret": "s3cret"}
    looking = gls.look([Asked(number) for number in names], account, NoMemo(), clock.now)
    try:
        request = next(looking)
        while True:
            url = request.url.replace("https://", f"{server.url}/gls/")
            got = requests.request(request.method, url, headers=dict(request.headers), data=request.body, timeout=5)
            request = looking.send(
                Response(got.status_code, got.content, {k.lower(): v for k, v in got.headers.items()})
            )
    except StopIteration as end:
        seen = end.value
    finally:
        server.shutdown()
        server.server_close()

    bears = [bearing(one.tracking.events) if one.tracking else None for one in seen.values()]
    assert [event.status if event else None for event in bears] == ["delivered", "in_transit", None, "exception"]
    assert [one.outcome for one in seen.values()] == ["found", "found", "not_found", "found"]
    assert [one.tracking.number for one in seen.values() if one.tracking] == [
        n for n in names if names[n] != "not_found"
    ]


class NoMemo:
    """Remembers nothing."""

    def get(self, name: str) -> str | None:
        return None

    def put(self, name: str, value: str, until: datetime) -> None:
        return None
