"""Risk against coverage: what answering less would save, and where today's threshold and caution stand.

A question's risk is that what is shown first is wrong. Pure functions of confidences and truths, in the order of
the questions; no result depends on that order, also where confidences are equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from eval.refusal import RiskPoint, risk_coverage, share
from eval.scoring import Score


@dataclass(frozen=True, slots=True)
class Place:
    """Where a decision stands: it lets through the `coverage` of all questions, and `risk` of these are wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Area:
    """The area under a risk–coverage curve of `n` questions, and what of it is the ranking's fault."""

    n: int
    aurc: float
    excess: float


def area(confidences: Sequence[float], right: Sequence[bool]) -> Area | None:
    """AURC and excess AURC; None without questions."""
    if not right:
        return None
    under = aurc(confidences, right)
    return Area(len(right), under, under - least_aurc(right))


def aurc(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """The risk of the `i` most confident questions, averaged over i = 1…n (Geifman and El-Yaniv 2017; Geifman,
    Uziel and El-Yaniv 2019).

    Confidences .9 (right), .5 (wrong), .1 (right) → (0/1 + 1/2 + 1/3) / 3 = 5/18. Questions of equal confidence
    have no order, so each counts as the share of them that is wrong: the mean over all their orders.
    """
    risks: list[float] = []
    wrong = 0.0
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    for _, members in groupby(pairs, key=lambda pair: pair[0]):
        truths = [truth for _, truth in members]
        each = truths.count(False) / len(truths)
        for _ in truths:
            wrong += each
            risks.append(wrong / (len(risks) + 1))
    return float(np.mean(risks))


def least_aurc(right: Sequence[bool]) -> float:
    """The AURC of the best order, all right answers first: right, wrong, wrong → (0/1 + 1/2 + 2/3) / 3 = 7/18. The
    rest of an AURC is its excess (E-AURC, Geifman, Uziel and El-Yaniv 2019)."""
    rights = sum(right)
    return float(np.mean([max(0, count - rights) / count for count in range(1, len(right) + 1)]))


def refused_at(wrongly: float, answerable: Sequence[float], none: Sequence[float]) -> float | None:
    """Share of `none` questions below the highest threshold that refuses at most the share `wrongly` of the
    answerable: with .05, 20 answerable (one at .2, the others at .8) and `none` at .1, .3, .7, .9 → 3/4.

    None if either group is empty.
    """
    if not len(answerable) or not len(none):
        return None
    allowed = int(wrongly * len(answerable) + 1e-9)
    threshold = sorted(answerable)[allowed] if allowed < len(answerable) else float("inf")
    return sum(one < threshold for one in none) / len(none)


def place(chosen: Sequence[bool], right: Sequence[bool]) -> Place | None:
    """Where a decision stands that lets the `chosen` through; None if it lets nothing through."""
    wrong = sum(did and not is_right for did, is_right in zip(chosen, right, strict=True))
    risk = share(wrong, sum(chosen))
    return None if risk is None else Place(sum(chosen) / len(chosen), risk)


def shown_curve(confidences: Sequence[float], right: Sequence[bool], shown: Sequence[bool]) -> list[RiskPoint]:
    """The curve of the answers `shown` alone as the threshold rises from today's; coverage is of all questions, so
    that it ends at the share that is shown."""
    points = risk_coverage(*_members(confidences, right, shown))
    scale = sum(shown) / len(shown) if shown else 0.0
    return [RiskPoint(point.confidence, point.coverage * scale, point.risk) for point in points]


STEPS = 20  # of coverage, to which the curves of closed questions are thinned


def thinned(points: Sequence[RiskPoint]) -> tuple[RiskPoint, ...]:
    """The last point of each twentieth of coverage: a curve can be drawn, single questions can't be read from it."""
    return tuple({int(point.coverage * STEPS - 1e-9): point for point in points}.values())


@dataclass(frozen=True, slots=True)
class Selective:
    """A run's curves and what stands on them.

    `every` is the area over all questions, where wrong means that the first hit does not answer (what a refusal
    withheld can't be judged otherwise); `shown` that over the answers shown, where wrong means that the answer is.
    `curve` is the curve of the latter. `threshold` is the place of all answers on the first curve, `caution` that of
    those without the caution; `threshold_shown` and `caution_shown` are the same on the second. `refused_at_5` is the
    share of `none` questions that could be refused if 5 % of the others were.
    """

    every: Area | None
    shown: Area | None
    curve: tuple[RiskPoint, ...]
    threshold: Place | None
    caution: Place | None
    threshold_shown: Place | None
    caution_shown: Place | None
    refused_at_5: float | None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Selective:
        return cls(
            every=_area(row["every"]),
            shown=_area(row["shown"]),
            curve=tuple(RiskPoint(**one) for one in row["curve"]),
            threshold=_place(row["threshold"]),
            caution=_place(row["caution"]),
            threshold_shown=_place(row["threshold_shown"]),
            caution_shown=_place(row["caution_shown"]),
            refused_at_5=row["refused_at_5"],
        )


def _area(row: Mapping[str, Any] | None) -> Area | None:
    return None if row is None else Area(**row)


def _place(row: Mapping[str, Any] | None) -> Place | None:
    return None if row is None else Place(**row)


def selective(scores: Sequence[Score]) -> Selective:
    """Everything of it for a run's questions; without the caution's places where the run does not tell it."""
    sure = [score.confidence for score in scores]
    shown = [score.answered for score in scores]
    first, right = [score.first_rank == 1 for score in scores], [score.right for score in scores]
    told = all(score.unwarned is not None for score in scores)
    unwarned = [told and score.unwarned is True for score in scores]
    return Selective(
        every=area(sure, first),
        shown=area(*_members(sure, right, shown)),
        curve=tuple(shown_curve(sure, right, shown)),
        threshold=place(shown, first),
        caution=place(unwarned, first),
        threshold_shown=place(shown, right),
        caution_shown=place(unwarned, right),
        refused_at_5=refused_at(
            0.05,
            [score.confidence for score in scores if score.answerable],
            [score.confidence for score in scores if not score.answerable],
        ),
    )


def _members(sure: Sequence[float], right: Sequence[bool], shown: Sequence[bool]) -> tuple[list[float], list[bool]]:
    """Confidences and truths of those that are shown."""
    kept = [(one, truth) for one, truth, did in zip(sure, right, shown, strict=True) if did]
    return [one for one, _ in kept], [truth for _, truth in kept]
