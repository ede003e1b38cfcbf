"""The templates layer as the build makes it, for tests."""

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "templates"


def compile_templates(out: Path, source: Path = SOURCE) -> Path:
    """Run the build step as its Makefile does. The folder it wrote."""
    step = [sys.executable, str(SOURCE / "compile.py"), str(source), str(out)]
    clean = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(step, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out
