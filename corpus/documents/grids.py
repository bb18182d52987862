"""Tables by their ruling: rules into a grid, segments into its cells, cells into rows.

A cell that spans rows or columns is known by the ruled lines that are missing inside it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.documents.cells import join_lines, spread_rows
from corpus.documents.pages import Box, PageContent, Rule, Segment, em_width

_SNAP = 4.0  # points: rules nearer than this are one line of the grid
_REACH = 5.0  # points: how far a rule may end short of the one it meets


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's place and the places of its lines: `xs` and `ys` count one more than columns and rows.

    `cell_of` maps (row, column) to the first (row, column) of the cell that covers it.
    """

    box: Box
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cell_of: dict[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a row of one cell is a line across the whole table.

    `segments` are each row's, in the order of its cells; those of a cell over several rows are in each.
    """

    box: Box
    rows: tuple[tuple[str, ...], ...]
    segments: tuple[tuple[Segment, ...], ...]


def find_grids(rules: tuple[Rule, ...]) -> list[Grid]:
    """Groups of rules that meet, with at least two level and two upright lines each."""
    grids = []
    for group in _groups(list(rules)):
        ys = _lines([rule.box.middle[1] for rule in group if rule.level])
        xs = _lines([rule.box.middle[0] for rule in group if not rule.level])
        if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) < 2:
            continue
        box = Box(xs[0], ys[0], xs[-1], ys[-1])
        grids.append(Grid(box, tuple(xs), tuple(ys), _cells(group, xs, ys)))
    return grids


def _groups(rules: list[Rule]) -> list[list[Rule]]:
    """Connected groups of crossing or touching rules."""
    parent = list(range(len(rules)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    level = [i for i, rule in enumerate(rules) if rule.level]
    upright = sorted((i for i, rule in enumerate(rules) if not rule.level), key=lambda i: rules[i].box.middle[0])
    middles = [rules[i].box.middle[0] for i in upright]
    for i in level:
        a = rules[i].box
        y = a.middle[1]
        for j in upright[bisect_left(middles, a.x0 - _REACH) : bisect_right(middles, a.x1 + _REACH)]:
            if rules[j].box.top - _REACH <= y <= rules[j].box.bottom + _REACH:
                parent[root(i)] = root(j)
    groups: dict[int, list[Rule]] = defaultdict(list)
    for index, rule in enumerate(rules):
        groups[root(index)].append(rule)
    return [group for group in groups.values() if len(group) >= 4]


def _lines(values: list[float]) -> list[float]:
    """Sorted positions, those within _SNAP of their neighbour taken together."""
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][-1] <= _SNAP:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(group) / len(group) for group in out]


def _cells(group: list[Rule], xs: list[float], ys: list[float]) -> dict[tuple[int, int], tuple[int, int]]:
    uprights = _spans(xs, ((rule.box.middle[0], rule.box.top, rule.box.bottom) for rule in group if not rule.level))
    levels = _spans(ys, ((rule.box.middle[1], rule.box.x0, rule.box.x1) for rule in group if rule.level))
    cell_of: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(len(ys) - 1):
        y = (ys[row] + ys[row + 1]) / 2
        for column in range(len(xs) - 1):
            x = (xs[column] + xs[column + 1]) / 2
            if column and not _covers(uprights[column], y):
                cell_of[row, column] = cell_of[row, column - 1]
            elif row and not _covers(levels[row], x):
                cell_of[row, column] = cell_of[row - 1, column]
            else:
                cell_of[row, column] = (row, column)
    return cell_of


def _spans(places: list[float], rules: Iterable[tuple[float, float, float]]) -> list[list[tuple[float, float]]]:
    """Of each line of a grid the stretches that are drawn, in order and apart from one another. A rule is
    its place, its start and its end."""
    drawn: list[list[tuple[float, float]]] = [[] for _ in places]
    for middle, start, end in rules:
        for at in range(bisect_left(places, middle - _SNAP), bisect_right(places, middle + _SNAP)):
            drawn[at].append((start, end))
    out = []
    for stretches in drawn:
        joined: list[tuple[float, float]] = []
        for start, end in sorted(stretches):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        out.append(joined)
    return out


def _covers(stretches: list[tuple[float, float]], place: float) -> bool:
    at = bisect_right(stretches, (place, float("inf"))) - 1
    return at >= 0 and place <= stretches[at][1]


def take_tables(page: PageContent) -> tuple[list[Table], list[Segment]]:
    """The page's ruled tables with their text, and the segments that stand in none."""
    grids = find_grids(page.rules)
    rest = list(page.segments)
    tables = []
    for grid in grids:
        inside: list[Segment] = []
        outside: list[Segment] = []
        for segment in rest:
            for piece in _split(segment, grid):
                (inside if grid.box.holds(piece.box.middle) else outside).append(piece)
        rest = outside
        table = _table(grid, inside)
        if table is not None:
            tables.append(table)
        else:
            rest += inside
    return tables, rest


def _split(segment: Segment, grid: Grid) -> list[Segment]:
    """The segment cut where it crosses an upright line between two cells."""
    x, y = segment.box.middle
    if not grid.box.holds((x, y)):
        return [segment]
    row = max(0, min(bisect_right(grid.ys, y), len(grid.ys) - 1) - 1)
    pieces: list[Segment] = []
    rest = segment
    for column in range(1, len(grid.xs) - 1):
        edge = grid.xs[column]
        if grid.cell_of.get((row, column)) == grid.cell_of.get((row, column - 1)):
            continue
        at = sum(left < edge - 0.4 * segment.size for left in rest.lefts)
        if 0 < at < len(rest.text):
            pieces.append(rest.part(0, at))
            rest = rest.part(at, len(rest.text))
    return [piece for piece in [*pieces, rest] if piece.text]


def _table(grid: Grid, segments: list[Segment]) -> Table | None:
    texts: dict[tuple[int, int], list[Segment]] = defaultdict(list)
    for segment in segments:
        x, y = segment.box.middle
        # On the last line itself it stands in the last cell.
        row = min(bisect_right(grid.ys, y), len(grid.ys) - 1) - 1
        column = min(bisect_right(grid.xs, x), len(grid.xs) - 1) - 1
        texts[grid.cell_of[row, column]].append(segment)
    if len(texts) < 2:
        return None
    lines = {place: group_lines(inside) for place, inside in texts.items()}
    cells = {place: _cell_text(inside) for place, inside in lines.items()}
    columns = len(grid.xs) - 1
    rows: list[tuple[str, ...]] = []
    segments_of: list[tuple[Segment, ...]] = []
    for number, row_cells in enumerate(spread_rows(grid.cell_of, cells, len(grid.ys) - 1, columns)):
        if any(row_cells):
            places = dict.fromkeys(grid.cell_of[number, column] for column in range(columns))
            shown = [lines[place] for place in places if place in lines and cells[place] in row_cells]
            rows.append(row_cells)
            segments_of.append(tuple(segment for cell in shown for line in cell for segment in line))
    return Table(grid.box, tuple(rows), tuple(segments_of)) if rows else None


def _cell_text(lines: list[list[Segment]]) -> str:
    """Lines of a cell from top to bottom, joined: a space only where a cell's line ended early."""
    return join_lines([" ".join(segment.text for segment in line) for line in lines]).replace("\t", " ")


def group_lines(segments: list[Segment]) -> list[list[Segment]]:
    """Segments by baseline, from top to bottom and from left to right."""
    lines: list[list[Segment]] = []
    total = 0.0  # of the heights of the last line's segments
    for segment in sorted(segments, key=lambda s: s.box.middle[1]):
        y = segment.box.middle[1]
        if lines and abs(y - total / len(lines[-1])) < 0.5 * min(segment.size, lines[-1][0].size):
            lines[-1].append(segment)
            total += y
        else:
            lines.append([segment])
            total = y
    for line in lines:
        line.sort(key=lambda s: s.box.x0)
    return lines


def aligned_tables(segments: list[Segment]) -> tuple[list[Table], list[Segment]]:
    """Tables without ruling: three or more lines running whose cells begin or end at the same three or
    more places. Two columns of running text never have three."""
    lines = group_lines(segments)
    tables: list[Table] = []
    used: set[int] = set()
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and len(lines[end]) >= 3 and (end == index or _same_columns(lines[index], lines[end])):
            end += 1
        if end - index >= 3:
            block = lines[index:end]
            tables.append(_aligned(block))
            used.update(range(index, end))
        index = max(end, index + 1)
    rest = [segment for at, line in enumerate(lines) if at not in used for segment in line]
    return tables, rest


def _same_columns(first: list[Segment], line: list[Segment]) -> bool:
    if len(first) != len(line):
        return False
    return all(
        min(abs(a.box.x0 - b.box.x0), abs(a.box.x1 - b.box.x1), abs(a.box.middle[0] - b.box.middle[0])) <= a.size
        and em_width(b.text) <= 20
        for a, b in zip(first, line, strict=True)
    )


def _aligned(block: list[list[Segment]]) -> Table:
    box = block[0][0].box
    for line in block:
        for segment in line:
            box = box.joined(segment.box)
    rows = tuple(tuple(segment.text for segment in line) for line in block)
    return Table(box, rows, tuple(map(tuple, block)))
