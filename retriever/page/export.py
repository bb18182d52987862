"""Chosen clauses as Markdown, CSV or a Word document: what was asked and when it was written, each notice with its
title and status (by what it was repealed), each clause with citation, source, and what is uncertain of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from corpus.doubt_words import caution
from corpus.model import Notice
from index.engine import IndexedClause
from retriever.citation import citation, cited_place, in_title_marks
from retriever.page.cite import markdown_text, quote_markdown, source_line
from retriever.page.dates import chinese_date, today
from retriever.page.markup import clean, words_of
from retriever.page.status import NAMES, status_note

MAX_CLAUSES = 1000  # that may be chosen for one export, and in a Word document, which takes 6 s for them
MAX_ROWS = 20_000  # of one notice, in the other forms, which are made at once
TITLE = "公报条款摘录"
_COLUMNS = (
    *("序号", "文号", "标题", "发文机关", "成文日期", "状态", "位置", "正文", "引用", "原件", "存疑"),
    *("状态说明", "问题", "导出日期"),
)


@dataclass(frozen=True, slots=True)
class Export:
    """A file to download."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an export was made for: the question, if one was asked, whose gazettes they are, and the day."""

    question: str = ""
    place: str = ""
    day: dt.date = field(default_factory=today)

    def lines(self) -> list[str]:
        """For the head of a document."""
        place = f"出自：{self.place}公报" if self.place else ""
        asked = f"问题：{' '.join(self.question.split())}" if self.question else ""
        return [line for line in (place, asked, f"导出日期：{chinese_date(self.day.isoformat())}") if line]


def export(entries: Sequence[IndexedClause], form: str, occasion: Occasion | None = None) -> Export:
    """The clauses as a file. `form` is one of FORMS (KeyError otherwise)."""
    ending, media_type, write = FORMS[form]
    return Export(f"{TITLE}.{ending}", media_type, write(entries, occasion or Occasion()))


Numbered = list[tuple[int, IndexedClause]]


def by_notice(entries: Sequence[IndexedClause]) -> Iterator[tuple[Notice, Numbered]]:
    """The clauses with their numbers, those of one notice that follow each other under it."""
    for _, group in groupby(enumerate(entries, 1), key=lambda pair: pair[1].notice.notice_id):
        members = list(group)
        yield members[0][1].notice, members


def notice_lines(notice: Notice) -> list[str]:
    """What stands below a notice's title: number, issuer, date, and its status with the reason."""
    facts = [notice.doc_number, notice.issuer, chinese_date(notice.date)]
    return ["　".join(filter(None, facts)), f"状态：{words_of(status_note(notice))}"]


def clause_head(number: int, entry: IndexedClause) -> str:
    return f"{number}. {cited_place(entry.notice, entry.clause) or '正文'}"


def markdown(entries: Sequence[IndexedClause], occasion: Occasion) -> bytes:
    """One section a notice, and in it one a clause: place, quotation with citation, source."""
    parts = [f"# {TITLE}", *map(markdown_text, occasion.lines())]
    for notice, members in by_notice(entries):
        parts.append(f"## {markdown_text(in_title_marks(notice.title))}")
        parts += [markdown_text(line) for line in notice_lines(notice) if line]
        for number, entry in members:
            parts.append(f"### {markdown_text(clause_head(number, entry))}")
            if entry.path:
                parts.append(markdown_text(" › ".join(entry.path)))
            parts.append(quote_markdown(entry))
            parts.append(f"原件：{markdown_text(source_line(entry))}")
            if doubt := caution(entry.uncertain):
                parts.append(markdown_text(doubt))
    return (clean("\n\n".join(parts)) + "\n").encode()


def _row(number: int, entry: IndexedClause, occasion: Occasion) -> tuple[str, ...]:
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
        words_of(status_note(notice)),
        occasion.question,
        occasion.day.isoformat(),
    )


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: such a cell gets an apostrophe in front.

    Spreadsheets look past leading white space, and some fold full-width signs.
    """
    bare = cell.lstrip("\t\r\n \u3000\ufeff")
    risky = bare[:1] in tuple("=+-@|%＝＋－＠") or cell[:1] in ("\t", "\r", "\n")
    return f"'{cell}" if risky and bare else cell


def table(entries: Sequence[IndexedClause], occasion: Occasion) -> bytes:
    """CSV with a byte order mark, without which Excel reads UTF-8 as something else."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for number, entry in enumerate(entries, 1):
        writer.writerow([harmless(clean(cell)) for cell in _row(number, entry, occasion)])
    return out.getvalue().encode("utf-8-sig")


def word(entries: Sequence[IndexedClause], occasion: Occasion) -> bytes:
    """A Word document."""
    from retriever.page import word_document  # python-docx takes its time to load

    document = word_document.Paper(TITLE)
    for line in occasion.lines():
        document.line(line)
    for notice, members in by_notice(entries):
        document.heading(in_title_marks(notice.title), 1)
        for line in filter(None, notice_lines(notice)):
            document.line(line)
        for number, entry in members:
            document.heading(clause_head(number, entry), 2)
            if entry.path:
                document.line(" › ".join(entry.path))
            document.quote(entry.text)
            document.line(f"引用：{citation(entry.notice, entry.clause)}")
            document.line(f"原件：{source_line(entry)}")
            if doubt := caution(entry.uncertain):
                document.line(doubt)
    return document.data()


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS: dict[str, tuple[str, str, Callable[[Sequence[IndexedClause], Occasion], bytes]]] = {
    "md": ("md", "text/markdown; charset=utf-8", markdown),
    "csv": ("csv", "text/csv; charset=utf-8", table),
    "docx": ("docx", _WORD, word),
}
