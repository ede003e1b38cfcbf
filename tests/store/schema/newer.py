"""Frozen items as newer code might have left them: with more in them, or with words that this code has never heard."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from encamino.store.base import SCHEMA
from tests.store.schema.frozen import Raw

#: Attributes that newer code added, of every type that DynamoDB has.
MORE: Raw = {
    "schema": {"N": str(SCHEMA + 1)},
    "newer_text": {"S": "¡nuevo!"},
    "newer_number": {"N": "1.5"},
    "newer_flag": {"BOOL": False},
    "newer_nothing": {"NULL": True},
    "newer_bytes": {"B": b"\x00\x01"},
    "newer_list": {"L": [{"M": {"n": {"N": "1"}}}, {"S": "x"}]},
    "newer_map": {"M": {"by": {"S": "v2"}, "at": {"M": {"depth": {"N": "2"}}}}},
    "newer_set": {"SS": ["a", "b"]},
}
_FIELD = {"newer": {"wrapped": False, "note": "¡Felicidades!", "times": [0, 1]}}
#: What holds names of someone's own, where a field would be an entry.
_MAPS = ("headers", "messages", "carriers", "statuses", "senders")

#: Words of newer code, and what they take the place of.
WORDS: Mapping[str, str] = {
    "order.placed": "order.gifted", "attempt_failed": "rerouted", "absent": "strike", "held": "queued",
    "accepted": "moonlight", "bounce": "moonlight", "marketing": "survey",
}  # fmt: skip
#: What this code reads there; of the others, what is written.
READ_AS: Mapping[str, str] = {**WORDS, "attempt_failed": "unknown", "absent": "other", "marketing": "marketing"}


def with_more(item: Raw) -> Raw:
    """The item with more attributes, and more fields in whatever its own hold."""
    return {**_within(item, grown), **MORE}


def with_words(item: Raw) -> Raw:
    """The item with words that only newer code has."""
    said = _within(item, lambda plain: reworded(plain, WORDS))
    if "listing_sk" in said:
        said["listing_sk"] = {"S": said["listing_sk"]["S"].replace("#bounce#", "#moonlight#")}
    return {name: {"S": WORDS.get(typed["S"], typed["S"])} if "S" in typed else typed for name, typed in said.items()}


def grown(plain: Any) -> Any:
    """JSON with a field more in each of its objects."""
    match plain:
        case dict():
            inner = {name: value if name in _MAPS else grown(value) for name, value in plain.items()}
            return {**inner, **_FIELD}
        case list():
            return [grown(value) for value in plain]
    return plain


def reworded(plain: Any, words: Mapping[str, str]) -> Any:
    """JSON with other words."""
    match plain:
        case dict():
            return {name: reworded(value, words) for name, value in plain.items()}
        case list():
            return [reworded(value, words) for value in plain]
        case str():
            return words.get(plain, plain)
    return plain


def inside(item: Raw) -> list[Any]:
    """The JSON that an item holds."""
    why = [json.loads(typed["S"]) for typed in item.get("why", {}).get("L", ())]
    return [*([json.loads(zlib.decompress(item["doc"]["B"]))] if "doc" in item else []), *why]


def bare(plain: Any) -> Iterator[dict[str, Any]]:
    """The objects in this JSON that do not hold what newer code said in them."""
    match plain:
        case dict():
            if plain.get("newer") != _FIELD["newer"]:
                yield plain
            for name, value in plain.items():
                if name != "newer" and name not in _MAPS:
                    yield from bare(value)
        case list():
            for value in plain:
                yield from bare(value)


def changed_doc(item: Raw, change: Callable[[Any], Any]) -> Raw:
    """The item with other JSON in its document."""
    return {
        **item,
        "doc": {"B": zlib.compress(json.dumps(change(json.loads(zlib.decompress(item["doc"]["B"])))).encode())},
    }


def _within(item: Raw, change: Callable[[Any], Any]) -> Raw:
    said = changed_doc(item, change) if "doc" in item else dict(item)
    if "why" in item:
        texts = [json.dumps(change(json.loads(typed["S"]))) for typed in item["why"]["L"]]
        said["why"] = {"L": [{"S": text} for text in texts]}
    return said
