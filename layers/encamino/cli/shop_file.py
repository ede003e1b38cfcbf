"""Reading a shop file: YAML with one sentence, one line number and one cure for each mistake."""

import difflib

import yaml
from pydantic import ValidationError

from encamino.domain.errors import Unreadable
from encamino.domain.shop import Shop


def read_shop(text: bytes, file: str) -> Shop:
    """The shop that this file describes. Raises Unreadable naming the line."""
    try:
        node = yaml.compose(text)
        said = yaml.safe_load(text)
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else file
        raise Unreadable(f"no YAML: {getattr(err, 'problem', err)}", where=where, cure="mind the indentation") from err
    if not isinstance(said, dict):
        raise Unreadable(
            "a shop file is a list of `key: value` lines", where=file, cure="start from infra/local/shops/"
        )
    try:
        return Shop.model_validate(said)
    except ValidationError as err:
        first = err.errors()[0]
        path = tuple(str(part) for part in first["loc"])
        where = f"{file}:{_line(node, path)} ({'.'.join(path)})"
        raise Unreadable(first["msg"], where=where, cure=_cure(path, first["type"])) from err


def _line(node: yaml.Node | None, path: tuple[str, ...]) -> int:
    """The line a path stands on, or the nearest above it that is there."""
    line = 1
    for part in path:
        if not isinstance(node, yaml.MappingNode):
            break
        found = next(((key, value) for key, value in node.value if key.value == part), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _cure(path: tuple[str, ...], kind: str) -> str:
    if kind == "missing":
        return f"add `{path[-1]}:`"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], Shop.model_fields, n=1)
        return (
            f"did you mean `{near[0]}`?" if near else "remove it; the schema is in docs/merchant/shop-file.schema.json"
        )
    return "see infra/local/shops/ for examples"
