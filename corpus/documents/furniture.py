"""Running heads, footers and page numbers, recognised by their place on many pages.

A running head stands at one height on page after page and says the same (or one of a few things);
the first line of the body stands at one height, too, but says something else each time.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import median

from corpus.documents.pages import PageContent
from corpus.text import nfkc, squash

_ZONE = 0.13  # of the page height, at the top and at the bottom (GB/T 9704—2012: margins of 37 and 35 mm)
_LEVEL = 0.012  # of the page height: lines this near stand at one height
_SAME = 0.75  # share of equal characters: OCR misreads some
_REPEATED = 0.6  # share of a level's lines that must be repeated on other pages
_MAX_HEADS = 50  # texts that may head a file's pages: there are two or three
_MAX_HEAD = 80  # letters
_DASHED = re.compile(r"^[-—–―一·•.\s]*[-—–―·•]\s*(\d{1,4})\s*[-—–―一·•][-—–―一·•.\s]*$")
_WORDED = re.compile(r"^第\s*(\d{1,4})\s*页(?:[,，/／]?\s*共\s*\d{1,4}\s*页)?$")
_BARE = re.compile(r"^\d{1,4}$")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of page furniture: its page, its text, and in Chinese what it is."""

    page: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Pages without furniture, what was dropped, and the printed number of each page that has one."""

    pages: tuple[PageContent, ...]
    dropped: tuple[Dropped, ...]
    printed: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    page: int  # index into the pages
    segment: int  # index into the page's segments
    text: str
    y: float  # middle, as a share of the page height


def drop_furniture(pages: tuple[PageContent, ...]) -> Cleaned:
    """Take furniture out of the pages. With fewer than three pages only dashed page numbers go."""
    why: dict[tuple[int, int], str] = {}
    numbers: dict[int, int] = {}
    for zone in (_zone(pages, top=True), _zone(pages, top=False)):
        plain = _mark_numbers(zone, why, numbers)
        for line in _running(plain):
            why[line.page, line.segment] = "页眉" if line.y < 0.5 else "页脚"
    numbers = _consistent(numbers, len(pages))
    cleaned, dropped = [], []
    for index, page in enumerate(pages):
        kept = []
        for at, segment in enumerate(page.segments):
            reason = why.get((index, at))
            if reason is None:
                kept.append(segment)
            else:
                dropped.append(Dropped(page.number, segment.text, reason))
        cleaned.append(replace(page, segments=tuple(kept)))
    printed = tuple((pages[index].number, str(number)) for index, number in sorted(numbers.items()))
    return Cleaned(tuple(cleaned), tuple(dropped), printed)


def _zone(pages: tuple[PageContent, ...], *, top: bool) -> list[_Line]:
    out = []
    for index, page in enumerate(pages):
        for at, segment in enumerate(page.segments):
            y = segment.box.middle[1] / page.height
            if (y <= _ZONE) if top else (y >= 1 - _ZONE):
                out.append(_Line(index, at, segment.text, y))
    return out


def _mark_numbers(zone: list[_Line], why: dict[tuple[int, int], str], numbers: dict[int, int]) -> list[_Line]:
    """Mark page numbers in `why`, put them into `numbers`, and return the other lines.

    A bare number is one where three pages agree on the number of the first page.
    """
    plain: list[_Line] = []
    bare: list[tuple[_Line, int]] = []
    for line in zone:
        text = nfkc(line.text).strip()
        match = _DASHED.match(text) or _WORDED.match(text)
        if match:
            why[line.page, line.segment] = "页码"
            numbers[line.page] = int(match[1])
        elif _BARE.match(text):
            bare.append((line, int(text)))
        else:
            plain.append(line)
    offsets = Counter(number - line.page for line, number in bare)
    for line, number in bare:
        if offsets[number - line.page] >= 3:
            why[line.page, line.segment] = "页码"
            numbers[line.page] = number
    return plain


def _running(lines: list[_Line]) -> list[_Line]:
    """Lines whose text stands at one height on three or more pages, where little else stands there."""
    places: dict[str, list[_Line]] = {}
    for line in lines:
        text = squash(line.text)
        if not text.startswith("附件") and len(text) <= _MAX_HEAD:  # an attachment's first page is headed so
            places.setdefault(text, []).append(line)
    repeated = [(text, group) for text, group in places.items() if len({line.page for line in group}) >= 3]
    repeated.sort(key=lambda item: -len(item[1]))
    heads = dict(repeated[:_MAX_HEADS])
    alike: dict[str, bool] = {}
    running: dict[tuple[int, int], _Line] = {}
    for group in heads.values():
        height = median(line.y for line in group)
        level = [line for line in lines if abs(line.y - height) <= _LEVEL]
        for text in {squash(line.text) for line in level} - alike.keys():
            alike[text] = any(_alike(text, head) for head in heads)
        same = [line for line in level if alike[squash(line.text)]]
        if len(same) >= max(3, _REPEATED * len(level)):
            texts = Counter(squash(line.text) for line in level)
            others = [line for line in level if texts[squash(line.text)] >= 2]
            running.update({(line.page, line.segment): line for line in [*same, *others]})
    return list(running.values())


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    if not a or not b or abs(len(a) - len(b)) > 3:
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= _SAME


def _consistent(numbers: dict[int, int], count: int) -> dict[int, int]:
    """Printed numbers that go on from page to page: one that breaks the row was misread, and one that is
    missing inside it was not read. Both take the row's number."""
    out: dict[int, int] = {}
    for index in range(count):
        before = [numbers[at] - at for at in range(index - 3, index) if at in numbers]
        after = [numbers[at] - at for at in range(index + 1, index + 4) if at in numbers]
        own = [numbers[index] - index] if index in numbers else []
        if not own and not (set(before) & set(after)):
            continue
        offset, votes = Counter([*own, *before, *after]).most_common(1)[0]
        out[index] = index + offset if votes >= 2 else numbers[index]
    return out
