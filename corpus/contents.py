"""A gazette's contents page and cover: a cross-check of what the body says.

An entry is a title, a 发文字号 in brackets and a page number; entries run over several lines and two
columns, under section heads in 【】. A plan's own 目录 inside a notice has no such numbers and is none.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from corpus.alike import Titles, title_ratio
from corpus.blocks import Block
from corpus.dates import find_dates
from corpus.doc_number import CLOSE, OPEN, DocNumber, find_numbers, number_key, only_number, parse
from corpus.model import Bulletin
from corpus.numbering import chinese_number
from corpus.text import nfkc, repair, squash


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """One line of the contents page. `page` is the printed page number."""

    title: str
    doc_number: str | None
    page: int | None
    section: str | None
    line: int


@dataclass(frozen=True)
class Contents:
    """The contents page: its entries, its sections, and the block behind the last of it."""

    entries: tuple[ContentsEntry, ...]
    sections: tuple[str, ...]
    end: int

    @functools.cached_property
    def titles(self) -> Titles:
        return Titles([squash(listed.title) for listed in self.entries])

    @functools.cached_property
    def by_number(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for index, listed in enumerate(self.entries):
            if listed.doc_number is not None:
                places.setdefault(number_key(listed.doc_number), []).append(index)
        return places


_SECTION = re.compile(r"[【\[]\s*([^】\]\s](?:[^】\]]{0,18}[^】\]\s])?)\s*[】\]]")
_ENTRY_NUMBER = re.compile(
    r"[(（]\s*([^\s()（）〔〕\[\]\d](?:[^()（）〔〕\[\]\d]{0,12}[^\s()（）〔〕\[\]\d]))\s*"
    rf"{OPEN}\s*((?:19|20)\d\d)\s*{CLOSE}\s*(\d{{1,4}})\s*(?:号\s*)?[)）]"
    r"[\s.…·。]*(\d{1,4})?"
)
_PAGED = re.compile(
    r"^(\S.{2,150}?)(?:\s{0,8}(?:…{1,80}|\.{3,80}|·{3,80}|—{2,80})[\s.…·]{0,80}|\s{0,8}[（(]|\s{2,80}|[\t\u3000]{1,8})"
    r"(\d{1,4})\s{0,8}[）)]?$"
)
_MAX_ENTRY = 1000  # characters in front of an entry's number that may be its title


def find_contents(blocks: list[Block]) -> Contents | None:
    """The contents page in front of the notices, or None.

    It begins at a line 目录 and ends before the first line that is nothing but a 发文字号.
    """
    start = next(
        (i for i, block in enumerate(blocks) if squash(block.text) in ("目录", "目次", "本期目录", "要目")), None
    )
    if start is None:
        return None
    end = next((i for i in range(start, len(blocks)) if only_number(blocks[i].text)), len(blocks))
    entries, sections, last = _entries(blocks[start + 1 : end])
    if sum(listed.doc_number is not None for listed in entries) < 2:
        entries, sections, last = _paged(blocks[start + 1 :])
        if len(entries) < 2:
            return None
    return Contents(tuple(entries), tuple(sections), start + 1 + last)


def _paged(blocks: list[Block]) -> tuple[list[ContentsEntry], list[str], int]:
    """Entries that end with a page number and state no number: `云岭市停车办法……12`, or title and page as cells.
    Pages never fall. The contents end at the first line that is neither an entry nor a section."""
    entries: list[ContentsEntry] = []
    sections: list[str] = []
    page = 0
    for index, block in enumerate(blocks):
        head = _SECTION.fullmatch(block.text.strip())
        if head:
            sections.append(head[1].strip())
            continue
        filled = [cell for cell in block.cells if squash(cell)]
        match = _PAGED.match(" … ".join(filled) if len(filled) == 2 else block.text.strip())
        if match is None or int(match[2]) < page or len(block.text) > _MAX_ENTRY:
            return entries, sections, index
        page = int(match[2])
        cited = find_numbers(match[1])
        number = cited[-1].doc_number if cited and not squash(match[1][cited[-1].end :]) else None
        title = repair(match[1][: cited[-1].start].rstrip("（([ 　") if number else match[1])
        entries.append(ContentsEntry(title, number, page, sections[-1] if sections else None, block.line))
    return entries, sections, len(blocks)


def _entries(blocks: list[Block]) -> tuple[list[ContentsEntry], list[str], int]:
    entries: list[ContentsEntry] = []
    sections: list[str] = []
    section: str | None = None
    title = ""
    first_line, last = 0, 0
    for index, block in enumerate(blocks):
        if len(block.text) > _MAX_ENTRY:
            break  # a body has begun
        head = _SECTION.fullmatch(block.text.strip())
        if head:
            section, title = head[1].strip(), ""
            sections.append(section)
            last = index + 1
            continue
        title = f"{title} {block.text}" if title else block.text
        first_line = first_line or block.line
        match = _ENTRY_NUMBER.search(title)
        if match is not None and match[4] is None and squash(title[match.end() :]):
            break  # a number cited in a sentence: a body has begun
        if match is None:
            title = title[-_MAX_ENTRY:]
            continue
        number = str(DocNumber("letter", "".join(match[1].split()), match[2], match[3]))
        page = int(match[4]) if match[4] else None
        entries.append(ContentsEntry(repair(title[: match.start()]), number, page, section, first_line))
        title, first_line, last = title[match.end() :].strip(), 0, index + 1
    return entries, sections, last


_AGREE = 0.9  # of their letters from which a title and an entry are the same


def match_entry(contents: Contents, title: str, doc_number: str | None, taken: set[int]) -> int | None:
    """The entry of the notice with this title and number: equal number first, then title and serial.

    Two titles match when their letters agree to nine tenths.
    """
    letters = squash(title)
    for known in (contents.by_number.get(number_key(doc_number or ""), []), contents.titles.equal(letters)):
        free = next((index for index in known if index not in taken), None)
        if free is not None:
            return free
    best: tuple[float, int] | None = None
    for index in contents.titles.near(letters):
        if index in taken:
            continue
        ratio = title_ratio(letters, contents.titles.titles[index], _AGREE)
        if best is None or ratio > best[0]:
            best = (ratio, index)
    return best[1] if best and best[0] >= _AGREE else None


def mend_number(doc_number: str, entry_number: str, all_numbers: Counter[str]) -> str | None:
    """The contents' number where the body's was misread, or None where the body's stands.

    Only one character of the 代字 may differ, and the 代字 of the contents must be the commoner one
    in this gazette: that is how a misreading shows.
    """
    ours, theirs = parse(doc_number), parse(entry_number)
    if ours is None or theirs is None or len(ours.code) != len(theirs.code):
        return None
    if number_key(str(replace(theirs, code=ours.code))) != number_key(doc_number):
        return None
    differing = sum(a != b for a, b in zip(ours.code, theirs.code, strict=True))
    if differing != 1 or all_numbers[theirs.code] <= all_numbers[ours.code]:
        return None
    return entry_number


def mend_title(title: str, entry_title: str, body: Mapping[str, int]) -> str:
    """Characters that the body's title and the contents read differently, decided by the text itself.

    Only where both have the same length: of two readings of a character the one whose pairs with its
    neighbours are commoner is right: `body` counts the single characters and the pairs of the text.
    """
    ours = repair(title)
    if len(squash(ours)) != len(squash(entry_title)) or squash(ours) == squash(entry_title):
        return ours
    theirs = iter(squash(entry_title))
    aligned = [next(theirs) if squash(char) else "" for char in ours]
    out = list(ours)
    for index, (char, other) in enumerate(zip(ours, aligned, strict=True)):
        if not other or squash(char) == other:
            continue
        before = ours[index - 1] if index else ""
        after = ours[index + 1] if index + 1 < len(ours) else ""

        def score(candidate: str, before: str = before, after: str = after) -> int:
            return body.get(before + candidate, 0) + body.get(candidate + after, 0)

        if score(other) > score(char):
            out[index] = other
    return "".join(out)


_ISSUE = re.compile(r"((?:19|20)\d\d)\s*年\s*第\s*(\d{1,3}|[一二三四五六七八九十]+)\s*[期号]")
_TOTAL = re.compile(r"总\s*(?:第\s*)?(\d{1,4})\s*期")


def read_cover(blocks: list[Block]) -> Bulletin:
    """Title, year, issue and date from the cover (the blocks before the first notice)."""
    title = issuer = published = None
    year = issue = total = None
    for block in blocks:
        text = repair(nfkc(block.text))
        if title is None and text.endswith("公报") and len(text) <= 30 and not find_numbers(text):
            title = text
        match = _ISSUE.search(text)
        if match and year is None:
            year = int(match[1])
            issue = int(match[2]) if match[2].isdigit() else chinese_number(match[2])
        match = _TOTAL.search(text)
        if match and total is None:
            total = int(match[1])
        dates = find_dates(text)
        if dates and published is None and "出版" in text:
            published = dates[0][2]
        match = re.fullmatch(r"(.{4,30}?)(?:主管主办|主管、?主办|主办|编印)", text)
        if match and issuer is None:
            issuer = match[1]
    if issuer is None and title is not None:
        issuer = title.removesuffix("公报") or None
    return Bulletin(title, year, issue, total, published, issuer)
