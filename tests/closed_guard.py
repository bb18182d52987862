"""Finds words of closed questions in other texts, and tells where, never which.

Two texts are compared by runs of letters. RUN was chosen by asking questions that have nothing to do with this tree
against it: of 91 everyday questions, 330 others and 300 spoken ones one had a run of 10 in common with any file (of
8: five; of 6: 36), and that one does stand in seven tests, word by word; of 300 formal ones three had, all of them
titles of documents, which `known` takes out, as it does with the names in 500 more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.text import squash
from eval.closed_texts import runs
from eval.model import Question

RUN = 10
RUN_ALONE = 16  # where the documents aren't at hand, whose own words questions share with others
# In tens of thousands of questions that others wrote of other documents, where shorter runs are chance: of 22,000, 85
# lines shared one of 10 with one of 510 closed questions, 24 of 12, 4 of 14 and 3 of 16. The closed questions of those
# four lines, and three that shared 10 with open ones, were taken out.
RUN_OF_MANY = 14
COMMON = 3  # closed questions, or open ones, from which on a run says nothing of one question


@dataclass(frozen=True, slots=True)
class Leak:
    """Where words of a closed question stand. Its id is told, not its words."""

    file: str
    line: int
    id: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} holds words of the closed question {self.id}"


class Guard:
    """The telling runs of closed questions.

    `known` are the documents' own texts, `open_questions` those that were written for choosing and training: a run
    that stands in a document or in three other questions is a phrase. A whole question is one only where a document
    holds it as a whole (a document's number, for one).
    """

    def __init__(
        self, questions: Sequence[Question], known: Iterable[str], open_questions: Iterable[str], run: int = RUN
    ) -> None:
        self._run = run
        self._whole = {letters: one.id for one in questions if (letters := squash(one.question))}
        closed: dict[str, set[str]] = {}
        for one in questions:
            for piece in runs(one.question, run):
                closed.setdefault(piece, set()).add(one.id)
        others = Counter(piece for text in open_questions for piece in set(runs(text, run)) if piece in closed)
        telling = {piece for piece, ids in closed.items() if len(ids) < COMMON and others[piece] < COMMON}
        for text in known:
            telling -= {piece for piece in runs(text, run) if piece in telling}
            letters = squash(text)
            self._whole = {whole: id for whole, id in self._whole.items() if whole not in letters}
        self._telling = {piece: min(closed[piece]) for piece in telling}

    def leaks(self, files: Mapping[str, str]) -> list[Leak]:
        """Every line of the files (name → text) that holds words of a closed question, once for each question; also
        where they run on over the end of a line."""
        found: dict[Leak, None] = {}
        for name, text in files.items():
            pieces = [squash(line) for line in text.split("\n")]
            letters = "".join(pieces)
            lines = [number for number, piece in enumerate(pieces, 1) for _ in piece]
            for at, id in self._found(letters):
                found.setdefault(Leak(name, lines[at], id))
        return list(found)

    def _found(self, letters: str) -> Iterator[tuple[int, str]]:
        for at in range(len(letters) - self._run + 1):
            id = self._telling.get(letters[at : at + self._run])
            if id is not None:
                yield at, id
        for whole, id in self._whole.items():
            at = letters.find(whole) if len(whole) >= self._run else -1
            if at >= 0:
                yield at, id
