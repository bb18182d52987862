"""Chosen clauses as Markdown, CSV or a Word document, with citation, source, and what is uncertain of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.doubt_words import caution
from index.engine import IndexedClause
from retriever.citation import citation
from retriever.page.cite import markdown_text, quote_markdown, source_line
from retriever.page.markup import clean
from retriever.page.status import NAMES

MAX_CLAUSES = 1000  # in one export; a Word document of them takes 6 s
TITLE = "公报条款摘录"
_COLUMNS = ("序号", "文号", "标题", "发文机关", "成文日期", "状态", "位置", "正文", "引用", "原件", "存疑")


@dataclass(frozen=True, slots=True)
class Export:
    """A file to download."""

    name: str
    media_type: str
    data: bytes


def export(entries: Sequence[IndexedClause], form: str) -> Export:
    """The clauses as a file. `form` is one of FORMS (KeyError otherwise)."""
    ending, media_type, write = FORMS[form]
    return Export(f"{TITLE}.{ending}", media_type, write(entries))


def markdown(entries: Sequence[IndexedClause]) -> bytes:
    """One section a clause: title, place, quotation with citation, source."""
    parts = [f"# {TITLE}"]
    for number, entry in enumerate(entries, 1):
        head = entry.notice.doc_number or entry.notice.title
        parts.append(f"## {number}. {markdown_text(head)}（{NAMES[entry.notice.status.value]}）")
        if entry.path:
            parts.append(markdown_text(" › ".join(entry.path)))
        parts.append(quote_markdown(entry))
        parts.append(f"原件：{markdown_text(source_line(entry))}")
        if doubt := caution(entry.uncertain):
            parts.append(markdown_text(doubt))
    return (clean("\n\n".join(parts)) + "\n").encode()


def _row(number: int, entry: IndexedClause) -> tuple[str, ...]:
    notice = entry.notice
    return (
        str(number),
        notice.doc_number or "",
        notice.title,
        notice.issuer or "",
        notice.date or "",
        NAMES[notice.status.value],
        " › ".join(entry.path),
        entry.text,
        citation(notice, entry.clause),
        source_line(entry),
        caution(entry.uncertain) or "",
    )


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: such a cell gets an apostrophe in front.

    Spreadsheets look past leading white space, and some fold full-width signs.
    """
    bare = cell.lstrip("\t\r\n \u3000\ufeff")
    risky = bare[:1] in tuple("=+-@|%＝＋－＠") or cell[:1] in ("\t", "\r", "\n")
    return f"'{cell}" if risky and bare else cell


def table(entries: Sequence[IndexedClause]) -> bytes:
    """CSV with a byte order mark, without which Excel reads UTF-8 as something else."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for number, entry in enumerate(entries, 1):
        writer.writerow([harmless(clean(cell)) for cell in _row(number, entry)])
    return out.getvalue().encode("utf-8-sig")


def word(entries: Sequence[IndexedClause]) -> bytes:
    """A Word document: a heading for each clause, its text as a quotation, citation and source."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    document.core_properties.title = TITLE
    document.core_properties.author = ""
    document.core_properties.comments = ""
    for style in ("Normal", "Title", "Heading 1", "Quote"):
        fonts = document.styles[style].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), "SimSun" if style in ("Normal", "Quote") else "SimHei")
    document.add_heading(TITLE, 0)
    for number, entry in enumerate(entries, 1):
        head = entry.notice.doc_number or entry.notice.title
        document.add_heading(clean(f"{number}. {head}（{NAMES[entry.notice.status.value]}）"), 1)
        if entry.path:
            document.add_paragraph(clean(" › ".join(entry.path)))
        document.add_paragraph(clean(entry.text), style="Quote")
        document.add_paragraph(clean(f"引用：{citation(entry.notice, entry.clause)}"))
        document.add_paragraph(clean(f"原件：{source_line(entry)}"))
        if doubt := caution(entry.uncertain):
            document.add_paragraph(clean(doubt))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS: dict[str, tuple[str, str, Callable[[Sequence[IndexedClause]], bytes]]] = {
    "md": ("md", "text/markdown; charset=utf-8", markdown),
    "csv": ("csv", "text/csv; charset=utf-8", table),
    "docx": ("docx", _WORD, word),
}
