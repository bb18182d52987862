"""How sure an answer is: one calibrated scale for all kinds of questions and modes.

A logistic regression over few figures; its constants are data (`data/confidence.toml`), written by
the command named there from the dev questions.
"""

from __future__ import annotations

import functools
import math
import tomllib
from dataclasses import dataclass, fields
from importlib import resources

from corpus.errors import GongbaoError


class ConstantsMissingError(GongbaoError):
    """The constants of the confidence are not there: without them no answer can be trusted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against an answer. `cosine` and `stands_out` are known with vectors only, `reader` and
    `first` where a reader read.

    Words count by their idf; known words are those that some clause of the index holds.
    """

    coverage: float  # share of the known words that clause, headings and notice hold
    span: float  # the same of the span alone
    focus: float  # share of the words next to what is asked that headings and span hold
    keywords: float  # log(1 + BM25 score) of the best clause
    figures: float  # 1 if a year, an ordinal or a title in 《》 of the question is lacking
    places: float  # 1 if a place that the question names is lacking
    has_type: float  # 1 if the span holds the kind of value that is asked for
    typed: float  # 1 if a kind of value is asked for
    numbered: float  # 1 if the question names a document that is there
    support: float  # share of the first hits that are of the answer's notice
    cosine: float  # of the question and the span with the headings above it
    stands_out: float  # how many standard deviations the best cosine lies above the candidates' mean
    reader: float | None = None  # log odds, by the reader, that the choice answers
    first: float | None = None  # the same of the first hit

    def fitted(self, mode: str) -> str:
        """Which constants judge this evidence: `bm25`, `hybrid` (with vectors), or `reader`. Dense mode shares those
        of hybrid, for it knows the same figures."""
        return "reader" if self.reader is not None else "bm25" if mode == "bm25" else "hybrid"

    def vector(self, mode: str) -> list[float]:
        """The figures in the order of FEATURES; 0 for what isn't known."""
        values = [float(getattr(self, name) or 0.0) for name in FEATURES]
        return [
            0.0 if mode == "bm25" and name in _VECTORS else value for name, value in zip(FEATURES, values, strict=True)
        ]


# `confidence` is a probability: below this, every second or third such answer is wrong, and the page says so.
UNSURE = 0.6

_VECTORS = ("cosine", "stands_out")
FEATURES = tuple(field.name for field in fields(Evidence))


@dataclass(frozen=True, slots=True)
class Constants:
    """Fitted for one kind of evidence (`Evidence.fitted`): probability = 1/(1 + exp(−(bias + weights·figures)))."""

    bias: float
    weights: tuple[float, ...]
    threshold: float


@functools.cache
def _constants() -> dict[str, Constants]:
    try:
        data = tomllib.loads(resources.files("retriever").joinpath("data/confidence.toml").read_text("utf-8"))
    except FileNotFoundError as err:
        todo = "请恢复这个文件，或运行 python -m eval calibrate 重新拟合"
        raise ConstantsMissingError("缺少可信度的常数", "retriever/data/confidence.toml", todo) from err
    return {
        mode: Constants(
            constants["bias"], tuple(constants["weights"].get(name, 0.0) for name in FEATURES), constants["threshold"]
        )
        for mode, constants in data["modes"].items()
    }


def confidence(evidence: Evidence, mode: str) -> float:
    """The chance that the corpus answers the question: 0…1."""
    constants = _constants()[evidence.fitted(mode)]
    total = constants.bias + sum(
        weight * value for weight, value in zip(constants.weights, evidence.vector(mode), strict=True)
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def threshold(fitted: str) -> float:
    """Below this a question counts as not answered; `fitted` as `Evidence.fitted` gives it."""
    return _constants()[fitted].threshold
