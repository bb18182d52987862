"""One reading of a whole file: which lines head documents, which are bodies, and which belong to the page.

A file is read by dynamic programming over its lines. A reading is a path through four states: in front of
the first document, behind a head, in a body, and in furniture behind one. It goes on by a line of furniture,
a line of body, or a head (one of the ways of `corpus.heads`). Each step has a cost, and so has how a body begins
and how the one before it ends (`data/segment.toml`); the cheapest path is the reading. The same costs from both
ends say how much dearer the best reading is in which a head is none, or a line that heads nothing is one: where
that is little, the document may be `uncertain` (`corpus.second_best`). Time is linear in the lines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from corpus.blocks import Block
from corpus.costs import cost
from corpus.heads import Head, HeadReader
from corpus.kinds import kind_pattern
from corpus.lines import Line, ends_like_title, is_about, views
from corpus.model import Doubt, Span
from corpus.numbering import Style
from corpus.second_best import FARTHEST, is_another, is_headed_otherwise, is_part_of_above
from corpus.text import is_cjk, repair, squash
from corpus.titles import MAX_TITLE_LINES, TitleReader

_NAMED_WITHIN = 200  # lines in front of a title in which its name in 《》 says that it is issued there
_FIRST_WITHIN = 60  # lines in which the first head is looked for
_LOOK_AHEAD = 6  # lines of a body in which its first item shows
_LONG_NAME = 6  # letters
_CJK_NAME = 4  # Chinese characters of a file's name that can be a title
_MENU_LINES = 6  # short lines in a row that are a menu
_WRAPPED = 3  # lines that a name in 《》 goes over at most
_WIDE = 2  # blank lines
_MOST_DOUBTS = 3  # of one head
_MOSTLY = 0.8


# The title of a notice that hands on something else, or its last line.
_COVER = re.compile(rf"(?:印发|转发|批转|公布|发布).{{2,80}}的?{kind_pattern('covering')}$")


# What people put around a title when they name a file: 「A11-」 「03 」 in front, 「2014」 「(1)」 behind.
_AROUND_NAME = re.compile(
    r"^[A-Za-z]{0,4}\d{0,6}[\s\-_.、]{1,8}|[\s\-_（(]{0,8}(?:(?:19|20)\d\d(?:年)?|\d{1,2})[）)]?$"
)


class _State(IntEnum):
    BEFORE = 0  # in front of the first document
    HEADED = 1  # behind a head, no line of the body yet
    BODY = 2
    BEHIND = 3  # furniture behind a document


# What it costs that the file ends in a state.
_AT_END = {_State.HEADED: cost("document", "empty"), _State.BODY: 0.0, _State.BEHIND: 0.0}


@dataclass(frozen=True, slots=True)
class Segment:
    """A document of a file: its head, and the block indices of its body that are no furniture."""

    head: Head
    body: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A file's documents, and the indices of the blocks that belong to none."""

    segments: tuple[Segment, ...]
    furniture: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of a path: from (`at`, `state`) to (`to`, `then`)."""

    at: int
    state: _State
    to: int
    then: _State
    cost: float
    head: Head | None = None


def segment(
    blocks: Sequence[Block], name: str = "", titles: Sequence[str] = (), listed: frozenset[str] | None = None
) -> Segmentation:
    """The cheapest reading of a file's blocks.

    `name` is the file's name without its suffix, `titles` are those that the file says it has (a web page's),
    `listed` the squashed titles of the contents page or None.
    A file of blocks always holds a document: where nothing heads it, it is read under its file's name.
    """
    if not blocks:
        return Segmentation((), ())
    return _Reading(views(blocks), name, titles, listed).result()


class _Reading:
    def __init__(self, lines: list[Line], name: str, titles: Sequence[str], listed: frozenset[str] | None) -> None:
        self.lines = lines
        name = _AROUND_NAME.sub("", name)
        letters = squash(name)
        self.file_title = name if sum(map(is_cjk, name)) >= _CJK_NAME else ""
        self.menus = _menus(lines)
        names = tuple(known for known in (letters, *map(squash, titles)) if len(known) >= _LONG_NAME)
        self.titles = TitleReader(lines, self.menus, names, listed)
        self.heads = HeadReader(lines, self.titles, self.file_title)
        self.named = _named(lines)
        self.covers = [at for at, line in enumerate(lines) if line.is_short and _COVER.search(line.text)]
        self.names_above = self._names_above()
        self.separated = self._is_separated()
        self.articles_before, self.item_after = _sequences(lines)
        self.first = self._first_layout()
        self.steps: list[list[_Step]] = [[] for _ in range(len(lines) + 1)]
        for at in range(len(lines)):
            self._add_steps(at)

    def _is_separated(self) -> bool:
        """Whether the file sets documents apart by two or more blank lines and uses them for nothing else: a title or
        a number follows nearly every wide gap, and nearly every number stands close behind one."""
        wide = [at for at, line in enumerate(self.lines) if at and line.block.gap >= _WIDE and not line.block.cells]
        if any(self.names_above[at] is not None for at in wide):
            return False  # what a notice issues is set apart in the same way
        numbers = [at for at, line in enumerate(self.lines) if line.number]
        starts = {0, *wide}
        near = sum(any(back in starts for back in range(at - _LOOK_AHEAD, at + 1)) for at in numbers)
        opening = sum(any(head.cost < 0 for head in self.heads.at(at)) for at in wide)
        return len(wide) > 1 and near >= _MOSTLY * len(numbers) and opening >= _MOSTLY * len(wide)

    def _first_layout(self) -> str:
        """The layout of the likeliest first head, empty where it is nothing but a title."""
        price, best = 0.0, (math.inf, "")
        for at in range(min(len(self.lines), _FIRST_WITHIN)):
            for head in self.heads.at(at)[:1]:
                best = min(best, (price + head.cost, head.layout))
            price += self._furniture_cost(at)
        return best[1] if best[1].strip("T") else ""

    # -- steps --------------------------------------------------------------------------------------

    def _add_steps(self, at: int) -> None:
        add = self.steps[at].append
        loose = self._furniture_cost(at)
        ahead = cost("furniture", "menu") if self.menus[at] else loose
        add(_Step(at, _State.BEFORE, at + 1, _State.BEFORE, ahead))
        add(_Step(at, _State.BEHIND, at + 1, _State.BEHIND, loose))
        add(_Step(at, _State.HEADED, at + 1, _State.BODY, self._body_cost(at)))
        add(_Step(at, _State.HEADED, at + 1, _State.HEADED, loose))
        add(_Step(at, _State.BODY, at + 1, _State.BODY, self._body_cost(at)))
        add(_Step(at, _State.BODY, at + 1, _State.BEHIND, loose + cost("furniture", "leave")))
        if at and self.lines[at - 1].is_page:
            add(_Step(at, _State.BEHIND, at + 1, _State.BODY, self._body_cost(at) + cost("furniture", "resume")))
        further = cost("document", "further")
        for head in self.heads.at(at):
            first = head.cost + self._opening_cost(head.body) + self._cut_cost(at)
            add(_Step(at, _State.BEFORE, head.body, _State.HEADED, first, head))
            again = first + further + self._issued_cost(head)
            if self.first and head.layout == self.first and self.lines[at].block.gap:
                again += cost("boundary", "like_first")
            add(_Step(at, _State.BODY, head.body, _State.HEADED, again + self._boundary_cost(at), head))
            apart = 0.0 if self.lines[at - 1].is_page else self._boundary_cost(at)
            add(_Step(at, _State.BEHIND, head.body, _State.HEADED, again + apart, head))
            add(_Step(at, _State.HEADED, head.body, _State.HEADED, again + cost("document", "empty"), head))
        price = cost("document", "untitled") + self._opening_cost(at) + self._body_cost(at)
        add(_Step(at, _State.BEFORE, at, _State.HEADED, price, self._untitled(at)))

    def _untitled(self, at: int) -> Head:
        title = self.file_title or repair(self.lines[at].block.text)[:40]
        doubt = Doubt(f"没有找到标题，用{'文件名' if self.file_title else '第一行文字'}代替", self._span(at, at + 1))
        return Head(at, at, title, None, uncertain=(doubt,))

    def _furniture_cost(self, at: int) -> float:
        line = self.lines[at]
        if line.is_page or line.is_contents:
            return cost("furniture", "known")
        if line.labels or line.date or not line.letters or line.is_note:
            return cost("furniture", "dull")
        if line.block.linked:
            return cost("furniture", "menu")
        size = len(line.letters)
        if size <= 8 and not line.ends and not line.block.cells:
            return cost("furniture", "short")
        return cost("furniture", "line") + cost("furniture", "letters") * min(size - 8, 200)

    def _body_cost(self, at: int) -> float:
        line = self.lines[at]
        if line.number or (line.order and line.order.doc_number):
            return cost("number", "in_body")
        if line.block.linked:
            return cost("furniture", "links_in_body")
        return cost("furniture", "in_body") if line.is_page or line.is_contents else 0.0

    def _opening_cost(self, at: int) -> float:
        """How likely a body begins at a line."""
        if at >= len(self.lines):
            return 0.0
        line = self.lines[at]
        marker = line.marker
        if line.is_addressee:
            return cost("opening", "addressee")
        if line.labels:
            return cost("opening", "label")
        if line.number or line.order:
            return cost("opening", "title_like")
        ahead = self.item_after[at]
        if ahead is not None and ahead[1] > 1:
            return cost("opening", "later_item")
        if marker is not None:
            if marker.style in (Style.PART, Style.CHAPTER, Style.SECTION, Style.ARTICLE):
                restart = self.articles_before[at] > 1
                return cost("opening", "first_article") + (cost("opening", "restart") if restart else 0.0)
            return cost("opening", "first_item")
        price = 0.0
        if ahead is not None and ahead[0] is Style.ARTICLE and self.articles_before[at] > 1:
            price += cost("opening", "restart")
        if line.ends and len(line.letters) >= 20:
            return price + cost("opening", "sentence")
        title = self.titles.cost(at, at + 1)
        return price + (cost("opening", "title_like") if title is not None and title < 0 else 0.0)

    def _boundary_cost(self, at: int) -> float:
        """How likely a document ends in front of a line."""
        if at == 0:
            return 0.0
        before, line = self.lines[at - 1], self.lines[at]
        names = []
        if before.heads_attachment:
            return cost("title", "below_attachment")
        if before.is_printed:
            names.append("printed")
        elif before.is_signed:
            names.append("signed")
        elif before.is_closing:
            names.append("closing")
        elif not before.ends and not before.block.cells and not (self.separated and line.block.gap >= _WIDE):
            short = len(before.letters) <= 40
            names.append("heading" if short else "open")
        if line.block.gap >= _WIDE:
            names.append("separator" if self.separated else "wide_gap")
        elif line.block.gap == 0:
            names.append("no_gap")
        if line.block.ruled:
            names.append("rule")
        if line.block.page != before.block.page:
            names.append("new_page")
        return sum(cost("boundary", name) for name in names)

    def _cut_cost(self, at: int) -> float:
        """Whether the line above belongs to the title: as short, set in as far, and not over."""
        if at == 0:
            return 0.0
        above, line = self.lines[at - 1], self.lines[at]
        alike = (
            line.block.gap == 0
            and not above.ends
            and above.is_short
            and abs(above.block.indent - line.block.indent) <= 8
        )
        known = above.is_page or above.labels or above.is_note or above.is_signed or above.number or above.order
        return cost("boundary", "cut") if alike and not known and not above.is_contents else 0.0

    def _issued_cost(self, head: Head) -> float:
        """What a covering notice names just before is issued by it, and no document of its own."""
        if head.doc_number and not head.noted:
            return 0.0
        places = (self.names_above[index] for index in range(head.start, head.body) if index not in head.page)
        if any(place is not None and place < head.start for place in places):
            return cost("title", "named")
        if is_about(head.title) or (self.separated and self.lines[head.start].block.gap >= _WIDE):
            return 0.0
        cover = max((at for at in self.covers if at < head.start), default=None)
        if cover is None or any(place is not None for place in self.names_above[cover + 1 : head.start]):
            return 0.0
        return cost("title", "issued")

    def _names_above(self) -> list[int | None]:
        """For each line that is (a part of) a title which stands some way above, in 《》 or as a title: where."""
        found: list[int | None] = [None] * len(self.lines)
        for start in range(len(self.lines)):
            letters = ""
            for end in range(start, min(start + MAX_TITLE_LINES, len(self.lines))):
                if not self.lines[end].is_short:
                    break
                letters += self.lines[end].letters
                above = [place for place in self.named.get(letters, ()) if 0 < start - place <= _NAMED_WITHIN]
                if above:
                    found[start : end + 1] = [above[0]] * (end + 1 - start)
        return found

    # -- the path -----------------------------------------------------------------------------------

    def result(self) -> Segmentation:
        forward, came = self._forward()
        backward = self._backward()
        end = len(self.lines)
        best, state = min((forward[end][state] + price, state) for state, price in _AT_END.items())
        path: list[_Step] = []
        at = end
        while (step := came[at][state]) is not None:
            path.append(step)
            at, state = step.at, step.state
        path.reverse()
        heads: list[Head] = []
        bodies: list[list[int]] = []
        others: list[list[tuple[int, str]]] = []
        furniture: list[int] = []
        for step in path:
            if step.head is not None:
                doubts = self._doubts(step, step.head, forward, backward, best)
                heads.append(replace(step.head, uncertain=(*step.head.uncertain, *doubts)))
                bodies.append([])
                others.append([])
            elif step.then is _State.BODY:
                bodies[-1].append(step.at)
                if reason := self._another(step.at, heads[-1].title, forward, backward, best):
                    others[-1].append((step.at, reason))
            else:
                furniture.append(step.at)
        segments = []
        for head, body, further in zip(heads, bodies, others, strict=True):
            doubts = tuple(Doubt(reason, self._span(at, body[-1] + 1)) for at, reason in further)
            segments.append(Segment(replace(head, uncertain=(*head.uncertain, *doubts)), tuple(body)))
        return Segmentation(tuple(segments), tuple(furniture))

    def _another(
        self, at: int, title: str, forward: list[list[float]], backward: list[list[float]], best: float
    ) -> str | None:
        """Why a further document may begin at a line of a body."""
        for step in self.steps[at]:
            if step.head is None or step.state is not _State.BODY:
                continue
            dearer = forward[at][_State.BODY] + step.cost + backward[step.to][step.then] - best
            if dearer < FARTHEST and (reason := is_another(title, step.head, dearer)):
                return reason
        return None

    def _forward(self) -> tuple[list[list[float]], list[list[_Step | None]]]:
        size = len(self.lines) + 1
        costs = [[math.inf] * len(_State) for _ in range(size)]
        came: list[list[_Step | None]] = [[None] * len(_State) for _ in range(size)]
        costs[0][_State.BEFORE] = 0.0
        for at in range(size):
            for step in self._ordered(at):
                price = costs[step.at][step.state] + step.cost
                if price < costs[step.to][step.then]:
                    costs[step.to][step.then] = price
                    came[step.to][step.then] = step
        return costs, came

    def _ordered(self, at: int) -> list[_Step]:
        """Steps from a line; those that stay at it (a document without a head) first."""
        return sorted(self.steps[at], key=lambda step: step.to != at)

    def _backward(self) -> list[list[float]]:
        size = len(self.lines) + 1
        costs = [[math.inf] * len(_State) for _ in range(size)]
        for state, price in _AT_END.items():
            costs[-1][state] = price
        for at in range(size - 1, -1, -1):
            for step in reversed(self._ordered(at)):
                costs[at][step.state] = min(costs[at][step.state], step.cost + costs[step.to][step.then])
        return costs

    def _doubts(
        self, step: _Step, head: Head, forward: list[list[float]], backward: list[list[float]], best: float
    ) -> tuple[Doubt, ...]:
        """Readings that are nearly as good: without this head, or with another title or number."""
        reasons = []
        if step.state is not _State.BEFORE:
            without = forward[step.at][_State.BODY] + self._body_cost(step.at) + backward[step.at + 1][_State.BODY]
            reasons.append(is_part_of_above(head, without - best))
        for other in self.steps[step.at]:
            if other.head is None or other.head is head or other.state is not step.state:
                continue
            dearer = forward[other.at][other.state] + other.cost + backward[other.to][other.then] - best
            if dearer < FARTHEST:
                reasons.append(is_headed_otherwise(head, other.head, dearer))
        lines = self._span(head.start, max(head.body, head.start + 1))
        return tuple(Doubt(reason, lines) for reason in dict.fromkeys(reasons) if reason)[:_MOST_DOUBTS]

    def _span(self, first: int, end: int) -> Span:
        return Span(self.lines[first].block.line, self.lines[end - 1].block.line)


def _menus(lines: Sequence[Line]) -> list[bool]:
    """For each line, whether it is one of many short lines in a row."""
    inside = [False] * len(lines)
    start = 0
    for at in range(len(lines) + 1):
        if at < len(lines) and lines[at].is_item:
            continue
        if at - start >= _MENU_LINES:
            inside[start:at] = [True] * (at - start)
        start = at + 1
    return inside


def _named(lines: Sequence[Line]) -> dict[str, list[int]]:
    """Where names stand, squashed: in 《》, or as titles on lines of their own."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        text = line.block.text
        if line.is_short and len(line.letters) >= _LONG_NAME and ends_like_title(line.text):
            places.setdefault(line.letters, []).append(at)
        if "《" not in text:
            continue
        for following in lines[at + 1 : at + _WRAPPED]:
            if text.count("《") <= text.count("》"):
                break
            text += following.block.text  # a name that goes on in the next line
        for name in re.findall(r"《([^《》]{4,120}(?:《[^《》]{1,60}》[^《》]{0,60})?)》", text):
            places.setdefault(squash(name), []).append(at)
    return places


def _sequences(lines: Sequence[Line]) -> tuple[list[int], list[tuple[Style, int] | None]]:
    """For each line: the number of the article before it (0 if none), and style and number of the first marker
    from it on, within a few lines, of the two outermost numberings."""
    before: list[int] = []
    last = 0
    for line in lines:
        before.append(last)
        if line.marker is not None and line.marker.style is Style.ARTICLE:
            last = line.marker.number
    after: list[tuple[Style, int] | None] = [None] * len(lines)
    for at, line in enumerate(lines):
        marker = line.marker
        if marker is None or marker.style not in (Style.ARTICLE, Style.CHAPTER, Style.ENUM):
            continue
        for back in range(at, max(-1, at - _LOOK_AHEAD), -1):
            if after[back] is not None and back != at:
                break
            after[back] = (marker.style, marker.number)
    return before, after
