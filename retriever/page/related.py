"""The documents that a notice has to do with: what it is based on, carries out, amends, and who names it."""

from __future__ import annotations

from collections.abc import Iterable

from corpus.events import Reference, Relation
from corpus.model import Notice
from retriever.citation import in_title_marks
from retriever.page.markup import Html, el
from retriever.page.view import Place, View

# (what it does to the other one, what the other one does to it)
NAMES = {
    Relation.BASIS: ("依据", "以它为依据的"),
    Relation.IMPLEMENTS: ("贯彻落实", "贯彻落实它的"),
    Relation.FORWARDS: ("转发、印发", "转发、印发它的"),
    Relation.AMENDS: ("修改", "修改它的"),
    Relation.REPEALS: ("废止", "废止它的"),
    Relation.CITES: ("提到", "提到它的"),
}
_OPEN = 12  # documents; more are folded


def related(notice: Notice, view: View) -> Html | None:
    """Both directions, by relation, each document once with the clause that names it; nothing where there are none."""
    rows = [*_rows(notice.references, 0, notice, view), *_rows(notice.referred_by, 1, notice, view)]
    if not rows:
        return None
    count = len(notice.references) + len(notice.referred_by)
    return el(
        "details",
        el("summary", f"相关公文（{count}）"),
        el("dl", *rows, cls="facts"),
        cls="related",
        open=count <= _OPEN,
    )


def _rows(references: Iterable[Reference], way: int, notice: Notice, view: View) -> list[Html]:
    found = list(references)
    rows = []
    for relation, names in NAMES.items():
        links = [el("li", *_link(one, way, notice, view)) for one in found if one.relation is relation]
        if links:
            rows.append(el("div", el("dt", names[way]), el("dd", el("ul", *links))))
    return rows


def _link(one: Reference, way: int, notice: Notice, view: View) -> list[Html]:
    """The other document, and the clause that names: of this notice, or of the other one."""
    number = f"（{one.doc_number}）" if one.doc_number else ""
    target = View(place=Place.NOTICE, notice=one.notice_id, on=view.on)
    said = View(
        place=Place.NOTICE, notice=notice.notice_id if way == 0 else one.notice_id, clause=one.clause_id, on=view.on
    )
    return [
        el("a", in_title_marks(one.title) + number, href=target.href),
        el("a", "看这一条", href=said.href, cls="bit", aria_label=f"看写到{one.title[:30]}的这一条"),
    ]
