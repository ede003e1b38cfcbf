"""A season on which every path of every function is taken, the odd ones too: what strangers send, what breaks."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from encamino.domain.contact import ContactKey
from encamino.domain.link import LinkKind, alias, token
from encamino.domain.order import OrderKey
from encamino.flows.receive import INLINE, LARGEST, envelope
from encamino.store.base import RawDelivery
from encamino.store.parameters import Parameters
from encamino.store.queues import Queue
from infra.local.simulator.timetable import Entry, Programme, Timetables
from tests.faults.aws import REGION, Fault, Sent
from tests.faults.canaries import CARRIER_KEY, DOMAIN, FIRST, PHONE, SAID, with_canaries
from tests.faults.histories import JOURNEY, MINUTE, History, Told, headers, histories
from tests.faults.lambdas import LINK_KEY, PEPPER, SECRET, STACK, Lambdas, report
from tests.faults.moto_at_size import images
from tests.faults.season import SHOP, live

FUNCTIONS = (
    "receive_shop_webhook", "process_shop_events", "receive_carrier_push", "sweep_agenda", "track_shipments",
    "send_messages", "receive_feedback", "publish_changes", "serve_pages",
)  # fmt: skip
SEED = 9
#: A carrier that calls us, and the account that it calls about.
CALLER, ACCOUNT = "seventeentrack", {"api_key": CARRIER_KEY, "push_key": "the-last-part-of-an-address"}
#: A carrier on a bad morning, before it tells of the journey.
_BAD_MORNING = (
    Entry(0 * MINUTE, "broken"), Entry(190 * MINUTE, fault="garbage"), Entry(260 * MINUTE, "html"),
    Entry(400 * MINUTE, "auth_error"), Entry(700 * MINUTE, "unknown_code"),
)  # fmt: skip


@dataclass
class Season:
    """Orders, and the stack that they are told to."""

    stack: Lambdas
    orders: Sequence[History]

    def tokens(self) -> Iterable[str]:
        """What opens the customers' pages."""
        for history in self.orders:
            yield token(LINK_KEY, LinkKind.TRACKING, OrderKey(SHOP.shop, "shopify", str(history.id)))
        yield from map(self._choosing, self.orders)

    def _choosing(self, history: History) -> str:
        """What opens a customer's preferences."""
        known = alias(PEPPER, SHOP.shop, "address", f"lucia-{history.id}@{DOMAIN}")
        return token(LINK_KEY, LinkKind.PREFERENCES, ContactKey(SHOP.shop, known))

    def run(self, timetables: Timetables, faults: Mapping[Fault, float]) -> None:
        """All of it, and rest afterwards."""
        stack = self.stack
        for history in self.orders:
            for number, start in history.numbers.items():
                journey = (Entry(minutes * MINUTE, play) for minutes, play in JOURNEY[1:])
                timetables.put("dhl", Programme(number, start, (*_BAD_MORNING, *journey)))
        stack.aws.says = SAID
        stack.aws.refuses = {
            f"lucia-{self.orders[0].id}@{DOMAIN}": ("MessageRejected", 400),
            PHONE: ("InvalidParameter", 400),
        }
        stack.aws.client("events").create_event_bus(Name=STACK)
        stack.open_shop(SHOP)
        parameters = Parameters(stack.aws.client("ssm"), STACK)
        parameters.put(SHOP.shop, "carrier/dhl", json.dumps({"api_key": CARRIER_KEY}), stack.clock.now)
        parameters.put(SHOP.shop, f"carrier/{CALLER}", json.dumps(ACCOUNT), stack.clock.now)
        stack.aws.faults = faults
        live(stack, stack.clock, self.orders, copies=1)
        stack.aws.refuses = {}
        for faulty in (faults, {}):
            stack.aws.faults = faulty
            self._odd_deliveries()
            self._pushes()
            self._feedback(stack.aws.mails[:6])
            self._pages()
            self._stream()
            self._nonsense()
            stack.work()
        self._told_again()
        self._told_at_once()
        for _ in range(16):  # until the last of what nobody can work is among the dead
            stack.heal(1)

    def tell(self, topic: str, body: bytes, secret: str = SECRET, shop: str = SHOP.shop) -> None:
        told = Told(self.stack.clock.now, topic, body)
        self.stack.deliver(shop, headers(told, secret), body)

    def _odd_deliveries(self) -> None:
        paid = with_canaries(histories(1, self.stack.clock.now, SEED)[0]).told[1].body
        big = json.dumps(json.loads(paid) | {"id": 5_000_000_001, "note": SAID * 8_000}).encode()
        self.tell("orders/paid", big)
        self.tell("orders/paid", b" " * LARGEST + paid)
        self.tell("orders/paid", paid, secret="guessed")
        for shop in ("nobody", f"lucia@{DOMAIN}", PHONE, SAID):
            self.tell("orders/paid", paid, shop=shop)
        unread = [paid[:-9], json.dumps([SAID]).encode(), SAID.encode(), json.dumps({"email": SAID}).encode()]
        for topic in ("orders/paid", "customers/update", f"orders/{FIRST}", ""):
            for body in unread:
                self.tell(topic, body)

    def _pushes(self) -> None:
        """A carrier calls: of a number of ours, of nobody's, at length, in no shape; and somebody who is none."""
        (number, *_) = self.orders[0].numbers
        moved = {"time_utc": "2026-11-12T09:00:00Z", "description": SAID, "sub_status": "InTransit_Other"}
        track = {"tracking": {"providers": [{"events": [moved]}]}}
        for told, tag in ((number, "dhl"), (SAID, SAID)):
            data = {"number": told, "tag": tag, "track_info": track}
            body = json.dumps({"event": "TRACKING_UPDATED", "data": data}).encode()
            for sent in (body, body + b" " * INLINE, body + b" " * LARGEST, body[:-1]):
                for key in (ACCOUNT["push_key"], SAID):
                    self._pushed(sent, key)

    def _pushed(self, body: bytes, key: str) -> None:
        signed = hashlib.sha256(body + b"/" + ACCOUNT["api_key"].encode()).hexdigest()
        event = {
            "pathParameters": {"carrier": CALLER, "shop": SHOP.shop, "key": key},
            "headers": {"sign": signed, "cookie": SAID}, "body": body.decode(), "isBase64Encoded": False,
        }  # fmt: skip
        self.stack.invoke("receive_carrier_push", event)

    def _feedback(self, mails: Sequence[Sent]) -> None:
        stack, (token_of_first, *_) = self.stack, self.tokens()
        told = [json.loads(report(sent, stack.clock, kind)) for sent, kind in zip(mails, _KINDS, strict=True)]
        for said in told:
            event = json.loads(said["Message"])
            (to,) = event["mail"]["destination"]
            event[event["eventType"].lower()] |= {
                "bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": to, "diagnosticCode": SAID}],
                "complainedRecipients": [{"emailAddress": to}], "link": f"https://tracking.example/t/{token_of_first}",
            }  # fmt: skip
            said["Message"] = json.dumps(event)
        odd = [SAID, json.dumps({"eventType": "Bounce", "mail": SAID}), json.dumps({"mail": SAID}), f'"{SAID}']
        stranger = json.loads(told[0]["Message"])
        stranger["mail"]["tags"] = {"encamino_key": [SAID]}
        self._put("Feedback", *map(json.dumps, told), *odd, json.dumps(stranger))

    def _pages(self) -> None:
        (known, *_) = self.tokens()
        for asked in (known, f"{known}.ics", f"{known}.json", f"{known}.exe", SAID, ""):
            event = {
                "pathParameters": {"token": asked},
                "headers": {"accept-language": SAID, "cookie": SAID, "accept-encoding": "gzip, br"},
                "rawPath": f"/t/{asked}",
            }
            self.stack.invoke("serve_pages", event)
        self._choices()

    def _choices(self) -> None:
        """Somebody looks at their preferences, chooses, unsubscribes with one click, and posts nonsense."""
        saved = ("form=preferences&service_sms=on", f"form=preferences&{SAID}=on")
        bodies = ("", SAID, *saved, "List-Unsubscribe=One-Click")
        for asked in (self._choosing(self.orders[1]), SAID, ""):
            for method, body in (("GET", ""), *(("POST", body) for body in bodies)):
                event = {
                    "routeKey": f"{method} /u/{{token}}", "pathParameters": {"token": asked}, "rawPath": f"/u/{asked}",
                    "headers": {"cookie": SAID, "accept-language": SAID}, "body": body, "isBase64Encoded": False,
                }  # fmt: skip
                self.stack.invoke("serve_pages", event)

    def _stream(self) -> None:
        records = [{"eventName": "INSERT", "dynamodb": {"NewImage": image}} for image in images("table", REGION)]
        self.stack.invoke("publish_changes", {"Records": records})

    def _nonsense(self) -> None:
        """Calls that AWS never makes, and letters that nobody can work."""
        self._put("Inbox", SAID, json.dumps({"v": 1, "shop": SHOP.shop, "body_b64": SAID}), f'{{"email": "{SAID}')
        self._put("Look", SAID, json.dumps({"order": SAID}), json.dumps({"due": SAID}))
        self._put("Send", SAID, json.dumps({"message": SAID}), json.dumps({"message": f"lucia@{DOMAIN}"}))
        (known, *_) = self.tokens()
        for carrier in ("dhl", f"lucia@{DOMAIN}", SAID):
            said = {"pathParameters": {"carrier": carrier, "shop": SAID, "key": known}, "body": SAID}
            self.stack.invoke("receive_carrier_push", said)
        for function in FUNCTIONS:
            records = [{"body": SAID, "messageId": "1"}, {"eventName": "INSERT", "dynamodb": SAID}]
            for event in ({}, {"Records": SAID}, {"Records": records}, {"pathParameters": SAID, "body": SAID}):
                self.stack.invoke(function, event)

    def _told_again(self) -> None:
        """What could not be read is told once more by the operator, and now can be."""
        now, body = self.stack.clock.now, self.orders[0].told[1].body
        raw = RawDelivery("unread", "shopify", now, {}, body, trouble="no JSON")
        self.stack.store.keep_delivery(SHOP.shop, None, raw)
        told = {"x-shopify-topic": "orders/paid"}
        self._put("Inbox", envelope("shopify", SHOP.shop, now, told, body, lambda _: "", aside=raw.hash))

    def _told_at_once(self) -> None:
        """A shop that was cut off tells of a whole journey: what is planned last makes the first superfluous."""
        began = self.stack.clock.now - 31 * 60 * MINUTE
        news = histories(len(self.orders) + 12, began, SEED)[len(self.orders) :]
        (order, *_) = (history for history in news if history.told[-1].topic == "fulfillment_events/create")
        for told in with_canaries(order).told:
            self.tell(told.topic, told.body)

    def _put(self, queue: str, *texts: str) -> None:
        Queue(self.stack.aws.client("sqs"), self.stack.urls[queue]).send_many(texts)


_KINDS = ("Bounce", "Complaint", "Open", "Click", "Reject", "DeliveryDelay")
