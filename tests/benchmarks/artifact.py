"""Functions as Lambda has them, to start cold: what `sam build` made, or would make of the sources as they are."""

import compileall
import filecmp
import os
import py_compile
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".local" / "build"
LAYER = ROOT / "layers"


def code_path(folder: Path, *functions: str) -> str:
    """PYTHONPATH for these functions; `folder` takes copies. Byte code is beside the sources and believed unseen."""
    made = [BUILT / _pascal(function) for function in functions]
    layer = BUILT / "Code" / "python"
    if not _current(made, functions, layer):
        made, layer = [folder / "functions"], folder / "layer"
        shutil.copytree(LAYER / "encamino", layer / "encamino", ignore=shutil.ignore_patterns("__pycache__"))
        made[0].mkdir()
        for function in functions:
            shutil.copy(ROOT / "functions" / f"{function}.py", made[0])
        compiled(folder)
    return os.pathsep.join(map(str, [*made, layer]))


def compiled(folder: Path) -> None:
    """Byte code as the layer's Makefile makes it."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=1, invalidation_mode=unchecked)


def _current(made: list[Path], functions: tuple[str, ...], layer: Path) -> bool:
    pairs = [(path, layer / path.relative_to(LAYER)) for path in (LAYER / "encamino").rglob("*.py")]
    pairs += [
        (ROOT / "functions" / f"{function}.py", there / f"{function}.py")
        for function, there in zip(functions, made, strict=True)
    ]
    return all(copy.exists() and filecmp.cmp(path, copy, shallow=False) for path, copy in pairs)


def _pascal(function: str) -> str:
    return function.title().replace("_", "")
