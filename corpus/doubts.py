"""Where a notice as it was read may not be what the document says: reasons that a person should look at.

Numbers that don't run, a heading with nothing below it, a title whose words don't stand in its body. What the choice
of heads was unsure of (`Head.uncertain`) comes first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from corpus.fields import is_attachment_head
from corpus.kinds import kind_pattern
from corpus.joins import has_pause
from corpus.model import Clause, Doubt, Role, Span
from corpus.numbering import Style
from corpus.text import squash
from corpus.tree import Node, Part, walk

_LEAST_TITLE = 8  # pairs of letters of a title's own words from which they say something
_LEAST_NAME = 4  # the same of a part's name, which is shorter
_LEAST_BODY = 300  # letters of a body in which they must stand
_SHARED = 0.15  # of those pairs; titles of the first gazette share .5 and more with their bodies
_AROUND = re.compile(
    rf"^.*?(?:关于|印发|转发|批转)|的?(?:{kind_pattern('official', 'rules', 'titles')})$|[（(][^（）()]*[）)]$"
)
_PLACE = re.compile(r"^.{1,6}?[省市县区旗州盟镇乡]")
_BRACKETS = ("（）", "()", "《》", "〔〕")
_HEADINGS = (Role.TITLE, Role.INFO, Role.HEADING)
_MOST = 6  # reasons of one kind


def find_doubts(
    title: str, parts: Sequence[Part], clauses: Sequence[Clause], of_reading: Sequence[Doubt]
) -> tuple[Doubt, ...]:
    """The reasons to doubt a notice, with the lines concerned. `of_reading` are those of the reading of the file."""
    whole = Span(min(clause.lines.start for clause in clauses), max(clause.lines.end for clause in clauses))
    out = list(of_reading)
    if any(title.count(left) != title.count(right) for left, right in _BRACKETS):
        out.append(Doubt("标题里的括号或书名号不成对，标题可能不完整", clauses[0].lines))
    for part in parts:
        out += _numbers(part)[:_MOST]
    out += _unannounced(title, parts, clauses)
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


def _unannounced(title: str, parts: Sequence[Part], clauses: Sequence[Clause]) -> list[Doubt]:
    """Texts behind the letter that it doesn't speak of: each may be a document of its own."""
    letter = squash(title + "".join(clause.text for clause in clauses if not clause.place.attachment))
    out = []
    for at, part in enumerate(parts[1:], 1):
        if not part.title or is_attachment_head(part.title[0].text) or has_pause(part.name):
            continue  # the letter announces attachments by their number; 「主题词：…」 is a line of the letter
        pairs = _own_pairs(_PLACE.sub("", part.name))
        own = [clause for clause in clauses if clause.place.attachment == at]
        if len(pairs) < _LEAST_NAME or not own or _share(pairs, letter) >= _SHARED:
            continue
        lines = Span(part.title[0].line, max(clause.lines.end for clause in own))
        out.append(Doubt(f"“{part.name}”在前面的正文里没有提到，可能是另一篇公文", lines))
    return out[:_MOST]


def _is_foreign(title: str, clauses: Sequence[Clause]) -> bool:
    pairs = _own_pairs(title)
    body = squash("".join(clause.text for clause in clauses if clause.role not in (Role.TITLE, Role.INFO)))
    return len(pairs) >= _LEAST_TITLE and len(body) >= _LEAST_BODY and _share(pairs, body) < _SHARED


def _own_pairs(title: str) -> set[str]:
    """The pairs of letters of a title without the words around its subject: who issues it, and what kind it is."""
    words = squash(_AROUND.sub("", _AROUND.sub("", title)))
    return {a + b for a, b in itertools.pairwise(words)}


def _share(pairs: set[str], text: str) -> float:
    return sum(pair in text for pair in pairs) / len(pairs)
