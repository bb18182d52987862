"""Risk against coverage, and calibration: fractions a reader can check, properties, and scikit-learn as a rival."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import calibration, selective
from eval.refusal import auroc

judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def parted(pairs: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [one for one, _ in pairs], [truth for _, truth in pairs]


def test_aurc_is_the_mean_of_the_risks_at_every_coverage() -> None:
    # Risks of the first one, two, three: 0, 1/2, 1/3.
    assert selective.aurc([0.9, 0.5, 0.1], [True, False, True]) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    # The best order has its wrong one last: 0, 0, 1/3.
    area = selective.area([0.9, 0.5, 0.1], [True, False, True])
    assert area is not None
    assert area.excess == pytest.approx((0 + 1 / 2 + 1 / 3) / 3 - (0 + 0 + 1 / 3) / 3)
    assert selective.area([], []) is None


def test_equal_confidences_count_as_the_mean_of_their_orders() -> None:
    # Right first: 0, 1/2. Wrong first: 1, 1/2. The mean: 1/2, 1/2.
    assert selective.aurc([0.5, 0.5], [True, False]) == pytest.approx(1 / 2)


@settings(deadline=None)
@given(judged, st.randoms(use_true_random=False))
def test_aurc_knows_no_order_of_the_questions(pairs: list[tuple[float, bool]], rng: random.Random) -> None:
    shuffled = rng.sample(pairs, len(pairs))
    assert selective.aurc(*parted(pairs)) == pytest.approx(selective.aurc(*parted(shuffled)))


@settings(deadline=None)
@given(judged)
def test_no_order_is_better_than_the_best(pairs: list[tuple[float, bool]]) -> None:
    area = selective.area(*parted(pairs))
    assert area is not None
    assert 0 <= area.aurc <= 1
    assert area.excess >= -1e-12
    if all(right := parted(pairs)[1]) or not any(right):  # then no order can be wrong
        assert area.excess == pytest.approx(0)
    perfect = selective.area([float(one) for one in right], right)
    assert perfect is not None
    assert perfect.excess == pytest.approx(0)


def test_what_could_be_refused_at_a_price() -> None:
    # One of 20 answerable ones may be refused: the threshold is .8.
    answerable = [0.2] + [0.8] * 19
    assert selective.refused_at(0.05, answerable, [0.1, 0.3, 0.7, 0.9]) == 3 / 4
    assert selective.refused_at(0.0, answerable, [0.1, 0.3, 0.7, 0.9]) == 1 / 4
    assert selective.refused_at(1.0, answerable, [0.1, 0.9]) == 1
    assert selective.refused_at(0.05, [], [0.1]) is None
    assert selective.refused_at(0.05, [0.1], []) is None


@settings(deadline=None)
@given(judged, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_price_never_refuses_less(pairs: list[tuple[float, bool]], one: float, other: float) -> None:
    yes, no = [sure for sure, truth in pairs if truth], [sure for sure, truth in pairs if not truth]
    shares = [selective.refused_at(price, yes, no) for price in sorted((one, other))]
    if yes and no:
        assert shares[0] is not None and shares[1] is not None
        assert 0 <= shares[0] <= shares[1] <= 1


def test_places_of_a_decision_and_the_curve_of_the_answers_shown() -> None:
    sure, right, shown = [0.9, 0.8, 0.3, 0.1], [True, False, True, False], [True, True, True, False]
    assert selective.place(shown, right) == selective.Place(3 / 4, 1 / 3)
    assert selective.place([False] * 4, right) is None
    curve = selective.shown_curve(sure, right, shown)
    assert [(point.coverage, point.risk) for point in curve] == [(1 / 4, 0), (2 / 4, 1 / 2), (3 / 4, 1 / 3)]


def test_a_thinned_curve_has_no_point_for_each_question() -> None:
    curve = selective.shown_curve([at / 500 for at in range(500)], [at % 3 > 0 for at in range(500)], [True] * 500)
    thin = selective.thinned(curve)
    assert len(curve) == 500
    assert len(thin) == selective.STEPS
    assert thin[-1] == curve[-1]
    assert set(thin) <= set(curve)


def test_calibration_error_over_bins_of_equal_size() -> None:
    # Two bins of two: |.2 - 0| and |.85 - 1/2|.
    error = calibration.equal_mass_error([0.9, 0.8, 0.3, 0.1], [True, False, False, False], bins=2)
    assert error == pytest.approx((0.2 + 0.35) / 2)
    # Fewer questions than bins: each is its own.
    assert calibration.equal_mass_error([0.9, 0.4], [True, False]) == pytest.approx((0.1 + 0.4) / 2)


@settings(deadline=None)
@given(judged, st.randoms(use_true_random=False))
def test_calibration_error_knows_no_order_of_the_questions(pairs: list[tuple[float, bool]], rng: random.Random) -> None:
    error = calibration.equal_mass_error(*parted(pairs))
    assert 0 <= error <= 1
    assert calibration.equal_mass_error(*parted(rng.sample(pairs, len(pairs)))) == pytest.approx(error)


@settings(deadline=None)
@given(judged)
def test_what_says_exactly_the_truth_has_no_error(pairs: list[tuple[float, bool]]) -> None:
    _, truths = parted(pairs)
    fitted = calibration.calibration([float(one) for one in truths], truths)
    assert fitted == calibration.Calibration(len(truths), 0, 0)
    assert calibration.calibration([], []) is None


def test_scikit_learn_agrees() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = random.Random(7)
    sure = [round(rng.random(), 2) for _ in range(300)]
    truths = [rng.random() < one for one in sure]
    assert calibration.brier(sure, truths) == pytest.approx(metrics.brier_score_loss(truths, sure))
    yes, no = (
        [one for one, t in zip(sure, truths, strict=True) if t],
        [one for one, t in zip(sure, truths, strict=True) if not t],
    )
    assert auroc(yes, no) == pytest.approx(metrics.roc_auc_score(truths, sure))
    curve = pytest.importorskip("sklearn.calibration").calibration_curve
    distinct = [at / 300 for at in range(300)]  # equal bins, no ties: where its bins and ours are the same
    share, mean = curve(truths, distinct, n_bins=10, strategy="quantile")
    expected = sum(abs(one - other) for one, other in zip(share, mean, strict=True)) / 10
    assert calibration.equal_mass_error(distinct, truths) == pytest.approx(expected)
