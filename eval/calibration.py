"""Whether a confidence says what it means: of the things said with .7, are seven of ten so?

Pure functions of confidences in 0…1 and truths. `eval.refusal` has the older error over equally wide bins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well `n` confidences fit the truth of one statement."""

    n: int
    ece: float
    brier: float


def calibration(confidences: Sequence[float], truths: Sequence[bool]) -> Calibration | None:
    """Both errors; None without confidences."""
    if not confidences:
        return None
    return Calibration(len(confidences), equal_mass_error(confidences, truths), brier(confidences, truths))


def equal_mass_error(confidences: Sequence[float], truths: Sequence[bool], bins: int = BINS) -> float:
    """Expected calibration error over bins of equally many confidences (Nguyen and O'Connor 2015), the first ones
    larger by one where they can't be equal.

    Of .9 (true), .8 (false), .3 (false), .1 (false) in two bins: |.2 - 0| and |.85 - 1/2|, two each → .275. Equal
    confidences may fall into two bins; each then counts as the share of them that is true.
    """
    order = np.argsort(confidences, kind="stable")
    sure = np.asarray(confidences, dtype=np.float64)[order]
    truth = np.asarray(truths, dtype=np.float64)[order]
    _, place, counts = np.unique(sure, return_inverse=True, return_counts=True)
    truth = (np.bincount(place, weights=truth) / counts)[place]
    parts = zip(np.array_split(sure, bins), np.array_split(truth, bins), strict=True)
    return float(sum(abs(one.sum() - other.sum()) for one, other in parts) / len(sure))


def brier(confidences: Sequence[float], truths: Sequence[bool]) -> float:
    """The mean squared distance from the truth (Brier 1950): .9 (true) and .4 (false) → (.01 + .16) / 2."""
    difference = np.asarray(confidences, dtype=np.float64) - np.asarray(truths, dtype=np.float64)
    return float(np.mean(difference**2))
