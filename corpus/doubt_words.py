"""Doubts in words that everybody understands: the one place that says them, on the page as on the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.model import Doubt, Span

ANOTHER = "从“…”起可能是另一篇公文"  # `kind_of` the doubt that a body holds a further document
UNTITLED = "没有找到标题，用{}代替"
_SHOWN = 2  # doubts of one line of caution
_LETTERS = 60  # of a title or number that a reason names


def quoted(name: str) -> str:
    """A title or number in a reason: it may be of any length, and hold quotation marks itself."""
    inner = name.replace("“", "‘").replace("”", "’")
    return f"“{inner if len(inner) <= _LETTERS else inner[:_LETTERS] + '……'}”"


def kind_of(doubt: Doubt) -> str:
    """The reason without the names in it, by which doubts are counted: `标题也可能是“…”`."""
    return re.sub("“[^“”]{0,80}”", "“…”", doubt.reason)


def lines_of(lines: Span) -> str:
    """`第 3 行`, `第 3–9 行`."""
    return f"第 {lines.start} 行" if lines.start == lines.end else f"第 {lines.start}–{lines.end} 行"


def words_of(doubt: Doubt) -> str:
    """`标题也可能是“…”（第 3–9 行）`."""
    return f"{doubt.reason}（{lines_of(doubt.lines)}）"


def caution(doubts: Sequence[Doubt]) -> str | None:
    """One line that says what the program isn't sure of, and where to look before citing; None without a doubt."""
    if not doubts:
        return None
    if len(doubts) == 1:
        return f"机器没有把握：{doubts[0].reason}。引用前请核对原文{lines_of(doubts[0].lines)}。"
    said = "；".join(map(words_of, doubts[:_SHOWN]))
    more = f"，等 {len(doubts)} 处" if len(doubts) > _SHOWN else ""
    return f"机器没有把握：{said}{more}。引用前请核对原文。"
