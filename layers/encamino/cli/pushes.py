"""The addresses that carriers call: where they are, and the last part of them, which is a secret."""

import json
import re
import secrets as randomness

from encamino import wiring
from encamino.carriers.base import PUSH_KEY, PUSHED, carrier, carriers, pushing
from encamino.cli.output import Json
from encamino.cli.shapes import instant
from encamino.cli.stack import Stack
from encamino.domain.errors import Refused

#: Nothing that a console or a proxy would write differently.
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def fields(slug: str) -> tuple[str, ...]:
    """What an account may have besides the carrier's own fields."""
    return (PUSH_KEY,) if _calls(slug) else ()


def addressed(shop: str, slug: str, account: str) -> str:
    """The account with a last part for its address: the one given, else the one it had, else a new one."""
    if not _calls(slug):
        return account
    said = json.loads(account)
    given = said.get(PUSH_KEY) or _had(shop, slug) or randomness.token_urlsafe(24)
    if not _KEY.fullmatch(given):
        cure = "leave it out and one is made"
        raise Refused(f"{PUSH_KEY} is 16 to 64 letters, digits, - or _", where="--value", cure=cure)
    return json.dumps({**said, PUSH_KEY: given})


def address(here: Stack, shop: str, slug: str) -> str | None:
    """The address this shop's account with a carrier is called at, None when there is no such account."""
    key = _had(shop, slug)
    return f"{here.api}/push/{slug}/{shop}/{key}" if key else None


def checked(here: Stack, shop: str) -> list[Json]:
    """Every carrier that could call this shop: where, what to do about it, how it went last."""
    rows: list[Json] = []
    for slug in carriers():
        adapter, url = pushing(slug), address(here, shop, slug)
        if adapter is None:
            continue
        last = here.store.last_delivery(shop, PUSHED + slug)
        verdict = last[1] if last else "waiting for pushes" if url else "no account yet"
        cure = f"Give us the account: encamino shop secret {shop} carrier/{slug} --value -"
        rows.append({
            "carrier": slug, "name": carrier(slug).NAME, "url": url, "enabled": url is not None,
            "paste": adapter.paste_push(url) if url else cure,
            "last_delivery": instant(last[0]) if last else None, "verdict": verdict,
        })  # fmt: skip
    return rows


def _had(shop: str, slug: str) -> str | None:
    kept = wiring.parameters().secrets(shop, PUSHED + slug, wiring.wall()) if _calls(slug) else ()
    key = json.loads(kept[0]).get(PUSH_KEY) if kept else None
    return key if isinstance(key, str) else None


def _calls(slug: str) -> bool:
    return slug in carriers() and pushing(slug) is not None
