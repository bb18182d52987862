"""Document numbers (发文字号 and its kin): find, read, write, compare. Their forms are data (`data/doc_numbers.toml`).

OCR and typing vary the brackets, the width of digits and white space: 「离政办发[2023] 9 号」 is 离政办发〔2023〕9号.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from corpus.numbering import chinese_number
from corpus.text import CJK, nfkc, squash

OPEN, CLOSE = r"[〔\[【(（﹝『「]", r"[〕\]】）)﹞』」]"
_MAX_NUMBER = 200  # characters of a line that is one number and nothing else, white space included
_GAP = r"\s{0,4}"  # bounded: a thousand spaces must not cost more than four
_PIECES = {
    "{code}": rf"(?P<code>[{CJK}]{{2,14}})",
    "{issuer}": rf"(?P<code>[{CJK}、]{{2,40}}?)",
    "{year}": r"(?P<year>(?:19|20)\d\s?\d)",
    "{serial}": r"(?P<serial>\d[\d ]{0,4})",
    "{numeral}": r"(?P<serial>\d{1,4}|[一二三四五六七八九十百零〇]{1,8})",
    "{before}": rf"(?P<code>[{CJK}]{{0,40}}?)",
    "〔": OPEN,
    "〕": CLOSE,
}


@dataclass(frozen=True, slots=True)
class DocNumber:
    """A document number. `code` is the 代字 or, where the form has one, the issuer; str() writes it.

    `serial` is as printed, 017号 with its nought: two ways of writing one number are compared by `number_key`.
    """

    form: str
    code: str
    year: str | None
    serial: str

    def __str__(self) -> str:
        parts = {"code": self.code, "issuer": self.code, "year": self.year, "serial": self.serial}
        return _form(self.form).written.format(**parts, numeral=self.serial)

    @property
    def plain(self) -> str:
        """The number without noughts in front of its serial, which some print and others leave out."""
        return str(replace(self, serial=self.serial.lstrip("0") or "0"))


@dataclass(frozen=True, slots=True)
class Cited:
    """A document number in a text, and where it stands."""

    number: DocNumber
    start: int
    end: int

    @property
    def doc_number(self) -> str:
        """As it is written in the normal form."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class _Form:
    name: str
    pattern: re.Pattern[str]
    whole: re.Pattern[str]  # the written form, and nothing else
    written: str
    alone: bool
    by_issuer: bool
    sign: str  # a character that every number of this form has: a text without it is passed over


@dataclass(frozen=True, slots=True)
class _TypedForm:
    form: str
    pattern: re.Pattern[str]
    before_ends: tuple[str, ...]


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("corpus").joinpath("data/doc_numbers.toml").read_text("utf-8"))


def compile_pattern(pattern: str, gap: str = _GAP) -> str:
    """A pattern of the data file as a regular expression; `gap` is what may stand between its parts."""
    out: list[str] = []
    for part in re.findall(r"\{\w+\}|.", pattern):
        if part == "？":
            out[-1] = f"(?:{out[-1]})?"
        else:
            out.append(_PIECES.get(part) or re.escape(part))
    return gap.join(out)


@functools.cache
def _forms() -> tuple[_Form, ...]:
    return tuple(
        _Form(
            row["name"],
            re.compile(compile_pattern(row["pattern"])),
            re.compile(compile_pattern(row["written"], gap="")),
            row["written"],
            row["alone"],
            "{issuer}" in row["pattern"],
            _fixed(row["pattern"])[-1],
        )
        for row in _data()["form"]
    )


def _form(name: str) -> _Form:
    return next(form for form in _forms() if form.name == name)


@functools.cache
def _typed_forms() -> tuple[_TypedForm, ...]:
    """The typed forms, the most telling first: those with a year, then those with more fixed characters."""
    rows = sorted(_data()["typed"], key=lambda row: -_told_by(row["pattern"]))
    return tuple(
        _TypedForm(row["form"], re.compile(compile_pattern(row["pattern"])), tuple(row.get("before_ends", ())))
        for row in rows
    )


def _told_by(pattern: str) -> int:
    """How much a pattern asks for: its fixed characters, a year as four of them."""
    return len(_fixed(pattern)) + (4 if "{year}" in pattern else 0)


def _fixed(pattern: str) -> str:
    """The characters of a pattern that always stand there."""
    return re.sub(r"\{\w+\}|.？|[〔〕]", "", pattern)


@functools.cache
def _sentence(part: str) -> re.Pattern[str]:
    """What of the characters in front of a number belongs to the sentence: 「根据」国发, 「依照」国务院令."""
    return re.compile(rf"^.*(?:{'|'.join(_data()['sentence'][part])})")


def _read(form: _Form, match: re.Match[str]) -> DocNumber | None:
    """The number that a match of a form's pattern is, without the words of the sentence in front."""
    code = match["code"]
    if form.by_issuer and code[-1] in _data()["sentence"]["not_before_order"]:
        return None
    lead = _sentence("issuer" if form.by_issuer else "code").match(code)
    cut = lead.end() if lead and len(code) - lead.end() >= 2 else 0
    groups = match.groupdict()
    year = "".join(groups["year"].split()) if groups.get("year") else None
    return DocNumber(form.name, code[cut:], year, _serial(groups["serial"]))


def _serial(text: str) -> str:
    """A serial as it is printed, without white space."""
    return "".join(text.split())


def find_numbers(text: str) -> list[Cited]:
    """Every document number of `text`, in order; positions refer to `text`.

    `和以离政函〔2017〕72 号文批复` → 离政函〔2017〕72号: words of the sentence are cut off.
    """
    folded = nfkc(text)
    if len(folded) != len(text):
        folded = text
    numbers = []
    for form in _forms():
        for match in form.pattern.finditer(folded) if form.sign in folded else ():
            number = _read(form, match)
            if number is not None:
                start = match.start() + len(match["code"]) - len(number.code)
                numbers.append(Cited(number, start, match.end()))
    return sorted(numbers, key=lambda cited: cited.start)


def only_number(text: str) -> str | None:
    """The normal form if `text` is one document number of a kind that may stand alone, else None."""
    if len(text) > _MAX_NUMBER:
        return None
    stripped = re.sub(r"\s", "", nfkc(text)).strip("()")
    for form in _forms():
        match = form.pattern.fullmatch(stripped) if form.alone else None
        if match is not None:
            groups = match.groupdict()
            return str(DocNumber(form.name, groups["code"], groups.get("year"), _serial(groups["serial"])))
    return None


def parse(doc_number: str) -> DocNumber | None:
    """A number in its normal form, as documents of the corpus bear it, or None if it is in no known form."""
    for form in _forms():
        match = form.whole.fullmatch(doc_number)
        if match is not None:
            groups = match.groupdict()
            return DocNumber(form.name, groups["code"], groups.get("year"), groups["serial"])
    return None


def number_key(doc_number: str) -> str:
    """The form in which numbers are compared: 云劳社〔2011〕017号, 云劳社[2011]17号 and （2011）17 号 behind the same
    代字 are one. What is no number (a title, a notice's id) is compared by its letters and digits."""
    number = parse(only_number(doc_number) or "".join(nfkc(doc_number).split()))
    return squash(doc_number if number is None else number.plain)


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A document number as a question names it: `before` is what stands in front of it (the 代字 or issuer, or
    a part of it, and words of the sentence), `year` may be missing, `text` is as typed."""

    form: str
    before: str
    year: str | None
    serial: str
    text: str

    @property
    def complete(self) -> bool:
        """Whether it names one document: an issuer's order (国务院令第706号), or a 代字 of two characters or more
        and the year (国发〔2018〕3号)."""
        if _form(self.form).by_issuer:
            return len(self.before) >= 3
        return len(self.before) >= 2 and self.year is not None


_SPACE = re.compile(r"\s+")


def find_typed(question: str) -> TypedNumber | None:
    """The document number that a question names, in any brackets and in part (「9号文」, 「706号令」), or None."""
    text = _without_spaces(nfkc(question))
    for typed in _typed_forms():
        for match in typed.pattern.finditer(text):
            groups = match.groupdict()
            if typed.before_ends and not groups["code"].endswith(typed.before_ends):
                continue
            year = groups.get("year")
            named = groups["code"].removesuffix("第")
            return TypedNumber(typed.form, named, year, _serial(groups["serial"]), match.group().strip())
    return None


def _without_spaces(text: str) -> str:
    """White space beside Chinese characters, figures and brackets means nothing; between words it stays."""

    def keep(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        return " " if re.fullmatch(r"[A-Za-z,.]", before) or re.fullmatch(r"[A-Za-z]", after) else ""

    return _SPACE.sub(keep, text)


def match_notices(typed: TypedNumber, numbers: Sequence[DocNumber | None]) -> list[int]:
    """Positions in `numbers` that a typed number names, best matches only.

    A whole 代字 beats a part of it; a part counts only where the sentence begins in front of it, so
    that 晋政发〔2023〕3号 never finds 离政发〔2023〕3号.
    """
    strengths = [0 if number is None else _strength(typed, number) for number in numbers]
    best = max(strengths, default=0)
    return [at for at, strength in enumerate(strengths) if strength == best > 0]


def _strength(typed: TypedNumber, number: DocNumber) -> int:
    if typed.form != number.form or _value(typed.serial) != _value(number.serial):
        return 0
    if typed.year is not None and typed.year != number.year:
        return 0
    if _form(number.form).by_issuer:
        return 3 if typed.before and number.code.endswith(typed.before[-3:]) else (2 if not typed.before else 1)
    if typed.before.endswith(number.code):
        return 4
    for size in range(len(number.code) - 1, 1, -1):
        head = typed.before[:-size]
        if typed.before.endswith(number.code[-size:]) and (not head or head[-1] in _data()["sentence"]["lead"]):
            return 2 + (size >= 3)
    return 1 if not typed.before or _is_only_words(typed.before) else 0


def _value(serial: str) -> int | None:
    """第七十七号 and 第77号 are one number."""
    return int(serial) if serial.isdecimal() else chinese_number(serial)


def _is_only_words(before: str) -> bool:
    """Whether what stands in front of the number is sentence, not 代字: 「请问那个」「文件」."""
    return re.search(r"(?:文件|通知|的|是|第|个|看|查|问|请|那|这|份|下)$", before) is not None
