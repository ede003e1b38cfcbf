"""Whatever a body holds, the door answers and keeps, and the worker behind it understands, ignores or lists it."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from encamino.carriers.recognise import named
from encamino.domain.order import OrderKey
from encamino.flows.inbox import InboxDesk, take_in
from encamino.flows.intake import delivery_hash
from encamino.flows.keep import Desk
from encamino.flows.receive import INLINE, LARGEST
from encamino.messages.catalogue import catalogue
from encamino.pages import tracking
from encamino.shops import shopify
from encamino.shops.base import Delivery
from encamino.store import items, keys
from encamino.store.memory import MemoryStore
from tests.builders import a_shop
from tests.faults.door import NOW, SHOP, Door, call, opened, signed
from tests.faults.hostile import OBJECTS, malformed
from tests.house.template import of_type, read

SEED = 18
SECRET = "secret"
MANY, SOME = 10_000, 1_500
#: Deliveries that meet in one store: what they say of the same orders is put together.
TOGETHER = 25
#: What an item of the table holds.
ROOM = 400_000
TOPICS = sorted(name for name in shopify.HEADERS if "topic" in name)


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened({SHOP: [(SECRET, None)]}) as door:
        yield door


class Worker:
    """Takes envelopes in, and looks for each of them where an operator would."""

    def __init__(self, door: Door, templates: Path) -> None:
        self.objects, self.templates, self.shop = door.objects, templates, a_shop()
        self.definitions = catalogue(templates)
        self.verdicts: Counter[str] = Counter()
        self.raised: list[str] = []
        self.lost: list[str] = []
        self.broken: list[str] = []
        self.start()

    def start(self) -> None:
        """A store with nothing in it but the shop."""
        self.store = MemoryStore(lambda: NOW)
        self.store.put_shop(self.shop)
        desk = Desk(self.store, self.definitions, lambda: b"a link key")
        self.room = InboxDesk(desk, named, self.objects.fetch)

    def take(self, envelope: str, kind: str) -> str:
        """What became of it."""
        try:
            verdict = take_in(self.room, envelope, NOW)
        except Exception as err:  # noqa: BLE001  (any is one too many)
            self.raised.append(f"{kind}: {err!r:.120}")
            return "raised"
        self.verdicts[verdict] += 1
        said = json.loads(envelope)
        body = self.objects.fetch(said["s3"]) if "s3" in said else base64.b64decode(said["body_b64"])
        delivery = Delivery(body, said["headers"], NOW)
        order = shopify.key(delivery) if verdict != "unreadable" else None
        key = OrderKey(SHOP, "shopify", order) if order else None
        name = delivery_hash("shopify", delivery, TOPICS)
        kept = {raw.hash: raw for raw in self.store.deliveries(SHOP, key)}.get(name)
        noted = self.store.last_delivery(SHOP, "shopify")
        if kept is None or kept.body != body or bool(kept.trouble) is not (verdict == "unreadable"):
            self.lost.append(f"{kind}: {verdict}, not where it is looked for")
        elif noted is None or (verdict in ("unreadable", "ignored")) is not (len(noted[1]) > len(f"{verdict}: ")):
            self.lost.append(f"{kind}: {verdict}, without a word why: {noted}")
        if verdict in ("understood", "again") and key:
            self._use(key, kind)
        return verdict

    def _use(self, key: OrderKey, kind: str) -> None:
        """What was understood can be written down, read again and shown."""
        document = self.store.order(key)
        try:
            assert document is not None
            doc = items.document_out(document, keys.aliases(document))
            assert len(doc) < ROOM
            again = items.document_in({"doc": doc, "version": document.version, "schema": document.schema})
            assert again.order == items.trimmed(document.order)
            assert tracking.render(again.order, self.shop, self.templates, NOW, "/t/abc").status in (200, 410)
        except Exception as err:  # noqa: BLE001
            self.broken.append(f"{kind}: {err!r:.200}")


@pytest.mark.proof("R18", "a malformed body is never a 5xx, an authentic one is always kept, then understood or listed")
def test_a_malformed_body_is_answered_kept_and_listed(
    whole: bool, figure: Callable[[str], None], door: Door, templates: Path
) -> None:
    chance, worker = Random(SEED), Worker(door, templates)
    answers: Counter[tuple[bool, int]] = Counter()
    authentic = taken = orders = 0
    kinds: list[str] = []
    for n in range(1, (count := MANY if whole else SOME) + 1):
        kind, headers, body = malformed(chance)
        genuine = chance.random() < 0.9
        authentic += genuine
        answer = door.answer(call(body, headers | signed(body, SECRET if genuine else "guessed")))
        answers[genuine, answer["statusCode"]] += 1
        kinds += [kind] * genuine
        if n % TOGETHER == 0 or n == count:
            for of_kind, envelope in zip(kinds, door.kept(), strict=True):
                taken += 1
                verdict = worker.take(envelope, of_kind)
                orders += of_kind.startswith("no object") and verdict != "unreadable"
            worker.start()
            kinds = []

    bad = sum(times for (_, status), times in answers.items() if not 200 <= status < 300 and not 400 <= status < 500)
    said = ", ".join(f"{times:,} {verdict}" for verdict, times in worker.verdicts.most_common())
    figure(
        f"{count:,} bodies: {bad} answers of 500 and above, {taken:,} authentic of {authentic:,} kept ({said}), "
        f"{len(worker.raised)} raised, {len(worker.lost)} lost, {len(worker.broken)} not usable; seed {SEED}"
    )
    assert set(answers) == {(True, 200), (False, 401)}
    assert worker.raised == []
    assert worker.lost == []
    assert worker.broken == []
    assert (taken, orders) == (authentic, 0)
    assert worker.verdicts["understood"] > count / 4, "the changed fields hit the envelope, not what is inside"


@pytest.mark.proof("R18", "a delivery of up to 4 MB is kept whole, a larger one is told 413 and counted")
def test_size_is_a_matter_of_one_byte(
    figure: Callable[[str], None], door: Door, templates: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = Worker(door, templates)
    recording = next(one for one in OBJECTS if one["headers"].get("x-shopify-topic") == "orders/paid")
    statuses, verdicts = [], []
    for size in (INLINE, INLINE + 1, LARGEST - 1, LARGEST, LARGEST + 1, 2 * LARGEST):
        body = json.dumps(recording["body"] | {"note": ""}).encode()
        body = body.replace(b'"note": ""', b'"note": "%s"' % (b"x" * (size - len(body))))
        assert len(body) == size
        capsys.readouterr()
        statuses.append(door.answer(call(body, recording["headers"] | signed(body, SECRET)))["statusCode"])
        logged = json.loads(capsys.readouterr().out)
        worker.start()
        verdicts.append([worker.take(envelope, "large") for envelope in door.kept()])

    (counted,) = (
        said
        for said in of_type(read("infra/grants.yaml"), "AWS::Logs::MetricFilter").values()
        if said["LogGroupName"] == {"Ref": "ReceiveShopWebhookLog"}
    )
    figure(f"0.7 to 4 MB: {statuses[:4]}, {verdicts[:4]}; a byte more: {statuses[4]}, counted by log as too_large")
    assert statuses == [200] * 4 + [413] * 2
    assert verdicts == [["understood"]] * 4 + [[]] * 2
    assert (worker.raised, worker.lost, worker.broken) == ([], [], [])
    assert counted["FilterPattern"] == '{ $.event = "webhook" && $.verdict = "too_large" }'
    assert (logged["event"], logged["verdict"]) == ("webhook", "too_large")


def _without(*path: str) -> dict[str, Any]:
    event = call(b"{}", signed(b"{}", SECRET))
    holder = event
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return event


def _with(**changed: Any) -> dict[str, Any]:
    return call(b"{}", signed(b"{}", SECRET)) | changed


NO_CALLS = {
    "nothing": {},
    "no path": _without("pathParameters"), "no platform": _without("pathParameters", "platform"),
    "no shop": _without("pathParameters", "shop"), "no request": _without("requestContext"),
    "no method": _without("requestContext", "http", "method"), "path null": _with(pathParameters=None),
    "no body": _without("body"), "body null": _with(body=None), "body a number": _with(body=1),
    "no headers": _without("headers"), "headers null": _with(headers=None),
    **{f"base64 {said!r}": _with(body=said, isBase64Encoded=True) for said in ("e30", "e", "é===", "!", "=", None, 1)},
}  # fmt: skip


@pytest.mark.proof("R18", "a call with parts missing or broken base64 is a 4xx")
def test_a_call_with_parts_missing_is_a_4xx_and_leaves_nothing(figure: Callable[[str], None], door: Door) -> None:
    statuses = {name: door.answer(event)["statusCode"] for name, event in NO_CALLS.items()}

    kept = door.kept()
    figure(f"{len(NO_CALLS)} calls: {dict(Counter(statuses.values()))}, {len(kept)} kept")
    assert {name: status for name, status in statuses.items() if not 400 <= status < 500} == {}
    assert kept == []
