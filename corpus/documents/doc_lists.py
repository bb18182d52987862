"""Automatic numbers of a Word 97–2003 file ([MS-DOC]): its lists, and which list a style belongs to.

What Word numbers by itself (一、（一）1.) stands nowhere in a paragraph's text. A paragraph names its list and level
(sprmPIlfo, sprmPIlvl), or its style does. Whatever is missing or broken is as if it were not stated.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corpus.documents.word_lists import MAX_BASED, MAX_NUMBER, MAX_TEXT, Level, Numbering

_LISTS, _STYLES, _OVERRIDES = 73, 1, 74  # places in the header (fcPlfLst, fcStshf, fcPlfLfo)
_MAX_LISTS = 2046  # [MS-DOC] 2.9.131
_LSTF, _LVLF, _LFO = 28, 28, 16  # bytes
_PARAGRAPHS = 1  # kind of a style
# Formats of numbers by their code ([MS-OSHARED] 2.2.1.3), under the names of the later form.
_FORMATS = {
    1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "ideographDigital",
    11: "japaneseCounting", 17: "japaneseDigitalTenThousand", 18: "decimalEnclosedCircle", 22: "decimalZero",
    23: "bullet", 26: "decimalEnclosedFullstop", 27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle", 35: "taiwaneseCountingThousand", 37: "chineseCounting",
    39: "chineseCountingThousand", 255: "none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InList:
    """The list and level that a paragraph or a style states; None where it states none, list 0 for none at all."""

    number: int | None = None
    depth: int | None = None


def read_numbering(document: bytes, table: bytes) -> Numbering:
    """The lists of a file by their number (from 1, as paragraphs name them)."""
    place, size = _at(document, _LISTS)
    levels = dict(_levels(table, place, size))
    lists: dict[str, tuple[str, dict[int, Level], dict[int, int]]] = {}
    place, size = _at(document, _OVERRIDES)
    count = min(_whole(table, "<i", place), _MAX_LISTS) if size >= 4 else 0
    at = place + 4 + _LFO * max(0, count)
    for index in range(max(0, count)):
        key = _whole(table, "<i", place + 4 + _LFO * index)
        overridden = _whole(table, "<B", place + 4 + _LFO * index + 12)
        at, starts, own = _override(table, at, overridden)
        lists[str(index + 1)] = (str(key), {**levels.get(key, {}), **own}, starts)
    return Numbering(lists)


def _at(document: bytes, index: int) -> tuple[int, int]:
    if len(document) < 0x9A + 8 * index + 8:
        return 0, 0
    place, size = struct.unpack_from("<II", document, 0x9A + 8 * index)
    return place, size


def _whole(data: bytes, form: str, at: int) -> int:
    """A whole number of the file; 0 behind its end."""
    return int(struct.unpack_from(form, data, at)[0]) if 0 <= at <= len(data) - struct.calcsize(form) else 0


def _levels(table: bytes, place: int, size: int) -> Iterator[tuple[int, dict[int, Level]]]:
    """Of each list its key and its levels, which stand behind the table of lists."""
    count = min(_whole(table, "<h", place), _MAX_LISTS) if size >= 2 else 0
    at = place + size
    for index in range(max(0, count)):
        start = place + 2 + _LSTF * index
        simple = _whole(table, "<B", start + 26) & 0x01
        levels: dict[int, Level] = {}
        for depth in range(1 if simple else 9):
            at, level = _level(table, at)
            if level is None:
                return
            levels[depth] = level
        yield _whole(table, "<i", start), levels


def _level(table: bytes, at: int) -> tuple[int, Level | None]:
    """One level, and the place behind it; None where the file ends."""
    if at + _LVLF + 2 > len(table):
        return at, None
    start, form = struct.unpack_from("<iB", table, at)
    begin = at + _LVLF + table[at + 24] + table[at + 25]
    letters = _whole(table, "<H", begin)
    raw = table[begin + 2 : begin + 2 + 2 * letters]
    # A level's number stands in the text as its index.
    text = "".join(
        f"%{unit + 1}" if unit < 9 else chr(unit) for (unit,) in struct.iter_unpack("<H", raw[: len(raw) // 2 * 2])
    )
    first = start if 0 <= start <= MAX_NUMBER else 1
    return begin + 2 + 2 * letters, Level(first, _FORMATS.get(form, "decimal"), text[:MAX_TEXT])


def _override(table: bytes, at: int, count: int) -> tuple[int, dict[int, int], dict[int, Level]]:
    """What a list changes of the one it is made of: numbers to begin at, and whole levels."""
    at += 4
    starts: dict[int, int] = {}
    own: dict[int, Level] = {}
    for _ in range(min(count, 9)):
        start, flags = _whole(table, "<i", at), _whole(table, "<I", at + 4)
        at += 8
        depth = flags & 0x0F
        if flags & 0x20:
            at, level = _level(table, at)
            if level is None:
                break
            own[depth] = level
            start = level.start
        if flags & 0x10 and 0 <= start <= MAX_NUMBER:
            starts[depth] = start
    return at, starts, own


def read_styles(document: bytes, table: bytes, in_list: Callable[[bytes], InList]) -> dict[int, InList]:
    """Of each style of paragraphs the list and level that it or a style it is based on states. `in_list` reads them
    from the properties of one."""
    place, size = _at(document, _STYLES)
    sheet = table[place : place + size]
    own: dict[int, InList] = {}
    based: dict[int, int] = {}
    count, fixed = _whole(sheet, "<H", 2), _whole(sheet, "<H", 4)
    at = 2 + _whole(sheet, "<H", 0)
    for style in range(count):
        length = _whole(sheet, "<H", at)
        one = sheet[at + 2 : at + 2 + length]
        at += 2 + length + length % 2
        if len(one) < 10 or _whole(one, "<H", 2) & 0x0F != _PARAGRAPHS:
            continue
        based[style] = _whole(one, "<H", 2) >> 4
        begin = fixed + 2 + 2 * _whole(one, "<H", fixed) + 2  # behind its name
        begin += begin % 2
        own[style] = in_list(one[begin + 4 : begin + 2 + _whole(one, "<H", begin)])
    return {style: _inherited(style, own, based) for style in own}


def _inherited(style: int, own: dict[int, InList], based: dict[int, int]) -> InList:
    number = depth = None
    for _ in range(MAX_BASED):
        one = own.get(style, InList())
        number = one.number if number is None else number
        depth = one.depth if depth is None else depth
        style = based.get(style, 0x0FFF)
        if style not in own:
            break
    return InList(number, depth)
