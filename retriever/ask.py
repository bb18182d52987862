"""The one composition: prepare → retrieve → read → decide → offices → result. Everybody asks here."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

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
from retriever.intent import asks_whether
from retriever.model import MAX_QUESTION, MODES, Answer, Filters, ParameterError, SearchResult
from retriever.names import Names
from retriever.neighbours import Neighbours
from retriever.notes import Note, NoteKind, note
from retriever.offices import Directory, offices_of
from retriever.parts import parts
from retriever.query import Preparer, Query
from retriever.question import matched
from retriever.reading.by_words import question_terms
from retriever.reading.choice import Choice, Found
from retriever.reading.choosing import Chooser
from retriever.reading.listed import asks_list, items_left
from retriever.reading.onnx_reader import PassageReader, own_reader
from retriever.reading.passages import Passages
from retriever.reading.ranking import Ranker
from retriever.reading.reader import AnswerKind, Reader
from retriever.reading.spans import opening
from retriever.references import References
from retriever.requests import request_note
from retriever.resolve import Resolver
from retriever.search import Retriever

_VERDICTS = (AnswerKind.YES, AnswerKind.NO)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was chosen to answer a question, its evidence, and the decision whether it is good enough."""

    choice: Choice
    evidence: Evidence
    decision: Decision


class Asker:
    """Answers questions over one index. Safe under threads: a question changes nothing."""

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder | None,
        mode_note: Note | None = None,
        reader: Reader | None = None,
        ranker: Ranker | None = None,
    ) -> None:
        """`mode_note` says why there is no embedder or reader where one was wanted. The reader reads what was found by
        vectors, keywords answer at once; a `ranker` orders the first hits in its stead, in all modes."""
        self.engine = engine
        self.embedder = embedder
        self.reader = reader
        self.mode_note = mode_note
        self.directory = Directory(engine.offices, engine.notices)
        names = Names(engine)
        self.resolver = Resolver(engine, names)
        self.references = References(engine, names)
        self.preparer = Preparer(engine, embedder)
        neighbours = self._neighbours = Neighbours(engine)
        self.retriever = Retriever(engine, neighbours)
        passages = Passages(neighbours, self.directory)
        self._by_reader = Chooser(passages, neighbours, reader, ranker)
        self._by_words = Chooser(passages, neighbours, None, ranker)
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
        try:
            return cls(engine, embedder, reader=own_reader())
        except ModelError as err:
            return cls(engine, embedder, Note(NoteKind.MODE, f"没有阅读模型，答案按词语挑选（{err}）"))

    def with_ranker(self, ranker: Ranker) -> Asker:
        """The same index, its hits ordered by another model; one that reads reads too."""
        reader = ranker if isinstance(ranker, PassageReader) else self.reader
        return Asker(self.engine, self.embedder, self.mode_note, reader, ranker)

    def ask(self, question: str, *, k: int = 5, mode: str = "hybrid", filters: Filters | None = None) -> SearchResult:
        """The `k` best clauses for a question, and the answer if there is one.

        Raises UsageError for an empty or overlong question, ParameterError for k < 1 or an unknown mode.
        """
        _check(question, k, mode)
        first, *others = parts(matched(question)[0])
        if not others:
            return self._ask(question, k, mode, filters or Filters())
        result, *more = (self._ask(one, k, mode, filters or Filters()) for one in (first, *others))
        return replace(result, question=question, parts=tuple(more))

    def _ask(self, question: str, k: int, mode: str, filters: Filters) -> SearchResult:
        began = time.perf_counter()
        notes: list[Note] = []
        mode_used = mode
        if mode != "bm25" and self.embedder is None:
            mode_used = "bm25"
            notes.append(self.mode_note or _no_vectors("没有向量，已改为按关键词检索"))
        elif mode != "bm25" and self.mode_note is not None:
            notes.append(self.mode_note)
        text, cut = matched(question)
        request = request_note(text, self.engine.terms)
        if request is not None:
            return _not_asked(question, mode, mode_used, (*notes, request), began)
        cited = self.resolver.of_question(question)
        if cut is not None and (cited is None or not cited.alone):
            notes.append(Note(NoteKind.CUT, cut))
        query = self.preparer.prepare(text, mode_used, cited)
        # What decides is the same whatever number of hits is asked for.
        found = self.find(query, mode_used, filters, max(k, FIRST_HITS))
        retrieval = found.retrieval
        retrieved = time.perf_counter()
        first = replace(found, retrieval=replace(retrieval, hits=retrieval.hits[:FIRST_HITS]))
        decision, answer = self._answer(query, first, mode_used)
        if not retrieval.hits and not filters.empty:
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
            hits=tuple(replace(hit, links=self.references.links(hit.entry)) for hit in retrieval.hits[:k]),
            ms={
                "total": round(1000 * (done - began), 2),
                "retrieve": round(1000 * (retrieved - began), 2),
                "answer": round(1000 * (done - retrieved), 2),
            },
        )

    def find(self, query: Query, mode: str, filters: Filters, count: int, without: Collection[int] = ()) -> Found:
        """The `count` best clauses, the first of them read; rows in `without` count as not there."""
        return self._chooser(mode).read(query, self.retriever.retrieve(query, mode, filters, count, without))

    def _chooser(self, mode: str) -> Chooser:
        return self._by_words if mode == "bm25" else self._by_reader

    def _answer(self, query: Query, found: Found, mode: str) -> tuple[Decision, Answer | None]:
        decision = before_reading(query, found.retrieval)
        if decision is not None and not decision.answered:
            return decision, None
        if decision is not None:
            entry = found.retrieval.hits[0].entry
            said = opening(entry.text)
            offices = offices_of(self.engine, self.directory, entry, query.asked, said)
            return decision, Answer(said, offices, entry.clause_id, entry)
        assessment = self.assess(query, found, mode)
        if not assessment.decision.answered:
            return assessment.decision, None
        decision = assessment.decision
        if assessment.choice.others:
            decision = replace(decision, note=note(NoteKind.SHARED, "、".join(assessment.choice.others)))
        return with_caution(decision, self._worded(query, assessment.choice), query.asked)

    def _worded(self, query: Query, choice: Choice) -> Answer:
        entry, reading = choice.passage.entry, choice.reading
        return Answer(
            text=choice.text,
            offices=offices_of(self.engine, self.directory, entry, query.asked, choice.exact),
            clause_id=entry.clause_id,
            entry=entry,
            exact=None if reading is None else reading.text,
            verdict=reading.kind.value if reading and reading.kind in _VERDICTS and asks_whether(query.text) else None,
            more=len(choice.others) or (items_left(entry, self._neighbours) if asks_list(query.text) else 0),
        )

    def assess(self, query: Query, found: Found, mode: str) -> Assessment:
        """Choose what answers a question, and judge it. There must be a hit."""
        terms = question_terms(self.engine, query)
        choice = self._chooser(mode).choose(query, found, terms)
        evidence = self._witness.gather(query, found, choice, terms)
        vectors = bool(found.retrieval.candidates.dense)
        return Assessment(choice, evidence, after_reading(evidence, terms.known_share, mode, vectors=vectors))


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
