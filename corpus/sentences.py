"""A clause as the grammar reads it: its own number off, masked, cut into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.masks import Masked, mask
from corpus.model import Clause, Role
from corpus.numbering import read_marker

_END = re.compile(r"[。！\n]")
_QUOTED = 300  # characters of a sentence that an event keeps


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a masked text: from `start` to `end` (places in the masked text), its full stop included."""

    masked: Masked
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.masked.text[self.start : self.end]

    @property
    def words(self) -> str:
        """As it is written, cut where it is very long."""
        words = self.masked.words(self.start, self.end).strip()
        return words if len(words) <= _QUOTED else words[: _QUOTED - 1] + "…"


def read_clause(clause: Clause) -> Masked:
    """The clause's text without its own number (第三条, 二、), masked."""
    text = clause.text
    if clause.role in (Role.TEXT, Role.HEADING):
        marker = read_marker(text)
        if marker is not None:
            text = text[marker.length :]
    return mask(text)


def sentences_of(masked: Masked) -> Iterator[Sentence]:
    """Its sentences, in order. A semicolon ends none: lists go on behind it."""
    start = 0
    for match in _END.finditer(masked.text):
        yield Sentence(masked, start, match.end())
        start = match.end()
    if start < len(masked.text):
        yield Sentence(masked, start, len(masked.text))
