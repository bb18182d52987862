"""Generated files as plain text, with the label of each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from eval.layouts.contents import gazette, issue_line
from eval.layouts.layout import Layout, Pages
from eval.layouts.model import Structure
from eval.layouts.pieces import Align, Label, Piece

_NEVER_FIRST, _NEVER_LAST = "。，、；：？！）》”〕］", "（《“〔［"
_RIGHT, _CENTRE = 24, 12  # spaces in front


class Line(NamedTuple):
    """A printed line, what it is, and which document it belongs to (counted from 0; None: to none)."""

    text: str
    label: Label
    document: int | None


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph cut into lines of so many characters; closing marks hang over, opening ones go down."""
    lines = []
    while len(text) > width:
        cut = width
        while cut < len(text) and text[cut] in _NEVER_FIRST:
            cut += 1
        while cut > 1 and text[cut - 1] in _NEVER_LAST:
            cut -= 1
        lines.append(text[:cut])
        text = text[cut:]
    return [*lines, *([text] if text else [])]


def printed_lines(structure: Structure, layout: Layout, pieces: Sequence[Piece]) -> list[Line]:
    """The lines of the file."""
    lines = list(_lines(layout, pieces))
    return lines if layout.pages is Pages.NONE else list(_paged(structure, layout, lines))


def text_of(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines) + "\n"


def _lines(layout: Layout, pieces: Sequence[Piece]) -> Iterator[Line]:
    for number, piece in enumerate(pieces):
        if number > 0:
            gap = piece.gap if piece.gap is not None else layout.paragraph_gap
            before = pieces[number - 1].document
            inside = piece.document if before == piece.document else None
            yield from [Line(layout.blank, Label.BLANK, inside)] * gap
        yield from (Line(text, piece.label, piece.document) for text in _texts(piece, layout))


def _texts(piece: Piece, layout: Layout) -> Iterator[str]:
    if piece.rows:
        yield from ("\t".join(row) for row in piece.rows)
        return
    if piece.align is Align.LEFT:
        text = layout.indent + piece.text
        yield from wrapped(text, layout.width) if layout.width else [text]
        return
    spaces = 0
    if layout.indent and piece.align is not Align.FLUSH:
        spaces = _RIGHT if piece.align is Align.RIGHT else _CENTRE
    for line in piece.lines:
        text = " " * max(0, spaces - len(line) // 2) + line
        yield from wrapped(text, max(layout.width, 30)) if layout.width and piece.label is Label.ADDRESSEE else [text]


def _paged(structure: Structure, layout: Layout, lines: Sequence[Line]) -> Iterator[Line]:
    """The lines with a page number after each page, and a running head on the next where there is one."""
    page = 1
    head = f"{gazette(structure, layout)}　{issue_line(layout)}"
    for at, line in enumerate(lines):
        yield line
        if (at + 1) % layout.page_lines == 0 and at + 1 < len(lines):
            around = lines[at].document if lines[at].document == lines[at + 1].document else None
            blank = [Line(layout.blank, Label.BLANK, around)] * (layout.variant % 2)
            yield from blank
            yield Line(layout.page_number.format(page), Label.FURNITURE, None)
            if layout.pages is Pages.HEADS:
                yield Line(head, Label.FURNITURE, None)
            yield from blank
            page += 1
