"""The clauses found for a question, by the notice they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text import squash
from index.engine import IndexedClause
from retriever.model import Hit
from retriever.page.clause import actions, body, crumbs, doubt_note, same_elsewhere, source, wording_note
from retriever.page.dates import chinese_date
from retriever.page.markup import Html, el
from retriever.page.status import badge
from retriever.page.view import COUNTS, Place, View

# By date, clauses count that score at least this share of the best one's score. Measured on every fourth
# question on the gazette: 95 % of the clauses found that answer do, and the median question has 8 such clauses.
_RELEVANT = 0.5
_BY_DATE = "新的在前。只列与问题相关程度较高的条款：至少有最相关那一条的一半。"
# The best so many clauses are shown open wherever they stand, and of every notice its best one; of the others of a
# notice, so many can be unfolded.
_OPEN, _FOLDED = 3, 4


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


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one notice, the best first: `shown` open, `folded` below it; `more` are further ones."""

    shown: tuple[Group, ...]
    folded: tuple[Group, ...]
    more: int

    @property
    def entries(self) -> list[IndexedClause]:
        """The clauses that stand on the page, one of each text."""
        return [group.first for group in (*self.shown, *self.folded)]


def merge(hits: Sequence[Hit]) -> list[Group]:
    """Clauses whose letters and digits are equal become one, in the place of the best of them."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(squash(hit.text), []).append(hit)
    return [Group(tuple(same)) for same in grouped.values()]


def relevant(hits: Sequence[Hit]) -> list[Hit]:
    """Those that score enough beside the best one."""
    best = max((hit.score for hit in hits), default=0.0)
    return [hit for hit in hits if best <= 0 or hit.score >= _RELEVANT * best]


def by_date(hits: Sequence[Hit]) -> list[Hit]:
    """All that are relevant enough, newest first; without a date last; of one day the more relevant first."""
    return sorted(relevant(hits), key=lambda hit: (hit.date is not None, hit.date or "", -hit.rank), reverse=True)


def by_notice(groups: Sequence[Group], enough: Sequence[Hit]) -> list[Found]:
    """The groups by the notice of their best clause, in the order in which each notice first comes. Beside what is
    shown open only clauses among `enough` count."""
    notices: dict[int, list[Group]] = {}
    for group in groups:
        notices.setdefault(group.first.ordinal, []).append(group)
    ids = {hit.clause_id for hit in enough}
    out = []
    for mine in notices.values():
        opened, rest = mine[:1], []
        for group in mine[1:]:
            if group.hits[0].rank <= _OPEN:
                opened.append(group)
            elif group.first.clause_id in ids:
                rest.append(group)
        out.append(Found(tuple(opened), tuple(rest[:_FOLDED]), len(rest[_FOLDED:])))
    return out


def found_list(listed: Sequence[Found], view: View, words: Sequence[str], head: str, narrow: Sequence[Html]) -> Html:
    """The first `view.n` notices with what was found in each. `narrow` stands above them."""
    shown = listed[: view.n]
    items = [
        el("li", _notice(found, number, view, words), id=f"n{number}", tabindex=-1)
        for number, found in enumerate(shown, 1)
    ]
    return el(
        "section",
        el("div", el("h2", f"{head}（{len(shown)} 篇公文）", id="hits-head"), _sorting(view), cls="list-head"),
        *narrow,
        el("p", _BY_DATE, cls="small") if view.sort == "date" else None,
        el("ol", *items, cls="hits"),
        _more(view, len(listed)),
        cls="found",
        aria_labelledby="hits-head",
    )


def _sorting(view: View) -> Html:
    links = []
    for value, label in (("score", "按相关程度"), ("date", "按日期")):
        current = view.sort == value
        links.append(el("a", label, href=view.but(sort=value).href, aria_current="true" if current else None))
    return el("p", el("span", "排序："), *links, cls="sorting")


def _more(view: View, there: int) -> Html | None:
    """A link to more of them, which opens at the first new one."""
    wider = next((count for count in COUNTS if count > view.n), None)
    if wider is None or there <= view.n:
        return None
    target = f"{view.but(n=wider).href}#n{view.n + 1}"
    return el(
        "p", el("a", f"多看一些（再列 {min(wider, there) - view.n} 篇）", href=target, cls="button quiet"), cls="more"
    )


def _notice(found: Found, number: int, view: View, words: Sequence[str]) -> Html:
    notice = found.shown[0].first.notice
    target = view.but(place=Place.NOTICE, notice=notice.notice_id)
    bits = [el("span", bit, cls="bit") for bit in (notice.doc_number, chinese_date(notice.date)) if bit]
    return el(
        "article",
        el("h3", el("span", f"{number}. ", cls="number"), notice.title),
        el("p", *bits, badge(notice), cls="from"),
        *(_clause(group, view, words) for group in found.shown),
        el(
            "details",
            el("summary", f"这篇公文里还有 {len(found.folded) + found.more} 条相关的"),
            *(_clause(group, view, words) for group in found.folded),
            el("p", el("a", f"其余 {found.more} 条请看全文", href=target.href)) if found.more else None,
            cls="also",
        )
        if found.folded
        else None,
        cls="hit",
    )


def _clause(group: Group, view: View, words: Sequence[str]) -> Html:
    entry = group.first
    return el(
        "div",
        crumbs(entry),
        body(entry, words),
        wording_note(entry),
        doubt_note(entry),
        source(entry),
        same_elsewhere(group.entries[1:], view),
        actions(entry, view),
        cls="found-clause",
    )
