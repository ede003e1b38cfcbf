"""The real webhook door, called as API Gateway calls it, with AWS played in this process."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto import mock_aws

from encamino import wiring
from encamino.channels import clients
from encamino.shops import shopify
from encamino.store.objects import Objects
from functions.receive_shop_webhook import handler

SHOP, STACK, BUCKET = "casa-lluna", "faults", "bodies"
#: What SQS takes.
LONGEST = 1024 * 1024
NOW = datetime.now(UTC)


def call(body: bytes, headers: Mapping[str, str], shop: str = SHOP, platform: str = "shopify") -> dict[str, Any]:
    """The event of API Gateway's payload 2.0: a body that is no text comes in base64."""
    try:
        text, packed = body.decode(), False
    except UnicodeDecodeError:
        text, packed = base64.b64encode(body).decode(), True
    return {
        "version": "2.0",
        "routeKey": "POST /webhooks/{platform}/{shop}",
        "rawPath": f"/webhooks/{platform}/{shop}",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", **headers},
        "requestContext": {"http": {"method": "POST", "path": f"/webhooks/{platform}/{shop}"}},
        "pathParameters": {"platform": platform, "shop": shop},
        "body": text,
        "isBase64Encoded": packed,
    }


def signed(body: bytes, secret: str, family: str = "x-shopify-") -> dict[str, str]:
    """The signature header."""
    (signature,) = shopify.sign(body, secret, NOW).values()
    return {f"{family}hmac-sha256": signature}


class _Raw(BytesIO):
    """Bytes as botocore reads them off a connection."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


@dataclass
class Door:
    """Answers calls; what it keeps lies in a queue and a bucket."""

    objects: Objects
    queued: list[str] = field(default_factory=list)

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        return handler(event, None)

    def kept(self) -> list[str]:
        """The envelopes in the queue, which are taken off it."""
        found, self.queued = self.queued, []
        return found

    def enqueue(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Stands where a request leaves for SQS: moto's queue takes ten times as long and says the same."""
        body: Any = request.body
        text = json.loads(body)["MessageBody"]
        assert len(text.encode()) <= LONGEST
        self.queued.append(text)
        return AWSResponse(request.url, 200, {}, _Raw(b'{"MessageId":"1"}'))  # type: ignore[arg-type]


@contextmanager
def opened(secrets: Mapping[str, Sequence[tuple[str, timedelta | None]]]) -> Iterator[Door]:
    """A door for shops with these secrets; beside each, how long from now it counts."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        _forget()
        session: Any = boto3
        ssm, s3 = (session.client(name, region_name="eu-south-2") for name in ("ssm", "s3"))
        now = datetime.now(UTC)
        for shop, said in secrets.items():
            value = [{"value": text, "until": left and (now + left).isoformat()} for text, left in said]
            name = f"/encamino/{STACK}/shops/{shop}/shopify"
            ssm.put_parameter(Name=name, Value=json.dumps(value), Type="SecureString")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-south-2"})
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        settings = {
            "STACK": STACK,
            "INBOX_QUEUE": "https://sqs.eu-south-2.amazonaws.com/1/inbox",
            "BUCKET": BUCKET,
            "AWS_DEFAULT_REGION": "eu-south-2",
        }
        for name, setting in settings.items():
            patch.setenv(name, setting)
        door = Door(Objects(s3, BUCKET))
        wiring.client("sqs").meta.events.register_first("before-send.sqs.SendMessage", door.enqueue)
        try:
            yield door
        finally:
            _forget()


def _forget() -> None:
    """What the process keeps belongs to one account."""
    for made in (*vars(wiring).values(), clients.session):
        if hasattr(made, "cache_clear"):
            made.cache_clear()
