"""Where a notice as it was read may not be what the document says: reasons that a person should look at.

Numbers that don't run, a heading with nothing below it, a title whose words don't stand in its body. What the choice
of heads was unsure of (`Head.uncertain`) comes first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from corpus.kinds import kind_pattern
from corpus.model import Clause, Doubt, Role, Span
from corpus.numbering import Style
from corpus.text import squash
from corpus.tree import Node, Part, walk

_LEAST_TITLE = 8  # pairs of letters of a title's own words from which they say something
_LEAST_BODY = 300  # letters of a body in which they must stand
_SHARED = 0.15  # of those pairs; titles of the first gazette share .5 and more with their bodies
_AROUND = re.compile(
    rf"^.*?(?:关于|印发|转发|批转)|的?(?:{kind_pattern('official', 'rules', 'titles')})$|[（(][^（）()]*[）)]$"
)
_HEADINGS = (Role.TITLE, Role.INFO, Role.HEADING)
_MOST = 6  # reasons of one kind


def find_doubts(
    title: str, parts: Sequence[Part], clauses: Sequence[Clause], of_head: Sequence[str]
) -> tuple[Doubt, ...]:
    """The reasons to doubt a notice, with the lines concerned. `of_head` are those of its head."""
    whole = Span(min(clause.lines.start for clause in clauses), max(clause.lines.end for clause in clauses))
    head = clauses[0].lines
    out = [Doubt(reason, head) for reason in of_head]
    for part in parts:
        out += _numbers(part)[:_MOST]
    if all(clause.role in _HEADINGS for clause in clauses):
        out.append(Doubt("只有标题，没有正文", whole))
    elif _is_foreign(title, clauses):
        out.append(Doubt("标题中的词在正文里没有出现，标题和正文可能不是同一篇", whole))
    return tuple(dict.fromkeys(out))


def _numbers(part: Part) -> list[Doubt]:
    """Articles that don't run from 第一条 on, each once."""
    articles = [item for item in walk(part.items) if isinstance(item, Node) and item.style is Style.ARTICLE]
    if len(articles) < 2:
        return []
    out = []
    first = articles[0]
    if first.number != 1:
        out.append(Doubt(f"条文从“{first.label}”开始，前面可能有缺漏", Span(first.line, first.line)))
    for before, node in itertools.pairwise(articles):
        gap = node.number - before.number
        if gap == 1 or (gap == 0 and "之" in node.label):
            continue
        lines = Span(before.line, max(before.line, node.line))
        what = "之后可能有缺漏" if gap > 1 else "条文编号重复或倒退"
        out.append(Doubt(f"“{before.label}”之后是“{node.label}”，{what}", lines))
    return out


def _is_foreign(title: str, clauses: Sequence[Clause]) -> bool:
    words = squash(_AROUND.sub("", _AROUND.sub("", title)))
    pairs = {a + b for a, b in itertools.pairwise(words)}
    body = squash("".join(clause.text for clause in clauses if clause.role not in (Role.TITLE, Role.INFO)))
    if len(pairs) < _LEAST_TITLE or len(body) < _LEAST_BODY:
        return False
    return sum(pair in body for pair in pairs) < _SHARED * len(pairs)
