"""What several rooms' tests stand on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.messages.compiled import compile_templates
from tests.proofs import keep, lines, proofs


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates layer, as the build makes it."""
    return compile_templates(tmp_path_factory.mktemp("templates"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="the fault suite at its full size (make test-faults)")
    parser.addoption("--proofs", type=Path, metavar="FILE.md", help="keep the fault suite's table in this file")


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether a fault test runs at its full size; else at one that fits into every day."""
    return bool(request.config.getoption("--whole"))


@pytest.fixture
def figure(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says what a proof measured."""
    record_property("proof", _marked(request.node))
    return lambda text: record_property("figure", text)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes share a run: what is outside (the embedded cloud's minutes, the browser), and everything else."""
    for item in items:
        outside = {"e2e", "browser"} & set(item.path.parts) or item.path.stem.endswith("_cloud")
        item.add_marker(pytest.mark.xdist_group("outside" if outside else "inside"))


def _marked(node: pytest.Item) -> tuple[str, str]:
    mark = node.get_closest_marker("proof")
    assert mark is not None, "a proof names its test and its promise: @pytest.mark.proof('R18', '...')"
    return mark.args[0], mark.args[1]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        if report.when == "call"
    ]
    rows = proofs(reports)
    if rows:
        terminalreporter.section("proofs")
        for line in lines(rows):
            terminalreporter.write_line(line)
    file = config.getoption("--proofs")
    if file is not None:
        keep(file, rows)
