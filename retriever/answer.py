"""The answer: which span of which clause, whose office and phone, and when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.text import cut, sentences
from retriever.model import Answer, Hit

if TYPE_CHECKING:
    from retriever.search import Retriever, Scored

MAX_ANSWER = 160  # characters (contract)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a question is answered, how sure that is (0…1), the answer, or why there is none."""

    answered: bool
    confidence: float
    answer: Answer | None
    note: str | None


def answer_question(retriever: Retriever, question: str, scored: Scored, hits: Sequence[Hit], mode: str) -> Verdict:
    """Decide whether the hits answer the question, and with which span."""
    if not hits:
        return Verdict(False, 0.0, None, "没有找到相关条款")
    top = hits[0]
    text = cut(sentences(top.text)[0] if top.text else "", MAX_ANSWER)[0]
    return Verdict(True, 0.5, Answer(text.strip(), (), top.clause_id), None)
