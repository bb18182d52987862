"""A saved web page of a government site into lines: its document, without menus and feet, which are listed.

What is kept and what isn't is told by the page's structure (`html_page`), what the page states of the document by
its head (`html_facts`). No library of the many that extract articles is used: they leave out what repeats itself,
and one sentence under twenty offices is what these documents are made of.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from corpus.coverage import letters_of
from corpus.documents import html_facts
from corpus.documents.extra import require
from corpus.documents.html_lines import HIDDEN, Writer, trim
from corpus.documents.html_page import MARK, find_article, mark_around, mark_furniture
from corpus.documents.lines import Lines
from corpus.errors import InputError
from corpus.reading import decode
from corpus.text import squash

_CODE = ("script", "style", "noscript", "template")  # no text of the page
_HEAD = 4096  # bytes in which a page declares its encoding
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_SPOILT = re.compile("\ufffd+")
_MANY = 500  # characters for each place that may be spoilt
_STRUCK = "有删除线的文字"
_OPENING = 6  # lines of an article in which its own title and number stand
_UNDER = 3  # lines of an article among which the one that says when the page was published stands
_PUBLISHED = "网页的发布信息"
_MAX_TITLE = 120  # letters; the longest title of 2,000 central documents has about 90
_LITTLE = 20  # letters of a page below which its text may be made by a script


def read_html(data: bytes, where: str) -> Lines:
    """The page's lines: what stands before the article and belongs to it, its title where the article doesn't begin
    with it, then the article. What is left out is listed.

    Raises InputError where the page can't be decoded or holds no text.
    """
    text, spoilt = _decoded(data, where)
    lxml_html = require("lxml.html")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    parser = lxml_html.HTMLParser(huge_tree=True)  # 2,048 elements inside one another instead of 256
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (require("lxml.etree").ParserError, ValueError) as err:
        raise InputError("网页里没有内容", where, "请用浏览器打开原网页，重新保存后再试") from err
    etree = require("lxml.etree")
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_CODE, with_tail=False)
    body = root.find("body")
    top = body if body is not None else root
    out = Lines(letters=letters_of(top.itertext()))
    _mark_unseen(root)
    mark_furniture(root)
    article = find_article(root)
    titles = frozenset(map(squash, html_facts.titles(root)))
    mark_around(article, titles)
    writer = Writer(out, begin=article)
    writer.write(top)
    deep = any("depth" in error.message.lower() for error in parser.error_log)
    _finish(root, writer, titles, out)
    if not any(squash(line) for line in out.lines):
        why = "元素一层套一层，套得太深" if deep else "可能由脚本生成"
        todo = "请用浏览器打开原网页，全选复制到 Word 后再试"
        raise InputError(f"网页里没有找到正文（{why}）", where, todo)
    if spoilt:
        out.warn(f"网页里有 {spoilt} 处文字编码有误，显示为“�”，请对照原网页")
    if deep:
        out.warn("网页里元素一层套一层，套得太深，后面的内容没有读到，请对照原网页")
    if sum(len(squash(line)) for line in out.lines) < _LITTLE:
        out.warn("网页里只有很少的文字，其余可能由脚本生成，请对照原网页")
    return out


def _decoded(data: bytes, where: str) -> tuple[str, int]:
    """The page's text, and how many places of it could not be decoded: sites put pieces of other pages, in another
    encoding, into theirs."""
    try:
        return decode(data, where)[0], 0
    except InputError:
        declared = _CHARSET.search(data[:_HEAD])
        encoding = declared[1].decode("ascii").lower() if declared else ""
        if encoding not in ("utf-8", "gb2312", "gbk", "gb18030") or b"\0" in data:
            raise
        text = data.decode("utf-8" if encoding == "utf-8" else "gb18030", "replace")
        spoilt = len(_SPOILT.findall(text))
        if spoilt * _MANY > len(text):
            raise
        return text, spoilt


def _mark_unseen(root: Any) -> None:
    """Mark what is struck out or hidden."""
    for element in root.iter():
        style = "".join((element.get("style") or "").lower().split())
        if element.tag in ("del", "s", "strike") or "line-through" in style:
            element.set(MARK, _STRUCK)
        elif element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style:
            element.set(MARK, HIDDEN)


def _finish(root: Any, writer: Writer, titles: frozenset[str], out: Lines) -> None:
    """Put the lines together: edges trimmed, the title where it belongs."""
    kept, before, after = trim(writer.lines, titles)
    start = max(0, writer.article - len(before))
    lines = [line.text for line in kept]
    title = html_facts.choose(root, lines) or _repeated(lines, start)
    stated = html_facts.declared(root) + html_facts.labelled(lines[: start + _OPENING])
    out.stated = list({name: (name, value) for name, value in [("title", title), *reversed(stated)] if value}.values())
    if title:
        out.stated = [("title", title), *(pair for pair in out.stated if pair[0] != "title")]
    number = dict(out.stated).get("doc_number")
    opening = squash("".join(lines[start : start + _OPENING]))
    inserted = []
    at = (
        next((at for at in range(min(start + 1, len(lines))) if squash(lines[at]) == squash(title)), None)
        if title
        else None
    )
    if at is not None:
        lines[at] = f"# {lines[at]}"
    elif title and squash(title) not in opening:
        inserted.append(f"# {title}")
    if number and squash(number) not in opening:
        inserted.append(number)
    begin = start if at is None else at + 1
    out.lines = [*lines[:begin], *inserted, *lines[begin:]]
    under = range(min(len(out.lines), start + len(inserted) + _UNDER))
    published = [at for at in under if html_facts.is_published(out.lines[at])]
    moved = [replace(left, line=_moved(left.line, len(before), begin, len(inserted))) for left in out.left_out]
    out.left_out = moved
    for line, why in before:
        out.leave_out(line.text, why, 1)
    for line, why in after:
        out.leave_out(line.text, why, len(out.lines))
    for at in reversed(published):
        out.left_out = [replace(left, line=left.line - (left.line > at + 1)) for left in out.left_out]
        out.leave_out(out.lines.pop(at), _PUBLISHED, at + 1)


def _repeated(lines: list[str], start: int) -> str:
    """The article's first line where it stands in front of the article, too: its title. Else nothing."""
    first = lines[start] if start < len(lines) else ""
    is_title = 6 <= len(squash(first)) <= _MAX_TITLE and squash(first) in map(squash, lines[:start])
    return first if is_title else ""


def _moved(line: int, cut: int, begin: int, inserted: int) -> int:
    """The number of a line after `cut` lines in front are gone and `inserted` ones stand behind the line `begin`."""
    line = max(1, line - cut)
    return line + inserted if line > begin else line
