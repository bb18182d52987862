"""The picture of a page as it is shown beside a clause: with the clause marked, ready to be sent."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.documents.pages import Box
from corpus.documents.view import Passage, locate, page_image

_SCALE = 1.8  # pixels per point: small print can be read, and a page still fits a screen's width
_QUALITY = 75  # of JPEG, which every word processor takes, unlike WebP
_YELLOW = (255, 226, 90)
_MARGIN = 1.5  # points by which a mark is larger than its text


@dataclass(frozen=True, slots=True)
class Sheet:
    """The picture (JPEG) of one page. `begins` is where the marked clause begins on it: left edge and top, in
    shares of its width and height; None where its place is not known, and nothing is marked."""

    page: int
    data: bytes
    width: int
    height: int
    begins: tuple[float, float] | None


def draw_sheet(path: Path, page: int, passage: Passage, cache: Path | None = None) -> Sheet:
    """The picture of page `page` (from 1), `passage` marked. `cache` is a folder with recognised pages.

    Raises InputError where the file is no PDF that can be opened, or has no such page.
    """
    boxes = locate(path, page, passage, cache)
    image = page_image(path, page, _SCALE)
    if boxes:
        image = _marked(image, boxes)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Sheet(page, out.getvalue(), image.width, image.height, _begin(boxes))


def _begin(boxes: Sequence[Box]) -> tuple[float, float] | None:
    """Top of the first line, and left edge of its column: the first line is indented."""
    if not boxes:
        return None
    first = boxes[0]
    return min(box.x0 for box in boxes if box.x0 < first.x1), first.top


def _marked(image: Any, boxes: Sequence[Box]) -> Any:
    """The picture with boxes (in shares of its size) marked as a highlighter would: print stays black."""
    from PIL import Image, ImageChops, ImageDraw

    layer = Image.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(layer)
    margin = _MARGIN * _SCALE
    for box in boxes:
        left, right = box.x0 * image.width - margin, box.x1 * image.width + margin
        pen.rectangle((left, box.top * image.height - margin, right, box.bottom * image.height + margin), fill=_YELLOW)
    return ImageChops.multiply(image, layer)
