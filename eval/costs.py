"""Where to stop answering, by what errors cost: an answer to what the corpus doesn't hold misleads, a refusal only
disappoints.

Pure functions of confidences and truths. A question is (confidence, whether the corpus answers it).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WRONG_ANSWER = 3.0  # wrong refusals that one answer to a question without an answer is as bad as
FEWEST, MOST = 0.3, 0.5  # thresholds between which it is chosen: beyond, few questions decide
NEAR = 1.1  # times the least cost that counts as the least: within it more answers are given rather than fewer

Judged = tuple[float, bool]


def cost(questions: Sequence[Judged], threshold: float, wrong_answer: float = WRONG_ANSWER) -> float:
    """Mean cost of a question: 3 for an answer where there is none, 1 for refusing where there is one.

    (.9, no), (.3, yes), (.8, yes), (.1, no) at .5 → (3 + 1)/4 = 1.
    """
    confidence, answerable = _arrays(questions)
    shown = confidence >= threshold
    return float((wrong_answer * (shown & ~answerable) + (~shown & answerable)).mean())


def cheapest(mix: Sequence[Sequence[Judged]], low: float = FEWEST, high: float = MOST) -> float:
    """The lowest threshold (in hundredths) whose cost is at most a tenth above the least, where each part of the mix
    counts the same: as often as a question from the one is asked, one from the other is.

    The least itself lies on a flat stretch and moves with a few questions; right answers are lost along it.
    """
    steps = np.round(np.arange(low, high + 0.005, 0.01), 2)
    costs = [sum(cost(part, step) for part in mix) / len(mix) for step in steps]
    return float(steps[int(np.argmax(np.round(costs, 9) <= np.round(NEAR * min(costs), 9)))])


def _arrays(questions: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([one[0] for one in questions], np.float64), np.array([one[1] for one in questions], np.bool_)
