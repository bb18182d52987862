"""Headings without a number or a colon: short lines, each set apart between full paragraphs, in a text that numbers
nothing. `data/headings.toml` has where they were seen, and what is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.blocks import Block
from corpus.dates import find_dates, only_date
from corpus.fields import NOTE, split_signature
from corpus.joins import has_pause, is_heading
from corpus.numbering import Style, read_marker
from corpus.offices import is_org
from corpus.text import at_most, ends_sentence, is_cjk, repair, squash

_LEAST, _MOST = 4, 24  # letters of such a heading
_PARAGRAPH = 40  # letters of a paragraph below it
_ROW = 2  # headings of a text: one alone may be anything


def find_heads(blocks: Sequence[Block]) -> frozenset[int]:
    """The blocks that are such headings, by their indices."""
    for block in blocks:
        marker = None if block.cells else read_marker(block.text)
        if marker is not None and marker.style <= Style.ARABIC_PAREN:
            return frozenset()
    found = [at for at in range(1, len(blocks) - 1) if _is_head(blocks, at)]
    return frozenset(found) if len(found) >= _ROW else frozenset()


def _is_head(blocks: Sequence[Block], at: int) -> bool:
    before, block, after = blocks[at - 1], blocks[at], blocks[at + 1]
    if before.cells or block.cells or after.cells or not ends_sentence(before.text):
        return False
    if not ends_sentence(after.text) or at_most(after.text, _PARAGRAPH):
        return False
    text = repair(block.text)
    words = squash(text)
    if not (_LEAST <= len(words) <= _MOST) or not is_heading(text) or has_pause(text) or block.linked:
        return False
    if sum(map(is_cjk, words)) < 0.6 * len(words) or (words[0].isascii() and not words[0].isdigit()):
        return False
    dated = only_date(text) is not None or (find_dates(text) and find_dates(text)[0][1] == len(text))
    return not (is_org(text) or dated or NOTE.search(text) or split_signature(text))
