"""Numerals and the markers that number headings, articles and items.

Levels follow GB/T 9704—2012 7.3.3 (一、 then （一） then 1. then （1）), rules of law (编 章 节 条), and
the decimal numbering of plans (1, 1.1, 1.1.1). Whether a marker is one depends on its sequence too;
that is decided in `corpus.tree`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import IntEnum

from corpus.text import CJK, ends_sentence, nfkc

_UNITS = {"十": 10, "百": 100}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_MAX_NUMERAL = 6  # characters: 九百九十九 and one to spare
_NUMERAL = "[一二三四五六七八九十百零〇○两]"


def chinese_number(text: str) -> int | None:
    """Read a Chinese numeral below 1,000 (`一百二十三` is 123), or None if it is none."""
    total, digit = 0, None
    if len(text) > _MAX_NUMERAL:
        return None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        elif char in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[char]
        else:
            return None
    total += digit or 0
    return total if 0 < total < 1000 and chinese_numeral(total) == _canonical(text) else None


def _canonical(text: str) -> str:
    text = text.replace("〇", "零").replace("○", "零").replace("两", "二")
    return text[1:] if text.startswith("一十") else text


def chinese_numeral(number: int) -> str:
    """Write 1 to 999 as documents do (`12` is 十二, `105` is 一百零五). Raises ValueError outside."""
    if not 0 < number < 1000:
        raise ValueError(f"no numeral for {number}")
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")


class Style(IntEnum):
    """Kinds of markers, outermost first by custom; documents may nest them otherwise."""

    PART = 0  # 第一编
    CHAPTER = 1  # 第一章
    SECTION = 2  # 第一节
    ARTICLE = 3  # 第一条
    ENUM = 4  # 一、
    PAREN = 5  # （一）
    ARABIC = 6  # 1.
    ARABIC_PAREN = 7  # （1）
    HALF_PAREN = 8  # 1）
    CIRCLED = 9  # ①
    LATIN = 10  # a.
    DECIMAL = 11  # 1.1
    UNNUMBERED = 12  # 主要目标：
    OFFICE = 13  # 区文联：
    QUESTION = 14  # 问：…, 35、…？ with its answer


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker at the start of a paragraph. `label` is its normalised text (`（一）`, `1.`,
    `第三条`), `number` its value (of a decimal the last component), `length` the characters it and
    the white space behind it take, `components` all components of a decimal."""

    style: Style
    number: int
    label: str
    length: int
    components: tuple[int, ...] = ()


_LAW = re.compile(
    rf"第\s*({_NUMERAL}(?:\s*{_NUMERAL}){{0,7}}|\d{{1,3}})\s*([编章节条])(?:\s*之\s*({_NUMERAL}{{1,6}}))?(?:[、．.：:](?!第|前))?"
)
_LAW_STYLE = {"编": Style.PART, "章": Style.CHAPTER, "节": Style.SECTION, "条": Style.ARTICLE}
# What follows the number of a cited article, never that of a heading: 第五条的、第五条至第七条、第三条第二款. An
# article itself may begin with 第二审, 项目 and, behind white space, with 与本案有关的.
_CITED = re.compile(
    rf"(?:和|及|与|或|或者|以及)\s*[本前]"
    rf"|\s*(?:的|至|到|、|，|,|。|；|》|）|\)|规定(?:的|，)|所列|所称|之(?![间外])|中的|款|(?:和|及|与|或|或者|以及)\s*第"
    rf"|第\s*(?:{_NUMERAL}|\d)+\s*[款项目])|第(?:{_NUMERAL}|\d)+条"
)
_ENUM = re.compile(rf"({_NUMERAL}{{1,4}})\s*[、．]\s*")
_PAREN = re.compile(rf"[(（]\s*({_NUMERAL}{{1,4}})\s*[)）]\s*[、．.]?\s*")
# 「（三）项规定」 cites an item; 「（三）项目建设组」 is one.
_CITED_ITEM = re.compile(r"》|项(?!目)|款(?!项)")
_ARABIC = re.compile(r"(\d{1,3})\s*[.．、]\s*(?![\d])")
_ARABIC_SPACED_DIGIT = re.compile(rf"(\d{{1,3}})[.．、]\s+(?=\d{{2,4}}\s*[{CJK}])")
_ARABIC_PAREN = re.compile(r"[(（]\s*(\d{1,2})\s*[)）]\s*[、．.]?\s*")
_HALF_PAREN = re.compile(r"(\d{1,2})\s*[)）]\s*")
_CIRCLED = re.compile(r"([①-⑳])\s*")
# Signs of one character: ㈠, ⑴, ⒈.
_SIGNS = {
    **{chr(0x3220 + at): (Style.PAREN, at + 1) for at in range(10)},
    **{chr(0x2474 + at): (Style.ARABIC_PAREN, at + 1) for at in range(20)},
    **{chr(0x2488 + at): (Style.ARABIC, at + 1) for at in range(20)},
}
_SIGN = re.compile(rf"([{''.join(_SIGNS)}])[、．.]?\s*")
_LATIN = re.compile(rf"([a-z])[.．、]\s*(?=[{CJK}])")
_DECIMAL = re.compile(rf"(\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})(?:\s+(?=[{CJK}（(])|\s*(?=[（(][{CJK}]))")
# `1　总则`: a number and white space. Never in front of a unit: 「1 日起执行」 is half a date.
_PLAIN = re.compile(rf"(\d{{1,2}})[ \u3000]+(?![年月日时分个项条款人名次户亩吨元万亿度米公周天])(?=[{CJK}])")
# Texts up to this length are read once: a line is looked at by many rules.
_SHORT = 600

_FIRST = re.compile(rf"第|{_NUMERAL}|[(（①-⒛㈠-㈩a-z\d]")  # what a marker begins with


def read_marker(text: str) -> Marker | None:
    """The marker at the start of `text`, by its form alone, or None.

    Amounts (`1.5万元`), dates, phones and cited articles (`第五条规定的…`) have no marker's form.
    """
    if not _FIRST.match(text):
        return None
    return _read_short(text) if len(text) <= _SHORT else _read(text)


def _read(text: str) -> Marker | None:
    for reader in (_read_law, _read_chinese, _read_decimal, _read_arabic, _read_letters):
        marker = reader(text)
        if marker:
            return marker
    return None


_read_short = functools.lru_cache(maxsize=4096)(_read)


def _read_law(text: str) -> Marker | None:
    match = _LAW.match(text)
    if not match or _CITED.match(text, match.end()):
        return None
    numeral = re.sub(r"\s", "", match[1])
    number = int(numeral) if numeral.isdecimal() else chinese_number(numeral)
    if not number:
        return None
    label = f"第{nfkc(numeral)}{match[2]}" + (f"之{match[3]}" if match[3] else "")
    end = match.end()
    while end < len(text) and text[end].isspace():
        end += 1
    return Marker(_LAW_STYLE[match[2]], number, label, end)


def _read_chinese(text: str) -> Marker | None:
    for pattern, style, form in ((_ENUM, Style.ENUM, "{}、"), (_PAREN, Style.PAREN, "（{}）")):
        match = pattern.match(text)
        number = chinese_number(match[1]) if match else None
        if match and number and not _CITED_ITEM.match(text, match.end()):
            return Marker(style, number, form.format(match[1]), match.end())
    return None


def _read_decimal(text: str) -> Marker | None:
    match = _DECIMAL.match(text)
    if match is None and len(text) <= 30 and not ends_sentence(text):
        match = _PLAIN.match(text)
    if match is None:
        return None
    components = tuple(int(part) for part in match[1].split("."))
    if 0 in components:
        return None
    return Marker(Style.DECIMAL, components[-1], match[1], match.end(), components)


def _read_arabic(text: str) -> Marker | None:
    for pattern, style, form in (
        (_ARABIC, Style.ARABIC, "{}."),
        (_ARABIC_SPACED_DIGIT, Style.ARABIC, "{}."),
        (_ARABIC_PAREN, Style.ARABIC_PAREN, "（{}）"),
        (_HALF_PAREN, Style.HALF_PAREN, "{}）"),
    ):
        match = pattern.match(text)
        if match and int(match[1]) > 0 and match.end() < len(text):
            return Marker(style, int(match[1]), form.format(int(match[1])), match.end())
    return None


def _read_letters(text: str) -> Marker | None:
    if match := _SIGN.match(text):
        style, number = _SIGNS[match[1]]
        label = {
            Style.PAREN: f"（{chinese_numeral(number)}）",
            Style.ARABIC: f"{number}.",
            Style.ARABIC_PAREN: f"（{number}）",
        }[style]
        return Marker(style, number, label, match.end())
    match = _CIRCLED.match(text)
    if match:
        return Marker(Style.CIRCLED, ord(match[1]) - ord("①") + 1, match[1], match.end())
    match = _LATIN.match(text)
    if match:
        return Marker(Style.LATIN, ord(match[1]) - ord("a") + 1, f"{match[1]}.", match.end())
    return None
