"""Whether what is left of an index still answers a question whose own notices were taken out.

Nobody has read what is left, so this goes by words, and rather calls a question answered too often: those are left out.
A clause answers that holds one of the question's quotes, or an accepted answer that hardly stands anywhere by chance
(eight letters that are no office's name, or a number as long as a telephone's), or another one beside most of the
question's words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from corpus.offices import is_org
from corpus.text import squash
from eval.answers import same_phone, stands_in
from eval.model import Question
from index.engine import IndexedClause
from retriever.reading.terms import Terms, fold

LONG = 8  # letters of an answer that tells enough by itself
_NUMBER = re.compile(r"\d{7,}")
# Share of the question's words (by weight) that a clause with a short answer holds, with its title and headings. Of
# the 395 answerable questions on the gazette 89 % have a labelled clause that holds as much; without their notices 26
# have another one (.3: 43, .5: 9).
COVERED = 0.4


class Why(StrEnum):
    """Why a question counts as still answered."""

    QUOTE = "quote"
    ANSWER = "answer"
    SHORT_ANSWER = "short_answer"


def still_answered(question: Question, terms: Terms, remaining: Sequence[IndexedClause]) -> Why | None:
    """The first reason in the order above, or None: nothing that is left seems to answer."""
    quotes = [squash(label.quote) for label in question.relevant]
    if any(quote in squash(entry.text) for entry in remaining for quote in quotes):
        return Why.QUOTE
    telling = [one for one in question.answers if _tells(one)]
    if any(_states(entry, one) for one in telling for entry in remaining):
        return Why.ANSWER
    short = [one for one in question.answers if one not in telling]
    if any(terms.coverage(_around(entry)) >= COVERED for entry in remaining if any(_states(entry, a) for a in short)):
        return Why.SHORT_ANSWER
    return None


def _tells(answer: str) -> bool:
    """Whether an answer hardly stands anywhere by chance: offices do, whatever the length of their names."""
    letters = squash(answer)
    return (len(letters) >= LONG and not is_org(answer)) or _NUMBER.search(letters) is not None


def _states(entry: IndexedClause, answer: str) -> bool:
    """Whether a clause states an answer; a cheap look first, for there are many clauses."""
    letters = squash(answer)
    if not letters or letters not in squash(entry.text):
        return False
    return stands_in(answer, entry.text) or same_phone(answer, entry.text)


def _around(entry: IndexedClause) -> str:
    return fold(" ".join((entry.notice.title, *entry.path, entry.text)))
