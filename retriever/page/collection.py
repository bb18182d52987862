"""One opened index with everything the page looks up in it. Nothing here changes once it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.local.store import IndexedClause, IndexedNotice
from retriever.offices import Entry
from retriever.page.examples import examples
from retriever.page.filters import Options
from retriever.page.marks import question_words
from retriever.search import Retriever
from retriever.words import expand


@dataclass(frozen=True, slots=True)
class Collection:
    """An index ready for the page: what can be chosen, examples, and notices and clauses by id."""

    retriever: Retriever
    options: Options
    examples: tuple[str, ...]
    places: dict[str, int]  # of notices in the index, by notice_id and by document number

    @classmethod
    def of(cls, retriever: Retriever, ready: Sequence[str] | None = None) -> Collection:
        """`ready` are examples found before for the same clauses; without them they are looked for."""
        notices = [entry.notice for entry in retriever.index.notices]
        places = {notice.doc_number: at for at, notice in reversed(list(enumerate(notices))) if notice.doc_number}
        places |= {notice.notice_id: at for at, notice in enumerate(notices)}
        options = Options.of(retriever.index.notices)
        return cls(retriever, options, examples(retriever) if ready is None else tuple(ready), places)

    @property
    def dates(self) -> tuple[str, str] | None:
        """Date of the oldest and of the newest notice."""
        found = sorted(entry.notice.date for entry in self.retriever.index.notices if entry.notice.date)
        return (found[0], found[-1]) if found else None

    @property
    def offices(self) -> Sequence[Entry]:
        """All offices that the corpus names, those with a phone first."""
        return self.retriever.directory.entries

    def words(self, question: str) -> tuple[str, ...]:
        """The words to mark: the question's own, folded as the search folds them, and the official
        ones it is searched with besides (欠薪 for 不发工资)."""
        return question_words(expand(self.retriever.folder.fold(question).text).rewritten)

    def notice(self, name: str) -> IndexedNotice | None:
        """A notice by its id or document number."""
        place = self.places.get(name)
        return None if place is None else self.retriever.index.notices[place]

    def clauses_of(self, notice_id: str) -> list[IndexedClause]:
        """The clauses of a notice in order; none for an unknown notice."""
        place = self.places.get(notice_id)
        clauses = self.retriever.index.clauses
        return [] if place is None else [clauses[row] for row in clauses.rows(place)]

    def clause(self, clause_id: str) -> IndexedClause | None:
        """A clause by its id, which begins with its notice's."""
        notice_id = clause_id.rpartition("/")[0]
        return next((entry for entry in self.clauses_of(notice_id) if entry.clause_id == clause_id), None)
