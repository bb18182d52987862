"""The tree of headings, articles and items: whether a marker is one, and where it belongs.

A marker counts only if it fits its sequence: the next number of an open list, the first of a new one,
or the next of a numbering that runs on across headings. Everything else (cross-references, dates,
amounts at the start of a line) is text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.fields import is_attachment_head
from corpus.model import Role, Warn
from corpus.numbering import Marker, Style
from corpus.tables import Table
from corpus.text import ends_sentence, repair, squash

# How far a number may jump over lost items and still be taken for the list's.
MAX_GAP = 3
# Letters of a paragraph's end that are looked at: above a heading's, and a long list of offices in brackets.
_TAIL = 600
# Items of a list that are looked at from its end: what stands further back says nothing about a new line,
# and asking all of a long list at each line would be quadratic.
_LOOK_BACK = 100

_LAW = (Style.PART, Style.CHAPTER, Style.SECTION, Style.ARTICLE)


@dataclass(slots=True)
class Piece:
    """A stretch of source text: raw, with its first and last line and its page."""

    text: str
    line: int
    line_end: int
    page: int | None


@dataclass(slots=True)
class Paragraph:
    """Pieces that make one paragraph: running text, or one of the special roles (PEOPLE, SIGNATURE …)."""

    pieces: list[Piece]
    role: Role = Role.TEXT

    @property
    def raw(self) -> str:
        return " ".join(piece.text for piece in self.pieces)

    @property
    def text(self) -> str:
        return repair(self.raw)

    @property
    def tail(self) -> str:
        """The end of `raw`, its last pieces with at least _TAIL letters if there are as many: whether a line
        goes on with a paragraph shows at its end, and asking for all of it at each line would be quadratic."""
        letters = 0
        for at in range(len(self.pieces) - 1, -1, -1):
            letters += len(squash(self.pieces[at].text))
            if letters >= _TAIL:
                return " ".join(piece.text for piece in self.pieces[at:])[-4 * _TAIL :]
        return self.raw[-4 * _TAIL :]


@dataclass(slots=True)
class TableItem:
    """A table with its caption."""

    table: Table
    caption: str


@dataclass(slots=True)
class Node:
    """A numbered or named unit. `label` is its marker as it is written (empty where it was lost)."""

    style: Style
    number: int
    label: str
    line: int
    items: list[Paragraph | TableItem | Node] = field(default_factory=list)
    depth: int = 0  # components of a decimal marker

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [item for item in self.items if isinstance(item, Paragraph)]

    @property
    def children(self) -> list[Node]:
        return [item for item in self.items if isinstance(item, Node)]

    def latest_paragraph(self) -> Paragraph | None:
        """The last paragraph among the latest items."""
        return next((item for item in _latest(self.items) if isinstance(item, Paragraph)), None)

    def last_paragraph(self) -> Paragraph | None:
        last = self.items[-1] if self.items else None
        return last if isinstance(last, Paragraph) else None


Item = Paragraph | TableItem | Node


@dataclass(slots=True)
class Part:
    """The covering letter or an attachment: a title (empty for the letter) and its items."""

    title: list[Piece] = field(default_factory=list)
    listed: str = ""  # the name in the list of attachments, where the attachment prints no title
    items: list[Item] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """The title as printed, 附件 N included."""
        return repair(" ".join(piece.text for piece in self.title))

    @property
    def name(self) -> str:
        """The title without the line 附件 N, unless there is nothing else."""
        lines = [piece.text for piece in self.title] or [self.listed]
        if len(lines) > 1 and is_attachment_head(lines[0]):
            lines = lines[1:]
        return repair(" ".join(lines))


def _latest(items: list[Item]) -> Iterator[Item]:
    """Items from the last one back, at most _LOOK_BACK."""
    return itertools.islice(reversed(items), _LOOK_BACK)


def walk(items: list[Item]) -> Iterator[Item]:
    """All items below, in the order of the text."""
    for item in items:
        yield item
        if isinstance(item, Node):
            yield from walk(item.items)


class Outline:
    """Places markers in the tree of one part.

    `stack` holds the open nodes, outermost first. `last` remembers the last number of each style, so
    that a numbering which runs on across headings is recognised.
    """

    def __init__(self, part: Part, warnings: list[Warn]) -> None:
        self.part = part
        self.stack: list[Node] = []
        self.last: dict[tuple[Style, int], int] = {}
        self.warnings = warnings

    @property
    def top(self) -> Node | None:
        return self.stack[-1] if self.stack else None

    def items(self) -> list[Item]:
        """Where new content goes: the innermost open node, or the part itself."""
        return self.stack[-1].items if self.stack else self.part.items

    def fit(self, marker: Marker, *, strict: bool = False, confirmed: bool = False) -> int | None:
        """The depth at which a node with this marker would stand (0 = in the part), or None if it goes on with no
        numbering: after （二）, （三） fits and （九） does not.

        `strict` asks for exactly the next number: for markers in the middle of a line. `confirmed` says that the next
        article of the text has the next number: then articles may begin late (第五编 alone) or be missing in between.
        """
        if marker.style is Style.DECIMAL:
            return self._fit_decimal(marker)
        depth = self._open(marker.style)
        if depth is not None:
            gap = marker.number - self.stack[depth].number
            if gap == 0 and "之" in marker.label:  # 第十条之一
                return depth
            if gap == 1 or (1 < gap <= MAX_GAP and not strict):
                return depth
            if marker.number != 1:
                return self._run_on(marker, strict, confirmed)
            return self._nested(marker) if self._nested(marker) > depth else depth
        if marker.number == 1:
            return self._nested(marker)
        return self._run_on(marker, strict, confirmed)

    def _open(self, style: Style) -> int | None:
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].style is style:
                return depth
        return None

    def _run_on(self, marker: Marker, strict: bool, confirmed: bool = False) -> int | None:
        last = self.last.get((marker.style, 0))
        if confirmed and marker.number > (last or 0):
            return self._nested(marker)
        if last is None:
            # A list whose first items were lost at a page break; not believed in mid-line.
            return None
        gap = marker.number - last
        if gap == 1 or (1 < gap <= 2 and not strict):
            return self._nested(marker)
        return None

    def _nested(self, marker: Marker) -> int:
        """Depth of a new list: below every open node of a style that customarily stands above it."""
        depth = len(self.stack)
        while depth > 0:
            top = self.stack[depth - 1]
            if top.style in (Style.UNNUMBERED, Style.QUESTION) and marker.style not in _LAW:
                break
            if top.style < marker.style:
                break
            if marker.style not in _LAW and top.style is not marker.style and self._holds(depth - 1):
                break
            depth -= 1
        return depth

    def _holds(self, index: int) -> bool:
        """Whether the node announces a list (it ends with a colon and has no children yet)."""
        node = self.stack[index]
        paragraph = node.last_paragraph()
        return index == len(self.stack) - 1 and paragraph is not None and repair(paragraph.tail).endswith(("：", ":"))

    def _fit_decimal(self, marker: Marker) -> int | None:
        size = len(marker.components)
        last = self.last.get((Style.DECIMAL, size))
        parent = marker.components[:-1]
        if size > 1 and not self._has_decimal(parent):
            return None
        if marker.number == 1 or (last is not None and 0 < marker.number - last <= MAX_GAP):
            depth = len(self.stack)
            while depth > 0 and not (
                self.stack[depth - 1].style is Style.DECIMAL and self.stack[depth - 1].depth < size
            ):
                depth -= 1
            return depth
        return None

    def _has_decimal(self, components: tuple[int, ...]) -> bool:
        open_numbers = [node.number for node in self.stack if node.style is Style.DECIMAL]
        return tuple(open_numbers[: len(components)]) == components

    def open(self, marker: Marker, depth: int, line: int) -> Node:
        """Begin a node at `depth`, closing what is open there; warns of a jump in the numbering."""
        size = len(marker.components)
        closed = self.stack[depth] if depth < len(self.stack) else None
        if closed is not None and closed.style is marker.style and marker.number - closed.number > 1:
            what = f"编号从“{closed.label}”跳到“{marker.label}”，中间可能有缺漏"
            self.warnings.append(Warn(line, what))
        node = Node(marker.style, marker.number, marker.label, line, depth=size)
        self._push(node, depth)
        self.last[(marker.style, size)] = marker.number
        if size:
            for deeper in range(size + 1, 5):
                self.last.pop((marker.style, deeper), None)
        return node

    def open_lost(self, like: Node, depth: int, line: int) -> Node:
        """Begin a node for an item whose number was lost, as the next sibling of `like`."""
        node = Node(like.style, like.number + 1, "", line)
        self._push(node, depth)
        self.last[(like.style, 0)] = node.number
        self.warnings.append(Warn(line, f"“{like.label}”之后有一项丢失了编号和开头，已单独成条"))
        return node

    def open_question(self, marker: Marker | None, line: int) -> Node:
        """Begin a question, beside the one before it if that is open, else below the headings that are open."""
        depth = self._open(Style.QUESTION)
        if depth is None:
            depth = len(self.stack)
            limit = Style.ARABIC if marker is None else marker.style
            while depth > 0 and self.stack[depth - 1].style >= limit:
                depth -= 1
        number = marker.number if marker else self.last.get((Style.QUESTION, 0), 0) + 1
        node = Node(Style.QUESTION, number, marker.label if marker else f"问{number}", line)
        self._push(node, depth)
        self.last[(Style.QUESTION, 0)] = number
        return node

    def open_named(self, style: Style, name: str, line: int) -> Node:
        """Begin an unnumbered head (`主要目标：`) or an office head (`区文联：`)."""
        depth = len(self.stack)
        same = self._open(style)
        if style is Style.UNNUMBERED:
            # It closes the list of its elder sibling, or the items above it; headings stay open.
            if same is not None:
                depth = same
            else:
                while depth > 0 and self.stack[depth - 1].style >= Style.ARABIC:
                    depth -= 1
        elif same is not None:
            depth = same
        elder = (i for i in _latest(self._items_at(depth)) if isinstance(i, Node) and i.style is style)
        number = next((node.number for node in elder), 0) + 1
        node = Node(style, number, name, line)
        self._push(node, depth)
        return node

    def _items_at(self, depth: int) -> list[Item]:
        return self.stack[depth - 1].items if depth else self.part.items

    def _push(self, node: Node, depth: int) -> None:
        del self.stack[depth:]
        self.items().append(node)
        self.stack.append(node)

    def close_finished(self) -> None:
        """Close lists that are over, before a plain paragraph that follows their last item.

        Over is a list whose items end with ；and whose last one ends with 。, an article's list of
        items, and a list of three or more one-paragraph items of the outermost level.
        """
        while self.stack:
            top = self.stack[-1]
            if top.style is Style.OFFICE:
                self.stack.pop()
                continue
            if top.style is Style.QUESTION:
                return
            parent_items = self._items_at(len(self.stack) - 1)
            if len(top.items) > _LOOK_BACK or top.children or len(top.paragraphs) != 1:
                return
            siblings = [item for item in _latest(parent_items) if isinstance(item, Node) and item.style is top.style]
            siblings.reverse()
            if len(siblings) < 2:
                return
            # Behind items that are sentences one without an end is a heading: 「三、参加积分入学的基本条件」.
            sentences = all(node.paragraphs and ends_sentence(node.paragraphs[-1].text) for node in siblings[:-1])
            if sentences and not ends_sentence(top.paragraphs[-1].text) and top.style <= Style.PAREN:
                return
            before = siblings[-2].paragraphs[-1].text if siblings[-2].paragraphs else ""
            ends = before.endswith((";", "；")) and top.paragraphs[-1].text.endswith(("。", "."))
            # Where text stands below the items before, they are headings: 「（一）教育背景指标及分值」.
            plain = all(len(node.items) <= _LOOK_BACK and len(node.paragraphs) == 1 for node in siblings[:-1])
            in_article = plain and any(node.style is Style.ARTICLE for node in self.stack[:-1])
            single = len(siblings) >= 3 and all(
                len(node.items) <= _LOOK_BACK and len(node.paragraphs) == 1 and not node.children for node in siblings
            )
            outermost = len(self.stack) == 1 or self.stack[-2].style in _LAW[:3]
            if not (ends or (in_article and top.style is not Style.ARTICLE) or (single and outermost)):
                return
            if top.style is Style.ARTICLE:
                return
            self.stack.pop()

    def close_all(self) -> None:
        self.stack.clear()
