"""What an evaluation is made of: questions with their labels, and what a system answered.

Every system is measured through these types, ours and the baselines alike, so that no measure can
know which system it is looking at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

SPLITS = ("dev", "test")


class Kind(StrEnum):
    """The kinds of questions of the contract; `NONE` is what the corpus does not answer."""

    OFFICE = "office"
    FACT = "fact"
    CLAUSE = "clause"
    NOTICE = "notice"
    TABLE = "table"
    LAY = "lay"
    NONE = "none"


def trec_id(name: str) -> str:
    """A name as trec_eval can read it, whose files have columns parted by white space: `第 3 条` → `第_3_条`."""
    return "_".join(name.split())


@dataclass(frozen=True, slots=True)
class Label:
    """One place that answers: a passage of `doc_number` (None: a notice without one) that holds `quote`."""

    doc_number: str | None
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file. `relevant` is empty exactly where `kind` is NONE.

    `answers` are strings any of which answers it (may be empty). `split` is the line's own optional
    key. `file` and `line` say where it stands, for messages. `documents` are the files, relative to a folder
    of documents, that its labels are of (empty: not said). `wrong` are answers that a reader called wrong.
    """

    id: str
    kind: Kind
    question: str
    relevant: tuple[Label, ...]
    answers: tuple[str, ...]
    split: str | None
    file: str
    line: int
    documents: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return self.kind is not Kind.NONE


@dataclass(frozen=True, slots=True)
class Hit:
    """One returned passage: a clause of ours, a chunk of a baseline. Its rank is its place in the list."""

    clause_id: str
    doc_number: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Office:
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The span shown as the answer, the clause it is from, and the offices named beside it."""

    text: str
    clause_id: str
    offices: tuple[Office, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What a system returned for one question: hits best first, and its answer, or a refusal.

    `confidence` rises with the chance that the corpus answers the question. Ours is a probability;
    a baseline's is its best score, in whatever unit (see `System.calibrated`). `cautioned` says that the
    reader is told that the answer may be wrong.
    """

    hits: tuple[Hit, ...]
    answered: bool
    confidence: float
    answer: Answer | None = None
    mode_used: str = ""
    note: str | None = None
    cautioned: bool = False


class System(Protocol):
    """Something that can be asked. `calibrated` says that its confidences are meant as probabilities."""

    @property
    def name(self) -> str: ...

    @property
    def calibrated(self) -> bool: ...

    @property
    def passages(self) -> Sequence[Hit]:
        """Everything that could be returned."""
        ...

    def ask(self, question: str, k: int) -> Response:
        """At most `k` hits, best first. Equal scores are already put in order by the system."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the response, and how long the user waited for it (milliseconds, wall clock)."""

    question: Question
    response: Response
    ms: float


def answerable(asked: Sequence[Asked]) -> list[Asked]:
    """Those that the corpus answers, in order."""
    return [one for one in asked if one.question.answerable]
