"""An index as it stood on another day: which notices held, and how their clauses read. Rows and scores are the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from corpus.model import CorpusNotice
from corpus.validity import as_of, changes
from corpus.wordings import reads_on
from index.engine import (
    Engine,
    IndexedClause,
    IndexInfo,
    NoticeClauses,
    NoticeSet,
    Ranked,
    TermCounts,
    Vector,
)
from index.lazy import Lazy
from index.office_list import OfficeEntry


class OnDay:
    """An engine (`index.engine.Engine`) over another one, as of a day. It shares everything that days don't change:
    made once, it holds only notices whose status is another one, and no clauses."""

    def __init__(self, engine: Engine, day: dt.date) -> None:
        self._engine = engine
        self.day = day
        self.notices: Sequence[CorpusNotice] = Lazy(
            len(engine.notices), lambda ordinal: _on(engine.notices[ordinal], day)
        )

    @property
    def info(self) -> IndexInfo:
        return self._engine.info

    @property
    def terms(self) -> TermCounts:
        return self._engine.terms

    @property
    def families(self) -> Sequence[str | None]:
        return self._engine.families

    @property
    def offices(self) -> Sequence[OfficeEntry]:
        return self._engine.offices

    def keywords(self, weights: Mapping[str, float], k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return self._engine.keywords(weights, k, within)

    def nearest(self, vector: Vector, k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return self._engine.nearest(vector, k, within)

    def clauses(self, rows: Sequence[int]) -> list[IndexedClause]:
        return [self._then(entry) for entry in self._engine.clauses(rows)]

    def notice(self, ordinal: int) -> NoticeClauses:
        found = self._engine.notice(ordinal)
        return NoticeClauses(found.rows, found.roles, self.clauses)

    def find(self, clause_id: str) -> IndexedClause | None:
        found = self._engine.find(clause_id)
        return None if found is None else self._then(found)

    def outdated(self) -> bool:
        return self._engine.outdated()

    def _then(self, entry: IndexedClause) -> IndexedClause:
        """A clause of the other engine as it read on the day."""
        clause, source = reads_on(entry.clause, self.day), self.notices[entry.ordinal]
        if clause is entry.clause and source is entry.source:
            return entry
        return IndexedClause(entry.row, clause, source, entry.ordinal)


def _on(source: CorpusNotice, day: dt.date) -> CorpusNotice:
    """A notice as of a day; that of today where it is the same."""
    notice = as_of(source.notice, day) if changes(source.notice) else source.notice
    return source if notice is source.notice else replace(source, notice=notice)
