"""Clients that stand between a store and moto, each for one purpose."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError


class OneAtATime:
    """DynamoDB serialises writes to an item; moto does not by itself."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def alone(**arguments: Any) -> Any:
            with self._lock:
                return call(**arguments)

        return alone


class Counted:
    """Notes each call and how many bytes it asked and was answered."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: list[str] = []
        self.bytes = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def counted(**arguments: Any) -> Any:
            self.calls.append(name)
            try:
                answer = call(**arguments)
            except ClientError as err:
                answer = err.response
                raise
            finally:
                self.bytes += _size(arguments) + _size({k: v for k, v in answer.items() if k != "ResponseMetadata"})
            return answer

        return counted


def _size(value: Any) -> int:
    match value:
        case dict():
            return sum(len(name) + _size(inner) for name, inner in value.items())
        case list() | tuple():
            return sum(map(_size, value))
        case bytes():
            return len(value)
    return len(str(value))
