"""The words around a span that make sense when read alone: its sentence, its row's cells, its entry of a list.

`…，由区教育局负责。…` with the span 区教育局 → the whole sentence, as long as an answer may be.
"""

from __future__ import annotations

import re

from corpus.model import Clause, ClauseKind
from corpus.text import cut

MAX_ANSWER = 160  # characters (contract)
_SENTENCE = re.compile(r"[。；;！？!?\n]+[”’』」）)]*")
_ENTRY = re.compile(r"；|，(?=[^，；]{2,4}，)")
_PART = re.compile(r"[，,、：:；;｜]")


def around(clause: Clause, start: int, end: int) -> tuple[int, int]:
    """Where what is shown begins and ends in the clause's text, for the span `start`…`end` of at most MAX_ANSWER."""
    text = clause.text
    if clause.kind is ClauseKind.SIGNATURE:
        low, high = 0, len(text)
    elif clause.kind is ClauseKind.TABLE_ROW:
        cells = cells_at(text)
        low, high = (cells if start >= cells else 0), len(text)
    else:
        low, high = _between(text, start, end, _ENTRY if clause.kind is ClauseKind.LIST else _SENTENCE)
    while low < start and text[low].isspace():
        low += 1
    while high > end and text[high - 1].isspace():
        high -= 1
    return (low, high) if high - low <= MAX_ANSWER else _fitted(text, start, end, low, high)


def on(text: str, start: int, end: int) -> int:
    """Where a part of a text ends that goes on with the sentences behind it, as far as an answer goes."""
    for found in _SENTENCE.finditer(text, end):
        if found.end() - start > MAX_ANSWER:
            break
        end = found.end()
    return len(text) if len(text) - start <= MAX_ANSWER else end


def cells_at(row: str) -> int:
    """Where a row's cells begin, behind its caption and its columns' heads: `表（甲｜乙）：1｜2` → 6."""
    at = row.find("）：")
    return at + 2 if at >= 0 else row.find("：") + 1


def _between(text: str, start: int, end: int, mark: re.Pattern[str]) -> tuple[int, int]:
    """From behind the last mark before a span to behind the first one in or after its last character."""
    low = max((found.end() for found in mark.finditer(text, 0, start)), default=0)
    following = mark.search(text, max(start, end - 1))
    return low, following.end() if following else len(text)


def _fitted(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """The span with as many whole parts between commas around it as an answer may hold, those before it first: they
    say of whom it speaks."""
    cuts = [low, *(found.end() for found in _PART.finditer(text, low, high)), high]
    room = MAX_ANSWER - (end - start)
    first = min((cut for cut in cuts if cut <= start and start - cut <= room), default=start)
    last = max((cut for cut in cuts if cut >= end and cut - first <= MAX_ANSWER), default=end)
    return first, last


def opening(text: str) -> str:
    """The beginning of a clause that is asked for itself, as long as an answer may be."""
    return cut(text, MAX_ANSWER)[0].strip()
