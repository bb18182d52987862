"""The parts of a Word 97–2003 file ([MS-DOC]): text in pieces, properties of paragraphs and characters.

Numbers a file states are taken only where they lie within its streams; whatever is missing or broken there raises
`ValueError` or is as if it were not stated.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.documents.doc_lists import InList, read_numbering, read_styles
from corpus.documents.word_lists import Numbering

_PAGE = 512  # bytes of a page of formatted properties
_MAX_PIECES = 1_000_000
# Places in the header (FibRgLw97, FibRgFcLcb97).
_CCP_TEXT = 0x4C
_PARTS = ("main", "notes", "headers", "macros", "comments", "endnotes", "boxes", "header_boxes")
_CHPX, _PAPX, _CLX = 12, 13, 33
# Sizes of operands by the three highest bits of a property's code (2.6.1 Sprm).
_OPERANDS = (1, 1, 2, 4, 2, 2, -1, 3)
_TABLE_ROW, _TABS = 0xD608, 0xC615
_LIST, _DEPTH = 0x460B, 0x260A


@dataclass(frozen=True, slots=True)
class Row:
    """A table row's cells: their edges in twips; whether each goes on from the row above, from the left."""

    edges: tuple[int, ...]
    below: tuple[bool, ...]
    beside: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's properties that matter here."""

    in_table: bool = False
    ends_row: bool = False
    depth: int = 0
    row: Row | None = None
    in_list: InList = field(default_factory=InList)


@dataclass(slots=True)
class DocText:
    """All text of a file as UTF-16 code units, the bounds of its parts, and lookups by place."""

    units: str
    parts: dict[str, tuple[int, int]]
    unseen: dict[int, str] = field(default_factory=dict)  # why, by the place of a unit
    numbering: Numbering = field(default_factory=lambda: Numbering({}))
    _styles: dict[int, InList] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)  # of pieces, in the text
    _places: list[tuple[int, int]] = field(default_factory=list)  # of pieces: place in the stream, bytes a unit
    _ends: list[int] = field(default_factory=list)  # of paragraphs, in the stream
    _papx: list[bytes] = field(default_factory=list)
    _known: dict[bytes, Paragraph] = field(default_factory=dict)
    _data: bytes = b""

    def paragraph(self, at: int) -> Paragraph:
        """The properties of the paragraph whose last character is unit `at`."""
        piece = bisect_right(self._starts, at) - 1
        if piece < 0 or not self._ends:
            return Paragraph()
        place, wide = self._places[piece]
        run = bisect_right(self._ends, place + (at - self._starts[piece]) * wide)
        if run >= len(self._papx):
            return Paragraph()
        raw = self._papx[run]
        if raw not in self._known:
            self._known[raw] = _paragraph(raw, self._data, self._styles)
        return self._known[raw]


def read_text(document: bytes, table: bytes, data: bytes) -> DocText:
    """The text of a file from its streams. Raises ValueError where they don't fit together."""
    try:
        return _read(document, table, data)
    except (struct.error, IndexError) as err:
        raise ValueError(str(err)) from err


def _read(document: bytes, table: bytes, data: bytes) -> DocText:
    pieces = list(_pieces(_part(document, table, _CLX), len(document)))
    units: list[str] = []
    starts, places = [], []
    at = 0
    for count, place, wide in pieces:
        raw = document[place : place + count * wide]
        text = raw.decode("cp1252", "replace") if wide == 1 else _units(raw)
        starts.append(at)
        places.append((place, wide))
        units.append(text)
        at += len(text)
    text = "".join(units)
    counts = struct.unpack_from("<8i", document, _CCP_TEXT)
    parts: dict[str, tuple[int, int]] = {}
    first = 0
    for name, count in zip(_PARTS, counts, strict=True):
        last = min(first + max(0, count), len(text))
        parts[name] = (first, last)
        first = last
    out = DocText(text, parts, numbering=read_numbering(document, table), _starts=starts, _places=places, _data=data)
    out._styles = read_styles(document, table, lambda raw: _in_list(_flags(raw)))
    for end, raw in _runs(document, _part(document, table, _PAPX), _papx_at):
        out._ends.append(end[1])
        out._papx.append(raw)
    hidden = [
        (*run, why) for run, raw in _runs(document, _part(document, table, _CHPX), _chpx_at) if (why := _why(raw))
    ]
    _mark_unseen(out, _in_order(hidden), units)
    return out


def _units(raw: bytes) -> str:
    """UTF-16 code units, each as one character, so that places in the file and in the text agree."""
    count = len(raw) // 2
    return "".join(map(chr, struct.unpack(f"<{count}H", raw[: count * 2])))


def _part(document: bytes, table: bytes, index: int) -> bytes:
    place, size = struct.unpack_from("<II", document, 0x9A + 8 * index)
    return table[place : place + size]


def _pieces(clx: bytes, most: int) -> Iterator[tuple[int, int, int]]:
    """Of each piece of text: how many characters, where in the stream, bytes a character. All together are no longer
    than the stream, `most` bytes."""
    at = 0
    while at < len(clx) and clx[at] == 1:  # properties that pieces share
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise ValueError("no pieces of text")
    size = min(struct.unpack_from("<I", clx, at + 1)[0], len(clx) - at - 5)
    count = (size - 4) // 12
    if not 0 < count <= _MAX_PIECES:
        raise ValueError("no pieces of text")
    begins = struct.unpack_from(f"<{count + 1}I", clx, at + 5)
    total = 0
    for index, (first, last) in enumerate(pairwise(begins)):
        (place,) = struct.unpack_from("<I", clx, at + 5 + 4 * (count + 1) + 8 * index + 2)
        wide = 1 if place & 0x40000000 else 2
        place &= 0x3FFFFFFF
        length = max(0, last - first)
        total += length * wide
        if total > most:
            raise ValueError("more text than a file holds")
        yield length, place // 2 if wide == 1 else place, wide


def _runs(document: bytes, plc: bytes, at_of: object) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Runs of one formatting: place in the stream from and to, and the properties."""
    count = (len(plc) - 4) // 8
    for index in range(max(0, min(count, len(document) // _PAGE))):
        (page,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 4 * index)
        page = document[(page & 0x3FFFFF) * _PAGE : (page & 0x3FFFFF) * _PAGE + _PAGE]
        if len(page) < _PAGE:
            continue
        runs = page[-1]
        if 4 * (runs + 1) >= _PAGE:
            continue
        places = struct.unpack_from(f"<{runs + 1}I", page)
        for at, span in enumerate(pairwise(places)):
            yield span, at_of(page, 4 * (runs + 1), at)  # type: ignore[operator]


def _papx_at(page: bytes, base: int, at: int) -> bytes:
    """A paragraph's style and properties."""
    place = page[base + 13 * at] * 2
    if not place:
        return b""
    size = page[place] * 2 - 1
    if page[place] == 0:
        place += 1
        size = page[place] * 2
    return page[place + 1 : place + 1 + size]


def _chpx_at(page: bytes, base: int, at: int) -> bytes:
    """A run's properties."""
    place = page[base + at] * 2
    return page[place + 1 : place + 1 + page[place]] if place else b""


def _properties(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Codes of properties and their operands."""
    at = 0
    while at + 2 <= len(raw):
        (code,) = struct.unpack_from("<H", raw, at)
        at += 2
        size = _OPERANDS[code >> 13]
        if size < 0:
            if at >= len(raw):
                return
            if code == _TABLE_ROW:
                size = struct.unpack_from("<H", raw, at)[0] - 1 if at + 2 <= len(raw) else 0
                at += 2
            else:
                size = raw[at]
                at += 1
                if code == _TABS and size == 255:
                    return
        yield code, raw[at : at + max(0, size)]
        at += max(0, size)


# What hides text, by the code of the property (2.6.1 Character Properties).
_UNSEEN = {
    0x0800: "修订中删除的文字",
    0x0837: "有删除线的文字",
    0x2A53: "有删除线的文字",
    0x083C: "隐藏的文字",
}


def _why(raw: bytes) -> str | None:
    return next((_UNSEEN[code] for code, value in _properties(raw) if code in _UNSEEN and value[:1] == b"\x01"), None)


def _in_order(runs: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Runs as a sound file has them: one behind the other."""
    out: list[tuple[int, int, str]] = []
    for first, last, why in sorted(runs):
        if first < last and (not out or first >= out[-1][1]):
            out.append((first, last, why))
    return out


def _mark_unseen(text: DocText, runs: list[tuple[int, int, str]], units: list[str]) -> None:
    """Say of each unit that a run of the stream covers why it is unseen."""
    ends = [last for _, last, _ in runs]
    for (place, wide), start, piece in zip(text._places, text._starts, units, strict=True):
        at = bisect_right(ends, place)
        while at < len(runs) and runs[at][0] < place + wide * len(piece):
            first, last, why = runs[at]
            begin = max(0, -((place - first) // wide)) if first > place else 0
            for unit in range(begin, min(len(piece), -((place - last) // wide))):
                text.unseen[start + unit] = why
            at += 1


def _paragraph(raw: bytes, data: bytes, styles: Mapping[int, InList]) -> Paragraph:
    style = struct.unpack_from("<H", raw)[0] if len(raw) >= 2 else 0
    flags: dict[int, int] = {}
    row: Row | None = None
    waiting = [raw[2:]]
    for properties in waiting:
        for code, value in _properties(properties):
            if code in (0x6645, 0x6646) and len(value) == 4 and len(waiting) < 3:  # kept in another stream
                (place,) = struct.unpack("<I", value)
                size = struct.unpack_from("<H", data, place)[0] if place + 2 <= len(data) else 0
                waiting.append(data[place + 2 : place + 2 + size])
            elif code == _TABLE_ROW:
                row = _row(value) or row
            elif value:
                flags[code] = int.from_bytes(value[:4], "little")
    own, from_style = _in_list(flags), styles.get(style, InList())
    return Paragraph(
        in_table=bool(flags.get(0x2416)),
        ends_row=bool(flags.get(0x2417)),
        depth=flags.get(0x6649, 0),
        row=row,
        in_list=InList(
            from_style.number if own.number is None else own.number,
            from_style.depth if own.depth is None else own.depth,
        ),
    )


def _flags(raw: bytes) -> dict[int, int]:
    return {code: int.from_bytes(value[:4], "little") for code, value in _properties(raw) if value}


def _in_list(flags: Mapping[int, int]) -> InList:
    return InList(flags.get(_LIST), flags.get(_DEPTH))


def _row(value: bytes) -> Row | None:
    count = value[0] if value else 0
    if not count or len(value) < 1 + 2 * (count + 1):
        return None
    edges = struct.unpack_from(f"<{count + 1}h", value, 1)
    flags = [0] * count
    at = 1 + 2 * (count + 1)
    for index in range(count):
        if at + 20 <= len(value):
            (flags[index],) = struct.unpack_from("<H", value, at)
        at += 20
    return Row(
        edges,
        tuple(bool(flag & 0x20) and not flag & 0x40 for flag in flags),
        tuple(bool(flag & 0x02) and not flag & 0x01 for flag in flags),
    )
