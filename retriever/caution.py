"""Below the caution's mark no telephone number is shown: a wrong one costs a citizen more than none.

An answer that isn't sure loses its offices' numbers; words with a number are cut to the longest part without, and
where little is left, or a number was asked for, there is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.phones import phone_spans
from corpus.text import squash
from retriever.decide import Decision
from retriever.intent import Intent
from retriever.model import CAUTION, Answer, Office
from retriever.notes import NoteKind, note

_FEWEST = 4  # letters of an answer: with fewer it says nothing
# What announces a number that has been cut away.
_LABEL = re.compile(r"[^，。；;、,]{0,8}(?:电话|热线|号码|手机|传真)[^，。；;、,]{0,6}$")
_EDGES = " \n，。；;、,：:（）()"


def with_caution(decision: Decision, answer: Answer, asked: Sequence[Intent]) -> tuple[Decision, Answer | None]:
    """A decision to answer, and what of the answer may be shown."""
    if decision.confidence >= CAUTION:
        return decision, answer
    shown = cautious(answer, asked)
    if shown is None:
        return Decision(False, decision.confidence, note(NoteKind.UNSURE_PHONE)), None
    return decision, shown


def cautious(answer: Answer, asked: Sequence[Intent]) -> Answer | None:
    """The answer as it may be shown without being sure; None where nothing of it may."""
    text = without_phones(answer.text)
    if text is None or (text != answer.text and Intent.PHONE in asked):
        return None
    offices = tuple(Office(one.name, role=one.role) for one in answer.offices)
    return replace(answer, text=text, offices=offices)


def without_phones(text: str) -> str | None:
    """The text, or its longest part without a telephone number; None if that is a few letters."""
    spans = phone_spans(text)
    if not spans:
        return text
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    parts = [_LABEL.sub("", text[end:start]).strip(_EDGES) for end, start in zip(ends, starts, strict=True)]
    best = max(parts, key=lambda part: len(squash(part)))
    return best if len(squash(best)) >= _FEWEST else None
