"""The view of one office: its telephones with their dates, and all that notices charge it with, by notice."""

from __future__ import annotations

from collections.abc import Sequence

from index.engine import IndexedClause
from index.office_list import OfficeEntry
from retriever.citation import cited_place
from retriever.page.card import ROLES
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.marks import mark
from retriever.page.markup import Html, el
from retriever.page.offices import offices_view, phone_lines
from retriever.page.pager import page_of, pager
from retriever.page.status import badge
from retriever.page.view import Place, View

_NOTICES = 20  # on a page
_OPEN = 5  # duties of one notice that are not folded
_AROUND = 80  # characters of a long clause before and behind the name
Duty = tuple[str, IndexedClause]


def office_view(collection: Collection, view: View) -> Html:
    """The office; for a name that is none, those whose names hold it."""
    office = collection.office(view.office)
    if office is None:
        return offices_view(collection, View(place=Place.OFFICES, find=view.office))
    duties = _by_notice(collection, office)
    count = -(-len(duties) // _NOTICES)
    page = page_of(view, count)
    shown = duties[(page - 1) * _NOTICES : page * _NOTICES]
    total = sum(map(len, duties))
    others = [name for name, _ in office.names.most_common() if name != office.name]
    turn = pager(view, page, count, "职责的各页", "duties-head")
    return el(
        "section",
        el("p", el("a", "‹ 单位电话", href="?view=offices"), cls="back"),
        el("h1", office.name, id="list-head", tabindex=-1),
        el("p", f"公报里也写作：{'、'.join(others)}", cls="small") if others else None,
        el("h2", "电话"),
        *(phone_lines(collection, office) or [el("p", "收录的公报里没有写它的电话。", cls="why")]),
        el("h2", f"职责（{total} 条，在 {len(duties)} 篇公文里）", id="duties-head", tabindex=-1),
        el("p", "有效的、新的公文在前。", cls="small") if duties else None,
        el("ol", *(el("li", _notice(one, list(office.names))) for one in shown), cls="hits")
        if duties
        else el("p", "收录的公报里没有写它负责或配合什么。", cls="why"),
        turn,
        el("p", el("a", f"问一问：{office.name}负责哪些工作？", href=View(q=f"{office.name}负责哪些工作？").href)),
        aria_labelledby="list-head",
        cls="browse office",
    )


def _by_notice(collection: Collection, office: OfficeEntry) -> list[list[Duty]]:
    """The clauses that charge it with something, each with its part; by notice, those in force and the newest first."""
    notices: dict[int, dict[int, Duty]] = {}
    for role, ids in office.roles.items():
        for clause_id in ids:
            entry = collection.clause(clause_id)
            if entry is not None:
                notices.setdefault(entry.ordinal, {}).setdefault(entry.row, (role, entry))
    listed = [[mine[row] for row in sorted(mine)] for mine in notices.values()]

    def age(mine: list[Duty]) -> tuple[bool, str]:
        notice = mine[0][1].notice
        return notice.status.holds, notice.date or ""

    return sorted(listed, key=age, reverse=True)


def _notice(duties: Sequence[Duty], names: Sequence[str]) -> Html:
    notice = duties[0][1].notice
    bits = [el("span", bit, cls="bit") for bit in (notice.doc_number, chinese_date(notice.date)) if bit]
    rest = duties[_OPEN:]
    return el(
        "article",
        el("h3", el("a", notice.title, href=View(place=Place.NOTICE, notice=notice.notice_id).href)),
        el("p", *bits, badge(notice), cls="from"),
        el("ul", *(_duty(one, names) for one in duties[:_OPEN]), cls="duties"),
        el(
            "details",
            el("summary", f"这篇公文里还有 {len(rest)} 条"),
            el("ul", *(_duty(one, names) for one in rest), cls="duties"),
        )
        if rest
        else None,
        cls="hit",
    )


def _duty(duty: Duty, names: Sequence[str]) -> Html:
    role, entry = duty
    place = cited_place(entry.notice, entry.clause) or "正文"
    target = View(place=Place.NOTICE, notice=entry.notice.notice_id, clause=entry.clause_id)
    return el(
        "li",
        el("span", ROLES.get(role, "有关单位"), cls="role"),
        el("p", mark(_excerpt(entry.text, names), tuple(names))),
        el("a", f"看原文：{place}", href=target.href, cls="bit"),
    )


def _excerpt(text: str, names: Sequence[str]) -> str:
    """A short clause as it is; of a long one what stands around the office's name."""
    flat = text.replace("\n", " ")
    if len(flat) <= 2 * _AROUND + 40:
        return flat
    at = min((found for name in names if (found := flat.find(name)) >= 0), default=0)
    begin, end = max(at - _AROUND, 0), at + _AROUND + 40
    return ("……" if begin else "") + flat[begin:end] + ("……" if end < len(flat) else "")
