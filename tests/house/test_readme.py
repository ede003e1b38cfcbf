"""README.md says what the folders say."""

import pytest

from tests.house.commands import commands, fault, is_module, modules_of_make
from tests.house.tables import README, TABLES, filled

TEXT = README.read_text(encoding="utf-8")


def test_its_tables_are_what_the_folders_hold() -> None:
    assert filled(TEXT) == TEXT, "run: .venv/bin/python -m tests.house.tables"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_row(name: str) -> None:
    assert TABLES[name]().count("\n") > 2


def test_the_two_commands_come_first() -> None:
    assert list(commands(TEXT))[:2] == ["make run", "make test"]


@pytest.mark.parametrize("command", sorted(set(commands(TEXT))))
def test_every_command_in_it_exists(command: str) -> None:
    assert fault(command) is None


@pytest.mark.parametrize("module", sorted(modules_of_make()))
def test_every_module_that_make_runs_exists(module: str) -> None:
    assert is_module(module)
