"""A history told to the flows in memory: what goes out, when, and what is said of lines that told nothing."""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from encamino.cli.rehearsal_file import read_history
from encamino.domain.message import Channel, MessageStatus
from encamino.domain.reason import Why
from encamino.domain.shop import Shop
from encamino.flows.cost import cost
from encamino.flows.rehearse import Rehearsed, Unread, rehearse
from infra.local.simulator.recordings import Recordings
from tests.builders import a_shop
from tests.flows.rehearsals import (
    JOURNEY,
    ORDER,
    START,
    TESTS,
    Line,
    answered,
    delivered,
    history,
    number,
    season,
    written,
)

type Rehearse = Callable[..., Rehearsed]
#: What reaches the customer of one order of `history`, in the order of time, by hand.
SENT = [
    ("order_confirmed", "email"), ("in_preparation", "email"), ("shipped", "email"),
    ("out_for_delivery", "email"), ("out_for_delivery", "sms"), ("attempt_failed", "email"), ("attempt_failed", "sms"),
    ("ready_to_collect", "email"), ("ready_to_collect", "sms"), ("delivered", "email"), ("thank_you", "email"),
]  # fmt: skip
SHIPPED = START + timedelta(minutes=ORDER[-1][0])


@pytest.fixture
def told(templates: Path, tmp_path: Path) -> Rehearse:
    """Write these lines to a file, read it, rehearse it."""

    def play(lines: list[Line], shop: Shop | None = None, **more: Any) -> Rehearsed:
        file = written(lines, tmp_path / "history.jsonl")
        return rehearse(templates, shop or a_shop(), read_history(file.read_bytes(), str(file)), **more)

    return play


def sent(rehearsed: Rehearsed) -> list[tuple[str, str]]:
    """Trigger and channel of what went out, by time."""
    gone = sorted((m.sent_at, m.key.trigger, m.key.channel.value) for m, _ in rehearsed.messages if m.sent_at)
    return [(trigger, channel) for _, trigger, channel in gone]


def test_an_order_goes_all_the_way_and_every_message_has_its_words_and_its_time(told: Rehearse) -> None:
    played = told(list(history(7, START)))

    assert Counter(sent(played)) == Counter(SENT)
    assert sent(played)[:3] == SENT[:3]
    confirmed = next((m, r) for m, r in played.messages if m.key.trigger == "order_confirmed")
    assert (confirmed[0].sent_at, confirmed[0].to) == (START + timedelta(minutes=1), "lucia-7@example.com")
    assert confirmed[1] is not None
    assert "Lucía" in confirmed[1].text
    assert played.unread == ()
    assert played.orders == 1


def test_every_decision_is_there_with_its_reason(told: Rehearse) -> None:
    played = told([delivered("order_created", START), delivered("order_paid", START + timedelta(minutes=1))])

    reasons = {(decision.trigger, decision.reason) for _, decision in played.why}
    assert ("order_received", Why.OUTDATED) in reasons
    assert ("order_confirmed", Why.ACCEPTED) in reasons
    assert [decision.at for _, decision in played.why] == sorted(decision.at for _, decision in played.why)


def test_lines_may_stand_in_any_order(told: Rehearse) -> None:
    lines = list(history(7, START))
    shuffled = lines.copy()
    random.Random(3).shuffle(shuffled)

    assert told(shuffled).messages == told(lines).messages


def test_what_is_planned_for_later_gets_its_time_until_the_rehearsal_stops(told: Rehearse) -> None:
    lines = list(history(7, START))[: len(ORDER)]

    waiting = told(lines, until=SHIPPED - timedelta(minutes=1))
    whole = told(lines)

    assert ("shipped", "email") not in sent(waiting)
    assert ("shipped", "email") in sent(whole)
    assert not [m for m, _ in whole.messages if m.status is MessageStatus.PLANNED]


def test_three_months_later_the_first_mail_can_still_be_read(told: Rehearse) -> None:
    lines = [delivered("order_paid", START, 1), delivered("order_paid", START + timedelta(days=400), 2)]

    assert [render is not None for _, render in told(lines).messages] == [True, True]


def test_an_answer_about_a_number_nobody_knows_yet_tells_nothing(told: Rehearse) -> None:
    early = answered("in_transit", START, 7)

    played = told([early, delivered("order_paid", START + timedelta(minutes=1), 7)])

    assert played.unread == (Unread(1, "ignored", "about no shipment that was known by then"),)


def test_an_answer_that_found_nothing_is_listed_by_what_it_was(told: Rehearse) -> None:
    played = told([delivered("order_paid", START, 7), answered("not_found", START + timedelta(minutes=1), 7)])

    assert [(u.line, u.verdict) for u in played.unread] == [(2, "not_found")]


def test_an_answer_about_several_numbers_needs_none(told: Rehearse) -> None:
    lines = list(history(7, START))
    for line in lines[len(ORDER) :]:
        del line["number"]

    assert Counter(sent(told(lines))) == Counter(SENT)


def test_a_carrier_is_not_believed_about_another_number(told: Rehearse) -> None:
    lines = list(history(7, START))[: len(ORDER)]

    played = told([*lines, answered("delivered", SHIPPED + timedelta(days=3), 8) | {"number": number(7)}])

    assert ("delivered", "email") not in sent(played)
    assert played.unread == (Unread(len(lines) + 1, "ignored", "the answer is about other numbers"),)


def test_who_asks_other_carriers_is_believed_about_their_numbers(told: Rehearse) -> None:
    at = SHIPPED + timedelta(days=3)
    said = Recordings(TESTS / "carriers").answer("seventeentrack", "delivered", number(7), at)
    line = {"at": at.isoformat(), "carrier": "seventeentrack", "number": number(7), "answer": said.body.decode()}

    played = told([*list(history(7, START))[: len(ORDER)], line])

    assert ("delivered", "email") in sent(played)


def test_a_delivery_that_cannot_be_read_is_listed_with_its_line(told: Rehearse) -> None:
    broken = delivered("order_paid", START, 7) | {"body": "["}

    played = told([broken, delivered("order_paid", START + timedelta(minutes=1), 7)])

    assert [(u.line, u.verdict) for u in played.unread] == [(1, "unreadable")]
    assert sent(played) == [("order_confirmed", "email")]


def test_a_delivery_that_the_shop_would_not_take_says_why(told: Rehearse) -> None:
    played = told([delivered("order_paid", START, 7)], a_shop(domains=["another.example"]))

    assert played.messages == ()
    assert "does not list under domains" in played.unread[0].reason


def test_an_unsigned_ping_is_answered_and_told_to_nobody(told: Rehearse) -> None:
    ping = {"at": START.isoformat(), "platform": "woocommerce", "headers": {}, "body": "webhook_id=7"}

    assert [u.verdict for u in told([ping]).unread] == ["ignored"]


def test_no_events_are_no_messages(told: Rehearse) -> None:
    assert told([]) == Rehearsed()


def test_each_line_is_noted_once(told: Rehearse) -> None:
    noted: list[None] = []

    told(list(history(7, START)), noted=lambda: noted.append(None))

    assert len(noted) == len(ORDER) + len(JOURNEY)


def test_mails_and_texts_are_counted_with_their_prices(told: Rehearse) -> None:
    played = told(list(history(7, START)))

    unknown, known = cost(played.messages, {}), cost(played.messages, {"ES": Decimal("0.07")})

    assert (unknown.mails, unknown.mail_price) == (8, Decimal("0.0008"))
    assert [(t.country, t.messages, t.price) for t in unknown.unpriced] == [("ES", 3, None)]
    assert (known.unpriced, known.text_price) == ((), Decimal("0.07") * known.texts[0].parts)


def test_a_shop_without_a_registered_sender_sends_no_texts(told: Rehearse) -> None:
    played = told(list(history(7, START)), a_shop(sms={"senders": {}}))

    assert {m.key.channel for m, _ in played.messages} == {Channel.EMAIL}


def test_fifty_orders_get_what_one_gets_fifty_times(told: Rehearse) -> None:
    assert Counter(sent(told(season(50)))) == Counter(dict.fromkeys(SENT, 50))


@pytest.mark.long
def test_three_months_of_a_thousand_orders_take_less_than_a_minute(
    told: Rehearse, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = season(1000)
    # Of the processor: others may be at work on this machine.
    started, began = time.process_time(), time.monotonic()

    played = told(lines)

    seconds, waited = time.process_time() - started, time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(
            f"\n{played.orders} orders, {len(lines)} events, {len(played.messages)} messages: "
            f"{seconds:.1f} s of the processor, {waited:.1f} s in all\n"
        )
    assert Counter(sent(played)) == Counter(dict.fromkeys(SENT, 1000))
    assert seconds < 60
