"""From what was found to an answer: read, choose, judge, decide, name the offices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.phones import find_phones
from index.engine import Engine
from index.model.embedder import Embedder
from retriever.caution import with_caution
from retriever.confidence import Evidence
from retriever.decide import Decision, after_reading, before_reading
from retriever.evidence import Witness
from retriever.intent import WHOM, asks_whether
from retriever.model import Answer
from retriever.neighbours import Neighbours
from retriever.notes import NoteKind, note
from retriever.offices import Directory, offices_of
from retriever.query import Query
from retriever.reading.by_words import question_terms
from retriever.reading.choice import Choice, Found
from retriever.reading.choosing import Chooser
from retriever.reading.listed import asks_list, items_left
from retriever.reading.passages import Passages
from retriever.reading.ranking import Ranker
from retriever.reading.reader import AnswerKind, Reader
from retriever.reading.shown import opening
from retriever.reading.use import USUAL, ReaderUse
from retriever.search import Retrieval

_VERDICTS = (AnswerKind.YES, AnswerKind.NO)
_NAMED = 10  # offices that a note names


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was chosen to answer a question, its evidence, and the decision whether it is good enough."""

    choice: Choice
    evidence: Evidence
    decision: Decision


class Answerer:
    """Answers over one index from what was found. The reader reads what was found by vectors; keywords answer at once,
    without it. Safe under threads."""

    def __init__(
        self,
        engine: Engine,
        neighbours: Neighbours,
        directory: Directory,
        embedder: Embedder | None,
        reader: Reader | None,
        ranker: Ranker | None,
        use: ReaderUse = USUAL,
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._neighbours = neighbours
        passages = Passages(neighbours, directory)
        self._by_reader = Chooser(passages, neighbours, reader, ranker, use)
        self._by_words = Chooser(passages, neighbours, None, ranker, use)
        self._witness = Witness(neighbours, embedder, use)

    def read(self, query: Query, retrieval: Retrieval, mode: str) -> Found:
        """The hits in their last order, the first of them read; nothing is read where rules decide."""
        if before_reading(query, retrieval) is not None:
            return Found(retrieval, {})
        return self._chooser(mode).read(query, retrieval)

    def _chooser(self, mode: str) -> Chooser:
        return self._by_words if mode == "bm25" else self._by_reader

    def assess(self, query: Query, found: Found, mode: str) -> Assessment:
        """Choose what answers a question, and judge it. There must be a hit."""
        terms = question_terms(self._engine, query)
        choice = self._chooser(mode).choose(query, found, terms)
        evidence = self._witness.gather(query, found, choice, terms)
        vectors = bool(found.retrieval.candidates.dense)
        return Assessment(choice, evidence, after_reading(evidence, terms.known_share, mode, vectors=vectors))

    def answer(self, query: Query, found: Found, mode: str) -> tuple[Decision, Answer | None]:
        """The decision whether a question is answered, and the answer."""
        decision = before_reading(query, found.retrieval)
        if decision is not None and not decision.answered:
            return decision, None
        if decision is not None:
            entry = found.retrieval.hits[0].entry
            said = opening(entry.text)
            offices = offices_of(self._engine, self._directory, entry, query.asked, said)
            return decision, Answer(said, offices, entry.clause_id, entry)
        assessment = self.assess(query, found, mode)
        decision, choice = assessment.decision, assessment.choice
        if not decision.answered:
            return decision, None
        if choice.others:
            decision = replace(decision, note=note(NoteKind.SHARED, _listed(choice.others)))
        return with_caution(decision, self._worded(query, choice), query.asked)

    def _names(self, words: str) -> bool:
        """Whether words name an office or a telephone."""
        return bool(self._directory.mentioned(words) or find_phones(words))

    def _worded(self, query: Query, choice: Choice) -> Answer:
        entry, reading = choice.passage.entry, choice.reading
        # Who is responsible often stands in the heading: then no words of the clause are the answer.
        elsewhere = WHOM & set(query.asked) and not self._names(choice.exact)
        exact = None if reading is None or elsewhere else choice.exact
        return Answer(
            text=choice.text,
            offices=offices_of(self._engine, self._directory, entry, query.asked, choice.exact),
            clause_id=entry.clause_id,
            entry=entry,
            exact=exact,
            verdict=reading.kind.value if reading and reading.kind in _VERDICTS and asks_whether(query.text) else None,
            more=len(choice.others) or (items_left(entry, self._neighbours) if asks_list(query.text) else 0),
        )


def _listed(names: Sequence[str]) -> str:
    """`甲局、乙局`; of many the first and how many there are."""
    more = f"等 {len(names)} 个单位" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more
