"""Putting the scores of vectors and keywords together."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.local.keywords import Fields, build_bm25
from index.term_counts import ceiling
from index.tokens import tokenize
from retriever.fusion import CEILING_SHARE, DENSE_WEIGHT, fuse, min_max, order

TEXTS = (
    "区人社局负责受理拖欠农民工工资的举报投诉。",
    "电动自行车不得在楼道内停放、充电。",
    "城市低保标准提高到每人每月六百六十元。",
)


def weights(question: str) -> dict[str, float]:
    return dict.fromkeys(tokenize(question), 1.0)


SCORES = st.dictionaries(st.integers(0, 30), st.floats(0.001, 50), max_size=12)


@given(SCORES, SCORES, st.floats(0, 200), st.floats(0, 1))
def test_fused_scores_lie_between_nothing_and_the_whole(
    dense: dict[int, float], bm25: dict[int, float], ceiling: float, weight: float
) -> None:
    fused = fuse(dense, bm25, ceiling, weight)
    assert set(fused) == set(dense) | set(bm25)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())


@given(SCORES, st.floats(0, 200))
def test_the_order_of_one_side_alone_stays(bm25: dict[int, float], ceiling: float) -> None:
    fused = fuse({}, bm25, ceiling)
    scaled = [fused[row] for row, _ in order(bm25)]
    assert scaled == sorted(scaled, reverse=True)


@given(st.lists(st.sampled_from([*TEXTS, "农民工工资", "电动自行车充电", "龙卷风"]), min_size=1, max_size=3))
def test_no_score_exceeds_the_ceiling(parts: list[str]) -> None:
    bm25 = build_bm25(Fields(text, "", "") for text in TEXTS)
    question = "".join(parts)
    assert float(bm25.scores_of(weights(question)).max()) <= ceiling(bm25, tokenize(question)) + 1e-5


def test_the_best_of_bad_keyword_matches_is_no_perfect_one() -> None:
    """「跑路」 and 「讨薪」 stand in no clause: what little is held must not outweigh the vectors."""
    bm25 = build_bm25(Fields(text, "", "") for text in TEXTS)
    question = "老板跑路了怎么讨薪，能不能在楼道里等他"
    scores = {row: float(score) for row, score in enumerate(bm25.scores_of(weights(question))) if score > 0}
    assert order(scores)[0][0] == 1  # held: 楼道
    dense = {0: 0.86, 1: 0.84, 2: 0.80}
    assert order(fuse(dense, scores, ceiling(bm25, tokenize(question))))[0][0] == 0
    weak = fuse({}, scores, ceiling(bm25, tokenize(question)))
    assert max(weak.values()) < 1 - DENSE_WEIGHT


def test_a_full_match_counts_whole() -> None:
    bm25 = build_bm25(Fields(text, "", "") for text in TEXTS)
    scores = {0: 3.0, 1: 1.0}
    assert fuse({}, scores, 3.0 / CEILING_SHARE, 0.5) == pytest.approx({0: 0.5, 1: 0.5 / 3})
    assert math.isclose(
        ceiling(bm25, tokenize("龙卷风")), math.log1p((3 + 0.5) / 0.5) * len(set(tokenize("龙卷风"))), rel_tol=1e-6
    )


def test_min_max_of_equal_scores_and_of_none() -> None:
    assert min_max({}) == {}
    assert min_max({4: 0.2, 7: 0.2}) == {4: 1.0, 7: 1.0}
    assert min_max({4: 1.0, 7: 2.0}, low=0.0, high=4.0) == {4: 0.25, 7: 0.5}
