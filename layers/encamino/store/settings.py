"""Between a shop's settings and what lies in the table."""

from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from encamino.domain.shop import CHECKED, Shop
from encamino.store import newer
from encamino.store.items import pack, unpack
from encamino.store.table import Item


def shop_out(shop: Shop, there: Item | None) -> bytes:
    """A shop's settings, with what newer code said in those that are there."""
    said: dict[str, Any] = {}
    understood: dict[str, Any] = {}
    if there is not None:
        # What cannot be read at all is what a merchant's next word must be able to mend.
        with suppress(ValidationError):
            understood = _plain(shop_in(there))
            said = from_json(unpack(there))
    return pack(to_json(newer.carried(said, understood, _plain(shop))))


def shop_in(item: Item) -> Shop:
    """A shop's settings; what a newer schema added is not ours to judge."""
    return _shop(unpack(item))


@lru_cache(maxsize=256)
def _shop(raw: bytes) -> Shop:
    # Every event reads its shop, and checking it costs more than reading it.
    return newer.read_settings(partial(Shop.model_validate_json, extra="ignore", context=CHECKED), raw)


def _plain(shop: Shop) -> dict[str, Any]:
    return shop.model_dump(mode="json", exclude_defaults=True)
