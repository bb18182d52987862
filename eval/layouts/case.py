"""Generated files: a structure and its layout, by seed."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from eval.layouts.chooser import Chooser, Seeded
from eval.layouts.compose import compose
from eval.layouts.layout import Layout, draw_layout, fitted
from eval.layouts.model import Structure
from eval.layouts.pieces import Piece
from eval.layouts.plain import Line, printed_lines
from eval.layouts.structure import draw_structure


@dataclass(frozen=True)
class Case:
    """What a file says and how it is printed."""

    structure: Structure
    layout: Layout

    @functools.cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What is printed, one after the other, in every form."""
        return compose(self.structure, self.layout)

    @functools.cached_property
    def lines(self) -> list[Line]:
        """The lines of the plain text."""
        return printed_lines(self.structure, self.layout, self.pieces)


def draw_case(choose: Chooser) -> Case:
    """The layout comes first, so that hypothesis can drop documents and leave it as it is."""
    layout = draw_layout(choose)
    structure = draw_structure(choose)
    return Case(structure, fitted(layout, len(structure.documents)))


def layouts(seed: int) -> Case:
    """The generated file of a seed: the same in every run and on every machine."""
    return draw_case(Seeded(seed))


def labelled_lines(seed: int) -> list[tuple[str, str, int | None]]:
    """Every line of a seed's plain text, what it is (`pieces.Label`), and its document, counted from 0.

    Lines of site and page, of the contents page, and blank lines between documents belong to none.
    """
    return [(line.text, line.label.value, line.document) for line in layouts(seed).lines]
