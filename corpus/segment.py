"""One reading of a whole file: which lines head documents, which are bodies, and which belong to the page.

A file is read by dynamic programming over its lines. A reading is a path through four states: in front of
the first document, behind a head, in a body, and in furniture behind one. It goes on by a line of furniture,
a line of body, or a head (one of the ways of `corpus.heads`). Each step has a cost, and so has how a body begins
and how the one before it ends (`data/segment.toml`); the cheapest path is the reading. The same costs from both
ends say how much dearer the best reading is in which a head is none, or a line that heads nothing is one: where
that is little, the document is `uncertain`. Time is linear in the lines.
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
from corpus.line_relations import menus
from corpus.lines import Line, views
from corpus.step_costs import StepCosts
from corpus.text import is_cjk, repair, squash
from corpus.titles import TitleReader, clean_title

NEAR = 3.5  # costs: a reading that is this much dearer is about twenty times less likely
_FIRST_WITHIN = 60  # lines in which the first head is looked for
_LONG_NAME = 6  # letters
_CJK_NAME = 4  # Chinese characters of a file's name that can be a title

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
        self.file_title = clean_title(name) if sum(map(is_cjk, name)) >= _CJK_NAME else ""
        self.menus = menus(lines)
        names = tuple(known for known in (letters, *map(squash, titles)) if len(known) >= _LONG_NAME)
        self.titles = TitleReader(lines, self.menus, names, listed)
        self.heads = HeadReader(lines, self.titles, self.file_title)
        self.costs = StepCosts(lines, self.titles, self.heads)
        self.first = self._first_layout()
        self.steps: list[list[_Step]] = [[] for _ in range(len(lines) + 1)]
        for at in range(len(lines)):
            self._add_steps(at)

    def _first_layout(self) -> str:
        """The layout of the likeliest first head, empty where it is nothing but a title."""
        price, best = 0.0, (math.inf, "")
        for at in range(min(len(self.lines), _FIRST_WITHIN)):
            for head in self.heads.at(at)[:1]:
                best = min(best, (price + head.cost, head.layout))
            price += self.costs.furniture(at)
        return best[1] if best[1].strip("T") else ""

    # -- steps --------------------------------------------------------------------------------------

    def _add_steps(self, at: int) -> None:
        add = self.steps[at].append
        loose = self.costs.furniture(at)
        ahead = cost("furniture", "menu") if self.menus[at] else loose
        add(_Step(at, _State.BEFORE, at + 1, _State.BEFORE, ahead))
        add(_Step(at, _State.BEHIND, at + 1, _State.BEHIND, loose))
        add(_Step(at, _State.HEADED, at + 1, _State.BODY, self.costs.body(at)))
        add(_Step(at, _State.HEADED, at + 1, _State.HEADED, loose))
        add(_Step(at, _State.BODY, at + 1, _State.BODY, self.costs.body(at)))
        add(_Step(at, _State.BODY, at + 1, _State.BEHIND, loose + cost("furniture", "leave")))
        if at and self.lines[at - 1].is_page:
            add(_Step(at, _State.BEHIND, at + 1, _State.BODY, self.costs.body(at) + cost("furniture", "resume")))
        further = cost("document", "further")
        for head in self.heads.at(at):
            first = head.cost + self.costs.opening(head.body) + self.costs.cut(at)
            add(_Step(at, _State.BEFORE, head.body, _State.HEADED, first, head))
            again = first + further + self.costs.issued(head)
            if self.first and head.layout == self.first and self.lines[at].block.gap:
                again += cost("boundary", "like_first")
            add(_Step(at, _State.BODY, head.body, _State.HEADED, again + self.costs.boundary(at), head))
            apart = 0.0 if self.lines[at - 1].is_page else self.costs.boundary(at)
            add(_Step(at, _State.BEHIND, head.body, _State.HEADED, again + apart, head))
            add(_Step(at, _State.HEADED, head.body, _State.HEADED, again + cost("document", "empty"), head))
        price = cost("document", "untitled") + self.costs.opening(at) + self.costs.body(at)
        add(_Step(at, _State.BEFORE, at, _State.HEADED, price, self._untitled(at)))

    def _untitled(self, at: int) -> Head:
        title = self.file_title or repair(self.lines[at].block.text)[:40]
        return Head(at, at, title, None, uncertain=("没有找到标题，以文件名或首行为题",))

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
        segments: list[Segment] = []
        furniture: list[int] = []
        bodies: list[list[int]] = []
        for step in path:
            if step.head is not None:
                doubts = (*step.head.uncertain, *self._doubts(step, forward, backward, best))
                segments.append(Segment(replace(step.head, uncertain=doubts), ()))
                bodies.append([])
            elif step.then is _State.BODY:
                bodies[-1].append(step.at)
                if doubt := self._another(step.at, forward, backward, best):
                    head = segments[-1].head
                    segments[-1] = Segment(replace(head, uncertain=(*head.uncertain, doubt)), ())
            else:
                furniture.append(step.at)
        whole = (Segment(part.head, tuple(body)) for part, body in zip(segments, bodies, strict=True))
        return Segmentation(tuple(whole), tuple(furniture))

    def _another(self, at: int, forward: list[list[float]], backward: list[list[float]], best: float) -> str | None:
        """Whether another document may begin at a line of a body: that reading is nearly as good."""
        for step in self.steps[at]:
            if step.head is None or step.state is not _State.BODY:
                continue
            if forward[at][_State.BODY] + step.cost + backward[step.to][step.then] - best < NEAR:
                return f"第{self.lines[at].block.line}行起也可能是另一篇公文《{step.head.title}》"
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

    def _doubts(self, step: _Step, forward: list[list[float]], backward: list[list[float]], best: float) -> list[str]:
        """Readings that are nearly as good: without this head, or with another title or number."""
        head = step.head
        assert head is not None
        doubts = []
        if step.state is not _State.BEFORE:
            without = forward[step.at][_State.BODY] + self.costs.body(step.at) + backward[step.at + 1][_State.BODY]
            if without - best < NEAR:
                doubts.append("也可能是上一篇公文的一部分")
        for other in self.steps[step.at]:
            if other.head is None or other.state is not step.state:
                continue
            price = forward[other.at][other.state] + other.cost + backward[other.to][other.then]
            if price - best >= NEAR or other.head is head:
                continue
            if other.head.doc_number != head.doc_number:
                doubts.append(f"发文字号也可能是“{other.head.doc_number or '无'}”")
            elif squash(other.head.title) != squash(head.title):
                doubts.append(f"标题也可能是《{other.head.title}》")
        return list(dict.fromkeys(doubts))[:3]
