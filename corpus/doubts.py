"""Where a notice as it was read may not be what the document says: reasons that a person should look at.

Numbers that don't run, a heading with nothing below it, a title whose words don't stand in its body, a text behind the
letter that the letter doesn't speak of. What the reading of the file was unsure of (`corpus.second_best`) comes first.
A doubt that is often wrong is worth nothing: of 82 notices of four gazettes none is marked, of 499 texts of law two,
which rightly are, of the labelled documents (`eval/document_labels/dev`) seven, one of them wrongly.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from corpus.doubt_words import ANOTHER, kind_of, quoted
from corpus.fields import is_attachment_head
from corpus.joins import has_pause
from corpus.model import Clause, Doubt, Role, Span
from corpus.numbering import Style
from corpus.own_words import all_pairs, own_pairs, speaks_of
from corpus.text import squash
from corpus.tree import Node, Part, walk

_LEAST_TITLE = 8  # pairs of letters of a title's own words from which they say something
_LEAST_NAME = 3  # the same of a part's name, which is shorter
_LEAST_BODY = 300  # letters of a body in which they must stand
_BRACKETS = (("（", "）"), ("(", ")"), ("《", "》"), ("〔", "〕"))
_HEADINGS = (Role.TITLE, Role.INFO, Role.HEADING)
_MOST = 6  # reasons of one kind


def find_doubts(
    title: str, parts: Sequence[Part], clauses: Sequence[Clause], of_reading: Sequence[Doubt]
) -> tuple[Doubt, ...]:
    """The reasons to doubt a notice, with the lines concerned. `of_reading` are those of the reading of the file."""
    whole = Span(min(clause.lines.start for clause in clauses), max(clause.lines.end for clause in clauses))
    letter = _letter(title, clauses) if len(parts) > 1 else set()
    announced = {part.title[0].line for _, part in _behind(parts) if _is_announced(part, letter)}
    out = [one for one in of_reading if not (one.lines.start in announced and kind_of(one) == ANOTHER)]
    if any(title.count(left) != title.count(right) for left, right in _BRACKETS):
        out.append(Doubt("标题里的括号或书名号不成对，标题可能不完整", clauses[0].lines))
    for part in parts:
        out += _numbers(part)[:_MOST]
    told = {doubt.lines.start for doubt in of_reading}
    out += [doubt for doubt in _unannounced(parts, clauses, letter) if doubt.lines.start not in told]
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
        what = "中间可能有缺漏" if gap > 1 else "条文编号重复或倒退"
        out.append(Doubt(f"“{before.label}”之后是“{node.label}”，{what}", lines))
    return out


def _unannounced(parts: Sequence[Part], clauses: Sequence[Clause], letter: set[str]) -> list[Doubt]:
    """Texts behind the letter that it doesn't speak of: each may be a document of its own."""
    ends: dict[int, int] = {}  # the last line of each part
    for clause in clauses:
        at = clause.place.attachment
        ends[at] = max(ends.get(at, 0), clause.lines.end)
    out = []
    for at, part in _behind(parts):
        if at not in ends or is_attachment_head(part.title[0].text) or has_pause(part.name):
            continue  # the letter announces attachments by their number; 「主题词：…」 is a line of the letter
        if len(own_pairs(part.name, placed=False)) >= _LEAST_NAME and not _is_announced(part, letter):
            lines = Span(part.title[0].line, ends[at])
            out.append(Doubt(f"{quoted(part.name)}在前面的正文里没有提到，可能是另一篇公文", lines))
    return out[:_MOST]


def _behind(parts: Sequence[Part]) -> list[tuple[int, Part]]:
    """The texts behind the letter that have names, with their places among the parts."""
    return [(at, part) for at, part in enumerate(parts) if at and part.title]


def _letter(title: str, clauses: Sequence[Clause]) -> set[str]:
    """The pairs of letters of a notice's title and letter."""
    return all_pairs(title + "".join(clause.text for clause in clauses if not clause.place.attachment))


def _is_announced(part: Part, letter: set[str]) -> bool:
    """Whether the letter speaks of a text behind it."""
    return speaks_of(letter, own_pairs(part.name, placed=False))


def _is_foreign(title: str, clauses: Sequence[Clause]) -> bool:
    pairs = own_pairs(title)
    body = squash("".join(clause.text for clause in clauses if clause.role not in (Role.TITLE, Role.INFO)))
    return len(pairs) >= _LEAST_TITLE and len(body) >= _LEAST_BODY and not speaks_of(body, pairs)
