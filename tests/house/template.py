"""CloudFormation as it is written: `!Ref X` becomes {"Ref": "X"}, `!Sub x` {"Fn::Sub": "x"}, nothing is resolved."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


class _Loader(yaml.SafeLoader):
    """Knows the short forms."""


def _short(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    key = name if name in ("Ref", "Condition") else f"Fn::{name}"
    match node:
        case yaml.ScalarNode():
            return {key: loader.construct_scalar(node)}
        case yaml.SequenceNode():
            return {key: loader.construct_sequence(node, deep=True)}
        case yaml.MappingNode():
            return {key: loader.construct_mapping(node, deep=True)}
        case _:
            raise TypeError(f"{node.tag} is no node of YAML")


_Loader.add_multi_constructor("!", _short)


@cache
def read(name: str) -> dict[str, Any]:
    """One template of this checkout."""
    said = yaml.load((ROOT / name).read_text(encoding="utf-8"), _Loader)  # noqa: S506  (a safe loader, with the short forms)
    return dict(said)


def of_type(template: dict[str, Any], type_: str) -> dict[str, dict[str, Any]]:
    """Logical id → properties of every resource of a type."""
    return {name: said["Properties"] for name, said in template["Resources"].items() if said["Type"] == type_}


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role of the house, with the role's name."""
    for file in sorted(ROOT.glob("infra/*.yaml")):
        for role, said in of_type(read(f"infra/{file.name}"), "AWS::IAM::Role").items():
            for policy in said.get("Policies", []):
                yield from ((role, statement) for statement in policy["PolicyDocument"]["Statement"])
