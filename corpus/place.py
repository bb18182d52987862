"""Where a clause stands in its notice: the steps to it, what is rendered from them, and what a question says of it.

A place is data; the key in a clause's id and the words of a citation are renderings of it, and nobody reads an
id back. The third attachment's second table's fifth row:

    steps            ATTACHMENT 3, TABLE 2, ROW 5
    key_of           附3.表2.5
    words_of         附件3表2第5点

A citation that is typed as a question is the same grammar read backwards: `typed_place` and `fits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from corpus.numbering import Style, chinese_number, chinese_numeral
from corpus.text import nfkc


class StepKind(StrEnum):
    """What one step of a place counts or names."""

    ATTACHMENT = "attachment"
    NUMBERED = "numbered"  # a heading, an article or an item: its label is the marker (第三条, （一）, 2.)
    NAMED = "named"  # a heading without a number (主要目标), an office that heads a paragraph (区文联)
    LOST = "lost"  # an item whose number was lost
    TITLE = "title"
    INFO = "info"
    PARAGRAPH = "paragraph"
    TABLE = "table"
    TABLE_HEAD = "table_head"
    ROW = "row"
    PEOPLE = "people"
    ATTACHMENTS = "attachments"
    CONTENTS = "contents"
    SIGNATURE = "signature"
    CONTACT = "contact"
    SHREDS = "shreds"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `number` counts from 1 (0 where nothing is counted), `label` is the marker or name as
    it is written, `style` the marker's."""

    kind: StepKind
    number: int = 0
    label: str = ""
    style: Style | None = None

    def to_json(self) -> list[Any]:
        """`["numbered", 2, "（二）", 5]`"""
        return [self.kind.value, self.number, self.label, None if self.style is None else self.style.value]

    @classmethod
    def from_json(cls, data: list[Any]) -> Step:
        kind, number, label, style = data
        return cls(StepKind(kind), number, label, None if style is None else Style(style))


@dataclass(frozen=True, slots=True)
class Place:
    """The steps to a clause, outermost first. `piece` counts the pieces of a text that was too long for
    one clause, `again` the places of a notice that are equal otherwise; both from 1."""

    steps: tuple[Step, ...]
    piece: int = 1
    again: int = 1

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def attachment(self) -> int:
        """The number of the attachment it stands in; 0 for the covering letter."""
        first = self.steps[0]
        return first.number if first.kind is StepKind.ATTACHMENT else 0

    @property
    def table(self) -> tuple[Step, ...]:
        """The steps to the table that a row stands in."""
        return self.steps[:-1]

    def to_json(self) -> dict[str, Any]:
        return {"steps": [step.to_json() for step in self.steps], "piece": self.piece, "again": self.again}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Place:
        return cls(tuple(map(Step.from_json, data["steps"])), data["piece"], data["again"])


# kind → (how a key writes the step, how a citation writes it); {} is the number.
_WRITTEN: dict[StepKind, tuple[str, str]] = {
    StepKind.ATTACHMENT: ("附{}", "附件{}"),
    StepKind.LOST: ("缺{}", "第{}点（原件缺编号）"),
    StepKind.TITLE: ("题", "标题"),
    StepKind.INFO: ("信息", "题注"),
    StepKind.PARAGRAPH: ("文{}", "第{}段"),
    StepKind.TABLE: ("表{}", "表{}"),
    StepKind.TABLE_HEAD: ("头", "表头"),
    StepKind.ROW: ("{}", "第{}点"),
    StepKind.PEOPLE: ("名单{}", "名单{}"),
    StepKind.ATTACHMENTS: ("附件{}", "附件说明{}"),
    StepKind.CONTENTS: ("目录{}", "目录{}"),
    StepKind.SIGNATURE: ("署{}", "落款{}"),
    StepKind.CONTACT: ("联系{}", "联系方式{}"),
    StepKind.SHREDS: ("碎表{}", "表{}（原件错乱）"),
}
# 引用公文条款: 编、章、节、条 by their own words, then 部分, 项, 点, 目 by the levels of GB/T 9704—2012 7.3.3.
_LEVELS: dict[Style, str] = {
    Style.PART: "{}",
    Style.CHAPTER: "{}",
    Style.SECTION: "{}",
    Style.ARTICLE: "{}",
    Style.ENUM: "第{}部分",
    Style.PAREN: "第{}项",
    Style.ARABIC: "第{}点",
    Style.ARABIC_PAREN: "第{}目",
    Style.HALF_PAREN: "第{}目",
    Style.CIRCLED: "第{}目",
    Style.LATIN: "第{}目",
    Style.QUESTION: "第{}问",
}


def key_of(place: Place) -> str:
    """The part of a clause's id behind the notice's: `附1.二.（三）.1`, equal places apart by `~2`, the
    pieces of a long text by `-2`."""
    key = ".".join(map(_step_key, place.steps))
    piece = f"-{place.piece}" if place.piece > 1 else ""
    again = f"~{place.again}" if place.again > 1 else ""
    return f"{key}{piece}{again}"


def _step_key(step: Step) -> str:
    if step.kind in (StepKind.NUMBERED, StepKind.NAMED):
        return step.label if step.kind is StepKind.NAMED else bare_label(step.label)
    return _WRITTEN[step.kind][0].format(step.number)


def bare_label(label: str) -> str:
    """A marker without the punctuation behind it: `一、` is 一, `2.` is 2, `（三）` stays."""
    return re.sub(r"[\s/~]", "", label).rstrip("、.．")


def words_of(place: Place) -> str:
    """The place as a citation writes it: 附件1第二部分第（三）项第1点; equal places are told apart by
    （其二）, the pieces of a long text by （续二）."""
    counted = (("其", place.again), ("续", place.piece))
    tail = "，".join(f"{word}{chinese_numeral(number)}" for word, number in counted if number > 1)
    return "".join(map(_step_words, place.steps)) + (f"（{tail}）" if tail else "")


def _step_words(step: Step) -> str:
    if step.kind is StepKind.NUMBERED:
        bare = bare_label(step.label)
        if step.style is Style.QUESTION:
            return _LEVELS[step.style].format(bare.removeprefix("问"))
        if step.style is Style.DECIMAL and "." not in bare:
            return f"第{bare}点"
        form = _LEVELS.get(step.style) if step.style is not None else None
        return form.format(bare) if form else f"“{bare}”"
    if step.kind is StepKind.NAMED:
        return f"“{step.label}”"
    return _WRITTEN[step.kind][1].format(step.number)


# What a typed word may count: 「第三部分」, 「第（三）项」, 「第五条」; people say 点 for 一、 as for 1.
_UNITS: dict[str, tuple[Style, ...]] = {
    "编": (Style.PART,),
    "章": (Style.CHAPTER,),
    "节": (Style.SECTION,),
    "条": (Style.ARTICLE,),
    "部分": (Style.ENUM,),
    "项": (Style.PAREN,),
    "点": (Style.ENUM, Style.ARABIC, Style.DECIMAL, Style.QUESTION),
    "问": (Style.QUESTION,),
    "目": (Style.ARABIC_PAREN, Style.HALF_PAREN, Style.CIRCLED),
}
_COUNT = r"(\d{1,3}|[一二三四五六七八九十百零〇]{1,8})"
_TYPED = re.compile(rf"第\s{{0,4}}[(（]?\s{{0,4}}{_COUNT}\s{{0,4}}[)）]?\s{{0,4}}({'|'.join(_UNITS)})")


@dataclass(frozen=True, slots=True)
class TypedStep:
    """One step as a question names it: the third 部分."""

    unit: str
    number: int


def typed_place(question: str) -> tuple[TypedStep, ...]:
    """The part of a document that a question names: 「…9号第三部分第（二）项」 → 部分 3, 项 2. Empty if none."""
    steps = []
    for match in _TYPED.finditer(nfkc(question)):
        number = int(match[1]) if match[1].isdecimal() else chinese_number(match[1])
        if number:
            steps.append(TypedStep(match[2], number))
    return tuple(steps)


def fits(place: Place, typed: tuple[TypedStep, ...]) -> bool:
    """Whether a place lies in the part that a question names: 二.（三） fits 第二部分, and not 第三部分."""
    return all(any(_is_step(step, wanted) for step in place.steps) for wanted in typed)


def _is_step(step: Step, wanted: TypedStep) -> bool:
    return step.kind is StepKind.NUMBERED and step.number == wanted.number and step.style in _UNITS[wanted.unit]
