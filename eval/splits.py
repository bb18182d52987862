"""`dev` to choose by, `test` to report on.

All question files of this repository are `dev` but those in `questions/closed/`, which nobody who writes rules
reads. A line may name its side itself (`"split": "test"`), for who keeps questions of their own apart; a question is
never moved by its words, its number or its place in a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eval.model import SPLITS, Question

CLOSED = Path(__file__).parent / "questions" / "closed"
DEV, TEST = SPLITS


def split_of(question: Question) -> str:
    """The line's own side; else `test` for a question of the closed files, `dev` for any other."""
    if question.split is not None:
        return question.split
    return TEST if Path(question.file).resolve().parent == CLOSED.resolve() else DEV


def select(questions: Iterable[Question], split: str) -> list[Question]:
    """The questions of one side, or all of them for `all`, in order."""
    return [question for question in questions if split in ("all", split_of(question))]
