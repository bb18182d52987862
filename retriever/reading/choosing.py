"""Chooses what answers a question: the reader where there is one, else words alone.

A question for a document is answered by its title. All others by a span of a passage: by the words that a reader takes,
with the sentence they stand in; or by the sentence that shares most with the question (`by_words.py`), which is also
what the reader is measured against.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from corpus.model import ClauseKind, Role
from corpus.offices import same_office
from corpus.text import CJK, nfkc
from retriever.intent import WHOM, Intent
from retriever.neighbours import Neighbours
from retriever.query import Query
from retriever.reading.by_words import ByWords
from retriever.reading.choice import Choice, Found
from retriever.reading.listed import asks_list, first_item
from retriever.reading.passages import Passage, Passages, Why
from retriever.reading.ranking import Ranker, clipped, reordered
from retriever.reading.reader import Reader, Reading
from retriever.reading.shared import shared_duty
from retriever.reading.shown import MAX_ANSWER, around, on
from retriever.reading.spans import Holds, Span, holds_wanted, wanted
from retriever.reading.terms import Terms
from retriever.reading.use import USUAL, ReaderUse
from retriever.search import Retrieval


class Chooser:
    """Reads for the questions of one index. Safe under threads."""

    def __init__(
        self,
        passages: Passages,
        neighbours: Neighbours,
        reader: Reader | None,
        ranker: Ranker | None = None,
        use: ReaderUse = USUAL,
    ) -> None:
        """`ranker` orders the hits in the reader's stead; it may be the reader."""
        self._reader, self._use = reader, use
        same: object = reader
        self._ranker = None if ranker is same else ranker
        self._passages = passages
        self._neighbours = neighbours
        self._by_words = ByWords(passages)

    def read(self, query: Query, retrieval: Retrieval) -> Found:
        """What the reader makes of the first hits, and these in the order that it and retrieval give. Where a document
        was named its clauses keep their order."""
        first = [Passage(hit.entry, hit) for hit in retrieval.hits[: self._use.read]]
        readings = self._read(query, first) if self._reader is not None and first else {}
        ranker = self._ranker
        if (ranker is None and not readings) or retrieval.candidates.numbered:
            return Found(retrieval, readings)
        logits = (
            [readings[one.entry.row].relevance for one in first] if ranker is None else ranker.rank(query.text, first)
        )
        return Found(replace(retrieval, hits=reordered(retrieval.hits, logits, self._use.ranking)), readings)

    def choose(self, query: Query, found: Found, terms: Terms) -> Choice:
        """The span that answers best. There must be a hit."""
        hits = found.retrieval.hits
        if Intent.NOTICE in query.asked:
            title = self._passages.title(query, hits[0])
            return Choice(title, Span(0, min(len(title.entry.text), MAX_ANSWER), 0.0, True), title)
        beside, holds = self._passages.choose(query, hits), wanted(query.text, query.asked)
        readings = found.readings if self._use.chooses else {}
        if not readings:
            chosen = self._by_words.choose(beside, holds, terms)
        else:
            if all(one.why is Why.HIT for one in beside):  # else what stands beside a hit is meant
                beside = [Passage(hit.entry, hit) for hit in hits if hit.entry.row in readings]
            chosen = self._by_reader(query, beside, readings, holds, terms)
        if WHOM & set(query.asked) and not found.retrieval.candidates.numbered:
            chosen = self._lead(query, chosen, readings, holds, terms)
        if asks_list(query.text):
            chosen = self._from_the_first(chosen, terms)
        if Intent.PHONE in query.asked and _of_another_office(query.text, chosen.passage):
            return replace(chosen, span=replace(chosen.span, has_type=False))
        return chosen

    def _by_reader(
        self,
        query: Query,
        passages: Sequence[Passage],
        readings: Mapping[int, Reading],
        holds: Holds | None,
        terms: Terms,
    ) -> Choice:
        """The passage for which words and reader together speak most; its words where the reader sees the answer in
        them too, else the reader's with the sentence around it."""
        new = [one for one in passages if one.entry.row not in readings]
        known = {**readings, **(self._read(query, new) if new else {})}
        worth = {row: self._use.choosing * clipped(one.score) for row, one in known.items()}
        chosen = self._by_words.choose(passages, holds, terms, worth)
        reading = known.get(chosen.passage.entry.row)
        return chosen if reading is None else _as_read(chosen, replace(reading, passage=chosen.passage), holds)

    def _from_the_first(self, chosen: Choice, terms: Terms) -> Choice:
        """The first item of the list that is asked for."""
        first = first_item(chosen.passage.entry, self._neighbours, terms)
        if first is None:
            return chosen
        passage = Passage(first, chosen.passage.of)
        start, end = around(first.clause, 0, min(len(first.text), MAX_ANSWER))
        return replace(chosen, passage=passage, span=replace(chosen.span, start=start, end=end), reading=None)

    def _lead(
        self, query: Query, chosen: Choice, readings: Mapping[int, Reading], holds: Holds | None, terms: Terms
    ) -> Choice:
        """Of offices that share the duty in question the one that leads, from its own section."""
        shared = shared_duty(chosen.matched.entry, self._neighbours, query.text, terms)
        if shared is None:
            return chosen
        section = [Passage(entry, chosen.passage.of) for entry in shared.lead.clauses[: self._use.read]]
        if any(one.entry.row == chosen.passage.entry.row for one in section):
            return replace(chosen, others=shared.others)
        own = self._by_reader(query, section, readings, holds, terms) if readings else None
        return replace(own or self._by_words.choose(section, holds, terms), others=shared.others)

    def _read(self, query: Query, passages: Sequence[Passage]) -> dict[int, Reading]:
        assert self._reader is not None
        return {one.passage.entry.row: one for one in self._reader.read(query.text, passages)}


def _as_read(chosen: Choice, reading: Reading, holds: Holds | None) -> Choice:
    """A choice by words with the reader's reading of its passage."""
    span, clause = chosen.span, reading.passage.entry.clause
    if span.start <= (reading.start + reading.end) // 2 < span.end:
        return replace(chosen, reading=reading)
    if clause.kind is ClauseKind.LIST:  # whose post is asked for words tell better; the reader has seen few lists
        return chosen
    start, end = around(clause, reading.start, reading.end)
    if holds is None:  # how something is done takes more than a sentence
        end = on(clause.text, start, end)
    has_type = holds is None or holds_wanted(clause, start, end, holds)
    return replace(chosen, span=Span(start, end, span.score, has_type), reading=reading)


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
