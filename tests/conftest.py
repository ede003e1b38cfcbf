"""What several rooms' tests stand on."""

from pathlib import Path

import pytest

from tests.messages.compiled import compile_templates


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates layer, as the build makes it."""
    return compile_templates(tmp_path_factory.mktemp("templates"))
