"""Buttons that only a browser with scripts has something behind: reading aloud, handing on, printing; and the place for
one's own recent questions, which never leave the browser. Hidden until the script has found that they work."""

from __future__ import annotations

from retriever.page.markup import Html, el

# What is read aloud of each view.
ANSWER = ".card.answer .status, .card.answer .answer-text, .card.answer .unsure, .card.answer .offices li"
REFUSAL = ".card.refused > h2, .card.refused .why, .card.refused .tips li"
NOTICE = ".notice > h1, .notice > .status, .notice .full :is(h2, h3, h4, .text p, dt, dd, th, td)"


def aids(read: str) -> Html:
    """The row of buttons. `read` are the elements that are read aloud."""
    return el(
        "p",
        _button("朗读", data_read=read, data_stop="停止朗读"),
        _button("分享", data_share=True),
        _button("打印", data_print=True),
        cls="aids",
    )


def _button(text: str, **data: str | bool) -> Html:
    return el("button", text, type="button", cls="button quiet", hidden=True, **data)


def recent_box() -> Html:
    """The script fills it from the browser's own store."""
    return el(
        "section",
        el("h2", "我最近问过的", id="recent-head"),
        el("ul", cls="examples"),
        el(
            "p",
            el("span", "只记在这个浏览器里，别人看不到。", cls="small"),
            el("button", "全部清除", type="button", cls="copy", data_forget=True),
            cls="row",
        ),
        id="recent",
        hidden=True,
        aria_labelledby="recent-head",
    )
