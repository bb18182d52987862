"""The HTML document around the page: Gradio's own, with the view already in it.

Gradio's document is empty until its scripts have run. Here the server puts the finished view into it,
so that an old computer shows the answer at once, and one whose browser can't run Gradio can still ask
(links and forms are plain ones). Once Gradio is ready, further views come through its queue.
"""

from __future__ import annotations

import re

from retriever.page.markup import Html, el, join

# Things of Gradio's document that speak of Gradio, or point to addresses elsewhere.
_FOREIGN = re.compile(
    r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*|<link rel=\"manifest\"[^>]*>\s*|<base [^>]*>\s*"
)
_LANG = re.compile(r"(<html\b[^>]*?\blang=)\"[^\"]*\"", re.S)
_TITLE = re.compile(r"<title>.*?</title>", re.S)
_SCRIPT = re.compile(r"<script(?=[\s>])")
# A script that lets pages elsewhere resize the page in a frame; it is of no use here.
_RESIZER = re.compile(r"<script>\s*\(\(\) => \{\s*const root = .*?iframeResizer.*?</script>\s*", re.S)
_NOTHING = Html("")
PAGE = "page"  # id of the element that holds the view


_STYLES = ("style.css", "finding.css")
_SCRIPTS = ("script.js", "ask.js", "suggest.js", "aids.js")


def document(
    gradio: str, view: Html, title: str, assets: str, nonce: str, about: Html = _NOTHING, *, big: bool = False
) -> str:
    """Gradio's document made into ours. `assets` tells versions of style and script apart; `about` are further tags
    for its head; `big` is for large type."""
    text = _FOREIGN.sub("", gradio)
    text = _RESIZER.sub("", text)
    text = _LANG.sub(r'\1"zh-CN" class="big"' if big else r'\1"zh-CN"', text, count=1)
    text = _TITLE.sub("", text, count=1)
    head = (
        el("title", title)
        + el("meta", name="color-scheme", content="light dark")
        + el("link", rel="icon", href=f"gongbao/icon.svg?{assets}", type="image/svg+xml")
        + about
        + join([el("link", rel="stylesheet", href=f"gongbao/{name}?{assets}") for name in _STYLES])
        + join([el("script", src=f"gongbao/{name}?{assets}", defer=True) for name in _SCRIPTS])
    )
    text = text.replace("</head>", f"{head}</head>", 1)
    text = text.replace('control_page_title="true"', 'control_page_title="false"', 1)
    text = text.replace("<gradio-app", f"{el('div', view, id=PAGE)}<gradio-app", 1)
    return _SCRIPT.sub(f'<script nonce="{nonce}"', text)
