"""Numbers of persons in what users write: telephones, identity cards, bank cards. They are not kept."""

from __future__ import annotations

import re
import unicodedata

BLANK = "[号码]"
_FEWEST = 7  # digits: a telephone without its area code; an identity number has 15 or 18, a card up to 19
_CHINESE = {char: str(value % 10) for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "○": "0",
    "幺": "1",
    "两": "2",
    **{char: str(value) for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")},
}
# What people put between the digits of one number. Commas and 、 part numbers from each other.
_BETWEEN = r"[ \-.·_/()]{0,3}"
_RUN = re.compile(rf"\+?\d(?:{_BETWEEN}\d){{{_FEWEST - 1},}}(?:{_BETWEEN}X)?")
_YEAR = r"(?:19|20)\d\d"
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_APART = r"[ \-.·_/()]{1,3}"
# Nothing parts a date of eight digits only: one of seven (1901201) may as well be a telephone.
_DATE = rf"(?:{_YEAR}{_APART}{_MONTH}{_APART}{_DAY}|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
# Dates, years, and from one to another: questions about public documents are full of them.
_DATES = re.compile(rf"(?:{_DATE}|{_YEAR})(?:{_BETWEEN}(?:{_DATE}|{_YEAR}))?")


def blanked(text: str) -> str:
    """The text with every number that may be a person's replaced by `[号码]`, however it is written: with
    spaces or dashes, full-width, in Chinese digits. Dates and years stay; long amounts go too."""
    plain = "".join(map(_plain, text))  # as many characters as `text`
    out, at = [], 0
    for run in _RUN.finditer(plain):
        if _DATES.fullmatch(run[0]):
            continue
        out += [text[at : run.start()], BLANK]
        at = run.end()
    return "".join([*out, text[at:]])


def _plain(char: str) -> str:
    """The digit, the `X` or the separator that a character means; else one that is nothing of these."""
    if char in _CHINESE:
        return _CHINESE[char]
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", char)
    if folded in ("x", "X", "×", "х", "Х"):  # the last two are Cyrillic
        return "X"
    kind = unicodedata.category(char)
    if kind == "Pd" or folded in ("-", "−", "~"):
        return "-"
    if kind in ("Zs", "Cf", "Mn") or char in "\t\n\r":
        return " "
    return folded if len(folded) == 1 and folded in ".·_/()+" else "?"
