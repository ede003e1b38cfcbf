"""Dead letters: what they are about, why they died, and the way back to their queue."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from encamino.channels.feedback import Feedback, read
from encamino.domain.message import MessageKey
from encamino.domain.order import OrderKey
from encamino.flows.handing import read_look, read_message
from encamino.shops.base import Delivery, platform
from encamino.store.queues import Letter, Queue


@dataclass(frozen=True, slots=True)
class About:
    """What a letter is about, as far as it can be told. Never a body, never an address."""

    shop: str | None = None
    platform: str | None = None
    order: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A queue and what it gave up on."""

    name: str
    dead: Queue
    alive: Queue


@dataclass(frozen=True, slots=True)
class Dead:
    """One dead letter."""

    queue: str
    letter: Letter
    about: About


def dead_letters(box: Box, shop: str, *, redrive: bool = False) -> tuple[Dead, ...]:
    """The dead letters of a shop, and those that do not say whose they are. `redrive`: back to their queue with them.

    Whoever dies between putting one back and taking it away doubles it, which changes nothing.
    """
    found: list[Dead] = []
    looked_at: list[Letter] = []
    try:
        for letter in box.dead.letters():
            about = told_by(box.name, letter.text)
            mine = about.shop in (shop, None)
            if mine:
                found.append(Dead(box.name, letter, about))
            looked_at.append(letter)
            if mine and redrive:
                box.alive.send(letter.text)
                box.dead.remove(letter)
                looked_at.pop()
    finally:
        box.dead.give_back(looked_at)
    return tuple(sorted(found, key=lambda dead: (dead.letter.since, dead.letter.id)))


def told_by(queue: str, text: str) -> About:
    """What a letter of that queue is about."""
    try:
        return _READERS[queue](text)
    except Exception:  # noqa: BLE001  (it lies there because something about it broke our code)
        return About()


def _delivery(text: str) -> About:
    said = json.loads(text)
    shop, slug = str(said["shop"]), str(said["platform"])
    return About(shop, slug, _order(slug, said))


def _order(slug: str, said: dict[str, Any]) -> str | None:
    """The platform's id of the order, if the delivery lies here and says one."""
    try:
        received_at = datetime.fromisoformat(said["received_at"])
        return platform(slug).key(Delivery(base64.b64decode(said["body_b64"]), said["headers"], received_at))
    except Exception:  # noqa: BLE001  (whose it is, is known without)
        return None


def _look(text: str) -> About:
    return _of(read_look(text).order)


def _message(text: str) -> About:
    key = read_message(text)
    return _of(key.order, str(key))


def _feedback(text: str) -> About:
    told = read(text)
    if not isinstance(told, Feedback):
        return About()
    key = MessageKey.parse(told.key_text)
    return _of(key.order, str(key))


def _of(order: OrderKey, message: str | None = None) -> About:
    return About(order.shop, order.platform, order.id, message)


_READERS = {"inbox": _delivery, "look": _look, "send": _message, "feedback": _feedback}
