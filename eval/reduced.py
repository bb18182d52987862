"""An index without some of its notices, as if their files had never been added.

Hiding rows of the whole index would not do: what a word weighs, which spelling is a mistake, what offices and phones
are known, which notice repeals which, all depends on every notice. So everything is made anew from the notices that
stay, as a build makes it; what depends on one clause alone (its tokens, its vectors) is made once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.model import CorpusNotice
from corpus.validity import resolve
from eval.systems import DAY, embed
from index.engine import Engine, IndexedClause, IndexInfo, NoticeClauses, NoticeSet, Ranked, TermCounts, Vector
from index.local.dense import Dense, build_dense
from index.local.keywords import Bm25, Fields, from_weights, term_weights
from index.model.embedder import Embedder
from index.office_list import OfficeEntry, gather
from index.passages import passage
from index.vectors import VectorCache


@dataclass(frozen=True, slots=True)
class Windows:
    """The vectors [n, dim] of an index, and the row of the clause that each is a window of."""

    vectors: NDArray[np.float32]
    owners: NDArray[np.int32]


class Whole:
    """An index taken apart: its notices with their clauses, their tokens, and its vectors where there is a model."""

    def __init__(self, engine: Engine, embedder: Embedder | None) -> None:
        self.engine = engine
        self.entries = engine.clauses(range(engine.info.clauses))
        self.notices = [
            replace(source, notice=replace(source.notice, clauses=tuple(one.clause for one in engine.notice(ordinal))))
            for ordinal, source in enumerate(engine.notices)
        ]
        self.weights = [term_weights(Fields(one.text, " ".join(one.path), one.notice.title)) for one in self.entries]
        self.windows = None if embedder is None or engine.info.model is None else _windows(engine, embedder)

    def without(self, hidden: Collection[int]) -> Reduced:
        """The index without the notices of these ordinals."""
        return Reduced(self, frozenset(hidden))


def _windows(engine: Engine, embedder: Embedder) -> Windows:
    texts: list[str] = []
    owners: list[int] = []
    for entry in engine.clauses(range(engine.info.clauses)):
        split = embedder.split_passage(*passage(entry.notice.title, entry.path, entry.text))
        texts += split
        owners += [entry.row] * len(split)
    built = VectorCache(engine.info.cache, embedder)
    vectors = embed(texts, embedder) if built.missing(texts) else built.get(texts)
    return Windows(vectors, np.asarray(owners, np.int32))


class Reduced:
    """An engine (`index.engine.Engine`) over the notices that stay, with rows and ordinals of its own."""

    def __init__(self, whole: Whole, hidden: frozenset[int]) -> None:
        kept = [(ordinal, source) for ordinal, source in enumerate(whole.notices) if ordinal not in hidden]
        files = [source.files[0] for _, source in kept]
        linked = resolve([source.notice for _, source in kept], DAY, files)  # a hidden notice repeals nothing
        sources = [replace(source, notice=notice) for (_, source), notice in zip(kept, linked, strict=True)]
        self.offices: Sequence[OfficeEntry] = gather(linked)
        bare = [replace(source, notice=replace(source.notice, clauses=())) for source in sources]
        self.notices: Sequence[CorpusNotice] = bare
        self.families = [source.notice.family for source in bare]
        self._entries: list[IndexedClause] = []
        self._ranges: list[range] = []
        old: list[int] = []
        for ordinal, (before, _) in enumerate(kept):
            rows = whole.engine.notice(before).rows
            begin = len(self._entries)
            for row in rows:
                entry = IndexedClause(len(self._entries), whole.entries[row].clause, bare[ordinal], ordinal)
                self._entries.append(entry)
            self._ranges.append(range(begin, begin + len(rows)))
            old += rows
        self._places = {entry.clause_id: entry.row for entry in self._entries}
        self._bm25: Bm25 = from_weights(whole.weights[row] for row in old)
        self._dense = None if whole.windows is None else _dense(whole.windows, old)
        self.day = DAY
        info = whole.engine.info
        vectors = 0 if self._dense is None else len(self._dense.owners)
        self.info: IndexInfo = replace(info, notices=len(bare), clauses=len(old), vectors=vectors)

    @property
    def terms(self) -> TermCounts:
        return self._bm25

    def keywords(self, weights: Mapping[str, float], k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return self._bm25.search(weights, k, self._rows(within))

    def nearest(self, vector: Vector, k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return [] if self._dense is None else self._dense.search(vector, k, self._rows(within))

    def _rows(self, within: NoticeSet | None) -> NDArray[np.bool_] | None:
        if within is None:
            return None
        chosen = set(within.ordinals)
        return np.asarray([entry.ordinal in chosen for entry in self._entries], np.bool_)

    def clauses(self, rows: Sequence[int]) -> list[IndexedClause]:
        if min(rows, default=0) < 0:
            raise IndexError(min(rows))
        return [self._entries[row] for row in rows]

    def notice(self, ordinal: int) -> NoticeClauses:
        if ordinal < 0:
            raise IndexError(ordinal)
        rows = self._ranges[ordinal]
        return NoticeClauses(rows, [self._entries[row].role for row in rows], self.clauses)

    def find(self, clause_id: str) -> IndexedClause | None:
        row = self._places.get(clause_id)
        return None if row is None else self._entries[row]

    def outdated(self) -> bool:
        return False


def _dense(windows: Windows, kept: Sequence[int]) -> Dense | None:
    """The vectors of the rows kept, in their order, under their new rows."""
    new = dict(zip(kept, range(len(kept)), strict=True))
    chosen = [at for at, row in enumerate(windows.owners.tolist()) if row in new]
    if not chosen:
        return None
    owners = np.asarray([new[int(row)] for row in windows.owners[chosen]], np.int32)
    return Dense(build_dense(windows.vectors[chosen]), owners)
