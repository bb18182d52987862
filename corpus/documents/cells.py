"""Tables with cells over several rows or columns, as rows of equal length."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Place = tuple[int, int]  # row and column, from 0

MAX_COLUMNS = 200  # Word allows 63; a wider table is no table
MAX_PLACES = 1_000_000  # rows times columns: beyond, cells over several rows or columns are not spread
_HEAD_ROWS = 2
_SHORT = 24  # characters: a longer cell is no column head
_PAGE_SHARE = 0.6  # share of a table's letters in one cell from which the table may only lay out a page
_PAGE_LINES = 6  # lines of such a cell: fewer are a long remark
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff（）《》〔〕“”、，]")
_CLOSED = re.compile(r"[。！？；：，、,;:.!?）)]$")


@dataclass(slots=True)
class Cells:
    """Cells in the order of a file, each with the rows and columns that it says it covers.

    A file may claim any number of them: a cell covers at most MAX_COLUMNS columns, no more rows than there
    are, and only itself once MAX_PLACES places are taken.
    """

    rows: int
    owners: dict[Place, Place] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)
    columns: int = 0

    def free(self, row: int, column: int) -> int:
        """The first column from `column` on that no cell covers in this row."""
        while (row, column) in self.owners:
            column += 1
        return column

    def add(self, row: int, column: int, text: str, high: int = 1, wide: int = 1) -> int:
        """Put a cell there, and return the column behind it."""
        self.texts[row, column] = text
        return self.cover((row, column), row, column, high, wide)

    def cover(self, owner: Place, row: int, column: int, high: int, wide: int) -> int:
        """Let the cell that begins at `owner` cover these places, and return the column behind them."""
        wide = min(max(wide, 1), MAX_COLUMNS)
        high = min(max(high, 1), self.rows - row)
        if len(self.owners) + high * wide > MAX_PLACES:
            high = wide = 1
        for down in range(high):
            for across in range(wide):
                self.owners[row + down, column + across] = owner
        self.columns = max(self.columns, column + wide)
        return column + wide

    def lines(self) -> list[tuple[str, ...]]:
        """Each row's cells, as `spread_rows` gives them; of a table that is too large, as they stand."""
        if self.rows * self.columns <= MAX_PLACES:
            return spread_rows(self.owners, self.texts, self.rows, self.columns)
        rows: list[list[str]] = [[] for _ in range(self.rows)]
        for (row, _), text in self.texts.items():
            rows[row].append(text)
        return [tuple(row) for row in rows]


def spread_rows(
    owners: Mapping[Place, Place], texts: Mapping[Place, str], rows: int, columns: int
) -> list[tuple[str, ...]]:
    """Each row's cells. `owners` says for every place which cell covers it, by that cell's first place.

    A cell over several rows is repeated in each, so that every row says what it belongs to, and a column
    head over several columns stands over each of them. Any other wide cell stands once. A cell that fills
    a whole row is a row of one cell: a caption, a group's head or a note.
    """
    return [_row(owners, texts, row, columns) for row in range(rows)]


def _row(owners: Mapping[Place, Place], texts: Mapping[Place, str], row: int, columns: int) -> tuple[str, ...]:
    here = [owners.get((row, column), (row, column)) for column in range(columns)]
    if len(set(here)) == 1:
        return (texts.get(here[0], "") if here[0][0] == row else "",)
    out: list[str] = []
    for column, owner in enumerate(here):
        text = texts.get(owner, "")
        from_above, from_left = owner[0] < row, owner[1] < column
        is_head = owner[0] < _HEAD_ROWS and row < _HEAD_ROWS and len(text) <= _SHORT
        if (from_above and owner[0] == 0) or (from_left and not is_head):
            text = ""
        out.append(text)
    return tuple(out)


def join_lines(lines: list[str]) -> str:
    """The lines of a cell as one text: `加强组`, `织 PDF`, `file` → `加强组织 PDF file`."""
    out = ""
    for line in lines:
        text = " ".join(line.split())
        latin = out and text and out[-1].isascii() and text[0].isascii()
        out += " " + text if latin and out[-1].isalpha() and text[0].isalpha() else text
    return out


def join_paragraphs(lines: Sequence[str]) -> str:
    """The paragraphs of a cell as one text. They were ended on purpose: two numbers or names under one another
    stay two, while a column head set over two lines (`联系`, `电话`) is one word."""
    out = ""
    for line in lines:
        text = " ".join(line.split())
        if not text:
            continue
        joined = not out or _CLOSED.search(out) or (_CJK.match(out[-1]) and _CJK.match(text[0]))
        out += text if joined else " " + text
    return out


def is_layout(rows: Sequence[Sequence[Sequence[str]]]) -> bool:
    """Whether a table only lays out text: no row has two cells with text, or one cell under no column heads holds
    most of the text in many lines. `rows` holds of each row the lines of each of its cells."""
    filled = [[cell for cell in row if any(line.strip() for line in cell)] for row in rows]
    if all(len(row) < 2 for row in filled):
        return True
    first = next(row for row in filled if row)
    if len(first) >= 2 and all(sum(map(len, cell)) <= _SHORT for cell in first):
        return False
    sizes = [(sum(map(len, cell)), len(cell)) for row in filled for cell in row]
    largest, lines = max(sizes)
    return lines >= _PAGE_LINES and largest >= _PAGE_SHARE * sum(size for size, _ in sizes)
