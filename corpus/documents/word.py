"""A Word document (.docx) into lines: paragraphs, automatic numbers, tables, text boxes.

Read from the XML itself (ECMA-376): what Word numbers by itself (一、（一）1.) stands nowhere in a
paragraph's text, and without it headings are lost. Deleted text of tracked changes is left out, inserted
text is kept. Headers and footers are files of their own and not read.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.documents.cells import Place, join_lines, spread_rows
from corpus.documents.extra import require
from corpus.documents.numerals import format_number
from corpus.errors import InputError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXTS = {f"{_W}tab": " ", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}softHyphen": ""}
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback", f"{_W}txbxContent", f"{_W}pPr", f"{_W}rPr"}
_PAGE = "\f"
_PAGE_GAP = ["", ""]  # two blank lines part documents of one file
MAX_XML = 256 << 20  # bytes of document.xml: hundreds of times a thick gazette's


def read_docx(data: bytes, where: str) -> list[str]:
    """The document's lines. Raises InputError where it is broken or empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _xml(archive, "word/document.xml")
            numbering = _xml(archive, "word/numbering.xml")
            styles = _xml(archive, "word/styles.xml")
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError) as err:
        raise InputError("这个 Word 文件已损坏，打不开", where, "请用 Word 打开后另存一份再试") from err
    if body is None:
        raise InputError("这个 Word 文件里没有正文", where, "请用 Word 打开后另存一份再试")
    reader = _Reader(_Styles.read(styles), _Numbering.read(numbering))
    lines = list(reader.lines(body))
    if not any(line.strip() for line in lines):
        raise InputError("这个 Word 文件里没有文字（可能只有图片）", where, "请另存为 PDF 后再试")
    return lines


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    """A part of the document as an element, or None where there is none. Nothing outside is loaded."""
    etree = require("lxml.etree")
    if name not in archive.namelist():
        return None
    with archive.open(name) as stream:
        data = stream.read(MAX_XML + 1)
    if len(data) > MAX_XML:
        raise ValueError(f"{name} is too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as err:
        raise ValueError(str(err)) from err


def _value(element: Any, path: str) -> str | None:
    """The `val` of a descendant, each step of `path` in Word's namespace."""
    found = element.find("/".join(_W + step for step in path.split("/")))
    return None if found is None else found.get(f"{_W}val")


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: `text` has %1 to %9 where the levels' numbers stand."""

    start: int
    style: str
    text: str


@dataclass
class _Numbering:
    """Lists by their number, and how far each has counted."""

    lists: dict[str, tuple[str, dict[int, _Level], dict[int, int]]]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, root: Any) -> _Numbering:
        lists: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        if root is None:
            return cls(lists)
        abstract = {
            item.get(f"{_W}abstractNumId"): {
                int(level.get(f"{_W}ilvl", "0")): _Level(
                    int(_value(level, "start") or 1),
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText") or "",
                )
                for level in item.findall(f"{_W}lvl")
            }
            for item in root.findall(f"{_W}abstractNum")
        }
        for item in root.findall(f"{_W}num"):
            key = _value(item, "abstractNumId") or ""
            restarts = {
                int(override.get(f"{_W}ilvl", "0")): int(start)
                for override in item.findall(f"{_W}lvlOverride")
                if (start := _value(override, "startOverride")) is not None
            }
            lists[item.get(f"{_W}numId")] = (key, abstract.get(key, {}), restarts)
        return cls(lists)

    def next(self, number: str, depth: int) -> str:
        """Count on in list `number` at level `depth` (from 0) and return what Word prints."""
        key, levels, restarts = self.lists.get(number, ("", {}, {}))
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self.counts.setdefault(key, {})
        if number not in self.begun:
            self.begun.add(number)
            for at, start in restarts.items():
                counts[at] = start - 1
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [at for at in counts if at > depth]:
            del counts[deeper]
        text = level.text
        for at in range(9):
            if f"%{at + 1}" in text:
                shown = levels.get(at, level)
                count = counts.get(at, shown.start)
                text = text.replace(f"%{at + 1}", format_number(count, shown.style))
        if level.style in ("bullet", "none"):
            return ""
        return f"{text} " if text and text[-1].isascii() else text


@dataclass(frozen=True)
class _Styles:
    """Of each paragraph style: its name, and the list and level it belongs to, its parents' included."""

    names: dict[str, str]
    lists: dict[str, tuple[str | None, int]]

    @classmethod
    def read(cls, root: Any) -> _Styles:
        names: dict[str, str] = {}
        own: dict[str, tuple[str | None, int]] = {}
        parents: dict[str, str] = {}
        for style in [] if root is None else root.findall(f"{_W}style"):
            key = style.get(f"{_W}styleId", "")
            names[key] = (_value(style, "name") or "").lower()
            parents[key] = _value(style, "basedOn") or ""
            number = _value(style, "pPr/numPr/numId")
            depth = int(_value(style, "pPr/numPr/ilvl") or 0)
            if number is not None:
                own[key] = (number, depth)
        lists = {}
        for key in names:
            at, seen = key, set()
            while at and at not in own and at not in seen:
                seen.add(at)
                at = parents.get(at, "")
            if at in own:
                lists[key] = own[at]
        return cls(names, lists)


@dataclass
class _Reader:
    styles: _Styles
    numbering: _Numbering

    def lines(self, root: Any) -> Iterator[str]:
        """Lines of all blocks: a blank paragraph is a blank line, a new page two of them."""
        body = root.find(f"{_W}body")
        blank = True
        for line in self._blocks(body if body is not None else root):
            if line == _PAGE:
                yield from _PAGE_GAP
            elif line.strip() or not blank:
                yield line
            blank = not line.strip()

    def _blocks(self, parent: Any) -> Iterator[str]:
        for element in parent:
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                yield from self._table(element)
            elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
                yield from self._blocks(element)

    def _paragraph(self, element: Any) -> Iterator[str]:
        style = _value(element, "pPr/pStyle") or ""
        text = "".join(_texts(element))
        if element.find(f"{_W}pPr/{_W}pageBreakBefore") is not None:
            yield _PAGE
        number = self._number(element, style) if text.strip() else ""
        mark = "# " if self.styles.names.get(style) == "title" and text.strip() else ""
        for index, line in enumerate(text.split("\n")):
            pieces = line.split(_PAGE)
            for at, piece in enumerate(pieces):
                if at:
                    yield _PAGE
                if piece.strip() or len(pieces) == 1:
                    yield (mark + number + piece.strip()) if index == 0 and at == 0 else piece.strip()
        for box in element.iter(f"{_W}txbxContent"):
            if not any(parent.tag == f"{_MC}Fallback" for parent in box.iterancestors()):
                yield from self._blocks(box)

    def _number(self, element: Any, style: str) -> str:
        number = _value(element, "pPr/numPr/numId")
        depth = _value(element, "pPr/numPr/ilvl")
        from_style, style_depth = self.styles.lists.get(style, (None, 0))
        number = from_style if number is None else number
        if number is None or number == "0":  # 0 takes a style's number away
            return ""
        return self.numbering.next(number, int(depth) if depth is not None else style_depth)

    def _table(self, table: Any) -> Iterator[str]:
        owners: dict[Place, Place] = {}
        texts: dict[Place, str] = {}
        above: dict[int, Place] = {}
        rows = [row for row in table.iter(f"{_W}tr") if _table_of(row) is table]
        columns = 0
        for row, element in enumerate(rows):
            column = int(_value(element, "trPr/gridBefore") or 0)
            for cell in [cell for cell in element.iter(f"{_W}tc") if _row_of(cell) is element]:
                span = int(_value(cell, "tcPr/gridSpan") or 1)
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                owner = (row, column)
                if merge is not None and merge.get(f"{_W}val") != "restart":
                    owner = above.get(column, owner)
                if owner == (row, column):
                    texts[owner] = join_lines(list(self._blocks(cell))).replace("\t", " ").replace(_PAGE, "")
                for at in range(column, column + span):
                    owners[row, at] = above[at] = owner
                column += span
            columns = max(columns, column)
        for line in spread_rows(owners, texts, len(rows), columns):
            if any(line):
                yield "\t".join(line)


def _table_of(row: Any) -> Any:
    return next((parent for parent in row.iterancestors(f"{_W}tbl")), None)


def _row_of(cell: Any) -> Any:
    return next((parent for parent in cell.iterancestors(f"{_W}tr")), None)


def _texts(element: Any) -> Iterator[str]:
    """Text of a paragraph in order. A new line is `\\n`, a new page `\\f`."""
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}br":
            yield _PAGE if child.get(f"{_W}type") == "page" else "\n"
        elif child.tag in _TEXTS:
            yield _TEXTS[child.tag]
        else:
            yield from _texts(child)
