"""Tokens say nothing, and nobody guesses them."""

import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encamino.domain.link import LinkKind, alias, token, token_hash
from encamino.domain.order import OrderKey

KEY = b"a link key of thirty-two bytes!!"
ORDER = OrderKey("casa-lluna", "shopify", "1001")
MADE = token(KEY, LinkKind.TRACKING, ORDER)


def test_a_token_is_128_bits_in_26_letters_of_base32() -> None:
    assert re.fullmatch(r"[a-z2-7]{26}", MADE)


@given(st.binary(min_size=1, max_size=64), st.sampled_from(LinkKind), st.text(max_size=40), st.integers(0, 9))
def test_whatever_it_is_made_of_a_token_looks_the_same(key: bytes, kind: LinkKind, id_: str, generation: int) -> None:
    assert re.fullmatch(r"[a-z2-7]{26}", token(key, kind, OrderKey("casa-lluna", "shopify", id_), generation))


def test_the_same_page_has_the_same_token_for_ever() -> None:
    assert token(KEY, LinkKind.TRACKING, ORDER) == MADE == "szkbm4o3equzojodau6kbp656m"


@pytest.mark.parametrize(
    "other",
    [
        *(token(KEY, kind, ORDER) for kind in LinkKind if kind is not LinkKind.TRACKING),
        token(KEY, LinkKind.TRACKING, ORDER, generation=1),
        token(b"another link key of 32 bytes!!!!", LinkKind.TRACKING, ORDER),
        token(KEY, LinkKind.TRACKING, OrderKey("casa-sol", "shopify", "1001")),
        token(KEY, LinkKind.TRACKING, OrderKey("casa-lluna", "generic", "1001")),
        token(KEY, LinkKind.TRACKING, OrderKey("casa-lluna", "shopify", "1002")),
    ],
    ids=["preferences", "return", "survey", "generation", "key", "shop", "platform", "order"],
)
def test_another_page_another_generation_another_key_make_another_token(other: str) -> None:
    assert other != MADE


def test_what_a_token_is_made_of_cannot_be_cut_differently() -> None:
    one = token(KEY, LinkKind.TRACKING, OrderKey("casa", "lluna", "1"))

    assert one != token(KEY, LinkKind.TRACKING, OrderKey("casa", "llun", "a1"))
    assert one != token(KEY, LinkKind.TRACKING, OrderKey("casal", "luna", "1"))


def test_a_hundred_thousand_orders_have_a_hundred_thousand_tokens() -> None:
    made = {token(KEY, LinkKind.TRACKING, OrderKey("casa-lluna", "shopify", str(id_))) for id_ in range(100_000)}

    assert len(made) == 100_000


def test_neighbouring_orders_have_tokens_that_share_nothing() -> None:
    """Half of 128 bits differ on average; fewer than 30 would be one in a thousand million."""
    made = [token(KEY, LinkKind.TRACKING, OrderKey("casa-lluna", "shopify", str(id_))) for id_ in range(1_000)]
    bits = [int(text.translate(_DIGITS), 32) >> 2 for text in made]

    assert min((one ^ other).bit_count() for one, other in pairwise(bits)) > 30


def test_the_table_knows_a_token_by_its_hash_alone() -> None:
    assert token_hash(MADE) == hashlib.sha256(MADE.encode()).hexdigest()
    assert MADE not in token_hash(MADE)


def test_a_token_typed_in_capitals_opens_the_same_page() -> None:
    assert token_hash(MADE.upper()) == token_hash(MADE)


def test_an_address_is_known_by_an_alias_that_only_the_pepper_can_make() -> None:
    known = alias(b"pepper", "casa-lluna", "email", "lucia@example.com")

    assert re.fullmatch(r"[0-9a-f]{64}", known)
    assert known == alias(b"pepper", "casa-lluna", "email", " Lucia@Example.com ")
    assert known not in {
        alias(b"salt", "casa-lluna", "email", "lucia@example.com"),
        alias(b"pepper", "casa-sol", "email", "lucia@example.com"),
        alias(b"pepper", "casa-lluna", "phone", "lucia@example.com"),
    }


#: base32's letters as Python's digits of base 32.
_DIGITS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")
