"""The form under an answer that asks whether it helped. Shown only with `--feedback FILE`."""

from __future__ import annotations

from collections.abc import Sequence

from index.engine import IndexedClause
from retriever.model import SearchResult
from retriever.page.markup import Html, el

_OFFERED = 5  # clauses to choose the right one from
NOTHING = "-"  # the value that says: the gazettes do not answer this


def feedback_form(result: SearchResult, clauses: Sequence[IndexedClause]) -> Html:
    """Three buttons; with 答错了 the right clause may be pointed out."""
    answer = result.answer
    hidden = [
        el("input", type="hidden", name=name, value=value)
        for name, value in (
            ("q", result.question),
            ("answer", answer.text if answer else ""),
            ("answer_clause", answer.clause_id if answer else ""),
        )
    ]
    choices = [
        _choice(entry.clause_id, f"{entry.notice.doc_number or entry.notice.title}：{entry.text[:60]}")
        for entry in clauses[:_OFFERED]
    ]
    choices.append(_choice(NOTHING, "公报里没有这个问题的答案"))
    return el(
        "form",
        *hidden,
        el("p", "这个回答对您有用吗？", id="feedback-label"),
        el("div", *(_verdict(value, label) for value, label in (("useful", "有用"), ("useless", "没用"))), cls="row"),
        el(
            "details",
            el("summary", "答错了"),
            el("fieldset", el("legend", "正确的是哪一条？（可以不选）"), *choices),
            el("div", _verdict("wrong", "提交"), cls="row"),
        ),
        el("p", "只记下问题和您的选择，不记您是谁；问题里的电话、证件号会去掉。", cls="small"),
        action="feedback",
        method="post",
        cls="feedback",
        aria_labelledby="feedback-label",
    )


def _verdict(value: str, label: str) -> Html:
    return el("button", label, type="submit", name="verdict", value=value, cls="button quiet")


def _choice(value: str, label: str) -> Html:
    return el("label", el("input", type="radio", name="clause", value=value), el("span", label), cls="choice")
