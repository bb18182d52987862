"""A clause on the page: its path as breadcrumbs, its text with marks, its citation and source."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.doubt_words import caution
from corpus.model import Role
from corpus.text import squash
from corpus.wordings import made_by
from index.engine import IndexedClause
from retriever.citation import in_title_marks
from retriever.page.cite import source_line, styles
from retriever.page.dates import chinese_date
from retriever.page.marks import mark
from retriever.page.markup import Html, el
from retriever.page.original_view import original
from retriever.page.view import Place, View


def own_heading(entry: IndexedClause, line: str) -> bool:
    """Whether a line is the clause's own heading, which stands last in its path too."""
    return bool(entry.path) and squash(line) == squash(entry.path[-1])


def crumbs(entry: IndexedClause) -> Html | None:
    """The headings above the clause, outermost first. Its own heading opens its text and is left out."""
    path = list(entry.path)
    if path and squash(entry.text).startswith(squash(path[-1])):
        path.pop()
    if not path:
        return None
    steps = [el("li", heading) for heading in path]
    return el("ol", *steps, cls="crumbs", aria_label="所在位置")


def body(entry: IndexedClause, words: Sequence[str], answer: str | None = None) -> Html:
    """The clause's text; a table row as its heads and cells."""
    clause = entry.clause
    if clause.role is Role.ROW and clause.cells:
        rows = [el("div", el("dt", head), el("dd", mark(cell, words, answer))) for head, cell in clause.cells]
        return el("dl", *rows, cls="cells")
    lines = []
    for line in entry.text.split("\n"):
        # An answer may run over a line break; each line marks the part of it that it holds.
        part = answer if answer is None or answer in line else _overlap(line, answer)
        inner = mark(line, words, part)
        lines.append(el("p", inner, cls="own-head" if own_heading(entry, line) else None))
    return el("div", *lines, cls="text")


def wording_note(entry: IndexedClause) -> Html | None:
    """That a clause reads as another document made it, with the words that were printed; or that an amendment
    doesn't fit what stands here."""
    clause = entry.clause
    made = made_by(clause)
    unfit = [one for one in clause.wordings if not one.fits]
    if not made and not unfit:
        return None  # none, or from a day to come
    last = (made or unfit)[-1]
    target = View(place=Place.NOTICE, notice=last.notice_id, clause=last.clause_id)
    link = el("a", last.doc_number or "修改它的公文", href=target.href)
    if not last.fits:
        return el("p", "这一条被 ", link, " 修改，但两处文字对不上，这里没有改动，请对照两份公文。", cls="unsure")
    day = f"（{chinese_date(last.since)}起）" if last.since else ""
    if clause.place.added == last.notice_id:
        return el("div", el("p", "这一条由 ", link, f" 增加{day}，原件里没有。"), cls="wording")
    if clause.place.added:
        return el("div", el("p", "这一条是后来增加的，按 ", link, f" 修改后的文字显示{day}。"), cls="wording")
    printed = el("details", el("summary", "看修改前的原文"), el("blockquote", clause.printed or ""))
    what = "修改后的文字" if any(one.label is None for one in made) else "调整后的序号"
    return el("div", el("p", "这一条按 ", link, f" {what}显示{day}。"), printed, cls="wording")


def _overlap(line: str, answer: str) -> str | None:
    return next((part for part in answer.split("\n") if part and part in line), None)


def notice_link(entry: IndexedClause, view: View, text: str) -> Html:
    """A link that opens the whole notice at this clause; the way back to the question is kept."""
    target = view.but(place=Place.NOTICE, notice=entry.notice.notice_id, clause=entry.clause_id)
    return el("a", text, href=target.href)


def source(entry: IndexedClause) -> Html:
    return el("p", f"原件：{source_line(entry)}", cls="source")


def doubt_note(entry: IndexedClause) -> Html | None:
    """What to check in the original before citing, where the program isn't sure."""
    text = caution(entry.uncertain)
    return None if text is None else el("p", text, cls="doubt")


def copy_button(text: str, label: str, name: str | None = None) -> Html:
    """A button that copies `text`; the script says 已复制 when it has."""
    return el("button", label, type="button", cls="copy", data_copy=text, aria_label=name)


def citations(entry: IndexedClause, label: str = "复制引用") -> Html:
    """Every citation style with its copy button, folded away."""
    rows = [
        el(
            "li",
            el("span", name, cls="style-name"),
            el("span", text, cls="style-text"),
            copy_button(text, "复制", f"复制{name}格式引用"),
        )
        for name, text in styles(entry)
    ]
    return el("details", el("summary", label), el("ul", *rows, cls="styles"), cls="cites")


def title_line(entry: IndexedClause) -> Html:
    """Title, number and date of the clause's notice."""
    notice = entry.notice
    bits = [bit for bit in (notice.doc_number, chinese_date(notice.date)) if bit]
    return el(
        "p",
        el("span", in_title_marks(notice.title), cls="title"),
        *(el("span", bit, cls="bit") for bit in bits),
        cls="from",
    )


def same_elsewhere(others: Sequence[IndexedClause], view: View) -> Html | None:
    """The other places with the same text, folded away."""
    if not others:
        return None
    items = [
        el(
            "li",
            title_line(entry),
            crumbs(entry),
            source(entry),
            doubt_note(entry),
            notice_link(entry, view, "看前后文"),
        )
        for entry in others
    ]
    return el("details", el("summary", f"另有 {len(items)} 处文字相同"), el("ul", *items), cls="same")


def actions(entry: IndexedClause, view: View, label: str = "复制引用") -> Html:
    """What can be done with a clause: read around it, see its page, cite it, choose it for export."""
    link = notice_link(entry, view, "看前后文")
    box = pick_box(entry, "选中，准备导出")
    return el("div", link, original(entry), citations(entry, label), box, cls="actions")


def pick_box(entry: IndexedClause, label: str) -> Html:
    """A check box that puts the clause into the selection to export."""
    box = el("input", type="checkbox", name="id", value=entry.clause_id, form="export")
    return el("label", box, label, cls="pick")
