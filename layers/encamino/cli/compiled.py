"""The messages as the build makes them, for commands that work without a stack."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from encamino.cli.stack import CHECKOUT
from encamino.domain.errors import Misconfigured

#: What nobody used for so long is thrown away: each change of a word makes everything anew.
_KEPT = 24 * 3600.0


def compiled_templates(checkout: Path = CHECKOUT) -> Path:
    """The folder of compiled templates, made by the build's own step if sources changed. Raises Misconfigured."""
    source, kept = checkout / "templates", checkout / ".local" / "rehearsal"
    if not (source / "compile.py").is_file():
        cure = "run this command in a checkout of encamino, as `make up` installs it"
        raise Misconfigured("the sources of the messages are not here", where=str(source), cure=cure)
    made = kept / _digest(source)
    if not made.is_dir():
        try:
            _make(source, made)
        except OSError as err:
            raise Misconfigured(str(err), where=str(kept), cure="let this folder be written to") from err
    os.utime(made)
    for old in kept.iterdir():
        if time.time() - old.stat().st_mtime > _KEPT:
            shutil.rmtree(old, ignore_errors=True)
    return made


def _digest(source: Path) -> str:
    """One name for all that goes in."""
    digest = hashlib.sha256(sys.version.encode())
    for file in _files(source):
        digest.update(file.relative_to(source).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _files(source: Path) -> Iterator[Path]:
    return (p for p in sorted(source.rglob("*")) if p.is_file() and not {"__pycache__", ".tools"} & set(p.parts))


def _make(source: Path, made: Path) -> None:
    """Compiled aside and then moved there, whole: two commands may do so at once."""
    made.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=made.parent))
    step = [sys.executable, str(source / "compile.py"), str(source), str(aside)]
    clean = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(step, env=clean, capture_output=True, text=True, check=False)  # noqa: S603  (our own build step)
    try:
        if done.returncode != 0:
            said = done.stderr.strip().removeprefix("templates are broken:\n").splitlines()
            # A fault found is its first line; a library that is missing is the last of a traceback.
            message = (said[-1] if done.stderr.startswith("Traceback") else said[0]) if said else "no word why"
            cure = "mend it: `make preview` shows what the messages look like"
            raise Misconfigured(message, where=str(source), cure=cure)
        try:
            aside.rename(made)
        except OSError:
            if not made.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
