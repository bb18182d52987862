"""Hard-wrapped texts: every line is broken at one width, so that a full line goes on in the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from corpus.blocks import Block
from corpus.joins import line_width
from corpus.numbering import read_marker
from corpus.text import ends_sentence

_LEAST_WIDTH = 15  # columns of text are wider than a menu's words
_LEAST_LINES = 8  # that stop at the width inside a sentence
_MOSTLY = 0.6  # of all lines that stop inside a sentence
_FEW = 0.1  # of all lines may be longer: tables as text, addresses
_RAGGED = 1.5  # a line ends early where a sign or a number may not begin the next one
_LONGEST = 8  # lines of a paragraph, on the average
_CENTRED = 8  # narrow columns
_AROUND_NUMBER = 3  # blank lines
_INDENT = 2  # narrow columns by which paragraphs are set in

_Measure = Callable[[Block], float]


def mark_wrapped(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, those marked as going on that stand behind a full line that stopped inside a sentence. A line that is
    set in as paragraphs are begins one; a file whose lines end anywhere has no width, and nothing is marked."""
    out = list(blocks)
    widths = _widths(blocks)
    if not widths:
        return out
    set_in = any(block.indent >= _INDENT for block in blocks if not block.cells)
    for at in range(1, len(out)):
        before, block = blocks[at - 1], blocks[at]
        full = any(width - _RAGGED <= measure(before) <= width + _RAGGED for measure, width in widths)
        if before.cells or block.cells or block.level or not full or ends_sentence(before.text):
            continue
        # Blank lines part paragraphs; of a paragraph over two pages they stand around the page's number.
        if block.gap and not (set_in and before.indent + block.indent < _CENTRED and block.gap <= _AROUND_NUMBER):
            continue
        begins = block.indent >= _INDENT if set_in else read_marker(block.text) is not None
        if not begins:
            out[at] = replace(block, continues=True)
    return out


def _widths(blocks: Sequence[Block]) -> list[tuple[_Measure, float]]:
    """How wide lines are, measured in letters or in columns of which Latin ones take half; none where none fits."""
    lines = [block for block in blocks if not block.cells and not block.level]
    out: list[tuple[_Measure, float]] = []
    for measure in (_letters, _columns):
        sizes = [(measure(block), ends_sentence(block.text)) for block in lines]
        inside = [size for size, ends in sizes if not ends and size >= _LEAST_WIDTH]
        for width, _ in Counter(map(round, inside)).most_common(1):
            full = sum(width - _RAGGED <= size <= width + _RAGGED for size in inside)
            longer = sum(size > width + _RAGGED for size, _ in sizes)
            over = sum(ends for _, ends in sizes)  # names in a list are of one length, and none ends a sentence
            if over * _LONGEST < full or longer > _FEW * len(sizes):
                continue
            if full >= _LEAST_LINES and full >= _MOSTLY * len(inside):
                out.append((measure, float(width)))
    return out


def _letters(block: Block) -> float:
    return block.indent / 2 + len(block.text)


def _columns(block: Block) -> float:
    return block.indent / 2 + line_width(block.text)
