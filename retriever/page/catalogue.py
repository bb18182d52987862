"""The list of all notices, to browse and filter."""

from __future__ import annotations

from corpus.doubt_words import caution
from corpus.kinds import kind_of
from corpus.model import CorpusNotice
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.filters import filters_of
from retriever.page.markup import Html, el
from retriever.page.status import badge
from retriever.page.view import Place, View


def catalogue(collection: Collection, view: View) -> Html:
    """Every notice that passes the filters, in the gazettes' order (or newest first)."""
    wanted = filters_of(view)
    index = collection.asker.engine
    listed = [source for source in index.notices if wanted.keeps(source.notice)]
    if view.sort == "date":
        listed.sort(key=lambda source: source.notice.date or "", reverse=True)
    several = len({source.files[0] for source in index.notices}) > 1
    rows = [_row(source, several) for source in listed]
    order = el(
        "p",
        el("span", "排序："),
        el("a", "按公报顺序", href=view.but(sort="score").href, aria_current="true" if view.sort != "date" else None),
        el("a", "按日期", href=view.but(sort="date").href, aria_current="true" if view.sort == "date" else None),
        cls="sorting",
    )
    nothing = el("p", "没有符合筛选条件的公文。", el("a", "去掉筛选", href="?view=notices"), cls="why")
    return el(
        "section",
        el("div", el("h1", f"公文目录（{len(listed)} 篇）", id="list-head", tabindex=-1), order, cls="list-head"),
        el("ol", *rows, cls="catalogue") if rows else nothing,
        aria_labelledby="list-head",
        cls="browse",
    )


def _row(source: CorpusNotice, several: bool) -> Html:
    notice = source.notice
    link = View(place=Place.NOTICE, notice=notice.notice_id)
    bits = [notice.doc_number or "无文号", chinese_date(notice.date), kind_of(notice.title), notice.section]
    if notice.contents_page:
        bits.append(f"公报第 {notice.contents_page} 页")
    if several:
        bits.append(source.files[0])
    return el(
        "li",
        el("a", notice.title, href=link.href),
        el("p", *(el("span", bit, cls="bit") for bit in bits if bit), badge(notice), cls="from"),
        el("p", doubt, cls="doubt") if (doubt := caution(notice.uncertain)) else None,
    )
