"""Where a clause stands in its notice: the steps to it, what is rendered from them, and what a question says of it.

A place is data; the key in a clause's id and the words of a citation are renderings of it, and nobody reads an
id back. The third attachment's second table's fifth row:

    steps            ATTACHMENT 3, TABLE 2, ROW 5
    key_of           附3.表2.5
    words_of         附件3表2第5行

A citation that is typed as a question is the same grammar read backwards: `corpus.typed_place`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from corpus.numbering import Style, chinese_numeral


class StepKind(StrEnum):
    """What one step of a place counts or names."""

    ATTACHMENT = "attachment"  # its label is what is printed above it (附件2), where something is
    ISSUED = "issued"  # a text of its own that the notice issues or conveys; its label is the text's title
    NUMBERED = "numbered"  # a heading, an article or an item: its label is the marker (第三条, （一）, 2.)
    NAMED = "named"  # a heading without a number (主要目标), an office that heads a paragraph (区文联)
    LOST = "lost"  # an item whose number was lost
    TITLE = "title"
    INFO = "info"
    PARAGRAPH = "paragraph"
    TABLE = "table"
    TABLE_HEAD = "table_head"
    ROW = "row"  # its label is its own 序号, where the table has such a column
    PEOPLE = "people"
    ATTACHMENTS = "attachments"
    CONTENTS = "contents"
    SIGNATURE = "signature"
    CONTACT = "contact"
    SHREDS = "shreds"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `number` counts from 1 (0 where nothing is counted), `label` is the marker or name as
    it is written, with the space that stands behind an article's (第四条　), `style` the marker's. Where an amendment
    gave an article another number, these are the new ones, and `printed` is the label that its id keeps."""

    kind: StepKind
    number: int = 0
    label: str = ""
    style: Style | None = None
    printed: str | None = None

    def to_json(self) -> list[Any]:
        """`["numbered", 2, "（二）", 5]`"""
        data = [self.kind.value, self.number, self.label, None if self.style is None else self.style.value]
        return data if self.printed is None else [*data, self.printed]

    @classmethod
    def from_json(cls, data: list[Any]) -> Step:
        kind, number, label, style, *printed = data
        return cls(StepKind(kind), number, label, None if style is None else Style(style), *printed)


@dataclass(frozen=True, slots=True)
class Place:
    """The steps to a clause, outermost first. `piece` counts the pieces of a text that was too long for
    one clause, `again` the places of a notice that are equal otherwise; both from 1. `added` is the id of the notice
    that added the clause, where it isn't printed here."""

    steps: tuple[Step, ...]
    piece: int = 1
    again: int = 1
    added: str = ""

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def attachment(self) -> int:
        """Which of the texts behind the covering letter it stands in; 0 for the letter."""
        first = self.steps[0]
        return first.number if first.kind in (StepKind.ATTACHMENT, StepKind.ISSUED) else 0

    @property
    def issued(self) -> str | None:
        """The title of the text it stands in, where that is one the notice issues."""
        return self.steps[0].label if self.steps[0].kind is StepKind.ISSUED else None

    @property
    def table(self) -> tuple[Step, ...]:
        """The steps to the table that a row stands in."""
        return self.steps[:-1]

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "steps": [step.to_json() for step in self.steps],
            "piece": self.piece,
            "again": self.again,
        }
        return {**data, "added": self.added} if self.added else data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Place:
        return cls(tuple(map(Step.from_json, data["steps"])), data["piece"], data["again"], data.get("added", ""))


# kind → (how a key writes the step, how a citation writes it); {} is the number.
WRITTEN: dict[StepKind, tuple[str, str]] = {
    StepKind.ATTACHMENT: ("附{}", "附件{}"),
    StepKind.ISSUED: ("附{}", "《{}》"),
    StepKind.LOST: ("缺{}", "第{}点（原件缺编号）"),
    StepKind.TITLE: ("题", "标题"),
    StepKind.INFO: ("信息", "题注"),
    StepKind.PARAGRAPH: ("文{}", "第{}段"),
    StepKind.TABLE: ("表{}", "表{}"),
    StepKind.TABLE_HEAD: ("头", "表头"),
    StepKind.ROW: ("{}", "第{}行"),
    StepKind.PEOPLE: ("名单{}", "名单{}"),
    StepKind.ATTACHMENTS: ("附件{}", "附件说明{}"),
    StepKind.CONTENTS: ("目录{}", "目录{}"),
    StepKind.SIGNATURE: ("署{}", "落款{}"),
    StepKind.CONTACT: ("联系{}", "联系方式{}"),
    StepKind.SHREDS: ("碎表{}", "表{}（原件错乱）"),
}
# 引用公文条款: 编、章、节、条 by their own words, then 部分, 项, 点, 目 by the levels of GB/T 9704—2012 7.3.3.
LEVELS: dict[Style, str] = {
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

OWN_NUMBER = "序号"  # 表2序号159: a row by the number that the table gives it


def key_of(place: Place) -> str:
    """The part of a clause's id behind the notice's: `附1.二.（三）.1`, equal places apart by `~2`, the
    pieces of a long text by `-2`; an article that another notice added: `第五条+云政发〔2020〕4号`."""
    key = ".".join(map(_step_key, place.steps))
    added = f"+{place.added}" if place.added else ""
    piece = f"-{place.piece}" if place.piece > 1 else ""
    again = f"~{place.again}" if place.again > 1 else ""
    return f"{key}{added}{piece}{again}"


def _step_key(step: Step) -> str:
    label = step.label if step.printed is None else step.printed
    if step.kind in (StepKind.NUMBERED, StepKind.NAMED):
        return label if step.kind is StepKind.NAMED else bare_label(label)
    return WRITTEN[step.kind][0].format(step.number)


def bare_label(label: str) -> str:
    """A marker without the punctuation behind it: `一、` is 一, `2.` is 2, `（三）` stays."""
    return re.sub(r"[\s/~]", "", label).rstrip("、.．")


def words_of(place: Place) -> str:
    """The place as a citation writes it: 附件1第二部分第（三）项第1点; equal places are told apart by
    （其二）, the pieces of a long text by （续二）."""
    counted = (("其", place.again), ("续", place.piece))
    tail = "，".join(f"{word}{chinese_numeral(number)}" for word, number in counted if number > 1)
    return "".join(map(step_words, place.steps)) + (f"（{tail}）" if tail else "")


def in_quotes(words: str) -> str:
    """Words in “”, with quotations in them in ‘’ (GB/T 15834): “‘十二五’规划实施与评价”."""
    inner = re.sub(r"\"([^\"]*)\"", r"‘\1’", words)
    return f"“{inner.replace('“', '‘').replace('”', '’')}”"


def step_words(step: Step) -> str:
    """One step as a citation writes it: 第（三）项."""
    if step.kind is StepKind.NUMBERED:
        bare = bare_label(step.label)
        if step.style is Style.QUESTION:
            return LEVELS[step.style].format(bare.removeprefix("问"))
        if step.style is Style.DECIMAL and "." not in bare:
            return f"第{bare}点"
        form = LEVELS.get(step.style) if step.style is not None else None
        return form.format(bare) if form else in_quotes(bare)
    if step.kind is StepKind.NAMED:
        return in_quotes(step.label)
    if step.kind is StepKind.ATTACHMENT and step.label:
        return step.label
    if step.kind is StepKind.ROW and step.label:
        return f"{OWN_NUMBER}{step.label}"
    if step.kind is StepKind.ISSUED:
        return WRITTEN[step.kind][1].format(step.label)
    return WRITTEN[step.kind][1].format(step.number)
