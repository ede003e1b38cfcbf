"""Reading a history: JSON Lines, each what a shop delivered or a carrier answered. Faults are named by their line."""

import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from encamino.carriers.base import Response, carrier
from encamino.domain.errors import Missing, Unreadable
from encamino.flows.rehearse import Answered, Delivered, Told
from encamino.shops.base import platform
from encamino.shops.reading import instant

#: What HTTP has.
_STATUSES = range(100, 600)


def read_history(text: bytes, file: str) -> tuple[Told, ...]:
    """Everything told, as it stands there. Raises Unreadable naming the line and its cure."""
    lines = enumerate(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
    return tuple(_told(line, n, f"{file}:{n}") for n, line in lines if line.strip())


def _told(line: bytes, n: int, where: str) -> Told:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError) as err:
        raise Unreadable(f"no JSON: {err}", where=where, cure="write one JSON object on each line") from err
    if not isinstance(said, dict):
        raise Unreadable("no JSON object", where=where, cure='write {"at": …, "platform": …, "headers": …, "body": …}')
    at = instant(said.get("at"))
    if at is None:
        raise Unreadable("`at` is no time", where=where, cure='write when it came: "at": "2026-11-10T09:15:00Z"')
    if ("platform" in said) == ("carrier" in said):
        cure = 'name who told it: "platform": "shopify", or "carrier": "dhl"'
        raise Unreadable("`platform` or `carrier` must stand there, and one of them", where=where, cure=cure)
    if "platform" in said:
        slug = _known(said["platform"], platform, where)
        return Delivered(n, at, slug, _headers(said.get("headers", {}), where), _bytes(said, "body", where))
    slug = _known(said["carrier"], carrier, where)
    response = Response(_status(said.get("http_status", 200), where), _bytes(said, "answer", where))
    return Answered(n, at, slug, _number(said.get("number"), where), response)


def _known(slug: object, find: Callable[[str], object], where: str) -> str:
    """The slug, if `find` finds it."""
    try:
        find(str(slug))
    except Missing as err:
        raise Unreadable(err.message, where=where, cure=err.cure) from err
    return str(slug)


def _headers(said: object, where: str) -> dict[str, str]:
    if not isinstance(said, dict):
        raise Unreadable("`headers` is no JSON object", where=where, cure='write {"name": "value"}')
    return {str(name).lower(): str(value) for name, value in said.items()}


def _bytes(said: dict[str, Any], name: str, where: str) -> bytes:
    """What came over the wire: to the byte in base64, a text as it is, anything else as JSON."""
    if (coded := f"{name}_b64") in said:
        try:
            return b64decode(said[coded], validate=True)
        except (ValueError, TypeError) as err:
            cure = f"write the bytes in base64, or the JSON itself as `{name}`"
            raise Unreadable(f"`{coded}` is no base64", where=where, cure=cure) from err
    if name not in said:
        raise Unreadable(f"`{name}` is missing", where=where, cure=f"write what came as `{name}`, or as `{coded}`")
    value = said[name]
    return value.encode(errors="replace") if isinstance(value, str) else json.dumps(value).encode()


def _number(said: object, where: str) -> str | None:
    if said is None or (isinstance(said, str) and said.strip()):
        return said.strip() if isinstance(said, str) else None
    raise Unreadable("`number` is no tracking number", where=where, cure="write it as a text, or leave it out")


def _status(said: object, where: str) -> int:
    if isinstance(said, int) and not isinstance(said, bool) and said in _STATUSES:
        return said
    raise Unreadable("`http_status` is no HTTP status", where=where, cure="write what came, such as 200")
