"""What the page shows of originals: the button beside a clause, and the pictures that it brings."""

from __future__ import annotations

from urllib.parse import urlencode

from corpus.documents.sheet import Sheet
from corpus.model import Span
from index.engine import IndexedClause
from retriever.page.collection import Collection
from retriever.page.markup import Html, el, join
from retriever.page.originals import MOST_PAGES, Originals, has_pictures


def original(entry: IndexedClause) -> Html | None:
    """The folded place for the pictures, which the script fetches when it is opened; None for a clause that
    has none. Without scripts there are plain links to them."""
    if not has_pictures(entry):
        return None
    links = [
        el("a", f"打开第 {page} 页的图片", href=_address("original/picture", entry, page), target="_blank")
        for page in _pages(entry)
    ]
    return el(
        "details",
        el("summary", "看原页"),
        el("div", *links, cls="sheets", data_src=_address("original", entry)),
        cls="original",
    )


def sheets(originals: Originals, collection: Collection, clause_id: str) -> Html:
    """The pictures of a clause's pages, each with a line that says what it is.

    Raises what `Originals.sheet` raises.
    """
    entry = originals.entry(collection, clause_id)
    version = collection.asker.engine.info.version
    figures = [_figure(entry, originals.sheet(collection, clause_id, page), version) for page in _pages(entry)]
    return join(figures)


def _pages(entry: IndexedClause) -> range:
    pages = entry.clause.pages or Span(1, 0)
    return range(pages.start, min(pages.end, pages.start + MOST_PAGES - 1) + 1)


def _address(route: str, entry: IndexedClause, page: int | None = None, version: str = "") -> str:
    fields = {"clause": entry.clause_id, "page": page or "", "v": version}
    return f"{route}?{urlencode({name: value for name, value in fields.items() if value})}"


def _figure(entry: IndexedClause, sheet: Sheet, version: str) -> Html:
    name = f"原件“{entry.files[0]}”第 {sheet.page} 页"
    said = "这一条标成了黄色" if sheet.begins else "没能认出这一条在页上的位置，所以没有标出，请自己找一找"
    address = _address("original/picture", entry, sheet.page, version)
    picture = el(
        "img",
        src=address,
        width=sheet.width,
        height=sheet.height,
        alt=f"{name}的图片，{said}",
        data_left=f"{sheet.begins[0]:.4f}" if sheet.begins else None,
        data_top=f"{sheet.begins[1]:.4f}" if sheet.begins else None,
    )
    return el(
        "figure",
        el("figcaption", f"{name}，{said}。", el("a", "看大图", href=address, target="_blank")),
        el("div", picture, cls="pan", tabindex=0, role="region", aria_label=f"{name}，可以上下左右移动"),
        cls="sheet",
    )
