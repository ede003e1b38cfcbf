"""The deployed stack on the embedded cloud, spoken to from outside: HTTP, the command line, AWS's own API.

Nothing of encamino is imported here. A stack that is not up is a failure that names the cure, never a skip.
"""

import base64
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import boto3

ROOT = Path(__file__).resolve().parents[2]
CLI = ROOT / ".venv/bin/encamino"
SECRET = "a-shared-secret-of-the-shop"
SHOP_FILE = """
shop: {slug}
name: Casa Lluna
url: https://casalluna.example/
country: ES
locale: es
time_zone: Europe/Madrid
sender: {{email: pedidos@casalluna.example, name: Casa Lluna}}
sms: {{senders: {{ES: CasaLluna}}}}
"""


@dataclass(frozen=True)
class Stack:
    """What .local/stack.json says, and the AWS behind it."""

    said: dict[str, str]

    @property
    def api(self) -> str:
        return self.said["api"]

    def client(self, service: str, **credentials: str) -> Any:
        keys = credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        session = boto3.Session(region_name=self.said["region"], **cast("dict[str, Any]", keys))
        return cast("Any", session).client(service, endpoint_url=self.said["endpoint_url"])

    def mails(self, to: str) -> list[dict[str, Any]]:
        return [m for m in get(f"{self.said['mailbox']}/messages.json") if m["to"] == to]

    def texts(self, to: str) -> list[dict[str, Any]]:
        return [m for m in get(f"{self.said['mailbox']}/sms.json") if m["to"] == to]


@dataclass(frozen=True)
class Order:
    """One customer's order at a shop of this test's own, told in Shopify's wire format."""

    stack: Stack
    shop: str
    id: int
    to: str
    number: str
    locale: str = "es"
    phone: str = "+34612345678"

    def body(
        self, *, paid: bool = True, fulfilments: list[dict[str, Any]] | None = None, minutes: int = 0, **more: Any
    ) -> bytes:
        now = datetime.now(UTC) + timedelta(minutes=minutes)
        stamp = now.isoformat(timespec="seconds")
        said = {
            "id": self.id, "name": f"#{self.id % 10000}", "email": self.to, "phone": self.phone, "test": False,
            "created_at": stamp, "processed_at": stamp, "updated_at": stamp, "cancelled_at": None,
            "customer_locale": self.locale, "currency": "EUR", "presentment_currency": "EUR", "total_price": "36.00",
            "financial_status": "paid" if paid else "pending",
            "fulfillment_status": "fulfilled" if fulfilments else None,
            "line_items": [{"id": 1, "title": "Tassa Mar", "name": "Tassa Mar", "quantity": 2, "current_quantity": 2,
                            "price": "18.00", "requires_shipping": True}],
            "shipping_address": {"first_name": "Lucía", "last_name": "Ferrer", "name": "Lucía Ferrer",
                                 "address1": "Carrer Verdi 12",
                                 "zip": "08012", "city": "Barcelona", "country_code": "ES"},
            "customer": {"first_name": "Lucía", "last_name": "Ferrer"},
            "fulfillments": fulfilments or [], "refunds": [], **more,
        }  # fmt: skip
        return json.dumps(said, ensure_ascii=False).encode()

    def fulfilment(self, number: str | None = None, company: str | None = "DHL") -> dict[str, Any]:
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        numbers = [number] if number else []
        return {
            "id": self.id + 5, "order_id": self.id, "status": "success", "created_at": stamp, "updated_at": stamp,
            "tracking_company": company, "tracking_number": number, "tracking_numbers": numbers,
            "shipment_status": None,
            "line_items": [{"id": 1, "quantity": 2}],
        }  # fmt: skip

    def tell(self, topic: str, body: bytes, *, secret: str = SECRET) -> int:
        return post(
            f"{self.stack.api}/webhooks/shopify/{self.shop}", body,
            {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signed_by_openssl(body, secret),
             "x-shopify-shop-domain": f"{self.shop}.myshopify.com", "x-shopify-webhook-id": uuid.uuid4().hex},
        )  # fmt: skip

    def known(self) -> dict[str, Any]:
        said: dict[str, Any] = encamino("order", "show", self.shop, str(self.id))
        return said


def encamino(*words: str, refused: bool = False) -> Any:
    """The command line's answer, as JSON; with `refused` its error."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    done = subprocess.run(
        [str(CLI), *words, "--json"], capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    if refused:
        assert done.returncode != 0
        assert not done.stdout
        return {**json.loads(done.stderr), "exit": done.returncode}
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def signed_by_openssl(body: bytes, secret: str) -> str:
    """The signature by a program that knows nothing of us."""
    command = ["openssl", "dgst", "-sha256", "-hmac", secret, "-binary"]
    return base64.b64encode(subprocess.run(command, input=body, capture_output=True, check=True).stdout).decode()


class _Unmoved(urllib.request.HTTPRedirectHandler):
    """Shops do not follow where they are sent; what would be followed is the answer."""

    def redirect_request(self, *_asked: Any) -> None:
        return None


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of a POST."""
    request = urllib.request.Request(url, body, {"content-type": "application/json", **headers}, method="POST")
    try:
        with urllib.request.build_opener(_Unmoved).open(request, timeout=30) as answer:
            assert answer.read() == b""
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def get(url: str) -> Any:
    """A JSON document."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def until[T](asked: Callable[[], T], patience: float = 30) -> T:
    """What is asked, once it is something."""
    deadline = time.monotonic() + patience
    while not (found := asked()):
        assert time.monotonic() < deadline, f"still {found!r} after {patience} s"
        time.sleep(0.2)
    return found


def rest() -> None:
    """Let everything that is due happen."""
    encamino("clock", "advance", "1s")


def triggers(order: Order) -> list[tuple[str, str, str]]:
    """What became of each message: trigger, channel, status."""
    return [(m["trigger"], m["channel"], m["status"]) for m in order.known()["messages"]]


def gateway(stack: Stack) -> str:
    """Where the deployed tracker asks carriers."""
    functions = stack.client("lambda").list_functions()["Functions"]
    tracker = next(f for f in functions if f["FunctionName"].endswith("track_shipments"))
    return str(tracker["Environment"]["Variables"]["CARRIER_GATEWAY"])


def programme(stack: Stack, number: str, timetable: dict[str, str]) -> None:
    """What DHL answers about a number, from now on: hours to recordings."""
    entries = [{"after": after, "play": recording} for after, recording in timetable.items()]
    said = json.dumps({"start": datetime.now(UTC).isoformat(), "timetable": entries}).encode()
    request = urllib.request.Request(f"{gateway(stack)}/_simulator/dhl/{number}", said, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
