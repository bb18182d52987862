"""Articles as sentences cite them: 第三条第二款、第五条至第七条, 第一百二十条之一, 序言."""

from __future__ import annotations

import re

from corpus.numbering import chinese_number, chinese_numeral

_N = r"[一二三四五六七八九十百零〇○两\d]{1,7}"
_FINE = rf"(?:之{_N})?(?:第{_N}款)?(?:第[（(]?{_N}[）)]?项)?(?:第{_N}目)?"
_ONE = rf"(?:第\s?{_N}\s?[条章节编]{_FINE}|序言|引言)"
_JOIN = r"(?:、|和|与|及|以及|或者|至|到)\s?"
# A comma joins, too, but not in 「第四条改为第五条，第三条改为第四条」.
_PAUSE = rf"[，,]\s?(?:第{_N}[款项]|(?>{_ONE})(?!(?:依次|分别|相应地?)?(?:修改|调整|改|作)为))"
ARTICLES = re.compile(rf"{_ONE}(?:{_JOIN}(?:第{_N}[款项]|{_ONE})|{_PAUSE}){{0,40}}")
_EACH = re.compile(
    rf"(?P<join>至|到)?\s?(?:第\s?(?P<n>{_N})\s?(?P<unit>[条章节编])(?P<fine>{_FINE})|(?P<named>序言|引言)"
    rf"|(?P<part>第{_N}款(?:第[（(]?{_N}[）)]?项)?|第{_N}项))"
)
_PARTS = re.compile(rf"第\s?(?P<n>{_N})\s?(?P<unit>[条章节编])(?:之(?P<sub>{_N}))?")
_PARAGRAPH = re.compile(rf"第({_N})款")
_ITEM = re.compile(rf"第[（(]?({_N})[）)]?项")
_MANY = 60  # articles of one range


def number(text: str) -> int | None:
    """12 and 十二 are twelve."""
    return int(text) if text.isdecimal() else chinese_number(text)


def labels(text: str) -> tuple[str, ...]:
    """Each article named, in order, a range article by article. Numerals are Chinese ones.

    第三条第二款、第五条至第七条 → 第三条第二款, 第五条, 第六条, 第七条; 第三条第一款、第二款 and 第三条，第二款 name
    paragraphs of 第三条.
    """
    out: list[str] = []
    last: int | None = None
    for match in _EACH.finditer(text):
        if match["part"]:
            out += _part_of(out, match["part"])
            continue
        if match["named"]:
            out.append(match["named"])
            continue
        value = number(match["n"])
        if value is None or not 0 < value < 1000:
            continue
        if match["join"] and last is not None and match["unit"] == "条" and last < value <= last + _MANY:
            out += [f"第{chinese_numeral(between)}条" for between in range(last + 1, value)]
        out.append(f"第{chinese_numeral(value)}{match['unit']}{match['fine']}")
        last = value
    return tuple(dict.fromkeys(out))


def _part_of(out: list[str], part: str) -> list[str]:
    """A paragraph or item of the article named last; where that is named as a whole, its part takes its place."""
    if not out or article_number(out[-1]) is None:
        return []
    article = article_of(out[-1])
    if out[-1] == article:
        out.pop()
        return [article + part]
    paragraph = _PARAGRAPH.search(out[-1])
    return [article + (paragraph.group() if paragraph and not _PARAGRAPH.search(part) else "") + part]


def article_of(label: str) -> str:
    """The article itself: 第三条第二款 → 第三条, 第一百二十条之一第一款 → 第一百二十条之一."""
    match = _PARTS.match(label)
    return match.group() if match else label


def article_number(label: str) -> tuple[int, int] | None:
    """第一百二十条之一 → (120, 1), 第三条 → (3, 0); None for what is no article (序言, 第二章)."""
    match = _PARTS.match(label)
    value = number(match["n"]) if match and match["unit"] == "条" else None
    if match is None or value is None:
        return None
    return value, (number(match["sub"]) or 0) if match["sub"] else 0


def paragraph_of(label: str) -> int | None:
    """第三条第二款 → 2."""
    match = _PARAGRAPH.search(label)
    return number(match[1]) if match else None


def item_of(label: str) -> int | None:
    """第三条第（二）项 → 2."""
    match = _ITEM.search(label)
    return number(match[1]) if match else None
