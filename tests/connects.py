"""What Python was about to connect a socket to, while a test watches; nothing but this machine is ever reached."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

type Address = tuple[Any, ...]

_WATCHES: list[tuple[set[threading.Thread], list[Address]]] = []


@contextmanager
def connects() -> Iterator[list[Address]]:
    """The addresses that this thread, and those it starts, meant to reach meanwhile; other threads' are not ours."""
    others = set(threading.enumerate()) - {threading.current_thread()}
    made: list[Address] = []
    _WATCHES.append((others, made))
    try:
        yield made
    finally:
        _WATCHES.remove((others, made))


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not isinstance(args[1], tuple):
        return
    for others, made in tuple(_WATCHES):
        if threading.current_thread() not in others:
            made.append(args[1])
    if args[1][0] not in {"127.0.0.1", "::1", "localhost"}:
        raise ConnectionRefusedError  # no test goes out


sys.addaudithook(_hook)  # for the life of the process: there is no way to take one off
