"""Reading order of a page and its paragraphs: columns, bands across them, indents.

Chinese documents indent a paragraph by two characters and set its lines full, so a paragraph is known
by its place: a line that is indented, or that follows one which ends early, begins a new one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from corpus.documents.grids import Table, aligned_tables, group_lines, take_tables
from corpus.documents.pages import Box, PageContent, Segment
from corpus.numbering import read_marker
from corpus.text import ends_sentence

_INDENT = 1.2  # em: a line that begins this far inside is indented
_DEEP = 2.9  # em: deeper than a paragraph's indent: centered or set to the right
_EARLY = 1.6  # em: a line that ends this far inside ended early; punctuation may not hang, so not 1
_USUAL_EM = 10.5  # points: 五号, where a file has no running text
_RUNNING = 8  # characters: shorter pieces stand in tables and headings
_LARGE = 1.2  # of the body's em: a title
_COLUMN_SHARE = 0.45  # of the lines of a column that begin at its edge or at its indent
_MIN_COLUMN = 3  # lines
_GUTTER_STEPS = range(35, 66)  # percent of the page width between which a gutter is looked for
_WIDE_LINE = 0.25  # of the page width: a line of running text in one of two columns
_FULL = 0.7  # of a column: a line of running text
_MANY = 8  # lines that show a column's edges by themselves
_PAGE_NUMBER = re.compile(r"(?<!\d)\d{1,4}$")  # at the end of an entry of a table of contents
_LEADERS = ".…·"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a column. `left` and `right` are the column's edges."""

    text: str
    box: Box
    size: float
    left: float
    right: float
    segments: tuple[Segment, ...]

    @property
    def indent(self) -> float:
        """Em from the column's left edge."""
        return (self.box.x0 - self.left) / self.size

    @property
    def slack(self) -> float:
        """Em to the column's right edge."""
        return (self.right - self.box.x1) / self.size


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text of one page that belongs together. `continues`: it goes on with the paragraph before it."""

    text: str
    page: int
    continues: bool
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    """What all pages of a file have in common, in points: the body's em, the width of a column on pages
    with one and with two, and the strip between two (None where no page shows it)."""

    em: float
    single: float | None
    double: float | None
    strip: float | None


def measure(pages: tuple[PageContent, ...]) -> Metrics:
    """The em of running text, and the usual measures of pages with one and two columns."""
    sizes = [
        size
        for page in pages
        for segment in page.segments
        for size in [segment.size] * len(segment.text)
        if len(segment.text) >= _RUNNING
    ]
    em = median(sizes) if sizes else _USUAL_EM
    single: list[float] = []
    double: list[float] = []
    strips: list[float] = []
    for page in pages:
        _, rest = take_tables(page)
        gutter = find_gutter(rest, page.width)
        edges = [_edges(group_lines(column)) for column in _columns(rest, gutter) if len(column) >= _MANY]
        (single if gutter is None else double).extend(right - left for left, right in edges)
        if gutter is not None and len(edges) == 2:
            strips.append(edges[1][0] - edges[0][1])
    return Metrics(em, *(median(values) if values else None for values in (single, double, strips)))


def find_short_gutter(segments: list[Segment], metrics: Metrics) -> float | None:
    """The gutter of a page whose second column is empty or has a line or two, or None.

    The file has pages with two columns, and lines of this page end where their first column does.
    """
    if metrics.double is None or not segments:
        return None
    left, _ = _edges(group_lines(segments))
    right = left + metrics.double
    ending = sum(
        abs(s.box.x1 - right) < _EARLY * s.size and s.box.x1 - s.box.x0 > _FULL * metrics.double for s in segments
    )
    crossing = sum(s.box.x0 < right < s.box.x1 - _EARLY * s.size for s in segments)
    if ending < _MIN_COLUMN or crossing > ending:
        return None
    return right + (metrics.strip or metrics.em) / 2


def find_gutter(segments: list[Segment], width: float) -> float | None:
    """The middle of the white strip between two columns, or None on a page with one column.

    Most lines end before the strip or begin behind it, and those behind it begin at one place.
    """
    if not segments:
        return None
    places = [width * step / 100 for step in _GUTTER_STEPS]
    crossing = {x: sum(s.box.x0 < x < s.box.x1 for s in segments) for x in places}
    fewest = min(crossing.values())
    middle = min((x for x in places if crossing[x] == fewest), key=lambda x: abs(x - width / 2))
    left = [s for s in segments if s.box.x1 <= middle]
    right = [s for s in segments if s.box.x0 >= middle]
    if fewest > len(left) + len(right):
        return None
    if min(len(group_lines(left)), len(group_lines(right))) < _MIN_COLUMN:
        return None
    edge, _ = _edges(group_lines(right))
    em = median(s.size for s in right)
    aligned = sum(abs(s.box.x0 - edge - depth * em) < 0.6 * em for s in right for depth in (0, 2))
    wide = sum(s.box.x1 - s.box.x0 > _WIDE_LINE * width for s in left)
    if aligned < _COLUMN_SHARE * len(right) or wide < _MIN_COLUMN:
        return None
    return (max(s.box.x1 for s in left) + min(s.box.x0 for s in right)) / 2


def _columns(segments: list[Segment], gutter: float | None) -> list[list[Segment]]:
    if gutter is None:
        return [segments]
    left = [s for s in segments if s.box.x1 <= gutter + 0.8 * s.size]
    right = [s for s in segments if s.box.x0 >= gutter - 0.8 * s.size]
    return [left, right]


def _edges(lines: list[list[Segment]]) -> tuple[float, float]:
    """Left and right edge of a column: where lines begin, and where the longest that begin there end."""
    lefts = sorted(line[0].box.x0 for line in lines)
    em = median(line[0].size for line in lines)
    left = next((x for x, after in pairwise(lefts) if after - x < 0.6 * em), lefts[0])
    rights = sorted(line[-1].box.x1 for line in lines if line[0].box.x0 < left + _DEEP * em)
    return left, rights[-1 - len(rights) // 20]


def page_blocks(page: PageContent, metrics: Metrics) -> list[list[Line] | Table]:
    """Tables and runs of lines of a page in reading order. A run is a column's or a band's lines."""
    tables, rest = take_tables(page)
    gutter = find_gutter(rest, page.width)
    if gutter is None:
        gutter = find_short_gutter(rest, metrics)
    if gutter is None:
        aligned, rest = aligned_tables(rest)
        tables += aligned
    tables.sort(key=lambda table: table.box.top)
    bands = [segment for segment in rest if gutter is not None and _crosses(segment.box, gutter, segment.size)]
    cuts: list[tuple[float, Table | list[Segment]]] = [
        (table.box.top, table) for table in tables if gutter is None or _crosses(table.box, gutter, metrics.em)
    ]
    cuts += [(line[0].box.top, line) for line in group_lines(bands)]
    cuts.sort(key=lambda cut: cut[0])
    frames = _frames(rest, gutter, metrics)
    across = {id(cut) for _, cut in cuts}
    inner = [table for table in tables if id(table) not in across]
    blocks: list[list[Line] | Table] = []
    top = float("-inf")
    in_bands = {id(segment) for segment in bands}
    loose = sorted((s for s in rest if id(s) not in in_bands), key=lambda s: s.box.middle[1])
    columns = [(column, [s.box.middle[1] for s in column]) for column in _columns_at(loose, gutter)]
    run: list[Line] = []  # lines of the band across both columns
    for bottom, cut in [*cuts, (float("inf"), [])]:
        for index, (column, middles) in enumerate(columns):
            here = column[bisect_left(middles, top) : bisect_left(middles, bottom)]
            nested = [t for t in inner if _column_of(t.box, gutter) == index and top <= t.box.top < bottom]
            if here or nested:
                if run:
                    blocks.append(run)
                    run = []
                blocks += _column_blocks(here, nested, frames[index])
        top = bottom
        if isinstance(cut, Table):
            if run:
                blocks.append(run)
                run = []
            blocks.append(cut)
        elif cut:
            run.append(_line(cut, frames[-1]))
    if run:
        blocks.append(run)
    return blocks


def _column_blocks(
    segments: list[Segment], tables: list[Table], frame: tuple[float, float]
) -> list[list[Line] | Table]:
    blocks: list[list[Line] | Table] = []
    lines = group_lines(segments)
    for table in tables:
        above = [line for line in lines if line[0].box.middle[1] < table.box.top]
        lines = lines[len(above) :]
        if above:
            blocks.append([_line(line, frame) for line in above])
        blocks.append(table)
    if lines:
        blocks.append([_line(line, frame) for line in lines])
    return blocks


def _crosses(box: Box, gutter: float, em: float) -> bool:
    return box.x0 < gutter - 0.8 * em and box.x1 > gutter + 0.8 * em


def _column_of(box: Box, gutter: float | None) -> int:
    return 0 if gutter is None or box.middle[0] < gutter else 1


def _columns_at(segments: list[Segment], gutter: float | None) -> list[list[Segment]]:
    if gutter is None:
        return [segments]
    return [[s for s in segments if _column_of(s.box, gutter) == index] for index in (0, 1)]


def _frames(segments: list[Segment], gutter: float | None, metrics: Metrics) -> list[tuple[float, float]]:
    """Edges of each column, and last those of both together. A column with few lines takes the file's
    usual width."""
    if not segments:
        return [(0.0, 0.0)] * (1 if gutter is None else 3)
    frames: list[tuple[float, float]] = []
    for index, column in enumerate(_columns(segments, gutter)):
        lines = group_lines(column)
        if not lines:
            frames.append(frames[-1] if frames else (0.0, 0.0))
            continue
        left, right = _edges(lines)
        if len(lines) < _MANY and gutter is None and metrics.single is not None:
            right = max(right, left + metrics.single)
        elif len(lines) < _MANY and gutter is not None and metrics.double and metrics.strip:
            known = gutter + metrics.strip / 2 if index else gutter - metrics.strip / 2 - metrics.double
            first = min(line[0].box.x0 for line in lines)
            left = first if abs(first - known) < metrics.em else known
            right = left + metrics.double
        frames.append((left, right))
    if gutter is not None:
        frames.append((frames[0][0], frames[1][1]))
    return frames


def _line(segments: list[Segment], frame: tuple[float, float]) -> Line:
    box = segments[0].box
    for segment in segments[1:]:
        box = box.joined(segment.box)
    text = " ".join(segment.text for segment in segments)
    size = median(segment.size for segment in segments)
    return Line(text, box, size, frame[0], frame[1], tuple(segments))


@dataclass(slots=True)
class _Draft:
    """A paragraph that is being collected."""

    page: int
    continues: bool
    text: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    def add(self, line: Line) -> None:
        if self.text:
            self.text.append(_between(self.text[-1], line.text))
        self.text.append(line.text)
        self.segments += line.segments

    def done(self) -> Paragraph:
        return Paragraph("".join(self.text), self.page, self.continues, tuple(self.segments))


def paragraphs(pages: tuple[PageContent, ...]) -> list[Paragraph]:
    """All paragraphs of all pages. A table's row is a paragraph with tabs between its cells."""
    metrics = measure(pages)
    out: list[_Draft] = []
    last: Line | None = None  # the line before, if a paragraph may go on behind it
    for page in pages:
        parts = [page] if page.turned is None else [page, page.turned]
        for part in parts:
            for block in page_blocks(part, metrics):
                if isinstance(block, Table):
                    out += [
                        _Draft(page.number, False, ["\t".join(row)], list(segments))
                        for row, segments in zip(block.rows, block.segments, strict=True)
                    ]
                    last = None
                    continue
                for index, line in enumerate(block):
                    goes_on = last is not None and _goes_on(last, line, metrics.em, index == 0)
                    if not goes_on or out[-1].page != page.number:
                        out.append(_Draft(page.number, goes_on))
                    out[-1].add(line)
                    last = line
    return [draft.done() for draft in out]


def _is_contents_entry(text: str) -> bool:
    """Whether a line ends with its page number: behind leaders, or behind a bracket."""
    number = _PAGE_NUMBER.search(text)
    if number is None:
        return False
    end = number.start()
    start = end
    while start and (text[start - 1] in _LEADERS or text[start - 1].isspace()):
        start -= 1
    shown = text[start:end].rstrip()
    return text[start - 1 : start] in (")", "）") or len(shown) - len(shown.rstrip(_LEADERS)) >= 3


def _goes_on(before: Line, line: Line, em: float, new_column: bool) -> bool:
    """Whether a line belongs to the paragraph of the line before it."""
    large = before.size > _LARGE * em, line.size > _LARGE * em
    if large[0] or large[1]:
        near = not new_column and line.box.top - before.box.bottom < 1.2 * line.size
        full = before.box.x1 - before.box.x0 > 0.6 * (before.right - before.left)
        return all(large) and near and full and abs(before.size - line.size) < 0.12 * before.size
    if _is_contents_entry(before.text) or before.slack > _EARLY or before.indent > _DEEP + 1.5:
        return False
    if _starts_item(line.text) and (ends_sentence(before.text) or line.indent > _INDENT / 2):
        return False
    if line.indent < _INDENT:
        if new_column and ends_sentence(before.text):
            return line.indent < _INDENT / 2 and before.slack < 0.6
        return True
    # Lines behind a number may hang, all at one depth.
    hanging = abs(line.indent - before.indent) < 0.4 and not new_column and line.indent < _DEEP
    return hanging and not ends_sentence(before.text) and not _starts_item(line.text) and line.indent > 2.4


def _starts_item(text: str) -> bool:
    return read_marker(text) is not None


def _between(before: str, after: str) -> str:
    """What stands between two lines of a paragraph. The space keeps the width of a line known;
    `corpus.text.repair` drops it between Chinese characters. A number that goes over the line's end must
    not be parted by it."""
    return "" if before[-1:].isdecimal() and after[:1].isdecimal() else " "
