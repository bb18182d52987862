"""Generated files as hypothesis strategies, so that a failing one shrinks to the smallest. Needs the test extra."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from eval.layouts.case import Case, draw_case
from eval.layouts.chooser import Chooser
from eval.layouts.layout import Layout, fitted


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
        return _plainest(find(cases(), fails, settings=wanted), fails)
    except NoSuchExample:
        return None


def _plainest(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The same case without the features of its layout that it fails without, too: hypothesis gives up after some
    steps without gain, and may leave one."""
    for name in _features(case.layout):
        bare = replace(case.layout, **{name: getattr(Layout(), name)})
        tried = Case(case.structure, fitted(bare, len(case.structure.documents)))
        if len(_features(tried.layout)) < len(_features(case.layout)) and fails(tried):
            return _plainest(tried, fails)
    return case


def _features(layout: Layout) -> list[str]:
    """The names of the choices that are not the plainest."""
    return [part.name for part in fields(Layout) if getattr(layout, part.name) != getattr(Layout(), part.name)]
