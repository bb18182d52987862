"""Questions for a list: which item is shown, and how many further ones there are."""

from __future__ import annotations

import re

from corpus.text import nfkc
from index.engine import IndexedClause
from retriever.neighbours import HEADINGS, Neighbours
from retriever.reading.terms import Terms, fold

# Questions for a list: 「需要哪些材料」「有什么条件」「哪几类人」; 「什么时候」 asks for none.
_ASKS = re.compile(
    r"哪些|哪几(?!天|年|月|日|点)|(?:什么|啥)(?:条件|材料|资料|证件|情形|情况|要求|手续|措施|行为|程序|步骤|内容)"
)


def asks_list(question: str) -> bool:
    """Whether a question asks for a list: 「申请低保需要哪些材料」."""
    return _ASKS.search(nfkc(question)) is not None


def first_item(entry: IndexedClause, neighbours: Neighbours, terms: Terms) -> IndexedClause | None:
    """Where a whole list is asked for, its first item instead of another: what introduces it shares more with the
    question than the item does. None where the item itself is meant, or is no item, or is the first."""
    introduction = neighbours.introduction(entry)
    if introduction is None:
        return None
    above = fold(" ".join((*introduction.path[-1:], introduction.text)))
    if terms.coverage(above) <= terms.coverage(fold(entry.text)):
        return None
    depth = len(entry.path)
    items = (one for one in neighbours.of(entry) if len(one.path) == depth and one.path[:-1] == entry.path[:-1])
    first = next((one for one in items if one.role not in HEADINGS and one.row > introduction.row), entry)
    return None if first.row == entry.row else first


def items_left(entry: IndexedClause, neighbours: Neighbours) -> int:
    """Items beside the one that a clause is, or behind the sentence that introduces them: of 「（一）…（五）」 four."""
    clauses = [one for one in neighbours.of(entry) if one.role not in HEADINGS]
    if entry.text.rstrip().endswith(("：", ":")):
        depth = len(entry.path)
        return sum(len(one.path) == depth + 1 and one.path[:depth] == entry.path for one in clauses)
    if neighbours.introduction(entry) is None:
        return 0
    above = entry.path[:-1]
    steps = {one.path for one in clauses if len(one.path) == len(entry.path) and one.path[:-1] == above}
    return max(0, len(steps) - 1)
