"""A system's scores put together: averages with intervals, refusals, times, misses; and their JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import UsageError
from eval import refusal
from eval.measures import READING_BUDGET, measure_names
from eval.misses import Cause
from eval.model import Kind
from eval.scoring import Score
from eval.uncertainty import Estimate, bootstrap

ALL = "all"
READ_WITHIN = f"read_within_{READING_BUDGET}"
ANSWER_RIGHT = "answer_right"
RESULTS_FILE = "results.json"


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A question file as it was used: its name, the hash of its bytes, and how many were asked."""

    file: str
    sha256: str
    questions: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What was measured. `model` and `clauses` describe the index (`model` None: no embeddings)."""

    system: str
    mode: str
    split: str
    k: int
    files: tuple[QuestionFile, ...]
    model: str | None
    clauses: int

    @property
    def name(self) -> str:
        """The run's name in file names and tables: a baseline has no modes."""
        return f"{self.system}-{self.mode}" if self.mode else self.system


@dataclass(frozen=True, slots=True)
class Refusals:
    """How the system's confidence and refusals fit the truth. None: not defined for this run.

    `calibration_error` and `reliability` exist only for confidences meant as probabilities.
    """

    auroc: float | None
    precision: float | None
    recall: float | None
    wrongly_refused: float | None
    calibration_error: float | None
    reliability: tuple[refusal.Bin, ...]
    risk_coverage: tuple[refusal.RiskPoint, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds a question took: the median, and what 95 of 100 questions stayed within."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Run:
    """One system over one set of questions. `measures`: group (`all` or a kind) -> measure -> estimate."""

    setting: Setting
    measures: dict[str, dict[str, Estimate]]
    refusals: Refusals
    ms: Times
    misses: dict[str, int]
    scores: tuple[Score, ...]

    def mean(self, measure: str, group: str = ALL) -> float | None:
        return self.measures[group][measure].mean

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self.setting),
            "measures": {
                group: {name: asdict(estimate) for name, estimate in row.items()}
                for group, row in self.measures.items()
            },
            "refusals": asdict(self.refusals),
            "ms": asdict(self.ms),
            "misses": self.misses,
            "questions": [score.to_json() for score in self.scores],
        }


def summarise(setting: Setting, scores: Sequence[Score], *, calibrated: bool) -> Run:
    """Put the scores of one system together. `calibrated`: its confidences are meant as probabilities."""
    if not scores:
        raise UsageError("没有题目可测", "", "请检查题目文件和 --split")
    groups = {ALL: [one for one in scores if one.answerable]} | {
        kind.value: members
        for kind in Kind
        if kind is not Kind.NONE and (members := [one for one in scores if one.kind is kind])
    }
    return Run(
        setting=setting,
        measures={group: _estimates(members, setting.k) for group, members in groups.items()},
        refusals=_refusals(scores, calibrated=calibrated),
        ms=times([one.ms for one in scores]),
        misses={cause.value: count for cause, count in _misses(scores).items()},
        scores=tuple(scores),
    )


def _estimates(scores: Sequence[Score], k: int) -> dict[str, Estimate]:
    estimates = {name: bootstrap([score.measures[name] for score in scores]) for name in measure_names(k)}
    within = [float(score.characters_read is not None and score.characters_read <= READING_BUDGET) for score in scores]
    answers = [float(score.answer_right) for score in scores if score.answer_right is not None]
    return estimates | {READ_WITHIN: bootstrap(within), ANSWER_RIGHT: bootstrap(answers)}


def _refusals(scores: Sequence[Score], *, calibrated: bool) -> Refusals:
    confidences = [score.confidence for score in scores]
    truth = [score.answerable for score in scores]
    counts = refusal.refusing([score.answered for score in scores], truth)
    bins = refusal.reliability(confidences, truth) if calibrated else []
    return Refusals(
        auroc=refusal.auroc(
            [score.confidence for score in scores if score.answerable],
            [score.confidence for score in scores if not score.answerable],
        ),
        precision=counts.precision,
        recall=counts.recall,
        wrongly_refused=counts.wrongly_refused,
        calibration_error=refusal.calibration_error(bins) if calibrated else None,
        reliability=tuple(bins),
        # At rank 1, because an answer that was withheld can't be judged.
        risk_coverage=tuple(refusal.risk_coverage(confidences, [score.first_rank == 1 for score in scores])),
    )


def _misses(scores: Sequence[Score]) -> dict[Cause, int]:
    """Every cause in the order of the work, those that did not occur with 0."""
    counts = Counter(score.miss for score in scores)
    return {cause: counts[cause] for cause in Cause}


def times(ms: Sequence[float]) -> Times:
    """Median, and the 95th percentile as a time that was really measured (the next one above)."""
    return Times(float(np.median(ms)), float(np.quantile(ms, 0.95, method="higher")))


def to_text(runs: Sequence[Run]) -> str:
    """The JSON document of one or more runs: always `{"runs": [...]}`."""
    return json.dumps({"runs": [run.to_json() for run in runs]}, ensure_ascii=False, indent=1)


def read_runs(folder: Path) -> list[Run]:
    """The runs in an output folder of `--out`. UsageError where it holds none that can be read."""
    path = folder / RESULTS_FILE
    todo = "请给出 python -m eval --out 写出的文件夹"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return [_run(row) for row in document["runs"]]
    except OSError as err:
        raise UsageError(f"打不开结果（{err.strerror or err}）", str(path), todo) from err
    except (ValueError, KeyError, TypeError) as err:
        raise UsageError("读不懂这个结果文件，可能由别的版本写出", str(path), todo) from err


def _run(row: Mapping[str, Any]) -> Run:
    """Rebuilt from settings and scores: averages are never read back, so they can't disagree."""
    setting = Setting(
        **{name: row[name] for name in Setting.__slots__ if name != "files"},
        files=tuple(QuestionFile(**one) for one in row["files"]),
    )
    scores = [Score.from_json(one) for one in row["questions"]]
    return summarise(setting, scores, calibrated=row["refusals"]["calibration_error"] is not None)
