"""Cards for the further questions that were asked in the same line: each with its own answer, or that there is none."""

from __future__ import annotations

from collections.abc import Sequence

from retriever.citation import citation
from retriever.headline import headline
from retriever.model import SearchResult
from retriever.page.card import offices, then_link
from retriever.page.markup import Html, el, join
from retriever.page.view import View


def also(parts: Sequence[SearchResult], view: View) -> Html:
    """One card a question; all there is to it is one click away."""
    return join([_card(one, view) for one in parts])


def _card(result: SearchResult, view: View) -> Html:
    answer = result.answer
    whole = el("a", "单独问这一句", href=view.but(q=result.question).href)
    if answer is None:
        said: list[Html | None] = [el("p", f"{result.note or '收录的公报里，没有哪一条直接回答这个问题'}。", cls="why")]
        said.append(then_link(result, view))
    else:
        said = [el("p", f"{result.note}。", cls="line warn", role="note")] if result.note else []
        said += [
            el("p", headline(answer, sure=result.sure), cls="answer-text"),
            offices(answer.offices, sure=result.sure),
        ]
        if not result.sure:
            said.append(el("p", "这个答案不一定准，请看原文再确认。", cls="unsure"))
        if answer.entry is not None:
            said.append(el("p", f"引用：{citation(answer.entry.notice, answer.entry.clause)}", cls="citation"))
    return el("section", el("h2", f"您还问了：{result.question}"), *said, el("p", whole), cls="card answer also")
