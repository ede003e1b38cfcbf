"""`encamino shop`: set up a shop, its secrets, and see what its platform should be told."""

import json
import secrets as randomness
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from encamino import wiring
from encamino.carriers.base import PUSHED, carrier
from encamino.channels.base import set_name
from encamino.channels.identity import Dns, prepare
from encamino.cli.carriers import read_bytes
from encamino.cli.output import AsJson, Json, show
from encamino.cli.pushes import address, addressed, checked, fields
from encamino.cli.shapes import instant
from encamino.cli.shop_file import read_shop
from encamino.cli.stack import Stack, stack
from encamino.cli.tables import table
from encamino.domain.errors import Refused
from encamino.domain.shop import Shop
from encamino.shops.base import platform, platforms

app = typer.Typer(no_args_is_help=True, help="Shops: set up, secrets, what to paste where.")

KEYS = ("link-key", "pepper")


@app.command("apply")
def apply(file: Annotated[Path, typer.Argument(metavar="FILE.yaml")], as_json: AsJson = False) -> None:
    """Make a shop, or change it, to what its file says. Run it as often as you like."""
    shop = read_shop(read_bytes(file), str(file))
    here = stack()
    _make_keys()
    created = here.store.put_shop(shop)
    name = set_name(here.name, shop.shop)
    dns = prepare(wiring.client("sesv2"), shop, name, wiring.setting("FEEDBACK_TOPIC")).dns
    made = _make_secrets(shop)
    show((shop, created, dns, made, here), as_json, _applied_json, _applied_words)


@app.command("secret")
def secret(
    shop: str,
    name: Annotated[str, typer.Argument(help="A platform, or carrier/<slug>.")],
    value: Annotated[str | None, typer.Option(help="The secret; `-` reads it from stdin.")] = None,
    keep_old: Annotated[str, typer.Option(help="How long the old one still counts, such as 1h.")] = "1h",
    as_json: AsJson = False,
) -> None:
    """Set a secret, or have one made where the platform lets us choose it."""
    given = sys.stdin.read() if value == "-" else value
    said = given.strip() if given is not None else None
    slug = name.removeprefix(PUSHED) if name.startswith(PUSHED) else None
    wanted = _carrier_account(name, said) if slug else _platform_secret(name, said)
    here = stack()
    if shop != wiring.OPERATOR:
        here.shop(shop)
    wanted = addressed(shop, slug, wanted) if slug else wanted
    wiring.parameters().put(shop, name, wanted, wiring.wall(), keep_old=_duration(keep_old))
    answer: dict[str, Json] = {"shop": shop, "name": name, "secret": wanted if said is None else None}
    words = f"set {name} for {shop}" + (f": {wanted}" if said is None else "")
    url = address(here, shop, slug) if slug else None
    if url:
        answer["push_url"] = url
        words += f"\nit may call us at {url}"
    show(answer, as_json, lambda a: a, lambda _: words)


@app.command("check")
def check(shop: str, as_json: AsJson = False) -> None:
    """What to paste where, and how the last delivery went."""
    here = stack()
    here.shop(shop)
    rows: list[Json] = [_checked(here, shop, slug) for slug in platforms()]
    pushed = checked(here, shop)
    show((rows, pushed), as_json, lambda r: {"shop": shop, "platforms": r[0], "carriers": r[1]}, _check_words)


def _checked(here: Stack, shop: str, slug: str) -> Json:
    ready = bool(wiring.parameters().secrets(shop, slug, wiring.wall()))
    last, url = here.store.last_delivery(shop, slug), f"{here.api}/webhooks/{slug}/{shop}"
    return {
        "platform": slug, "url": url, "enabled": ready, "paste": platform(slug).paste(url),
        "last_delivery": instant(last[0]) if last else None, "verdict": last[1] if last else _waiting(ready=ready),
    }  # fmt: skip


def _waiting(*, ready: bool) -> str:
    return "waiting for deliveries" if ready else "no secret yet"


def _check_words(rows: tuple[list[Json], list[Json]]) -> object:
    from rich.console import Group

    heads = ("enabled", "last delivery", "verdict", "what to do")
    names = ("enabled", "last_delivery", "verdict", "paste")
    return Group(
        *(
            table(title, (who, *heads), [tuple(r[name] for name in (who, *names)) for r in some if isinstance(r, dict)])
            for title, who, some in (("platforms", "platform", rows[0]), ("carriers that call us", "carrier", rows[1]))
        )
    )


def _make_keys() -> None:
    """The stack's own keys, once."""
    for name in KEYS:
        wiring.parameters().make_key(name, randomness.token_bytes(32), wiring.wall())


def _make_secrets(shop: Shop) -> dict[str, str]:
    """A secret for each platform that lets us choose it and has none."""
    made = {}
    for slug in platforms():
        if wiring.parameters().secrets(shop.shop, slug, wiring.wall()):
            continue
        new = platform(slug).new_secret(randomness.token_bytes(32))
        if new is not None:
            wiring.parameters().put(shop.shop, slug, new, wiring.wall())
            made[slug] = new
    return made


def _platform_secret(name: str, said: str | None) -> str:
    adapter = platform(name)
    if said == "":
        raise Refused(f"the secret of {name} is empty", where="--value", cure="pass the secret, or `-` to read stdin")
    new = said if said is not None else adapter.new_secret(randomness.token_bytes(32))
    if not new:
        raise Refused(
            f"{adapter.NAME} makes its own secret", where=name, cure="copy it from the shop and pass it by --value"
        )
    return new


def _carrier_account(name: str, said: str | None) -> str:
    """The account as JSON. Raises Refused, which never repeats what was said: it may be a password."""
    slug = name.removeprefix(PUSHED)
    adapter = carrier(slug)
    needed, known = adapter.FIELDS, (*adapter.FIELDS, *adapter.OPTIONAL_FIELDS, *fields(slug))
    example = json.dumps(dict.fromkeys(needed, "…"), ensure_ascii=False)
    try:
        account = json.loads(said or "")
    except ValueError:
        account = None
    if not isinstance(account, dict):
        raise Refused(f"{name} takes a JSON object", where="--value", cure=f"write {example}")
    if not set(needed) <= set(account) <= set(known):
        optional = f"; optional: {', '.join(adapter.OPTIONAL_FIELDS)}" if adapter.OPTIONAL_FIELDS else ""
        raise Refused(f"{name} has the fields {', '.join(needed)}{optional}", where="--value", cure=f"write {example}")
    empty = [field for field, text in account.items() if not isinstance(text, str) or not text.strip()]
    if empty:
        raise Refused(f"{', '.join(empty)} of {name}: no text", where="--value", cure=f"write {example}")
    return json.dumps(account)


def _duration(text: str) -> timedelta:
    units = {"m": "minutes", "h": "hours", "d": "days"}
    if len(text) < 2 or text[-1] not in units or not text[:-1].isdigit():  # noqa: PLR2004
        raise Refused(f"{text!r} is no duration", where="--keep-old", cure="write 30m, 1h or 2d")
    return timedelta(**{units[text[-1]]: int(text[:-1])})


type Applied = tuple[Shop, bool, list[Dns], dict[str, str], Stack]


def _applied_json(applied: Applied) -> Json:
    shop, created, dns, made, here = applied
    return {
        "shop": shop.shop, "created": created,
        "webhooks": {slug: f"{here.api}/webhooks/{slug}/{shop.shop}" for slug in platforms()},
        "dns": [{"type": r["type"], "name": r["name"], "value": r["value"]} for r in dns],
        "secrets": dict(made),
    }  # fmt: skip


def _applied_words(applied: Applied) -> object:
    from rich.console import Group

    shop, created, dns, made, here = applied
    return Group(
        f"{'made' if created else 'changed'} {shop.shop}",
        table("webhooks", ("platform", "address"), [(s, f"{here.api}/webhooks/{s}/{shop.shop}") for s in platforms()]),
        table("DNS rows for your domain", ("type", "name", "value"), [(r["type"], r["name"], r["value"]) for r in dns]),
        table("secrets made now; they are not shown again", ("for", "secret"), list(made.items())),
    )
