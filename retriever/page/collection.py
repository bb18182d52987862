"""One opened index with everything the page looks up in it. Nothing here changes once it is made, but for what is
remembered of questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from corpus.doc_number import number_key
from corpus.model import CorpusNotice
from index.engine import IndexedClause
from index.office_list import OfficeEntry
from retriever.ask import Asker
from retriever.model import Filters, SearchResult, is_number
from retriever.page.examples import examples
from retriever.page.filters import Options
from retriever.page.kept import KeptResults
from retriever.page.marks import question_words
from retriever.page.site import place_of
from retriever.page.suggest import Suggester
from retriever.words import expand


@dataclass(frozen=True, slots=True)
class Collection:
    """An index ready for the page: what can be chosen, examples, and notices and clauses by id."""

    asker: Asker
    options: Options
    examples: tuple[str, ...]
    places: dict[str, int]  # of notices in the index, by notice_id and by document number (`number_key`)
    place: str  # whose documents most of them are
    suggester: Suggester
    results: KeptResults = field(default_factory=KeptResults, compare=False, repr=False)

    @classmethod
    def of(cls, asker: Asker, ready: Sequence[str] | None = None) -> Collection:
        """`ready` are examples found before for the same clauses; without them they are looked for."""
        notices = [source.notice for source in asker.engine.notices]
        numbered = [(at, notice.doc_number) for at, notice in enumerate(notices) if notice.doc_number]
        places = {number_key(number): at for at, number in reversed(numbered)}
        places |= {notice.notice_id: at for at, notice in enumerate(notices)}
        options = Options.of(asker.engine.notices)
        return cls(
            asker,
            options,
            examples(asker) if ready is None else tuple(ready),
            places,
            place_of(n.issuer for n in notices),
            Suggester(asker.engine, asker.directory.offices),
        )

    def ask(
        self,
        question: str,
        *,
        k: int = 5,
        mode: str = "hybrid",
        filters: Filters | None = None,
        linked: int | None = None,
    ) -> SearchResult:
        """As `Asker.ask`; what was asked lately comes from memory. Another index is another collection, so that
        nothing is answered from one that was replaced."""
        began = time.perf_counter()
        key = (self.asker.engine.day, question, k, mode, filters or Filters(), linked)
        found = self.results.get(key)
        if found is None:
            found = self.asker.ask(question, k=k, mode=mode, filters=filters, linked=linked)
            self.results.keep(key, found)
            return found
        took = round(1000 * (time.perf_counter() - began), 2)
        return replace(found, ms={"total": took, "retrieve": 0.0, "answer": 0.0})

    @property
    def dates(self) -> tuple[str, str] | None:
        """Date of the oldest and of the newest notice."""
        dates = sorted(source.notice.date for source in self.asker.engine.notices if source.notice.date)
        return (dates[0], dates[-1]) if dates else None

    @property
    def offices(self) -> Sequence[OfficeEntry]:
        """All offices that the corpus names, those with a phone first."""
        return self.asker.directory.offices

    def office(self, name: str) -> OfficeEntry | None:
        """An office by its key or by one of its names."""
        found = next((one for one in self.asker.directory.offices if one.key == name), None)
        return found or self.asker.directory.find(name)

    def words(self, question: str) -> tuple[str, ...]:
        """The words to mark: the question's own, folded as the search folds them, and the official
        ones it is searched with besides (欠薪 for 不发工资)."""
        return question_words(expand(self.asker.preparer.folder.fold(question).text).rewritten)

    def notice(self, name: str) -> CorpusNotice | None:
        """A notice by its id or document number, in whatever brackets, characters and numerals: the newest of them."""
        found = self.named(name)
        return max(found, key=lambda one: one.notice.date or "", default=None)

    def named(self, name: str) -> list[CorpusNotice]:
        """All notices that an id or a document number names: without its year a number may be that of several."""
        notices = self.asker.engine.notices
        place = self.places.get(name, self.places.get(number_key(name)))
        if place is not None:
            return [notices[place]]
        return [one for one in notices if is_number(name, one.notice.doc_number or "")]

    def clauses_of(self, notice_id: str) -> Sequence[IndexedClause]:
        """The clauses of a notice in order; none for an unknown notice."""
        ordinal = self.places.get(notice_id)
        return () if ordinal is None else self.asker.engine.notice(ordinal)

    def clause(self, clause_id: str) -> IndexedClause | None:
        """A clause by its id."""
        return self.asker.engine.find(clause_id)
