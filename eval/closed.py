"""Closed question sets: measured, but never looked at.

Whoever reads a closed question tunes on it, knowingly or not. So of a run that asks one, only totals leave the
program: no question, no id, no answer. The rule is here: a question file below a folder named `closed`, or the
option `--totals-only`. What keeps it: `results.totals_of` takes all questions out of a run before anything is
written or printed, and a bad line of a closed file is told by its number alone (`questions.Problem`).

Beside the questions stand lists of the documents they are asked of (`documents-*.txt`: path below the folder of
documents, a tab, SHA-256): these are kept out of tests, rules and training, too, and whoever collects texts to learn
from can ask here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UsageError

FOLDER = "closed"
HIDDEN = "不公开的题目，内容不显示"
CLOSED = Path(__file__).parent / "questions" / FOLDER


@dataclass(frozen=True, slots=True)
class ClosedFile:
    """A document that closed questions are asked of: its path below the folder of documents, the hash of its bytes,
    and the list it stands in."""

    file: str
    sha256: str
    source: Path


def is_closed(file: str | Path) -> bool:
    """Whether a question file is closed: a folder above it, as named or where links lead, is called `closed`."""
    path = Path(file)
    return FOLDER in (*path.absolute().parts[:-1], *path.resolve().parts[:-1])


def any_closed(files: Iterable[str | Path]) -> bool:
    return any(is_closed(file) for file in files)


def question_files(folder: Path = CLOSED) -> list[Path]:
    """The closed question files, by name."""
    return sorted(folder.glob("*.jsonl"))


def documents(folder: Path = CLOSED) -> list[ClosedFile]:
    """Every document of the lists, in order, each once.

    Raises UsageError for a line of another shape, or one document with two hashes.
    """
    found: dict[str, ClosedFile] = {}
    for path in sorted(folder.glob("documents-*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            file, tab, digest = line.partition("\t")
            if not line.strip():
                continue
            if not tab or not file or re.fullmatch(r"[0-9a-f]{64}", digest.strip()) is None:
                raise UsageError("不是“路径、制表符、SHA-256”的样子", f"{path} 第 {number} 行", "请改正这一行")
            first = found.setdefault(file, ClosedFile(file, digest.strip(), path))
            if first.sha256 != digest.strip():
                raise UsageError("同一个文件有两个 SHA-256", f"{path} 第 {number} 行", "请只留一个")
    return list(found.values())


def hashes(folder: Path = CLOSED) -> frozenset[str]:
    """The SHA-256 of every closed document: a text with one of these is not learnt from."""
    return frozenset(one.sha256 for one in documents(folder))
