"""A system's scores put together: averages with intervals, refusals, times, misses; and their JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import UsageError
from eval import refusal, trust
from eval.calibration import Calibration, calibration
from eval.closed import any_closed
from eval.counts import Counts, count
from eval.measures import READING_BUDGET, measure_names
from eval.misses import Cause
from eval.model import Kind
from eval.origin import Origin
from eval.scoring import Score
from eval.selective import Selective, selective, thinned
from eval.uncertainty import Estimate, Share, bootstrap

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
    """What was measured. `model` and `clauses` describe the index (`model` None: no embeddings); `origin` says
    when and with what (None in runs of version 0.1)."""

    system: str
    mode: str
    split: str
    k: int
    files: tuple[QuestionFile, ...]
    model: str | None
    clauses: int
    origin: Origin | None = None

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
    """One system over one set of questions. `measures`: group (`all` or a kind) -> measure -> estimate.

    `calibration` is of two statements: that the documents answer (`answerable`, over all questions), and that the
    answer is right (`right`, over those shown); empty where confidences are no probabilities. A run of closed
    questions (`totals_only`) has no `scores`.
    """

    setting: Setting
    measures: dict[str, dict[str, Estimate]]
    refusals: Refusals
    ms: Times
    misses: dict[str, int]
    counts: Counts
    trust: dict[str, Share]
    selective: Selective
    calibration: dict[str, Calibration]
    scores: tuple[Score, ...]
    totals_only: bool = False

    def mean(self, measure: str, group: str = ALL) -> float | None:
        return self.measures[group][measure].mean

    @property
    def confidence_numbers(self) -> dict[str, float | None]:
        """What is said of the confidence beside the refusals: areas under the risk–coverage curves, and how far it
        is from the truth. Measure → value, those that are not defined left out."""
        areas = {"": self.selective.every, "shown_": self.selective.shown}
        numbers = {f"{which}aurc": one.aurc for which, one in areas.items() if one is not None}
        numbers |= {f"{which}excess_aurc": one.excess for which, one in areas.items() if one is not None}
        return {
            **dict(sorted(numbers.items(), key=lambda item: item[0].startswith("shown"))),
            "refused_at_5": self.selective.refused_at_5,
            **{f"{of}_ece": one.ece for of, one in self.calibration.items()},
            **{f"{of}_brier": one.brier for of, one in self.calibration.items()},
        }

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
            "counts": asdict(self.counts),
            "trust": trust.to_json(self.trust),
            "selective": asdict(self.selective),
            "calibration": {name: asdict(one) for name, one in self.calibration.items()},
            "totals_only": self.totals_only,
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
        misses={cause.value: number for cause, number in _misses(scores).items()},
        counts=count(scores),
        trust=trust.trust(scores),
        selective=selective(scores),
        calibration=_calibration(scores) if calibrated else {},
        scores=tuple(scores),
    )


def totals_of(run: Run) -> Run:
    """The run without its questions: all that may be written or printed of closed ones."""
    refusals = replace(run.refusals, risk_coverage=thinned(run.refusals.risk_coverage))
    curves = replace(run.selective, curve=thinned(run.selective.curve))
    return replace(run, refusals=refusals, selective=curves, scores=(), totals_only=True)


def _calibration(scores: Sequence[Score]) -> dict[str, Calibration]:
    shown = [score for score in scores if score.answered]
    fitted = {
        "answerable": calibration([one.confidence for one in scores], [one.answerable for one in scores]),
        "right": calibration([one.confidence for one in shown], [one.right for one in shown]),
    }
    return {name: one for name, one in fitted.items() if one is not None}


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
    """Rebuilt from settings and scores: averages are never read back, so they can't disagree. Of a closed run there
    is nothing but its totals, also where a version that didn't know of closed files wrote all of it."""
    origin = row.get("origin")
    setting = Setting(
        **{name: row[name] for name in Setting.__slots__ if name not in ("files", "origin")},
        files=tuple(QuestionFile(**one) for one in row["files"]),
        origin=None if origin is None else Origin.from_json(origin),
    )
    if row.get("totals_only", False):
        return _totals(setting, row)
    scores = [Score.from_json(one) for one in row["questions"]]
    run = summarise(setting, scores, calibrated=row["refusals"]["calibration_error"] is not None)
    return totals_of(run) if any_closed(one.file for one in setting.files) else run


def _totals(setting: Setting, row: Mapping[str, Any]) -> Run:
    refusals = {
        **row["refusals"],
        "reliability": tuple(refusal.Bin(**one) for one in row["refusals"]["reliability"]),
        "risk_coverage": tuple(refusal.RiskPoint(**one) for one in row["refusals"]["risk_coverage"]),
    }
    return Run(
        setting=setting,
        measures={
            group: {name: Estimate(**one) for name, one in estimates.items()}
            for group, estimates in row["measures"].items()
        },
        refusals=Refusals(**refusals),
        ms=Times(**row["ms"]),
        misses=row["misses"],
        counts=Counts.from_json(row["counts"]),
        trust={name: Share(**one) for name, one in row["trust"].items()},
        selective=Selective.from_json(row["selective"]),
        calibration={name: Calibration(**one) for name, one in row["calibration"].items()},
        scores=(),
        totals_only=True,
    )
