"""Fits the constants of `retriever/data/confidence.toml` on the dev questions.

Questions with an answer count as 1, `none` questions as 0. There are few of the latter, so every
question is also asked with its relevant clauses taken out of the index: near misses, as users meet
them, with a smaller weight (another clause may still answer). And every question is asked of the other
indexes, with a smaller weight too: those are the questions on something else altogether. Logistic
regression with an L2 penalty, figures standardised for the fit and the constants turned back.

`python -m eval calibrate QUESTIONS.jsonl@INDEX […]` runs it; then `python -m eval threshold` chooses the thresholds.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.text import squash
from eval.model import Question
from eval.questions import read_questions
from eval.splits import select
from eval.systems import DAY
from index.opening import open_index
from retriever.ask import Asker
from retriever.confidence import FEATURES, threshold
from retriever.decide import before_reading
from retriever.evidence import FIRST_HITS
from retriever.model import Filters

TARGET = Path(__file__).resolve().parent.parent / "retriever" / "data" / "confidence.toml"
NONE_WEIGHT, MASKED_WEIGHT, FOREIGN_WEIGHT = 4.0, 0.1, 0.3
PENALTY = 0.03  # scikit-learn's C: the smaller, the stronger

Fitted = tuple[float, NDArray[np.float64]]  # bias and weights
Sample = tuple[list[float], bool, float]  # figures, answerable, weight


def samples(asker: Asker, questions: Sequence[Question], mode: str, *, foreign: bool = False) -> list[Sample]:
    """One sample a question, and one more with its relevant clauses masked if it has any; `foreign` questions
    belong to another corpus, so that none has an answer here."""
    every = asker.engine.clauses(range(asker.engine.info.clauses))
    texts = [(c.row, c.notice.doc_number, squash(c.text)) for c in every]
    out: list[Sample] = []
    for question in questions:
        query = asker.preparer.prepare(question.question, mode)
        relevant = {
            row
            for label in question.relevant
            for row, number, text in texts
            if not foreign and number == label.doc_number and squash(label.quote) in text
        }
        for without in (set(), relevant) if relevant else (set(),):
            retrieval = asker.retriever.retrieve(query, mode, Filters(), FIRST_HITS, without)
            if before_reading(query, retrieval) is not None:
                continue  # decided by rule
            figures = asker.assess(query, retrieval, mode).evidence.vector(mode)
            answered = question.answerable and not without and not foreign
            weight = MASKED_WEIGHT if without else (1.0 if answered else NONE_WEIGHT)
            out.append((figures, answered, FOREIGN_WEIGHT if foreign else weight))
    return out


def fit(sampled: Sequence[Sample]) -> Fitted:
    """Bias and weights [len(FEATURES)] of one mode."""
    from sklearn.linear_model import LogisticRegression

    figures = np.array([sample[0] for sample in sampled])
    labels = np.array([sample[1] for sample in sampled])
    weights = np.array([sample[2] for sample in sampled])
    mean, scale = figures.mean(0), figures.std(0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=PENALTY, max_iter=1000)
    model.fit((figures - mean) / scale, labels, sample_weight=weights)
    coefficients = model.coef_[0] / scale
    return float(model.intercept_[0] - coefficients @ mean), coefficients


def render(fitted: Mapping[str, Fitted], command: str) -> str:
    """The constants as TOML, with the command that made them and the thresholds as they are."""
    lines = ["# Constants of the confidence, fitted on the dev questions. Don't edit; run again:", f"# {command}", ""]
    for mode, (bias, weights) in fitted.items():
        lines += [f"[modes.{mode}]", f"bias = {bias:.4f}", f"threshold = {threshold(mode):.2f}"]
        lines.append(f"[modes.{mode}.weights]")
        lines += [f"{name} = {weight:.4f}" for name, weight in zip(FEATURES, weights, strict=True)]
        lines.append("")
    return "\n".join(lines)


def calibrate(asked: Mapping[Path, Sequence[Path]]) -> dict[str, Fitted]:
    """The constants of each mode, fitted on the dev questions of each index: index → question files."""
    fitted = {}
    chosen = {index: select(read_questions(files), "dev") for index, files in asked.items()}
    for mode in ("hybrid", "bm25"):
        sampled: list[Sample] = []
        for index, questions in chosen.items():
            asker = Asker.over(open_index(index, today=DAY))
            sampled += samples(asker, questions, mode)
            for other, others in chosen.items():
                sampled += samples(asker, others, mode, foreign=True) if other != index else []
        fitted[mode] = fit(sampled)
        print(f"{mode}：{len(sampled)} 个样本", file=sys.stderr)
    return fitted
