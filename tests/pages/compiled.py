"""The templates as the build makes them, made once per run of the tests."""

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "templates"


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Goes away with the process."""
    folder = tempfile.TemporaryDirectory(prefix="encamino-templates-")
    subprocess.run([sys.executable, SOURCE / "compile.py", SOURCE, folder.name], check=True)
    return folder


def compiled() -> Path:
    """Where they are."""
    return Path(_folder().name)
