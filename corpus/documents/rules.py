"""The lines that are drawn on a PDF page."""

from __future__ import annotations

import ctypes
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from corpus.documents.extra import require
from corpus.documents.pages import Box, Rule

_THIN = 2.5  # points: thicker shapes are no ruled lines
_MIN_RULE = 8.0  # points
_NEAR = 0.1  # points: lines this near lie on one another
_MAX_RULES = 2000  # a page of narrow tables has some hundred: with more it is a drawing


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible part of a page in PDF coordinates, and the page's own rotation in quarters."""

    left: float
    bottom: float
    right: float
    top: float
    quarter: int

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of PDF coordinates (y upwards) on the shown page."""
        match self.quarter:
            case 1:
                return y - self.bottom, x - self.left
            case 2:
                return self.right - x, y - self.bottom
            case 3:
                return self.top - y, self.right - x
            case _:
                return x - self.left, self.top - y

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        (a, b), (c, d) = self.point(x0, y0), self.point(x1, y1)
        return Box(min(a, c), min(b, d), max(a, c), max(b, d))


def read_rules(page: Any, frame: Frame) -> tuple[Rule, ...]:
    """Lines and edges of rectangles that are drawn on the page itself (not inside form objects); none
    where there are so many that they rule no table."""
    raw = require("pypdfium2.raw")
    out: list[Rule] = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1):
        count = raw.FPDFPath_CountSegments(item)
        if not 2 <= count <= 4000:
            continue
        matrix = item.get_matrix()
        start: tuple[float, float] | None = None
        last: tuple[float, float] | None = None
        for index in range(count):
            segment = raw.FPDFPath_GetPathSegment(item, index)
            x, y = ctypes.c_float(), ctypes.c_float()
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = frame.point(*matrix.on_point(x.value, y.value))
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
                _add_rule(out, last, point)
            last = point
            if raw.FPDFPathSegment_GetClose(segment) and start is not None:
                _add_rule(out, point, start)
                last = start
    rules = merge_rules(out)
    return rules if len(rules) <= _MAX_RULES else ()


def _add_rule(out: list[Rule], a: tuple[float, float], b: tuple[float, float]) -> None:
    if not all(map(math.isfinite, (*a, *b))):
        return
    box = Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
    wide, high = box.x1 - box.x0, box.bottom - box.top
    if min(wide, high) <= _THIN and max(wide, high) >= _MIN_RULE:
        out.append(Rule(box))


def merge_rules(rules: list[Rule]) -> tuple[Rule, ...]:
    """Lines that lie on one another or go on in one another as one: many programs draw each cell's edges
    apart. Others stay as they are, in their order."""
    lanes: dict[tuple[bool, int], list[Rule]] = defaultdict(list)
    for rule in rules:
        lanes[rule.level, round(rule.box.middle[rule.level] / _NEAR)].append(rule)
    out: list[Rule] = []
    for (level, _), lane in lanes.items():
        lane.sort(key=lambda rule: _ends(rule.box, level=level))
        merged = [lane[0].box]
        for rule in lane[1:]:
            if _ends(rule.box, level=level)[0] <= _ends(merged[-1], level=level)[1] + _NEAR:
                merged[-1] = merged[-1].joined(rule.box)
            else:
                merged.append(rule.box)
        out += map(Rule, merged)
    return tuple(out)


def _ends(box: Box, *, level: bool) -> tuple[float, float]:
    return (box.x0, box.x1) if level else (box.top, box.bottom)
