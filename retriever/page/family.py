"""The page of a title with several texts: which there are, what happened to each, and what changed between two."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.events import Event, EventKind
from corpus.model import CorpusNotice, Notice
from index.engine import IndexedClause
from retriever.citation import cited_place
from retriever.families import text_day
from retriever.page.changes import Change, Comparison, Piece, compare
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.markup import Html, el, join
from retriever.page.status import badge
from retriever.page.view import Place, View

EVENTS = {
    EventKind.ADOPTED: "通过",
    EventKind.PUBLISHED: "公布",
    EventKind.IN_FORCE: "起施行",
    EventKind.AMENDED: "修改",
    EventKind.CORRECTED: "更正",
    EventKind.REISSUED: "修订",
    EventKind.PARTLY_REPEALED: "部分废止",
    EventKind.REPLACED: "已有新文本",
    EventKind.EXPIRED: "有效期最后一天",
    EventKind.REPEALED: "废止",
}
_MOST = 300  # changed clauses on one page


def family_view(collection: Collection, view: View) -> Html:
    """The timeline of a notice's title, and the changes from the text before it, or from the one chosen."""
    shown = collection.notice(view.notice)
    if shown is None:
        text = f"没有收录“{view.notice}”这篇公文。"
        return el("section", el("h1", "找不到这篇公文"), el("p", text), cls="card")
    members = _members(collection, shown)
    at = next(place for place, one in enumerate(members) if one.notice.notice_id == shown.notice.notice_id)
    other = next((one for one in members if one.notice.notice_id == view.other), None)
    if other is None and len(members) > 1:
        other = members[at + 1] if at + 1 < len(members) else members[at - 1]
    return el(
        "article",
        el("p", el("a", "‹ 回到公文", href=View(place=Place.NOTICE, notice=view.notice, on=view.on).href), cls="back"),
        el("h1", shown.notice.title, id="notice-head", tabindex=-1),
        el("p", f"同一标题收录了 {len(members)} 个文本，新的在前。", cls="small"),
        el("h2", "各个文本和经过"),
        el("ol", *(_text(one, shown, view) for one in members), cls="versions"),
        None if other is None else _changes(collection, shown, other),
        cls="notice family",
        aria_labelledby="notice-head",
    )


def _members(collection: Collection, shown: CorpusNotice) -> list[CorpusNotice]:
    """The texts of the same title, the newest first."""
    engine = collection.asker.engine
    ordinal = collection.places[shown.notice.notice_id]
    return [engine.notices[one] for one in collection.asker.families.of(ordinal)]


def _text(source: CorpusNotice, shown: CorpusNotice, view: View) -> Html:
    """One text with what happened to it."""
    notice = source.notice
    here = notice.notice_id == shown.notice.notice_id
    link = View(place=Place.NOTICE, notice=notice.notice_id, on=view.on)
    day = chinese_date(text_day(notice)) or "没有写日期"
    compared = view.but(other=notice.notice_id)
    return el(
        "li",
        el("p", el("a", f"{day}的文本", href=link.href), " ", badge(notice), f"　{notice.doc_number or '无文号'}"),
        timeline(notice),
        None if here else el("p", el("a", "和它对比", href=compared.href, aria_label=f"和{day}的文本对比")),
        aria_current="true" if here else None,
    )


def timeline(notice: Notice) -> Html | None:
    """What happened to a notice, in the order of days, each with the words that say so."""
    events = sorted(_once(notice.events), key=lambda event: (event.date is None, event.date or ""))
    if not events:
        return None
    return el("ul", *(el("li", *_event(event)) for event in events), cls="timeline")


def _once(events: Sequence[Event]) -> list[Event]:
    """Events of one day and kind by one clause once: a decision may amend ten articles."""
    return list({(event.kind, event.date, event.clause_id): event for event in reversed(events)}.values())


def _event(event: Event) -> list[Html | str]:
    target = View(place=Place.NOTICE, notice=event.notice_id, clause=event.clause_id)
    words = event.text if len(event.text) <= 80 else event.text[:79] + "…"
    day = chinese_date(event.date) or "日期没有写明"
    return [el("b", f"{day}　{EVENTS[event.kind]}"), "：", el("a", f"“{words}”", href=target.href)]


def _changes(collection: Collection, shown: CorpusNotice, other: CorpusNotice) -> Html:
    """What changed from the older of two texts to the newer one."""
    older, newer = sorted((shown.notice, other.notice), key=text_day)
    found = compare(collection.clauses_of(older.notice_id), collection.clauses_of(newer.notice_id))
    days = [chinese_date(text_day(one)) or "没有写日期" for one in (older, newer)]
    return el(
        "section",
        el("h2", f"从{days[0]}到{days[1]}的文本改了什么", id="changes-head"),
        el("p", _counted(found), cls="small"),
        el("p", el("del", "删去的字"), " ", el("ins", "新增的字"), cls="small", aria_hidden="true"),
        el("ol", *(_change(one) for one in found.changes[:_MOST]), cls="changes") if found.changes else None,
        el("p", f"只列前 {_MOST} 处。", cls="small") if len(found.changes) > _MOST else None,
        aria_labelledby="changes-head",
    )


def _counted(found: Comparison) -> str:
    added = sum(one.old is None for one in found.changes)
    removed = sum(one.new is None for one in found.changes)
    changed = len(found.changes) - added - removed
    if not found.changes:
        return f"两个文本的 {found.same} 条文字都相同。"
    return f"改动 {changed} 条，新增 {added} 条，删去 {removed} 条，其余 {found.same} 条文字相同。"


def _change(change: Change) -> Html:
    entry = change.new or change.old
    assert entry is not None
    target = View(place=Place.NOTICE, notice=entry.notice.notice_id, clause=entry.clause_id)
    where = cited_place(entry.notice, entry.clause) or "正文"
    kind = "新增" if change.old is None else "删去" if change.new is None else "改动"
    moved = _moved(change.old, change.new)
    return el(
        "li",
        el("p", el("b", kind), " ", el("a", where, href=target.href), moved),
        el("p", join([_piece(piece) for piece in change.pieces()]), cls="words"),
    )


def _moved(old: IndexedClause | None, new: IndexedClause | None) -> str | None:
    if old is None or new is None:
        return None
    before, after = cited_place(old.notice, old.clause), cited_place(new.notice, new.clause)
    return f"（原{before}）" if before and before != after else None


def _piece(piece: Piece) -> Html:
    """Words that changed, marked for the eye and for the ear."""
    if piece.op == "=":
        return el("span", piece.text)
    name, said = ("del", "删去") if piece.op == "-" else ("ins", "新增")
    return el(name, el("span", f"（{said}：", cls="unseen"), piece.text, el("span", "）", cls="unseen"))
