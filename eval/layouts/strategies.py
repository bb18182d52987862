"""Generated files as hypothesis strategies, so that a failing one shrinks to the smallest. Needs the test extra."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from eval.layouts.case import Case, draw_case
from eval.layouts.chooser import Chooser


class _Drawn(Chooser):
    """Choices that hypothesis makes: each shrinks to the first option, the smallest number, False."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def below(self, limit: int) -> int:
        return self._draw(st.integers(0, limit - 1))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Structures in layouts."""
    return draw_case(_Drawn(draw))


def smallest(fails: Callable[[Case], bool], tries: int = 200) -> Case | None:
    """The smallest case that fails, as far as hypothesis can shrink it; None where none of so many does."""
    wanted = settings(
        max_examples=tries,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        return find(cases(), fails, settings=wanted)
    except NoSuchExample:
        return None
