"""Generated files as Word documents, written by python-docx."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from docx.table import _Cell

from eval.layouts.layout import Layout
from eval.layouts.pieces import Align, Piece

_ALIGN = {Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER, Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT}
_DAY = (2020, 1, 1, 0, 0, 0)  # of every part of the archive, so that a seed's file is the same each time


def docx_of(layout: Layout, pieces: Sequence[Piece]) -> bytes:
    """The document. Page numbers and running heads are no text of a Word file."""
    document = docx.Document()
    # Some offices put the whole text into a table of one cell.
    boxed = layout.variant == 11 and not any(piece.rows for piece in pieces)
    box: Document | _Cell = document.add_table(1, 1).cell(0, 0) if boxed else document
    for at, piece in enumerate(pieces):
        if at > 0 and piece.gap is not None:
            for _ in range(piece.gap):
                box.add_paragraph()
        _add(box, piece, layout)
    data = io.BytesIO()
    document.save(data)
    return _dated(data.getvalue())


def _add(document: Document | _Cell, piece: Piece, layout: Layout) -> None:
    if piece.rows and not isinstance(document, _Cell):
        table = document.add_table(len(piece.rows), len(piece.rows[0]), style="Table Grid")
        for row, cells in zip(table.rows, piece.rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        return
    # A title on several lines is one paragraph with breaks, or as many paragraphs.
    texts = ["\n".join(piece.lines)] if layout.variant % 2 else list(piece.lines)
    for text in texts:
        spaces = layout.indent if piece.align is Align.LEFT and layout.variant % 3 else ""
        paragraph = document.add_paragraph(spaces + text)
        if piece.align in _ALIGN:
            paragraph.alignment = _ALIGN[piece.align]
        elif piece.align is Align.LEFT and not spaces:
            paragraph.paragraph_format.first_line_indent = Pt(24)


def _dated(data: bytes) -> bytes:
    """The same archive with one date on all of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _DAY), old.read(name))
    return out.getvalue()
