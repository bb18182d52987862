"""Pictures of scanned pages: red seals taken off, skew measured, ruled lines found.

Pictures are uint8 arrays [height, width, 3] in the order blue, green, red.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

from corpus.documents.extra import require
from corpus.documents.pages import Box, Rule, Segment

_POINTS_PER_MM = 72 / 25.4
_SEAL_MM = (18.0, 65.0)  # official seals measure 38 to 50 mm across, smaller stamps from 20 mm
_SEAL_FILL = 0.6  # share of a seal's square that is red: a red picture has more
_REDDER = 45  # by which red exceeds green and blue
_RULE_POINTS = (28.0, 14.0)  # shortest level and upright line: longer than a stroke of body text
_THICK = 4.0  # points: thicker shapes are no ruled lines
_LONG = 12.0  # times its height: shorter lines are found level though they are not quite
_PAIRS = 10  # neighbours in rows that show it together
_MAX_SKEW = 10.0  # degrees: beyond this no page is skewed, its text is set so
_MIN_SKEW = 0.03  # degrees


def without_seals(image: Any, scale: float) -> tuple[Any, list[Box]]:
    """The picture with round red seals made white and the black text under them kept, and where the seals
    were, in points.

    Only red shapes of a seal's size and form are touched: a red title over a document stays.
    `scale` is pixels per point.
    """
    cv2, numpy = require("cv2"), require("numpy")
    blue, green, red = (image[:, :, channel].astype(numpy.int16) for channel in range(3))
    mask = ((red - green > _REDDER) & (red - blue > _REDDER)).astype(numpy.uint8)
    if int(mask.sum()) < 200:
        return image, []
    reach = max(3, round(2.5 * scale))
    joined = cv2.dilate(mask, numpy.ones((reach, reach), numpy.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    least, most = (mm * _POINTS_PER_MM * scale for mm in _SEAL_MM)
    out = image
    seals: list[Box] = []
    for left, top, wide, high, _ in stats[1:count]:
        if not (least <= wide <= most and least <= high <= most and 0.7 <= wide / high <= 1.43):
            continue
        here = (slice(top, top + high), slice(left, left + wide))
        if mask[here].sum() > _SEAL_FILL * wide * high:
            continue
        if out is image:
            out = image.copy()
        seals.append(Box(left / scale, top / scale, (left + wide) / scale, (top + high) / scale))
        # In red light red ink looks like paper, and black ink stays black; the ink's fringe is bleached.
        paper = numpy.clip(red[here] * 1.25, 0, 255).astype(numpy.uint8)
        near = cv2.dilate(mask[here], numpy.ones((3, 3), numpy.uint8)).astype(bool)
        patch = out[here]
        for channel in range(3):
            patch[:, :, channel] = numpy.where(near, paper, patch[:, :, channel])
    return out, seals


def skew_of(quads: Sequence[Sequence[Sequence[float]]]) -> float:
    """Degrees by which lines of text fall to the right; 0 where too little text shows it.

    Long lines show it themselves; in tables, which have none, the rows of short ones do. A quad holds a
    line's corners from the upper left clockwise.
    """
    angles = []
    for (x0, y0), (x1, y1), (x2, y2), (x3, y3) in quads:
        dx, dy = (x1 - x0 + x2 - x3) / 2, (y1 - y0 + y2 - y3) / 2
        if dx > _LONG * math.hypot(x3 - x0, y3 - y0):
            angles.append(math.degrees(math.atan2(dy, dx)))
    angle = median(angles) if len(angles) >= 3 else _row_angle(quads)
    return angle if _MIN_SKEW < abs(angle) < _MAX_SKEW else 0.0


def _row_angle(quads: Sequence[Sequence[Sequence[float]]]) -> float:
    """The same from lines that stand side by side: the mean slope from each to the next on its right.

    Edges are whole pixels, so one pair says little, and ten or more are needed.
    """
    boxes = sorted(
        (sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4, abs(quad[3][1] - quad[0][1])) for quad in quads
    )
    across = down = 0.0
    pairs = 0
    for index, (x, y, high) in enumerate(boxes):
        right = next((box for box in boxes[index + 1 :] if box[0] - x > high and abs(box[1] - y) < 0.4 * high), None)
        if right is not None:
            across, down, pairs = across + right[0] - x, down + right[1] - y, pairs + 1
    return math.degrees(math.atan2(down, across)) if pairs >= _PAIRS else 0.0


def straighten(image: Any, angle: float) -> Any:
    """The picture turned by `angle` degrees counterclockwise around its middle, paper at its edges."""
    cv2 = require("cv2")
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(image, matrix, (width, height), borderValue=(255, 255, 255))


def straight_box(box: Box, angle: float, width: float, height: float) -> Box:
    """Where a box lies once the page is turned by `angle` degrees; its size stays."""
    x, y = box.middle
    turn = math.radians(-angle)
    dx, dy = x - width / 2, y - height / 2
    shift_x = dx * math.cos(turn) - dy * math.sin(turn) - dx
    shift_y = dx * math.sin(turn) + dy * math.cos(turn) - dy
    return Box(box.x0 + shift_x, box.top + shift_y, box.x1 + shift_x, box.bottom + shift_y)


def find_rules(image: Any, scale: float, lines: Sequence[Segment]) -> tuple[Rule, ...]:
    """Ruled lines of a straightened picture, in points. Text is painted over first, so that strokes of
    large characters are not taken for lines; `lines` says where it stands."""
    cv2, numpy = require("cv2"), require("numpy")
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 2 * max(1, round(8 * scale)) + 1, 25
    )
    for line in lines:
        inset = 0.12 * (line.box.bottom - line.box.top)
        y0, y1 = round((line.box.top + inset) * scale), round((line.box.bottom - inset) * scale)
        for left, right in _words(line):
            dark[max(0, y0) : y1, max(0, round(left * scale)) : round(right * scale)] = 0
    out: list[Rule] = []
    for level, shortest in zip((True, False), _RULE_POINTS, strict=True):
        length = max(1, round(shortest * scale))
        bridge = numpy.ones((1, 5) if level else (5, 1), numpy.uint8)
        kernel = numpy.ones((1, length) if level else (length, 1), numpy.uint8)
        thick = numpy.ones((3, 1) if level else (1, 3), numpy.uint8)
        closed = cv2.morphologyEx(cv2.dilate(dark, thick), cv2.MORPH_CLOSE, bridge)
        ruled = cv2.dilate(cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel), thick)
        count, _, stats, _ = cv2.connectedComponentsWithStats(ruled)
        for left, top, wide, high, _ in stats[1:count]:
            if (high if level else wide) <= _THICK * scale + 4:
                out.append(Rule(Box(left / scale, top / scale, (left + wide) / scale, (top + high) / scale)))
    return tuple(out)


def _words(line: Segment) -> list[tuple[float, float]]:
    """Left and right edges of what is painted over: the inside of each character, so that an upright
    line between two cells that were read as one line of text stays."""
    edges = [*line.lefts, line.box.x1]
    return [(left, right) for char, left, right in zip(line.text, edges, edges[1:], strict=False) if not char.isspace()]
