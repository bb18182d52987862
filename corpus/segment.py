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
from corpus.doubt_words import UNTITLED
from corpus.heads import Head, HeadReader
from corpus.line_relations import menus
from corpus.lines import Line, views
from corpus.model import Doubt, Span
from corpus.second_best import FARTHEST, is_another, is_headed_otherwise, is_part_of_above
from corpus.step_costs import StepCosts
from corpus.text import is_cjk, repair, squash
from corpus.titles import TitleReader, clean_title

_FIRST_WITHIN = 60  # lines in which the first head is looked for
_LONG_NAME = 6  # letters
_CJK_NAME = 4  # Chinese characters of a file's name that can be a title
_MOST_DOUBTS = 3  # of one head

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
        reason = UNTITLED.format("文件名" if self.file_title else "第一行文字")
        doubt = Doubt(reason, self._span(at, at + 1))
        return Head(at, at, title, None, uncertain=(doubt,))

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
            without = forward[step.at][_State.BODY] + self.costs.body(step.at) + backward[step.at + 1][_State.BODY]
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
