"""A Word document (.docx) into lines: paragraphs, automatic numbers, tables, text boxes, footnotes.

Read from the XML itself (ECMA-376): what Word numbers by itself (一、（一）1.) stands nowhere in a
paragraph's text, and without it headings are lost. A table that only lays out the page is read as paragraphs,
a footnote stands behind the paragraph that refers to it. Deleted text of tracked changes, struck-out and hidden
text, headers, footers and comments are left out and listed; inserted text is kept.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.coverage import letters_of
from corpus.documents.cells import MAX_COLUMNS, Cells, Place, is_layout, join_paragraphs
from corpus.documents.extra import require
from corpus.documents.lines import Lines
from corpus.documents.word_lists import Numbering, Styles, W, depth_of, hidden_by, number, value
from corpus.errors import InputError

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXTS = {f"{W}tab": " ", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}softHyphen": ""}
_SKIPPED = {f"{_MC}Fallback", f"{W}txbxContent", f"{W}pPr", f"{W}rPr"}
_DELETED = {f"{W}del": "修订中删除的文字", f"{W}moveFrom": "修订中移走的文字"}
_INSIDE = {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"}
# Parts of a document beside its text, and why they are left out.
_ASIDE = (
    (re.compile(r"word/(?:header|footer)\d*\.xml"), "页眉页脚"),
    (re.compile(r"word/comments\.xml"), "批注"),
)
_MAX_ASIDE = 60  # such parts: a document has three headers and footers a section
_NOTES = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
_PAGE = "\f"
_PAGE_GAP = ["", ""]  # two blank lines part documents of one file
MAX_XML = 64 << 20  # bytes of document.xml: a gazette of a thousand pages has 20

_Hidden = Mapping[str, str | None]


class _TooLargeError(ValueError):
    pass


def read_docx(data: bytes, where: str) -> Lines:
    """The document's lines. Raises InputError where it is broken or empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _xml(archive, "word/document.xml")
            numbering = _xml(archive, "word/numbering.xml")
            styles = _xml(archive, "word/styles.xml")
            notes = {part: _xml(archive, f"word/{part}.xml") for part in _NOTES.values()}
            aside = _aside(archive)
    except _TooLargeError as err:
        what = f"这个 Word 文件的正文太大（解压后超过 {MAX_XML >> 20} MB）"
        raise InputError(what, where, "请拆成几个文件再试") from err
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError) as err:
        raise InputError("这个 Word 文件已损坏，打不开", where, "请用 Word 打开后另存一份再试") from err
    if body is None:
        raise InputError("这个 Word 文件里没有正文", where, "请用 Word 打开后另存一份再试")
    reader = _Reader(Styles.read(styles), Numbering.read(numbering), _notes(notes))
    reader.read(body)
    for part, why in aside:
        reader.out.leave_out(_plain(part), why)
    parts = [body, *(part for part in notes.values() if part is not None), *(part for part, _ in aside)]
    reader.out.letters = sum(map(_letters, parts), Counter())
    if not any(line.strip() for line in reader.out.lines):
        raise InputError("这个 Word 文件里没有文字（可能只有图片）", where, "请另存为 PDF 后再试")
    return reader.out


def _aside(archive: zipfile.ZipFile) -> list[tuple[Any, str]]:
    """The parts beside the text that are left out, each with the reason."""
    found = [(name, why) for name in dict.fromkeys(archive.namelist()) for form, why in _ASIDE if form.fullmatch(name)]
    return [(part, why) for name, why in found[:_MAX_ASIDE] if (part := _xml(archive, name)) is not None]


def _notes(parts: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Footnotes and endnotes by their part and number."""
    return {(part, note.get(f"{W}id") or ""): note for part, root in parts.items() if root is not None for note in root}


def _letters(root: Any) -> Counter[str]:
    """The letters of a part: what a text box says again for old programs counts once."""
    out = letters_of([_plain(root)])
    for again in root.iter(f"{_MC}Fallback"):
        if next(again.iterancestors(f"{_MC}Fallback"), None) is None:
            out.subtract(letters_of([_plain(again)]))
    return out


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    """A part of the document as an element, or None where there is none. Nothing outside is loaded."""
    etree = require("lxml.etree")
    if name not in archive.namelist():
        return None
    with archive.open(name) as stream:
        data = stream.read(MAX_XML + 1)
    if len(data) > MAX_XML:
        raise _TooLargeError(name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as err:
        if err.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from err
        raise ValueError(str(err)) from err


@dataclass
class _Reader:
    styles: Styles
    numbering: Numbering
    notes: dict[tuple[str, str], Any] = field(default_factory=dict)
    due: list[Any] = field(default_factory=list)  # notes that the paragraph being read refers to
    out: Lines = field(default_factory=Lines)

    def read(self, root: Any) -> None:
        """Lines of all blocks: a blank paragraph is a blank line, a new page two of them."""
        body = root.find(f"{W}body")
        blank = True
        for line in self._blocks(body if body is not None else root):
            if line == _PAGE:
                self.out.lines += _PAGE_GAP
            elif line.strip() or not blank:
                self.out.lines.append(line)
            blank = not line.strip()
        for note in self.notes.values():
            self.out.leave_out(_plain(note), "正文没有提到的脚注")

    def _blocks(self, parent: Any) -> Iterator[str]:
        for element in parent:
            if element.tag == f"{W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{W}tbl":
                yield from self._table(element)
            elif element.tag in _INSIDE:
                yield from self._blocks(element)
            elif element.tag in _DELETED:
                self.out.leave_out(_plain(element), _DELETED[element.tag])
            elif element.tag == f"{W}altChunk":
                self.out.warn("文件里嵌有另一份文档，没有读取；请用 Word 打开后另存一份再试")

    def _paragraph(self, element: Any) -> Iterator[str]:
        style = value(element, "pPr/pStyle") or ""
        text = "".join(self._texts(element, self.styles.hidden.get(style, {})))
        if element.find(f"{W}pPr/{W}pageBreakBefore") is not None:
            yield _PAGE
        automatic = self._number(element, style) if text.strip() else ""
        mark = "# " if self.styles.names.get(style) == "title" and text.strip() else ""
        for index, line in enumerate(text.split("\n")):
            pieces = line.split(_PAGE)
            for at, piece in enumerate(pieces):
                if at:
                    yield _PAGE
                if piece.strip() or len(pieces) == 1:
                    yield (mark + automatic + piece.strip()) if index == 0 and at == 0 else piece.strip()
        for box in _boxes(element):
            yield from self._blocks(box)
        due, self.due = self.due, []
        for note in due:
            text = join_paragraphs(list(self._blocks(note)))
            if text:
                yield f"注：{text}"

    def _number(self, element: Any, style: str) -> str:
        stated = value(element, "pPr/numPr/numId")
        depth = value(element, "pPr/numPr/ilvl")
        from_style, style_depth = self.styles.lists.get(style, (None, 0))
        stated = from_style if stated is None else stated
        if stated is None or stated == "0":  # 0 takes a style's number away
            return ""
        return self.numbering.next(stated, depth_of(depth) if depth is not None else style_depth)

    def _texts(self, element: Any, hidden: _Hidden) -> Iterator[str]:
        """Text of a paragraph in order. A new line is `\\n`, a new page `\\f`. `hidden` is what the
        paragraph's style hides."""
        for child in element:
            if child.tag in _SKIPPED:
                continue
            if child.tag in _DELETED:
                self.out.leave_out(_plain(child), _DELETED[child.tag])
            elif child.tag == f"{W}r":
                why = self._why_hidden(child, hidden)
                if why is None:
                    yield from self._texts(child, hidden)
                else:
                    self.out.leave_out(_plain(child), why)
            elif child.tag == f"{W}t":
                yield child.text or ""
            elif child.tag == f"{W}br":
                yield _PAGE if child.get(f"{W}type") == "page" else "\n"
            elif child.tag in _TEXTS:
                yield _TEXTS[child.tag]
            elif child.tag in _NOTES:
                note = self.notes.pop((_NOTES[child.tag], child.get(f"{W}id") or ""), None)
                self.due += [] if note is None else [note]
            else:
                yield from self._texts(child, hidden)

    def _why_hidden(self, run: Any, hidden: _Hidden) -> str | None:
        properties = run.find(f"{W}rPr")
        if properties is None and not hidden:
            return None
        style = None if properties is None else value(properties, "rStyle")
        reasons = hidden_by(properties, {**hidden, **self.styles.hidden.get(style or "", {})})
        return next((why for why in reasons.values() if why is not None), None)

    def _table(self, table: Any) -> Iterator[str]:
        rows = []
        for row in _own(table, f"{W}tr", f"{W}tbl"):
            if row.find(f"{W}trPr/{W}del") is not None:
                self.out.leave_out(_plain(row), "修订中删除的表格行")
            else:
                rows.append(row)
        content = [[list(self._blocks(cell)) for cell in _own(row, f"{W}tc", f"{W}tr")] for row in rows]
        if is_layout(content):
            for row in content:
                for lines in row:
                    yield from lines
            return
        yield from self._data(rows, content)

    def _data(self, rows: list[Any], content: list[list[list[str]]]) -> Iterator[str]:
        """The rows of a table whose cells hold these lines."""
        cells = Cells(len(rows))
        above: dict[int, Place] = {}
        for row, element in enumerate(rows):
            column = number(value(element, "trPr/gridBefore"), 0, most=MAX_COLUMNS)
            for cell, lines in zip(_own(element, f"{W}tc", f"{W}tr"), content[row], strict=True):
                span = number(value(cell, "tcPr/gridSpan"), 1, 1, MAX_COLUMNS)
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                owner = (row, column)
                if merge is not None and merge.get(f"{W}val") != "restart":
                    owner = above.get(column, owner)
                if owner == (row, column):
                    cells.texts[owner] = join_paragraphs(lines).replace("\t", " ").replace(_PAGE, "")
                end = cells.cover(owner, row, column, 1, span)
                above.update(dict.fromkeys(range(column, end), owner))
                column = end
        for line in cells.lines():
            if any(line):
                yield "\t".join(line)


def _own(parent: Any, tag: str, owner: str) -> list[Any]:
    """Descendants with this tag whose nearest ancestor with the tag `owner` is `parent` itself."""
    return [item for item in parent.iter(tag) if next(item.iterancestors(owner), None) is parent]


def _boxes(paragraph: Any) -> list[Any]:
    """Text boxes of a paragraph, without those that stand inside another one of it."""
    return [
        box
        for box in _own(paragraph, f"{W}txbxContent", f"{W}p")
        if not any(parent.tag == f"{_MC}Fallback" for parent in box.iterancestors())
    ]


def _plain(element: Any) -> str:
    """All text of an element, also what was deleted."""
    return "".join(item.text or "" for item in element.iter(f"{W}t", f"{W}delText"))
