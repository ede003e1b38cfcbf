"""Large deliveries, put aside and brought back."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from encamino.domain.errors import Missing
from encamino.store.objects import Objects
from tests.store.examples import NOON


@pytest.fixture
def objects(aws: Callable[[str], Any]) -> Objects:
    name = f"aside-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-south-2"})
    return Objects(aws("s3"), name)


def test_a_body_comes_back_to_the_byte(objects: Objects) -> None:
    body = b'{"id":\xff\x00 1}\r\n' * 300_000
    key = objects.put_aside(body, NOON)
    assert key.startswith("inbox/2026-11-03/")
    assert objects.fetch(key) == body


def test_the_same_body_lies_in_the_same_place(objects: Objects) -> None:
    assert objects.put_aside(b"a", NOON) == objects.put_aside(b"a", NOON)
    assert objects.put_aside(b"b", NOON) != objects.put_aside(b"a", NOON)


def test_what_is_no_longer_there_is_missing(objects: Objects) -> None:
    with pytest.raises(Missing):
        objects.fetch("inbox/2026-01-01/none.gz")
