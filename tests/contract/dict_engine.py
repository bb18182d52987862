"""An engine of dictionaries and lists (`index.engine.Engine`): no build, no file, no library.

Ranking and answering can be tested on it with any notices, and every other engine is compared with it: BM25 is
computed here from its formula and the cosine by comparing with every vector.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from corpus.model import CorpusNotice
from index.engine import IndexedClause, IndexInfo, ModelInfo, NoticeClauses, NoticeSet, Ranked, Vector
from index.local.keywords import K1, PATH_WEIGHT, TEXT_WEIGHT, TITLE_WEIGHT, B
from index.office_list import OfficeEntry, gather
from index.tokens import tokenize

TODAY = dt.date(2023, 7, 1)


class DictTerms:
    """In how many clauses each token occurs (`index.engine.TermCounts`)."""

    def __init__(self, frequencies: Sequence[Mapping[str, int]]) -> None:
        self.size = len(frequencies)
        self._counts = Counter(token for one in frequencies for token in one)

    def count(self, token: str) -> int:
        return self._counts[token]

    def counts(self) -> Mapping[str, int]:
        return dict(self._counts)


class DictEngine:
    """Notices with their clauses; `vectors` maps rows to the vectors (norm 1) of the clause's windows."""

    def __init__(
        self,
        notices: Sequence[CorpusNotice],
        vectors: Mapping[int, Sequence[Vector]] | None = None,
        model: ModelInfo | None = None,
        day: dt.date = TODAY,
    ) -> None:
        self.day = day
        self.notices = tuple(notices)
        self.families = [entry.notice.family for entry in notices]
        self.offices: list[OfficeEntry] = gather(entry.notice for entry in notices)
        self._rows: list[range] = []
        self._clauses: list[IndexedClause] = []
        for ordinal, source in enumerate(notices):
            first = len(self._clauses)
            self._clauses += [
                IndexedClause(first + at, clause, source, ordinal) for at, clause in enumerate(source.notice.clauses)
            ]
            self._rows.append(range(first, len(self._clauses)))
        self._by_id = {entry.clause_id: entry for entry in self._clauses}
        self._vectors = vectors or {}
        self._frequencies = [_frequencies(entry) for entry in self._clauses]
        self._lengths = [sum(one.values()) for one in self._frequencies]
        self._mean = sum(self._lengths) / max(1, len(self._lengths))
        self.terms = DictTerms(self._frequencies)
        count = sum(map(len, self._vectors.values()))
        self.info = IndexInfo(
            where="字典",
            version="1",
            built="2023-07-01T00:00:00+00:00",
            notices=len(self.notices),
            clauses=len(self._clauses),
            vectors=count,
            model=model or (ModelInfo("none", len(next(iter(self._vectors.values()))[0]), "0" * 64) if count else None),
            sources=(),
            inputs=(),
            cache=Path("no-such-folder"),
        )

    def keywords(self, weights: Mapping[str, float], k: int, within: NoticeSet | None = None) -> list[Ranked]:
        scores = {row: sum(weights[token] * self._bm25(token, row) for token in weights) for row in self._of(within)}
        return _best(scores, k)

    def _bm25(self, token: str, row: int) -> float:
        """idf · tf / (tf + k1 · (1 − b + b · length / mean length))"""
        frequency = self._frequencies[row].get(token, 0)
        if not frequency:
            return 0.0
        count = self.terms.count(token)
        idf = math.log(1 + (self.terms.size - count + 0.5) / (count + 0.5))
        return idf * frequency / (frequency + K1 * (1 - B + B * self._lengths[row] / self._mean))

    def nearest(self, vector: Vector, k: int, within: NoticeSet | None = None) -> list[Ranked]:
        rows = [row for row in self._of(within) if row in self._vectors]
        scores = {row: max(float(np.dot(window, vector)) for window in self._vectors[row]) for row in rows}
        return _best(scores, k, least=-math.inf)

    def _of(self, within: NoticeSet | None) -> list[int]:
        rows = self._rows if within is None else [self._rows[ordinal] for ordinal in within.ordinals]
        return [row for one in rows for row in one]

    def clauses(self, rows: Sequence[int]) -> list[IndexedClause]:
        if min(rows, default=0) < 0:
            raise IndexError(min(rows))
        return [self._clauses[row] for row in rows]

    def notice(self, ordinal: int) -> NoticeClauses:
        if ordinal < 0:
            raise IndexError(ordinal)
        rows = self._rows[ordinal]
        return NoticeClauses(rows, [self._clauses[row].role for row in rows], self.clauses)

    def find(self, clause_id: str) -> IndexedClause | None:
        return self._by_id.get(clause_id)

    def outdated(self) -> bool:
        return False


def _frequencies(entry: IndexedClause) -> dict[str, int]:
    """Tokens of a clause, its headings and its title, each as often as its field weighs."""
    out: Counter[str] = Counter()
    fields = ((TEXT_WEIGHT, entry.text), (PATH_WEIGHT, " ".join(entry.path)), (TITLE_WEIGHT, entry.notice.title))
    for weight, text in fields:
        for token in tokenize(text):
            out[token] += weight
    return dict(out)


def _best(scores: Mapping[int, float], k: int, least: float = 0.0) -> list[Ranked]:
    found = sorted((-score, row) for row, score in scores.items() if score > least)
    return [Ranked(row, -score) for score, row in found[:k]]
