"""Closed question sets: measured, but never looked at.

Whoever reads a closed question tunes on it, knowingly or not. So of a run that asks one, only totals leave the
program: no question, no id, no answer. The rule is here: a question file below a folder named `closed`, or the
option `--totals-only`. What keeps it: `results.totals_of` takes all questions out of a run before anything is
written or printed, and a bad line of a closed file is told by its number alone (`questions.Problem`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

FOLDER = "closed"
HIDDEN = "封闭题目，内容不显示"


def is_closed(file: str | Path) -> bool:
    """Whether a question file is closed: a folder above it, as named or where links lead, is called `closed`."""
    path = Path(file)
    return FOLDER in (*path.absolute().parts[:-1], *path.resolve().parts[:-1])


def any_closed(files: Iterable[str | Path]) -> bool:
    return any(is_closed(file) for file in files)
