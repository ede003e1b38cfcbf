"""An order of which a shop and a carrier tell by clocks that are wrong, in the house of `tests/flows/house.py`."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from encamino.carriers.base import Request, Response
from encamino.carriers.recognise import named
from encamino.domain.order import Order
from encamino.domain.shipment import ENDS, SILENT, Event
from encamino.flows.intake import take
from encamino.shops.base import Delivery, platform
from infra.local.simulator.recordings import Recordings
from tests.faults.histories import HOUR, JOURNEY, LASTS, MINUTE, Message, Told, got, headers, travelling
from tests.faults.season import SHOP
from tests.flows.house import RECORDINGS, House

#: The words of Shopify's fulfilment events for the steps that the carrier tells, and when a shop passes them on.
_PASSED_ON = {"in_transit": 12 * MINUTE, "out_for_delivery": 7 * MINUTE, "delivered": 9 * MINUTE}
#: From ordering to shipping.
_SHIPPING = 3 * HOUR


class SkewedHouse(House):
    """`shop`, `carrier`: by how much their clocks are ahead of ours. What they do, they do by ours."""

    def __init__(self, templates: Path, start: datetime, shop: timedelta, carrier: timedelta) -> None:
        super().__init__(templates, SHOP, start)
        self.start, self.skew = start, {"shopify": shop, "dhl": carrier}
        (self.history,) = travelling(1, start + shop)

    @property
    def order(self) -> Order:
        return self.document(str(self.history.id)).order

    def journey(self) -> None:
        """The steps hours apart, each told by the carrier and some a little later by the shop."""
        plays = [(self.start + _SHIPPING + minutes * MINUTE, play) for minutes, play in JOURNEY]
        self._carried(plays)
        events = [(at + _PASSED_ON[play], play) for at, play in plays if play in _PASSED_ON]
        for at, tell in self._tellings(events):
            self.pass_time(max(at - self.now, timedelta(0)))
            tell()
        self.pass_time(self.start + LASTS + _SHIPPING - self.now)

    def muddle(self, chance: random.Random, near: timedelta) -> Iterator[timedelta]:
        """The shop says anything, at most so far from a step of the carrier's. Yields often how old the status is."""
        begin = self.start + _SHIPPING
        drawn = sorted(begin + chance.uniform(1, 30) * HOUR for _ in range(len(JOURNEY) - 1))
        self._carried([(begin, JOURNEY[0][1]), *zip(drawn, (play for _, play in JOURNEY[1:]), strict=True)])
        words = ("in_transit", "out_for_delivery", "attempted_delivery", "delayed", "ready_for_pickup")
        events = [(chance.choice(drawn) + chance.uniform(-1, 1) * near, chance.choice(words)) for _ in range(12)]
        coming = self._tellings(events)
        for _ in range(3 * 48):
            self.pass_time(20 * MINUTE)
            while coming and coming[0][0] <= self.now:
                coming.pop(0)[1]()
            if self.now > begin:
                yield from self._lags()

    def against_expected(self) -> tuple[Counter[Message], Counter[Message]]:
        """What is missing and what is too many."""
        return got(Counter(self.sent()), self.history.expected)

    def _tellings(self, events: Iterable[tuple[datetime, str]]) -> list[tuple[datetime, Callable[[], None]]]:
        """Everything the shop tells and when, by our clock."""
        ahead = self.skew["shopify"]
        told = [*self.history.told, *(self._event(at + ahead, word) for at, word in events)]
        coming = [(one.at - ahead, one) for one in sorted(told, key=lambda one: one.at)]
        return [(at, lambda one=one: self._take(one)) for at, one in coming]  # type: ignore[misc]

    def _take(self, told: Told) -> None:
        delivery = Delivery(told.body, headers(told, "any"), self.now)
        take(self.desk, self.shop, "shopify", platform("shopify"), delivery, named, self.now)

    def _event(self, at: datetime, word: str) -> Told:
        """What Shopify tells of a step, in the shape that `histories` documents."""
        stamp, id_ = at.isoformat(timespec="seconds"), self.history.id
        said = {
            "id": int(at.timestamp()), "fulfillment_id": id_ * 10 + 1, "order_id": id_, "status": word,
            "message": None, "happened_at": stamp, "created_at": stamp, "updated_at": stamp,
        }  # fmt: skip
        return Told(at, "fulfillment_events/create", json.dumps(said).encode())

    def _carried(self, plays: list[tuple[datetime, str]]) -> None:
        recordings, ahead = Recordings(RECORDINGS / "carriers"), self.skew["dhl"]

        def answer(request: Request) -> Response:
            number = parse_qs(urlsplit(request.url).query)["trackingNumber"][0]
            come = [(at, play) for at, play in plays if at <= self.now]
            at, play = max(come, default=(self.now, "not_found"))
            said = recordings.answer("dhl", play, number, at + ahead)
            return Response(said.status, said.body)

        self.line = answer

    def _lags(self) -> Iterator[timedelta]:
        """For each shipment: by how much what bears its status happened before the newest that might."""
        for shipment in self.order.shipments:
            telling = [e for e in shipment.events if e.status not in SILENT and e.number in ("", shipment.number)]
            might = [event for event in telling if event.status in ENDS] or telling
            if shipment.bearing is not None:
                yield max(map(self._truly, might)) - self._truly(shipment.bearing)

    def _truly(self, event: Event) -> datetime:
        """When it happened, by our clock."""
        return event.time - self.skew[event.source]
