"""How far a number can be trusted: intervals for a mean or a share, and whether two systems really differ.

What resamples the questions asked is seeded, so that the same outcomes always give the same numbers. All of it
says nothing about questions of another kind, or about other gazettes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


Z95 = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, and the 95 % confidence interval of the share; of nothing (n = 0) all is None."""

    count: int
    n: int
    mean: float | None
    low: float | None
    high: float | None


def share_of(count: int, n: int) -> Share:
    """A share with Wilson's score interval (Wilson 1927), which keeps a width where nothing was seen to fail: 0 of
    20 → 0 to .161. The bootstrap would say 0 to 0, and flatter whatever is rare."""
    if not n:
        return Share(count, n, None, None, None)
    mean = count / n
    middle = (mean + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * math.sqrt(mean * (1 - mean) / n + Z95**2 / (4 * n**2))
    return Share(
        count, n, mean, max(0.0, middle - half) if count else 0.0, min(1.0, middle + half) if count < n else 1.0
    )


@dataclass(frozen=True, slots=True)
class Gain:
    """A difference B − A with its 95 % confidence interval; all None where it is not defined."""

    gain: float | None
    low: float | None
    high: float | None


Ratio = tuple[Sequence[float], Sequence[float]]
"""Parts and wholes, one of each for every question: the ratio of their sums is a mean over the questions whose
whole is 1."""


def gains(a: Sequence[Ratio], b: Sequence[Ratio], resamples: int = RESAMPLES, seed: int = SEED) -> list[Gain]:
    """The difference of each ratio of B from that of A over the same questions, with its paired bootstrap interval
    (percentiles; whole questions are drawn, so that what A and B have in common stays together).

    A resample in which a ratio has no whole is left out of that ratio's interval.
    """
    if not a:
        return []
    sides = [np.asarray(side, dtype=np.float64) for side in (a, b)]  # [measures, 2, questions]
    observed = (_ratios(sides[1].sum(axis=2)[None]) - _ratios(sides[0].sum(axis=2)[None]))[0]
    drawn = np.concatenate(
        [
            _ratios(_sums(times, sides[1])) - _ratios(_sums(times, sides[0]))
            for times in _draws(sides[0].shape[2], resamples, seed)
        ]
    )
    return [_gain(observed[at], drawn[:, at]) for at in range(len(a))]


def _draws(questions: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each question is drawn, [resamples, questions] in blocks."""
    rng = np.random.default_rng(seed)
    for _ in range(0, resamples, _BLOCK):
        chosen = rng.integers(0, questions, (_BLOCK, questions)) + questions * np.arange(_BLOCK)[:, None]
        yield np.bincount(chosen.ravel(), minlength=_BLOCK * questions).reshape(_BLOCK, questions).astype(np.float64)


def _sums(times: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of parts and wholes in each resample, [resamples, measures, 2]."""
    return (times @ side.reshape(-1, side.shape[2]).T).reshape(len(times), -1, 2)


def _ratios(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """[resamples, measures, 2] → [resamples, measures], not a number where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan))


def _gain(observed: float, drawn: NDArray[np.float64]) -> Gain:
    kept = drawn[~np.isnan(drawn)]
    if math.isnan(observed) or not kept.size:
        return Gain(None, None, None)
    low, high = np.quantile(kept, (0.025, 0.975))
    return Gain(float(observed), float(low), float(high))
