"""Numbers as Word prints them in front of automatically numbered paragraphs.

Formats are those of ECMA-376 part 1, 17.18.59 (ST_NumberFormat) that Chinese documents use.
"""

from __future__ import annotations

from collections.abc import Callable

from corpus.numbering import chinese_numeral

_CHINESE = "〇一二三四五六七八九"
_VALUES = (100, 90, 50, 40, 10, 9, 5, 4, 1)
_ROMAN = tuple(zip(_VALUES, ("c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"), strict=True))


def _chinese(number: int) -> str:
    return chinese_numeral(number) if 0 < number < 1000 else str(number)


def _digital(number: int) -> str:
    if number < 0:
        return str(number)
    return "".join(_CHINESE[int(digit)] for digit in str(number))


def _letter(number: int) -> str:
    """a to z, then aa to zz: Word repeats the letter, up to thirty times."""
    if not 1 <= number <= 780:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    if not 0 < number < 400:  # no document counts so far with these
        return str(number)
    out = ""
    for value, mark in _ROMAN:
        while number >= value:
            out, number = out + mark, number - value
    return out


def _from(first: int, most: int) -> Callable[[int], str]:
    """Characters that follow one another in Unicode from `first` on; beyond `most` plain digits."""
    return lambda number: chr(first + number - 1) if 1 <= number <= most else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "ideographDigital": _digital,
    "japaneseDigitalTenThousand": _digital,
    "decimalEnclosedCircle": _from(0x2460, 20),
    "decimalEnclosedCircleChinese": _from(0x2460, 20),
    "decimalEnclosedParen": _from(0x2474, 20),
    "decimalEnclosedFullstop": _from(0x2488, 20),
    "ideographEnclosedCircle": _from(0x3280, 10),
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}


def format_number(number: int, style: str) -> str:
    """`number` in a format of Word; formats that Chinese documents don't use give plain digits."""
    if style in ("none", "bullet"):
        return ""
    return _FORMATS.get(style, str)(number)
