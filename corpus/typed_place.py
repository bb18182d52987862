"""Places as people type them: the grammar of `corpus.place` read backwards.

「第三部分第（二）项」, 「第4条」, 「附件2表1序号159」. A citation that was copied has exactly the words that a place is
rendered with; what is typed by hand has figures for numerals, lacks the chapter above an article, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from corpus.numbering import Style, chinese_number
from corpus.place import OWN_NUMBER, WRITTEN, Place, Step, StepKind, bare_label
from corpus.text import nfkc, squash

# What a numbered word may count; people say 点 for 一、 as for 1.
_STYLES: dict[str, tuple[Style, ...]] = {
    "编": (Style.PART,),
    "章": (Style.CHAPTER,),
    "节": (Style.SECTION,),
    "条": (Style.ARTICLE,),
    "部分": (Style.ENUM,),
    "项": (Style.PAREN,),
    "点": (Style.ENUM, Style.ARABIC, Style.DECIMAL, Style.QUESTION),
    "问": (Style.QUESTION,),
    "目": (Style.ARABIC_PAREN, Style.HALF_PAREN, Style.CIRCLED, Style.LATIN),
}
PARAGRAPH = "款"  # of an article: a line of its clause, no step of a place
# Kinds of steps by the word that citations write: 段 of 第{}段, 表 of 表{}; 附件 and 序号 are read apart.
_KINDS: dict[str, StepKind] = {
    form.strip("第").replace("{}", ""): kind
    for kind, (_, form) in WRITTEN.items()
    if kind not in (StepKind.ATTACHMENT, StepKind.ISSUED, StepKind.LOST, StepKind.SHREDS)
}
_COUNTED = [unit for unit in _KINDS if "{}" in WRITTEN[_KINDS[unit]][1]]
_IN_FRONT = [unit for unit in _COUNTED if not WRITTEN[_KINDS[unit]][1].startswith("第")]
_BEHIND = [unit for unit in _COUNTED if unit not in _IN_FRONT]
_BARE = [unit for unit in _KINDS if unit not in _COUNTED]

_COUNT = r"(?:\d{1,4}|[一二三四五六七八九十百零〇]{1,8})"
_GAP = r"\s{0,4}"
# Behind such a word, none of these: 第一项目标, 第二条件, 第一节能 count something else.
_NO_WORD = (
    r"(?!(?<=项)目)(?!(?<=条)[件例])(?!(?<=节)[能约日目])(?!(?<=章)程)(?!(?<=目)[标的录前])(?!(?<=问)题)"
    r"(?!(?<=点)[钟半])(?!(?<=行)[政业动为])(?!(?<=段)时)"
)
_MOST_STEPS = 12
_NUMBERED = (
    rf"第{_GAP}\(?{_GAP}(?P<count>{_COUNT}|[a-z]){_GAP}\)?{_GAP}"
    rf"(?P<unit>{'|'.join((*_STYLES, *_BEHIND, PARAGRAPH))}){_NO_WORD}(?:之(?P<sub>[一二三四五六七八九十]{{1,3}}))?"
)
_ATTACHED = rf"附(?P<sort>件|表|图)(?!说明){_GAP}(?P<which>{_COUNT}(?:-\d{{1,2}})?)?"
_TABLED = rf"(?P<table>{'|'.join(_IN_FRONT)}){_GAP}(?P<nth>{_COUNT})"
_ROW = rf"{OWN_NUMBER}(?P<own>[\dA-Za-z.-]{{1,10}}|[一二三四五六七八九十百]{{1,5}})"
_NAMED = r"[“\"「](?P<name>[^“”\"「」]{1,40})[”\"」]"
_PLAIN = rf"(?P<plain>{'|'.join(_BARE)}|正文)"
_LOST = r"\((?P<lost>原件缺编号|原件错乱)\)"
_AGAIN = rf"\((?:其(?P<again>{_COUNT}))?[,、]?(?:续(?P<piece>{_COUNT}))?\)"
_SAID = re.compile(f"(?:{_NUMBERED})|(?:{_ATTACHED})|(?:{_ROW})")
_STEP = re.compile("|".join(f"(?:{one})" for one in (_NUMBERED, _ATTACHED, _TABLED, _ROW, _NAMED, _PLAIN, _LOST)))
_TAIL = re.compile(_AGAIN)
_SPACE = re.compile(r"\s{0,4}")


@dataclass(frozen=True, slots=True)
class TypedStep:
    """One step as it is typed: the third 部分. `number` is 0 where none is said, `name` what isn't only a number (之一,
    2-1, 主要目标), `words` how it stands there."""

    unit: str
    number: int = 0
    name: str = ""
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """A place as it stands in a text, from `start` to `end`, `text` its words."""

    steps: tuple[TypedStep, ...]
    text: str
    start: int
    end: int
    again: int = 1
    piece: int = 1


def typed_place(question: str) -> tuple[TypedStep, ...]:
    """The part of a document that a question names anywhere: 「9号第三部分第（二）项」 → 部分 3, 项 2; or none."""
    steps = (_step(match) for match in _SAID.finditer(nfkc(question)))
    return tuple(step for step in steps if step is not None and step.number and step.unit not in ("附件", PARAGRAPH))


def read_place(text: str, start: int = 0) -> TypedPlace | None:
    """The place that stands at `start` of a text (in Unicode's form NFKC), as far as it goes, or None."""
    steps: list[TypedStep] = []
    at, end = start, start
    while match := _STEP.match(text, _SPACE.match(text, at).end()):  # type: ignore[union-attr]
        step = _step(match)
        at = end = match.end()
        if step is not None:
            steps.append(step)
        if len(steps) == _MOST_STEPS:
            break
    if not steps:
        return None
    again = piece = 1
    tail = _TAIL.match(text, end)
    if tail and (tail["again"] or tail["piece"]):
        again, piece, end = value(tail["again"]) or 1, value(tail["piece"]) or 1, tail.end()
    return TypedPlace(tuple(steps), text[start:end].strip(), start, end, again, piece)


def value(count: str | None) -> int | None:
    """What a figure or a numeral counts; None for neither."""
    if not count:
        return None
    return int(count) if count.isdecimal() else chinese_number(count)


def _step(match: re.Match[str]) -> TypedStep | None:
    groups = {name: found for name, found in match.groupdict().items() if found is not None}
    words = re.sub(r"\s", "", match.group())
    if "unit" in groups:
        return TypedStep(groups["unit"], _count(groups["count"]), groups.get("sub", ""), words)
    if "sort" in groups:
        which = groups.get("which", "")
        return TypedStep("附件", value(which.partition("-")[0]) or 0, which, words)
    if "own" in groups:
        return TypedStep(OWN_NUMBER, value(groups["own"]) or 0, groups["own"], words)
    if "table" in groups:
        return TypedStep(groups["table"], value(groups["nth"]) or 0, "", words)
    if "name" in groups:
        return TypedStep("“”", 0, groups["name"], words)
    if groups.get("plain", "正文") != "正文":
        return TypedStep(groups["plain"], 0, "", words)
    return None


def _count(text: str) -> int:
    return value(text) or (ord(text) - ord("a") + 1 if "a" <= text <= "z" else 0)


Fits = Callable[[Step, TypedStep], bool]


def is_step(step: Step, wanted: TypedStep) -> bool:
    """Whether a step is what is typed."""
    if wanted.unit == "附件":
        return step.kind is StepKind.ATTACHMENT and _is_attachment(step, wanted)
    if wanted.unit == OWN_NUMBER:
        return step.kind is StepKind.ROW and squash(step.label) == squash(wanted.name)
    if wanted.unit == "“”":
        return squash(bare_label(step.label)) == squash(wanted.name) and step.kind in (
            StepKind.NAMED,
            StepKind.NUMBERED,
        )
    if wanted.unit in _KINDS:
        return counts(step, wanted.unit) and wanted.number in (0, step.number)
    same = counts(step, wanted.unit) and step.number == wanted.number
    return same and bare_label(step.label).partition("条之")[2] == wanted.name


def counts(step: Step, unit: str) -> bool:
    """Whether a word may count a step: 条 counts articles, 表 tables."""
    if unit == "附件":
        return step.kind is StepKind.ATTACHMENT
    if unit == OWN_NUMBER:
        return step.kind is StepKind.ROW
    if unit in _KINDS:
        return step.kind is _KINDS[unit] or (unit == "表" and step.kind is StepKind.SHREDS)
    if step.kind is StepKind.LOST:
        return unit == "点"
    return step.kind is StepKind.NUMBERED and step.style in _STYLES.get(unit, ())


def _is_attachment(step: Step, wanted: TypedStep) -> bool:
    """附件2 is the one that is printed so; 附件 and 附件1 are the only one, 附件2-1 is named as a whole."""
    own = re.search(r"\d+(?:-\d+)?", step.label)
    if own is None:
        return wanted.number in (0, 1)
    return own.group() == (wanted.name if "-" in wanted.name else str(wanted.number))


def is_issued(step: Step, wanted: TypedStep) -> bool:
    """The same, where 附件1 may also be the first text behind the letter: old citations write so."""
    if wanted.unit == "附件" and step.kind is StepKind.ISSUED:
        return step.number == wanted.number
    return is_step(step, wanted)


def depth(place: Place, typed: tuple[TypedStep, ...], is_one: Fits = is_step) -> int | None:
    """How many steps of a place stand behind the last one that is typed, or None if it lies elsewhere.

    第二章第五条第（一）项 lies in 第五条 (1), and not in 第六条.
    """
    at = 0
    for wanted in typed:
        if wanted.unit == PARAGRAPH:
            continue
        while at < len(place.steps) and not is_one(place.steps[at], wanted):
            at += 1
        if at == len(place.steps):
            return None
        at += 1
    return len(place.steps) - at


def fits(place: Place, typed: tuple[TypedStep, ...]) -> bool:
    """Whether a place lies in the part that is typed: 二.（三） fits 第二部分, and not 第三部分."""
    return depth(place, typed) is not None
