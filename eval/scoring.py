"""One question's score: everything that is said about it later is in its `Score`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval import measures
from eval.answers import is_right, same_text
from eval.labels import Passages
from eval.misses import Cause, cause
from eval.model import Asked, Kind

SHOWN_HITS = 10  # hits named in the results, for a person who looks into a miss


@dataclass(frozen=True, slots=True)
class Score:
    """What one system made of one question.

    `measures` are the retrieval measures (empty for `none` questions). `answer_right` is None where
    the question has no accepted string; an answer that a reader called wrong is wrong in any case.
    `right` is what its reader would say: the answer is right;
    without accepted strings, the first hit is relevant and was not withheld; for `none`, refused.
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

    @property
    def answerable(self) -> bool:
        return self.kind is not Kind.NONE

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
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Score:
        """The inverse of `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            **row
            | {
                "kind": Kind(row["kind"]),
                "miss": None if row["miss"] is None else Cause(row["miss"]),
                "hits": tuple(row["hits"]),
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
        ),
        ms=one.ms,
        hits=tuple(hit.clause_id for hit in response.hits[:SHOWN_HITS]),
    )
