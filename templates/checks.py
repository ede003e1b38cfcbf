"""What no template may get wrong: a name nobody fills, a sentence nobody translated."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

type Model = Mapping[str, Mapping[str, str]]
type Sentences = dict[tuple[str, ...], str]

_PLACEHOLDER = re.compile(r"(?<!%)%\((\w+)\)s")
#: So that equal words make equal bytes.
_NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
#: What Jinja's plural calls the number, whatever the template called it.
_NUMBERS = frozenset({"num", "count"})


def unknown_names(env: Environment, source: str, model: Model) -> set[str]:
    """Names, and attributes of names, that the context (`model["Context"]`: field → type) does not have."""
    return set(_Walk(env, model).of(env.parse(source).body, dict(model["Context"])))


class _Walk:
    """Follows types through a template as far as they can be known."""

    def __init__(self, env: Environment, model: Model) -> None:
        self.env = env
        self.model = model

    def of(self, body: list[nodes.Node], scope: dict[str, str]) -> Iterator[str]:
        for node in body:
            yield from self._node(node, scope)

    def _node(self, node: nodes.Node, scope: dict[str, str]) -> Iterator[str]:
        match node:
            case nodes.For(target=nodes.Name(name=name)):
                yield from self._node(node.iter, scope)
                inner = scope | {name: self._type(node.iter, scope).strip("[]?"), "loop": "any"}
                yield from self.of([*node.body, *node.else_], inner)
            case nodes.Assign(target=nodes.Name(name=name)):
                yield from self._node(node.node, scope)
                scope[name] = self._type(node.node, scope)
            case nodes.Macro():
                yield from self.of(node.body, scope | {arg.name: "any" for arg in node.args})
            case nodes.Name(name=name) if name not in scope and name not in self.env.globals:
                yield name
            case nodes.Getattr(node=inside, attr=attr):
                yield from self._node(inside, scope)
                fields = self.model.get(self._type(inside, scope).strip("?"))
                if fields is not None and attr not in fields:
                    yield f"{self._type(inside, scope).strip('?')}.{attr}"
            case _:
                yield from self.of(list(node.iter_child_nodes()), scope)

    def _type(self, node: nodes.Node, scope: dict[str, str]) -> str:
        match node:
            case nodes.Name(name=name):
                return scope.get(name, "any")
            case nodes.Getattr(node=inside, attr=attr):
                return self.model.get(self._type(inside, scope).strip("?"), {}).get(attr, "any")
            case _:
                return "any"


def sentences(env: Environment, sources: Mapping[str, str]) -> Sentences:
    """All that templates say, each with the template that says it first. A plural is a pair."""
    found: Sentences = {}
    for name, source in sorted(sources.items()):
        for _, _, said in env.extract_translations(source):  # type: ignore[attr-defined]  # the i18n extension adds it
            key = tuple(s for s in said if s is not None) if isinstance(said, tuple) else (said,)
            found.setdefault(key, name)
    return found


def catalogue(language: Path) -> tuple[Catalog, list[str]]:
    """The catalogues of one language as one, and where they contradict each other."""
    locale = language.name.split("@", maxsplit=1)[0]
    whole, trouble = Catalog(locale=locale, fuzzy=False, creation_date=_NO_DAY), []
    for file in sorted(language.glob("*.po")):
        with file.open("rb") as source:
            part = read_po(source, locale=locale, abort_invalid=True)
        for message in part:
            if not message.id:
                continue
            known = whole.get(_first(message.id))
            if known is not None and known.string != message.string:
                trouble.append(f"{file}: {_first(message.id)!r} is translated differently in another file")
            whole[_first(message.id)] = message
    return whole, trouble


def untranslated(language: str, whole: Catalog, said: Sentences) -> Iterator[str]:
    """Sentences that are missing, fuzzy, or whose placeholders differ from the original's."""
    for key, template in said.items():
        message = whole.get(key[0])
        if message is None or not _complete(message, key, whole.num_plurals):
            yield f"{language}: not translated: {key[0]!r} ({template})"
        elif message.fuzzy:
            yield f"{language}: fuzzy: {key[0]!r}"
        else:
            yield from (f"{language}: {wrong}: {key[0]!r}" for wrong in _wrong(message, key))


def unused(language: str, whole: Catalog, said: Sentences) -> Iterator[str]:
    """Translations of what no template says any more."""
    known = {key[0] for key in said}
    return (f"{language}: no template says {_first(m.id)!r}" for m in whole if m.id and _first(m.id) not in known)


def _complete(message: Message, key: tuple[str, ...], plurals: int) -> bool:
    strings = _strings(message)
    return all(strings) and len(strings) == (plurals if len(key) > 1 else 1)


def _wrong(message: Message, key: tuple[str, ...]) -> Iterator[str]:
    wanted = set(_PLACEHOLDER.findall(key[-1]))
    for text in _strings(message):
        has = set(_PLACEHOLDER.findall(text))
        if has - wanted or (wanted - has) - (_NUMBERS if len(key) > 1 else set()):
            yield f"placeholders {sorted(has)} where {sorted(wanted)} are due"
        # A lone % would break the sentence when it is filled; markup would pass unescaped.
        if "%" in _PLACEHOLDER.sub("", text).replace("%%", "") or "<" in text or "&" in text:
            yield "a lone %, or markup,"


def _strings(message: Message) -> tuple[str, ...]:
    said = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return tuple(text or "" for text in said)


def _first(id_: str | list[str] | tuple[str, ...]) -> str:
    return id_ if isinstance(id_, str) else id_[0]
