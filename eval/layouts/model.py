"""What a generated file says: the structure that a parse is to give back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class NumberKind(StrEnum):
    """The forms of document numbers."""

    LETTER = "字号"  # 澄政发〔2021〕7号
    ANNOUNCEMENT = "公告号"  # 澄河市水务局公告2024年第5号
    ORDER = "令号"  # 澄河市人民政府令第77号


@dataclass(frozen=True, slots=True)
class Number:
    """A document number. `code` is the 代字, or the issuer of an announcement or an order."""

    kind: NumberKind
    code: str
    year: int
    serial: int

    @property
    def normal(self) -> str:
        """As the contract writes it."""
        if self.kind is NumberKind.ORDER:
            return f"{self.code}令第{self.serial}号"
        if self.kind is NumberKind.ANNOUNCEMENT:
            return f"{self.code}公告{self.year}年第{self.serial}号"
        return f"{self.code}〔{self.year}〕{self.serial}号"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph without any number. `closes`: it ends the body and belongs to no heading (特此通知)."""

    text: str
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Something numbered: chapter, article, heading or item.

    `marker` is printed in front (第三条, 一、), `head` are the words of the heading, `text` is what follows on
    the same line; one of these two may be empty.
    """

    marker: str
    head: str = ""
    text: str = ""
    items: tuple[Item, ...] = ()

    @property
    def label(self) -> str:
        """The heading as it is compared. 问： is no number."""
        return self.head if self.marker == "问：" else self.marker + self.head

    @property
    def is_article(self) -> bool:
        return self.marker.endswith("条")

    @property
    def is_chapter(self) -> bool:
        return self.marker.endswith("章")

    @property
    def is_level1(self) -> bool:
        return self.marker.endswith("、") and not self.marker[0].isdigit()


@dataclass(frozen=True, slots=True)
class Table:
    """Column heads and rows of as many cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class People:
    """A group of people: a label (成员) and pairs of name and post."""

    label: str
    people: tuple[tuple[str, str], ...]


Item = Paragraph | Section | Table | People


@dataclass(frozen=True, slots=True)
class Part:
    """What follows the body: an issued regulation (`mark` empty) or an attachment (附件1)."""

    title: str
    items: tuple[Item, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask: one number or more. `unit` and `person` may be missing."""

    phones: tuple[str, ...]
    unit: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document. What is None or empty isn't printed.

    `issuer` signs; `head_issuer` is the name that the title begins with or an order is headed by; `office` made
    it, printed or not. `mark` stands above the title (附件2), `adopted` is the day in a note of adoption below it.
    `printing` are the lines behind everything (抄送, 公开方式, 印发).
    """

    title: str
    items: tuple[Item, ...]
    number: Number | None = None
    head_issuer: str | None = None
    office: str = ""
    mark: str = ""
    adopted: dt.date | None = None
    addressee: str | None = None
    attachments: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    issuer: str | None = None
    signer: str | None = None
    date: dt.date | None = None
    contacts: tuple[Contact, ...] = ()
    printing: tuple[str, ...] = ()
    valid_from: dt.date | None = None

    @property
    def is_order(self) -> bool:
        return self.number is not None and self.number.kind is NumberKind.ORDER


@dataclass(frozen=True, slots=True)
class Structure:
    """All that a file says: its documents in their order."""

    documents: tuple[Document, ...]


def numbered(items: tuple[Item, ...]) -> Iterator[Section]:
    """Every numbered thing, at any depth, in the order of the text."""
    for item in items:
        if isinstance(item, Section):
            yield item
            yield from numbered(item.items)
