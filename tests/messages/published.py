"""templates/context.json: the model handed to templates, as the build checks them and the docs show it."""

import dataclasses
import json
import types
import typing
from pathlib import Path

from pydantic import BaseModel

from encamino.messages import shown

FILE = Path(__file__).parents[2] / "templates" / "context.json"


def model() -> dict[str, dict[str, str]]:
    """Class → field → type: a class's name, with ? where it may be none and [] where there are several."""
    found: dict[str, dict[str, str]] = {}
    waiting: list[type] = [shown.Context]
    while waiting:
        cls = waiting.pop(0)
        if cls.__name__ in found:
            continue
        fields = typing.get_type_hints(cls)
        if issubclass(cls, BaseModel):
            fields = {name: hint for name, hint in fields.items() if name in cls.model_fields}
        found[cls.__name__] = {name: _spelled(hint, waiting) for name, hint in fields.items()}
    return found


def text() -> str:
    """What the file holds."""
    return json.dumps(model(), indent=2) + "\n"


def _spelled(hint: object, waiting: list[type]) -> str:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        (one,) = (arg for arg in typing.get_args(hint) if arg is not type(None))
        return _spelled(one, waiting) + "?"
    if typing.get_origin(hint) is tuple:
        return _spelled(typing.get_args(hint)[0], waiting) + "[]"
    if typing.get_origin(hint) is typing.Annotated:
        return _spelled(typing.get_args(hint)[0], waiting)
    assert isinstance(hint, type)
    if dataclasses.is_dataclass(hint) or issubclass(hint, BaseModel):
        waiting.append(hint)
    return hint.__name__


if __name__ == "__main__":
    FILE.write_text(text())
