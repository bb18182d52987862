"""Intervals and the paired randomisation test."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eval.uncertainty import bootstrap, gains, paired_randomisation, share_of

values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_the_interval_of_a_share_is_close_to_the_normal_one() -> None:
    """60 of 100: mean .6, standard error sqrt(.6·.4/100) = .049, so about .504 to .696."""
    estimate = bootstrap([1.0] * 60 + [0.0] * 40)
    assert estimate.mean == 0.6
    assert estimate.low == pytest.approx(0.504, abs=0.02)
    assert estimate.high == pytest.approx(0.696, abs=0.02)


def test_the_same_values_give_the_same_interval() -> None:
    assert bootstrap([0, 1, 1, 0, 1]) == bootstrap([0, 1, 1, 0, 1])


def test_no_values_no_numbers() -> None:
    estimate = bootstrap([])
    assert (estimate.n, estimate.mean, estimate.low, estimate.high) == (0, None, None, None)


@settings(max_examples=25, deadline=None)
@given(values)
def test_the_interval_lies_within_the_values(sample: list[float]) -> None:
    estimate = bootstrap(sample, resamples=1000)
    assert estimate.low is not None
    assert estimate.high is not None
    assert min(sample) - 1e-9 <= estimate.low <= estimate.high <= max(sample) + 1e-9


def test_p_agrees_with_counting_all_signs() -> None:
    one, other = [1.0, 1.0, 1.0, 0.5, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.0]
    differences = [a - b for a, b in zip(one, other, strict=True)]
    sums = [sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=7)]
    exact = sum(abs(total) >= abs(sum(differences)) - 1e-9 for total in sums) / len(sums)
    assert paired_randomisation(one, other) == pytest.approx(exact, abs=0.02)


def test_equal_systems_do_not_differ() -> None:
    assert paired_randomisation([1, 0, 1], [1, 0, 1]) == 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_p_is_a_probability_and_has_no_side(pairs: list[tuple[float, float]]) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    p = paired_randomisation(one, other, resamples=1000)
    assert 0 < p <= 1
    assert p == paired_randomisation(other, one, resamples=1000)


def test_a_share_of_rare_failures_keeps_an_interval() -> None:
    """The bootstrap says 0 to 0 of what was not seen to fail."""
    none = share_of(0, 20)
    assert (none.mean, none.low) == (0, 0)
    # Wilson's upper end for 0 of n is z² / (n + z²).
    assert none.high == pytest.approx(1.959964**2 / (20 + 1.959964**2), abs=1e-6)
    assert bootstrap([0.0] * 20).high == 0
    assert share_of(0, 0).mean is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy(counts: tuple[int, int]) -> None:
    count, n = counts
    ours = share_of(count, n)
    theirs = stats.binomtest(count, n).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=1e-9), pytest.approx(theirs.high, abs=1e-9))
    assert ours.low is not None and ours.mean is not None and ours.high is not None
    assert 0 <= ours.low <= ours.mean <= ours.high <= 1


def test_gains_are_differences_with_intervals_of_paired_questions() -> None:
    ones = [1.0] * 40
    a, b = [0.0, 1.0] * 20, [1.0, 1.0] * 20
    same, better = gains([(a, ones), (a, ones)], [(a, ones), (b, ones)])
    assert (same.gain, same.low, same.high) == (0, 0, 0)  # paired: what is equal question by question can't differ
    assert better.gain == 1 / 2
    assert better.low is not None and better.high is not None
    assert 0 < better.low < 1 / 2 < better.high < 1
    assert gains([], []) == []


def test_gains_of_shares_whose_wholes_differ() -> None:
    """Of two shown one is right, then of one shown one is: from 1/2 to 1."""
    (gain,) = gains([([1, 0, 0] * 10, [1, 1, 0] * 10)], [([1, 0, 0] * 10, [1, 0, 0] * 10)])
    assert gain.gain == 1 / 2
    (nothing,) = gains([([0.0], [0.0])], [([1.0], [1.0])])
    assert (nothing.gain, nothing.low, nothing.high) == (None, None, None)
