"""Long lists and texts in pages: which one is shown, and the way to the others."""

from __future__ import annotations

from retriever.page.markup import Html, el
from retriever.page.view import View

_NEAR = 1  # pages on either side of the one shown that have a link


def page_of(view: View, count: int) -> int:
    """The page that an address asks for, from 1, of `count`: the last one for a number beyond."""
    wanted = int(view.page) if view.page.isdigit() else 1
    return min(max(wanted, 1), max(count, 1))


def pager(view: View, page: int, count: int, label: str, anchor: str = "") -> Html | None:
    """The ways to the other pages; None where there is but one. `anchor` is where the page is opened at."""
    if count < 2:
        return None

    def way(number: int, text: str) -> Html:
        return el("a", text, href=_at(view, number, anchor))

    items: list[Html] = []
    if page > 1:
        items.append(el("li", way(page - 1, "‹ 上一页")))
    for number in sorted({1, count, *range(page - _NEAR, page + _NEAR + 1)} & set(range(1, count + 1))):
        if number == page:
            items.append(el("li", el("a", str(number), href=_at(view, number, anchor), aria_current="page")))
        else:
            items.append(el("li", el("a", str(number), href=_at(view, number, anchor), aria_label=f"第 {number} 页")))
    if page < count:
        items.append(el("li", way(page + 1, "下一页 ›")))
    return el(
        "nav", el("p", f"第 {page} 页，共 {count} 页", cls="small"), el("ol", *items), aria_label=label, cls="pager"
    )


def _at(view: View, number: int, anchor: str) -> str:
    target = view.but(page=str(number) if number > 1 else "")
    return target.href + (f"#{anchor}" if anchor else "")
