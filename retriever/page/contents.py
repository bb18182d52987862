"""The contents of a notice: its headings, each a link to its place, on whatever page that stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.engine import IndexedClause
from retriever.page.markup import Html, el
from retriever.page.notice_pages import Pages
from retriever.page.view import View

_FROM = 4  # headings; a shorter notice needs no contents
_MANY = 40  # headings of both levels from which on those of the second are folded; of the first, from which on all are
_SHOWN = 16  # letters of a heading where it stands for others


@dataclass(slots=True)
class _Heading:
    text: str
    entry: IndexedClause
    inner: dict[str, _Heading] = field(default_factory=dict)


def anchor(row: int) -> str:
    """The id of a clause's element. Rows are plain numbers; clause ids may hold any character."""
    return f"c{row}"


def contents(shown: Sequence[IndexedClause], pages: Pages, view: View) -> Html | None:
    """Headings of two levels, folded. `shown` are the clauses that have an element of their own."""
    headings: dict[str, _Heading] = {}
    for entry in shown:
        if not entry.path:
            continue
        outer = headings.setdefault(entry.path[0], _Heading(entry.path[0], entry))
        if len(entry.path) > 1:
            outer.inner.setdefault(entry.path[1], _Heading(entry.path[1], entry))
    count = len(headings) + sum(len(one.inner) for one in headings.values())
    if count < _FROM:
        return None
    outer_ones = list(headings.values())
    items = [_item(one, pages, view, fold=count > _MANY) for one in outer_ones]
    if len(items) > _MANY:  # a law of hundreds of articles
        size = math.isqrt(len(items) - 1) + 1
        items = [_run(outer_ones[at : at + size], items[at : at + size]) for at in range(0, len(items), size)]
    return el(
        "details",
        el("summary", f"本文目录（{count} 个标题）"),
        el("nav", el("ol", *items), aria_label="本文目录"),
        cls="outline",
    )


def _run(headings: Sequence[_Heading], items: Sequence[Html]) -> Html:
    """Headings that follow each other, folded under the first and the last of them."""
    ends = f"{headings[0].text[:_SHOWN]} 至 {headings[-1].text[:_SHOWN]}" if len(headings) > 1 else headings[0].text
    return el("li", el("details", el("summary", ends), el("ol", *items)))


def _item(heading: _Heading, pages: Pages, view: View, *, fold: bool) -> Html:
    inner = [el("li", _link(one, pages, view)) for one in heading.inner.values()]
    if not inner:
        return el("li", _link(heading, pages, view))
    if not fold:
        return el("li", _link(heading, pages, view), el("ol", *inner))
    folded = el("details", el("summary", f"其中 {len(inner)} 个标题"), el("ol", *inner))
    return el("li", _link(heading, pages, view), folded)


def _link(heading: _Heading, pages: Pages, view: View) -> Html:
    return el("a", heading.text, href=way_to(heading.entry, pages, view))


def way_to(entry: IndexedClause, pages: Pages, view: View) -> str:
    """The address of the page that a clause stands on, opened at the clause."""
    return f"{view.but(clause='', page=pages.of(entry)).href}#{anchor(entry.row)}"
