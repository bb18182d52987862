"""The view of a question: answer card, then the clauses found, equal ones merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.duties import duties
from corpus.errors import GongbaoError
from corpus.text import squash
from index.engine import IndexedClause
from retriever.model import Hit, SearchResult
from retriever.notes import NoteKind
from retriever.page.card import answer_card, emergency_line, refused_card, trouble_card
from retriever.page.clause import actions, body, crumbs, doubt_note, same_elsewhere, source, wording_note
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.export import MAX_CLAUSES
from retriever.page.feedback_form import feedback_form
from retriever.page.filters import filters_of
from retriever.page.markup import Html, el, join
from retriever.page.site import Site, default_site
from retriever.page.status import badge
from retriever.page.view import COUNTS, View
from retriever.search import DEPTH

# By date, clauses count that score at least this share of the best one's score. Measured on every fourth
# question on the gazette: 95 % of the clauses found that answer do, and the median question has 8 such clauses.
_RELEVANT = 0.5
KEPT = "这个问题已记下，供编辑补充；电话、证件号已去掉，不记是谁问的。"
_NEAREST = 3  # clauses of a refused question whose offices are named, and offices
_BY_DATE = "新的在前。只列与问题相关程度较高的条款：至少有最相关那一条的一半。"


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses with the same text, the best first."""

    hits: tuple[Hit, ...]

    @property
    def entries(self) -> tuple[IndexedClause, ...]:
        return tuple(hit.entry for hit in self.hits)

    def holds(self, clause_id: str | None) -> bool:
        return any(hit.clause_id == clause_id for hit in self.hits)

    @property
    def first(self) -> IndexedClause:
        return self.hits[0].entry


def merge(hits: Sequence[Hit]) -> list[Group]:
    """Clauses whose letters and digits are equal become one, in the place of the best of them."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(squash(hit.text), []).append(hit)
    return [Group(tuple(same)) for same in grouped.values()]


def by_date(hits: Sequence[Hit]) -> list[Hit]:
    """All that are relevant enough, newest first; without a date last; of one day the more relevant first."""
    best = max((hit.score for hit in hits), default=0.0)
    enough = [hit for hit in hits if best <= 0 or hit.score >= _RELEVANT * best]
    return sorted(enough, key=lambda hit: (hit.date is not None, hit.date or "", -hit.rank), reverse=True)


def results(
    collection: Collection,
    view: View,
    feedback: bool,
    site: Site | None = None,
    refused: Callable[[str, str], None] | None = None,
) -> Html:
    """Search and show. Everything that goes wrong is a card with one clear line. `refused`, where such questions are
    kept, is told of a question without an answer and of the clause that is nearest."""
    try:
        count = 2 * DEPTH if view.sort == "date" else view.n  # by date, all that were found
        result = collection.asker.ask(view.q, k=count, mode=view.mode, filters=filters_of(view))
    except GongbaoError as err:
        return trouble_card(str(err))
    urgent = (site or default_site()).emergency(view.q)
    kept = refused is not None and urgent is None and _unanswered(result, view)
    if refused is not None and kept:
        refused(result.question, result.hits[0].clause_id if result.hits else "")
    shown = show(collection, result, view, feedback, site, kept=kept)
    return join([emergency_line(urgent), shown]) if urgent is not None else shown


def _unanswered(result: SearchResult, view: View) -> bool:
    """Whether a text for a question may be lacking: not where filters hide it, or nothing was asked."""
    unusable = any(note.kind is NoteKind.UNUSABLE for note in result.notes)
    bare = not view.filtered and (view.sort, view.mode, view.n) == ("score", "hybrid", COUNTS[0])
    return not result.answered and not unusable and bare


def show(
    collection: Collection,
    result: SearchResult,
    view: View,
    feedback: bool,
    site: Site | None = None,
    kept: bool = False,
) -> Html:
    """The card and the clauses of a result. `kept` says that the question was written down."""
    unusable = [note.text for note in result.notes if note.kind is NoteKind.UNUSABLE]
    if unusable:
        return trouble_card("；".join(unusable))
    words = collection.words(view.q)
    groups = merge(by_date(result.hits) if view.sort == "date" else result.hits)
    answering = collection.clause(result.answer.clause_id) if result.answer else None
    own = answering.clause_id if answering is not None else None
    if answering is not None:
        same = [entry for group in groups if group.holds(own) for entry in group.entries]
        others = [entry for entry in same if entry.clause_id != own]
        card = answer_card(result, answering, others, view, words)
    elif not result.hits and view.filtered:
        card = _nothing(view)
    else:
        near = _named_near(collection, result)
        card = refused_card(_reason(result), _here(collection), near, (site or default_site()).hotline)
    below = [group for group in groups if not group.holds(own)][: view.n]
    parts: list[Html] = [card]
    if kept:
        parts.append(el("p", KEPT, cls="small"))
    if feedback:
        parts.append(feedback_form(result, [group.first for group in below]))
    if below:
        parts.append(_list(below, view, words, answered=answering is not None))
    if below or answering is not None:
        here = [entry.clause_id for entry in ([answering] if answering is not None else [])]
        shown_ids = [*here, *(group.first.clause_id for group in below)]
        parts.append(export_bar(*(("all", one) for one in shown_ids), ("q", view.q)))
    return join(parts)


def _reason(result: SearchResult) -> str | None:
    """Why nothing answers; what is said of the index as a whole stands above on the page already."""
    return "；".join(note.text for note in result.notes if note.kind is not NoteKind.MODE) or None


def _here(collection: Collection) -> str:
    """What there is to be asked about: whose documents, how many, from when."""
    span = collection.dates
    dates = f"，{chinese_date(span[0])}至{chinese_date(span[1])}" if span else ""
    return f"{collection.place}{collection.asker.engine.info.notices} 篇公文{dates}"


def _named_near(collection: Collection, result: SearchResult) -> list[str]:
    """Offices that the nearest clauses name, by which somebody may be asked who knows more."""
    names: dict[str, None] = {}
    for hit in result.hits[:_NEAREST]:
        names |= dict.fromkeys(mention.name for mention in duties(hit.entry.clause) if mention.role == "lead")
    return list(names)[:_NEAREST]


def _nothing(view: View) -> Html:
    bare = View(q=view.q)
    return el(
        "section",
        el("h2", "在选定的范围里没有找到", id="answer-head", tabindex=-1),
        el("p", "筛选条件下没有相关条款。", el("a", "去掉筛选再查", href=bare.href), cls="why"),
        cls="card refused",
        aria_labelledby="answer-head",
    )


def _list(groups: Sequence[Group], view: View, words: Sequence[str], answered: bool) -> Html:
    head = "其他相关条款" if answered else "最接近的条款，仅供参考"
    items = [el("li", _hit(group, number, view, words)) for number, group in enumerate(groups, 1)]
    return el(
        "section",
        el("div", el("h2", f"{head}（{len(groups)}）", id="hits-head"), _sorting(view), cls="list-head"),
        el("p", _BY_DATE, cls="small") if view.sort == "date" else None,
        el("ol", *items, cls="hits"),
        _more(view, len(groups)),
        cls="found",
        aria_labelledby="hits-head",
    )


def _sorting(view: View) -> Html:
    links = []
    for value, label in (("score", "按相关程度"), ("date", "按日期")):
        current = view.sort == value
        links.append(el("a", label, href=view.but(sort=value).href, aria_current="true" if current else None))
    return el("p", el("span", "排序："), *links, cls="sorting")


def _more(view: View, shown: int) -> Html | None:
    wider = next((count for count in COUNTS if count > view.n), None)
    if wider is None or shown < view.n - 2:
        return None
    return el("p", el("a", f"多看一些（{wider} 条）", href=view.but(n=wider).href, cls="button quiet"), cls="more")


def _hit(group: Group, number: int, view: View, words: Sequence[str]) -> Html:
    entry = group.first
    notice = entry.notice
    bits = [el("span", bit, cls="bit") for bit in (notice.doc_number, chinese_date(notice.date)) if bit]
    return el(
        "article",
        el("h3", el("span", f"{number}. ", cls="number"), notice.title),
        el("p", *bits, badge(notice), cls="from"),
        crumbs(entry),
        body(entry, words),
        wording_note(entry),
        doubt_note(entry),
        source(entry),
        same_elsewhere(group.entries[1:], view),
        actions(entry, view),
        cls="hit",
    )


def export_bar(*page: tuple[str, str]) -> Html:
    """Export of the chosen clauses, or, when none is chosen, of all on the page: `page` are the fields
    that name those, and the question that it answers."""
    none = f"导出条款（带出处）：先在条款下面打勾，不打勾就导出本页全部；Word 一次最多 {MAX_CLAUSES} 条"
    buttons = [
        el("button", label, type="submit", name="format", value=value, cls="button quiet")
        for value, label in (("docx", "Word 文档"), ("csv", "表格（CSV）"), ("md", "Markdown"))
    ]
    return el(
        "form",
        *(el("input", type="hidden", name=name, value=value) for name, value in page),
        el("p", el("span", none, data_count="导出选中的 {n} 条（带出处）", data_none=none), id="export-label"),
        el("div", *buttons, cls="row"),
        id="export",
        action="export",
        method="post",
        cls="export",
        aria_labelledby="export-label",
    )
