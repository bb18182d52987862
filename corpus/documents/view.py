"""The picture of a page, and the place of a text on it: what a page shows beside a clause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpus.documents.archive import input_data, split_path
from corpus.documents.ocr import Recogniser
from corpus.documents.pages import Box, PageContent, Segment
from corpus.documents.pdf import open_pdf, read_one
from corpus.errors import InputError
from corpus.text import squash

_MAX_SCALE = 4.0  # pixels per point: 288 dpi
_SHORTEST = 4  # letters: shorter pieces stand anywhere
_ALONE = 13  # letters that hardly stand on a page twice


def page_image(path: Path, page: int, scale: float = 1.5) -> Any:
    """The page (from 1) as a PIL image, `scale` pixels per point.

    Raises InputError where the file is no PDF that can be opened, or has no such page.
    """
    with _opened(path) as document:
        item = document[_index(document, path, page)]
        try:
            bitmap = item.render(scale=min(scale, _MAX_SCALE))
            image = bitmap.to_pil().convert("RGB")
            bitmap.close()
            return image
        finally:
            item.close()


def locate(path: Path, page: int, text: str, cache: Path | None = None) -> list[Box]:
    """Where on the page (from 1) `text` stands: one box for each piece of a line, in shares of the page's
    width and height, so that they fit a picture of any scale. Empty where the page holds none of it.

    A scanned page is found by what was recognised when it was read; that is in `cache`.
    """
    with _opened(path) as document:
        content = read_one(document, _index(document, path, page), Recogniser(cache))
    wanted = squash(text)
    found = _matching(content, wanted)
    return [
        Box(
            segment.shown.x0 / content.width,
            segment.shown.top / content.height,
            segment.shown.x1 / content.width,
            segment.shown.bottom / content.height,
        )
        for segment in found
    ]


def _opened(path: Path) -> Any:
    return open_pdf(input_data(path) if split_path(path) is not None else path, str(path))


def _index(document: Any, path: Path, page: int) -> int:
    if not 1 <= page <= len(document):
        raise InputError(f"这个 PDF 没有第 {page} 页（共 {len(document)} 页）", str(path))
    return page - 1


def _matching(content: PageContent, wanted: str) -> list[Segment]:
    """Segments whose letters stand in the wanted text. Short ones, and those that also stand elsewhere
    (an issuer's name in the running head), count only beside another one."""
    segments = [*content.segments, *(content.turned.segments if content.turned else ())]
    hits = [
        (segment, own) for segment in segments if (own := squash(segment.text)) and (own in wanted or wanted in own)
    ]
    sure = [segment for segment, own in hits if len(own) >= _SHORTEST]
    if not wanted or not sure:
        return [segment for segment, own in hits if own == wanted]
    return [
        segment
        for segment, own in hits
        if len(own) >= _ALONE
        or sure == [segment]
        or any(other is not segment and _near(segment, other) for other in sure)
    ]


def _near(a: Segment, b: Segment) -> bool:
    """In the same row or in the line above or below, in the same column or the next cell."""
    apart = max(a.shown.x0, b.shown.x0) - min(a.shown.x1, b.shown.x1)
    return abs(a.shown.middle[1] - b.shown.middle[1]) < 2.2 * max(a.size, b.size) and apart < 4 * a.size
