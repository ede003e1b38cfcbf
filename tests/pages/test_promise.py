"""The one sentence a customer came for, in every state."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from encamino.domain.fact import Fact, FactType
from encamino.domain.order import Order
from encamino.domain.shipment import Event, ShipmentStatus, Window
from encamino.pages import tracking
from tests.builders import NOW, a_shipment, a_shop, an_order
from tests.pages.compiled import compiled
from tests.pages.reading import Read, read
from tests.pages.samples import WAY, a_way, samples

HEADLINES = {
    "awaiting_payment": ("Estamos esperando tu pago", "We are waiting for your payment"),
    "payment_failed": ("Tu pago no se ha completado", "Your payment did not go through"),
    "paid": ("Ya tenemos tu pedido", "We have your order"),
    "awaiting_stock": ("Esperamos que nos llegue una parte de tu pedido", "Waiting for part of your order to come in"),
    "in_preparation": ("Estamos preparando tu pedido", "We are preparing your order"),
    "untracked": ("Tu pedido está en camino", "Your order is on its way"),
    "digital": ("No tienes que esperar ningún envío", "Nothing to wait for at the door"),
    "test_order": ("Ya tenemos tu pedido", "We have your order"),
    "no_number": ("Tu pedido está listo para salir", "Your order is ready to leave"),
    "label_only": ("Tu pedido está listo para salir", "Your order is ready to leave"),
    "unscanned": ("Tu pedido está listo para salir", "Your order is ready to leave"),
    "arrives": ("Llega el viernes, 27 de noviembre", "Arrives on Friday, 27 November"),
    "arrives_window": ("Llega el viernes, 27 de noviembre", "Arrives on Friday, 27 November"),
    "arrives_tomorrow": ("Mañana, entre las 10:00 y las 14:00", "Tomorrow, between 10:00 and 14:00"),
    "arrives_between": ("Llega entre el 27 nov y el 29 nov", "Arrives between 27 Nov and 29 Nov"),
    "no_date": ("Tu pedido está en camino", "Your order is on its way"),
    "silent": ("Tu pedido está en camino", "Your order is on its way"),
    "late": ("Está tardando más de lo previsto", "It is taking longer than planned"),
    "delayed": ("Llega el sábado, 28 de noviembre", "Arrives on Saturday, 28 November"),
    "out_today": ("Hoy, entre las 10:00 y las 14:00", "Today, between 10:00 and 14:00"),
    "out_since": ("En reparto desde el martes, 24 de noviembre", "Out for delivery since Tuesday, 24 November"),
    "attempt_failed": ("DHL no pudo entregarlo", "DHL could not deliver"),
    "next_attempt": ("Nuevo intento el jueves, 26 de noviembre", "New attempt on Thursday, 26 November"),
    "pickup": ("Te espera en Quiosc Girona", "Waiting for you at Quiosc Girona"),
    "pickup_over": ("Te espera en Quiosc Girona", "Waiting for you at Quiosc Girona"),
    "delivered": ("Entregado el miércoles, 25 de noviembre", "Delivered on Wednesday, 25 November"),
    "customs": ("Tu envío está en la aduana", "Your shipment is at customs"),
    "address": ("A tu dirección le falta algo", "Something is missing in your address"),
    "damaged": ("Tu envío se ha dañado", "Your shipment was damaged"),
    "lost": ("Tu envío no aparece", "Your shipment cannot be found"),
    "trouble": ("Algo está frenando tu envío", "Something is holding up your shipment"),
    "returned": ("Tu envío vuelve a nosotros", "Your shipment is going back to us"),
    "expired": ("Ya no hay más noticias de tu envío", "There is no more news of your shipment"),
    "replaced": ("Llega el viernes, 27 de noviembre", "Arrives on Friday, 27 November"),
    "several": ("Hoy, entre las 10:00 y las 14:00", "Today, between 10:00 and 14:00"),
    "part_delivered": ("El resto de tu pedido aún tiene que salir", "The rest of your order is still to come"),
    "cancelled": ("Tu pedido está cancelado", "Your order is cancelled"),
    "refunded": ("Te hemos devuelto el dinero", "We have returned your money"),
    "abroad": ("Llega el viernes, 27 de noviembre", "Arrives on Friday, 27 November"),
}


def page_of(order: Order, locale: str = "es", now: datetime = NOW, **shop: object) -> Read:
    order = replace(order, locale_from=(NOW, locale))
    return read(tracking.render(order, a_shop(**shop), compiled(), now, "/t/abc").text)


def test_every_sample_has_its_headline_here() -> None:
    assert set(HEADLINES) == set(samples())


@pytest.mark.parametrize("name", HEADLINES)
def test_the_headline_is_the_promise_in_both_languages(name: str) -> None:
    said = tuple(page_of(samples()[name], locale).h1.replace("\u202f", " ") for locale in ("es", "en"))

    assert said == HEADLINES[name]


def test_silence_is_said_after_two_days_and_not_before() -> None:
    order = an_order(a_way(*WAY))

    assert "Sin novedades" not in page_of(order, now=NOW + timedelta(hours=44)).text
    assert "Sin novedades desde el miércoles 25 nov, 6:30" in page_of(order, now=NOW + timedelta(hours=46)).text


def test_yesterdays_date_is_no_promise_today() -> None:
    order = an_order(a_way(*WAY, eta=date(2026, 11, 25)))

    assert page_of(order).h1 == "Llega hoy"
    later = page_of(order, now=NOW + timedelta(days=1))
    assert later.h1 == "Está tardando más de lo previsto"
    assert "Estaba previsto para el miércoles, 25 de noviembre" in later.text
    assert ".ics" not in " ".join(later.links)


def test_a_window_that_has_passed_is_no_promise_any_more() -> None:
    window = Window(NOW - timedelta(hours=4), NOW - timedelta(hours=1))

    assert page_of(an_order(a_way(*WAY, eta_window=window))).h1 == "Está tardando más de lo previsto"


def test_a_window_of_a_whole_day_is_a_day() -> None:
    midnight = datetime(2026, 11, 26, 23, tzinfo=UTC)

    assert page_of(an_order(a_way(*WAY, eta_window=Window(midnight, midnight + timedelta(days=1))))).h1 == (
        "Llega el viernes, 27 de noviembre"
    )


def test_days_are_those_of_the_shop() -> None:
    late_evening = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    order = an_order(a_way(*WAY, eta=late_evening))

    assert page_of(order).h1 == "Llega el viernes, 27 de noviembre"
    assert page_of(order, time_zone="America/New_York").h1 == "Llega mañana"
    assert "miércoles 25 nov, 6:30" in page_of(order).text
    assert "miércoles 25 nov, 0:30" in page_of(order, time_zone="America/New_York").text


def test_an_unknown_code_changes_nothing_and_is_not_shown() -> None:
    plain = a_way(*WAY)
    odd = Event(NOW, ShipmentStatus.UNKNOWN, "ZZ9", "Flurbled", seq=99, number=plain.number or "", source="dhl")
    with_it = replace(plain, events=(*plain.events, odd))

    assert page_of(an_order(with_it)).text == page_of(an_order(plain)).text


def test_the_way_is_told_newest_first_in_our_words() -> None:
    page = page_of(samples()["delivered"])
    steps = [" ".join(step.split()) for step in page.by_tag["li"] if "nov, " in step]

    assert [step.split(" miércoles")[0].split(" martes")[0] for step in steps[:3]] == [
        "Entregado", "En reparto", "De camino hacia ti",
    ]  # fmt: skip
    assert "signed" not in page.text.lower()
    assert "Arrived at hub" not in page.text


def test_the_current_step_is_marked_for_those_who_cannot_see_it() -> None:
    current = [attrs for _, attrs in page_of(samples()["arrives"]).elements if attrs.get("aria-current") == "step"]

    assert len(current) == 1


def test_several_shipments_are_counted_and_can_be_jumped_to() -> None:
    page = page_of(samples()["several"])

    assert {"#s1", "#s2", "#s3", "#rest"} <= set(page.links)
    ids = {attrs.get("id") for _, attrs in page.elements}
    assert {"s1", "s2", "s3", "rest"} <= ids
    assert "Envío 2 de 3" in page.text
    assert "Aún por enviar" in page.text
    assert "Plat Fulla" in page.text


def test_a_replaced_number_is_explained() -> None:
    assert "ahora es JD014600006281230799; antes era 00340434161094042557" in page_of(samples()["replaced"]).text


def test_the_pickup_card_tells_where_until_when_and_with_what_code() -> None:
    text = page_of(samples()["pickup"]).text

    for said in ("Quiosc Girona", "Carrer de Girona 89", "Sa 9:00–14:00", "4711", "hasta el miércoles, 2 de diciembre"):
        assert said in text


def test_returning_is_offered_from_delivery_until_its_last_day() -> None:
    delivered = samples()["delivered"]

    assert "Puedes devolverlo hasta el viernes, 25 de diciembre" in page_of(delivered).text
    assert "Puedes devolverlo" not in page_of(delivered, now=NOW + timedelta(days=31)).text
    assert "Puedes devolverlo" not in page_of(samples()["arrives"]).text


def test_a_link_shows_nothing_ninety_days_after_the_end() -> None:
    page = tracking.render(samples()["delivered"], a_shop(), compiled(), NOW + timedelta(days=91), "/t/abc")

    assert page.status == 410
    assert "Este enlace ha caducado" in page.text
    assert "Barcelona" not in read(page.text).by_tag["main"][0]


@pytest.mark.parametrize(
    ("status", "card"),
    [
        (ShipmentStatus.INFO_RECEIVED, False),
        (ShipmentStatus.IN_TRANSIT, True),
        (ShipmentStatus.EXCEPTION, True),
        (ShipmentStatus.DELIVERED, False),
        (ShipmentStatus.RETURNED_TO_SENDER, False),
    ],
)
def test_a_parcel_of_a_cancelled_order_is_not_late_it_need_not_be_accepted(status: ShipmentStatus, card: bool) -> None:
    late = a_shipment(status, eta=NOW.date() - timedelta(days=3))
    page = page_of(an_order(late, facts=(Fact(FactType.ORDER_CANCELLED, NOW, "10428"),)), "en")

    assert "The day it was due has passed" not in page.text
    assert ("you need not accept it" in page.text) is card
