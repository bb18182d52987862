"""What speaks for and against an answer: few figures, the same for all kinds of questions."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence

import numpy as np

from corpus.model import Role
from corpus.text import nfkc, squash
from index.engine import IndexedClause
from index.model.embedder import Embedder
from retriever.confidence import Evidence
from retriever.intent import Intent
from retriever.model import Hit
from retriever.neighbours import Neighbours
from retriever.query import Query
from retriever.reading.choice import Choice, Found
from retriever.reading.places import named_places
from retriever.reading.ranking import MOST, clipped
from retriever.reading.spans import wanted
from retriever.reading.terms import Terms, fold, holds
from retriever.reading.use import USUAL, ReaderUse

FIRST_HITS = 10  # hits that may support an answer


class Witness:
    """Gathers evidence over one index."""

    def __init__(self, neighbours: Neighbours, embedder: Embedder | None, use: ReaderUse = USUAL) -> None:
        self._neighbours = neighbours
        self._use = use
        self._embedder = embedder

    def gather(self, query: Query, found: Found, choice: Choice, terms: Terms) -> Evidence:
        """The figures for a choice. There must be a hit."""
        hits, candidates = found.retrieval.hits, found.retrieval.candidates
        entry = choice.matched.entry
        notice, said = entry.notice, choice.text
        around = fold(" ".join((notice.title, *entry.path, entry.text, notice.issuer or "", notice.date or "")))
        contact = entry.role in (Role.CONTACT, Role.SIGNATURE)
        if Intent.NOTICE in query.asked or (contact and hits[0].entry.ordinal == entry.ordinal):
            around += fold(hits[0].text)  # a title or a contact line tells little of what its notice says
        above = (notice.title,) if contact else entry.path
        near = fold(f"{' '.join(above)} {said}")
        lacks_figure = _missing_figures(query.text, around, self._neighbours.years(entry))
        return Evidence(
            coverage=terms.coverage(around),
            span=terms.coverage(fold(said)),
            focus=terms.focus_coverage(near) if terms.focus else terms.coverage(near),
            keywords=math.log1p(max(candidates.bm25.values(), default=0.0)),
            figures=float(lacks_figure or _missing_title(query.text, around)),
            places=float(_missing_places(query.text, around)),
            has_type=float(choice.span.has_type),
            typed=float(wanted(query.text, query.asked) is not None),
            numbered=float(bool(candidates.numbered)),
            support=_support(entry, hits[:FIRST_HITS]),
            cosine=self._likeness(query, f"{''.join(above[-2:])}：{said}") if candidates.dense else 0.0,
            stands_out=_stands_out(list(candidates.dense.values())),
            **(_read(found, choice) if self._use.judges else {}),
        )

    def _likeness(self, query: Query, passage: str) -> float:
        """Cosine of the question and a passage."""
        if query.vector is None or self._embedder is None:
            return 0.0
        return float(self._embedder.encode_passages([passage])[0] @ query.vector)


def _read(found: Found, choice: Choice) -> dict[str, float | None]:
    """What the reader says of the choice, or of what was read best where a title answers; and of the first hit."""
    if not found.readings:
        return {}
    reading = choice.reading or found.readings.get(choice.matched.entry.row)
    best = max(one.score for one in found.readings.values()) if reading is None else reading.score
    first = found.readings.get(found.retrieval.hits[0].entry.row)
    return {"reader": clipped(best), "first": clipped(first.score if first else -MOST)}


def _support(entry: IndexedClause, hits: Sequence[Hit]) -> float:
    """Share of hits that are of a clause's notice: where something is treated, its neighbours are found too."""
    return float(np.mean([hit.entry.ordinal == entry.ordinal for hit in hits]))


def _stands_out(cosines: list[float]) -> float:
    """Standard score of the best cosine among the candidates'; 0 without vectors."""
    if len(cosines) < 3:
        return 0.0
    return (max(cosines) - statistics.fmean(cosines)) / (statistics.pstdev(cosines) + 1e-6)


# A year, or which one of a series: a document on another one does not answer.
_FIGURE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|第[一二三四五六七八九十]{1,6}[次届批期季]")


def _missing_figures(question: str, around: str, years: frozenset[str]) -> bool:
    """Whether the question names a year or ordinal that neither clause nor notice holds."""
    named = _FIGURE.findall(nfkc(question))
    return any(not holds(around, figure) and figure not in years for figure in named)


def _missing_title(question: str, around: str) -> bool:
    """Whether the question names a document in 《》 that neither clause nor notice names."""
    return any(squash(title) not in squash(around) for title in re.findall(r"《([^《》]{2,60})》", nfkc(question)))


def _missing_places(question: str, around: str) -> bool:
    """Whether the question names a place that neither clause nor notice holds."""
    return any(name not in around and name[:-1] not in around for name in named_places(question))
