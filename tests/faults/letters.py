"""Letters of the inbox queue, good and bad, and an operator who looks after the dead ones."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from encamino.flows.letters import Box, Dead, dead_letters
from encamino.flows.receive import envelope
from encamino.store.queues import Queue
from tests.e2e.outside import Order
from tests.faults.lambdas import Lambdas

NOWHERE: Any = None
#: What nobody can work, and what the reason says of it.
POISONS: Mapping[str, str] = {
    "no JSON": "JSONDecodeError at inbox.py",
    "no shop": "no shop 'nobody' (table)",
    "no platform": "no platform 'nonesuch' (platform)",
    "no body": "KeyError at inbox.py",
    "no longer kept": "the delivery is no longer kept",
}


def paid(shop: str, id_: int, at: datetime) -> str:
    """An order is paid, as the door puts it on the queue."""
    body = Order(NOWHERE, shop, id_, f"lucia-{id_}@cliente.example", f"JJD{id_:017d}").body()
    return envelope("shopify", shop, at, {"x-shopify-topic": "orders/paid"}, body, lambda _body: "")


def poison(kind: str, shop: str, number: int, at: datetime) -> str:
    """A letter that no worker can do anything with."""
    good = json.loads(paid(shop, number, at))
    match kind:
        case "no JSON":
            return f'{{"v": 1, "{number}'
        case "no shop":
            good["shop"] = "nobody"
        case "no platform":
            good["platform"] = "nonesuch"
        case "no body":
            del good["body_b64"]
        case "no longer kept":
            good["s3"] = f"inbox/2020-01-01/{number}.gz"
    return json.dumps(good)


@dataclass
class Forgetful:
    """An SQS client whose owner dies each time before a letter is taken away; it does not wait for letters."""

    client: Any
    forgets: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def receive_message(self, **asked: Any) -> Any:
        # The clock of these tests stands still: to wait is to wait for ever.
        return self.client.receive_message(**asked | {"WaitTimeSeconds": 0})

    def delete_message(self, **asked: Any) -> Any:
        return None if self.forgets else self.client.delete_message(**asked)


def looked_after(
    stack: Lambdas, queue: str, shop: str, *, redrive: bool = False, forgets: bool = False
) -> tuple[Dead, ...]:
    """What `inbox list` finds in one queue's dead letters, and with `redrive` puts back."""
    stack.clock.advance(1)  # what was given back is visible from then on
    client = Forgetful(stack.aws.client("sqs"), forgets)
    box = Box(queue.lower(), Queue(client, stack.urls[f"{queue}Dead"]), Queue(client, stack.urls[queue]))
    return dead_letters(box, shop, redrive=redrive)


def outcomes(stack: Lambdas, function: str) -> Counter[str]:
    """What a worker said it did, added up over all its batches."""
    total: Counter[str] = Counter()
    for name, lines in stack.logs:
        for line in lines if name == function else ():
            total.update(json.loads(line).get("outcomes", {}) if line.startswith("{") else {})
    return total
