"""From a question to clauses: the one search that commands, page and evaluation share. Knows nothing of answers."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from corpus.doc_number import DocNumber, match_notices
from corpus.model import Role
from corpus.typed_place import fits
from corpus.wordings import is_there
from index.engine import Engine, IndexedClause, NoticeSet, Ranked
from index.term_counts import ceiling
from index.tokens import tokenize
from retriever.cited import read_number
from retriever.fusion import fuse, min_max, order
from retriever.intent import Intent
from retriever.model import Filters, Hit
from retriever.neighbours import HEADINGS, Neighbours
from retriever.priors import prior, title_bonus
from retriever.query import Query
from retriever.words import BM25_WEIGHT

DEPTH = 200  # candidates taken from each side
# Tokens that are searched for: of more, the rarest. Labelled questions have 22 at most, with official words 56.
MOST_TOKENS = 60


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates for a question: fused scores by row, and the dense and BM25 scores they were fused from."""

    scores: dict[int, float]
    dense: dict[int, float]
    bm25: dict[int, float]
    ceiling: float  # of the BM25 scores
    numbered: tuple[int, ...]  # rows of the documents asked for by number


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The hits of a question, best first, the candidates they were chosen from, and the clauses of both by row."""

    hits: tuple[Hit, ...]
    candidates: Candidates
    entries: Mapping[int, IndexedClause]


class Retriever:
    """Searches one index. Safe under threads: a search changes nothing."""

    def __init__(self, engine: Engine, neighbours: Neighbours) -> None:
        self.engine = engine
        self._neighbours = neighbours

    @functools.cached_property
    def _numbers(self) -> list[DocNumber | None]:
        return [read_number(source.notice.doc_number) for source in self.engine.notices]

    def retrieve(
        self, query: Query, mode: str, filters: Filters, count: int, without: Collection[int] = ()
    ) -> Retrieval:
        """The `count` best clauses. Rows in `without` count as not there: that is how questions without an
        answer are made for calibration."""
        candidates = self.candidates(query, mode, filters, without)
        entries = {entry.row: entry for entry in self.engine.clauses(sorted(candidates.scores))}
        hits = tuple(self._ranked(query, candidates, entries, count))
        return Retrieval(hits, candidates, entries | {hit.entry.row: hit.entry for hit in hits})

    def candidates(self, query: Query, mode: str, filters: Filters, without: Collection[int] = ()) -> Candidates:
        """Candidates with their scores, before priors settle the order of hits."""
        within = None
        if not filters.empty:
            within = NoticeSet.where(filters.keeps(source.notice) for source in self.engine.notices)
        left_out = frozenset(without)
        tokens = tokenize(query.text)
        bm25 = {} if mode == "dense" else self._keywords(query, tokens, within, left_out)
        dense = {} if mode == "bm25" else self._nearest(query, within, left_out)
        top = ceiling(self.engine.terms, tokens)
        return Candidates(self.fused(mode, dense, bm25, top), dense, bm25, top, self._numbered(query, within, left_out))

    def fused(self, mode: str, dense: dict[int, float], bm25: dict[int, float], top: float) -> dict[int, float]:
        """One score for each candidate: 0…1."""
        if mode == "bm25":
            return min_max(bm25, low=0.0)
        return min_max(dense) if mode == "dense" else fuse(dense, bm25, top)

    def _keywords(
        self, query: Query, tokens: Sequence[str], within: NoticeSet | None, without: frozenset[int]
    ) -> dict[int, float]:
        weights = dict.fromkeys(tokens, 1.0)
        official = (token for term in query.expansion.terms for token in tokenize(term))
        new = dict.fromkeys(token for token in official if token not in weights)
        # A new word brings its parts along, also those that the question holds: 未成年人 supports its 未成年.
        for part in dict.fromkeys(tokenize(" ".join(new))):
            weights[part] = weights.get(part, 0.0) + BM25_WEIGHT
        if len(weights) > MOST_TOKENS:
            count = self.engine.terms.count
            known = (token for token in weights if count(token))
            weights = {token: weights[token] for token in sorted(known, key=count)[:MOST_TOKENS]}
        return _kept(self.engine.keywords(weights, DEPTH + len(without), within), without)

    def _nearest(self, query: Query, within: NoticeSet | None, without: frozenset[int]) -> dict[int, float]:
        if query.vector is None:
            return {}
        return _kept(self.engine.nearest(query.vector, DEPTH + len(without), within), without)

    def _numbered(self, query: Query, within: NoticeSet | None, without: frozenset[int]) -> tuple[int, ...]:
        named: Sequence[int] = ()
        if query.cited is not None and query.cited.names_clauses:
            named = query.cited.resolution.ordinals
        elif query.number is not None:
            named = match_notices(query.number, self._numbers)
        kept = named if within is None else [ordinal for ordinal in named if ordinal in set(within.ordinals)]
        rows = (row for ordinal in kept for row in self.engine.notice(ordinal).rows)
        return tuple(row for row in rows if row not in without)

    def _ranked(
        self, query: Query, candidates: Candidates, entries: Mapping[int, IndexedClause], count: int
    ) -> list[Hit]:
        """The order of hits: the document asked for by number first, then by score with priors."""
        final = {
            row: candidates.scores[row] + prior(entry, query.asked)
            for row, entry in entries.items()
            if entry.role not in HEADINGS and is_there(entry.clause)
        }
        if Intent.NOTICE in query.asked:
            self._favour_openings(final, candidates, entries)
        ranked = order(final)
        if candidates.numbered:
            first = self._numbered_order(query, candidates)[:count]
            top = max(final.values(), default=0.0)
            rest = [pair for pair in ranked if pair[0] not in set(first)]
            ranked = [(row, top + 1.0) for row in first] + rest
        shown = self.engine.clauses([row for row, _ in ranked[:count]])
        scores = [score for _, score in ranked[:count]]
        return [Hit(rank, score, entry) for rank, (score, entry) in enumerate(zip(scores, shown, strict=True), 1)]

    def _favour_openings(
        self, final: dict[int, float], candidates: Candidates, entries: Mapping[int, IndexedClause]
    ) -> None:
        """The document itself is asked for: its opening clause gets what its title scored."""
        for row, entry in entries.items():
            if entry.role is Role.TITLE:
                opening = self._neighbours.opening(entry.ordinal)
                if opening is not None:
                    final[opening] = max(final.get(opening, 0.0), title_bonus(candidates.scores[row]))

    def _numbered_order(self, query: Query, candidates: Candidates) -> list[int]:
        """Clauses of the document named: the part asked for (第三部分), else by score; its opening
        clause first when nothing else is asked."""
        entries = [entry for entry in self.engine.clauses(candidates.numbered) if entry.role not in HEADINGS]
        part = self._cited(query, candidates, entries)
        chosen = set(part)
        rest = {entry.row: candidates.scores.get(entry.row, 0.0) for entry in entries if entry.row not in chosen}
        by_score = [row for row, _ in order(rest)]
        if not part and query.only_number:
            notices = dict.fromkeys(entry.ordinal for entry in entries)
            openings = [row for at in notices if (row := self._neighbours.opening(at)) is not None and row in rest]
            by_score = openings + [row for row in by_score if row not in set(openings)]
        return part + by_score

    @staticmethod
    def _cited(query: Query, candidates: Candidates, entries: Sequence[IndexedClause]) -> list[int]:
        """The clauses of the place that a question names; its heading only where nothing but it is cited."""
        if query.cited is not None and query.cited.resolution.rows:
            content = {entry.row for entry in entries}
            rows = [row for row in query.cited.resolution.rows if row in content]
            headings = set(candidates.numbered) if query.cited.whole else set()
            return rows or [row for row in query.cited.resolution.rows if row in headings]
        return [entry.row for entry in entries if query.place and fits(entry.clause.place, query.place)]


def _kept(ranked: list[Ranked], without: frozenset[int]) -> dict[int, float]:
    """The best DEPTH of those that count, as row → score."""
    return dict([pair for pair in ranked if pair.row not in without][:DEPTH])
