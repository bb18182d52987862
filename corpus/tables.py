"""Tables: rows of cells with their column heads, upright or turned by 90°.

A turned table has its column heads in the first cell of each line. It is put upright where all lines
agree on the number of cells; what can't be put upright is kept whole, with a warning.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from corpus.blocks import Block
from corpus.text import repair, squash


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells, its source lines, its pages, and the group head it stands under, if any."""

    cells: tuple[str, ...]
    line_start: int
    line_end: int
    pages: tuple[int, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`heads` are the column heads (may be empty), `rows` the rows under them.

    `own` is the text of head rows and group rows: letters that stand in the table but in no row.
    `problem` is a Chinese sentence where the table could not be read, else empty.
    """

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    own: str
    head_lines: tuple[int, ...]
    problem: str = ""


_NEW = "（新文本）"
_COUNTING = 0.6  # share of steps by one in a line of ordinals, some of which OCR misreads
# Column heads of a table that sets an old text beside the new one; the second is in force.
_BEFORE = re.compile(r"(?:修改|修订|调整|变更|变动)(?:之)?前|原(?:条文|规定|文本|内容|条款)")
_AFTER = re.compile(r"(?:修改|修订|调整|变更|变动)(?:之)?后|(?:新|现)(?:条文|规定|文本|内容|条款)|现行")
_MAX_HEADS = 400  # characters of column heads that are written into each row's text
_YEAR = re.compile(r"(?:19|20)\d\d\s*年")  # 1995年招生人数 heads a column
_ORDINAL = re.compile(r"序号|编号")
_FIGURE = re.compile(r"^[\d.,/:%～~\-—–+()（）年月日元㎡m²\sA-Za-z]*$")


def read_table(blocks: list[Block]) -> Table:
    """Read consecutive rows (blocks with cells, and single-cell group rows between them)."""
    turned = _upright(blocks)
    if turned is not None:
        return turned
    rows = [block for block in blocks if block.cells]
    heads, head_count, head_text = _heads(rows)
    if _is_broken(rows):
        text = "｜".join(repair(cell) for block in blocks for cell in (block.cells or (block.text,)) if cell.strip())
        lines = [block.line for block in blocks]
        row = Row((text,), min(lines), max(lines), _pages(blocks))
        return Table((), (row,), "", (), "表格的行列错乱，无法还原，已整体保留")
    out: list[Row] = []
    group = ""
    head_lines = [block.line for block in rows[:head_count]]
    seen_heads = {squash("".join(heads))} | {squash("".join(block.cells)) for block in rows[:head_count]}
    own = [head_text]
    index = 0
    before = ""
    for block in blocks:
        if not block.cells:
            group = repair(block.text)
            own.append(group)
            continue
        index += 1
        letters, last = squash("".join(block.cells)), before
        before = letters
        if index <= head_count:
            continue
        # The head row again on the next page: never right behind itself, for equal rows are rows.
        if letters in seen_heads and letters != last:
            own.append("".join(block.cells))
            head_lines.append(block.line)
            continue
        cells = tuple(repair(cell) for cell in block.cells)
        out.append(Row(cells, block.line, block.line, _pages([block]), group))
    if not out:  # nothing but rows that look like heads: they are the table
        out = [Row(tuple(map(repair, b.cells)), b.line, b.line, _pages([b])) for b in rows]
        return Table((), tuple(out), "".join(repair(block.text) for block in blocks if not block.cells), ())
    return Table(heads, tuple(out), "".join(own), tuple(head_lines))


def _upright(blocks: list[Block]) -> Table | None:
    """The table turned back, or None if it is not turned or its columns do not agree."""
    rows = [block for block in blocks if block.cells]
    if len(rows) < 4 or len(rows) != len(blocks):
        return None
    width = max(len(block.cells) for block in rows)
    ordinal = _ordinal_line(rows)
    if ordinal is None or width < 4:
        return None
    body = [block for block in rows if not _is_noise(block)]
    if len(body) < 4:
        return None
    head_at = max((0, 1), key=lambda at: (_wordy(body, at), -at))
    if _wordy(body, head_at) < len(body) * 0.6:
        return None
    # A line may lack the margin cell that stands in front of the others' column heads.
    body = [
        replace(block, cells=("",) * head_at + block.cells) if len(block.cells) == width - head_at else block
        for block in body
    ]
    if any(len(block.cells) != width for block in body):
        return None
    lines = [block.line for block in blocks]
    # Turned clockwise: the last line is the first column.
    columns = list(reversed(body)) if ordinal >= len(rows) // 2 else body
    heads = tuple(repair(block.cells[head_at]) for block in columns)
    margin = "".join(cell for block in body for cell in block.cells[:head_at])
    out = []
    for at in range(head_at + 1, width):
        cells = tuple(repair(block.cells[at]) for block in columns)
        if any(cells):
            filled = [block for block, cell in zip(columns, cells, strict=True) if cell]
            out.append(Row(cells, min(lines), max(lines), _pages(filled)))
    noise = "".join(block.text for block in rows if _is_noise(block))
    return Table(heads, tuple(out), "".join(heads) + margin + noise, tuple(lines[:1]))


def _pages(blocks: list[Block]) -> tuple[int, ...]:
    return tuple(sorted({block.page for block in blocks if block.page is not None}))


def _wordy(rows: list[Block], at: int) -> int:
    """How many rows have words in cell `at`: column heads are words, cells are mostly figures."""
    cells = [repair(block.cells[at]) for block in rows if at < len(block.cells)]
    return sum(bool(squash(cell)) and not _FIGURE.match(cell) for cell in cells)


def _ordinal_line(rows: list[Block]) -> int | None:
    """The first or last line whose cells count up: the column 序号 of a turned table."""
    for index in (len(rows) - 1, 0):
        cells = [repair(cell) for cell in rows[index].cells[1:] if cell.strip()]
        short = sum(len(cell) <= 3 for cell in cells)
        numbers = [cell for cell in cells if cell.isdecimal()]
        filled = len(cells) >= max(3, (len(rows[index].cells) - 1) * 0.6)
        named = any(_ORDINAL.fullmatch(repair(cell)) for cell in rows[index].cells)
        if filled and short == len(cells) and len(numbers) >= len(cells) * 0.6 and (named or _counts(numbers)):
            return index
    return None


def _counts(numbers: list[str]) -> bool:
    """Whether numbers go up (or down) one by one, so that they count rows: sums of columns don't. OCR misreads
    some, so a line that is named 序号 needn't."""
    steps = [int(b) - int(a) for a, b in itertools.pairwise(numbers)]
    return max(steps.count(1), steps.count(-1)) >= len(steps) * _COUNTING


def _is_noise(block: Block) -> bool:
    """A line of a turned table that holds no column: marks and crumbs in a few cells."""
    filled = [repair(cell) for cell in block.cells if repair(cell)]
    return len(filled) <= 3 and all(len(cell) <= 8 for cell in filled) and not re.search(r"[一-鿿]{3}", block.text)


def _is_broken(rows: list[Block]) -> bool:
    """Cells shredded into single characters."""
    filled = [cell for block in rows for cell in block.cells if squash(cell)]
    single = sum(len(squash(cell)) == 1 and not squash(cell).isdigit() for cell in filled)
    return len(filled) >= 12 and single >= len(filled) * 0.5


def _heads(rows: list[Block]) -> tuple[tuple[str, ...], int, str]:
    """Column heads, the number of head rows in front, and their text.

    A table that repeats its head row on later pages may have lost it on the first.
    """
    if not rows:
        return (), 0, ""
    if not _begins_with_ordinal(rows[0]):
        later = next((block for block in rows[1:] if _begins_with_ordinal(block) and _is_head(block)), None)
        if later is not None and len(later.cells) == len(rows[0].cells):
            return tuple(repair(cell) for cell in later.cells), 0, ""
    if not _is_head(rows[0]):
        return (), 0, ""
    first = [repair(cell) for cell in rows[0].cells]
    if len(rows) > 2 and squash(rows[0].text) != squash(rows[1].text):
        second = [repair(cell) for cell in rows[1].cells]
        width = max(len(block.cells) for block in rows[2:])
        filled = [cell for cell in second if cell]
        spans = width - len(first) + 1
        if first and len(first) < width and len(filled) == spans and _is_subhead(rows[1]):
            heads = first[:-1] + [f"{first[-1]}{cell}" for cell in filled]
            return tuple(heads), 2, "".join(first) + "".join(filled)
        if _opens(first, second) and _is_subhead(rows[1]) and not any(squash(cell).isdigit() for cell in filled):
            pairs = _spread(first, second)
            return tuple(pairs), 2, "".join(first) + "".join(second)
    return tuple(first), 1, "".join(first)


def _opens(first: list[str], second: list[str]) -> bool:
    """Whether a second row may go on with the heads of the first: one of them leaves cells open or says some again.
    A row as full as the heads is the first one below them (镇街｜单位, then 清潭镇｜水务局)."""
    filled = [cell for cell in second if cell]
    full = len(first) == len(second) == len(filled) == len({*first} - {""})
    return len(filled) >= 2 and (not full or bool({*first} & {*second}))


def _spread(first: list[str], second: list[str]) -> list[str]:
    """Two head rows into one: a sub-head takes the head above it, or the last one to its left."""
    if len(second) <= len(first):
        return [f"{a}{b}" for a, b in zip(first, [*second, *[""] * (len(first) - len(second))], strict=True)]
    share = max(1, len(second) // max(1, len([cell for cell in first[1:] if cell])))
    out = [first[0]]
    tops = [cell for cell in first[1:] if cell]
    for index, cell in enumerate(second):
        top = tops[min(index // share, len(tops) - 1)] if tops else ""
        out.append(f"{top}{cell}")
    return out


def _is_head(block: Block) -> bool:
    """Words in most cells and hardly a figure: the row of column heads."""
    filled = [repair(cell) for cell in block.cells if repair(cell)]
    if len(filled) < 2 or any(len(cell) > 24 for cell in filled):
        return False
    figures = sum(cell[0].isdigit() and not _YEAR.match(cell) for cell in filled)
    return figures <= len(filled) * 0.2


def _begins_with_ordinal(block: Block) -> bool:
    return _ORDINAL.fullmatch(repair(block.cells[0])) is not None and bool(block.cells[0].strip())


def _is_subhead(block: Block) -> bool:
    filled = [repair(cell) for cell in block.cells if repair(cell)]
    return bool(filled) and all(
        len(cell) <= 10 and (not cell[0].isdigit() or re.fullmatch(r"\d{4}年", cell)) for cell in filled
    )


def render_row(caption: str, heads: tuple[str, ...], row: Row) -> str:
    """`caption（head｜head）：cell｜cell`: the row as plain text, its cells together and in order. Where an old text
    stands beside the new one, each is named: `修改前：…｜修改后（新文本）：…`."""
    where = "".join(part for part in (caption, f"·{row.group}" if row.group else "") if part)
    if _compares(heads):
        said = [f"{head}{_NEW if _AFTER.search(head) else ''}：{cell}" for head, cell in pair_cells(heads, row)]
        return f"{where}：{'｜'.join(said)}" if where else "｜".join(said)
    names = "｜".join(head for head in heads if head)
    columns = f"（{names}）" if 0 < len(names) <= _MAX_HEADS else ""
    cells = "｜".join(row.cells).strip("｜")
    return f"{where}{columns}：{cells}" if where or columns else cells


def _compares(heads: tuple[str, ...]) -> bool:
    """Whether these are the heads of a table of texts before and after a change."""
    before = [head for head in heads if _BEFORE.search(head)]
    after = [head for head in heads if _AFTER.search(head) and head not in before]
    return len(before) == len(after) == 1


def pair_cells(heads: tuple[str, ...], row: Row) -> tuple[tuple[str, str], ...]:
    """The row's (column head, cell) pairs, without empty cells."""
    padded = itertools.chain(heads, itertools.repeat(""))
    return tuple((head, cell) for head, cell in zip(padded, row.cells, strict=False) if cell)
