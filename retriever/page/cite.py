"""The styles in which the page offers a clause's citation."""

from __future__ import annotations

import re

from index.engine import IndexedClause
from retriever.citation import citation, cited_place, cited_title, gazette, quotation


def styles(entry: IndexedClause) -> tuple[tuple[str, str], ...]:
    """(name, citation) for every style, the usual one first; where the gazette has it too, if it says so."""
    printed = gazette(entry.source)
    more = () if printed is None else (("注明公报", f"{citation(entry.notice, entry.clause)}，载{printed}"),)
    return (
        ("公文", citation(entry.notice, entry.clause)),
        ("带原文", f"“{quotation(entry.clause)}”——{citation(entry.notice, entry.clause)}"),
        ("Markdown", quote_markdown(entry)),
        ("GB/T 7714", gb7714(entry)),
        *more,
    )


def gb7714(entry: IndexedClause) -> str:
    """GB/T 7714—2015, 其他 [Z]: 责任者. 题名: 文号[Z]. 日期: 所在部分."""
    notice = entry.notice
    title = cited_title(notice, entry.clause)
    title = f"{title}: {notice.doc_number}" if notice.doc_number else title
    author = f"{notice.issuer}. " if notice.issuer else ""
    date = f" {notice.date}" if notice.date else ""
    place = cited_place(notice, entry.clause)
    tail = f"{date}: {place}." if place else f"{date}."
    return f"{author}{title}[Z].{tail}"


def source_line(entry: IndexedClause) -> str:
    """Where the clause stands in the file it was read from: lines, and pages where it has them."""
    clause = entry.clause
    where = f"{'、'.join(entry.files)} 第 {_span(clause.lines.start, clause.lines.end)} 行"
    if clause.pages is not None:
        where += f"（第 {_span(clause.pages.start, clause.pages.end)} 页）"
    return where


def _span(start: int, end: int) -> str:
    return str(start) if start == end else f"{start}–{end}"


def quote_markdown(entry: IndexedClause) -> str:
    """The clause as a Markdown quotation with its citation."""
    lines = [f"> {markdown_text(line)}" for line in quotation(entry.clause).splitlines()]
    return "\n".join([*lines, ">", f"> ——{markdown_text(citation(entry.notice, entry.clause))}"])


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&])")
_LINE_START = re.compile(r"^(\s*)(\d+)([.)])(?=\s)|^(\s*)([-+=>])", re.M)


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is: no link, picture, heading, list or raw HTML comes of it."""
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return _LINE_START.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", escaped)
