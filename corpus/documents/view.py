"""The picture of a page, and the place of a text on it: what a page shows beside a clause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any

from corpus.documents.archive import input_data, split_path
from corpus.documents.extra import installed, require
from corpus.documents.layout import paragraphs
from corpus.documents.ocr import Recogniser
from corpus.documents.pages import Box, PageContent, Segment
from corpus.documents.pdf import open_pdf, read_one
from corpus.errors import InputError
from corpus.model import Span
from corpus.text import squash

_MAX_SIDE = 2400  # pixels of a picture's longer side, whatever the page measures
_PIECE = 6  # letters: shorter pieces stand anywhere
_SURE = 13  # letters that hardly stand on a page twice
_SHIFT = 12  # letters that may be lacking or added between two pieces of one text
_ENOUGH = 0.5  # share of a text that shows that it is this one
_CUT = 4  # fewest letters of a text that goes over the page by which its part on one page is known
_EDGE = 3  # letters that may be lacking where a text goes over the page
_FURNITURE = 60  # letters of running heads, page numbers and the like at a page's edge
CONTEXT = 200  # letters around a text that tell it from the same words elsewhere


def available() -> bool:
    """Whether the packages are installed that pictures of pages need."""
    return installed("pypdfium2", "PIL", "rapidocr")


def page_image(path: Path, page: int, scale: float = 1.5) -> Any:
    """The page (from 1) as a PIL image, `scale` pixels per point or less where the page is large.

    Raises InputError where the file is no PDF that can be opened, or has no such page.
    """
    pdfium = require("pypdfium2")
    with _opened(path) as document:
        try:
            item = document[_index(document, path, page)]
            bitmap = item.render(scale=min(scale, _MAX_SIDE / max(item.get_size())))
        except pdfium.PdfiumError as err:
            raise InputError(f"第 {page} 页已损坏，显示不出来", str(path), "请重新下载或重新扫描后再试") from err
        image = bitmap.to_pil().convert("RGB")
        bitmap.close()
        item.close()
        return image


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to be found on its pages. Of a table's row, `text` is its cells.

    By what stands before and after it, one of several equal texts is chosen.
    """

    text: str
    pages: Span
    before: str = ""
    after: str = ""


def locate(path: Path, page: int, passage: Passage, cache: Path | None = None) -> list[Box]:
    """Where on the page (from 1) the passage stands: one box for each piece of a line, in shares of the
    page's width and height, so that they fit a picture of any scale. Empty where the page holds none of it.

    A scanned page is found by what was recognised when it was read, which is in `cache`; nothing is
    recognised anew.
    """
    with _opened(path) as document:
        content = read_one(document, _index(document, path, page), Recogniser(cache, known_only=True))
    return [
        Box(
            segment.shown.x0 / content.width,
            segment.shown.top / content.height,
            segment.shown.x1 / content.width,
            segment.shown.bottom / content.height,
        )
        for segment in find_segments(content, page, passage)
    ]


def _opened(path: Path) -> Any:
    return open_pdf(input_data(path) if split_path(path) is not None else path, str(path))


def _index(document: Any, path: Path, page: int) -> int:
    if not 1 <= page <= len(document):
        raise InputError(f"这个 PDF 没有第 {page} 页（共 {len(document)} 页）", str(path))
    return page - 1


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter or digit of a page: the segment it stands in, and its place among the segment's characters."""

    letter: str
    segment: Segment
    at: int


def find_segments(content: PageContent, number: int, passage: Passage) -> list[Segment]:
    """The pieces of the lines of page `number` that the passage consists of, in reading order."""
    letters = list(_letters(content))
    page, wanted = "".join(one.letter for one in letters), squash(passage.text)
    shift = 0
    if passage.pages.start == number < passage.pages.end:
        shift = max(0, len(page) - len(wanted) - _FURNITURE)
        page = page[shift:]
        spans = _beginning(page, wanted)
    elif passage.pages.start < number == passage.pages.end:
        page = page[: len(wanted) + _FURNITURE]
        spans = _end(page, wanted)
    else:
        spans = _whole(page, wanted, squash(passage.before)[-CONTEXT:], squash(passage.after)[:CONTEXT])
    parts: list[Segment] = []
    for start, end in spans or _parts(page, wanted):
        for segment, group in groupby(letters[start + shift : end + shift], key=lambda one: one.segment):
            places = [one.at for one in group]
            parts.append(segment.part(places[0], _with_punctuation(segment.text, places[-1] + 1)))
    return parts


def _letters(content: PageContent) -> Iterator[_Letter]:
    """Letters and digits of a page in reading order, folded as texts are compared."""
    for paragraph in paragraphs((content,)):
        for segment in paragraph.segments:
            for at, char in enumerate(segment.text):
                for letter in squash(char):
                    yield _Letter(letter, segment, at)


def _with_punctuation(text: str, end: int) -> int:
    """The end of a piece with the marks that close it."""
    while end < len(text) and not squash(text[end]) and not text[end].isspace() and text[end] not in "（(《“‘":
        end += 1
    return end


def _whole(page: str, wanted: str, before: str, after: str) -> list[tuple[int, int]]:
    """Where all of `wanted` stands among the page's letters."""
    starts = list(_occurrences(page, wanted)) if wanted else []
    if not starts:
        return []

    def fit(start: int) -> int:
        return _common(page[:start][::-1], before[::-1]) + _common(page[start + len(wanted) :], after)

    best = max(starts, key=fit)
    return [(best, best + len(wanted))]


def _beginning(page: str, wanted: str) -> list[tuple[int, int]]:
    """Where the first letters of `wanted` are the last of the page, but for what stands at its edge."""
    for size in range(min(len(wanted) - 1, len(page)), _CUT - 1, -1):
        at = page.rfind(wanted[:size])
        if at >= 0 and len(page) - at - size <= _FURNITURE:
            return [(at, at + size)]
    return []


def _end(page: str, wanted: str) -> list[tuple[int, int]]:
    """Where the last letters of `wanted` are the first of the page, but for what stands at its edge."""
    return [(len(page) - end, len(page) - start) for start, end in _beginning(page[::-1], wanted[::-1])]


def _parts(page: str, wanted: str) -> list[tuple[int, int]]:
    """The parts of `wanted` that are on the page, where it goes over the page or has repaired characters.

    None where what is there may as well be another text: less than half of it, and no piece of it with
    which it begins or ends.
    """
    blocks = SequenceMatcher(None, page, wanted, autojunk=False).get_matching_blocks()
    longest = max(blocks, key=lambda block: block.size)
    if longest.size < _PIECE:
        return []
    kept = [
        block
        for block in blocks
        if block.size >= _SURE
        or (block.size >= _PIECE and abs((block.a - block.b) - (longest.a - longest.b)) <= _SHIFT)
    ]
    cut = longest.b <= _EDGE or longest.b + longest.size >= len(wanted) - _EDGE
    if sum(block.size for block in kept) < _ENOUGH * len(wanted) and not (cut and longest.size >= _SURE):
        return []
    return _joined([(block.a, block.a + block.size) for block in kept])


def _occurrences(page: str, wanted: str) -> Iterator[int]:
    start = page.find(wanted)
    while start >= 0:
        yield start
        start = page.find(wanted, start + 1)


def _common(a: str, b: str) -> int:
    """How many letters two texts begin with in common."""
    return next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those with a repaired character or two between them as one."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start - out[-1][1] <= 2:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out
