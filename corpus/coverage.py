"""How much of a file stands in its clauses: measured against all letters of the file as it came.

A reader that drops text (menus of a web page, hidden or struck-out text, running heads) says how many letters
the file had and lists what it dropped, so a page of which half was taken for a menu has a coverage of a half
and not of one. Cover and contents pages and the lines of information around a title don't count on either
side: what they say is kept as data of the bulletin and its notices (title, number, issuer, section, page).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from corpus.blocks import shown
from corpus.model import LeftOut, Source
from corpus.text import squash

WHOLE = 0.99  # a coverage below it is warned of (contract)
COVER = "封面和目录"  # why cover and contents pages are in no clause
STATED = "标题上下的信息栏"  # why 「发布机构：…　发布日期：…」 and a repeated title are in no clause
OF_THE_PAGE = "网页或刊物上的其他文字"  # why menus, tools and feet are in no clause
_AS_DATA = (COVER, STATED)
_NAMED = 3  # kinds of left-out text that a warning names
_SHOWN = 20  # characters of the largest piece of a kind that it shows


def letters_of(texts: Iterable[str]) -> Counter[str]:
    """How often each letter and digit stands in some texts."""
    out: Counter[str] = Counter()
    for text in texts:
        out.update(squash(text))
    return out


def coverage(source: Source, left_out: Sequence[LeftOut], clauses: Iterable[str]) -> float:
    """Share of the file's letters and digits that stand in exactly one clause. `clauses` are the clauses' own
    texts, `left_out` is all that reader and parser left out.

    What a reader adds (automatic numbers, a cell over several rows) has to stand in a clause, too.
    """
    read = letters_of(shown(line.text) for line in source.lines) - letters_of(
        left.text for left in left_out if left.why in _AS_DATA
    )
    dropped = letters_of(left.text for left in source.left_out)
    came = read + dropped if source.letters is None else source.letters | read
    found = letters_of(clauses)
    unread = max(sum((came - read).values()), sum(dropped.values()))
    missing, doubled = (read - found).total(), (found - read).total()
    total = max(came.total(), read.total() + unread)
    return round(max(0.0, 1 - (unread + missing + doubled) / total), 4) if total else 0.0


def warning(share: float, left_out: Sequence[LeftOut]) -> str:
    """One Chinese sentence on a coverage below `WHOLE`: what most of the missing text is."""
    sizes: Counter[str] = Counter()
    largest: dict[str, tuple[int, str]] = {}
    for left in left_out:
        size = len(squash(left.text))
        sizes[left.why] += size
        largest[left.why] = max(largest.get(left.why, (0, "")), (size, left.text))
    for why in _AS_DATA:
        del sizes[why]
    named = [f"{why}（{size} 字，如“{_short(largest[why][1])}”）" for why, size in sizes.most_common(_NAMED) if size]
    what = "没有归入的主要是" + "、".join(named) if named else "其余的可能没有读出或重复"
    return f"只有 {share:.2%} 的文字归入了条款，{what}，请对照原文核对"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
