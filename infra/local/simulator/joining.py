"""One answer for all the numbers a call names, of carriers that answer several at once.

A recording holds one shipment. `"list": "parcels"` in it names the list of its body in which the shipment stands; dots
lead further in (`"tracking.parcels"`). The rule: the first number's answer stays as it is, and what stands in the lists
of the other numbers' answers is added to its list, in the order the call names them. An answer without such a list
(throttled, no credentials, a broken page) is about the whole call: the first of that kind is the answer.
"""

import copy
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Played:
    """What a recording says of one number: all that goes over the wire, and where in it the shipment stands."""

    status: int
    headers: dict[str, str]
    body: Any
    path: str | None = None

    @property
    def shipments(self) -> list[Any] | None:
        """The list that holds the shipment, None when the answer is about the whole call."""
        value = self.body
        for name in (self.path or "").split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, list) else None


def joined(answers: list[Played]) -> Played:
    """One of several; there is at least one."""
    whole = next((answer for answer in answers if answer.shipments is None), None)
    if whole is not None:
        return whole
    first = answers[0]
    one = Played(first.status, first.headers, copy.deepcopy(first.body), first.path)
    into = one.shipments
    if into is not None:
        into.extend(shipment for answer in answers[1:] for shipment in answer.shipments or ())
    return one
