"""A command line with a stack that is not there."""

import pytest

from tests.builders import a_shop
from tests.cli.desk import Command, FakeStack


@pytest.fixture
def encamino(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`encamino …`."""
    return Command(monkeypatch, capsys)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeStack:
    """The stack that commands find, with one shop."""
    made = FakeStack()
    made.install(monkeypatch)
    made.store.put_shop(a_shop())
    return made
