"""Tables as the template has them, in an account that is not there."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from tests.house.template import read


def properties() -> dict[str, Any]:
    """The table as the template has it."""
    found = read("infra/store.yaml")["Resources"]["Table"]["Properties"]
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
