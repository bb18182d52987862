"""Tables with cells over several rows or columns, as rows of equal length."""

from __future__ import annotations

from collections.abc import Mapping

Place = tuple[int, int]  # row and column, from 0

_HEAD_ROWS = 2
_SHORT = 24  # characters: a longer cell is no column head


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
    """Wrapped lines as one text. A space stands only between two Latin words."""
    out = ""
    for line in lines:
        text = " ".join(line.split())
        latin = out and text and out[-1].isascii() and text[0].isascii()
        out += " " + text if latin and out[-1].isalpha() and text[0].isalpha() else text
    return out
