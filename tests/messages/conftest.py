from pathlib import Path

import pytest

from encamino.messages.render import Renderer


@pytest.fixture(scope="session")
def renderer(templates: Path) -> Renderer:
    return Renderer(templates)
