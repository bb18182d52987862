"""All text of a file, taken out by other means than the parser's: what it leaves behind shows against this.

Word, web pages, Markdown, PDF and Excel by lxml, markdown-it-py, pypdfium2 and python-calamine, without any thought of
what is furniture.
"""

from __future__ import annotations

import io
import re
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.reading import decode
from corpus.text import squash

_WORD_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_UNSHOWN = ("script", "style", "noscript", "template", "head")
_OTHERS = (".txt", ".md", ".doc", ".xls")  # names under which pages are saved, too
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_LARGEST = 50 << 20  # bytes of a Word file's text part
RUN = 6  # letters that show where a text stands


def plain_letters(path: Path) -> str | None:
    """The letters and digits of a file; None where its form isn't read here, or what reads it is missing."""
    suffix = path.suffix.lower()
    try:
        data = path.read_bytes()
        if suffix in (".html", ".htm") or (suffix in _OTHERS and _PAGE.match(data[:1000])):
            return squash(_html(data))
        if suffix == ".md":
            return squash(_markdown(decode(data, "")[0]))
        if suffix == ".txt":
            return squash(decode(data, "")[0])
        if suffix in (".xls", ".xlsx"):
            return squash(_excel(data))
        if suffix == ".docx":
            return squash(_docx(data))
        if suffix == ".pdf":
            return squash(_pdf(data))
    except (ImportError, InputError, OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    return None


def _html(data: bytes) -> str:
    html: Any = import_module("lxml.html")
    try:
        data = decode(data, "")[0].encode()
        root = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))
    except html.etree.ParserError:
        return ""
    for element in [*root.iter(*_UNSHOWN)]:
        element.drop_tree()
    return str(root.text_content())


def _markdown(text: str) -> str:
    """What a reader of the rendered document sees: no addresses of links and pictures, no tags."""
    markdown: Any = import_module("markdown_it")
    return _html(markdown.MarkdownIt("commonmark").render(text).encode())


def _docx(data: bytes) -> str:
    etree: Any = import_module("lxml.etree")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.getinfo("word/document.xml").file_size > _LARGEST:
            return ""
        part = archive.read("word/document.xml")
    try:
        root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return ""
    return "".join(element.text or "" for element in root.iter(_WORD_TEXT))


def _excel(data: bytes) -> str:
    """All values of all sheets. Whole numbers are written as such."""
    calamine: Any = import_module("python_calamine")
    try:
        with calamine.load_workbook(io.BytesIO(data)) as book:
            sheets = [book.get_sheet_by_index(at).to_python() for at in range(len(book.sheet_names))]
    except calamine.CalamineError:
        return ""
    values = (value for rows in sheets for row in rows for value in row)
    return "\n".join(f"{value:.12g}" if isinstance(value, float) else str(value) for value in values)


def _pdf(data: bytes) -> str:
    pypdfium2: Any = import_module("pypdfium2")
    try:
        with pypdfium2.PdfDocument(data) as document:
            return "".join(page.get_textpage().get_text_range() for page in document)
    except pypdfium2.PdfiumError:
        return ""


def kept(whole: str, text: str) -> int:
    """How many letters of `whole` stand in `text`, too, in runs of six letters or more."""
    runs = {text[at : at + RUN] for at in range(len(text) - RUN + 1)}
    covered = end = 0
    for at in range(len(whole) - RUN + 1):
        if whole[at : at + RUN] in runs:
            covered += at + RUN - max(at, end)
            end = at + RUN
    return covered
