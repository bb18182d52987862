"""The text of a web page's elements as lines, and its tables as rows of cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from corpus.documents.cells import MAX_COLUMNS, Cells, is_layout, join_paragraphs
from corpus.documents.extra import require
from corpus.documents.html_page import BLOCK, FILE, FOOT, MARK, MENU, TOOLS, any_of, is_foot, is_tools
from corpus.documents.lines import Lines
from corpus.text import squash

_LINKED = 0.8  # share of a line's letters in links from which it is a menu at an article's edge
_LIST = 3  # links under one another that are a menu
HIDDEN = "网页上隐藏的文字"
_CELLS = ("td", "th")


@dataclass(slots=True)
class PageLine:
    """One line, and how many of its letters stand in links. `cells` says that it is a table's row."""

    text: str
    linked: int = 0
    links: int = 0
    cells: bool = False

    @property
    def is_link(self) -> bool:
        """Whether the line is a link and nothing else."""
        return self.links > 0 and not self.cells and self.linked >= _LINKED * len(squash(self.text))

    @property
    def furniture(self) -> str | None:
        """Why the line is no part of a document where it stands at an article's edge, or None."""
        if is_tools(self.text):
            return TOOLS
        if is_foot(self.text) and not self.cells:
            return FOOT
        letters = len(squash(self.text))
        if self.links and self.linked >= _LINKED * letters and (self.links > 1 or _NEXT.match(self.text)):
            return MENU
        if (self.links and any_of("breadcrumbs").search(self.text[:20])) or _CRUMBS.match(self.text):
            return MENU
        return MENU if _NEXT.match(self.text) and self.links else None


_NEXT = re.compile(r"^[\s\[【<>«»]*(?:上|下)一(?:篇|条|页)|^(?:相关|更多|延伸)(?:阅读|链接|文章|新闻)")
_CRUMBS = re.compile(r"^.{0,12}位置[：:].{0,80}(?:>|›|»|＞|→)")


@dataclass(slots=True)
class Writer:
    """Collects lines; text joins the line that is open. `out` takes what is left out, `article` is where the
    article begins among the lines once `begin` has been reached."""

    out: Lines = field(default_factory=Lines)
    lines: list[PageLine] = field(default_factory=list)
    begin: Any = None
    article: int = 0
    _open: list[str] = field(default_factory=list)
    _linked: int = 0
    _links: int = 0
    _items: dict[Any, int] = field(default_factory=dict)  # of each numbered list its last number

    def write(self, top: Any) -> None:
        walker = require("lxml.etree").iterwalk(top, events=("start", "end"))
        for event, element in walker:
            block = BLOCK.fullmatch(element.tag) is not None
            if event == "start":
                if block or element.tag == "br":
                    self._close()
                if element is self.begin:
                    self._close()
                    self.article = len(self.lines)
                if not self._enter(element):
                    walker.skip_subtree()
                continue
            if block:
                self._close()
            if element.tag == "a" and element.get(MARK) is None and not FILE.search(element.get("href") or ""):
                letters = len(squash("".join(element.itertext())))
                self._linked += letters
                self._links += bool(letters)
            if element is not top:
                self._open.append(_inline(element.tail))
        self._close()

    def _enter(self, element: Any) -> bool:
        """Begin an element. False where all of it has been written, or is left out."""
        why = element.get(MARK)
        if why is not None:
            self.out.leave_out(element.text_content(), why, len(self.lines) + 1)
            return False
        if element.tag == "table" and _may_be_table(element) and element is not self.begin:
            self._table(element)
            return False
        above = element.getparent()
        if element.tag == "li" and above is not None and above.tag == "ol":
            self._items[above] = self._items.get(above, _first(above) - 1) + 1
            self._open.append(f"{self._items[above]}. ")
        self._open.append(_inline(element.text))
        return True

    def _close(self) -> None:
        text = " ".join("".join(self._open).replace("\xa0", " ").split())
        if text:
            self.lines.append(PageLine(text, self._linked, self._links))
        self._open, self._linked, self._links = [], 0, 0

    def _table(self, table: Any) -> None:
        """A table of data as rows of cells, one that lays out the page as the lines of its cells."""
        rows = [[cell for cell in row.iterchildren(*_CELLS) if cell.get(MARK) != HIDDEN] for row in table.iter("tr")]
        for hidden in (cell for row in table.iter("tr") for cell in row.iterchildren(*_CELLS)):
            if hidden.get(MARK) == HIDDEN:
                self.out.leave_out(hidden.text_content(), HIDDEN, len(self.lines) + 1)
        caption = list(table.iterchildren("caption"))
        written = [[self._written(cell) for cell in row] for row in rows]
        for item in caption:
            self.lines += self._written(item)
        if is_layout([[[line.text for line in cell] for cell in row] for row in written]):
            self.lines += [line for row in written for cell in row for line in cell]
            return
        cells = Cells(len(rows))
        for row, elements in enumerate(rows):
            column = 0
            for cell, lines in zip(elements, written[row], strict=True):
                column = cells.free(row, column)
                text = join_paragraphs([line.text for line in lines]).replace("\t", " ")
                column = cells.add(row, column, text, _span(cell, "rowspan"), _span(cell, "colspan"))
        for at, line in enumerate(cells.lines()):
            if any(line):
                inside = [one for cell in written[at] for one in cell]
                linked, links = sum(one.linked for one in inside), sum(one.links for one in inside)
                self.lines.append(PageLine("\t".join(line), linked, links, cells=True))

    def _written(self, cell: Any) -> list[PageLine]:
        inside = Writer(begin=cell)
        inside.write(cell)
        for left in inside.out.left_out:
            self.out.leave_out(left.text, left.why, len(self.lines) + 1)
        return inside.lines


_Left = list[tuple[PageLine, str]]  # lines that are left out, each with the reason


def trim(lines: list[PageLine], titles: frozenset[str]) -> tuple[list[PageLine], _Left, _Left]:
    """The lines without menus, tools and feet at their two edges, and what stood in front and behind. A line that
    is one of the (squashed) `titles` is none of these."""
    first = _furniture(lines, titles)
    last = len(lines) - _furniture(lines[first:][::-1], titles)
    return (
        lines[first:last],
        [(line, line.furniture or MENU) for line in lines[:first]],
        [(line, line.furniture or MENU) for line in lines[last:]],
    )


def _furniture(lines: list[PageLine], titles: frozenset[str]) -> int:
    """How many lines at the beginning are furniture: each by itself, or as one of several links on end."""
    count = 0
    for at, line in enumerate(lines, 1):
        if squash(line.text) in titles:
            break
        if line.furniture or (line.is_link and at - count >= _LIST):
            count = at
        elif not line.is_link:
            break
    return count


def _inline(text: str | None) -> str:
    """Text within a line: line breaks of the file mean nothing, least of all between Chinese characters."""
    if not text:
        return ""
    return re.sub(r"(?<=[^\x00-\xff])[ \t]*\r?\n\s*(?=[^\x00-\xff])", "", text).replace("\t", " ")


def _first(numbered: Any) -> int:
    start = numbered.get("start") or "1"
    return int(start) if re.fullmatch(r"-?[0-9]{1,6}", start) else 1


def _may_be_table(table: Any) -> bool:
    """Two rows and two columns or more, and no table inside: the others only lay out the page."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    sizes = [sum(1 for _ in row.iterchildren(*_CELLS)) for row in table.iter("tr")]
    return sum(size > 0 for size in sizes) >= 2 and max(sizes, default=0) >= 2


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return min(max(int(value), 1), MAX_COLUMNS) if re.fullmatch(r"[0-9]{1,6}", value) else 1
