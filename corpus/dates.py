"""Dates as official documents write them (GB/T 9704—2012 7.3.5.4: Arabic numerals; before 2012
Chinese numerals, 「二〇〇四年六月二十六日」)."""

from __future__ import annotations

import datetime as dt
import re

from corpus.numbering import chinese_number
from corpus.text import nfkc

_DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零O0", "0")
_ARABIC = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年\s*(\d{1,2}|元)\s*月\s*(\d{1,2})\s*日")
_PLAIN = re.compile(r"((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_CHINESE = re.compile(
    r"([一二三四五六七八九]\s*[〇○零O0一二三四五六七八九]\s*[〇○零O0一二三四五六七八九]\s*[〇○零O0一二三四五六七八九])\s*年\s*"
    r"([一二三四五六七八九十]{1,2}|元)\s*月\s*([一二三四五六七八九十]{1,3})\s*日"
)


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def find_dates(text: str) -> list[tuple[int, int, str]]:
    """All full dates of `text` in order: `自2023年4月1日起` → [(1, 10, "2023-04-01")] (start, end, ISO date);
    元月 is January.

    Impossible dates (2 月 30 日) are left out. Positions are those of NFKC text, which for these
    documents has the length of the original.
    """
    if "年" not in text:
        return []
    folded = nfkc(text) if len(nfkc(text)) == len(text) else text
    dates: list[tuple[int, int, str]] = []
    for match in _ARABIC.finditer(folded):
        date = _iso(int(match[1]), 1 if match[2] == "元" else int(match[2]), int(match[3]))
        if date:
            dates.append((match.start(), match.end(), date))
    for match in _CHINESE.finditer(folded):
        year = int("".join(str(_DIGITS[char]) for char in match[1] if not char.isspace()))
        month, day = 1 if match[2] == "元" else chinese_number(match[2]), chinese_number(match[3])
        date = _iso(year, month, day) if month and day else None
        if date:
            dates.append((match.start(), match.end(), date))
    return sorted(dates)


def only_date(text: str) -> str | None:
    """The ISO date of a text that is nothing but a date, else None: `二〇二三年四月六日` → 2023-04-06,
    `2016-3-31`, `2016.3.31` and `2016/3/31` → 2016-03-31."""
    stripped = text.strip()
    if plain := _PLAIN.fullmatch(nfkc(stripped)):
        return _iso(int(plain[1]), int(plain[3]), int(plain[4]))
    dates = find_dates(stripped)
    if len(dates) == 1 and dates[0][0] == 0 and dates[0][1] == len(stripped):
        return dates[0][2]
    return None


def stated_date(value: str) -> str | None:
    """The ISO date that a labelled value begins with, whatever follows: `2016-05-16 10:05`, `20150213`."""
    text = nfkc(value).strip()
    plain = _PLAIN.match(text) or _COMPACT.match(text)
    if plain:
        year, month, day = (int(plain[at]) for at in ((1, 3, 4) if plain.re is _PLAIN else (1, 2, 3)))
        return _iso(year, month, day)
    dates = find_dates(text)
    return dates[0][2] if dates else None


def chinese_date(iso: str | None) -> str:
    """`2023-05-09` → `2023年5月9日`; nothing for no date."""
    if not iso:
        return ""
    year, month, day = iso[:10].split("-")
    return f"{year}年{int(month)}月{int(day)}日"
