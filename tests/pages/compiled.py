"""The templates as the build makes them, made once per run of the tests."""

import tempfile
from functools import cache
from pathlib import Path

from tests.messages.compiled import compile_templates


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Goes away with the process."""
    folder = tempfile.TemporaryDirectory(prefix="encamino-templates-")
    compile_templates(Path(folder.name))
    return folder


def compiled() -> Path:
    """Where they are."""
    return Path(_folder().name)
