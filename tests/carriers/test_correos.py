"""Correos' traps, each by the answer that springs it."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from encamino.carriers import correos
from encamino.carriers.base import Asked, Outcome, Request, Response, Seen
from encamino.carriers.recognise import named, recognise
from encamino.domain.shipment import PickupPoint, Reason, ShipmentStatus, Tracking, bearing
from tests.carriers.recordings import recording, recordings, wire
from tests.carriers.test_carriers import NOW, NoMemo, mutated

NUMBER = "PQ4K2B0720012340128013X"
EXPEDITION = "PQ4K2B072001234G"
ACCOUNT = {"username": "w1", "password": "s3cret"}
S = ShipmentStatus


def event(code: str, day: str = "18/11/2026", hour: Any = "10:00:00", text: str = "", **more: Any) -> dict[str, Any]:
    return {"codEvento": code, "fecEvento": day, "horEvento": hour, "desTextoResumen": text, **more}


def envelope(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Oldest first, as Correos sends them."""
    told = {"codEnvio": NUMBER, "eventos": list(events), "error": {"codError": "0", "desError": ""}}
    return told | more


def answered(*envelopes: Any) -> Response:
    return Response(200, wire(list(envelopes)))


def one(*events: dict[str, Any], **more: Any) -> Tracking:
    [tracking] = correos.read(answered(envelope(*events, **more)))[1]
    return tracking


def look(response: Response, asked: Asked, account: dict[str, str] | None = None) -> tuple[Request, Seen]:
    looking = correos.look([asked], account or ACCOUNT, NoMemo(), NOW)
    request = next(looking)
    with pytest.raises(StopIteration) as end:
        looking.send(response)
    return request, end.value.value[asked.number]


# What codes mean


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("A090000V", S.INFO_RECEIVED, None),
        ("SR01000V", S.INFO_RECEIVED, None),
        ("A010000V", S.IN_TRANSIT, None),
        ("X010000V", S.IN_TRANSIT, None),
        ("P040000V", S.IN_TRANSIT, None),
        ("P101110V", S.IN_TRANSIT, None),
        ("P110000V", S.IN_TRANSIT, None),
        ("G01L010V", S.IN_TRANSIT, None),
        ("H01I360V", S.IN_TRANSIT, None),
        ("X020000V", S.IN_TRANSIT, None),
        ("X040000V", S.IN_TRANSIT, None),
        ("X060000V", S.IN_TRANSIT, None),
        ("X070000V", S.IN_TRANSIT, None),
        ("X110100V", S.IN_TRANSIT, None),
        ("ADV0000V", S.IN_TRANSIT, None),
        ("H020000V", S.OUT_FOR_DELIVERY, None),
        ("X080000V", S.OUT_FOR_DELIVERY, None),
        ("H01I350V", S.AVAILABLE_FOR_PICKUP, None),
        ("X380000V", S.AVAILABLE_FOR_PICKUP, None),
        ("X390000V", S.AVAILABLE_FOR_PICKUP, None),
        ("L010000V", S.AVAILABLE_FOR_PICKUP, None),
        ("I010000V", S.DELIVERED, None),
        ("I01H210V", S.DELIVERED, None),
        ("X120000V", S.DELIVERED, None),
        ("H010930R", S.ATTEMPT_FAILED, None),
        ("H06P010V", S.ATTEMPT_FAILED, None),
        ("X090100R", S.ATTEMPT_FAILED, None),
        ("X090060R", S.ATTEMPT_FAILED, None),
        ("X130000R", S.ATTEMPT_FAILED, None),
        ("M01E020R", S.ATTEMPT_FAILED, None),
        ("H01R420V", S.ATTEMPT_FAILED, Reason.ABSENT),
        ("O140000V", S.RETURNED_TO_SENDER, None),
        ("L03D320R", S.RETURNED_TO_SENDER, Reason.NOT_COLLECTED),
        ("A040000R", S.EXCEPTION, Reason.CANCELLED),
        ("p040000v", S.IN_TRANSIT, None),
        # A family of codes that went as they should, and what is none of it.
        ("P055550V", S.IN_TRANSIT, None),
        ("P055550R", S.UNKNOWN, None),
        ("P120000V", S.UNKNOWN, None),
        ("P0V", S.UNKNOWN, None),
        # Delivered says the shop module alone, against its own letter or against what was seen.
        ("X090030R", S.UNKNOWN, None),
        ("IPUDO02V", S.UNKNOWN, None),
        ("I999999V", S.UNKNOWN, None),
        ("", S.UNKNOWN, None),
    ],
)
def test_a_code_means_what_correos_says_beside_it(code: str, status: ShipmentStatus, reason: Reason | None) -> None:
    [said] = one(event(code, text="Entregado")).events

    assert (said.status, said.reason, said.raw_code, said.text) == (status, reason, code, "Entregado")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Destinatario ausente", Reason.ABSENT),
        ("Rehusado por el destinatario", Reason.REFUSED),
        ("Dirección incorrecta", Reason.ADDRESS),
        ("Realizado intento de entrega en la dirección indicada", None),
        ("Destinatario desconocido", Reason.ADDRESS),
        ("Establecimiento cerrado", Reason.CLOSED),
        ("Recipient absent", Reason.ABSENT),
        ("", None),
    ],
)
def test_the_prose_gives_the_reason_and_nothing_else(text: str, reason: Reason | None) -> None:
    [failed] = one(event("H010930R", text="Intento de entrega", desTextoAmpliado=text)).events
    [moving] = one(event("P040000V", text=text)).events

    assert (failed.status, failed.reason) == (S.ATTEMPT_FAILED, reason)
    assert (moving.status, moving.reason) == (S.IN_TRANSIT, None)


def test_the_long_text_is_kept_where_there_is_one() -> None:
    long, short = one(
        event("P040000V", text="Clasificado", desTextoAmpliado="Envío clasificado en centro logístico"),
        event("P040000V", hour="11:00:00", text="Clasificado", desTextoAmpliado=None),
    ).events

    assert (long.text, short.text) == ("Envío clasificado en centro logístico", "Clasificado")


def test_an_event_that_says_nothing_is_left_out() -> None:
    nothing = event("", hour="12:00:00") | {"desTextoResumen": None, "desTextoAmpliado": ""}

    assert len(one(event("A010000V"), nothing).events) == 1


def test_what_is_handed_over_after_it_went_back_went_to_the_sender() -> None:
    tracking = one(event("A010000V", "02/11/2026"), event("O140000V", "10/11/2026"), event("I010000V", "12/11/2026"))
    bears = bearing(tracking.events)

    assert bears
    assert (bears.status, bears.raw_code) == (S.RETURNED_TO_SENDER, "I010000V")


# Times: Spanish wall clocks, an hour less on the islands


@pytest.mark.parametrize(
    ("day", "hour", "unit", "time", "tz"),
    [
        ("18/11/2026", "10:00:00", {}, "2026-11-18T09:00:00", "Europe/Madrid"),
        ("18/07/2026", "10:00:30", {}, "2026-07-18T08:00:30", "Europe/Madrid"),
        ("18/11/2026", "10:00", {}, "2026-11-18T09:00:00", "Europe/Madrid"),
        ("18/11/2026", "", {}, "2026-11-17T23:00:00", "Europe/Madrid"),
        ("18/11/2026", None, {}, "2026-11-17T23:00:00", "Europe/Madrid"),
        ("18/11/2026", "10:00:00", {"unidad": "UR LAS PALMAS G.C. 5"}, "2026-11-18T10:00:00", "Atlantic/Canary"),
        ("18/07/2026", "10:00:00", {"unidad": "Oficina Arrecife OP"}, "2026-07-18T09:00:00", "Atlantic/Canary"),
        ("18/11/2026", "10:00:00", {"codired": "3812345"}, "2026-11-18T10:00:00", "Atlantic/Canary"),
        ("18/11/2026", "10:00:00", {"codired": 3512345}, "2026-11-18T10:00:00", "Atlantic/Canary"),
        ("18/11/2026", "10:00:00", {"codired": "2812345"}, "2026-11-18T09:00:00", "Europe/Madrid"),
        ("18/11/2026", "10:00:00", {"unidad": "UR PALMA DE MALLORCA 2"}, "2026-11-18T09:00:00", "Europe/Madrid"),
        # The hour that does not exist, and the one that comes twice: the first.
        ("29/03/2026", "02:30:00", {}, "2026-03-29T01:30:00", "Europe/Madrid"),
        ("25/10/2026", "02:30:00", {}, "2026-10-25T00:30:00", "Europe/Madrid"),
        ("25/10/2026", "01:30:00", {"codired": "3512345"}, "2026-10-25T00:30:00", "Atlantic/Canary"),
    ],
)  # fmt: skip
def test_a_wall_clock_hangs_in_madrid_or_on_the_islands_and_says_so(
    day: str, hour: Any, unit: dict[str, Any], time: str, tz: str
) -> None:
    [said] = one(event("P040000V", day, hour, **unit)).events

    assert said.time == datetime.fromisoformat(time).replace(tzinfo=UTC)
    assert (said.tz, said.tz_assumed) == (tz, True)
    assert said.local == f"{day} {hour or ''}".strip()


def test_in_the_hour_that_comes_twice_the_order_of_the_list_tells_which_it_was() -> None:
    codes = ["P040000V", "P090000V", "P100000V", "P110000V"]
    hours = ["02:10:00", "02:50:00", "02:20:00", "03:05:00"]
    told = one(*(event(code, "25/10/2026", hour) for code, hour in zip(codes, hours, strict=True)))

    assert [said.raw_code for said in told.events] == codes
    assert [said.time.strftime("%H:%M") for said in told.events] == ["00:10", "00:50", "01:20", "02:05"]


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2026-11-18", "10:00:00"), ("31/02/2026", "10:00:00"), ("18/11/1926", "10:00:00"), ("", "10:00:00"),
        ("18/11/2026", "25:00:00"), ("18/11/2026", "soon"), ("18/11/2026", 10), (None, None), (18112026, "10:00:00"),
    ],
)  # fmt: skip
def test_an_event_without_a_readable_time_is_left_out(day: Any, hour: Any) -> None:
    tracking = one(event("A010000V", text="Admitido"), event("I010000V", day, hour))

    assert [said.raw_code for said in tracking.events] == ["A010000V"]


def test_events_of_one_minute_keep_the_carriers_order() -> None:
    told = one(*(event("P040000V", text=text) for text in ("a", "b", "c")))

    assert [said.text for said in told.events] == ["a", "b", "c"]


def test_a_list_that_is_newest_first_is_turned() -> None:
    told = one(
        event("H020000V", "18/11/2026"),
        event("P040000V", "17/11/2026", text="b"),
        event("P040000V", "17/11/2026", text="a"),
        event("A010000V", "16/11/2026"),
    )

    assert [said.text for said in told.events] == ["", "a", "b", ""]
    assert told.events[-1].status is S.OUT_FOR_DELIVERY


def test_only_doubles_to_the_byte_go() -> None:
    told, nearly = event("P040000V", text="Clasificado"), event("P040000V", text="Clasificado", fase="2")

    assert len(one(told, told, nearly).events) == 2


# What comes beside the events


@pytest.mark.parametrize(
    ("fields", "eta"),
    [
        ({"fec_entregasum": "20/11/2026"}, date(2026, 11, 20)),
        ({"fec_entregasum": "20/11/2026 00:00"}, date(2026, 11, 20)),
        ({"fec_entregasum": "20/11/2026 14:30"}, datetime(2026, 11, 20, 13, 30, tzinfo=UTC)),
        ({"fec_entregasum": "", "fec_calculada": "21/11/2026 00:00"}, date(2026, 11, 21)),
        ({"fec_entregasum": "pronto"}, None),
        ({"fec_entregasum": "31/02/2026"}, None),
        ({}, None),
    ],
)
def test_a_promise_is_a_local_day_or_an_instant_until_it_is_over(
    fields: dict[str, str], eta: date | datetime | None
) -> None:
    assert one(event("P040000V"), **fields).eta == eta
    assert one(event("I010000V"), **fields).eta is None
    assert one(event("O140000V"), **fields).eta is None


def test_the_office_is_told_only_while_the_parcel_waits_there() -> None:
    office = {"nom_codired": "OFICINA SORIA OP"}

    assert one(event("H01I350V"), **office).pickup_point == PickupPoint("OFICINA SORIA OP")
    assert one(event("H01I350V", unidad="OFICINA BURGOS SUC 2")).pickup_point == PickupPoint("OFICINA BURGOS SUC 2")
    assert one(event("H01I350V", unidad="NO_OFI")).pickup_point is None
    assert one(event("H020000V"), **office).pickup_point is None
    assert one(event("H01I350V"), event("I01H210V", hour="12:00:00"), **office).pickup_point is None


def test_nobodys_name_is_taken_over() -> None:
    tracking = one(event("I010000V"), nombre_cliente="Persona Inventada", firma_receptor="P. Inventada")

    assert tracking.signed_by is None
    assert "Inventada" not in repr(tracking)


# HTTP 200 for everything


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ({"codError": "3", "desError": "Sin Trazabilidad en Minerva."}, Outcome.NOT_FOUND),
        ({"codError": 3, "desError": None}, Outcome.NOT_FOUND),
        ({"codError": "7", "desError": "El envío no existe"}, Outcome.NOT_FOUND),
        ({"codError": "7", "desError": "Usuario no autorizado"}, Outcome.AUTH_ERROR),
        ({"codError": "7", "desError": "Código con formato no válido"}, Outcome.INVALID),
        ({"codError": "7", "desError": "Servicio no disponible"}, Outcome.UNAVAILABLE),
        ({"codError": "7", "desError": "?"}, Outcome.UNREADABLE),
        ({}, Outcome.UNREADABLE),
        ("error", Outcome.UNREADABLE),
    ],
)
def test_the_error_in_the_body_is_the_outcome(error: Any, outcome: Outcome) -> None:
    body = answered({"codEnvio": NUMBER, "eventos": None, "error": error})

    assert correos.read(body)[:2] == (outcome, ())
    assert look(body, Asked(NUMBER))[1].outcome is outcome


def test_events_are_an_answer_whatever_error_stands_beside_them() -> None:
    assert one(event("A010000V"), error={"codError": "3", "desError": ""}).events
    assert one(event("A010000V"), error=None).events


def test_known_without_events_is_pending() -> None:
    for nothing in (None, [], "", [1]):
        assert one(eventos=nothing).events == ()


def test_a_bare_object_is_read_like_a_list_of_one() -> None:
    bare = Response(200, wire(envelope(eventos=event("A010000V"))))

    assert len(correos.read(bare)[1][0].events) == 1


def test_a_shipment_without_a_number_is_nobodys() -> None:
    assert correos.read(answered(envelope(event("I010000V"), codEnvio=None)))[:2] == (Outcome.UNREADABLE, ())


@pytest.mark.parametrize(
    ("response", "outcome", "wait"),
    [
        (Response(401, b""), Outcome.AUTH_ERROR, None),
        (Response(403, b""), Outcome.AUTH_ERROR, None),
        (Response(404, b""), Outcome.NOT_FOUND, None),
        (Response(429, b"", {"retry-after": "120"}), Outcome.THROTTLED, timedelta(minutes=2)),
        (Response(503, b"", {"retry-after": "120"}), Outcome.UNAVAILABLE, None),
        (Response(302, b""), Outcome.UNREADABLE, None),
        (Response(200, b"<html>Entregado</html>"), Outcome.UNREADABLE, None),
    ],
)
def test_where_it_is_not_200_the_status_counts(response: Response, outcome: Outcome, wait: timedelta | None) -> None:
    _, seen = look(response, Asked(NUMBER))

    assert (seen.outcome, seen.retry_after) == (outcome, wait)


# Asking


def test_a_number_is_asked_for_with_basic_authentication_and_all_its_events() -> None:
    request, seen = look(answered(envelope(event("A010000V"))), Asked("pq4k2b-0720 012340128013x", locale="es"))

    assert request.method == "GET"
    assert request.url == (
        f"https://localizador.correos.es/canonico/eventos_envio_servicio_auth/{NUMBER}?codIdioma=ES&indUltEvento=N"
    )
    assert request.headers["Authorization"] == "Basic dzE6czNjcmV0"
    assert seen.tracking
    assert seen.tracking.number == "pq4k2b-0720 012340128013x"


@pytest.mark.parametrize(
    ("locale", "language"), [("es-MX", "ES"), ("ca", "ES"), ("gl", "ES"), ("de", "EN"), ("", "EN")]
)
def test_texts_are_asked_in_spanish_or_english(locale: str, language: str) -> None:
    request, _ = look(answered(envelope()), Asked(NUMBER, locale=locale))

    assert f"codIdioma={language}" in request.url


@pytest.mark.parametrize("number", ["", "../x", "a/b", "Ñ123", "x" * 41])
def test_what_no_number_of_correos_looks_like_is_not_asked(number: str) -> None:
    looking = correos.look([Asked(number)], ACCOUNT, NoMemo(), NOW)

    with pytest.raises(StopIteration) as end:
        next(looking)
    assert end.value.value[number].outcome is Outcome.INVALID


def test_several_numbers_are_several_calls_each_with_its_own_answer() -> None:
    looking = correos.look([Asked(NUMBER), Asked("OTHER")], ACCOUNT, NoMemo(), NOW)
    next(looking)
    looking.send(answered(envelope(event("A010000V"))))
    with pytest.raises(StopIteration) as end:
        looking.send(recording("correos", "not_found").response)

    assert [end.value.value[n].outcome for n in (NUMBER, "OTHER")] == [Outcome.FOUND, Outcome.NOT_FOUND]


def test_an_expedition_of_one_parcel_is_that_parcel_and_of_several_is_a_riddle() -> None:
    parcel = envelope(event("A010000V"), codExpedicion=EXPEDITION)
    _, alone = look(answered(parcel), Asked(EXPEDITION))
    _, mixed = look(answered(parcel, parcel | {"codEnvio": "PQ4K2B0720012341138002X"}), Asked(EXPEDITION))

    assert alone.tracking
    assert alone.tracking.number == EXPEDITION
    assert (mixed.outcome, mixed.tracking) == (Outcome.AMBIGUOUS, None)


def test_a_shipment_told_twice_is_the_newer_of_the_two() -> None:
    old, new = envelope(event("A010000V", "16/11/2026")), envelope(event("H020000V", "18/11/2026"))

    assert [t.events[0].raw_code for t in correos.read(answered(old, new))[1]] == ["H020000V", "A010000V"]
    assert look(answered(old, new), Asked(NUMBER))[1].tracking.events[0].raw_code == "H020000V"  # type: ignore[union-attr]


def test_the_password_is_in_no_answer() -> None:
    assert "s3cret" not in repr(look(Response(401, b"s"), Asked(NUMBER))[1])


# Numbers and links


@pytest.mark.parametrize(
    ("number", "check", "least"),
    [
        # Not ours: an example in public code for Correos (Trytond's carrier module, 2018).
        ("DQ43B404AA015110128042M", True, 0.9),
        ("PK7Z1M0530000451046004F", True, 0.9),
        ("PH3X9C0210000077135001Z", True, 0.9),
        ("CD7Z1M0530000451046004X", True, 0.9),
        ("DH7Z1M04AA015190128042P", True, 0.9),
        (NUMBER, True, 0.9),
        ("pq4k2b 0720 0123 4012 8013 x", True, 0.9),
        (EXPEDITION, True, 0.9),
        ("PR123450067890120C", None, 0.8),
        ("CX712044189ES", True, 0.8),
    ],
)
def test_correos_numbers_are_recognised(number: str, check: bool | None, least: float) -> None:
    [found] = [r for r in recognise(number) if r.carrier == "correos"]

    assert found.check is check
    assert found.confidence >= least
    assert named("Envío estándar", None, number, {}) == "correos"


@pytest.mark.parametrize("number", ["PQ4K2B0720012340128013Y", "PQ4K2B072001234H", "CX712044188ES"])
def test_a_wrong_letter_is_said_and_believed_by_nobody(number: str) -> None:
    [found] = [r for r in recognise(number) if r.carrier == "correos"]

    assert found.check is False
    assert found.confidence <= 0.1
    assert named(None, None, number, {}) is None


def test_every_single_typo_that_changes_the_sum_is_seen() -> None:
    for at in range(2, len(NUMBER)):
        digits = "0123456789" if NUMBER[at].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for char in digits.replace(NUMBER[at], ""):
            found = correos.recognise(NUMBER[:at] + char + NUMBER[at + 1 :])
            # Twenty-three letters apart is the same letter: A and X, B and Y, C and Z.
            assert found
            assert found.check is False or abs(ord(char) - ord(NUMBER[at])) == 23


@pytest.mark.parametrize(
    "number", ["", "12345", "12345678901234567890123", "RR123456785DE", "PR11060467013040C", "3SABCD1234567", "PQ4K2B"]
)
def test_what_is_not_correos_is_not_recognised(number: str) -> None:
    assert [r for r in recognise(number) if r.carrier == "correos"] == []


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Correos", "correos"), ("Correos - Paq Estándar", "correos"), ("CORREOS DE ESPAÑA", "correos"),
        ("Correos Express", None), ("Correos Express Paq 24", None),
    ],
)  # fmt: skip
def test_correos_express_is_somebody_else(words: str, slug: str | None) -> None:
    assert named(words, None, None, {}) == slug or (slug is None and named(words, None, None, {}) != "correos")


def test_the_shops_link_names_correos_and_not_its_neighbour() -> None:
    assert named("Estándar", correos.link(NUMBER, "es"), None, {}) == "correos"
    assert named("Estándar", "https://s.correosexpress.com/c?n=1", None, {}) != "correos"


def test_the_link_is_in_spanish_or_english() -> None:
    start = "https://www.correos.es/es"

    assert correos.link(NUMBER, "ca") == f"{start}/es/herramientas/localizador/envios/detalle?tracking-number={NUMBER}"
    assert correos.link("a&b", "fr") == f"{start}/en/tools/tracker/items/details?tracking-number=A%26B"
    assert look(answered(envelope(event("A010000V"))), Asked(NUMBER, locale="de"))[1].tracking.link == correos.link(  # type: ignore[union-attr]
        NUMBER, "de"
    )


# The story, and whatever comes


def test_the_demo_shipment_only_grows() -> None:
    names = ["announced", "in_transit", "out_for_delivery", "attempt_failed", "available_for_pickup", "delivered"]
    answers = [recording("correos", name) for name in names]
    events = [correos.read(one.response)[1][0].events for one in answers]

    assert {one.number for one in answers} == {NUMBER}
    assert [one.expect["shipments"][0]["status"] for one in answers] == ["info_received", *names[1:]]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(events))


def test_a_thousand_broken_answers_never_raise_and_never_make_up_a_delivery() -> None:
    chance = random.Random("correos")
    ends = ("delivered", "returned_to_sender")
    told = [
        one
        for one in recordings("correos")
        if not any(shipment["status"] in ends for shipment in one.expect["shipments"])
    ]
    for _ in range(1_000):
        answer = chance.choice(told)
        body = mutated(answer.response.body, chance)
        response = Response(answer.response.status, body, answer.response.headers)
        _, trackings, _ = correos.read(response)
        _, seen = look(response, Asked(answer.number))

        both = (*trackings, seen.tracking) if seen.tracking else trackings
        assert S.DELIVERED not in {said.status for tracking in both for said in tracking.events}
