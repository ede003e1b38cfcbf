"""What every carrier keeps to, over every recording in its folder. A carrier without recordings fails here."""

import random
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from encamino.carriers.base import Asked, Limits, Outcome, Request, Response, Seen, carrier, carriers
from encamino.domain.shipment import ENDS, Event, ShipmentStatus
from tests.carriers.recordings import Recording, recording, recordings, told

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALL = [one for slug in carriers() for one in recordings(slug)]
FOUND = [one for one in ALL if one.expect["shipments"]]
MUTATIONS = 2_000

#: What must be recorded of a carrier, by what the recording is expected to say.
KINDS = {
    "moving": {"in_transit"},
    "waiting": {"available_for_pickup"},
    "delivered": {"delivered"},
    "trouble": {"exception", "attempt_failed", "returned_to_sender"},
    "not found": {"not_found"},
    "throttled": {"throttled"},
    "broken": {"unavailable", "unreadable"},
}


#: Carriers with OAuth ask for a token first: what they are given, and the addresses they ask at.
TOKEN = Response(200, b'{"access_token":"told","token_type":"Bearer","expires_in":3600}')
TOKEN_PATH = re.compile(r"/oauth2?(/|$)|/token/?$", re.IGNORECASE)


class NoMemo:
    """Remembers nothing."""

    def get(self, name: str) -> str | None:
        return None

    def put(self, name: str, value: str, until: datetime) -> None:
        return None


def looked(one: Recording, response: Response, number: str | None = None) -> Seen:
    """What a look answers when every call of it is answered so, but for a token."""
    module = carrier(one.slug)
    asked = Asked(number or one.number)
    look = module.look([asked], dict.fromkeys(module.FIELDS, "secret"), NoMemo(), NOW)
    try:
        request = next(look)
        for _ in range(10):
            assert isinstance(request, Request)
            request = look.send(TOKEN if TOKEN_PATH.search(urlsplit(request.url).path) else response)
    except StopIteration as end:
        answer: dict[str, Seen] = end.value
        return answer[asked.number]
    raise AssertionError("a look that does not end")


def read(one: Recording, body: bytes | None = None) -> tuple[Outcome, list[dict[str, object]], tuple[Event, ...]]:
    response = one.response if body is None else Response(one.response.status, body, one.response.headers)
    outcome, trackings, _ = carrier(one.slug).read(response)
    return outcome, [told(t) for t in trackings], tuple(event for t in trackings for event in t.events)


@pytest.mark.parametrize("slug", carriers())
@pytest.mark.parametrize("kind", KINDS)
def test_every_carrier_is_recorded_in_every_kind_of_answer(slug: str, kind: str) -> None:
    said = {s["status"] for one in recordings(slug) for s in one.expect["shipments"]}
    said |= {one.expect["outcome"] for one in recordings(slug)}

    assert said & KINDS[kind], f"no recording of {slug} is {kind}"


@pytest.mark.parametrize("slug", carriers())
def test_every_carrier_declares_itself(slug: str) -> None:
    module = carrier(slug)

    assert module.NAME
    assert module.FIELDS
    assert isinstance(module.LIMITS, Limits)
    assert isinstance(module.OPTIONAL_FIELDS, tuple)
    assert all(alias == alias.casefold() for alias in module.ALIASES)
    assert all(host == host.lower() and "/" not in host for host in module.HOSTS)
    assert module.link("12345", "es").startswith("https://")


@pytest.mark.parametrize("one", ALL, ids=str)
def test_a_recording_says_where_it_comes_from(one: Recording) -> None:
    assert "http" in one.about
    assert "20" in one.about


@pytest.mark.parametrize("one", ALL, ids=str)
def test_reading_says_what_is_expected(one: Recording) -> None:
    outcome, shipments, _ = read(one)

    assert outcome == one.expect["outcome"]
    assert shipments == one.expect["shipments"]


@pytest.mark.parametrize("one", ALL, ids=str)
def test_looking_says_the_same_of_the_number_that_was_asked(one: Recording) -> None:
    seen = looked(one, one.response)

    assert seen.outcome == one.expect["outcome"]
    assert ([told(seen.tracking)] if seen.tracking else []) == one.expect["shipments"]


@pytest.mark.parametrize("one", FOUND, ids=str)
def test_an_answer_about_another_number_is_not_found(one: Recording) -> None:
    seen = looked(one, one.response, number="4711081500")

    assert (seen.outcome, seen.tracking) == (Outcome.NOT_FOUND, None)


@pytest.mark.parametrize("one", ALL, ids=str)
def test_reading_twice_gives_the_same(one: Recording) -> None:
    assert carrier(one.slug).read(one.response) == carrier(one.slug).read(one.response)


@pytest.mark.parametrize("one", FOUND, ids=str)
def test_times_are_utc_and_oldest_first(one: Recording) -> None:
    _, trackings, _ = carrier(one.slug).read(one.response)

    for tracking in trackings:
        assert all(event.time.utcoffset() == timedelta() for event in tracking.events)
        assert [e.time for e in tracking.events] == sorted(e.time for e in tracking.events)
        assert [e.seq for e in tracking.events] == list(range(len(tracking.events)))
        assert all(e.source == one.slug and e.number == tracking.number and e.tz for e in tracking.events)


@pytest.mark.parametrize("one", FOUND, ids=str)
def test_a_code_that_no_table_knows_is_unknown(one: Recording) -> None:
    # Every short word that stands as a value becomes nonsense: what it meant must not be guessed at.
    body = re.sub(rb'(":")(?=[^"]*[A-Za-z])[A-Za-z0-9._-]{4,60}"', rb'\1xyzzy"', one.response.body)
    _, _, events = read(one, body)

    telling = {event.status for event in events if event.raw_code == "xyzzy" and event.text == "xyzzy"}
    assert telling <= {ShipmentStatus.UNKNOWN}
    assert ShipmentStatus.DELIVERED not in {event.status for event in events}


@pytest.mark.parametrize("one", FOUND, ids=str)
def test_a_truncated_body_is_unreadable_and_never_half_read(one: Recording) -> None:
    body = one.response.body
    for end in range(0, len(body), max(1, len(body) // 60)):
        outcome, shipments, _ = read(one, body[:end])

        assert (outcome, shipments) == (Outcome.UNREADABLE, [])


@pytest.mark.parametrize("one", ALL, ids=str)
def test_no_mutation_raises_or_says_delivered_where_the_carrier_does_not(one: Recording) -> None:
    chance = random.Random(str(one))
    # Delivered to the sender is delivered, too, once the event that says so is lost.
    truly = any(event.status in ENDS for event in read(one)[2])
    for _ in range(MUTATIONS):
        body = mutated(one.response.body, chance)
        outcome, _, events = read(one, body)
        seen = looked(one, Response(one.response.status, body, one.response.headers))

        assert isinstance(outcome, Outcome)
        assert isinstance(seen.outcome, Outcome)
        told = [event.raw_code.encode() for event in events if event.status is ShipmentStatus.DELIVERED]
        if told and not truly and b'"delivered' not in body.lower() and b'"collected' not in body.lower():
            # The mutation itself must have spelt out a code that the carrier did not send.
            assert all(code in body and code not in one.response.body for code in told)


JUNK = (
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e999",
    b"NaN",
    b'""',
    b"[]",
    b"{}",
    b'"\xff"',
    b"[[",
    b'"delivere"',
    b'"0001-01-01"',
)


def mutated(body: bytes, chance: random.Random) -> bytes:
    """One to four things go wrong: a byte, a piece lost, doubled or moved, a value of another type."""
    for _ in range(chance.randint(1, 4)):
        if not body:
            return body
        at, length = chance.randrange(len(body)), chance.randint(1, 40)
        match chance.randrange(6):
            case 0:
                body = body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
            case 1:
                body = body[:at] + body[at + length :]
            case 2:
                body = body[:at] + body[at : at + length] + body[at:]
            case 3:
                to = chance.randrange(len(body))
                body = body[:to] + body[at : at + length] + body[to:]
            case 4:
                # A whole value becomes one of another type; the JSON stays whole.
                start = body.find(b":", at) + 1
                ends = [end for end in (body.find(b",", start), body.find(b"}", start)) if end > 0]
                if start and ends:
                    body = body[:start] + chance.choice(JUNK) + body[min(ends) :]
            case _:
                # A whole field goes missing.
                start = body.find(b',"', at)
                end = body.find(b',"', start + 1)
                if 0 < start < end:
                    body = body[:start] + body[end:]
    return body


@pytest.mark.parametrize("slug", carriers())
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"0", b'"x"', b"<html>Delivered</html>", b"\xff\xfe\x00", b"[" * 9_000]
)
def test_a_body_that_is_no_answer_is_unreadable(slug: str, body: bytes) -> None:
    outcome, trackings, _ = carrier(slug).read(Response(200, body))

    assert (outcome, trackings) == (Outcome.UNREADABLE, ())


@pytest.mark.parametrize("slug", carriers())
def test_five_megabytes_of_anything_are_read_in_peace(slug: str) -> None:
    one = next(r for r in recordings(slug) if r.expect["shipments"])
    padded = one.response.body + b" " * 5_000_000

    assert read(one, padded)[1] == one.expect["shipments"]
    assert carrier(slug).read(Response(200, b"x" * 5_000_000))[0] is Outcome.UNREADABLE


@pytest.mark.parametrize("slug", carriers())
def test_a_look_without_credentials_is_an_auth_error_and_asks_nobody(slug: str) -> None:
    look = carrier(slug).look([Asked("1")], {}, NoMemo(), NOW)

    with pytest.raises(StopIteration) as end:
        next(look)
    assert end.value.value["1"].outcome is Outcome.AUTH_ERROR


def test_the_demo_story_is_one_shipment_that_only_grows() -> None:
    names = ["announced", "in_transit", "out_for_delivery", "attempt_failed", "available_for_pickup", "delivered"]
    answers = [recording("dhl", name) for name in names]
    events = [read(one)[2] for one in answers]

    assert len({one.number for one in answers}) == 1
    assert [one.expect["shipments"][0]["status"] for one in answers] == [
        "info_received", "in_transit", "out_for_delivery", "attempt_failed", "available_for_pickup", "delivered",
    ]  # fmt: skip
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(events))
