"""The view of one notice: what is known of it, and its whole text, opened at a clause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus.doubt_words import caution, words_of
from corpus.model import CorpusNotice, Doubt, Notice, Role
from corpus.place import Step, StepKind
from corpus.text import squash
from index.engine import IndexedClause
from retriever.neighbours import HEADINGS
from retriever.page.aids import NOTICE, aids
from retriever.page.card import tel
from retriever.page.clause import body, citations, doubt_note, pick_box, source, wording_note
from retriever.page.collection import Collection
from retriever.page.contents import anchor, contents
from retriever.page.dates import chinese_date
from retriever.page.marks import mark
from retriever.page.markup import Html, el, esc, join
from retriever.page.notice_find import Finds, find_box, found_line
from retriever.page.notice_pages import Pages, pages_of
from retriever.page.original_view import original
from retriever.page.pager import pager
from retriever.page.related import related
from retriever.page.results import export_bar
from retriever.page.share import printed_code
from retriever.page.status import status_note
from retriever.page.view import ALL, Place, View

_MOST_PHONES = 6
_FIND_FROM = 8  # clauses; a shorter notice needs no box to find something in it


def notice_view(collection: Collection, view: View) -> Html:
    """The notice, or one line that it is not there."""
    shown = collection.notice(view.notice)
    if shown is None:
        missing = f"没有收录“{view.notice}”这篇公文。"
        return el(
            "section",
            el("h1", "找不到这篇公文"),
            el("p", missing, el("a", "看公文目录", href="?view=notices")),
            cls="card",
        )
    view = view.but(notice=shown.notice.notice_id)
    clauses = collection.clauses_of(shown.notice.notice_id)
    standing = [entry for entry in clauses if not _shown_elsewhere(entry)]
    finds = Finds.of(view.find, standing)
    pages = pages_of(clauses, view, finds.first())
    text = _Text(pages, finds, finds.words or (collection.words(view.q) if view.q else ()), view)
    above, turn = (
        pager(view.but(clause=""), pages.number, len(pages.pages), label, "text") if pages.number else None
        for label in ("公文的各页", "公文的各页（正文后）")
    )
    return el(
        "article",
        _back(view),
        el("h1", shown.notice.title, id="notice-head", tabindex=-1),
        status_note(shown.notice),
        _doubts(shown.notice),
        _facts(shown),
        related(shown.notice, view),
        aids(NOTICE),
        contents(standing, pages, view),
        find_box(view) if len(standing) >= _FIND_FROM else None,
        found_line(finds, pages, view),
        _ways(pages, view),
        above,
        el("div", *text.lines(_places(shown.notice, clauses)), id="text", tabindex=-1, cls="full"),
        turn,
        export_bar(("notice", shown.notice.notice_id), ("q", view.q)),
        printed_code(view),
        cls="notice",
        aria_labelledby="notice-head",
    )


def _back(view: View) -> Html | None:
    if not view.q:
        return el("p", el("a", "‹ 公文目录", href="?view=notices"), cls="back")
    target = view.but(place=Place.ASK, notice="", clause="")
    return el("p", el("a", f"‹ 回到“{view.q[:20]}”的结果", href=target.href), cls="back")


def _doubts(notice: Notice) -> Html | None:
    """All that the program isn't sure of in this notice, with the lines to look at."""
    if not notice.uncertain:
        return None
    items = [el("li", words_of(doubt)) for doubt in notice.uncertain]
    return el(
        "div", el("p", "这篇公文有机器没有把握的地方，引用前请核对原文："), el("ul", *items), cls="doubt", role="note"
    )


def _places(notice: Notice, clauses: Sequence[IndexedClause]) -> dict[int, str]:
    """The row of the first clause that a doubt inside the text concerns, and what is to be said above it."""
    places: dict[int, list[Doubt]] = {}
    for doubt in notice.uncertain:
        own = (entry for entry in clauses if entry.clause.file is None)
        first = next((entry for entry in own if entry.clause.lines.end >= doubt.lines.start), None)
        if first is not None and doubt.lines.start > notice.lines.start:
            places.setdefault(first.row, []).append(doubt)
    return {row: caution(doubts) or "" for row, doubts in places.items()}


def _facts(shown: CorpusNotice) -> Html:
    notice = shown.notice
    phones = _phones(notice)
    rows: list[tuple[str, str | Html | None]] = [
        ("文号", notice.doc_number),
        ("发文机关", notice.issuer),
        ("成文日期", chinese_date(notice.date) or None),
        ("栏目", notice.section),
        ("主送", notice.addressee),
        ("咨询单位", notice.unit),
        ("咨询电话", phones),
        ("附件", "；".join(notice.attachments) or None),
        ("有效期", _validity(notice)),
        ("公报页码", f"第 {notice.contents_page} 页" if notice.contents_page else None),
        ("原件", f"{'、'.join(shown.files)} 第 {notice.lines.start}–{notice.lines.end} 行"),
    ]
    return el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in rows if value), cls="facts")


def _phones(notice: Notice) -> Html | None:
    """The notice's telephones, each with its office where that is not the contact unit; the first few of many."""
    shown = []
    for phone in notice.phones[:_MOST_PHONES]:
        office = phone.unit if phone.unit != notice.unit else None
        shown.append(join([esc(f"{office} ") if office else Html(""), tel(phone.phone)]))
    if len(notice.phones) > _MOST_PHONES:
        shown.append(esc(f"等 {len(notice.phones)} 个，见正文"))
    return join(shown, "　") if shown else None


def _validity(notice: Notice) -> str | None:
    if notice.valid_until is None:
        return None
    return f"{chinese_date(notice.valid_from or notice.date) or '……'}至{chinese_date(notice.valid_until)}"


def _ways(pages: Pages, view: View) -> Html:
    """Other forms of the same text: with a button for each clause, and all on one page."""
    links = [
        el("a", "收起每一条的按钮", href=view.but(tools=False).href)
        if view.tools
        else el("a", "逐条引用、打勾导出", href=view.but(tools=True).href)
    ]
    if len(pages.pages) > 1:
        links.append(
            el("a", "全文显示在一页（方便打印）", href=view.but(page=ALL).href)
            if pages.number
            else el("a", "分页显示", href=view.but(page="").href)
        )
    return el("p", *links, cls="ways")


@dataclass(frozen=True, slots=True)
class _Text:
    """What is shown of a notice's text, and how."""

    pages: Pages
    finds: Finds
    words: Sequence[str]
    view: View

    def lines(self, doubts: Mapping[int, str]) -> list[Html]:
        """Every clause of the page in order; the rows of one table together. `doubts` go above their rows."""
        out: list[Html] = []
        for table, run in groupby(self.pages.shown, key=_table_of):
            entries = list(run)
            if table is not None:
                out += [el("p", doubts[entry.row], cls="doubt") for entry in entries if entry.row in doubts]
                out.append(self._table(entries))
                continue
            for entry in entries:
                out += [el("p", doubts[entry.row], cls="doubt")] if entry.row in doubts else []
                out.append(self._clause(entry))
        return out

    def _clause(self, entry: IndexedClause) -> Html:
        here = entry.clause_id == self.view.clause
        step = self.finds.step(entry, self.pages, self.view)
        if entry.role in HEADINGS:
            if _shown_elsewhere(entry):
                return Html("")
            # A page may begin below a heading of the page before: levels start at the first one's.
            above = next(one for one in self.pages.shown if one.role in HEADINGS and not _shown_elsewhere(one))
            level = max(_level(entry) - (_level(above) - 2), 2)
            text = mark(entry.text, self.words)
            return el(f"h{level}", text, step, id=anchor(entry.row), cls="target" if here else None, tabindex=-1)
        return el(
            "div",
            el("p", "您查的就是这一条", cls="here") if here else None,
            step,
            body(entry, self.words),
            wording_note(entry),
            _actions(entry) if here else self._cite(entry),
            id=anchor(entry.row),
            cls=f"clause {entry.clause.kind.value}" + (" target" if here else ""),
            tabindex=-1,
        )

    def _cite(self, entry: IndexedClause) -> Html:
        """Citing a clause: its buttons folded; or, for the Tab key needn't go through a thousand of them, a link for
        the pointer that opens the page with the buttons of this one."""
        if self.view.tools:
            return el("details", el("summary", el("span", "引用这一条", cls="quiet")), _actions(entry), cls="cite-here")
        target = self.view.but(clause=entry.clause_id, page="", find="")
        return el("a", "引用这一条", href=target.href, tabindex=-1, cls="cite-here")

    def _table(self, entries: Sequence[IndexedClause]) -> Html:
        heads = list(dict.fromkeys(head for entry in entries for head, _ in entry.clause.cells))
        rows = []
        for entry in entries:
            cells = dict(entry.clause.cells)
            here = entry.clause_id == self.view.clause
            step = self.finds.step(entry, self.pages, self.view)
            shown = [mark(cells.get(head, ""), self.words) for head in heads]
            rows.append(
                el(
                    "tr",
                    *(el("td", step if not at else None, cell) for at, cell in enumerate(shown)),
                    id=anchor(entry.row),
                    cls="target" if here else None,
                    tabindex=-1,
                )
            )
        caption = entries[0].path[-1] if entries[0].path else entries[0].notice.title
        table = el(
            "table",
            el("caption", caption, cls="unseen"),  # it stands above as a heading
            el("thead", el("tr", *(el("th", head, scope="col") if head else el("td") for head in heads)))
            if any(heads)
            else None,
            el("tbody", *rows),
        )
        return el("div", table, cls="scroll", tabindex=0, role="region", aria_label=squash(caption)[:40] or "表格")


def _table_of(entry: IndexedClause) -> tuple[Step, ...] | None:
    """The place of the table that a row stands in; None for everything that is no row."""
    return entry.clause.place.table if entry.role is Role.ROW and entry.clause.cells else None


def _level(entry: IndexedClause) -> int:
    return min(2 + max(len(entry.path) - 1, 0), 4)


def _shown_elsewhere(entry: IndexedClause) -> bool:
    """The title stands above as h1, the head of a table in the table."""
    step = entry.clause.place.last
    return (step.kind is StepKind.TITLE and not entry.path) or (step.kind is StepKind.TABLE_HEAD and "｜" in entry.text)


def _actions(entry: IndexedClause) -> Html:
    parts = (original(entry), citations(entry), pick_box(entry, "选中"), doubt_note(entry), source(entry))
    return el("div", *parts, cls="actions")
