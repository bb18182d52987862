"""From a question to clauses: the one search that commands, page and evaluation share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import GongbaoError, UsageError
from corpus.model import ClauseKind, Status
from corpus.text import squash
from index.embedding import Embedder, ModelError, load_embedder
from index.paths import DEFAULT_INDEX
from index.store import Index, IndexedClause
from retriever.fusion import fuse, min_max, order
from retriever.intent import Intent, intents
from retriever.lookup import NumberQuery, find_number, find_section, match_notices
from retriever.model import MAX_QUESTION, MODES, Filters, Hit, SearchResult

DEPTH = 200  # candidates taken from each side

# Weights below were chosen on the dev questions (README, ablation table).
CONTACT_PENALTY = 0.35  # a contact or signature line, unless the question asks for one
OPENING_BONUS = 0.5  # times the title's score: the opening clause of a document that is itself asked for
STALE_PENALTY = 0.08  # repealed or expired, unless asked for by number or status


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates of one question: fused scores by row, and what they were made of."""

    scores: dict[int, float]
    dense: dict[int, float]
    bm25: dict[int, float]
    numbered: tuple[int, ...]  # rows of the document asked for by number, in order
    number: NumberQuery | None


class Retriever:
    """Searches one opened index. Safe to use from several threads: nothing is changed by a search."""

    def __init__(self, index: Index, embedder: Embedder | None, note: str | None = None) -> None:
        self.index = index
        self.embedder = embedder
        self.dense_note = note
        self._numbers = [entry.notice.doc_number for entry in index.notices]
        self._rows_of: dict[str, list[int]] = {}
        for clause in index.clauses:
            self._rows_of.setdefault(clause.notice.notice_id, []).append(clause.row)
        self._opening = {
            notice_id: next((r for r in rows if index.clauses[r].clause.kind is not ClauseKind.HEADING), rows[0])
            for notice_id, rows in self._rows_of.items()
        }

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

    def search(
        self, question: str, *, k: int = 5, mode: str = "hybrid", filters: Filters | None = None
    ) -> SearchResult:
        """The `k` best clauses for a question, and the answer if there is one.

        Raises UsageError for an empty or overlong question, k < 1 or an unknown mode.
        """
        began = time.perf_counter()
        _check(question, k, mode)
        filters = filters or Filters()
        mode_used, note = mode, None
        if mode != "bm25" and self.embedder is None:
            mode_used, note = "bm25", self.dense_note or "没有向量，已改为按关键词检索"
        scored = self.score(question, mode_used, filters)
        retrieved = time.perf_counter()
        hits = self._hits(scored, question, max(k, 10))
        from retriever.answer import answer_question

        verdict = answer_question(self, question, scored, hits, mode_used)
        done = time.perf_counter()
        return SearchResult(
            question=question,
            mode=mode,
            mode_used=mode_used,
            note="；".join(part for part in (note, verdict.note) if part) or None,
            answered=verdict.answered,
            confidence=verdict.confidence,
            answer=verdict.answer,
            hits=tuple(hits[:k]),
            ms={
                "total": round(1000 * (done - began), 2),
                "retrieve": round(1000 * (retrieved - began), 2),
                "answer": round(1000 * (done - retrieved), 2),
            },
        )

    def score(self, question: str, mode: str, filters: Filters) -> Scored:
        """Candidates with their scores, before the order of hits is settled."""
        allowed = None if filters.empty else np.array([filters.keeps(c) for c in self.index.clauses], bool)
        number = find_number(question)
        numbered = self._numbered_rows(number, question, allowed)
        bm25 = {} if mode == "dense" else self._bm25(question, allowed)
        dense = {} if mode == "bm25" else self._dense(question, allowed)
        if mode == "bm25":
            scores = min_max(bm25, low=0.0)
        elif mode == "dense":
            scores = min_max(dense)
        else:
            scores = fuse(dense, bm25)
        return Scored(scores, dense, bm25, numbered, number)

    def _bm25(self, question: str, allowed: NDArray[np.bool_] | None) -> dict[int, float]:
        scores = self.index.bm25.search(question)
        if allowed is not None:
            scores = np.where(allowed, scores, 0.0)
        count = min(DEPTH, len(scores))
        rows = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, int)
        return {int(row): float(scores[row]) for row in sorted(rows) if scores[row] > 0}

    def _dense(self, question: str, allowed: NDArray[np.bool_] | None) -> dict[int, float]:
        if self.index.dense is None or self.embedder is None:
            return {}
        vector = self.embedder.encode_questions([question])[0]
        depth = DEPTH if allowed is None else len(self.index.clauses)
        found = self.index.dense.search(vector, depth)
        kept = [(row, score) for row, score in found if allowed is None or allowed[row]]
        return dict(kept[:DEPTH])

    def _numbered_rows(
        self, number: NumberQuery | None, question: str, allowed: NDArray[np.bool_] | None
    ) -> tuple[int, ...]:
        """Rows of the documents named by number; those of the part asked for (第三部分) first."""
        if number is None:
            return ()
        rows: list[int] = []
        for at in match_notices(number, self._numbers):
            notice = self.index.notices[at].notice
            own = [r for r in self._rows_of.get(notice.notice_id, []) if allowed is None or allowed[r]]
            rows += own
        labels = find_section(question)
        if labels:
            part = [r for r in rows if self._in_section(self.index.clauses[r], labels)]
            rows = part + [r for r in rows if r not in set(part)]
        return tuple(rows)

    @staticmethod
    def _in_section(entry: IndexedClause, labels: Sequence[str]) -> bool:
        return all(any(head.replace(" ", "").startswith(label) for head in entry.path) for label in labels)

    def _hits(self, scored: Scored, question: str, count: int) -> list[Hit]:
        """The order of hits: the document asked for by number first, then by score with priors."""
        asked = intents(question)
        final = {row: self._prior(row, score, asked) for row, score in scored.scores.items()}
        if Intent.NOTICE in asked:
            self._favour_openings(final, scored)
        final = {row: score for row, score in final.items() if self._may_show(row)}
        ranked = order(final)
        if scored.numbered:
            first = self._numbered_order(scored, dict(ranked), question)
            rest = [pair for pair in ranked if pair[0] not in first]
            top = ranked[0][1] if ranked else 0.0
            ranked = [(row, max(final.get(row, 0.0), top) + 1.0) for row in first[:count]] + rest
        return [Hit(rank, score, self.index.clauses[row]) for rank, (row, score) in enumerate(ranked[:count], 1)]

    def _may_show(self, row: int) -> bool:
        return self.index.clauses[row].clause.kind is not ClauseKind.HEADING

    def _prior(self, row: int, score: float, asked: Sequence[Intent]) -> float:
        entry = self.index.clauses[row]
        kind = entry.clause.kind
        if kind is ClauseKind.SIGNATURE and not {Intent.PHONE, Intent.CONTACT} & set(asked):
            score -= CONTACT_PENALTY
        if entry.notice.status is not Status.IN_FORCE:
            score -= STALE_PENALTY
        return score

    def _favour_openings(self, final: dict[int, float], scored: Scored) -> None:
        """The document itself is asked for: its opening clause gets what its title scored."""
        for notice_id, rows in self._rows_of.items():
            titles = [scored.scores.get(row, 0.0) for row in rows if self._is_title(row)]
            best = max(titles, default=0.0)
            if best > 0:
                opening = self._opening[notice_id]
                final[opening] = max(final.get(opening, 0.0), best) + OPENING_BONUS * best

    def _is_title(self, row: int) -> bool:
        clause = self.index.clauses[row].clause
        return clause.kind is ClauseKind.HEADING and clause.clause_id.endswith("题")

    def _numbered_order(self, scored: Scored, final: dict[int, float], question: str) -> list[int]:
        """Clauses of the document named: the part asked for, else by score, its opening clause first
        when nothing else is asked."""
        rows = [row for row in scored.numbered if self._may_show(row)]
        labels = find_section(question)
        part = [row for row in rows if labels and self._in_section(self.index.clauses[row], labels)]
        rest = [row for row in rows if row not in set(part)]
        scores = {row: scored.scores.get(row, 0.0) for row in rest}
        by_score = [row for row, _ in order(scores)]
        if not part and self._only_number(scored.number, question):
            openings = [row for row in self._opening.values() if row in set(rest)]
            by_score = openings + [row for row in by_score if row not in set(openings)]
        return part + by_score

    @staticmethod
    def _only_number(number: NumberQuery | None, question: str) -> bool:
        """Whether the question holds little beside the number."""
        return number is not None and len(squash(question)) - len(squash(number.text)) <= 12


def _check(question: str, k: int, mode: str) -> None:
    if not question.strip() or not squash(question):
        raise UsageError("问题是空的", "", "请用一句话写出想问的事")
    if len(question) > MAX_QUESTION:
        raise UsageError(f"问题太长（{len(question)} 个字）", "", f"请缩短到 {MAX_QUESTION} 字以内")
    if k < 1:
        raise UsageError(f"k={k} 不对", "-k", "请给一个大于 0 的整数")
    if mode not in MODES:
        raise UsageError(f"检索方式“{mode}”不认识", "--mode", "可用：" + "、".join(MODES))


__all__ = ["Filters", "GongbaoError", "Retriever", "Scored"]
