"""A Word 97–2003 document (.doc, also the .wps of WPS Writer) into lines: paragraphs, tables, footnotes, text boxes.

Read from the file itself ([MS-DOC]; the container by olefile): converters that do it have to be installed apart.
Deleted, struck-out and hidden text, headers, footers and comments are left out and listed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.coverage import letters_of
from corpus.documents.cells import join_paragraphs
from corpus.documents.doc_format import DocText, Paragraph, read_text
from corpus.documents.edges import EdgeCell, table_lines
from corpus.documents.extra import require
from corpus.documents.lines import Lines
from corpus.errors import InputError
from corpus.text import squash

MAGIC = b"\xd0\xcf\x11\xe0"
_TODO = "请用 Word 或 WPS 打开，另存为 .docx 后再试"
_MAX_STREAM = 256 << 20  # bytes of text and tables
_WORD, _OLD = 0xA5EC, 193  # the header's mark; versions below are Word 95 and older
_CRYPTED, _TABLE_ONE = 0x0100, 0x0200  # flags of the header
_ENDS = re.compile("[\r\x07\x0c]")
_CHARS = str.maketrans({
    "\x0b": "\n", "\x0e": "\n", "\x09": " ", "\xa0": " ", "\x1e": "-", "\x1f": None, "\x01": None, "\x02": None,
    "\x03": None, "\x04": None, "\x05": None, "\x08": None, "\x07": None, "\r": None, "\x0c": None, "\x00": None,
})  # fmt: skip
_PAGE_GAP = ["", ""]  # two blank lines part documents of one file
_ASIDE = {"headers": "页眉页脚", "header_boxes": "页眉页脚", "comments": "批注"}


def streams(data: bytes) -> frozenset[str]:
    """Names of the streams of an old Office file; empty where it is broken."""
    try:
        with require("olefile").OleFileIO(io.BytesIO(data)) as ole:
            return frozenset("/".join(name) for name in ole.listdir())
    except (OSError, ValueError, IndexError, RecursionError):
        return frozenset()


def read_doc(data: bytes, where: str) -> Lines:
    """The document's lines. Raises InputError where it is broken, locked, too old or empty."""
    broken = InputError("这个旧版 Word 文件已损坏，打不开", where, _TODO)
    try:
        with require("olefile").OleFileIO(io.BytesIO(data)) as ole:
            document = _stream(ole, "WordDocument")
            mark, version = int.from_bytes(document[:2], "little"), int.from_bytes(document[2:4], "little")
            flags = int.from_bytes(document[0x0A:0x0C], "little")
            if mark != _WORD or version < _OLD:
                raise InputError("这是 Word 95 或更早的文件，不能读取", where, _TODO)
            if flags & _CRYPTED:
                raise InputError("这个文件有密码，打不开", where, "请去掉密码后另存一份再试")
            table = _stream(ole, "1Table" if flags & _TABLE_ONE else "0Table")
            text = read_text(document, table, _stream(ole, "Data"))
    except (OSError, ValueError, IndexError, RecursionError) as err:
        raise broken from err
    reader = _Reader(text)
    reader.read()
    if not any(squash(line) for line in reader.out.lines):
        raise InputError("这个 Word 文件里没有文字（可能只有图片）", where, "请另存为 PDF 后再试")
    reader.out.letters = letters_of(reader.seen)
    return reader.out


def _stream(ole: Any, name: str) -> bytes:
    if not ole.exists(name):
        return b""
    with ole.openstream(name) as stream:
        return bytes(stream.read(_MAX_STREAM))


@dataclass(slots=True)
class _Reader:
    text: DocText
    out: Lines = field(default_factory=Lines)
    seen: list[str] = field(default_factory=list)  # all text, also what is left out
    cell: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    rows: list[list[EdgeCell]] = field(default_factory=list)

    def read(self) -> None:
        notes = self._notes()
        for first, last in _paragraphs(self.text.units, *self.text.parts["main"]):
            raw = self.text.units[first:last]
            properties = self.text.paragraph(last - 1)
            lines = self._lines(first, last)
            if lines:
                lines[0] = self._number(properties) + lines[0]
            lines += [note for _ in range(raw.count("\x02")) if (note := next(notes, ""))]
            if properties.in_table or raw.endswith("\x07"):
                self._in_table(lines, raw, properties)
                continue
            self._end_table()
            if lines or (self.out.lines and self.out.lines[-1]):
                self.out.lines += lines or [""]
            if raw.endswith("\x0c"):
                self.out.lines += _PAGE_GAP
        self._end_table()
        self.out.lines += notes
        boxes = [
            line for span in _paragraphs(self.text.units, *self.text.parts["boxes"]) for line in self._lines(*span)
        ]
        if boxes:
            self.out.warn("文本框里的文字排在正文后面，请对照原文件")
        self.out.lines += boxes
        for part, why in _ASIDE.items():
            self.out.leave_out(" ".join(self._part(part)), why)

    def _number(self, properties: Paragraph) -> str:
        """What Word prints in front of the paragraph."""
        stated = properties.in_list
        if not stated.number:  # 0 takes a style's number away
            return ""
        return self.text.numbering.next(str(stated.number), stated.depth or 0)

    def _part(self, name: str) -> list[str]:
        """The lines of a part of the file beside its main text."""
        spans = _paragraphs(self.text.units, *self.text.parts[name])
        return [line for span in spans for line in self._lines(*span)]

    def _notes(self) -> Iterator[str]:
        """Footnotes and endnotes in their order: each begins with its mark."""
        found: list[str] = []
        for part in ("notes", "endnotes"):
            lines: list[str] = []
            for first, last in _paragraphs(self.text.units, *self.text.parts[part]):
                if self.text.units[first:last].startswith("\x02") and lines:
                    found.append(join_paragraphs(lines))
                    lines = []
                lines += self._lines(first, last)
            found.append(join_paragraphs(lines))
        return iter([f"注：{text}" for text in found if squash(text)])

    def _lines(self, first: int, last: int) -> list[str]:
        """The lines of a paragraph, without what is unseen and without the instructions of fields."""
        kept = _without_fields(self.text.units, first, last)
        dropped: list[tuple[str, str]] = []
        if self.text.unseen:
            dropped = [(why, char) for at, char in kept if (why := self.text.unseen.get(at))]
            kept = [(at, char) for at, char in kept if at not in self.text.unseen] if dropped else kept
        for why in dict.fromkeys(why for why, _ in dropped):
            text = _shown("".join(char for one, char in dropped if one == why))
            self.seen.append(text)
            self.out.leave_out(text, why)
        text = _shown("".join(char for _, char in kept))
        self.seen.append(text)
        return [line for one in text.split("\n") if (line := " ".join(one.split()))]

    def _in_table(self, lines: list[str], raw: str, properties: Paragraph) -> None:
        if properties.ends_row and properties.depth <= 1:
            self._row(properties)
            return
        self.cell += lines
        if raw.endswith("\x07"):
            self.cells.append(self.cell)
            self.cell = []

    def _row(self, properties: Paragraph) -> None:
        stated = properties.row
        row: list[EdgeCell] = []
        for at, lines in enumerate(self.cells):
            if stated is None or at + 1 >= len(stated.edges):
                left = row[-1].right if row else 0
                row.append(EdgeCell(lines, left, left + 1000))
            elif stated.beside[at] and row:
                row[-1].right = stated.edges[at + 1]
                row[-1].lines += lines
            else:
                row.append(EdgeCell(lines, stated.edges[at], stated.edges[at + 1], stated.below[at]))
        self.cells = []
        if row:
            self.rows.append(row)

    def _end_table(self) -> None:
        if self.cells or self.cell:  # a row without its end
            self.cells += [self.cell] if self.cell else []
            self.cell = []
            self._row(Paragraph())
        if self.rows:
            self.out.lines += table_lines(self.rows)
            self.rows = []


def _paragraphs(units: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Paragraphs between two places, their end marks included."""
    at = first
    for match in _ENDS.finditer(units, first, last):
        yield at, match.end()
        at = match.end()
    if at < last:
        yield at, last


def _without_fields(units: str, first: int, last: int) -> list[tuple[int, str]]:
    """Characters with their places, without the instructions of fields (page numbers, links)."""
    if "\x13" not in units[first:last]:
        return list(enumerate(units[first:last], first))
    out: list[tuple[int, str]] = []
    open_fields: list[bool] = []  # of each field that is open whether its instruction goes on
    for at in range(first, last):
        char = units[at]
        if char == "\x13":
            open_fields.append(True)
        elif char == "\x14" and open_fields:
            open_fields[-1] = False
        elif char == "\x15" and open_fields:
            open_fields.pop()
        elif not any(open_fields) and char not in "\x14\x15":
            out.append((at, char))
    return out


def _shown(units: str) -> str:
    text = units.translate(_CHARS)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
