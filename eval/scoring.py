"""One question's score: everything that is said about it later is in its `Score`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval import measures
from eval.answers import is_right, same_text
from eval.contacts import contacts
from eval.labels import Passages
from eval.misses import Cause, cause
from eval.model import Asked, Kind, Office, Question

SHOWN_HITS = 10  # hits named in the results, for a person who looks into a miss


@dataclass(frozen=True, slots=True)
class Score:
    """What one system made of one question.

    `measures` are the retrieval measures (empty for `none` questions). `answer_right` is None where
    the question has no accepted string; an answer that a reader called wrong is wrong in any case.
    `right` is what its reader would say: the answer is right;
    without accepted strings, the first hit is relevant and was not withheld; for `none`, refused.
    `expected` is what the labels accept: their strings, else their quotes. `offices` and `phones` are what the
    answer shows beside and in its sentence, `wrong_office` and `wrong_phone` are judged by `eval.contacts`; these and
    `cautioned` are None in runs of version 0.1, which did not tell.
    """

    id: str
    kind: Kind
    question: str
    measures: dict[str, float]
    first_rank: int | None
    characters_read: int | None
    answered: bool
    confidence: float
    answer: str | None
    answer_right: bool | None
    right: bool
    miss: Cause | None
    ms: float
    hits: tuple[str, ...]
    expected: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()
    cautioned: bool | None = None
    phones: tuple[str, ...] | None = None
    wrong_phone: bool | None = None
    wrong_office: bool | None = None

    @property
    def answerable(self) -> bool:
        return self.kind is not Kind.NONE

    @property
    def unwarned(self) -> bool | None:
        """Whether an answer is shown without the caution."""
        return None if self.cautioned is None else self.answered and not self.cautioned

    @property
    def wrong_contact(self) -> bool | None:
        """Whether a wrong telephone or a wrong office is shown."""
        if self.wrong_phone is None or self.wrong_office is None:
            return None
        return self.wrong_phone or self.wrong_office

    @property
    def given(self) -> str | None:
        """What the answer's card shows: its sentence, and the offices in brackets; None for a refusal."""
        if not self.answered:
            return None
        offices = "、".join(f"{one.name} {one.phone or ''}".rstrip() for one in self.offices)
        return f"{self.answer or ''}（{offices}）" if offices else self.answer or ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind.value,
            "question": self.question,
            "measures": self.measures,
            "first_rank": self.first_rank,
            "characters_read": self.characters_read,
            "answered": self.answered,
            "confidence": self.confidence,
            "answer": self.answer,
            "answer_right": self.answer_right,
            "right": self.right,
            "miss": None if self.miss is None else self.miss.value,
            "ms": self.ms,
            "hits": list(self.hits),
            "expected": list(self.expected),
            "offices": [{"name": one.name, "phone": one.phone} for one in self.offices],
            "cautioned": self.cautioned,
            "phones": None if self.phones is None else list(self.phones),
            "wrong_phone": self.wrong_phone,
            "wrong_office": self.wrong_office,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Score:
        """The inverse of `to_json`; the last six may be missing. Raises KeyError, TypeError or ValueError for
        anything else."""
        phones = row.get("phones")
        return cls(
            **row
            | {
                "kind": Kind(row["kind"]),
                "miss": None if row["miss"] is None else Cause(row["miss"]),
                "hits": tuple(row["hits"]),
                "expected": tuple(row.get("expected", ())),
                "offices": tuple(Office(**one) for one in row.get("offices", ())),
                "phones": None if phones is None else tuple(phones),
            }
        )


def score(asked: Sequence[Asked], passages: Passages, k: int = 10) -> list[Score]:
    """Score every question, in order. `passages` are all that the system could have returned."""
    values = measures.per_question(asked, k)
    return [_score(one, values.get(one.question.id, {}), passages) for one in asked]


def _score(one: Asked, values: dict[str, float], passages: Passages) -> Score:
    question, response = one.question, one.response
    first = measures.first_rank(question, response.hits)
    answer = response.answer if response.answered else None
    called_wrong = answer is not None and any(same_text(answer.text, one) for one in question.wrong)
    answer_right: bool | None = None
    if question.answerable and (question.answers or called_wrong):
        answer_right = not called_wrong and is_right(answer, question.answers)
    if not question.answerable:
        right = not response.answered
    elif answer_right is not None:
        right = answer_right
    else:
        right = response.answered and first == 1
    shown = contacts(question, answer, passages.state)
    return Score(
        id=question.id,
        kind=question.kind,
        question=question.question,
        measures=values,
        first_rank=first,
        characters_read=measures.characters_read(question, response.hits),
        answered=response.answered,
        confidence=response.confidence,
        answer=None if answer is None else answer.text,
        answer_right=answer_right,
        right=right,
        miss=cause(
            answerable=question.answerable,
            right=right,
            parsed=any(passages.meet(label) for label in question.relevant),
            first_rank=first,
            answered=response.answered,
            wrong_contact=shown.wrong_phone or shown.wrong_office,
        ),
        ms=one.ms,
        hits=tuple(hit.clause_id for hit in response.hits[:SHOWN_HITS]),
        expected=expected(question),
        offices=() if answer is None else answer.offices,
        cautioned=response.cautioned,
        phones=shown.phones,
        wrong_phone=shown.wrong_phone,
        wrong_office=shown.wrong_office,
    )


def expected(question: Question) -> tuple[str, ...]:
    """What the labels accept as an answer, in the words of the file: accepted strings, else the quotes."""
    if question.answers:
        return question.answers
    return tuple(f"{label.doc_number or ''}“{label.quote}”" for label in question.relevant)
