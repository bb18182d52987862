"""Pages of questions and answers: which lines ask.

A line asks where a label says so (Q:, 问：) and an answer follows, where it is numbered and the next line answers
(答：), or where it is one of at least three numbered questions in a row of numbers.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.blocks import Block
from corpus.numbering import Marker, Style, read_marker
from corpus.text import at_most, nfkc

# White space is bounded: three open stretches of it one behind another take the cube of their length.
_LABEL = re.compile(
    r"(?:[【\[（(]?(?:Q|问(?:题)?|提问|网友(?:提)?问|记者)[】\]）)]?\s{0,4}\d{0,3}\s{0,4}[】\]）)]?\s{0,4}[：:.、．]"
    r"|[【\[](?:Q|问(?:题)?|提问)\s{0,4}\d{0,3}[】\]])\s{0,8}(?=\S)"
)
_ANSWER = re.compile(
    r"^\s*(?:[【\[（(]?(?:A|答(?:复|案)?|解答|回答|回复)[】\]）)]?\s{0,4}\d{0,3}\s{0,4}[】\]）)]?\s{0,4}[：:.、．]"
    r"|[【\[](?:A|答(?:复|案)?|解答|回答|回复)\s{0,4}\d{0,3}[】\]])"
)
_STYLES = (Style.ENUM, Style.PAREN, Style.ARABIC, Style.ARABIC_PAREN, Style.HALF_PAREN)
_NEXT = 3  # lines in which the answer begins: a question may be wrapped
_ROW = 3  # numbered questions that need no label
_LONGEST = 160  # letters of a question


@dataclass(frozen=True, slots=True)
class Question:
    """A line that asks: the length of what stands in front of the question, and its own marker if it has one."""

    length: int
    marker: Marker | None


def answers(text: str) -> bool:
    return _ANSWER.match(text) is not None


def question_of(text: str) -> str:
    """The question of the paragraph that asks it, as it is printed; of a long one the first sentence."""
    if not at_most(text, _LONGEST) and (first := re.match(r"[^？?]*[？?]", text)):
        text = first.group()
    return text[: 2 * _LONGEST].strip()


def find_questions(blocks: Sequence[Block]) -> dict[int, Question]:
    """The blocks that ask, by their indices."""
    found: dict[int, Question] = {}
    rows: dict[Style, list[tuple[int, Question]]] = {}
    for at, block in enumerate(blocks):
        if block.cells or not at_most(block.text, _LONGEST) or answers(block.text):
            continue
        marker = read_marker(block.text)
        marker = marker if marker is not None and marker.style in _STYLES else None
        start = marker.length if marker else 0
        label = _LABEL.match(block.text, start)
        if label and _answered(blocks, at):
            found[at] = Question(label.end(), marker)
        elif marker and _asks(block.text):
            question = Question(start, marker)
            if _answered(blocks, at):
                found[at] = question
            row = rows.setdefault(marker.style, [])
            if row and marker.number != (row[-1][1].marker or marker).number + 1:
                _take(row, found)
            row.append((at, question))
    for row in rows.values():
        _take(row, found)
    return found


def _take(row: list[tuple[int, Question]], found: dict[int, Question]) -> None:
    """Questions that follow each other by number, none of them right behind another."""
    apart = all(one[0] + 1 < other[0] for one, other in itertools.pairwise(row))
    if len(row) >= _ROW and apart:
        found.update(row)
    row.clear()


def _asks(text: str) -> bool:
    return nfkc(text).rstrip("”\"') ").endswith("?")


def _answered(blocks: Sequence[Block], at: int) -> bool:
    """Whether an answer begins within the next lines, before another question is labelled."""
    for block in blocks[at + 1 : at + 1 + _NEXT]:
        if answers(block.text):
            return True
        if block.cells or _LABEL.match(block.text):
            return False
        if _asks(blocks[at].text) and not _asks(block.text):
            return False
    return False
