"""What a reader is: it reads a question together with passages and says of each what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from retriever.reading.passages import Passage


class AnswerKind(StrEnum):
    """What a passage is to a question."""

    SPAN = "span"
    YES = "yes"
    NO = "no"
    NONE = "none"  # it does not answer


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a passage: the characters `start`…`end` of its text answer as `kind` says, or would if
    anything did (`kind` is NONE). `score`: log odds that the passage answers; `relevance` ranks passages of a question.
    """

    passage: Passage
    kind: AnswerKind
    start: int
    end: int
    score: float
    relevance: float

    @property
    def text(self) -> str:
        return self.passage.entry.text[self.start : self.end]


class Reader(Protocol):
    """Reads; safe to use from several threads."""

    @property
    def sha256(self) -> str:
        """Identifies the weights."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A reading of each passage, in order."""
