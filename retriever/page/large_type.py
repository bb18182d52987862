"""大字: larger type for a view and all that it leads to. It stands in the address: no cookie, no script is needed."""

from __future__ import annotations

import re

from retriever.page.markup import Html, el
from retriever.page.view import View

_HIDDEN = el("input", type="hidden", name="big", value="1")
# Text can't hold these: its quotes and brackets are escaped (`markup`). Addresses made from this view have it already.
_TO_A_VIEW = re.compile(r' href="(?:\./)?(\?(?![^"]*\bbig=1)|")')
_ASKING = re.compile(r"<form[^>]*>")


def switch(view: View) -> Html:
    """The link that makes the type large, or as it was. With a script the browser remembers it."""
    text = "标准字号" if view.big else "大字"
    return el("a", text, href=view.but(big=not view.big).href, rel="nofollow", data_big="" if view.big else "1")


def carried(view: View, page: Html) -> Html:
    """The page with large type in every link and form that leads to another view."""
    if not view.big:
        return page
    own = switch(view)
    head, found, tail = page.partition(own)
    return Html(_big(head) + found + _big(tail))


def _big(markup: str) -> str:
    linked = _TO_A_VIEW.sub(lambda m: ' href="?big=1' + ("&amp;" if m[1] == "?" else '"'), markup)
    return _ASKING.sub(lambda m: m[0] + (_HIDDEN if 'method="get"' in m[0] else ""), linked)
