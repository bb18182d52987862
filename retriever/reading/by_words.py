"""Reading by words: the span of the passages that shares most with the question and holds what it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from index.engine import Engine
from index.term_counts import idf
from index.tokens import tokenize
from retriever.query import Query
from retriever.reading.choice import Choice
from retriever.reading.passages import Passage, Passages
from retriever.reading.spans import TYPE, Holds, best_span
from retriever.reading.terms import Terms, fold

# A lower hit's span must beat the first hit's by this much for each rank it stands below.
RANK_COST = 0.2
TITLE_SHARE = 0.6  # what a word counts, when a sentence is chosen, that the title holds anyway
NO_TYPE = 0.5  # cost of a span without the kind of value that is asked for


def question_terms(engine: Engine, query: Query) -> Terms:
    """Content tokens of a question with their idf in this index (Robertson's, as in BM25)."""
    terms = engine.terms
    official = {word.lay: word.official for word in query.expansion.words}
    return Terms.of(
        query.text, tokenize, lambda token: idf(terms, token), lambda token: terms.count(token) > 0, official
    )


class ByWords:
    """Chooses among the passages of a question; always finds a span, good or not."""

    def __init__(self, passages: Passages) -> None:
        self._passages = passages

    def choose(
        self,
        passages: Sequence[Passage],
        holds: Holds | None,
        terms: Terms,
        worth: Mapping[int, float] = MappingProxyType({}),
    ) -> Choice:
        """The first passage's span unless a lower one's is clearly better; `worth` is what else speaks for a passage,
        by row. There must be a passage."""
        best: tuple[float, Choice] | None = None
        top = passages[0].score
        for passage in passages:
            title = fold(passage.entry.notice.title)
            span = best_span(passage.entry.clause, holds, terms.discounted(title, TITLE_SHARE))
            choice = Choice(passage, span, passage)
            if not span.has_type:
                choice = self._introduced(choice, holds, terms) or choice
            value = choice.span.score + passage.score / top if top > 0 else choice.span.score
            value -= RANK_COST * (passage.rank - 1)
            value -= NO_TYPE if not choice.span.has_type else 0.0
            value += worth.get(passage.entry.row, 0.0)
            if best is None or value > best[0] + 1e-9:
                best = (value, choice)
        assert best is not None  # there is at least one passage
        return best[1]

    def _introduced(self, item: Choice, holds: Holds | None, terms: Terms) -> Choice | None:
        """The value asked for may stand in the sentence that introduces an item (「有下列行为之一，一次记6分：」):
        that sentence's span, as good as the item is."""
        passage = self._passages.introduction(item.matched)
        if passage is None:
            return None
        span = best_span(passage.entry.clause, holds, terms)
        if not span.has_type:
            return None
        return Choice(passage, replace(span, score=item.span.score + TYPE), item.matched)
