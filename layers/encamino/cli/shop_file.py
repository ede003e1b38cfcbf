"""Reading a shop file: YAML with one sentence, one line number and one cure for each mistake."""

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from pydantic import ValidationError

from encamino import wiring
from encamino.carriers.base import aggregates, carriers
from encamino.cli.stack import CHECKOUT
from encamino.domain.errors import Unreadable
from encamino.domain.shop import Shop

type Place = tuple[str, ...]


class _Loader(yaml.SafeLoader):
    """YAML as it is meant: only true and false are booleans, and 21:00 is no number to the base of 60.

    YAML 1.1 makes 1260 of 21:00 and False of Norway's NO. What is on or off, pydantic reads from the word.
    """


_LOADED = {
    "tag:yaml.org,2002:bool": r"true|True|TRUE|false|False|FALSE",
    "tag:yaml.org,2002:int": r"[-+]?(?:0|[1-9][0-9_]*|0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+)",
    "tag:yaml.org,2002:float": r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?",
}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, re.compile(f"(?:{_LOADED[tag]})\\Z") if tag in _LOADED else pattern) for tag, pattern in resolvers]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_shop(text: bytes, file: str) -> Shop:
    """The shop that this file describes. Raises Unreadable naming the line."""
    node, said = _load(text, file)
    if not isinstance(said, dict):
        raise Unreadable(
            "a shop file is a list of `key: value` lines", where=file, cure="start from infra/local/shops/"
        )
    try:
        shop = Shop.model_validate(said)
    except ValidationError as err:
        first = err.errors()[0]
        path = tuple(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise Unreadable(message, where=_where(file, node, path), cure=_cure(path, first["type"])) from err
    for path, message, cure in _strangers(shop):
        raise Unreadable(message, where=_where(file, node, path), cure=cure)
    return shop


def message_names(checkout: Path = CHECKOUT) -> frozenset[str] | None:
    """Every message there is: the folders of templates/messages.

    None where the command line runs without a checkout of encamino: the templates are in a layer in AWS then, and names
    of messages are not judged. A name that is no message's switches nothing on or off.
    """
    return frozenset(file.parent.name for file in checkout.glob("templates/messages/*/message.toml")) or None


def _load(text: bytes, file: str) -> tuple[yaml.Node | None, object]:
    """The document as nodes, which know their lines, and as values."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            twice = next(_twice(node, set()), None)
            if twice is not None:
                where = f"{file}:{twice.start_mark.line + 1}"
                raise Unreadable(f"`{twice.value}` is written twice", where=where, cure="keep one of the two")
            return node, loader.construct_document(node) if node else None
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else file
        raise Unreadable(f"no YAML: {getattr(err, 'problem', err)}", where=where, cure="mind the indentation") from err


def _twice(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.Node]:
    """Keys that stand twice in one mapping: YAML would let the second win without a word."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys: set[object] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    yield key
                keys.add(key.value)
            yield from _twice(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value, seen)


def _strangers(shop: Shop) -> Iterator[tuple[Place, str, str]]:
    """Names that are nobody's: where, what, and the cure."""
    if shop.shop == wiring.OPERATOR:
        message = f"`{wiring.OPERATOR}` is reserved: it holds the carrier accounts that all shops share"
        yield ("shop",), message, "choose another slug"
    known = message_names()
    for name in shop.messages if known else ():
        if known and name not in known:
            yield ("messages", name), f"there is no message `{name}`", _nearest(name, known)
    slugs = carriers()
    for words, slug in shop.carriers.items():
        if slug not in slugs:
            yield ("carriers", words), f"there is no carrier `{slug}`", _nearest(slug, slugs)
    if shop.aggregator and not aggregates(shop.aggregator):
        asking = [slug for slug in slugs if aggregates(slug)]
        message = f"`{shop.aggregator}` asks no other carriers for us"
        yield ("aggregator",), message, _nearest(shop.aggregator, asking)


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else f"one of: {', '.join(sorted(known))}"


def _where(file: str, node: yaml.Node | None, path: Place) -> str:
    return f"{file}:{_line(node, path)} ({'.'.join(path)})"


def _line(node: yaml.Node | None, path: Place) -> int:
    """The line a path stands on, or the nearest above it that is there."""
    line = 1
    for part in path:
        if isinstance(node, yaml.SequenceNode):
            found = node.value[int(part)] if part.isdecimal() and int(part) < len(node.value) else None
            at = found
        elif isinstance(node, yaml.MappingNode):
            at, found = next(((key, value) for key, value in node.value if key.value == part), (None, None))
        else:
            break
        if at is None:
            break
        line, node = at.start_mark.line + 1, found
    return line


def _cure(path: Place, kind: str) -> str:
    if kind == "missing":
        return f"add `{path[-1]}:`"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], Shop.model_fields, n=1)
        return (
            f"did you mean `{near[0]}`?" if near else "remove it; the schema is in docs/merchant/shop-file.schema.json"
        )
    return "see infra/local/shops/ for examples"
