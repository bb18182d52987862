"""引用核对: a box to paste a paragraph into, and each of its citations with what was found."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.errors import GongbaoError
from retriever.check import Checked, check
from retriever.page.collection import Collection
from retriever.page.markup import Html, el
from retriever.page.status import badge
from retriever.page.view import LONGEST, Place, View
from retriever.resolve import Verdict

_NAMES = {
    Verdict.FOUND: "有",
    Verdict.TITLE_DIFFERS: "标题不同",
    Verdict.NUMBER_DIFFERS: "文号不同",
    Verdict.NO_SUCH_PLACE: "没有这一处",
    Verdict.NOT_HERE: "没有收录",
}


_EMPTY = "还没有文字。请粘贴含有引用的段落，如：《…办法》（…〔2023〕9号）第三条。"


def check_view(collection: Collection, view: View) -> Html:
    """The box, and below it the citations of the text in it."""
    parts: list[Html | None] = [_form(view)]
    if view.text:
        try:
            found = check(view.text, collection.asker.engine, collection.asker.resolver)
            parts.append(_found(found))
        except GongbaoError as err:
            parts.append(el("p", str(err), cls="why"))
    return el("section", *parts, cls="browse", aria_labelledby="list-head")


def _form(view: View) -> Html:
    return el(
        "form",
        el("h1", "核对引用", id="list-head", tabindex=-1),
        el("input", type="hidden", name="view", value=Place.CHECK.value),
        el("label", "粘贴一段文字，看里面引用的公文有没有、标题和文号对不对、是不是现行。", for_="text", cls="small"),
        el(
            "textarea",
            view.text,
            id="text",
            name="text",
            rows=8,
            maxlength=LONGEST,
            aria_describedby="text-trouble",
            aria_invalid="true" if view.blank else None,
        ),
        el("p", _EMPTY if view.blank else "", id="text-trouble", cls="trouble", role="alert", data_empty=_EMPTY),
        el("div", el("button", "核对", type="submit", cls="button main"), cls="row"),
        el("p", f"一次最多 {LONGEST} 字。文字只在这台机器上核对，不会保存。", cls="small"),
        action="./",
        method="get",
        cls="ask check",
    )


def _found(found: Sequence[Checked]) -> Html:
    if not found:
        return el("p", "这段文字里没有找到引用（《标题》或文号）。", cls="why", role="status")
    right = sum(one.right for one in found)
    head = f"{len(found)} 处引用，{right} 处没有问题"
    items = [el("li", _one(one)) for one in found]
    return el(
        "section",
        el("h2", head, id="answer-head", tabindex=-1),
        el("ol", *items, cls="hits"),
        aria_labelledby="answer-head",
    )


def _one(one: Checked) -> Html:
    label = _NAMES[one.verdict]
    state = el("span", label, cls=f"badge {'in_force' if one.verdict is Verdict.FOUND else 'repealed'}")
    entry = one.entry
    link = None
    if entry is not None and one.citation is not None:
        # The way back to the text that is checked is the browser's.
        target = View(place=Place.NOTICE, notice=entry.notice.notice_id, clause=entry.clause_id)
        link = el("p", el("a", one.citation, href=target.href))
    return el(
        "article",
        el("p", state, badge(entry.notice) if entry is not None else None, el("b", one.text), cls="from"),
        el("p", f"{one.line}。"),
        link,
        cls="hit",
    )
