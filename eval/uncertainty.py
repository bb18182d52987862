"""How far a number can be trusted: intervals for a mean, and whether two systems really differ.

Both resample the questions asked and are seeded, so that the same outcomes always give the same
numbers. They say nothing about questions of another kind, or about other gazettes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SEED = 20230630
RESAMPLES = 10_000
_BLOCK = 1_000  # resamples drawn at once: bounds the memory


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of `n` questions and its 95 % confidence interval. Without questions all are None."""

    n: int
    mean: float | None
    low: float | None
    high: float | None


def bootstrap(values: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED) -> Estimate:
    """The mean with its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13).

    Where all values are equal the interval has no width: few questions can't show a rare failure.
    """
    sample = np.asarray(values, dtype=np.float64)
    if not sample.size:
        return Estimate(0, None, None, None)
    rng = np.random.default_rng(seed)
    means = np.concatenate(
        [sample[rng.integers(0, sample.size, (_BLOCK, sample.size))].mean(axis=1) for _ in range(0, resamples, _BLOCK)]
    )
    low, high = np.quantile(means, (0.025, 0.975))
    return Estimate(sample.size, float(sample.mean()), float(low), float(high))


def paired_randomisation(
    one: Sequence[float], other: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED
) -> float:
    """Two-sided p-value of the difference of two systems' means over the same questions, in order.

    If the systems were the same, each question's difference could as well have the other sign.
    The p-value is the share of random signs that give a mean at least as far from 0, the observed
    one counted (Smucker, Allan and Carterette 2007).
    """
    difference = np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    difference = difference[difference != 0]  # equal pairs add nothing, whatever their sign
    if not difference.size:
        return 1.0
    rng = np.random.default_rng(seed)
    observed = abs(difference.sum())
    as_far = 0
    for _ in range(0, resamples, _BLOCK):
        signs = rng.choice((-1.0, 1.0), (_BLOCK, difference.size))
        # The tolerance keeps sums that differ only by rounding on the counted side.
        as_far += int((abs(signs @ difference) >= observed - 1e-9).sum())
    return (as_far + 1) / (-(-resamples // _BLOCK) * _BLOCK + 1)
