"""Two stores, one contract: whatever takes `store` runs against memory and against DynamoDB."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from encamino.store.base import Store
from encamino.store.dynamo import DynamoStore
from encamino.store.memory import MemoryStore
from tests.store.examples import Clock
from tests.store.tables import properties


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """The table as the template has it."""
    return properties()


@pytest.fixture(scope="module")  # while it lasts, HTTP is not itself: the tests of other rooms must not see that
def aws() -> Iterator[Callable[[str], Any]]:
    """Clients of an account that is not there."""
    with mock_aws():
        made: dict[str, Any] = {}
        session: Any = boto3
        yield lambda service: made.setdefault(service, session.client(service, region_name="eu-south-2"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(aws: Callable[[str], Any], schema: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """A client and the name of a new table."""
    client, name = aws("dynamodb"), f"t-{uuid.uuid4().hex}"
    client.create_table(TableName=name, **schema)
    yield client, name
    client.delete_table(TableName=name)


@pytest.fixture
def dynamo(table: tuple[Any, str], clock: Clock) -> DynamoStore:
    return DynamoStore(*table, clock)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest, clock: Clock) -> Store:
    if request.param == "memory":
        return MemoryStore(clock)
    found: Store = request.getfixturevalue("dynamo")
    return found
