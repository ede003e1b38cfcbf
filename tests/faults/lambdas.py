"""What Lambda, API Gateway, the schedule and SES's feedback do around encamino's functions, in this process.

The functions are the deployed ones, called with the events they get in AWS. A queue's batch whose function died comes
back when its visibility runs out; a function that died starts cold.
"""

import base64
import contextlib
import importlib
import io
import json
import random
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from encamino import wiring
from encamino.domain.shop import Shop
from encamino.store.dynamo import DynamoStore
from encamino.store.parameters import Parameters
from tests.faults.aws import REGION, Aws, Killed, Sent
from tests.faults.clock import Clock
from tests.faults.moto_at_size import at_size, due_by, visible
from tests.house.template import read
from tests.store.tables import properties

ROOT = Path(__file__).parents[2]
STACK = "encamino"
SECRET = "a-shared-secret-of-the-shop"
LINK_KEY, PEPPER = b"k" * 32, b"p" * 32
#: Each worker's queue: the template's name for it, and the setting that names it to the functions.
WORKERS = {
    "process_shop_events": ("Inbox", "INBOX_QUEUE"),
    "track_shipments": ("Look", "LOOK_QUEUE"),
    "send_messages": ("Send", "SEND_QUEUE"),
    "receive_feedback": ("Feedback", None),
}


@dataclass
class Lambdas:
    """One deployed stack."""

    aws: Aws
    clock: Clock
    urls: dict[str, str]
    #: What functions wrote to their logs: function, lines of one invocation.
    logs: list[tuple[str, list[str]]] = field(default_factory=list)
    died: int = 0
    #: How likely SES's word on a mail it took reaches us.
    heard: float = 1.0
    told_of: int = 0

    @property
    def store(self) -> DynamoStore:
        """The table, seen by the test."""
        return DynamoStore(self.aws.client("dynamodb"), "table", wiring.wall)

    def open_shop(self, shop: Shop, platforms: Sequence[str] = ("shopify",)) -> None:
        """As `shop apply` and `shop secret` do."""
        parameters = Parameters(self.aws.client("ssm"), STACK)
        parameters.make_key("link-key", LINK_KEY, self.clock.now)
        parameters.make_key("pepper", PEPPER, self.clock.now)
        for platform in platforms:
            parameters.put(shop.shop, platform, SECRET, self.clock.now)
        parameters.put(shop.shop, "carrier/dhl", '{"api_key": "demo"}', self.clock.now)
        self.store.put_shop(shop)

    def deliver(self, shop: str, headers: Mapping[str, str], body: bytes, platform: str = "shopify") -> int:
        """A webhook at the door. What raises is a 500 to the shop, which then comes again."""
        event = {
            "pathParameters": {"platform": platform, "shop": shop},
            "requestContext": {"http": {"method": "POST"}},
            "headers": dict(headers),
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = self.invoke("receive_shop_webhook", event)
        return int(answer["statusCode"]) if answer else 500

    def tick(self) -> bool:
        """The schedule's minute. False: the sweeper failed or died."""
        return self.invoke("sweep_agenda", {}) is not None

    def work(self) -> None:
        """Every worker, until no queue has anything to see now."""
        while sum(self.take(function) for function in WORKERS):
            self.tell_feedback()

    def take(self, function: str) -> int:
        """One batch of a worker's queue, if there is one. Returns its size."""
        queue, sqs = self.urls[WORKERS[function][0]], self.aws.client("sqs")
        if not visible(queue, REGION):
            return 0
        batch = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]).get(
            "Messages", []
        )
        if batch:
            answer = self.invoke(function, {"Records": [_record(m, queue) for m in batch]})
            if answer is not None:
                failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
                done = [
                    {"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]}
                    for m in batch
                    if m["MessageId"] not in failed
                ]
                if done:
                    sqs.delete_message_batch(QueueUrl=queue, Entries=done)
        return len(batch)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """One invocation. None: it raised or died."""
        handler = importlib.import_module(function).handler
        out = io.StringIO()
        try:
            with self.aws.invocation(function), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                return handler(event, SimpleNamespace(aws_request_id=f"request-{len(self.logs)}"))
        except Killed:
            self.died += 1
            start_cold()
        except Exception as err:  # noqa: BLE001  (Lambda logs it, without what it came from, and counts a failure)
            out.write("".join(traceback.format_exception(err)))
        finally:
            self.logs.append((function, out.getvalue().splitlines()))
        return None

    def due(self) -> bool:
        """Whether a tick would find anything."""
        return due_by("table", REGION, self.clock.now)

    def heal(self, rounds: int = 9) -> None:
        """Leave it alone, well, until what was in flight has come back and every lease has run out."""
        for _ in range(rounds):
            if self.due():
                self.tick()
            self.work()
            self.clock.advance(400)

    def waiting(self, queue: str, *, dead: bool = False) -> int:
        """How many messages a queue, or its dead-letter queue, holds, seen or unseen."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.urls[queue + "Dead" * dead]
        answer = self.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def tell_feedback(self) -> None:
        """SES reports what it took since; its word may be lost on the way."""
        new, self.told_of = self.aws.mails[self.told_of :], len(self.aws.mails)
        for sent in new:
            if random.Random(f"{self.aws.seed}{sent.id}").random() < self.heard:
                self.aws.client("sqs").send_message(
                    QueueUrl=self.urls["Feedback"], MessageBody=report(sent, self.clock)
                )


@contextmanager
def deployed(aws: Aws, clock: Clock, templates: Path, gateway: str) -> Iterator[Lambdas]:
    """The stack of the template on this AWS, cold."""
    random.seed(aws.seed)  # jitter, of boto3's and our own
    aws.advance, aws.now = clock.advance, clock.seconds
    with aws.standing():
        urls = _queues(aws)
        aws.client("dynamodb").create_table(TableName="table", **properties())
        at_size("table", REGION)
        aws.client("s3").create_bucket(Bucket="deliveries", CreateBucketConfiguration={"LocationConstraint": REGION})
        settings = {
            "TABLE": "table", "STACK": STACK, "BUCKET": "deliveries", "BUS": STACK, "SENDERS": "2",
            "TEMPLATES_DIR": str(templates), "PUBLIC_URL": "https://tracking.example", "CARRIER_GATEWAY": gateway,
            "AWS_DEFAULT_REGION": REGION, "TIME_TRAVEL": "off",
            **{setting: urls[queue] for queue, setting in WORKERS.values() if setting},
        }  # fmt: skip
        wiring.adopt(settings)
        start_cold()
        try:
            yield Lambdas(aws, clock, urls)
        finally:
            start_cold()


def start_cold() -> None:
    """Forget what a warm process would know."""
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()


def report(sent: Sent, clock: Clock, kind: str = "Delivery") -> str:
    """SES's event about a mail, in the envelope that SNS puts around it."""
    at = clock.now.isoformat().replace("+00:00", "Z")
    mail = {
        "timestamp": at,
        "messageId": sent.id,
        "destination": [sent.to],
        "tags": {n: [v] for n, v in sent.tags.items()},
    }
    event = {"eventType": kind, "mail": mail, kind.lower(): {"timestamp": at, "recipients": [sent.to]}}
    return json.dumps(
        {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:feedback", "Message": json.dumps(event)}
    )


def _queues(aws: Aws) -> dict[str, str]:
    """The template's queues, with their visibility and their dead-letter queues."""
    sqs = aws.client("sqs")
    urls: dict[str, str] = {}
    for file in ("infra/store.yaml", "infra/sending.yaml"):
        queues = {n: r["Properties"] for n, r in read(file)["Resources"].items() if r["Type"] == "AWS::SQS::Queue"}
        for name in sorted(queues, key=lambda name: "RedrivePolicy" in queues[name]):
            said = queues[name]
            attributes = {"VisibilityTimeout": str(said.get("VisibilityTimeout", 30))}
            if policy := said.get("RedrivePolicy"):
                dead = sqs.get_queue_attributes(QueueUrl=urls[f"{name}Dead"], AttributeNames=["QueueArn"])
                attributes["RedrivePolicy"] = json.dumps(
                    {
                        "deadLetterTargetArn": dead["Attributes"]["QueueArn"],
                        "maxReceiveCount": policy["maxReceiveCount"],
                    }
                )
            urls[name] = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return urls


def _record(message: Mapping[str, Any], queue: str) -> dict[str, Any]:
    name = queue.rsplit("/", 1)[-1]
    return {
        "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
        "attributes": message.get("Attributes", {}), "messageAttributes": {}, "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs", "eventSourceARN": f"arn:aws:sqs:{REGION}:1:{name}", "awsRegion": REGION,
    }  # fmt: skip


HOUR = timedelta(hours=1)


def steps(first_hours: int, last_hours: int, busy: range) -> Sequence[timedelta]:
    """When to tick: every ten minutes while shops tell or parcels are out, else every half hour."""
    every = {hour: 10 if hour < first_hours or hour in busy else 30 for hour in range(last_hours)}
    return [timedelta(hours=hour, minutes=minute) for hour in every for minute in range(0, 60, every[hour])]
