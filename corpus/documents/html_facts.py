"""What a web page states of its document beside the text: title, number, issuer, dates, origin.

The title is the one that the site declares (政府网站 meta ArticleTitle), the page's one h1, or that part of the
window's title which stands on the page or is named as documents are. A window that only names the site gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from corpus.dates import find_dates
from corpus.doc_number import only_number
from corpus.documents.html_page import MARK, NAMED, any_of, page_words
from corpus.offices import is_org
from corpus.text import squash

_MAX_TITLE = 300  # characters: a longer one is no title
_MAX_PUBLISHED = 160  # characters of the line that says when a page was published
_MAX_NAME = 20  # letters of an origin or author in it
_PARTS = re.compile(
    r"\s{0,8}(?:[_|｜»>]|-{2,20}|—{1,20}|–|\s-\s|(?<=[^\x00-\x7f])-(?=\S)|(?<=\S)-(?=[^\x00-\x7f]))\s{0,8}"
)
_FILE_NAME = re.compile(r"\.(?:s?html?|aspx?|jsp|php)$", re.IGNORECASE)
_ISO = re.compile(r"((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_METAS = {"articletitle": "title", "pubdate": "published", "contentsource": "origin"}
_LABELS = {
    "发文字号": "doc_number", "文号": "doc_number", "发文文号": "doc_number",
    "发文机关": "issuer", "发布机构": "issuer", "发文单位": "issuer", "制定机关": "issuer",
    "成文日期": "date", "发文日期": "date", "签发日期": "date", "印发日期": "date",
    "发布日期": "published", "发布时间": "published",
    "来源": "origin", "信息来源": "origin",
}  # fmt: skip
_OF_DOCUMENT = re.compile(
    "|".join(r"\s*".join(label) for label, name in _LABELS.items() if name in ("doc_number", "issuer", "date"))
    + "|公布日期|实施日期|生效日期|索\\s*引\\s*号|索取号"
)
_LABEL = re.compile(
    r"(?:^|[\s\t【\[（(])("
    + "|".join(r"\s{0,4}".join(label) for label in sorted(_LABELS, key=len, reverse=True))
    + r")\s{0,4}[】\]）)]?\s{0,4}[：:]\s{0,4}[^\S\n]*([^\s\t【\[]{1,60})"
)


def declared(root: Any) -> list[tuple[str, str]]:
    """What the page's metas state, in their order."""
    out: list[tuple[str, str]] = []
    for meta in root.iter("meta"):
        name = _METAS.get((meta.get("name") or "").lower())
        value = " ".join((meta.get("content") or "").split())
        if name is not None and value and len(value) <= _MAX_TITLE:
            out.append((name, value))
    return out


def labelled(lines: Sequence[str]) -> list[tuple[str, str]]:
    """What labelled lines and rows of a page's head state: numbers and dates only where they are some."""
    out: list[tuple[str, str]] = []
    for line in lines:
        for label, value in _LABEL.findall(line):
            name = _LABELS["".join(label.split())]
            value = value.strip("；;，,。")
            stated = _as(name, value)
            if stated is not None and all(known != name for known, _ in out):
                out.append((name, stated))
    return out


def _as(name: str, value: str) -> str | None:
    if name == "doc_number":
        return only_number(value)
    if name in ("date", "published"):
        iso = _ISO.match(value)
        dates = find_dates("{}年{}月{}日".format(*iso.groups()) if iso else value)
        return dates[0][2] if dates else None
    return value or None


def titles(root: Any) -> Iterator[str]:
    """Titles that the page may mean, the most certain first: declared, its one h1, the window's and its parts."""
    yield from (value for name, value in declared(root) if name == "title")
    headings = [h1 for h1 in root.iter("h1") if h1.get(MARK) is None]
    texts = [text for h1 in headings if (text := " ".join(h1.text_content().split()))]
    if len(texts) == 1 and not is_site(texts[0]):
        yield texts[0]
    window = root.find(".//title")
    text = " ".join((window.text_content() if window is not None else "").split())
    if len(text) > _MAX_TITLE:
        return
    ends = [match.start() for match in _PARTS.finditer(text)]
    yield text
    yield from (text[:end] for end in reversed(ends))
    yield from (part for part in _PARTS.split(text)[1:])


def choose(root: Any, lines: Sequence[str]) -> str:
    """The page's title: the first one that is declared or stands on the page, else one that is named as documents
    are, else the window's first part where it isn't the site's name. Empty where there is none."""
    sure = [value for name, value in declared(root) if name == "title"]
    if sure:
        return sure[0]
    possible = [title for title in titles(root) if len(squash(title)) >= 4 and len(title) <= _MAX_TITLE]
    on_page = {squash(line) for line in lines}
    opening = squash("".join(lines[:40]))
    for title in possible:
        if not is_site(title) and (squash(title) in on_page or (len(squash(title)) >= 8 and squash(title) in opening)):
            return title
    parts = [part for title in possible for part in [title] if not _PARTS.search(part)]
    named = next((part for part in parts if NAMED.search(part) and not is_site(part)), "")
    if named:
        return named
    window = root.find(".//title")
    first = _PARTS.split(" ".join((window.text_content() if window is not None else "").split()))[0]
    return first if len(squash(first)) >= 6 and not is_site(first) and len(first) <= _MAX_TITLE else ""


def is_published(line: str) -> bool:
    """Whether a line only says when, whence and how often the page was published."""
    labels = any_of("published")
    if len(line) > _MAX_PUBLISHED or "\t" in line or line.startswith("#") or _OF_DOCUMENT.search(line):
        return False
    if not re.search(rf"(?:{labels.pattern})\s*[次数量]*\s*[：:]", line):
        return False
    rest = any_of("tools").sub(" ", labels.sub(" ", _ISO.sub(" ", line)))
    values = [squash(value) for value in re.split(r"[\s：:|\[\]【】（）()]+", rest)]
    named = [value for value in values if re.sub(r"[\d年月日时分秒]", "", value)]
    return not re.search(r"[。；，、]", line) and len(named) <= 3 and all(len(value) <= _MAX_NAME for value in named)


def is_site(title: str) -> bool:
    """Whether a title names a site, a column of it or an office, and no document."""
    bare = title.strip()
    if any_of("breadcrumbs").search(bare[:8]) or _FILE_NAME.search(bare):
        return True
    return is_org(bare) or (any(bare.endswith(word) for word in page_words("sites")) and not NAMED.search(bare))
