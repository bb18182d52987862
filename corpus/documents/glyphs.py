"""The characters of a PDF page into segments."""

from __future__ import annotations

import ctypes
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus.documents.extra import require
from corpus.documents.pages import Box, PageContent, Rule, Segment, turn_box
from corpus.documents.rules import Frame, read_rules

_MAX_GAP = 1.2  # em: wider gaps part columns and cells
_SPACE_GAP = 0.25  # em: a gap that is a space
_WORD_GAP = 0.15  # em: the same between two Latin letters, which are never set wider apart


@dataclass(frozen=True, slots=True)
class _Glyph:
    """One character in the coordinates of the shown page; `quarter` says how it is turned."""

    char: str
    box: Box
    baseline: float
    size: float
    quarter: int


def read_page(page: Any, number: int) -> PageContent:
    """Text and rules of an open pypdfium2 page. Characters without meaning are left out."""
    left, bottom, right, top = page.get_bbox()
    frame = Frame(left, bottom, right, top, page.get_rotation() // 90)
    width, height = (max(1.0, side) if math.isfinite(side) else 1.0 for side in page.get_size())
    rules = read_rules(page, frame)
    groups: dict[int, list[_Glyph]] = defaultdict(list)
    for glyph in _glyphs(page, frame):
        groups[glyph.quarter].append(glyph)
    upright = groups.pop(0, [])
    turned = None
    if groups:
        quarter, glyphs = max(groups.items(), key=lambda item: len(item[1]))
        turned = _turned(glyphs, rules, quarter, number, width, height)
    return PageContent(number, width, height, _segments(upright, rules), rules, "text", turned)


def _turned(
    glyphs: list[_Glyph], rules: tuple[Rule, ...], quarter: int, number: int, width: float, height: float
) -> PageContent:
    """The page turned so that these characters stand upright; `place` keeps where they were."""
    back = -quarter % 4
    upright = [
        _Glyph(glyph.char, box, box.bottom - 0.12 * glyph.size, glyph.size, 0)
        for glyph in glyphs
        for box in [turn_box(glyph.box, back, width, height)]
    ]
    own_rules = tuple(Rule(turn_box(rule.box, back, width, height)) for rule in rules)
    if back % 2:
        width, height = height, width
    segments = tuple(
        Segment(s.box, s.text, s.size, s.lefts, place=turn_box(s.box, quarter, width, height))
        for s in _segments(upright, own_rules)
    )
    return PageContent(number, width, height, segments, own_rules)


def _glyphs(page: Any, frame: Frame) -> list[_Glyph]:
    raw = require("pypdfium2.raw")
    textpage = page.get_textpage()
    out: list[_Glyph] = []
    rect, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    try:
        for index in range(textpage.count_chars()):
            code = raw.FPDFText_GetUnicode(textpage, index)
            char = chr(code) if code < 0x110000 else "\ufffd"
            if code < 32 or 0xD800 <= code < 0xE000 or raw.FPDFText_IsGenerated(textpage, index) == 1:
                continue
            raw.FPDFText_GetLooseCharBox(textpage, index, rect)
            raw.FPDFText_GetMatrix(textpage, index, matrix)
            raw.FPDFText_GetCharOrigin(textpage, index, x, y)
            box = frame.box(rect.left, rect.bottom, rect.right, rect.top)
            scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
            size = raw.FPDFText_GetFontSize(textpage, index) * scale
            origin = frame.point(x.value, y.value)
            if not all(map(math.isfinite, (box.x0, box.top, box.x1, box.bottom, size, origin[1]))):
                continue  # drawn with numbers that put it nowhere
            quarter = (frame.quarter - round(math.atan2(matrix.b, matrix.a) / (math.pi / 2))) % 4
            if size <= 0.5:
                size = box.bottom - box.top
            out.append(_Glyph(char, box, origin[1], max(size, 1.0), quarter))
    finally:
        textpage.close()
    return out


def _segments(glyphs: list[_Glyph], rules: tuple[Rule, ...]) -> tuple[Segment, ...]:
    """Characters by baseline, then from left to right, parted at wide gaps and ruled lines."""
    upright = sorted((rule.box for rule in rules if not rule.level), key=_middle)
    middles = [_middle(box) for box in upright]
    rows: list[list[_Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: g.baseline):
        row = next((row for row in rows[-4:] if abs(row[-1].baseline - glyph.baseline) < 0.25 * glyph.size), None)
        if row is None:
            rows.append([glyph])
        else:
            row.append(glyph)
    out: list[Segment] = []
    for row in rows:
        row.sort(key=lambda g: g.box.x0)
        run: list[_Glyph] = []
        for glyph in row:
            if run and _drawn_again(run[-1], glyph):
                continue
            if run and (_is_apart(run[-1], glyph) or _is_ruled_off(run[-1], glyph, upright, middles)):
                out.append(_segment(run))
                run = []
            run.append(glyph)
        if run:
            out.append(_segment(run))
    return tuple(segment for segment in out if segment.text)


def _drawn_again(before: _Glyph, glyph: _Glyph) -> bool:
    """The same character a hair's breadth to the right: how some programs make text bold."""
    return glyph.char == before.char and glyph.box.x0 - before.box.x0 < 0.15 * glyph.size


def _middle(box: Box) -> float:
    return box.middle[0]


def _is_apart(before: _Glyph, after: _Glyph) -> bool:
    """Whether a wide gap stands between two characters of one row, or one is much larger."""
    size = max(before.size, after.size)
    return (
        after.box.x0 - before.box.x1 > _MAX_GAP * size
        or before.size > 1.6 * after.size
        or after.size > 1.6 * before.size
    )


def _is_ruled_off(before: _Glyph, after: _Glyph, upright: Sequence[Box], middles: Sequence[float]) -> bool:
    """Whether a ruled line stands between them. `upright` are sorted by their `middles`."""
    start, end = bisect_right(middles, before.box.middle[0]), bisect_left(middles, after.box.middle[0])
    y = before.box.middle[1]
    return any(rule.top <= y <= rule.bottom for rule in upright[start:end])


def _segment(run: list[_Glyph]) -> Segment:
    """One segment. A space stands where the file has one beside a Latin letter or digit, or where a gap
    is wide; elsewhere Chinese text is set with spaces that mean nothing."""
    text = ""
    lefts: list[float] = []
    last: _Glyph | None = None
    spaced = False
    for glyph in run:
        if glyph.char.isspace():
            spaced = True
            continue
        if last is not None:
            latin = last.char.isascii() + glyph.char.isascii()
            least = _WORD_GAP if latin == 2 else _SPACE_GAP
            if (spaced and latin) or glyph.box.x0 - last.box.x1 > least * glyph.size:
                text += " "
                lefts.append(last.box.x1)
        text += glyph.char
        lefts += [glyph.box.x0] * len(glyph.char)
        last, spaced = glyph, False
    inked = [glyph for glyph in run if not glyph.char.isspace()] or run[:1]
    box = inked[0].box
    for glyph in inked[1:]:
        box = box.joined(glyph.box)
    sizes = sorted(glyph.size for glyph in inked)
    return Segment(box, text, sizes[len(sizes) // 2], tuple(lefts))
