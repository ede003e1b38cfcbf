"""The deployed stack, a shop of the test's own, an order at it."""

import json
import uuid
from pathlib import Path

import pytest

from tests.e2e.outside import ROOT, SECRET, SHOP_FILE, Order, Stack, encamino


@pytest.fixture(scope="session")
def stack() -> Stack:
    """The stack that `make up` made."""
    file = ROOT / ".local/stack.json"
    assert file.exists(), "no stack is up: run `make up` first"
    # What a story told before has moved the clock on; orders of today would be old news.
    encamino("clock", "reset")
    encamino("shop", "secret", "casa-lluna", "shopify", "--value", SECRET)
    return Stack(json.loads(file.read_text()))


@pytest.fixture
def shop(stack: Stack, tmp_path: Path) -> str:
    """A shop nobody else uses, with Shopify's secret and a DHL account."""
    del stack
    slug = f"t-{uuid.uuid4().hex[:10]}"
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP_FILE.format(slug=slug))
    encamino("shop", "apply", str(file))
    encamino("shop", "secret", slug, "shopify", "--value", SECRET)
    encamino("shop", "secret", slug, "carrier/dhl", "--value", '{"api_key": "demo"}')
    return slug


@pytest.fixture
def order(stack: Stack, shop: str) -> Order:
    """An order to be told."""
    id_ = uuid.uuid4().int % 10**15
    return Order(stack, shop, id_, f"lucia-{uuid.uuid4().hex[:8]}@cliente.example", f"JJD{id_:016d}"[:20])
