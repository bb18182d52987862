"""What of a clause is embedded: its text with the title and the headings above it in front.

Twenty offices with the same sentence differ only by their heading, so the vector has to know it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.kinds import kind_pattern

MAX_CONTEXT = 120  # characters of title and headings in front of a clause
_ISSUED = re.compile(r"^.*?关于(?:印发|转发|批转|公布|发布)?")
_KIND = re.compile(rf"的?{kind_pattern('covering')}$")


def subject(title: str) -> str:
    """What a title is about, without issuer and kind: 「…关于印发离石区供水方案的通知」 → 「离石区供水方案」."""
    core = _KIND.sub("", _ISSUED.sub("", title, count=1))
    return core or title


def context(title: str, path: Sequence[str], text: str) -> str:
    """Title and headings in front of a clause, outermost first, shortened from the left.

    The headings next to the clause tell most, so they are kept whole.
    """
    own = path[-1] if path else ""
    heads = list(path)
    if heads and own and own.replace(" ", "")[:12] in text.replace(" ", ""):
        heads.pop()  # the clause's own heading stands in its text
    names = [subject(title), *heads]
    parts = [name for index, name in enumerate(names) if name and name not in names[:index]]
    joined = "｜".join(parts)
    return joined[-MAX_CONTEXT:] if len(joined) > MAX_CONTEXT else joined


def passage(title: str, path: Sequence[str], text: str) -> tuple[str, str]:
    """The chunk that is embedded for a clause of the notice `title`, as (context, text).

    `…关于印发供水方案的通知`, [`一、总体要求`], `加强领导。` → (`供水方案｜一、总体要求⏎`, `加强领导。`)
    """
    head = context(title, path, text)
    return (f"{head}\n" if head else "", text)
