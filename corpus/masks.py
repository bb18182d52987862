"""A sentence in which titles, numbers, dates, articles and quotes are one sign each, so that grammar sees the rest.

    自2002年1月1日起施行。1991年6月4日国务院发布的《条例》（国令第1号）同时废止。
    自D起施行。D国务院发布的T同时废止。

Words inside a title (《国务院关于废止和修改部分行政法规的决定》) or a quote are no words of the sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from corpus.articles import ARTICLES, labels
from corpus.dates import find_dates
from corpus.doc_number import find_numbers
from corpus.text import nfkc

# Signs that no text has: noncharacters are taken out when a file is read (corpus.text.UNSEEN).
TEXT, NUMBER, DATE, ARTICLE, QUOTE = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4"

_OPENS = re.compile('[《“「"]')
_CLOSES = {"“": "”", "「": "」", '"': '"'}
_MAX_TITLE = 200
# What stands in brackets behind a title: its number, the day of its issue, 「以下简称…」.
_BRACKET = re.compile(r"\s{0,2}[（(][^（）()]{0,80}(?:[（(][^（）()]{0,20}[）)][^（）()]{0,60})?[）)]")
_RAW_NUMBER = re.compile(r"[^，,；;（(]{2,30}号")
_YEAR_OF = re.compile(r"^\s?(?:19|20)\d\d年(?=[^第])")  # 1999年云岭市人民政府令第21号
_SHORT_FOR = re.compile(r"(?:以下|下)?简称[:：]?[“《〈\"]?([^”》〉\"，,；;）)]{2,20})")


@dataclass(frozen=True, slots=True)
class Mark:
    """What one sign stands for: `text` as it is written, and what was read from it.

    `value` is a title without its brackets, a document number, an ISO date or a quote without its marks; `articles` are
    the articles that an ARTICLE names. Of a title: the number and the short name given in brackets behind it.
    """

    sign: str
    start: int
    end: int
    value: str
    doc_number: str | None = None
    articles: tuple[str, ...] = ()
    short: str | None = None
    closed: bool = True


class Masked(NamedTuple):
    """`text` with one sign for each mark; `marks` by the place of their sign; `starts` maps places to the original."""

    text: str
    marks: dict[int, Mark]
    starts: list[int]
    original: str

    def mark(self, at: int) -> Mark:
        return self.marks[at]

    def words(self, start: int, end: int) -> str:
        """The original words of a stretch of the masked text."""
        last = len(self.original) if end >= len(self.starts) else self.starts[end]
        return self.original[self.starts[start] : last] if start < len(self.starts) else ""


def mask(text: str) -> Masked:
    """One sign for each title (with its number), number, date, list of articles and quote of `text`."""
    marks = _bracketed(text)
    free = _Free(marks)
    for cited in find_numbers(text):
        free.add(Mark(NUMBER, cited.start, cited.end, cited.doc_number, cited.doc_number))
    for start, end, date in find_dates(text):
        free.add(Mark(DATE, start, end, date))
    for match in ARTICLES.finditer(text):
        free.add(Mark(ARTICLE, match.start(), match.end(), match.group(), None, labels(match.group())))
    out: list[str] = []
    starts: list[int] = []
    placed: dict[int, Mark] = {}
    at = 0
    for mark in sorted(free.marks, key=lambda mark: mark.start):
        out.append(text[at : mark.start])
        starts += range(at, mark.start)
        placed[len(starts)] = mark
        starts.append(mark.start)
        out.append(mark.sign)
        at = mark.end
    out.append(text[at:])
    starts += range(at, len(text))
    return Masked("".join(out), placed, starts, text)


class _Free:
    """Marks that don't overlap: one that would is left out."""

    def __init__(self, marks: list[Mark]) -> None:
        self.marks = marks
        self._edges = [(mark.start, mark.end) for mark in marks]

    def add(self, mark: Mark) -> None:
        at = bisect_right(self._edges, (mark.start, mark.end))
        before = at and self._edges[at - 1][1] > mark.start
        behind = at < len(self._edges) and self._edges[at][0] < mark.end
        if not before and not behind:
            self._edges.insert(at, (mark.start, mark.end))
            self.marks.append(mark)


def _bracketed(text: str) -> list[Mark]:
    """Titles and quotes, the outermost ones, in order."""
    marks: list[Mark] = []
    at = 0
    while match := _OPENS.search(text, at):
        start = match.start()
        mark = _title(text, start) if match.group() == "《" else _quote(text, start)
        if mark is not None:
            marks.append(mark)
        at = start + 1 if mark is None else mark.end
    return marks


def _title(text: str, start: int) -> Mark | None:
    depth = 0
    for at in range(start, min(len(text), start + _MAX_TITLE)):
        depth += {"《": 1, "》": -1}.get(text[at], 0)
        if depth == 0:
            break
    else:
        return None
    end = at + 1
    number = short = None
    while bracket := _BRACKET.match(text, end):
        inside = bracket.group().strip()[1:-1]
        if number is None:
            number = _number_in(inside)
        if named := _SHORT_FOR.search(inside):
            short = named[1]
        end = bracket.end()
    return Mark(TEXT, start, end, text[start + 1 : at], number, (), short)


def _number_in(inside: str) -> str | None:
    inside = _YEAR_OF.sub("", inside)
    found = find_numbers(inside)
    if found:
        return found[0].doc_number
    raw = _RAW_NUMBER.search(nfkc(inside))
    return raw.group() if raw else None


def _quote(text: str, start: int) -> Mark | None:
    """A quote up to its closing mark; one that isn't closed in this clause (a long one is cut) goes to the end."""
    closing = _CLOSES[text[start]]
    if closing == '"' and text.count('"') % 2:
        return None
    end = text.find(closing, start + 1)
    if end < 0:
        return Mark(QUOTE, start, len(text), text[start + 1 :], closed=False)
    return Mark(QUOTE, start, end + 1, text[start + 1 : end])
