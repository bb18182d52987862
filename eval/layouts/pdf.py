"""Generated files as PDFs with text, in one or two columns, drawn by reportlab in a Chinese font that needs no file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from eval.layouts.contents import gazette, issue_line
from eval.layouts.layout import Layout, Pages
from eval.layouts.model import Structure
from eval.layouts.pieces import Align, Label, Piece
from eval.layouts.plain import wrapped

_FONT = "STSong-Light"
_WIDTH, _HEIGHT = 595, 842  # points: A4
_MARGIN, _TOP, _BOTTOM = 60, 760, 70
_BETWEEN = 27  # points between two columns
_SIZE, _TITLE, _LEADING = 11, 15, 18
_CELL = 9


@dataclass(frozen=True, slots=True)
class _Row:
    """A printed line. `x` counts from the left edge of its column; `cells` are ruled."""

    text: str
    x: float = 0
    size: float = _SIZE
    cells: tuple[str, ...] = ()


def pdf_of(structure: Structure, layout: Layout, pieces: Sequence[Piece]) -> bytes:
    """The PDF. Each line of a paragraph is a line of its own, as wide as its column."""
    column = (_WIDTH - 2 * _MARGIN - (layout.columns - 1) * _BETWEEN) / layout.columns
    rows = list(_rows(layout, pieces, column))
    pdfmetrics: Any = import_module("reportlab.pdfbase.pdfmetrics")
    fonts: Any = import_module("reportlab.pdfbase.cidfonts")
    canvases: Any = import_module("reportlab.pdfgen.canvas")
    pdfmetrics.registerFont(fonts.UnicodeCIDFont(_FONT))
    data = io.BytesIO()
    canvas = canvases.Canvas(data, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    each = int((_TOP - _BOTTOM) / _LEADING)
    for page, start in enumerate(range(0, len(rows), each * layout.columns), 1):
        for at, row in enumerate(rows[start : start + each * layout.columns]):
            left = _MARGIN + (at // each) * (column + _BETWEEN)
            _draw(canvas, row, left, _TOP - (at % each) * _LEADING, column)
        _draw_furniture(canvas, page, structure, layout)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def _rows(layout: Layout, pieces: Sequence[Piece], column: float) -> Iterator[_Row]:
    for number, piece in enumerate(pieces):
        gap = piece.gap if piece.gap is not None else layout.paragraph_gap
        yield from [_Row("")] * (gap if number else 0)
        if piece.rows:
            yield from (_Row("", cells=row) for row in piece.rows)
            continue
        size = _TITLE if piece.label in (Label.TITLE, Label.PART_TITLE, Label.LETTERHEAD, Label.ORDER) else _SIZE
        most = int(column / size)
        texts = piece.lines if piece.align is not Align.LEFT else ("　　" + piece.text,)
        for text in texts:
            for line in wrapped(text.replace("\t", "　"), most):
                shown = line.lstrip("　")
                width = len(shown) * size
                x: float = (len(line) - len(shown)) * size
                if piece.align is Align.CENTRE:
                    x = (column - width) / 2
                elif piece.align is Align.RIGHT:
                    x = column - width - 2 * size
                yield _Row(shown, max(0.0, x), size)


def _draw(canvas: Any, row: _Row, left: float, y: float, column: float) -> None:
    if row.cells:
        width = column / len(row.cells)
        for at, cell in enumerate(row.cells):
            canvas.rect(left + at * width, y - 5, width, _LEADING)
            canvas.setFont(_FONT, _CELL)
            canvas.drawString(left + at * width + 2, y, cell)
    elif row.text:
        canvas.setFont(_FONT, row.size)
        canvas.drawString(left + row.x, y, row.text)


def _draw_furniture(canvas: Any, page: int, structure: Structure, layout: Layout) -> None:
    if layout.pages is Pages.NONE:
        return
    canvas.setFont(_FONT, _CELL)
    canvas.drawCentredString(_WIDTH / 2, 40, layout.page_number.format(page))
    if layout.pages is Pages.HEADS:
        canvas.drawCentredString(_WIDTH / 2, _TOP + 40, f"{gazette(structure, layout)}　{issue_line(layout)}")
