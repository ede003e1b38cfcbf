"""Nobody gets in who does not know a secret that counts. The door is the real one; Shopify signs the body alone."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.faults.door import SHOP, Door, call, opened, signed
from tests.faults.hostile import RECORDINGS

SEED = 19
FORGED, GENUINE = 10_000, 240
NEW, OLD, RETIRED, THEIRS = "new-secret", "old-secret", "retired-secret", "secret-of-another-shop"
OTHER = "other-shop"
BODIES = [json.dumps(recording["body"]).encode() for recording in RECORDINGS]
FAMILIES = ("x-shopify-", "shopify-")
SIGNATURE = "x-shopify-hmac-sha256"
NO_SHOPS = ("nobody", "Casa-Lluna", "casa-lluna ", "../casa-lluna", "casa-lluna/../other-shop", "casa_lluna", "", "x",
            "other-shop/shopify", "casa-lluna\x00", "*", "casa-lluna%2F", "operator", "ca\u017fa-lluna")  # fmt: skip
NO_PLATFORMS = ("", "shopify ", "Shopify", "base", "reading", "__init__", "shopify.topics", "../shopify", "woo", "\x00")

type Event = dict[str, Any]


@pytest.fixture
def door() -> Iterator[Door]:
    hour = timedelta(hours=1)
    with opened({SHOP: [(NEW, None), (OLD, hour), (RETIRED, -hour)], OTHER: [(THEIRS, None)]}) as door:
        yield door


def _flip(raw: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]


def _with_signature(body: bytes, text: str) -> Event:
    return call(body, {SIGNATURE: text})


def _right(body: bytes) -> str:
    return signed(body, NEW)[SIGNATURE]


def _bit_of_signature(body: bytes, chance: Random) -> Event:
    digest = _flip(base64.b64decode(_right(body)), chance)
    return _with_signature(body, base64.b64encode(digest).decode())


def _letter_of_signature(body: bytes, chance: Random) -> Event:
    """Also the last letter, two bits of which mean nothing to a decoder."""
    right, letters = _right(body), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    at = chance.choice((len(right) - 2, chance.randrange(len(right))))
    return _with_signature(body, right[:at] + chance.choice(letters.replace(right[at], "")) + right[at + 1 :])


def _misspelt(body: bytes, chance: Random) -> Event:
    right = _right(body)
    digest = base64.b64decode(right)
    urlsafe = base64.urlsafe_b64encode(digest).decode()
    ways = [right.rstrip("="), right + "=", f"{right},{right}", f"sha256={right}", digest.hex(), right[::-1],
            right.swapcase(), f" {right}", f"{right}\n", f"{right}\x00", right.encode().hex(), f'"{right}"',
            digest.decode("latin-1"), base64.b64encode(right.encode()).decode()]  # fmt: skip
    return _with_signature(body, chance.choice([*ways, urlsafe] if urlsafe != right else ways))


def _nonsense(body: bytes, chance: Random) -> Event:
    ways = [
        "",
        " ",
        "=",
        "====",
        "é" * 44,
        "日本",
        "\ud800" * 44,
        "\x00" * 44,
        "null",
        "0",
        "true",
        "A" * 44,
        "A" * 10_000,
    ]
    return _with_signature(body, chance.choice([*ways, base64.b64encode(chance.randbytes(32)).decode()]))


def _body_of_another(body: bytes, chance: Random) -> Event:
    return call(chance.choice([other for other in BODIES if other != body]), signed(body, NEW))


def _header_of_another_name(body: bytes, chance: Random) -> Event:
    names = ("hmac-sha256", "x-shopify-hmac", "x-shopify-hmac-sha-256", "x_shopify_hmac_sha256", "authorization",
             "X-Shopify-Hmac-SHA256", "x-shopify-hmac-sha256 ", "x-wc-webhook-signature", "cookie")  # fmt: skip
    return call(body, {chance.choice(names): _right(body)})


def _without_headers(body: bytes, chance: Random) -> Event:
    event = call(body, {})
    if chance.random() < 0.5:
        event["queryStringParameters"], event["rawQueryString"] = {"hmac": _right(body)}, f"hmac={_right(body)}"
    return event


FORGERIES: dict[str, Callable[[bytes, Random], Event]] = {
    "bit of the body": lambda body, chance: call(_flip(body, chance), signed(body, NEW)),
    "body cut": lambda body, chance: call(body[: chance.randrange(len(body))], signed(body, NEW)),
    "body grown": lambda body, chance: call(body + chance.choice((b" ", b"\n", b"\x00", b"{}")), signed(body, NEW)),
    "body of another delivery": _body_of_another,
    "empty body": lambda _, chance: call(b"", signed(b"", chance.choice((NEW, OLD)), chance.choice(FAMILIES))),
    "bit of the signature": _bit_of_signature,
    "letter of the signature": _letter_of_signature,
    "signature cut": lambda body, chance: _with_signature(body, _right(body)[: chance.randrange(44)]),
    "signature misspelt": _misspelt,
    "nonsense for a signature": _nonsense,
    "signature under another name": _header_of_another_name,
    "unsigned": _without_headers,
    "retired secret": lambda body, chance: call(body, signed(body, RETIRED, chance.choice(FAMILIES))),
    "secret of another shop": lambda body, chance: call(body, signed(body, THEIRS, chance.choice(FAMILIES))),
    "guessed secret": lambda body, chance: call(body, signed(body, chance.choice(("", SHOP, "null", NEW[:-1])))),
    "shop that is none": lambda body, chance: call(body, signed(body, NEW), shop=chance.choice(NO_SHOPS)),
    "shop of another": lambda body, _: call(body, signed(body, NEW), shop=OTHER),
    "platform that is none": lambda body, chance: call(body, signed(body, NEW), platform=chance.choice(NO_PLATFORMS)),
}


@pytest.mark.proof("R19", "0 forged deliveries get in, every genuine one does")
def test_nobody_gets_in_without_a_secret_that_counts(door: Door, figure: Callable[[str], None]) -> None:
    chance, kinds = Random(SEED), list(FORGERIES)
    answers: Counter[tuple[int, str]] = Counter()
    let_in: Counter[str] = Counter()
    for n in range(FORGED):
        kind = kinds[n % len(kinds)]
        answer = door.answer(FORGERIES[kind](chance.choice(BODIES), chance))
        answers[answer["statusCode"], answer["body"]] += 1
        let_in[kind] += answer["statusCode"] < 400
    kept_of_forgers = door.kept()

    genuine: Counter[str] = Counter()
    for n in range(GENUINE):
        body, secret, family = chance.choice(BODIES), (NEW, OLD)[n % 2], FAMILIES[n // 2 % 2]
        genuine[secret] += door.answer(call(body, signed(body, secret, family))) == {"statusCode": 200, "body": ""}
    kept = door.kept()

    figure(
        f"{FORGED:,} forged in {len(kinds)} ways: {let_in.total()} let in, {len(kept_of_forgers)} kept; "
        f"genuine: {genuine[NEW]} of {GENUINE // 2} by the new secret, {genuine[OLD]} of {GENUINE // 2} by the former; "
        f"seed {SEED}"
    )
    assert +let_in == Counter()
    assert kept_of_forgers == []
    # One answer to all of them: a forger does not even learn whether there is such a shop.
    assert set(answers) == {(401, "")}
    assert genuine == {NEW: GENUINE // 2, OLD: GENUINE // 2}
    assert len(kept) == GENUINE
