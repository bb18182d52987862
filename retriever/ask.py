"""The one composition: prepare → retrieve → read → decide → offices → result. Everybody asks here."""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Collection
from dataclasses import replace

from corpus.dates import chinese_date
from corpus.errors import UsageError
from corpus.text import nfkc
from index.address import Where
from index.engine import Engine
from index.model.embedder import Embedder
from index.model.errors import ModelError
from index.model.load import load_asking
from index.opening import open_index
from index.paths import DEFAULT_INDEX
from retriever.answering import Answerer, Assessment
from retriever.evidence import FIRST_HITS
from retriever.families import Families
from retriever.in_time import InTime, end_of
from retriever.looked_up import call, documents
from retriever.model import MAX_QUESTION, MODES, Filters, ParameterError, SearchResult
from retriever.names import Names
from retriever.neighbours import Neighbours
from retriever.notes import Note, NoteKind, note
from retriever.offices import Directory, with_contact
from retriever.on_day import OnDay
from retriever.parts import parts
from retriever.query import Preparer, Query
from retriever.question import matched
from retriever.reading.choice import Found
from retriever.reading.onnx_reader import PassageReader, own_reader
from retriever.reading.ranking import Ranker
from retriever.reading.reader import Reader
from retriever.reading.use import USUAL, ReaderUse
from retriever.references import References
from retriever.requests import request_note
from retriever.resolve import Located, Resolver
from retriever.search import Retrieval, Retriever
from retriever.told import Teller, Told
from retriever.when import asked_of, without_year

_DAYS = 4  # days whose askers are kept


class Asker:
    """Answers questions over one index. Safe under threads: a question changes nothing."""

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder | None,
        mode_note: Note | None = None,
        reader: Reader | None = None,
        ranker: Ranker | None = None,
        *,
        use: ReaderUse = USUAL,
        like: Asker | None = None,
    ) -> None:
        """`mode_note` says why there is no embedder or reader where one was wanted. A `ranker` orders the first hits in
        the reader's stead, in all modes. `use` is what both may do. `like` is the asker over the same index as of
        another day."""
        self.engine = engine
        self.embedder = embedder
        self.reader = reader
        self.use = use
        self.mode_note = mode_note
        self.ranker = ranker
        self.directory = Directory(engine.offices, engine.notices)
        names = Names(engine)
        self.resolver = Resolver(engine, names)
        self.references = References(engine, names)
        self.preparer: Preparer = Preparer(engine, embedder) if like is None else like.preparer
        neighbours = Neighbours(engine)
        self.retriever = Retriever(engine, neighbours)
        families = Families(engine)
        self.families = families
        self._in_time = InTime(engine, families)
        self._teller = Teller(engine, names, families)
        self._origin = self if like is None else like
        self._days = functools.lru_cache(maxsize=_DAYS)(self._as_of)
        self._answerer = Answerer(engine, neighbours, self.directory, embedder, reader, ranker, use)

    @classmethod
    def open(cls, where: Where = DEFAULT_INDEX, *, dense: bool = True) -> Asker:
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
            embedder = load_asking(model.name)
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
        return Asker(self.engine, self.embedder, self.mode_note, reader, ranker, use=self.use)

    def on(self, day: dt.date) -> Asker:
        """The asker over the same index as of a day. The last few days are kept."""
        return self if day == self.engine.day else self._origin._days(day)

    def _as_of(self, day: dt.date) -> Asker:
        if day == self.engine.day:
            return self
        engine = OnDay(self.engine, day)
        return Asker(engine, self.embedder, self.mode_note, self.reader, self.ranker, use=self.use, like=self)

    def ask(
        self,
        question: str,
        *,
        k: int = 5,
        mode: str = "hybrid",
        filters: Filters | None = None,
        linked: int | None = None,
    ) -> SearchResult:
        """The `k` best clauses for a question, and the answer if there is one. What clauses point to is looked up for
        the first `linked` only, where that is given: for hundreds it takes a fifth of the time of an answer.

        Raises UsageError for an empty or overlong question, ParameterError for k < 1 or an unknown mode.
        """
        filters = filters or Filters()
        if filters.on is not None and filters.on != self.engine.day.isoformat():
            return self.on(dt.date.fromisoformat(filters.on)).ask(
                question, k=k, mode=mode, filters=filters, linked=linked
            )
        _check(question, k, mode)
        first, *others = parts(matched(question)[0])
        if not others:
            return self._ask(question, k, mode, filters, linked)
        result, *more = (self._ask(one, k, mode, filters, linked) for one in (first, *others))
        return replace(result, question=question, parts=tuple(map(_beside, more)))

    def _ask(self, question: str, k: int, mode: str, filters: Filters, linked: int | None) -> SearchResult:
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
        # What decides is the same whatever number of hits is asked for.
        count = max(k, FIRST_HITS, self.use.read)
        told = self._told(text, mode_used, filters, count, cited)
        if told is not None:
            retrieved = time.perf_counter()
            decision, answer = told[0].decision, told[0].answer and with_contact(told[0].answer)
            hits = told[0].first(told[1].hits)
            says = decision.note is not None and decision.note.kind is NoteKind.STANDING
            if answer is not None and answer.entry is not None and not says:
                notes = [*self._in_time.warnings(answer.entry), *notes]
        else:
            query, found = self._found(text, cited, mode_used, filters, count)
            retrieved = time.perf_counter()
            standing = self._in_time.settle(query, text, found.retrieval)
            may = replace(standing.may_answer, hits=standing.may_answer.hits[:FIRST_HITS])
            decision, answer = self._answerer.answer(query, replace(found, retrieval=may), mode_used)
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
        with_links = k if linked is None else min(k, linked)
        return SearchResult(
            question=question,
            mode=mode,
            mode_used=mode_used,
            notes=tuple(notes),
            answered=decision.answered,
            confidence=decision.confidence,
            answer=answer,
            hits=(
                *(replace(hit, links=self.references.links(hit.entry)) for hit in hits[:with_links]),
                *hits[with_links:k],
            ),
            ms={
                "total": round(1000 * (done - began), 2),
                "retrieve": round(1000 * (retrieved - began), 2),
                "answer": round(1000 * (done - retrieved), 2),
            },
        )

    def _told(
        self, question: str, mode: str, filters: Filters, count: int, cited: Located | None
    ) -> tuple[Told, Retrieval] | None:
        """What is looked up of an office or a document, or told of a document's time, where nothing else is asked."""
        told = call(self.engine, self.directory, question) or documents(self.engine, cited)
        asked = asked_of(question) if told is None else None
        if told is None and asked is None:
            return None
        subject = asked.subject if asked is not None and asked.subject else question
        query = self.preparer.prepare(subject, mode, self.resolver.of_question(subject))
        retrieval = self.retriever.retrieve(query, mode, filters, count)
        if asked is not None:
            told = self._teller.tell(asked, query, retrieval, question)
        if told is None or not all(filters.keeps(entry.notice) for entry in told.entries):
            return None
        return told, retrieval

    def _found(self, text: str, cited: Located | None, mode: str, filters: Filters, count: int) -> tuple[Query, Found]:
        """What is asked and what is found, the first hits read. Of a question for the texts of a year (「2015年的收费
        标准」) their words then, read without the year, unless texts speak of it."""
        query = self.preparer.prepare(text, mode, cited)
        year = self._in_time.year(text)
        if year is None:
            return query, self.find(query, mode, filters, count)
        then = self.on(end_of(year))
        retrieval = self._in_time.as_of_today(then.retriever.retrieve(query, mode, filters, count))
        if self._in_time.only_chooses(year, retrieval):
            query = replace(query, text=without_year(query.text, year))
        return query, self._answerer.read(query, retrieval, mode)

    def find(self, query: Query, mode: str, filters: Filters, count: int, without: Collection[int] = ()) -> Found:
        """The `count` best clauses, the first of them read; rows in `without` count as not there."""
        return self._answerer.read(query, self.retriever.retrieve(query, mode, filters, count, without), mode)

    def assess(self, query: Query, found: Found, mode: str) -> Assessment:
        """Choose what answers a question, and judge it. There must be a hit."""
        return self._answerer.assess(query, found, mode)


def _not_asked(question: str, mode: str, mode_used: str, notes: tuple[Note, ...], began: float) -> SearchResult:
    """The result for what asks nothing: its line, and no clause that would look like an answer."""
    ms = {"total": round(1000 * (time.perf_counter() - began), 2), "retrieve": 0.0, "answer": 0.0}
    return SearchResult(question, mode, mode_used, notes, answered=False, confidence=0.0, answer=None, hits=(), ms=ms)


def _beside(part: SearchResult) -> SearchResult:
    """A further question's result without what the first one's has told of them all."""
    told = (NoteKind.MODE, NoteKind.ON_DAY)
    return replace(part, notes=tuple(one for one in part.notes if one.kind not in told))


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
