"""The list of all notices, to browse, filter and look into by title."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.doubt_words import caution
from corpus.errors import GongbaoError
from corpus.kinds import kind_of
from corpus.model import CorpusNotice
from retriever.model import is_number
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.facets import chosen_box
from retriever.page.filters import filters_of
from retriever.page.lookup import holds, words_of
from retriever.page.marks import mark
from retriever.page.markup import Html, el
from retriever.page.pager import page_of, pager
from retriever.page.status import badge
from retriever.page.view import Place, View

_PAGE = 100  # notices on a page


def catalogue(collection: Collection, view: View) -> Html:
    """Every notice that passes the filters and has what is looked for in title or number, in the gazettes' order (or
    newest first), in pages."""
    try:
        wanted = filters_of(view, collection.options)
    except GongbaoError as err:
        return el("p", str(err), cls="why", role="status")
    index = collection.asker.engine
    words = words_of(view.find)
    listed = [source for source in index.notices if wanted.keeps(source.notice) and _found(source, view.find, words)]
    if view.sort == "date":
        listed.sort(key=lambda source: source.notice.date or "", reverse=True)
    several = len({source.files[0] for source in index.notices}) > 1
    count = -(-len(listed) // _PAGE)
    page = page_of(view, count)
    first = (page - 1) * _PAGE
    rows = [_row(source, several, view.find.split()) for source in listed[first : first + _PAGE]]
    order = el(
        "p",
        el("span", "排序："),
        el("a", "按公报顺序", href=view.but(sort="score").href, aria_current="true" if view.sort != "date" else None),
        el("a", "按日期", href=view.but(sort="date").href, aria_current="true" if view.sort == "date" else None),
        cls="sorting",
    )
    return el(
        "section",
        el("div", el("h1", f"公文目录（{len(listed)} 篇）", id="list-head", tabindex=-1), order, cls="list-head"),
        chosen_box(view),
        el("ol", *rows, cls="catalogue", start=first + 1) if rows else _nothing(view),
        pager(view, page, count, "目录的各页", "list-head"),
        aria_labelledby="list-head",
        cls="browse",
    )


def _found(source: CorpusNotice, find: str, words: Sequence[str]) -> bool:
    notice = source.notice
    if not words or is_number(find, notice.doc_number or ""):
        return True
    return holds((f"{notice.title} {notice.doc_number or ''} {notice.issuer or ''}",), words)


def _nothing(view: View) -> Html:
    if not view.find:
        return el("p", "没有符合筛选条件的公文。", el("a", "去掉筛选", href="?view=notices"), cls="why")
    return el(
        "p",
        f"没有标题或文号里有“{view.find[:40]}”的公文。这里只找标题和文号；要在正文里找，请",
        el("a", f"用“{view.find[:40]}”提问", href=View(q=view.find).href),
        "。",
        el("a", "看全部公文", href="?view=notices"),
        cls="why",
    )


def _row(source: CorpusNotice, several: bool, words: Sequence[str]) -> Html:
    notice = source.notice
    link = View(place=Place.NOTICE, notice=notice.notice_id)
    bits = [notice.doc_number or "无文号", chinese_date(notice.date), kind_of(notice.title), notice.section]
    if notice.contents_page:
        bits.append(f"公报第 {notice.contents_page} 页")
    if several:
        bits.append(source.files[0])
    return el(
        "li",
        el("a", mark(notice.title, words), href=link.href),
        el("p", *(el("span", bit, cls="bit") for bit in bits if bit), badge(notice), cls="from"),
        el("p", doubt, cls="doubt") if (doubt := caution(notice.uncertain)) else None,
    )
