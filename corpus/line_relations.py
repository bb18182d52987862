"""What a file's lines say of each other: menus, names that come again, numberings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.kinds import kind_pattern
from corpus.lines import Line, ends_like_title
from corpus.numbering import Style
from corpus.text import squash
from corpus.titles import MAX_TITLE_LINES

_NAMED_WITHIN = 600  # lines in front of a title in which its name in 《》 says that it is issued there
_LOOK_AHEAD = 6  # lines of a body in which its first item shows
_LONG_NAME = 6  # letters
_MENU_LINES = 6  # short lines in a row that are a menu
_WRAPPED = 3  # lines that a name in 《》 goes over at most
# The title of a notice that hands on something else, or its last line.
_COVER = re.compile(rf"(?:印发|转发|批转|公布|发布).{{2,80}}的?{kind_pattern('covering')}$")


def menus(lines: Sequence[Line]) -> list[bool]:
    """For each line, whether it is one of many short lines in a row."""
    inside = [False] * len(lines)
    start = 0
    for at in range(len(lines) + 1):
        if at < len(lines) and lines[at].is_item:
            continue
        if at - start >= _MENU_LINES:
            inside[start:at] = [True] * (at - start)
        start = at + 1
    return inside


def covers(lines: Sequence[Line]) -> list[int]:
    """The lines that are titles of notices which hand on something else."""
    return [at for at, line in enumerate(lines) if line.is_short and _COVER.search(line.text)]


def named(lines: Sequence[Line]) -> dict[str, list[int]]:
    """Where names stand, squashed: in 《》, or as titles on lines of their own."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        text = line.block.text
        if line.is_short and len(line.letters) >= _LONG_NAME and ends_like_title(line.text):
            places.setdefault(line.letters, []).append(at)
        if "《" not in text:
            continue
        for following in lines[at + 1 : at + _WRAPPED]:
            if text.count("《") <= text.count("》"):
                break
            text += following.block.text  # a name that goes on in the next line
        for name in re.findall(r"《([^《》]{4,120}(?:《[^《》]{1,60}》[^《》]{0,60})?)》", text):
            places.setdefault(squash(name), []).append(at)
    return places


def names_above(lines: Sequence[Line], named: Mapping[str, Sequence[int]]) -> list[int | None]:
    """For each line that is (a part of) a title which stands some way above, in 《》 or as a title: where."""
    found: list[int | None] = [None] * len(lines)
    for start in range(len(lines)):
        letters = ""
        for end in range(start, min(start + MAX_TITLE_LINES, len(lines))):
            if not lines[end].is_short:
                break
            letters += lines[end].letters
            above = [place for place in named.get(letters, ()) if 0 < start - place <= _NAMED_WITHIN]
            if above:
                found[start : end + 1] = [above[0]] * (end + 1 - start)
    return found


@dataclass(frozen=True, slots=True)
class Numbering:
    """For each line: the last article and the last 一、 in front of it (0 where there is none), and style and number
    of the first marker from it on, within a few lines, of the outermost numberings."""

    articles: Sequence[int]
    items: Sequence[int]
    ahead: Sequence[tuple[Style, int] | None]


def numbering(lines: Sequence[Line]) -> Numbering:
    before: dict[Style, list[int]] = {Style.ARTICLE: [], Style.ENUM: []}
    last = dict.fromkeys(before, 0)
    for line in lines:
        for style, numbers in before.items():
            numbers.append(last[style])
        if line.marker is not None and line.marker.style in last:
            last[line.marker.style] = line.marker.number
    ahead: list[tuple[Style, int] | None] = [None] * len(lines)
    for at, line in enumerate(lines):
        marker = line.marker
        if marker is None or marker.style not in (Style.ARTICLE, Style.CHAPTER, Style.ENUM):
            continue
        for back in range(at, max(-1, at - _LOOK_AHEAD), -1):
            if ahead[back] is not None and back != at:
                break
            ahead[back] = (marker.style, marker.number)
    return Numbering(before[Style.ARTICLE], before[Style.ENUM], ahead)
