"""Tables of old Word forms (.doc, .rtf), whose cells state where their left and right edges stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.documents.cells import MAX_COLUMNS, Cells, Place, is_layout, join_paragraphs

_NEAR = 30  # twips (1/20 point): edges this near are one, for programs round


@dataclass(slots=True)
class EdgeCell:
    """A cell: its lines, its edges in twips, and whether it begins (`top`) or goes on (`below`) a cell over several
    rows."""

    lines: list[str] = field(default_factory=list)
    left: int = 0
    right: int = 0
    below: bool = False


def table_lines(rows: Sequence[Sequence[EdgeCell]]) -> Iterator[str]:
    """A table's rows as lines of cells; one that only lays out the page as the lines of its cells."""
    if is_layout([[cell.lines for cell in row] for row in rows]):
        for row in rows:
            for cell in row:
                yield from cell.lines
        return
    columns = _columns(rows)
    cells = Cells(len(rows))
    above: dict[int, Place] = {}
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            begin = max(column, columns.get(cell.left, column))
            end = min(max(begin + 1, columns.get(cell.right, begin + 1)), begin + MAX_COLUMNS)
            owner = above.get(begin, (at, begin)) if cell.below else (at, begin)
            if owner == (at, begin):
                cells.texts[owner] = join_paragraphs(cell.lines).replace("\t", " ")
            column = cells.cover(owner, at, begin, 1, end - begin)
            above.update(dict.fromkeys(range(begin, column), owner))
    for line in cells.lines():
        if any(line):
            yield "\t".join(line)


def _columns(rows: Sequence[Sequence[EdgeCell]]) -> dict[int, int]:
    """Of each edge the column that begins there."""
    edges = sorted({edge for row in rows for cell in row for edge in (cell.left, cell.right)})
    out: dict[int, int] = {}
    column, last = -1, None
    for edge in edges:
        if last is None or edge - last > _NEAR:
            column += 1
            last = edge
        out[edge] = column
    return out
