"""Tells the stories of infra/local/stories through the real doors of the running stack.

A story's deliveries go in by API Gateway, signed; its carrier answers on a virtual timetable; what must come out is
listed by hand in its file. One message missing or one too many ends with 1.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from encamino import wiring
from encamino.cli.clock import duration
from encamino.cli.simulate import Recorded, deliver, new_order, recorded, renewed, told_at
from encamino.cli.stack import Stack, stack
from encamino.cli.travel import Travel, settle, travel_on
from encamino.domain.message import MessageKey
from encamino.domain.order import OrderKey

STORIES = Path(__file__).parent / "stories"
WEEK = timedelta(days=7)
console = Console()

type Arrived = Counter[tuple[str, str, str | None]]


def main() -> int:
    """Tell every story; 0 only if each brought exactly what it should."""
    here = stack()
    told = [tell(here, yaml.safe_load(file.read_text())) for file in sorted(STORIES.glob("*.yaml"))]
    return 0 if all(told) else 1


def tell(here: Stack, story: dict[str, Any]) -> bool:
    """One story. True when exactly the expected messages arrived."""
    shop, slug = story["shop"], story["platform"]
    for name, value in story["secrets"].items():
        wiring.parameters().put(shop, name, value, wiring.wall(), keep_old=timedelta(0))
    first = recorded(slug, story["steps"][0]["deliver"])
    told = Told(shop, slug, new_order(slug, first), later(slug, first), story["timetable"])
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console.rule(story["title"])
    with Progress(*columns, console=console) as progress:
        steps = progress.add_task(story["title"], total=len(story["steps"]))
        for step in story["steps"]:
            progress.update(steps, description=step["say"])
            take_step(here, told, step)
            progress.advance(steps)
    return judge(here, story, OrderKey(shop, slug, told.order))


def later(slug: str, first: Recorded) -> timedelta:
    """Whole weeks until the recording lies ahead: what it tells on a Tuesday morning takes place on one."""
    now = wiring.business()
    return -((told_at(slug, first, now) - now) // WEEK) * WEEK


@dataclass(frozen=True)
class Told:
    """A story's order, and how much later than its recordings it takes place."""

    shop: str
    slug: str
    order: str
    later: timedelta
    timetable: list[dict[str, str]]


def take_step(here: Stack, told: Told, step: dict[str, str]) -> None:
    """Let time pass until the delivery's own moment, programme the carrier, deliver, let everything happen."""
    if "deliver" not in step:
        travel_on(here, duration(step["after"]), Travel())
        return
    delivery = recorded(told.slug, step["deliver"])
    moment = told_at(told.slug, delivery, wiring.business()) + told.later
    travel_on(here, max(moment - wiring.business(), timedelta()), Travel())
    if "carrier" in step:
        programme(step["carrier"], step["number"], moment, told.timetable)
    status = deliver(here.api, told.shop, told.slug, renewed(told.slug, delivery, told.order, told.later))
    if status != requests.codes.ok:
        raise SystemExit(f"the webhook door answered {status} to {step['deliver']}")
    settle(here, Travel())


def programme(carrier: str, number: str, start: datetime, timetable: list[dict[str, str]]) -> None:
    """Tell the carrier simulator what to answer about a number from then on."""
    said = {"start": start.isoformat(), "timetable": timetable}
    url = f"{wiring.setting('CARRIER_GATEWAY')}/_simulator/{carrier}/{number}"
    requests.put(url, json=said, timeout=10).raise_for_status()


def judge(here: Stack, story: dict[str, Any], key: OrderKey) -> bool:
    """Hold what arrived against the list in the story's file."""
    expected: Arrived = Counter((e["trigger"], e["channel"], e["locale"]) for e in story["expect"])
    arrived = mails(here, key) + texts(here, key)
    for trigger, channel, locale in sorted(expected | arrived, key=str):
        want, got = expected[trigger, channel, locale], arrived[trigger, channel, locale]
        console.print(f"  {'✓' if want == got else '✗'} {trigger} by {channel} in {locale}: {got} of {want}")
    document = here.store.order(key)
    shop = here.shop(key.shop)
    console.print(
        f"  order {document.order.name if document else key.id}: {document.order.status if document else 'lost'}"
    )
    console.print(f"  page  {wiring.links(key, shop).tracking}")
    return arrived == expected


def mails(here: Stack, key: OrderKey) -> Arrived:
    """What the mailbox holds of this order, by the message's own tag and the language its HTML declares."""
    held = requests.get(f"{here.mailbox}/messages.json", timeout=10).json()
    found: Arrived = Counter()
    for mail in held:
        tag = mail["tags"].get("encamino_key")
        named = MessageKey.parse(tag) if tag else None
        if named is not None and named.order == key:
            language = re.search(r'<html[^>]*\slang="([^"]+)"', mail["html"])
            found[named.trigger, "email", language[1] if language else None] += 1
    return found


def texts(here: Stack, key: OrderKey) -> Arrived:
    """The same of the phone: an SMS carries no tag, so it is known by the order's own link in it."""
    link = wiring.links(key, here.shop(key.shop)).tracking
    held = [sms for sms in requests.get(f"{here.mailbox}/sms.json", timeout=10).json() if link in sms["text"]]
    sent = {
        render.text: m for m in here.store.messages_of(key) if (render := here.store.render(m.key)) and not render.html
    }
    rows = [sent.get(sms["text"]) for sms in held]
    return Counter((m.key.trigger, "sms", m.locale) if m else ("not ours", "sms", None) for m in rows)


if __name__ == "__main__":
    sys.exit(main())
