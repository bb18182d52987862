"""Which parsed notice is which labelled document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from corpus.text import squash
from eval.documents.model import Document
from eval.documents.parsed import Found


@dataclass(frozen=True, slots=True)
class Match:
    """A labelled document and the notice that is it (None: not found).

    `parts` are other notices under another title that the label accepts, too: a notice and the regulation
    that it issues may be given as two.
    """

    document: Document
    main: Found | None
    parts: tuple[Found, ...] = ()

    @property
    def found(self) -> tuple[Found, ...]:
        return () if self.main is None else (self.main, *self.parts)


def bears(found: Found, document: Document, name: str) -> bool:
    """Whether a notice has an accepted value of a field."""
    value = found.stated(name)
    return value is not None and squash(value) in map(squash, document.accepted(name))


def likeness(found: Found, document: Document) -> float:
    """0 to 3: one each for the number, the title, and the share of the labelled words in its text."""
    words = [squash(text) for text in document.evidence]
    body = sum(map(found.holds, words)) / len(words) if words else 0.0
    return bears(found, document, "doc_number") + bears(found, document, "title") + body


def match(documents: Sequence[Document], found: Sequence[Found]) -> tuple[list[Match], list[Found]]:
    """The documents with their notices, each used once, and the notices that are left.

    The assignment with the largest sum of likeness (Kuhn, "The Hungarian method for the assignment
    problem", 1955, as scipy solves it); a pair that has nothing in common is none.
    """
    scores = np.array([[likeness(one, document) for one in found] for document in documents])
    scores = scores.reshape(len(documents), len(found))
    rows, columns = linear_sum_assignment(scores, maximize=True)
    pairs = {int(row): int(column) for row, column in zip(rows, columns, strict=True) if scores[row, column] > 0}
    left = [at for at in range(len(found)) if at not in pairs.values()]
    matches = []
    for row, document in enumerate(documents):
        main = pairs.get(row)
        parts = [] if main is None else [at for at in left if _is_part(found[at], found[main], document)]
        left = [at for at in left if at not in parts]
        matches.append(Match(document, None if main is None else found[main], tuple(found[at] for at in parts)))
    return matches, [found[at] for at in left]


def _is_part(found: Found, main: Found, document: Document) -> bool:
    return bears(found, document, "title") and squash(found.notice.title) != squash(main.notice.title)
