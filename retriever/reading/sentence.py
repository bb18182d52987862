"""Reading by words: the span of the passages that shares most with the question and holds what it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from corpus.model import Role
from corpus.offices import same_office
from corpus.text import CJK, nfkc
from index.engine import Engine
from index.term_counts import idf
from index.tokens import tokenize
from retriever.intent import Intent
from retriever.query import Query
from retriever.reading.passages import Passage, Passages
from retriever.reading.spans import MAX_ANSWER, TYPE, Holds, Span, best_span, wanted
from retriever.reading.terms import Terms, fold
from retriever.search import Retrieval

# A lower hit's span must beat the first hit's by this much for each rank it stands below.
RANK_COST = 0.2
TITLE_SHARE = 0.6  # what a word counts, when a sentence is chosen, that the title holds anyway
NO_TYPE = 0.5  # cost of a span without the kind of value that is asked for


@dataclass(frozen=True, slots=True)
class Reading:
    """A span of `passage`; `matched` is the passage that matched: the same, or an item that `passage` introduces."""

    passage: Passage
    span: Span
    matched: Passage

    @property
    def text(self) -> str:
        return self.passage.entry.text[self.span.start : self.span.end]


def question_terms(engine: Engine, query: Query) -> Terms:
    """Content tokens of a question with their idf in this index (Robertson's, as in BM25)."""
    terms = engine.terms
    official = {word.lay: word.official for word in query.expansion.words}
    return Terms.of(
        query.text, tokenize, lambda token: idf(terms, token), lambda token: terms.count(token) > 0, official
    )


class SentenceReader:
    """Reads the passages of a question; always finds a span, good or not."""

    def __init__(self, passages: Passages) -> None:
        self._passages = passages

    def read(self, query: Query, retrieval: Retrieval, terms: Terms) -> Reading:
        """The span that answers best. There must be a hit."""
        if Intent.NOTICE in query.asked:
            title = self._passages.title(query, retrieval.hits[0])
            return Reading(title, Span(0, min(len(title.entry.text), MAX_ANSWER), 0.0, True), title)
        chosen = self._choose(self._passages.choose(query, retrieval.hits), wanted(query.text, query.asked), terms)
        if Intent.PHONE in query.asked and _of_another_office(query.text, chosen.passage):
            return replace(chosen, span=replace(chosen.span, has_type=False))
        return chosen

    def _choose(self, passages: Sequence[Passage], holds: Holds | None, terms: Terms) -> Reading:
        """The first passage's span unless a lower one's is clearly better."""
        best: tuple[float, Reading] | None = None
        top = passages[0].score
        for passage in passages:
            title = fold(passage.entry.notice.title)
            span = best_span(passage.entry.clause, holds, terms.discounted(title, TITLE_SHARE))
            reading = Reading(passage, span, passage)
            if not span.has_type:
                reading = self._introduced(reading, holds, terms) or reading
            value = reading.span.score + passage.score / top if top > 0 else reading.span.score
            value -= RANK_COST * (passage.rank - 1)
            value -= NO_TYPE if not reading.span.has_type else 0.0
            if best is None or value > best[0] + 1e-9:
                best = (value, reading)
        assert best is not None  # there is at least one passage
        return best[1]

    def _introduced(self, item: Reading, holds: Holds | None, terms: Terms) -> Reading | None:
        """The value asked for may stand in the sentence that introduces an item (「有下列行为之一，一次记6分：」):
        that sentence's span, as good as the item is."""
        passage = self._passages.introduction(item.matched)
        if passage is None:
            return None
        span = best_span(passage.entry.clause, holds, terms)
        if not span.has_type:
            return None
        return Reading(passage, replace(span, score=item.span.score + TYPE), item.matched)


_PHONE_OF = re.compile(
    rf"([{CJK}]{{2,20}}?(?:局|委员会|委|办|中心|院|站|所|队|公司|馆|学校|幼儿园))的?(?:联系|咨询|办公|值班|服务|投诉|举报)?"
    r"(?:电话|号码|热线)"
)


def _of_another_office(question: str, passage: Passage) -> bool:
    """Whether a contact line is that of another office than the one whose phone is asked for.

    Names are compared by what they share: 自然资源局 is in 规划和自然资源局离石分局.
    """
    named, unit = _PHONE_OF.search(nfkc(question)), passage.entry.notice.unit
    if named is None or unit is None or passage.entry.role not in (Role.CONTACT, Role.SIGNATURE):
        return False
    name, other = (re.sub(r"^.{1,4}?[省市县区]", "", text) for text in (named[1], re.sub(r"^.{1,3}?市", "", unit)))
    shared = SequenceMatcher(None, name, other, autojunk=False).find_longest_match().size
    return shared < 3 and not same_office(named[1], unit)
