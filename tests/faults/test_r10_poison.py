"""A letter that nobody can work holds up nobody, ends among the dead with its reason, and is listed there."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from encamino.domain.order import OrderKey
from encamino.store.queues import Queue
from tests.builders import a_shop
from tests.faults.aws import Aws
from tests.faults.clock import Clock
from tests.faults.lambdas import deployed
from tests.faults.letters import POISONS, looked_after, outcomes, paid, poison
from tests.house.template import read

SEED = 10
SHOP = a_shop()
INBOX = read("infra/store.yaml")["Resources"]["Inbox"]["Properties"]
TRIES, HIDDEN = INBOX["RedrivePolicy"]["maxReceiveCount"], INBOX["VisibilityTimeout"]
WORKER = "process_shop_events"


@pytest.mark.proof(
    "R10",
    "one poison in each batch of 10: the others done at their first and only try, the poison dead with its reason",
)
def test_poison_is_isolated_and_its_batch_mates_are_worked_once(
    clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool
) -> None:
    batches, chance = 200 if whole else 20, random.Random(SEED)
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP)
        sizes: Counter[int] = Counter()
        inbox = Queue(stack.aws.client("sqs"), stack.urls["Inbox"])
        for batch in range(batches):
            letters = [paid(SHOP.shop, batch * 10 + place, clock.now) for place in range(9)]
            kind = list(POISONS)[batch % len(POISONS)]
            letters.insert(chance.randrange(10), poison(kind, SHOP.shop, batch * 10 + 9, clock.now))
            inbox.send_many(letters)
            sizes[stack.take(WORKER)] += 1
        at_first = outcomes(stack, WORKER)["understood"]
        left = stack.waiting("Inbox")
        for _ in range(TRIES):
            clock.advance(HIDDEN + 1)
            while stack.take(WORKER):
                pass
        total = outcomes(stack, WORKER)
        good = total["understood"] + total["again"]
        orders = [OrderKey(SHOP.shop, "shopify", str(b * 10 + place)) for b in range(batches) for place in range(9)]
        known = [stack.store.messages_of(key) for key in orders]
        dead = looked_after(stack, "Inbox", SHOP.shop)
        others = looked_after(stack, "Inbox", "nobody")
        why = stack.store.troubles([one.letter.id for one in (*dead, *others)])
        waiting, dead_waiting = stack.waiting("Inbox"), stack.waiting("Inbox", dead=True)

    reasons = Counter(next((k for k, said in POISONS.items() if w.said.startswith(said)), w.said) for w in why.values())
    tries = Counter(trouble.tries for trouble in why.values())
    figure(
        f"seed {SEED}: {batches} batches, {at_first} of {len(orders)} good done in the first pass in {good} tries; "
        f"{dead_waiting} of {batches} poisons dead after {dict(tries)} tries, {len(why)} with their reason"
    )
    assert sizes == {10: batches}
    assert (at_first, left) == (len(orders), batches)
    assert good == len(orders), "a batch-mate was worked again"
    assert all(len(messages) == 1 for messages in known)
    assert (waiting, dead_waiting) == (0, batches)
    assert tries == {TRIES: batches}
    assert sum((total - Counter(understood=good)).values()) == TRIES * batches
    assert set(reasons) == set(POISONS), reasons
    # What says whose it is, is that shop's; what does not is everybody's.
    assert {one.about.shop for one in others} == {"nobody", None}
    assert {one.about.shop for one in dead} == {SHOP.shop, None}
    assert len({one.letter.id for one in (*dead, *others)}) == batches


@pytest.mark.proof("R10", "a poisoned look: the carrier is asked about the others, they do not die with it")
def test_a_poisoned_look_dies_alone(clock: Clock, templates: Path, figure: Callable[[str], None], whole: bool) -> None:
    batches, chance = 200 if whole else 5, random.Random(SEED)
    with deployed(Aws(SEED), clock, templates, "") as stack:
        stack.open_shop(SHOP)
        taken = 0
        look = Queue(stack.aws.client("sqs"), stack.urls["Look"])
        for batch in range(batches):
            # Nobody knows these orders: there is nothing to ask about, and nothing wrong with that.
            letters = [_look(SHOP.shop, f"{batch * 10 + place}") for place in range(9)]
            letters.insert(chance.randrange(10), f'{{"v": 1, "order": "{batch}"}}')
            look.send_many(letters)
            taken += stack.take("track_shipments")
        left = stack.waiting("Look")
        for _ in range(TRIES):
            clock.advance(read("infra/store.yaml")["Resources"]["Look"]["Properties"]["VisibilityTimeout"] + 1)
            while stack.take("track_shipments"):
                pass
        dead = looked_after(stack, "Look", SHOP.shop)
        why = stack.store.troubles([one.letter.id for one in dead])

    figure(f"seed {SEED}: {taken - left} of {batches * 9} good looks done in the first pass, {len(dead)} poisons dead")
    assert (taken, left) == (batches * 10, batches)
    assert len(dead) == batches
    assert {trouble.said.split(":")[0] for trouble in why.values()} == {"KeyError at handing.py"}
    assert len(why) == batches


def _look(shop: str, order: str) -> str:
    return (
        f'{{"v": 1, "shop": "{shop}", "platform": "shopify", "order": "{order}", "shipment": "1", "carrier": "dhl", '
        f'"account": "{shop}", "number": "{order}", "due": null}}'
    )
