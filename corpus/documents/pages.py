"""A page as pieces of text and ruled lines with their places: what every paged reader yields.

Coordinates are points (1/72 inch) from the upper left corner of the page as it is shown, y downwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

Origin = Literal["text", "ocr", "empty", "failed"]
_MOVED = 2.0  # em: text that is made level moves by less


@dataclass(frozen=True, slots=True)
class PageProgress:
    """Page `done` of `total` was read; `seconds_left` is None until it can be estimated."""

    file: str
    done: int
    total: int
    recognised: bool
    seconds_left: float | None

    def __str__(self) -> str:
        what = "识别" if self.recognised else "读取"
        left = ""
        if self.seconds_left is not None and self.seconds_left >= 1:
            minutes, seconds = divmod(round(self.seconds_left), 60)
            left = f"，约剩 {minutes} 分 {seconds} 秒" if minutes else f"，约剩 {seconds} 秒"
        return f"{self.file}：{what}第 {self.done}/{self.total} 页{left}"


OnPage = Callable[[PageProgress], None]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: x0 < x1 and top < bottom."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2

    def holds(self, point: tuple[float, float]) -> bool:
        return self.x0 <= point[0] <= self.x1 and self.top <= point[1] <= self.bottom

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.x0, other.x0),
            min(self.top, other.top),
            max(self.x1, other.x1),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters that stand side by side on one baseline.

    `size` is the em in points; `lefts` are the left edges of the characters of `text`; `score` is the
    recogniser's confidence, 1 where nothing had to be recognised. `place` is the box on the shown
    page, where the segment belongs to text that was turned upright.
    """

    box: Box
    text: str
    size: float
    lefts: tuple[float, ...]
    score: float = 1.0
    place: Box | None = None

    @property
    def shown(self) -> Box:
        return self.place or self.box

    def part(self, start: int, end: int) -> Segment:
        """Characters `start` up to `end`, without white space at both ends."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        right = self.lefts[end] if end < len(self.lefts) else self.box.x1
        box = Box(self.lefts[start] if start < len(self.lefts) else self.box.x0, self.box.top, right, self.box.bottom)
        return replace(self, box=box, text=self.text[start:end], lefts=self.lefts[start:end], place=self._place_of(box))

    def _place_of(self, part: Box) -> Box | None:
        """Where a part of the box is shown. Text that was made level has only been moved a little; of text
        that was turned the whole place is shown."""
        if self.place is None:
            return None
        dx, dy = self.place.x0 - self.box.x0, self.place.top - self.box.top
        if abs(dx) + abs(dy) > _MOVED * self.size:
            return self.place
        return Box(part.x0 + dx, part.top + dy, part.x1 + dx, part.bottom + dy)


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line, upright or level: x0 == x1 or top == bottom within half its thickness."""

    box: Box

    @property
    def level(self) -> bool:
        return self.box.x1 - self.box.x0 >= self.box.bottom - self.box.top


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands on one page. `turned` is text that runs along the page's side, turned upright: a page
    with a coordinate system of its own. `problem` is a Chinese sentence where the page failed."""

    number: int
    width: float
    height: float
    segments: tuple[Segment, ...]
    rules: tuple[Rule, ...] = ()
    origin: Origin = "text"
    turned: PageContent | None = None
    problem: str = ""

    @property
    def all_segments(self) -> tuple[Segment, ...]:
        """All segments of the page, those of text that was turned upright included."""
        return self.segments if self.turned is None else (*self.segments, *self.turned.segments)


def em_width(text: str) -> float:
    """Width in em: Chinese characters count one, Latin letters and digits half."""
    return sum(1.0 if ord(char) > 0x2000 else 0.5 for char in text)


def turn_box(box: Box, quarter: int, width: float, height: float) -> Box:
    """`box` on a page of this width and height, after the page is turned clockwise by `quarter` × 90°."""
    match quarter % 4:
        case 1:
            return Box(height - box.bottom, box.x0, height - box.top, box.x1)
        case 2:
            return Box(width - box.x1, height - box.bottom, width - box.x0, height - box.top)
        case 3:
            return Box(box.top, width - box.x1, box.bottom, width - box.x0)
        case _:
            return box
