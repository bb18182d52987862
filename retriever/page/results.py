"""The view of a question: answer card, then the clauses found, equal ones merged, by notice."""

from __future__ import annotations

from collections.abc import Callable

from corpus.duties import duties
from corpus.errors import GongbaoError
from retriever.model import SearchResult
from retriever.notes import NoteKind
from retriever.page.aids import ANSWER, REFUSAL, aids
from retriever.page.also import also
from retriever.page.card import answer_card, emergency_line, refused_card, then_link, trouble_card
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.export import MAX_CLAUSES
from retriever.page.facets import chosen_box, facet_box
from retriever.page.feedback_form import feedback_form
from retriever.page.filters import filters_of
from retriever.page.found import by_date, by_notice, found_list, merge, relevant
from retriever.page.markup import Html, el, join
from retriever.page.share import printed_code
from retriever.page.site import Site, default_site
from retriever.page.view import COUNTS, View
from retriever.search import DEPTH

KEPT = "这个问题已记下，供编辑补充；电话、证件号已去掉，不记是谁问的。"
_NEAREST = 3  # clauses of a refused question whose offices are named, and offices


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
        filters = filters_of(view, collection.options)
        # All that were found: they are counted, and listed by notice.
        result = collection.ask(view.q, k=2 * DEPTH, mode=view.mode, filters=filters, linked=0)
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
    enough = relevant(result.hits)
    pool = by_date(result.hits) if view.sort == "date" else result.hits
    groups = merge(pool)
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
        then = then_link(result, view)
        card = refused_card(_reason(result), _here(collection), near, (site or default_site()).hotline, then)
    listed = by_notice([group for group in groups if not group.holds(own)], enough)
    below = [entry for found in listed[: view.n] for entry in found.entries]
    parts: list[Html] = [card, also(result.parts, view), aids(ANSWER if answering is not None else REFUSAL)]
    if kept:
        parts.append(el("p", KEPT, cls="small"))
    if feedback:
        parts.append(feedback_form(result, below))
    if below:
        head = "其他相关条款" if answering is not None else "最接近的条款，仅供参考"
        narrow = [chosen_box(view), facet_box([hit.entry.source for hit in pool], view)]
        parts.append(found_list(listed, view, words, head, [one for one in narrow if one is not None]))
    if below or answering is not None:
        here = [answering] if answering is not None else []
        parts.append(export_bar(*(("all", entry.clause_id) for entry in [*here, *below]), ("q", view.q)))
    code = printed_code(view)
    return join([*parts, code] if code is not None else parts)


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
        chosen_box(view),
        cls="card refused",
        aria_labelledby="answer-head",
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
