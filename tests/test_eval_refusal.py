"""Knowing when nothing answers, checked with fractions and properties."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import refusal

confidences = st.lists(st.floats(0, 1), min_size=1, max_size=20)
judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def test_auroc_counts_pairs_and_half_of_the_equal_ones() -> None:
    # Pairs: .9>.5, .9>.1, .5=.5, .5>.1 -> 3 + 1/2 of 4.
    assert refusal.auroc([0.9, 0.5], [0.5, 0.1]) == 3.5 / 4


def test_auroc_needs_both_groups() -> None:
    assert refusal.auroc([0.5], []) is None
    assert refusal.auroc([], [0.5]) is None


@settings(deadline=None)
@given(confidences, confidences)
def test_auroc_is_symmetric_and_within_0_and_1(one: list[float], other: list[float]) -> None:
    forward, backward = refusal.auroc(one, other), refusal.auroc(other, one)
    assert forward is not None
    assert backward is not None
    assert 0 <= forward <= 1
    assert forward + backward == pytest.approx(1)


def test_refusing() -> None:
    #          answered:  refuse rightly, refuse wrongly, miss a none, answer rightly twice
    counts = refusal.refusing([False, False, True, True, True], [False, True, False, True, True])
    assert counts.precision == 1 / 2
    assert counts.recall == 1 / 2
    assert counts.wrongly_refused == 1 / 3


def test_shares_of_nothing_are_not_numbers() -> None:
    counts = refusal.refusing([True], [True])
    assert counts.precision is None
    assert counts.recall is None
    assert counts.wrongly_refused == 0


def test_reliability_puts_1_into_the_last_bin_and_leaves_empty_bins_out() -> None:
    bins = refusal.reliability([0.05, 0.95, 1.0, 0.97], [False, True, True, False])
    assert [(one.low, one.n) for one in bins] == [(0.0, 1), (0.9, 3)]
    assert bins[1].answerable == pytest.approx(2 / 3)


def test_calibration_error_is_the_weighted_distance() -> None:
    bins = refusal.reliability([0.2, 0.2, 0.8, 0.8], [False, True, True, True])
    # |.2 - 1/2| and |.8 - 1|, two questions each.
    assert refusal.calibration_error(bins) == pytest.approx((0.3 + 0.2) / 2)
    assert refusal.calibration_error([]) is None


@settings(deadline=None)
@given(judged)
def test_calibration_error_stays_within_0_and_1(pairs: list[tuple[float, bool]]) -> None:
    bins = refusal.reliability([c for c, _ in pairs], [t for _, t in pairs])
    error = refusal.calibration_error(bins)
    assert error is not None
    assert 0 <= error <= 1
    assert sum(one.n for one in bins) == len(pairs)


def test_risk_coverage_lets_equal_confidences_share_a_point() -> None:
    points = refusal.risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    assert [(point.coverage, point.risk) for point in points] == [(1 / 4, 0), (3 / 4, 1 / 3), (1, 2 / 4)]


@settings(deadline=None)
@given(judged)
def test_risk_coverage_does_not_depend_on_the_order_of_the_questions(pairs: list[tuple[float, bool]]) -> None:
    def curve(order: list[tuple[float, bool]]) -> list[refusal.RiskPoint]:
        return refusal.risk_coverage([c for c, _ in order], [t for _, t in order])

    assert curve(pairs) == curve(pairs[::-1])
    assert curve(pairs)[-1].coverage == 1
    assert curve(pairs)[-1].risk == sum(not right for _, right in pairs) / len(pairs)
