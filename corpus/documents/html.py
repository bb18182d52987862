"""A saved web page of a government site into lines: its article, without navigation. Struck-out and hidden
text is left out and listed.

No library of the many that extract articles is used: they leave out what repeats itself, and one
sentence under twenty offices is what these documents are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from corpus.doc_number import only_number
from corpus.documents.cells import MAX_COLUMNS, Cells
from corpus.documents.extra import require
from corpus.documents.lines import Lines
from corpus.errors import InputError
from corpus.reading import decode
from corpus.text import squash

_DROPPED = re.compile(
    r"script|style|noscript|template|nav|header|footer|aside|form|iframe|select|button|input|textarea|svg|canvas"
    r"|object|embed|video|audio|dialog"
)
_BLOCK = re.compile(
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
_MOST = 0.8  # share of an element's text that one child must hold to be the article's container
_LONG_CELL = 400  # characters: a longer cell belongs to a layout, not to a table
_NUMBER_LABEL = re.compile(r"(?:发文字号|文\s*号|发文文号)\s*[】\]]?\s*[：:]?\s*(\S{4,30}?号)")
_MAX_NAMES = 1000  # characters of an element's id and class that are looked at
_MAX_TITLE = 300  # characters: a longer one is no title
_STRUCK = "有删除线的文字"
_UNSEEN = "网页上隐藏的文字"
_LEFT_OUT = "left-out"  # attribute of an element that was emptied: its text, where that is to be listed
_TITLE_MARKS = "_|-—–"  # what stands in a window's title before the site's name


def read_html(data: bytes, where: str) -> Lines:
    """The page's lines: its title first where the article doesn't begin with it, then the article.

    Raises InputError where the page can't be decoded or holds no article.
    """
    text, _ = decode(data, where)
    lxml_html = require("lxml.html")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    parser = lxml_html.HTMLParser(huge_tree=True)  # 2,048 elements inside one another instead of 256
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (require("lxml.etree").ParserError, ValueError) as err:
        raise InputError("网页里没有内容", where, "请用浏览器打开原网页，重新保存后再试") from err
    etree = require("lxml.etree")
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for element in [item for item in root.iter() if isinstance(item.tag, str) and _is_struck(item)]:
        _empty(element, _STRUCK)
    title = _title(root)
    number = _number(root)
    _clean(root)
    article = Lines()
    writer = _Writer(article)
    writer.write(_article(root))
    deep = any("depth" in error.message.lower() for error in parser.error_log)
    if sum(len(squash(line)) for line in article.lines) < 20:
        why = "元素一层套一层，套得太深" if deep else "可能由脚本生成"
        todo = "请用浏览器打开原网页，全选复制到 Word 后再试"
        raise InputError(f"网页里没有找到正文（{why}）", where, todo)
    opening = squash("".join(article.lines[:6]))
    head = []
    if title and squash(title) not in opening:
        head.append(f"# {title}")
    if number and squash(number) not in opening:
        head.append(number)
    if deep:
        article.warn("网页里元素一层套一层，套得太深，后面的内容没有读到，请对照原网页")
    left_out = [replace(left, line=left.line + len(head)) for left in article.left_out]
    return Lines([*head, *article.lines], left_out, article.warnings)


def _is_struck(element: Any) -> bool:
    return element.tag in ("del", "s", "strike") or "line-through" in (element.get("style") or "").lower()


def _is_unseen(element: Any) -> bool:
    style = "".join((element.get("style") or "").lower().split())
    return element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style


def _empty(element: Any, why: str | None = None) -> None:
    """Take out an element's content. With `why` it is listed where the article reaches it. The element itself
    stays, because taking it out moves all text behind it."""
    text = element.text_content() if why else ""
    element.clear(keep_tail=True)
    if why != _STRUCK:  # a struck-out cell is a cell of its table, a hidden one is not
        element.tag = "span"
    if text.strip() and why:
        element.set(_LEFT_OUT, f"{why}\n{text}")


def _title(root: Any) -> str:
    """The article's title: as the site declares it (政府网站 meta ArticleTitle), its one h1, or the
    window's title without the site's name."""
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() == "articletitle" and (meta.get("content") or "").strip():
            return " ".join(meta.get("content").split())
    headings = [text for h1 in root.iter("h1") if (text := " ".join(h1.text_content().split()))]
    if len(headings) == 1:
        return headings[0]
    window = root.find(".//title")
    text = " ".join((window.text_content() if window is not None else "").split())
    text = _without_site(text)
    return text if len(text) <= _MAX_TITLE else ""


def _without_site(title: str) -> str:
    """A window's title without the last part, where that may be a site's name: 2 to 30 characters."""
    at = max(map(title.rfind, _TITLE_MARKS))
    name = title[at + 1 :].strip()
    return title[:at].rstrip(f" {_TITLE_MARKS}") if at >= 0 and 2 <= len(name) <= 30 else title


def _number(root: Any) -> str | None:
    """The 发文字号 in the table of information that stands outside the article."""
    match = _NUMBER_LABEL.search(" ".join(root.text_content().split()))
    return only_number(match[1]) if match else None


def _clean(root: Any) -> None:
    """Take out what is no text of the page: scripts, forms, hidden elements, what surrounds the article."""
    letters = _letters(root)
    total = letters[root]
    for element in letters:
        if element.getparent() is None or element.tag in ("html", "body"):
            continue
        names = _names(element)
        around = element.get("role") in ("navigation", "banner", "contentinfo", "search") or (
            _AROUND.search(names) and not _ARTICLE.search(names)
        )
        # ASP.NET wraps whole pages in a form, and others in whatever they like.
        wraps = element.tag in ("header", "form", "nav", "div", "table", "section", "td") and (
            letters[element] > 0.5 * total
        )
        if _is_unseen(element):
            _empty(element, _UNSEEN)
        elif (around or _DROPPED.fullmatch(element.tag)) and not wraps:
            _empty(element)


def _names(element: Any) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}"[:_MAX_NAMES]


def _letters(root: Any, *, links: bool = True) -> dict[Any, int]:
    """Of each element in the order of the page how many letters and digits it holds, with those of links or
    without."""
    etree = require("lxml.etree")
    out: dict[Any, int] = {}
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            out[element] = len(squash(element.text)) if element.text else 0
            continue
        if element.tag == "a" and not links:
            out[element] = 0
        above = element.getparent()
        if element is not root and above is not None:
            out[above] += out[element] + (len(squash(element.tail)) if element.tail else 0)
    return out


def _article(root: Any) -> Any:
    """The container that a publishing system named, else the innermost element with most of the text."""
    body = root.find("body")
    element = body if body is not None else root
    weights = _letters(element, links=False)
    named = [item for item in weights if _ARTICLE.search(_names(item))]
    if named:
        best = max(named, key=weights.__getitem__)
        if weights[best] >= 50 and weights[best] >= 0.3 * weights[element]:
            return best
    while True:
        child = max((c for c in element if isinstance(c.tag, str)), key=weights.__getitem__, default=None)
        if child is None or not _BLOCK.fullmatch(child.tag) or child.tag == "p":
            return element
        if weights[child] < _MOST * weights[element] or (child.tag == "table" and _is_table(child)):
            return element
        element = child


class _Writer:
    """Collects lines of an article; text joins the line that is open."""

    def __init__(self, out: Lines) -> None:
        self.out = out
        self._open: list[str] = []
        self._items: dict[Any, int] = {}  # of each numbered list its last number

    def write(self, article: Any) -> None:
        walker = require("lxml.etree").iterwalk(article, events=("start", "end"))
        for event, element in walker:
            block = _BLOCK.fullmatch(element.tag) is not None
            if event == "start":
                if block or element.tag == "br":
                    self._close()
                if not self._enter(element):
                    walker.skip_subtree()
                continue
            if block:
                self._close()
            if element is not article:
                self._open.append(_inline(element.tail))
        self._close()

    def _enter(self, element: Any) -> bool:
        """Begin an element. False where all of it has been written, or is left out."""
        if element.tag == "table" and _is_table(element):
            self.out.lines += _table(element, self.out)
            return False
        why, _, text = (element.get(_LEFT_OUT) or "").partition("\n")
        if why in (_STRUCK, _UNSEEN):
            self.out.leave_out(text, why)
            return False
        above = element.getparent()
        if element.tag == "li" and above is not None and above.tag == "ol":
            self._items[above] = self._items.get(above, _first(above) - 1) + 1
            self._open.append(f"{self._items[above]}. ")
        self._open.append(_inline(element.text))
        return True

    def _close(self) -> None:
        text = " ".join("".join(self._open).replace("\xa0", " ").split())
        if text:
            self.out.lines.append(text)
        self._open = []


def _inline(text: str | None) -> str:
    """Text within a line: line breaks of the file mean nothing, least of all between Chinese characters."""
    if not text:
        return ""
    return re.sub(r"(?<=[^\x00-\xff])[ \t]*\r?\n\s*(?=[^\x00-\xff])", "", text).replace("\t", " ")


def _first(numbered: Any) -> int:
    start = numbered.get("start") or "1"
    return int(start) if re.fullmatch(r"-?[0-9]{1,6}", start) else 1


def _is_table(table: Any) -> bool:
    """A table of data: two rows and two columns or more, short cells, none inside another."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    sizes = [sum(1 for _ in row.iterchildren("td", "th")) for row in table.iter("tr")]
    if sum(size > 0 for size in sizes) < 2 or max(sizes, default=0) < 2:
        return False
    return all(len(cell.text_content()) <= _LONG_CELL for cell in table.iter("td", "th"))


def _table(table: Any, out: Lines) -> Iterator[str]:
    rows = list(table.iter("tr"))
    cells = Cells(len(rows))
    for row, element in enumerate(rows):
        column = 0
        for cell in element.iterchildren("td", "th"):
            column = cells.free(row, column)
            inside = Lines()
            _Writer(inside).write(cell)
            for left in inside.left_out:
                out.leave_out(left.text, left.why)
            text = "".join(inside.lines).replace("\t", " ")
            column = cells.add(row, column, text, _span(cell, "rowspan"), _span(cell, "colspan"))
    for line in cells.lines():
        if any(line):
            yield "\t".join(line)


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return min(max(int(value), 1), MAX_COLUMNS) if re.fullmatch(r"[0-9]{1,6}", value) else 1
