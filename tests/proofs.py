"""The table that closes a run of the fault suite: what was promised, what was measured, whether it held.

A test in `tests/faults/` is marked `proof("R18", "its promise")` and says by the fixture `figure` what it measured.
"""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_BEGIN, _END = "<!-- faults -->\n", "<!-- /faults -->\n"
_LINE = "| {} | {} | {} | {} | {} | {} |\n"
_HEAD = _LINE.format("test", "promise", "figure", "held", "shown by", "commit, date") + _LINE.format(*["---"] * 6)


@dataclass(frozen=True, slots=True)
class Proof:
    """One test's row."""

    test: str
    promise: str
    figure: str
    held: bool
    shown_by: str


def proofs(reports: Iterable[Any]) -> list[Proof]:
    """The rows of these test reports, by the number of their test."""
    found = [
        Proof(said["proof"][0], said["proof"][1], "; ".join(figures) or "none", report.passed, _file(report))
        for report in reports
        if "proof" in (said := dict(report.user_properties))
        for figures in [[value for name, value in report.user_properties if name == "figure"]]
    ]
    return sorted(found, key=lambda proof: (int(proof.test[1:]), proof.shown_by, proof.promise))


def _file(report: Any) -> str:
    return str(report.nodeid).partition("::")[0]


def lines(rows: Iterable[Proof]) -> list[str]:
    """The table for a terminal."""
    return [f"{r.test:<4} {'held  ' if r.held else 'BROKEN'} {r.promise}: {r.figure}" for r in rows]


def keep(file: Path, rows: Iterable[Proof]) -> None:
    """Put these rows, with commit and date, into the table between its marks in a Markdown file. Others stay."""
    before, _, rest = file.read_text(encoding="utf-8").partition(_BEGIN)
    table, _, after = rest.partition(_END)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    when = f"{commit.strip()}, {datetime.now(UTC):%Y-%m-%d}"
    kept = {_name(line): line for line in table.splitlines(keepends=True) if line.startswith("| R")}
    for r in rows:
        held = "yes" if r.held else "**no**"
        line = _LINE.format(r.test, _cell(r.promise), _cell(r.figure), held, f"`{r.shown_by}`", when)
        kept[_name(line)] = line
    lines = sorted(kept.values(), key=lambda line: (int(_name(line)[0][1:]), _name(line)))
    file.write_text(before + _BEGIN + _HEAD + "".join(lines) + _END + after, encoding="utf-8")


def _cell(text: str) -> str:
    return text.replace("|", "/")


def _name(line: str) -> tuple[str, ...]:
    """What makes a row that row: test, promise, file, and up to its first comma or colon what the figure is about."""
    _, test, promise, figure, _, shown_by, *_ = (cell.strip() for cell in line.split("|"))
    return test, promise, shown_by, re.split("[,:;]", figure)[0]
