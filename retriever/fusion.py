"""Scores of two rankings put on one scale and added; the order of ties.

A weighted sum of scaled scores (convex combination) does better than reciprocal rank fusion, as in Bruch,
Gai & Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (TOIS 2023). README's ablation table has
both (合并：按名次): the difference is in the sum's favour, but within chance there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

# The share of the dense score, and of the ceiling of a question's BM25 scores that its best one must reach to
# count whole. Both chosen on the dev questions of 0.1, of which no table was kept. README's ablation table has other
# shares of the dense score on the test questions (合并：向量占 …), and the ceiling switched off (关键词最高分总算满分).
DENSE_WEIGHT = 0.5
CEILING_SHARE = 0.6


def min_max(scores: Mapping[int, float], low: float | None = None, high: float = -math.inf) -> dict[int, float]:
    """Scores scaled to 0…1 over the candidates; `low` is the score that counts as 0 (default: the
    least of them), `high` the least that counts as 1. Equal scores all become 1; no scores give no scores."""
    if not scores:
        return {}
    bottom = min(scores.values()) if low is None else low
    top = max(high, *scores.values())
    if top <= bottom:
        return dict.fromkeys(scores, 1.0)
    return {row: max(0.0, (score - bottom) / (top - bottom)) for row, score in scores.items()}


def fuse(
    dense: Mapping[int, float], bm25: Mapping[int, float], ceiling: float, weight: float = DENSE_WEIGHT
) -> dict[int, float]:
    """`weight`·dense + (1 − `weight`)·bm25 of min–max scaled scores, for every row in either.

    BM25 is scaled from 0, its theoretical minimum, and up to at least a share of its theoretical maximum for the
    question (`ceiling`, see `index.term_counts`): where no clause holds many of the words, as when things are called by
    everyday names, the best of bad matches does not count as a perfect one. A row that one side did not
    return gets 0 there.
    """
    left, right = min_max(dense), min_max(bm25, low=0.0, high=CEILING_SHARE * ceiling)
    return {row: weight * left.get(row, 0.0) + (1 - weight) * right.get(row, 0.0) for row in {**left, **right}}


def reciprocal_rank(*rankings: Mapping[int, float], k: int = 60) -> dict[int, float]:
    """Reciprocal rank fusion, sum of 1/(k + rank) (Cormack, Clarke & Büttcher, SIGIR 2009): the rival."""
    out: dict[int, float] = {}
    for ranking in rankings:
        for rank, (row, _) in enumerate(order(ranking), 1):
            out[row] = out.get(row, 0.0) + 1 / (k + rank)
    return out


def order(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """(row, score) by falling score; ties in corpus order."""
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
