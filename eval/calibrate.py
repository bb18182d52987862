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
from index.engine import Engine
from index.opening import open_index
from retriever.ask import Asker
from retriever.confidence import FEATURES, threshold
from retriever.decide import before_reading
from retriever.evidence import FIRST_HITS
from retriever.model import Filters

TARGET = Path(__file__).resolve().parent.parent / "retriever" / "data" / "confidence.toml"
NONE_WEIGHT, MASKED_WEIGHT, FOREIGN_WEIGHT = 4.0, 0.1, 0.3
PENALTY = 0.03  # scikit-learn's C: the smaller, the stronger

KINDS = ("reader", "hybrid", "bm25")  # of evidence: `retriever.confidence.Evidence.fitted`

Fitted = tuple[float, NDArray[np.float64]]  # bias and weights
Sample = tuple[list[float], bool, float]  # figures, answerable, weight


def mode_of(kind: str) -> str:
    """The search mode whose evidence is of a kind."""
    return "bm25" if kind == "bm25" else "hybrid"


def asker_of(engine: Engine, kind: str) -> Asker:
    """An asker whose evidence is of a kind: with the reader only for `reader`."""
    asker = Asker.over(engine, dense=kind != "bm25")
    return asker if kind == "reader" else Asker(engine, asker.embedder)


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
            found = asker.find(query, mode, Filters(), FIRST_HITS, without)
            if before_reading(query, found.retrieval) is not None:
                continue  # decided by rule
            figures = asker.assess(query, found, mode).evidence.vector(mode)
            answered = question.answerable and not without and not foreign
            weight = MASKED_WEIGHT if without else (1.0 if answered else NONE_WEIGHT)
            out.append((figures, answered, FOREIGN_WEIGHT if foreign else weight))
    return out


def fit(sampled: Sequence[Sample]) -> Fitted:
    """Bias and weights [len(FEATURES)] of one kind of evidence."""
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
    for kind, (bias, weights) in fitted.items():
        lines += [f"[modes.{kind}]", f"bias = {bias:.4f}", f"threshold = {threshold(kind):.2f}"]
        lines.append(f"[modes.{kind}.weights]")
        lines += [f"{name} = {weight:.4f}" for name, weight in zip(FEATURES, weights, strict=True)]
        lines.append("")
    return "\n".join(lines)


def calibrate(asked: Mapping[Path, Sequence[Path]]) -> dict[str, Fitted]:
    """The constants of each kind of evidence, fitted on the dev questions of each index: index → question files."""
    fitted = {}
    chosen = {index: select(read_questions(files), "dev") for index, files in asked.items()}
    for kind in KINDS:
        sampled: list[Sample] = []
        for index, questions in chosen.items():
            asker = asker_of(open_index(index, today=DAY), kind)
            sampled += samples(asker, questions, mode_of(kind))
            for other, others in chosen.items():
                sampled += samples(asker, others, mode_of(kind), foreign=True) if other != index else []
        fitted[kind] = fit(sampled)
        print(f"{kind}：{len(sampled)} 个样本", file=sys.stderr)
    return fitted
