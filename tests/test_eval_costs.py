"""The threshold by what errors cost, checked by counting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.costs import FEWEST, NEAR, cheapest, cost
from eval.thresholds import with_thresholds

QUESTION = st.tuples(st.floats(0, 1), st.booleans())


def test_an_answer_where_there_is_none_costs_three_refusals() -> None:
    questions = [(0.9, False), (0.3, True), (0.8, True), (0.1, False)]
    assert cost(questions, 0.5) == (3 + 1) / 4
    assert cost(questions, 0.0) == 6 / 4
    assert cost(questions, 1.0) == 2 / 4


def test_each_part_of_the_mix_counts_the_same() -> None:
    """Ten questions that want a low threshold don't outvote two that want a high one at three times the cost."""
    knowing = [(0.44, True)] * 10
    everyday = [(0.47, False), (0.2, False)]
    assert cheapest([knowing, everyday]) == 0.48
    assert cheapest([knowing, knowing]) == FEWEST


@given(st.lists(QUESTION, min_size=1), st.lists(QUESTION, min_size=1))
def test_no_other_threshold_is_much_cheaper(
    knowing: list[tuple[float, bool]], everyday: list[tuple[float, bool]]
) -> None:
    chosen = cheapest([knowing, everyday])
    for step in range(round(100 * FEWEST), 51):
        both = cost(knowing, step / 100) + cost(everyday, step / 100)
        assert cost(knowing, chosen) + cost(everyday, chosen) <= NEAR * both + 1e-8


def test_only_thresholds_change_in_the_constants() -> None:
    text = (
        "# Weights by:\n# calibrate\n\n[modes.hybrid]\nbias = -6.7\nthreshold = 0.2477\n[modes.hybrid.weights]\na = 1\n"
    )
    once = with_thresholds(text, {"hybrid": 0.5}, "first")
    again = with_thresholds(once, {"hybrid": 0.41}, "second")
    assert "threshold = 0.41\n" in again and "# second\n" in again and "first" not in again
    assert [line for line in again.splitlines() if line in text.splitlines()] == [
        line for line in text.splitlines() if "threshold" not in line
    ]
    with pytest.raises(AssertionError):
        with_thresholds(text, {"bm25": 0.5}, "third")
