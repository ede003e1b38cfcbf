"""Dead letters go back to their queue, twice over: everything happens, and happens once."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import batched
from pathlib import Path

import pytest

from encamino.domain.order import OrderKey
from encamino.flows.handing import written
from encamino.store.base import Due, Lane
from encamino.store.queues import Queue
from tests.builders import a_shop
from tests.faults.aws import Aws
from tests.faults.clock import Clock
from tests.faults.lambdas import Lambdas, deployed
from tests.faults.letters import looked_after, outcomes, paid
from tests.house.template import read

SEED = 12
SHOP = a_shop()
INBOX = read("infra/store.yaml")["Resources"]["Inbox"]["Properties"]
#: moto looks at every message of a queue for each call: few at a time are quick.
WAVE = 50
TRIES, HIDDEN = INBOX["RedrivePolicy"]["maxReceiveCount"], INBOX["VisibilityTimeout"]


def tell(stack: Lambdas, clock: Clock, ids: Iterable[int]) -> None:
    """Orders are paid, and the inbox's worker takes them in if it can."""
    Queue(stack.aws.client("sqs"), stack.urls["Inbox"]).send_many([paid(SHOP.shop, id_, clock.now) for id_ in ids])
    while stack.take("process_shop_events"):
        pass


def redriven(stack: Lambdas, clock: Clock, queue: str, worker: str) -> tuple[int, int]:
    """Twice: first by somebody who dies after each letter put back and before it is taken away, then in full."""
    counts = []
    for forgets in (True, False):
        counts.append(len(looked_after(stack, queue, SHOP.shop, redrive=True, forgets=forgets)))
        while stack.take(worker):
            pass
        clock.advance(HIDDEN + 1)
    return counts[0], counts[1]


def keys(count: int) -> list[OrderKey]:
    return [OrderKey(SHOP.shop, "shopify", str(id_)) for id_ in range(count)]


@pytest.mark.proof("R12", "dead deliveries redriven twice: every order knows once, nothing is left among the dead")
def test_dead_deliveries_redriven_twice_take_effect_once(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    count = 500 if whole else 60
    with deployed(Aws(SEED), clock, templates, "") as stack:
        # The shop was never applied: its deliveries die, one after the other, of the same cause.
        for wave in batched(range(count), WAVE, strict=False):
            tell(stack, clock, wave)
            for _ in range(TRIES):
                clock.advance(HIDDEN + 1)
                while stack.take("process_shop_events"):
                    pass
        listed = looked_after(stack, "Inbox", SHOP.shop)
        why = Counter(t.said for t in stack.store.troubles([one.letter.id for one in listed]).values())

        stack.open_shop(SHOP)
        first, second = redriven(stack, clock, "Inbox", "process_shop_events")

        total = outcomes(stack, "process_shop_events")
        facts = Counter(len(stack.store.facts(key)) for key in keys(count))
        planned = Counter(len(stack.store.messages_of(key)) for key in keys(count))
        left = stack.waiting("Inbox") + stack.waiting("Inbox", dead=True)

    figure(
        f"{count} dead, all listed with {dict(why)}; put back {first} and again {second}: {total['understood']} "
        f"understood, {total['again']} told again; facts of an order {dict(facts)}, messages {dict(planned)}; "
        f"{left} left"
    )
    assert (len(listed), why) == (count, {f"no shop '{SHOP.shop}' (table)": count})
    assert {one.about.order for one in listed} == {str(id_) for id_ in range(count)}
    assert (first, second) == (count, count)
    assert (total["understood"], total["again"]) == (count, count)
    assert set(facts.values()) == set(planned.values()) == {count}
    assert set(planned) == {1}
    assert left == 0


@pytest.mark.proof("R12", "dead messages redriven twice, and brought by the agenda besides: every mail once")
def test_dead_messages_redriven_twice_are_sent_once(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    count = 200 if whole else 20
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP)
        for wave in batched(range(count), WAVE, strict=False):
            tell(stack, clock, wave)
        rows = [row for key in keys(count) for row in stack.store.messages_of(key)]
        clock.reach(max(row.due for row in rows) + timedelta(minutes=1))
        dead = Queue(stack.aws.client("sqs"), stack.urls["SendDead"])
        dead.send_many([written(Due(Lane.SEND_SERVICE, row.due, message=row.key)) for row in rows])

        first, second = redriven(stack, clock, "Send", "send_messages")
        while stack.tick() and stack.take("send_messages"):
            pass

        mails = Counter(Counter(sent.tags["encamino_key"] for sent in stack.aws.mails).values())
        left = stack.waiting("Send") + stack.waiting("Send", dead=True)

    figure(
        f"{count} dead, put back {first} and again {second}: mails by how often they went {dict(mails)}; {left} left"
    )
    assert (len(rows), first, second) == (count, count, count)
    assert mails == {1: count}
    assert left == 0
