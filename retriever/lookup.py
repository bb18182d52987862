"""Document numbers in questions: whole, in part, in any brackets, and the part of the document asked for.

「离政办发〔2023〕9号」, `[2023]`, `(2023)`, 「2023年9号」, with OCR's spaces, 「离政办发9号」,
「办发〔2023〕9号文第三部分」, 「9号文」, 「国务院令第706号」, 「706号令」.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.doc_number import parts
from corpus.numbering import chinese_numeral
from corpus.text import CJK, is_cjk, nfkc

# White space is single blanks by now. What stands in front of a number is read from the number backwards: a
# pattern that begins with it would try each of its characters.
_NUMBERED = re.compile(r" ?[〔\[【(（]? ?((?:19|20)\d\d) ?[〕\]】)）年]? ?第? ?(\d{1,4}) ?号")
_SHORT = re.compile(r" ?第? ?(\d{1,4}) ?号(令|文件|文|通知|函|公告|通告)?")
_SPACED = re.compile(rf"(?<=[{CJK}\d〔\[(（]) (?=[{CJK}\d〕\])）])| (?=[〔\[(（〕\])）])|(?<=[〔\[(（〕\])）]) ")
# Characters in front of a partial 代字 that belong to the sentence.
_LEAD = re.compile(r"(?:^|[的文看查找是请问以在按据个份下和与及])$")
_SECTION = re.compile(r"第\s*([一二三四五六七八九十百零〇\d]+)\s*(部分|条|章|节|款|项|点)")


@dataclass(frozen=True, slots=True)
class NumberQuery:
    """A document number as a question names it. `code` and `year` may be missing; `text` is as typed."""

    code: str
    year: str | None
    serial: str
    order: bool
    text: str

    @property
    def complete(self) -> bool:
        """Whether it names one document: a 代字 of two characters or more, and the year; or an issuer's order."""
        return len(self.code) >= (4 if self.order else 2) and (self.order or self.year is not None)


def find_number(question: str) -> NumberQuery | None:
    """The document number a question names, or None."""
    text = _SPACED.sub("", " ".join(nfkc(question).split()))
    match = _NUMBERED.search(text)
    if match:
        code = _before(text, match.start(), 0)
        return NumberQuery(code, match[1], str(int(match[2])), False, (code + match.group()).strip())
    end = 0
    for short in _SHORT.finditer(text):
        before, kind = _before(text, short.start(), end), short[2]
        end = short.end()
        order = kind == "令" or before.endswith("令")
        if order or kind in ("文", "文件") or before.endswith(("发", "函", "办", "字")):
            return NumberQuery(before, None, str(int(short[1])), order, (before + short.group()).strip())
    return None


def _before(text: str, end: int, floor: int) -> str:
    """The Chinese characters that end at `end`, back to `floor`."""
    start = end
    while start > floor and is_cjk(text[start - 1]):
        start -= 1
    return text[start:end]


def match_notices(query: NumberQuery, numbers: Sequence[str | None]) -> list[int]:
    """Positions in `numbers` (normalised document numbers) that the query names, best matches only.

    A whole 代字 beats a part of it; a part counts only where the sentence begins in front of it, so
    that 晋政发〔2023〕3号 never finds 离政发〔2023〕3号.
    """
    found: list[tuple[int, int]] = []
    for at, number in enumerate(numbers):
        strength = _strength(query, number) if number else 0
        if strength:
            found.append((strength, at))
    best = max((strength for strength, _ in found), default=0)
    return [at for strength, at in found if strength == best]


def _strength(query: NumberQuery, number: str) -> int:
    order = re.fullmatch(r"(.+)令第(.+)号", number)
    if order:
        if order[2] != query.serial or not (query.order or "令" in query.code):
            return 0
        named = query.code.removesuffix("第").removesuffix("令")
        return 3 if named and order[1].endswith(named[-3:]) else (2 if not named else 1)
    split = parts(number)
    if split is None or query.order or split[2] != query.serial:
        return 0
    if query.year is not None and split[1] != query.year:
        return 0
    code, before = split[0], query.code
    if before.endswith(code):
        return 4
    for size in range(len(code) - 1, 1, -1):
        tail = code[-size:]
        if before.endswith(tail) and _LEAD.search(before[:-size]):
            return 2 + (size >= 3)
    return 1 if query.year is not None and not before else (1 if _is_only_words(before) else 0)


def _is_only_words(before: str) -> bool:
    """Whether what stands in front of the number is sentence, not 代字: 「请问那个」「文件」."""
    return before == "" or re.search(r"(?:文件|通知|的|是|第|个|看|查|问|请|那|这|份|下)$", before) is not None


def find_section(question: str) -> tuple[str, ...]:
    """Labels of the part a question asks for (「第三部分」 is 三、 or 第三部分; 「第五条」 is 第五条)."""
    labels: list[str] = []
    for match in _SECTION.finditer(nfkc(question)):
        numeral = match[1]
        if numeral.isdigit() and 0 < int(numeral) < 1000:
            numeral = chinese_numeral(int(numeral))
        if match[2] in ("部分", "点"):
            labels.append(f"{numeral}、")
        elif match[2] in ("条", "章", "节"):
            labels.append(f"第{numeral}{match[2]}")
        elif match[2] == "项":
            labels.append(f"（{numeral}）")
    return tuple(labels)
