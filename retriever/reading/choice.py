"""What was chosen to answer a question: a span of a passage, by words or by a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retriever.reading.passages import Passage
from retriever.reading.reader import Reading
from retriever.reading.spans import Span
from retriever.search import Retrieval


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question, and by row what a reader made of it; nothing where none read."""

    retrieval: Retrieval
    readings: Mapping[int, Reading]


@dataclass(frozen=True, slots=True)
class Choice:
    """A span of `passage`; `matched` is the passage that matched: the same, or an item that `passage` introduces.

    `reading` is the reader's of `passage`, whose exact words stand in the span; None where words alone chose. `others`
    are offices that have the same duty, each for its own trade.
    """

    passage: Passage
    span: Span
    matched: Passage
    reading: Reading | None = None
    others: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.passage.entry.text[self.span.start : self.span.end]

    @property
    def exact(self) -> str:
        """The words of the span that answer: the reader's, else all."""
        if self.reading is None:
            return self.text
        start, end = max(self.reading.start, self.span.start), min(self.reading.end, self.span.end)
        return self.passage.entry.text[start:end].strip() or self.text
