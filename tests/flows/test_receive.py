"""The webhook door's decision: what is let in, what is kept of it, and what forgers learn, which is nothing."""

import base64
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from encamino.flows.receive import ENVELOPE, INLINE, LARGEST, Arrived, Doorkeeper, Reply, receive
from encamino.shops import shopify
from encamino.shops.base import Handshake

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "hush"
RECORDING = json.loads((Path(__file__).parents[1] / "shops/shopify/order_paid.json").read_text())
BODY = json.dumps(RECORDING["body"]).encode()


@dataclass
class Room:
    """Behind the door: secrets that may be rotated, a queue, a shelf."""

    cached: Sequence[str] = (SECRET,)
    fresh: Sequence[str] = (SECRET,)
    asked: list[tuple[str, str, bool]] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    shelf: list[bytes] = field(default_factory=list)

    def receive(self, arrived: Arrived) -> Reply:
        return receive(arrived, Doorkeeper(self.secrets, self.queued.append, self.put_aside))

    def secrets(self, shop: str, name: str, again: bool) -> Sequence[str]:
        self.asked.append((shop, name, again))
        return self.fresh if again else self.cached

    def put_aside(self, body: bytes) -> str:
        self.shelf.append(body)
        return f"inbox/{len(self.shelf)}.gz"

    @property
    def envelope(self) -> dict[str, Any]:
        (only,) = self.queued
        said: dict[str, Any] = json.loads(only)
        return said


def arriving(body: bytes = BODY, secret: str | None = SECRET) -> Arrived:
    """A delivery as Shopify makes it, signed with that secret."""
    signature = shopify.sign(body, secret, NOW) if secret is not None else {}
    headers = {**RECORDING["headers"], **signature, "user-agent": "Shopify-Captain-Hook", "cookie": "a=b"}
    return Arrived("shopify", "demo", "POST", headers, "", body, NOW)


def test_an_authentic_delivery_is_kept_and_answered_with_nothing() -> None:
    room = Room()
    assert room.receive(arriving()) == Reply(200, "kept", "")
    assert len(room.queued) == 1


def test_the_envelope_says_who_when_and_the_very_bytes() -> None:
    room = Room()
    room.receive(arriving())
    said = room.envelope
    assert set(said) == {"v", "platform", "shop", "received_at", "headers", "body_b64"}
    assert (said["v"], said["platform"], said["shop"]) == (ENVELOPE, "shopify", "demo")
    assert datetime.fromisoformat(said["received_at"]) == NOW
    assert base64.b64decode(said["body_b64"]) == BODY


def test_only_headers_the_platform_names_are_kept() -> None:
    room = Room()
    room.receive(arriving())
    assert set(room.envelope["headers"]) <= shopify.HEADERS
    assert room.envelope["headers"]["x-shopify-topic"] == "orders/paid"
    assert not {"cookie", "user-agent"} & set(room.envelope["headers"])


@pytest.mark.parametrize("body", [b"not JSON at all", b"{", b"\xff\xfe\x00", b"[]"])
def test_what_is_authentic_is_kept_however_odd(body: bytes) -> None:
    room = Room()
    assert room.receive(arriving(body)).status == 200
    assert base64.b64decode(room.envelope["body_b64"]) == body


@pytest.mark.parametrize("secret", ["guessed", "", None])
def test_a_forged_or_unsigned_delivery_is_refused_and_leaves_no_trace(secret: str | None) -> None:
    room = Room()
    assert room.receive(arriving(secret=secret)) == Reply(401, "forged", "")
    assert (room.queued, room.shelf) == ([], [])


def test_one_changed_byte_makes_a_delivery_forged() -> None:
    genuine = arriving()
    assert Room().receive(replace(genuine, body=genuine.body + b" ")).status == 401


@pytest.mark.parametrize("slug", ["nowhere", "", "base", "reading", "../shopify", "shopify.topics", "shopify\n"])
def test_an_unknown_platform_is_refused_and_no_secret_is_asked_for(slug: str) -> None:
    room = Room()
    assert room.receive(replace(arriving(), platform=slug)) == Reply(401, "no_platform", "")
    assert (room.asked, room.queued) == ([], [])


def test_a_shop_without_a_secret_is_refused_as_a_forger_is() -> None:
    room = Room(cached=(), fresh=())
    assert room.receive(arriving()) == Room().receive(arriving(secret="guessed"))
    assert room.queued == []


def test_an_empty_secret_does_not_let_anyone_sign() -> None:
    assert Room(cached=("",), fresh=("",)).receive(arriving(secret="")).status == 401


def test_a_secret_that_fits_is_not_read_again() -> None:
    room = Room()
    room.receive(arriving())
    assert room.asked == [("demo", "shopify", False)]


def test_after_a_rotation_the_secrets_are_read_anew_and_the_delivery_is_kept() -> None:
    room = Room(cached=("former",), fresh=(SECRET, "former"))
    assert room.receive(arriving()).status == 200
    assert room.asked == [("demo", "shopify", False), ("demo", "shopify", True)]


def test_a_forger_makes_us_read_the_secrets_anew_once() -> None:
    room = Room()
    room.receive(arriving(secret="guessed"))
    assert room.asked == [("demo", "shopify", False), ("demo", "shopify", True)]


def test_a_delivery_signed_with_the_former_secret_is_kept_while_that_counts() -> None:
    assert Room(cached=("new", SECRET)).receive(arriving()).status == 200


def test_above_four_megabytes_nothing_is_read() -> None:
    room = Room()
    assert room.receive(arriving(b"x" * (LARGEST + 1))) == Reply(413, "too_large", "")
    assert (room.asked, room.queued, room.shelf) == ([], [], [])
    assert room.receive(arriving(b"x" * LARGEST)).status == 200


def test_what_is_too_large_for_the_queue_travels_by_the_bucket() -> None:
    room, body = Room(), b"x" * (INLINE + 1)
    assert room.receive(arriving(body)).status == 200
    assert room.shelf == [body]
    assert room.envelope["s3"] == "inbox/1.gz"
    assert "body_b64" not in room.envelope


def test_the_largest_body_in_the_queue_leaves_room_for_its_envelope() -> None:
    room = Room()
    room.receive(arriving(b"x" * INLINE))
    assert room.shelf == []
    assert len(room.queued[0].encode()) < 1024 * 1024 - 32 * 1024


def test_a_forged_body_is_never_put_into_the_bucket() -> None:
    room = Room()
    assert room.receive(arriving(b"x" * (INLINE + 1), secret="guessed")).status == 401
    assert room.shelf == []


def test_a_queue_that_does_not_answer_is_not_answered_with_200() -> None:
    def full(_text: str) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        receive(arriving(), Doorkeeper(lambda *_: (SECRET,), full, lambda _: ""))


@pytest.fixture
def shy() -> Iterator[str]:
    """A platform that wants a word before it trusts an address: Shopify, but for that."""
    slug = "shy"
    module = ModuleType(f"encamino.shops.{slug}")
    module.__dict__.update({name: getattr(shopify, name) for name in ("NAME", "HEADERS", "verify", "sign")})
    module.__dict__["handshake"] = greet
    module.__spec__ = shopify.__spec__
    sys.modules[module.__name__] = module
    yield slug
    del sys.modules[module.__name__]


def greet(method: str, _headers: Mapping[str, str], query: str, _body: bytes) -> Handshake | None:
    return Handshake(200, query.removeprefix("challenge=")) if method == "GET" else None


def test_a_handshake_is_answered_and_kept_nowhere(shy: str) -> None:
    room, asked = Room(), replace(arriving(b"", secret=None), platform=shy, method="GET", query="challenge=42")
    assert room.receive(asked) == Reply(200, "handshake", "42")
    assert (room.asked, room.queued, room.shelf) == ([], [], [])


def test_a_platform_with_handshakes_is_refused_forgeries_like_any_other(shy: str) -> None:
    room = Room()
    assert room.receive(replace(arriving(secret="guessed"), platform=shy)).status == 401
    assert room.receive(replace(arriving(), platform=shy)).status == 200
