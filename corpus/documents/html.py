"""A saved web page of a government site into lines: its article, without navigation.

No library of the many that extract articles is used: they leave out what repeats itself, and one
sentence under twenty offices is what these documents are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.doc_number import only_number
from corpus.documents.cells import Place, spread_rows
from corpus.documents.extra import require
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
_TITLE_TAIL = re.compile(r"\s*[_|\-—–]+\s*[^_|\-—–]{2,30}$")


def read_html(data: bytes, where: str) -> list[str]:
    """The page's lines: its title first where the article doesn't begin with it, then the article.

    Raises InputError where the page can't be decoded or holds no article.
    """
    text, _ = decode(data, where)
    lxml_html = require("lxml.html")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    try:
        root = lxml_html.document_fromstring(text)
    except (require("lxml.etree").ParserError, ValueError) as err:
        raise InputError("网页里没有内容", where, "请用浏览器打开原网页，重新保存后再试") from err
    title = _title(root)
    number = _number(root)
    _clean(root)
    article = _article(root)
    lines = [line for line in _lines(article) if line.strip()]
    if sum(len(squash(line)) for line in lines) < 20:
        raise InputError("网页里没有找到正文（可能由脚本生成）", where, "请用浏览器打开原网页，全选复制到 Word 后再试")
    opening = squash("".join(lines[:6]))
    head = []
    if title and squash(title) not in opening:
        head.append(f"# {title}")
    if number and squash(number) not in opening:
        head.append(number)
    return [*head, *lines]


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
    return _TITLE_TAIL.sub("", text)


def _number(root: Any) -> str | None:
    """The 发文字号 in the table of information that stands outside the article."""
    match = _NUMBER_LABEL.search(" ".join(root.text_content().split()))
    return only_number(match[1]) if match else None


def _clean(root: Any) -> None:
    """Take out what is no text of the page: scripts, forms, hidden elements, what surrounds the article."""
    etree = require("lxml.etree")
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    total = len(squash(root.text_content()))
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None or element.tag in ("html", "body"):
            continue
        style = (element.get("style") or "").replace(" ", "").lower()
        names = f"{element.get('id') or ''} {element.get('class') or ''}"
        hidden = element.get("hidden") is not None or "display:none" in style
        around = element.get("role") in ("navigation", "banner", "contentinfo", "search") or (
            _AROUND.search(names) and not _ARTICLE.search(names)
        )
        wraps = element.tag in ("header", "form", "nav", "div", "table", "section", "td") and _holds(element, total)
        if hidden or ((around or _DROPPED.fullmatch(element.tag)) and not wraps):
            element.drop_tree()


def _holds(element: Any, total: int) -> bool:
    """Whether an element holds most of the page, whatever it is called (ASP.NET wraps pages in a form)."""
    return len(squash(element.text_content())) > 0.5 * total


def _article(root: Any) -> Any:
    """The container that a publishing system named, else the innermost element with most of the text."""
    body = root.find("body")
    element = body if body is not None else root
    named = [
        item
        for item in element.iter()
        if isinstance(item.tag, str) and _ARTICLE.search(f"{item.get('id') or ''} {item.get('class') or ''}")
    ]
    if named:
        best = max(named, key=_weight)
        if _weight(best) >= 50 and _weight(best) >= 0.3 * _weight(element):
            return best
    while True:
        weight = _weight(element)
        child = max((c for c in element if isinstance(c.tag, str)), key=_weight, default=None)
        if child is None or not _BLOCK.fullmatch(child.tag) or child.tag == "p" or _weight(child) < _MOST * weight:
            return element
        if child.tag == "table" and _is_table(child):
            return element
        element = child


def _weight(element: Any) -> int:
    """Letters and digits outside links."""
    links = sum(len(squash(link.text_content())) for link in element.iter("a"))
    return len(squash(element.text_content())) - links


@dataclass
class _Writer:
    """Collects lines; text joins the line that is open."""

    lines: list[str]
    open: str = ""

    def close(self) -> None:
        text = " ".join(self.open.replace("\xa0", " ").split())
        if text:
            self.lines.append(text)
        self.open = ""


def _lines(element: Any) -> list[str]:
    writer = _Writer([])
    _write(element, writer)
    writer.close()
    return writer.lines


def _write(element: Any, writer: _Writer) -> None:
    block = _BLOCK.fullmatch(element.tag) is not None
    if element.tag == "br":
        writer.close()
        return
    if element.tag == "table" and _is_table(element):
        writer.close()
        writer.lines += list(_table(element))
        return
    if block:
        writer.close()
    if element.tag == "li" and element.getparent() is not None and element.getparent().tag == "ol":
        writer.open = f"{_ordinal(element)}. "
    writer.open += _inline(element.text)
    for child in element:
        if isinstance(child.tag, str):
            _write(child, writer)
        writer.open += _inline(child.tail)
    if block:
        writer.close()


def _inline(text: str | None) -> str:
    """Text within a line: line breaks of the file mean nothing, least of all between Chinese characters."""
    if not text:
        return ""
    return re.sub(r"(?<=[^\x00-\xff])[ \t]*\r?\n\s*(?=[^\x00-\xff])", "", text).replace("\t", " ")


def _ordinal(item: Any) -> int:
    start = item.getparent().get("start") or "1"
    before = sum(1 for _ in item.itersiblings("li", preceding=True))
    return (int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1) + before


def _own(table: Any, *tags: str) -> list[Any]:
    """Descendants that belong to this table and to none inside it."""
    return [item for item in table.iter(*tags) if next(item.iterancestors("table"), None) is table]


def _is_table(table: Any) -> bool:
    """A table of data: two rows and two columns or more, short cells, none inside another."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [row for row in _own(table, "tr") if len(row)]
    cells = _own(table, "td", "th")
    if len(rows) < 2 or max((len(row) for row in rows), default=0) < 2:
        return False
    return all(len(cell.text_content()) <= _LONG_CELL for cell in cells)


def _table(table: Any) -> Iterator[str]:
    owners: dict[Place, Place] = {}
    texts: dict[Place, str] = {}
    rows = _own(table, "tr")
    columns = 0
    for row, element in enumerate(rows):
        column = 0
        for cell in element.iterchildren("td", "th"):
            while (row, column) in owners:
                column += 1
            high, wide = _span(cell, "rowspan"), _span(cell, "colspan")
            texts[row, column] = "".join(_lines(cell)).replace("\t", " ")
            for down in range(min(high, len(rows) - row)):
                for across in range(wide):
                    owners[row + down, column + across] = (row, column)
            column += wide
        columns = max([columns, *(at + 1 for r, at in owners if r == row)])
    for line in spread_rows(owners, texts, len(rows), columns):
        if any(line):
            yield "\t".join(line)


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return min(max(int(value), 1), 200) if re.fullmatch(r"\d{1,6}", value) else 1
