"""Knowing when nothing answers: how well `confidence` tells questions of kind `none` from the rest.

Pure functions of confidences and truths; nothing here knows of systems or files. A share whose
denominator is 0 is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def auroc(answerable: Sequence[float], none: Sequence[float]) -> float | None:
    """Chance that an answerable question has a higher confidence than a `none` question: of (.9, .5) and (.7)
    one of two pairs → .5.

    The area under the ROC curve as the Mann–Whitney statistic, equal confidences counting one half
    (Hanley and McNeil 1982). 0.5 is guessing. None if either group is empty.
    """
    if not len(answerable) or not len(none):
        return None
    positive = np.asarray(answerable, dtype=np.float64)[:, None]
    negative = np.asarray(none, dtype=np.float64)[None, :]
    return float((positive > negative).mean() + 0.5 * (positive == negative).mean())


@dataclass(frozen=True, slots=True)
class Refusing:
    """The decision to refuse, as counts. `right`: refused `none` questions; `wrong`: refused others."""

    right: int
    wrong: int
    none: int
    answerable: int

    @property
    def precision(self) -> float | None:
        """Share of refusals that were right."""
        return share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """Share of `none` questions refused."""
        return share(self.right, self.none)

    @property
    def wrongly_refused(self) -> float | None:
        """Share of answerable questions refused."""
        return share(self.wrong, self.answerable)


def refusing(answered: Sequence[bool], answerable: Sequence[bool]) -> Refusing:
    """Count refusals over questions: what the system decided, and what is true."""
    pairs = list(zip(answered, answerable, strict=True))
    return Refusing(
        right=sum(not did and not could for did, could in pairs),
        wrong=sum(not did and could for did, could in pairs),
        none=sum(not could for _, could in pairs),
        answerable=sum(could for _, could in pairs),
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose confidence is in [low, high): mean confidence, and share that is answerable."""

    low: float
    high: float
    n: int
    confidence: float
    answerable: float


def reliability(confidences: Sequence[float], answerable: Sequence[bool], bins: int = 10) -> list[Bin]:
    """The bins of a reliability diagram, equally wide over 0..1, without the empty ones.

    The last bin includes 1.
    """
    confidence = np.asarray(confidences, dtype=np.float64)
    truth = np.asarray(answerable, dtype=bool)
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return [
        Bin(
            at / bins,
            (at + 1) / bins,
            int(members.sum()),
            float(confidence[members].mean()),
            float(truth[members].mean()),
        )
        for at in range(bins)
        if (members := place == at).any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error: mean distance of confidence from truth, weighted by bin size.

    Naeini, Cooper and Hauskrecht 2015. 8 questions with confidence .9, of which half are answerable, and 2 with .2,
    none of them: (8 · .4 + 2 · .2) / 10 = .36. It depends on the share of `none` questions in the file.
    """
    total = sum(one.n for one in bins)
    if not total:
        return None
    return sum(one.n * abs(one.confidence - one.answerable) for one in bins) / total


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """If only the `coverage` most confident questions were answered, `risk` of them would be wrong."""

    confidence: float
    coverage: float
    risk: float


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[RiskPoint]:
    """The risk–coverage curve (El-Yaniv and Wiener 2010), most confident questions first.

    Questions of equal confidence are answered or refused together, so they share one point. Confidences .9 (right),
    .5 (wrong), .5 (right) → coverage 1/3 with risk 0, coverage 1 with risk 1/3.
    """
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    points: list[RiskPoint] = []
    wrong = 0
    for count, (confidence, is_right) in enumerate(pairs, 1):
        wrong += not is_right
        if count == len(pairs) or pairs[count][0] != confidence:
            points.append(RiskPoint(confidence, count / len(pairs), wrong / count))
    return points
