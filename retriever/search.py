"""From a question to clauses: the one search that commands, page and evaluation share."""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import UsageError
from corpus.fields import is_attachment_list
from corpus.model import ClauseKind
from corpus.text import nfkc, squash
from index.embedding import Embedder, ModelError, Vectors, load_embedder
from index.paths import DEFAULT_INDEX
from index.store import Index, IndexedClause
from index.tokens import tokenize
from retriever.answer import answer_question
from retriever.folding import Folder
from retriever.fusion import fuse, min_max, order
from retriever.intent import Intent, intents
from retriever.lookup import NumberQuery, find_number, find_section, match_notices
from retriever.model import MAX_QUESTION, MODES, Filters, Hit, SearchResult
from retriever.offices import Directory
from retriever.priors import prior, title_bonus
from retriever.question import matched
from retriever.references import References
from retriever.words import BM25_WEIGHT, Expansion, expand

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
DEPTH = 200  # candidates taken from each side

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready: folded for matching, widened by official words, its kinds and number."""

    text: str
    expansion: Expansion
    asked: tuple[Intent, ...]
    number: NumberQuery | None
    section: tuple[str, ...]
    vector: Vectors | None  # float32 [dim], norm 1; None where only keywords are searched

    @property
    def only_number(self) -> bool:
        """Whether the question holds little beside a document number."""
        return self.number is not None and len(squash(self.text)) - len(squash(self.number.text)) <= 12


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates of one question: fused scores by row, and what they were made of."""

    scores: dict[int, float]
    dense: dict[int, float]
    bm25: dict[int, float]
    ceiling: float  # of the BM25 scores
    numbered: tuple[int, ...]  # rows of the documents asked for by number


class Retriever:
    """Searches one opened index. Safe under threads: a search changes nothing."""

    def __init__(self, index: Index, embedder: Embedder | None, note: str | None = None) -> None:
        self.index = index
        self.embedder = embedder
        self.dense_note = note
        self.folder = Folder(index.bm25.counts())
        self._numbers = [entry.notice.doc_number for entry in index.notices]
        self._hidden = index.clauses.of_kind(ClauseKind.HEADING)
        self.references = References(index)
        self._directory: Directory | None = None
        self._years = functools.lru_cache(maxsize=4096)(self._read_years)
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path = DEFAULT_INDEX, *, dense: bool = True) -> Retriever:
        """Open an index and its model. Without vectors or model it searches by keywords and says so.

        Raises IndexMissing, IndexOutdated or IndexCorrupt.
        """
        index = Index.open(folder)
        if not dense:
            return cls(index, None, None)
        if index.dense is None or index.manifest.model is None:
            return cls(index, None, "索引里还没有向量，已改为按关键词检索")
        try:
            embedder = load_embedder(index.manifest.model["name"])
        except ModelError as err:
            return cls(index, None, f"嵌入模型无法加载，已改为按关键词检索（{err}）")
        if embedder.sha256 != index.manifest.model["sha256"]:
            return cls(index, None, "嵌入模型与建索引时的不同，已改为按关键词检索；请运行：python build_index.py")
        return cls(index, embedder, None)

    @property
    def directory(self) -> Directory:
        """The offices of the corpus, gathered when they are first needed."""
        with self._lock:
            if self._directory is None:
                self._directory = Directory.from_index(self.index)
            return self._directory

    def search(
        self, question: str, *, k: int = 5, mode: str = "hybrid", filters: Filters | None = None
    ) -> SearchResult:
        """The `k` best clauses for a question, and the answer if there is one.

        Raises UsageError for an empty or overlong question, k < 1 or an unknown mode.
        """
        began = time.perf_counter()
        _check(question, k, mode)
        mode_used, note = mode, None
        if mode != "bm25" and self.embedder is None:
            mode_used, note = "bm25", self.dense_note or "没有向量，已改为按关键词检索"
        text, cut = matched(question)
        query = self.prepare(text, mode_used)
        scored = self.score(query, mode_used, filters or Filters())
        hits = self.hits(query, scored, max(k, 10))
        retrieved = time.perf_counter()
        verdict = answer_question(self, query, scored, hits, mode_used)
        done = time.perf_counter()
        return SearchResult(
            question=question,
            mode=mode,
            mode_used=mode_used,
            note="；".join(part for part in (note, cut, verdict.note) if part) or None,
            answered=verdict.answered,
            confidence=verdict.confidence,
            answer=verdict.answer,
            hits=tuple(replace(hit, links=self.references.links(hit.entry)) for hit in hits[:k]),
            ms={
                "total": round(1000 * (done - began), 2),
                "retrieve": round(1000 * (retrieved - began), 2),
                "answer": round(1000 * (done - retrieved), 2),
            },
        )

    def prepare(self, question: str, mode: str) -> Query:
        """Fold, widen and embed a question; what is shown to the user stays as it was typed."""
        number = find_number(question)
        text = self.folder.fold(question).text
        vector = None
        if mode != "bm25" and self.embedder is not None:
            vector = self.embedder.encode_questions([text])[0]
        return Query(text, expand(text), intents(text), number, find_section(question), vector)

    def likeness(self, query: Query, passage: str) -> float:
        """Cosine of the question and a passage."""
        if query.vector is None or self.embedder is None:
            return 0.0
        return float(self.embedder.encode_passages([passage])[0] @ query.vector)

    def unknown_number(self, query: Query, scored: Scored, hits: Sequence[Hit]) -> str | None:
        """The number of the one document that a question names, if it is not in the corpus.

        A number that a hit cites may be asked about by what is said beside it, but not alone.
        """
        number = query.number
        if number is None or not number.complete or scored.numbered:
            return None
        cited = squash(f"{number.code[-2:]}{number.year or '第'}{number.serial}号")
        alone = len(squash(query.text)) - len(squash(number.text)) <= 6  # 「…讲了什么」
        return number.text if alone or not any(cited in squash(hit.text) for hit in hits) else None

    def score(self, query: Query, mode: str, filters: Filters, without: Collection[int] = ()) -> Scored:
        """Candidates with their scores, before priors settle the order of hits.

        Rows in `without` count as not there: that is how questions without an answer are made for
        calibration.
        """
        allowed = None
        if not filters.empty:
            allowed = self.index.clauses.of_notices([filters.keeps(entry.notice) for entry in self.index.notices])
        if without:
            allowed = np.ones(len(self.index.clauses), np.bool_) if allowed is None else allowed
            allowed[list(without)] = False
        bm25 = {} if mode == "dense" else self._bm25(query, allowed)
        dense = {} if mode == "bm25" else self._dense(query, allowed)
        ceiling = self.index.bm25.ceiling(query.text)
        if mode == "bm25":
            scores = min_max(bm25, low=0.0)
        elif mode == "dense":
            scores = min_max(dense)
        else:
            scores = fuse(dense, bm25, ceiling)
        return Scored(scores, dense, bm25, ceiling, self._numbered(query, allowed))

    def _bm25(self, query: Query, allowed: Mask | None) -> dict[int, float]:
        scores = self.index.bm25.search(query.text)
        held = set(tokenize(query.text)) if query.expansion.terms else set()
        added = [t for term in query.expansion.terms for t in tokenize(term) if t not in held]
        if added:
            scores = scores + BM25_WEIGHT * self.index.bm25.search(" ".join(dict.fromkeys(added)))
        if allowed is not None:
            scores = np.where(allowed, scores, 0.0)
        count = min(DEPTH, len(scores))
        rows = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, np.int64)
        return {int(row): float(scores[row]) for row in np.sort(rows) if scores[row] > 0}

    def _dense(self, query: Query, allowed: Mask | None) -> dict[int, float]:
        if self.index.dense is None or query.vector is None:
            return {}
        return dict(self.index.dense.search(query.vector, DEPTH, allowed))

    def _numbered(self, query: Query, allowed: Mask | None) -> tuple[int, ...]:
        if query.number is None:
            return ()
        rows = [r for at in match_notices(query.number, self._numbers) for r in self.index.clauses.rows(at)]
        return tuple(row for row in rows if allowed is None or allowed[row])

    def hits(self, query: Query, scored: Scored, count: int) -> list[Hit]:
        """The order of hits: the document asked for by number first, then by score with priors."""
        final = {
            row: score + prior(self.index.clauses[row], query.asked)
            for row, score in scored.scores.items()
            if not self._hidden[row]
        }
        if Intent.NOTICE in query.asked:
            self._favour_openings(final, scored)
        ranked = order(final)
        if scored.numbered:
            first = self._numbered_order(query, scored)[:count]
            top = max(final.values(), default=0.0)
            rest = [pair for pair in ranked if pair[0] not in set(first)]
            ranked = [(row, top + 1.0) for row in first] + rest
        return [Hit(rank, score, self.index.clauses[row]) for rank, (row, score) in enumerate(ranked[:count], 1)]

    def _favour_openings(self, final: dict[int, float], scored: Scored) -> None:
        """The document itself is asked for: its opening clause gets what its title scored."""
        for row, score in scored.scores.items():
            if self._hidden[row] and self.index.clauses[row].clause_id.endswith("题"):
                opening = self.opening(int(self.index.clauses.notice_of[row]))
                if opening is not None:
                    final[opening] = max(final.get(opening, 0.0), title_bonus(score))

    def _numbered_order(self, query: Query, scored: Scored) -> list[int]:
        """Clauses of the document named: the part asked for (第三部分), else by score; its opening
        clause first when nothing else is asked."""
        rows = [row for row in scored.numbered if not self._hidden[row]]
        part = [row for row in rows if query.section and _stands_in(self.index.clauses[row], query.section)]
        chosen = set(part)
        rest = {row: scored.scores.get(row, 0.0) for row in rows if row not in chosen}
        by_score = [row for row, _ in order(rest)]
        if not part and query.only_number:
            notices = dict.fromkeys(int(self.index.clauses.notice_of[row]) for row in rows)
            openings = [row for at in notices if (row := self.opening(at)) is not None and row in rest]
            by_score = openings + [row for row in by_score if row not in set(openings)]
        return part + by_score

    def years(self, entry: IndexedClause) -> frozenset[str]:
        """All years that a clause's notice names anywhere."""
        return self._years(int(self.index.clauses.notice_of[entry.row]))

    def _read_years(self, notice: int) -> frozenset[str]:
        rows = self.index.clauses.rows(notice)
        return frozenset(year for row in rows for year in _YEAR.findall(self.index.clauses[row].text))

    def opening(self, notice: int) -> int | None:
        """The row of a notice's first clause that is no heading."""
        return next((row for row in self.index.clauses.rows(notice) if not self._hidden[row]), None)

    def _rows_beside(self, entry: IndexedClause) -> range:
        """The rows of a clause's notice."""
        return self.index.clauses.rows(int(self.index.clauses.notice_of[entry.row]))

    def beside(self, entry: IndexedClause) -> list[IndexedClause]:
        """All clauses of a clause's notice."""
        return [self.index.clauses[row] for row in self._rows_beside(entry)]

    def title_of(self, entry: IndexedClause) -> IndexedClause:
        """The clause that holds the title and number of a clause's notice."""
        return self.index.clauses[self._rows_beside(entry)[0]]

    def introduction(self, item: IndexedClause) -> IndexedClause | None:
        """The clause that introduces an item (its text ends with a colon), or None."""
        parent = item.path[:-1]
        for row in range(item.row - 1, self._rows_beside(item)[0], -1):
            entry = self.index.clauses[row]
            if not parent or entry.path[: len(parent)] != parent:
                return None
            if len(entry.path) == len(parent):
                return entry if entry.text.rstrip().endswith(("：", ":")) else None
        return None

    def people_lists(self, entry: IndexedClause) -> list[IndexedClause]:
        """The lists of people (组长：…；成员：…) of a clause's notice."""
        return [one for one in self._of_kind(entry, ClauseKind.LIST) if not is_attachment_list(one.text)]

    def _of_kind(self, entry: IndexedClause, kind: ClauseKind) -> list[IndexedClause]:
        rows = self._rows_beside(entry)
        places = np.flatnonzero(self.index.clauses.of_kind(kind)[rows.start : rows.stop]) + rows.start
        return [self.index.clauses[int(row)] for row in places]

    def signatures(self, entry: IndexedClause) -> list[IndexedClause]:
        """The signatures (issuer and date) of a clause's notice."""
        return [one for one in self._of_kind(entry, ClauseKind.SIGNATURE) if _label(one).startswith("署")]

    def contact_lines(self, doc_number: str | None) -> list[IndexedClause]:
        """The contact lines of the notice with this number."""
        if doc_number is None or doc_number not in self._numbers:
            return []
        rows = self.index.clauses.rows(self._numbers.index(doc_number))
        entries = (self.index.clauses[row] for row in rows)
        return [entry for entry in entries if _label(entry).startswith("联系")]


def _label(entry: IndexedClause) -> str:
    """The last part of a clause's id (联系1, 署1, （二）)."""
    return entry.clause_id.rsplit("/", 1)[1].split(".")[-1]


def _stands_in(entry: IndexedClause, labels: Sequence[str]) -> bool:
    return all(any(head.replace(" ", "").startswith(label) for head in entry.path) for label in labels)


def _check(question: str, k: int, mode: str) -> None:
    if not any(map(str.isalnum, nfkc(question[: MAX_QUESTION + 1]))):
        raise UsageError("问题是空的", "", "请用一句话写出想问的事")
    if len(question) > MAX_QUESTION:
        raise UsageError(f"问题太长（{len(question)} 个字）", "", f"请缩短到 {MAX_QUESTION} 字以内")
    if k < 1:
        raise UsageError(f"k={k} 不对", "-k", "请给一个大于 0 的整数")
    if mode not in MODES:
        raise UsageError(f"检索方式“{mode}”不认识", "--mode", "可用：" + "、".join(MODES))
