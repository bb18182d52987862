"""Ask a system every question, and put together what came of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from eval.labels import Passages
from eval.misses import DEPTH
from eval.model import Asked, Question, System
from eval.results import QuestionFile, Run, Setting, summarise
from eval.scoring import score


def ask_all(system: System, questions: Sequence[Question], k: int) -> list[Asked]:
    """The responses in the questions' order, with wall-clock times.

    The first question is asked once before, untimed: models and word lists load on first use, and a
    user meets that once a session. At least DEPTH hits are asked for, to tell a low rank from none.
    """
    depth = max(k, DEPTH)
    if questions:
        system.ask(questions[0].question, depth)
    asked = []
    for question in tqdm(questions, desc=system.name, unit="题", disable=None):
        begin = time.perf_counter()
        response = system.ask(question.question, depth)
        asked.append(Asked(question, response, 1000 * (time.perf_counter() - begin)))
    return asked


def evaluate(system: System, asked: Sequence[Asked], setting: Setting) -> Run:
    """Score what a system answered."""
    passages = Passages(system.passages)
    return summarise(setting, score(asked, passages, setting.k), calibrated=system.calibrated)


def describe_files(paths: Sequence[Path], questions: Sequence[Question]) -> tuple[QuestionFile, ...]:
    """Each file with the hash of its bytes, and how many of its questions are asked."""
    return tuple(
        QuestionFile(
            str(path),
            hashlib.sha256(path.read_bytes()).hexdigest(),
            sum(question.file == str(path) for question in questions),
        )
        for path in paths
    )
