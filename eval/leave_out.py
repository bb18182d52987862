"""Natural questions without an answer: each is asked of the index without the notices that answer it.

`notice`: without the notices of its labels. `place`: without all notices of their places, so that only other places'
documents are there. What comes out are near misses as citizens meet them, as many as there are labelled questions, and
nobody has to write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tqdm import tqdm

from corpus.text import squash
from eval.contacts import shown_phones
from eval.measures import same_number
from eval.model import Question, Response
from eval.notice_places import places_of
from eval.reduced import Reduced, Whole
from eval.remaining import Why, still_answered
from eval.systems import response
from index.engine import Engine
from index.model.embedder import Embedder
from retriever.ask import Asker
from retriever.decide import before_reading
from retriever.evidence import FIRST_HITS
from retriever.model import Filters, SearchResult
from retriever.question import matched
from retriever.reading.by_words import question_terms


class LeftOut(StrEnum):
    """What is taken out of the index."""

    NOTICE = "notice"
    PLACE = "place"


class Skipped(StrEnum):
    """Why a question is not asked."""

    NONE = "none"  # it has no answer anyway
    NOT_THERE = "not_there"  # none of its labels is met by a notice of the index
    NO_PLACE = "no_place"  # its notices name no place
    NOTHING_LEFT = "nothing_left"  # all notices are of its place
    ANSWERED = "answered"  # something else still answers it (`eval.remaining`)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, what was hidden for it, and what came of it. `figures` are the evidence for the best reading, None
    where a rule decided before anything was read."""

    question: Question
    hidden: tuple[str, ...]
    result: SearchResult
    figures: Mapping[str, float] | None

    @property
    def response(self) -> Response:
        return response(self.result)

    @property
    def phones(self) -> tuple[str, ...]:
        """The telephones that the answer shows."""
        answer = self.response.answer
        return () if answer is None else shown_phones(answer)

    def to_json(self, left_out: LeftOut) -> dict[str, Any]:
        """One line of the file that calibration and reader learn from."""
        result = self.result
        return {
            "id": self.question.id,
            "kind": self.question.kind.value,
            "question": self.question.question,
            "left_out": left_out.value,
            "hidden": list(self.hidden),
            "mode": result.mode_used,
            "answered": result.answered,
            "confidence": result.confidence,
            "cautioned": self.response.cautioned,
            "answer": None
            if result.answer is None
            else {"text": result.answer.text, "clause_id": result.answer.clause_id, "phones": list(self.phones)},
            "figures": None if self.figures is None else dict(self.figures),
            "clauses": [
                {
                    "clause_id": hit.clause_id,
                    "doc_number": hit.doc_number,
                    "title": hit.entry.notice.title,
                    "path": list(hit.entry.path),
                    "text": hit.text,
                    "score": hit.score,
                }
                for hit in result.hits
            ],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """The pairs of all questions that were asked, and how many were not, by reason."""

    pairs: tuple[Pair, ...]
    skipped: Counter[Skipped]
    answered_by: Counter[Why]


def leave_out(
    engine: Engine, embedder: Embedder | None, questions: Sequence[Question], left_out: LeftOut, mode: str
) -> Outcome:
    """Ask every question of the index without its notices, or without its places'."""
    whole = Whole(engine, embedder)
    skipped: Counter[Skipped] = Counter()
    answered_by: Counter[Why] = Counter()
    by_hidden: dict[frozenset[int], list[Question]] = {}
    for question, hidden in _hidden(whole, questions, left_out, skipped):
        by_hidden.setdefault(hidden, []).append(question)
    pairs: list[Pair] = []
    with tqdm(total=sum(map(len, by_hidden.values())), desc="leave-out", unit="题", disable=None) as bar:
        for hidden, members in by_hidden.items():
            reduced = whole.without(hidden)
            asker = Asker(reduced, embedder)
            names = tuple(_name(whole, ordinal) for ordinal in sorted(hidden))
            for question in members:
                why = _answered(asker, reduced, question)
                if why is None:
                    pairs.append(_ask(asker, question, names, mode))
                else:
                    skipped[Skipped.ANSWERED] += 1
                    answered_by[why] += 1
                bar.update()
    order = {question.id: at for at, question in enumerate(questions)}
    return Outcome(tuple(sorted(pairs, key=lambda pair: order[pair.question.id])), skipped, answered_by)


def _hidden(
    whole: Whole, questions: Sequence[Question], left_out: LeftOut, skipped: Counter[Skipped]
) -> Iterator[tuple[Question, frozenset[int]]]:
    """Each question that can be asked, with the notices to hide."""
    texts = [(entry.ordinal, entry.notice.doc_number, squash(entry.text)) for entry in whole.entries]
    places = places_of([source.notice for source in whole.notices], [source.files for source in whole.notices])
    for question in questions:
        if not question.answerable:
            skipped[Skipped.NONE] += 1
            continue
        own = _own(whole, question, texts)
        if not own:
            skipped[Skipped.NOT_THERE] += 1
            continue
        if left_out is LeftOut.PLACE:
            of_place = {places[ordinal] for ordinal in own} - {None}
            if not of_place:
                skipped[Skipped.NO_PLACE] += 1
                continue
            own |= {ordinal for ordinal, place in enumerate(places) if place in of_place}
        if len(own) == len(whole.notices):
            skipped[Skipped.NOTHING_LEFT] += 1
            continue
        yield question, frozenset(own)


def _own(whole: Whole, question: Question, texts: Sequence[tuple[int, str | None, str]]) -> set[int]:
    """The notices of a question: those with the number of a label, and those without one that hold its quote."""
    own: set[int] = set()
    for label in question.relevant:
        quote = squash(label.quote)
        if label.doc_number is None:
            own |= {ordinal for ordinal, number, text in texts if number is None and quote in text}
        else:
            numbers = (source.notice.doc_number for source in whole.notices)
            own |= {ordinal for ordinal, number in enumerate(numbers) if same_number(number, label.doc_number)}
    return own


def _name(whole: Whole, ordinal: int) -> str:
    notice = whole.notices[ordinal].notice
    return notice.doc_number or notice.title


def _answered(asker: Asker, reduced: Reduced, question: Question) -> Why | None:
    query = asker.preparer.prepare(matched(question.question)[0], "bm25")
    remaining = reduced.clauses(range(reduced.info.clauses))
    return still_answered(question, question_terms(reduced, query), remaining)


def _ask(asker: Asker, question: Question, hidden: tuple[str, ...], mode: str) -> Pair:
    result = asker.ask(question.question, k=FIRST_HITS, mode=mode)
    used = result.mode_used
    query = asker.preparer.prepare(matched(question.question)[0], used)
    found = asker.find(query, used, Filters(), FIRST_HITS)
    figures = None
    if before_reading(query, found.retrieval) is None:
        evidence = asker.assess(query, found, used).evidence
        figures = {name: float(getattr(evidence, name) or 0.0) for name in evidence.__slots__}
    return Pair(question, hidden, result, figures)
