"""Handing a view on: what a messenger shows of its address, and the address as a QR code on paper."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

from retriever.page.markup import Html, el, join
from retriever.page.view import View

# Characters of an address that paper has room for: with more, the squares of a code of 3 cm get too small to be read.
MOST = 700
_ABOUT = "政府公报里写的政策、负责单位和电话，用一句话就能查到。答案附原文和出处。"


def address(root: str, scheme: str, host: str, view: View) -> str:
    """The whole address of a view. `root` is where the page is served: a path, or a whole address (`--root-path`)."""
    split = urlsplit(root)
    base = root if split.scheme else f"{scheme}://{host}/{root.strip('/')}"
    return f"{base.rstrip('/')}/{_plain(view)}"


def _plain(view: View) -> str:
    """The query of a view; the size of the type is everybody's own."""
    return view.but(big=False).href.removeprefix("./")


def og_tags(view: View, title: str, site: str, where: str) -> Html:
    """What is shown where the address is sent to somebody (Open Graph). The answer itself isn't told: without its
    source and its caution it would be passed on as if it were sure."""
    question = view.q and not view.notice
    about = f"看答案、负责单位、电话和原文出处。{_ABOUT}" if question else _ABOUT
    tags = {"title": title, "description": about, "type": "website", "site_name": site, "locale": "zh_CN", "url": where}
    metas = [el("meta", property=f"og:{name}", content=text) for name, text in tags.items()]
    return join([el("meta", name="description", content=about), *metas])


def qr_svg(text: str) -> bytes:
    """A QR code as an SVG picture."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="l", micro=False, boost_error=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue()


def printed_code(view: View) -> Html | None:
    """The code at the end of a printed page. A screen doesn't show it, but it is fetched: what is fetched when the page
    is printed comes too late."""
    query = _plain(view)
    if len(query) > MOST:
        return None
    return el(
        "figure",
        el(
            "img",
            src=f"qr{query}",
            alt="这一页网址的二维码",
            width=120,
            height=120,
        ),
        el("figcaption", "用手机扫一扫，打开这一页，看原文和最新的状态。"),
        cls="code",
    )
