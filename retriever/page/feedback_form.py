"""The form under an answer that asks whether it helped. Shown only with `--feedback FILE`."""

from __future__ import annotations

from collections.abc import Sequence

from index.engine import IndexedClause
from retriever.model import SearchResult
from retriever.page.markup import Html, el

_OFFERED = 5  # clauses to choose the right one from
LONGEST_SAID = 200  # characters of an office or words that somebody writes down
NOTHING = "-"  # the value that says: the gazettes do not answer this


def feedback_form(result: SearchResult, clauses: Sequence[IndexedClause]) -> Html:
    """Three buttons; with 答错了 the right clause may be pointed out, or the right office or words be written down.
    `clauses` are those that may be the right one: never the one that the answer judged wrong stands in."""
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
    if answer is not None:
        choices.append(_choice(NOTHING, "公报里没有这个问题的答案"))
    said = el("input", type="text", name="said", maxlength=LONGEST_SAID, autocomplete="off")
    return el(
        "form",
        *hidden,
        el("p", "这个回答对您有用吗？" if answer else "没有答上来，请告诉我们", id="feedback-label"),
        el("div", *(_verdict(value, label) for value, label in (("useful", "有用"), ("useless", "没用"))), cls="row")
        if answer
        else None,
        el(
            "details",
            el("summary", "答错了" if answer else "我知道答案在哪里"),
            el("fieldset", el("legend", "正确的是哪一条？（可以不选）"), *choices) if choices else None,
            el("label", el("span", "或者写下正确的单位或说法（可以不写）"), said, cls="said"),
            el("div", _verdict("wrong", "提交"), cls="row"),
        ),
        el("p", "只记下问题和您的选择，不记您是谁；写下的电话、证件号会去掉。", cls="small"),
        el("p", cls="unsent unsure", role="status"),
        action="feedback",
        method="post",
        cls="feedback",
        aria_labelledby="feedback-label",
    )


def _verdict(value: str, label: str) -> Html:
    return el("button", label, type="submit", name="verdict", value=value, cls="button quiet")


def _choice(value: str, label: str) -> Html:
    return el("label", el("input", type="radio", name="clause", value=value), el("span", label), cls="choice")
