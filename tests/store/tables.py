"""Tables as the template has them, in an account that is not there."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import yaml
from moto import mock_aws

_TEMPLATE = Path(__file__).parents[2] / "infra" / "store.yaml"


class _Template(yaml.SafeLoader):
    """Reads CloudFormation: `!Ref` and its like become plain text."""


_Template.add_multi_constructor("!", lambda _loader, tag, node: f"{tag} {node.value}")


def properties() -> dict[str, Any]:
    """The table as the template has it."""
    found = yaml.load(_TEMPLATE.read_text(), _Template)["Resources"]["Table"]["Properties"]  # noqa: S506
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    return {name: found[name] for name in wanted}


@contextmanager
def new_tables() -> Iterator[Callable[[], tuple[Any, str]]]:
    """Makes clients with the name of a new table each, while it lasts."""
    session: Any = boto3
    with mock_aws():
        client, said = session.client("dynamodb", region_name="eu-south-2"), properties()

        def new() -> tuple[Any, str]:
            name = f"t-{uuid.uuid4().hex}"
            client.create_table(TableName=name, **said)
            return client, name

        yield new
