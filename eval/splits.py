"""`dev` to choose by, `test` to report on.

All question files of this repository are `dev` but the closed ones (`eval.closed`), which nobody who writes rules
reads. A line may name its side itself (`"split": "test"`), for who keeps questions of their own apart; a question is
never moved by its words, its number or its place in a file.
"""

from __future__ import annotations

from collections.abc import Iterable

from eval.closed import is_closed
from eval.model import SPLITS, Question

DEV, TEST = SPLITS


def split_of(question: Question) -> str:
    """The line's own side; else `test` for a question of a closed file, `dev` for any other."""
    if question.split is not None:
        return question.split
    return TEST if is_closed(question.file) else DEV


def select(questions: Iterable[Question], split: str) -> list[Question]:
    """The questions of one side, or all of them for `all`, in order."""
    return [question for question in questions if split in ("all", split_of(question))]
