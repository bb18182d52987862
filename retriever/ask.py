"""The one composition: prepare → retrieve → read → decide → offices → result. Everybody asks here."""

from __future__ import annotations

import datetime as dt
import functools
import time
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.dates import chinese_date
from corpus.errors import UsageError
from corpus.text import nfkc
from index.engine import Engine
from index.model.embedder import Embedder
from index.model.errors import ModelError
from index.model.load import load_embedder
from index.opening import open_index
from index.paths import DEFAULT_INDEX
from retriever.caution import with_caution
from retriever.confidence import Evidence
from retriever.decide import Decision, after_reading, before_reading
from retriever.evidence import FIRST_HITS, Witness
from retriever.families import Families
from retriever.in_time import InTime
from retriever.model import MAX_QUESTION, MODES, Answer, Filters, ParameterError, SearchResult
from retriever.names import Names
from retriever.neighbours import Neighbours
from retriever.notes import Note, NoteKind, note
from retriever.offices import Directory, offices_of
from retriever.on_day import OnDay
from retriever.query import Preparer, Query
from retriever.question import matched
from retriever.reading.passages import Passages
from retriever.reading.ranking import Ranker, reordered
from retriever.reading.sentence import Reading, SentenceReader, question_terms
from retriever.reading.spans import opening
from retriever.references import References
from retriever.requests import request_note
from retriever.resolve import Resolver
from retriever.search import Retrieval, Retriever
from retriever.told import Teller, Told
from retriever.when import asked_of

_DAYS = 4  # days whose askers are kept


@dataclass(frozen=True, slots=True)
class Assessment:
    """The best reading of a question, its evidence, and the decision whether it is good enough to answer."""

    reading: Reading
    evidence: Evidence
    decision: Decision


class Asker:
    """Answers questions over one index. Safe under threads: a question changes nothing."""

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder | None,
        mode_note: Note | None = None,
        ranker: Ranker | None = None,
        *,
        like: Asker | None = None,
    ) -> None:
        """`mode_note` says why there is no embedder where one was wanted; `ranker` orders the first hits anew; `like`
        is the asker over the same index as of another day."""
        self.engine = engine
        self.embedder = embedder
        self.mode_note = mode_note
        self.ranker = ranker
        self.directory = Directory(engine.offices, engine.notices)
        names = Names(engine)
        self.resolver = Resolver(engine, names)
        self.references = References(engine, names)
        self.preparer: Preparer = Preparer(engine, embedder) if like is None else like.preparer
        neighbours = Neighbours(engine)
        self.retriever = Retriever(engine, neighbours)
        families = Families(engine.notices)
        self.families = families
        self._in_time = InTime(engine, families)
        self._teller = Teller(engine, names, families)
        self._origin = self if like is None else like
        self._days = functools.lru_cache(maxsize=_DAYS)(self._as_of)
        self._reader = SentenceReader(Passages(neighbours, self.directory))
        self._witness = Witness(neighbours, embedder)

    @classmethod
    def open(cls, where: Path = DEFAULT_INDEX, *, dense: bool = True) -> Asker:
        """Open an index and its model. Without vectors or model it searches by keywords and says so.

        Raises IndexMissing, IndexOutdated or IndexCorrupt.
        """
        return cls.over(open_index(where), dense=dense)

    @classmethod
    def over(cls, engine: Engine, *, dense: bool = True) -> Asker:
        """An asker over an index that is already open; else as `open`."""
        if not dense:
            return cls(engine, None)
        model = engine.info.model
        if model is None:
            return cls(engine, None, _no_vectors("索引里还没有向量，已改为按关键词检索"))
        try:
            embedder = load_embedder(model.name)
        except ModelError as err:
            return cls(engine, None, _no_vectors(f"嵌入模型无法加载，已改为按关键词检索（{err}）"))
        if embedder.sha256 != model.sha256:
            todo = "请运行：python build_index.py"
            return cls(engine, None, _no_vectors(f"嵌入模型与建索引时的不同，已改为按关键词检索；{todo}"))
        return cls(engine, embedder)

    def on(self, day: dt.date) -> Asker:
        """The asker over the same index as of a day. The last few days are kept."""
        return self if day == self.engine.day else self._origin._days(day)

    def _as_of(self, day: dt.date) -> Asker:
        if day == self.engine.day:
            return self
        return Asker(OnDay(self.engine, day), self.embedder, self.mode_note, self.ranker, like=self)

    def ask(self, question: str, *, k: int = 5, mode: str = "hybrid", filters: Filters | None = None) -> SearchResult:
        """The `k` best clauses for a question, and the answer if there is one.

        Raises UsageError for an empty or overlong question, ParameterError for k < 1 or an unknown mode.
        """
        filters = filters or Filters()
        if filters.on is not None and filters.on != self.engine.day.isoformat():
            return self.on(dt.date.fromisoformat(filters.on)).ask(question, k=k, mode=mode, filters=filters)
        began = time.perf_counter()
        _check(question, k, mode)
        notes: list[Note] = []
        mode_used = mode
        if mode != "bm25" and self.embedder is None:
            mode_used = "bm25"
            notes.append(self.mode_note or _no_vectors("没有向量，已改为按关键词检索"))
        text, cut = matched(question)
        request = request_note(text, self.engine.terms)
        if request is not None:
            return _not_asked(question, mode, mode_used, (*notes, request), began)
        cited = self.resolver.of_question(question)
        if cut is not None and (cited is None or not cited.alone):
            notes.append(Note(NoteKind.CUT, cut))
        # What decides is the same whatever number of hits is asked for.
        count = max(k, FIRST_HITS)
        told = self._told(text, mode_used, filters, count)
        if told is not None:
            retrieved = time.perf_counter()
            (decision, answer), hits = (told[0].decision, told[0].answer), told[0].first(told[1].hits)
        else:
            query = self.preparer.prepare(text, mode_used, cited)
            retrieval = self.retriever.retrieve(query, mode_used, filters, count)
            if self.ranker is not None and not retrieval.candidates.numbered:  # whose order is that of what was named
                retrieval = replace(retrieval, hits=reordered(text, retrieval.hits, self.ranker, FIRST_HITS))
            retrieved = time.perf_counter()
            standing = self._in_time.settle(query, text, retrieval)
            may = standing.may_answer
            decision, answer = self._answer(standing.query, replace(may, hits=may.hits[:FIRST_HITS]), mode_used)
            decision, hits = self._in_time.explained(decision, standing), standing.shown.hits
            if answer is not None and answer.entry is not None:
                notes = [*self._in_time.warnings(answer.entry), *notes]
        if filters.on is not None:
            notes.insert(0, note(NoteKind.ON_DAY, chinese_date(filters.on)))
        if not hits and not filters.empty:
            notes.append(note(NoteKind.FILTERED))
        elif decision.note is not None:
            notes.append(decision.note)
        done = time.perf_counter()
        return SearchResult(
            question=question,
            mode=mode,
            mode_used=mode_used,
            notes=tuple(notes),
            answered=decision.answered,
            confidence=decision.confidence,
            answer=answer,
            hits=tuple(replace(hit, links=self.references.links(hit.entry)) for hit in hits[:k]),
            ms={
                "total": round(1000 * (done - began), 2),
                "retrieve": round(1000 * (retrieved - began), 2),
                "answer": round(1000 * (done - retrieved), 2),
            },
        )

    def _told(self, question: str, mode: str, filters: Filters, count: int) -> tuple[Told, Retrieval] | None:
        """What is told of a document's time, where that is asked and can be told."""
        asked = asked_of(question)
        if asked is None:
            return None
        subject = asked.subject or question
        query = self.preparer.prepare(subject, mode, self.resolver.of_question(subject))
        retrieval = self.retriever.retrieve(query, mode, filters, count)
        told = self._teller.tell(asked, query, retrieval, question)
        if told is None or not all(filters.keeps(entry.notice) for entry in told.entries):
            return None
        return told, retrieval

    def _answer(self, query: Query, retrieval: Retrieval, mode: str) -> tuple[Decision, Answer | None]:
        decision = before_reading(query, retrieval)
        if decision is not None and not decision.answered:
            return decision, None
        if decision is not None:
            entry = retrieval.hits[0].entry
            said = opening(entry.text)
            offices = offices_of(self.engine, self.directory, entry, query.asked, said)
            return decision, Answer(said, offices, entry.clause_id, entry)
        assessment = self.assess(query, retrieval, mode)
        if not assessment.decision.answered:
            return assessment.decision, None
        entry, said = assessment.reading.passage.entry, assessment.reading.text
        offices = offices_of(self.engine, self.directory, entry, query.asked, said)
        answer = Answer(said, offices, entry.clause_id, entry)
        return with_caution(assessment.decision, answer, query.asked)

    def assess(self, query: Query, retrieval: Retrieval, mode: str) -> Assessment:
        """Read the passages of a question and judge the best reading. There must be a hit."""
        terms = question_terms(self.engine, query)
        reading = self._reader.read(query, retrieval, terms)
        evidence = self._witness.gather(query, retrieval, reading, terms)
        vectors = bool(retrieval.candidates.dense)
        return Assessment(reading, evidence, after_reading(evidence, terms.known_share, mode, vectors=vectors))


def _not_asked(question: str, mode: str, mode_used: str, notes: tuple[Note, ...], began: float) -> SearchResult:
    """The result for what asks nothing: its line, and no clause that would look like an answer."""
    ms = {"total": round(1000 * (time.perf_counter() - began), 2), "retrieve": 0.0, "answer": 0.0}
    return SearchResult(question, mode, mode_used, notes, answered=False, confidence=0.0, answer=None, hits=(), ms=ms)


def _no_vectors(text: str) -> Note:
    return Note(NoteKind.MODE, text)


def _check(question: str, k: int, mode: str) -> None:
    if not any(map(str.isalnum, nfkc(question[: MAX_QUESTION + 1]))):
        raise UsageError("问题是空的", "", "请用一句话写出想问的事")
    if len(question) > MAX_QUESTION:
        raise UsageError(f"问题太长（{len(question)} 个字）", "", f"请缩短到 {MAX_QUESTION} 字以内")
    if k < 1:
        raise ParameterError(f"k={k} 不对", "k", "请给一个大于 0 的整数")
    if mode not in MODES:
        raise ParameterError(f"检索方式“{mode}”不认识", "mode", "可用：" + "、".join(MODES))
