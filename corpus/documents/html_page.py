"""What of a saved web page is its document: menus, feet and tools are told by structure, and marked with the reason.

A box is a menu where most of its letters are links, a foot where it says what sites say of themselves
(`data/pages.toml`), furniture where HTML's own elements or the names that publishing systems give say so.
The document's container is the one that a publishing system named, or the innermost with most of the text;
what stands beside it is kept unless it is one of those, or stands far off and says nothing that documents say.
Nothing is deleted: a marked element is listed with its text (`MARK`) by who writes the lines.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from corpus.documents.extra import require
from corpus.kinds import kind_pattern
from corpus.text import squash

MARK = "left-out"  # attribute of an element that is no text of the document: why
MENU, FOOT, TOOLS = "网页的菜单和链接", "网页的页脚", "网页的按钮和计数"
_TOP, _FORM, _ASIDE = "网页的页眉和导航", "网页的表单", "正文以外的网页文字"
_DROPPED = {
    **dict.fromkeys(("nav", "header", "aside", "dialog"), _TOP),
    "footer": FOOT,
    **dict.fromkeys(("form", "select", "button", "input", "textarea"), _FORM),
    **dict.fromkeys(("iframe", "svg", "canvas", "object", "embed", "video", "audio"), _ASIDE),
}
_WRAPPERS = ("header", "form", "nav", "div", "table", "section", "td")  # some pages stand in one of these as a whole
BLOCK = re.compile(
    r"address|article|blockquote|body|caption|center|d[dlt]|div|fieldset|fig(?:caption|ure)|h[1-6]|hr|li|main|[ou]l"
    r"|p|pre|section|table|t(?:body|foot|head)|t[dhr]"
)
# Words in the id or class of what surrounds an article, and those of containers that the publishing
# systems of government sites (TRS, 大汉, 国务院部门统一平台) put articles in.
_AROUND = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|topbar|crumb|crumbs|breadcrumb|position|location|sidebar|side|foot|footer"
    r"|copyright|share|bdsharebuttonbox|related|recommend|qrcode|ewm|print|toolbar|pagination|friendlink)"
    r"(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:^|\s)(?:ucap-?content|trs_editor|trs_uieditor|zoom|pages_content|article[-_]?con(?:tent)?|news_?content"
    r"|content_?body|conTxt|xxgk_content|main_?txt|j-fontContent)(?:$|\s)",
    re.IGNORECASE,
)
FILE = re.compile(r"\.(?:docx?|xlsx?|pdf|wps|et|rtf|ofd|zip|rar)(?:$|[?#])", re.IGNORECASE)  # an attachment, no menu
_SENTENCE = re.compile(r"[^。；！？\s][^。；！？]{11,300}[。；]")
_OF_DOCUMENTS = re.compile(
    r"令\s*第\s*\S{1,4}\s*号|[〔\[（(](?:19|20)\d\d[〕\]）)]\s*第?\s*\d+\s*号"
    r"|^\s*第[一二三四五六七八九十百零\d]+[章条]|附\s*件"
)
# Titles, and boxes that say that they hold one: kept in front of an article, however far off.
NAMED = re.compile(rf"关于|{kind_pattern('official', 'rules', 'titles')}(?:[（(][^（）()]{{1,20}}[）)])?$")
_TITLED = re.compile(r"title|biaoti|headline|subject|(?:^|[-_\s])bt(?:$|[-_\s\d])", re.IGNORECASE)
_MAX_TITLE = 120  # letters; the longest title of 2,000 central documents has about 90
_LEAVES = ("p", "ul", "ol", "pre")  # hold lines, not a page
_MOST = 0.8  # share of an element's text that one child must hold to be the article's container
_LINKED = 0.5  # share of a box's letters in links from which it is a menu
_SURE = 200  # letters: a box of this size that isn't mostly links is no furniture for its name alone
_MAX_FOOT = 400  # letters of a foot
_MAX_NAMES = 1000  # characters of an element's id and class that are looked at
_LOOKED_AT = 4000  # characters of a box that are looked at


@functools.cache
def page_words(name: str) -> tuple[str, ...]:
    """The words of one list of `data/pages.toml`, longest first."""
    data = tomllib.loads(resources.files("corpus").joinpath("data/pages.toml").read_text("utf-8"))
    return tuple(sorted(data[name]["words"], key=len, reverse=True))


@functools.cache
def any_of(name: str) -> re.Pattern[str]:
    """Any word of a list, also with spaces between its characters: `索 引 号`."""
    return re.compile("|".join(r"\s*".join(map(re.escape, word)) for word in page_words(name)))


@dataclass(slots=True)
class Size:
    """How many letters an element holds, how many of them in links, and how many links."""

    letters: int = 0
    linked: int = 0
    links: int = 0

    @property
    def own(self) -> int:
        return self.letters - self.linked

    @property
    def is_menu(self) -> bool:
        return self.links >= 2 and self.linked > _LINKED * self.letters


def is_tools(text: str) -> bool:
    """Whether a text is nothing but buttons and counters."""
    return bool(squash(text)) and not re.sub(r"\d", "", squash(any_of("tools").sub("", text)))


def is_foot(text: str) -> bool:
    """Whether a text is the foot of a site."""
    return len(squash(text)) <= _MAX_FOOT and any_of("feet").search(text) is not None


def sizes_of(root: Any) -> dict[Any, Size]:
    """The size of each element in the order of the page; marked ones and what is in them have none."""
    out: dict[Any, Size] = {}
    walker = require("lxml.etree").iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if event == "start":
            size = out[element] = Size()
            if element.get(MARK) is not None:
                walker.skip_subtree()
            elif element.text:
                size.letters = len(squash(element.text))
            continue
        size = out[element]
        if element.tag == "a" and size.letters and not FILE.search(element.get("href") or ""):
            size.linked, size.links = size.letters, 1
        above = element.getparent()
        if element is not root and above is not None:
            outer = out[above]
            outer.letters += size.letters + (len(squash(element.tail)) if element.tail else 0)
            outer.linked += size.linked
            outer.links += size.links
    return out


def mark_furniture(root: Any) -> None:
    """Mark what HTML's own elements, or the names that publishing systems give, say is around the article."""
    sizes = sizes_of(root)
    total = sizes[root].letters
    for element, size in sizes.items():
        if element is root or element.tag in ("html", "body") or element.get(MARK) is not None:
            continue
        why = _DROPPED.get(element.tag)
        names = _names(element)
        if why is None and element.get("role") in ("navigation", "banner", "contentinfo", "search"):
            why = _TOP
        if why is None and _AROUND.search(names) and not _ARTICLE.search(names):
            why = _TOP if size.letters < _SURE or size.is_menu else None
        # ASP.NET wraps whole pages in a form, and others in whatever they like.
        if why is not None and not (element.tag in _WRAPPERS and size.letters > 0.5 * total):
            element.set(MARK, why)


def _names(element: Any) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}"[:_MAX_NAMES]


def find_article(root: Any) -> Any:
    """The container that a publishing system named, else the innermost element with most of the text."""
    body = root.find("body")
    element = body if body is not None else root
    sizes = sizes_of(element)
    named = [item for item in sizes if _ARTICLE.search(_names(item))]
    if named:
        best = max(named, key=lambda item: sizes[item].own)
        if sizes[best].own >= 50 and sizes[best].own >= 0.3 * sizes[element].own:
            return best
    while True:
        children = [c for c in element if isinstance(c.tag, str) and c in sizes]
        child = max(children, key=lambda item: sizes[item].own, default=None)
        if child is None or sizes[child].own < _MOST * sizes[element].own:
            return element
        if child.tag == "table":
            child = _main_cell(child, sizes)
            if child is None or sizes[child].own < _MOST * sizes[element].own:
                return element
        elif child.tag in _LEAVES or not BLOCK.fullmatch(child.tag):
            return element
        element = child


def _main_cell(table: Any, sizes: dict[Any, Size]) -> Any:
    """The cell with most of the text of a table that lays out a page; None where it is a table of data."""
    cells = [cell for row in _rows(table) for cell in row]
    best = max(cells, key=lambda item: sizes[item].own, default=None)
    if best is None or next(best.iterdescendants("p", "div", "table", "br"), None) is None:
        return None
    if (
        next(table.iterdescendants("table"), None) is None
        and sum(sum(sizes[cell].own > 0 for cell in row) >= 2 for row in _rows(table)) >= 2
    ):
        return None
    return best


def _rows(table: Any) -> list[list[Any]]:
    """The cells of a table's own rows."""
    rows = [row for part in table for row in ([part] if part.tag == "tr" else part) if row.tag == "tr"]
    return [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]


def mark_around(article: Any, titles: frozenset[str]) -> None:
    """Mark what stands beside the article, level by level, and is no part of the document. `titles` are squashed
    titles that the page states."""
    body = next(article.iterancestors("body"), None)
    sizes = sizes_of(body) if body is not None else {}
    inner = article
    while inner is not body and (outer := inner.getparent()) is not None and body is not None:
        behind = False
        for box in outer:
            if box is inner:
                behind = True
            elif box in sizes and sizes[box].letters and box.get(MARK) is None:
                why = _why_not(box, sizes[box], near=inner is article, behind=behind, titles=titles)
                if why is not None:
                    box.set(MARK, why)
        inner = outer


def _why_not(box: Any, size: Size, *, near: bool, behind: bool, titles: frozenset[str]) -> str | None:
    """Why a box beside the article is no part of the document, or None where it may be one."""
    text = " ".join(plain_text(box, _LOOKED_AT).split())
    if is_tools(text):
        return TOOLS
    if is_foot(text):
        return FOOT
    if size.is_menu or (size.links and size.linked > 0.9 * size.letters and not near):
        return MENU
    if any_of("breadcrumbs").search(text[:20]) and size.links:
        return MENU
    if near or squash(text) in titles or any_of("labels").search(text[:200]):
        return None
    if not behind and not size.links and 4 <= size.letters <= _MAX_TITLE:
        titled = re.fullmatch(r"h[1-6]", box.tag) or _TITLED.search(_names(box)) or NAMED.search(text)
        if titled and not any(text.endswith(word) for word in page_words("sites")):
            return None
    return None if _SENTENCE.search(text) or _OF_DOCUMENTS.search(text) else _ASIDE


def plain_text(element: Any, most: int | None = None) -> str:
    """The text of an element without what is marked in it, blocks set apart by spaces."""
    out: list[str] = []
    length = 0
    walker = require("lxml.etree").iterwalk(element, events=("start", "end"))
    for event, item in walker:
        piece = ""
        if event == "start":
            if item.get(MARK) is not None:
                walker.skip_subtree()
            else:
                piece = (" " if BLOCK.fullmatch(item.tag) or item.tag == "br" else "") + (item.text or "")
        elif item is not element:
            piece = item.tail or ""
        if piece:
            out.append(piece)
            length += len(piece)
            if most is not None and length > most:
                break
    return "".join(out)[:most]
