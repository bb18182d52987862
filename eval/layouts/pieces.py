"""A structure in its layout as a row of pieces: what a renderer prints one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What a piece is, and each line of it."""

    TITLE = "title"
    NUMBER = "number"
    ORDER = "order"  # heads an order or an announcement, its number included
    LETTERHEAD = "letterhead"  # 澄河市人民政府文件
    INFO = "info"  # label lines and information tables of a web page
    ADDRESSEE = "addressee"
    HEADING = "heading"  # of a chapter, or 一、 and the like, with nothing else on its line
    ARTICLE = "article"
    ITEM = "item"  # numbered, with text on its line
    BODY = "body"
    TABLE = "table"
    PEOPLE = "people"
    ATTACHMENTS = "attachments"  # their list
    MARK = "mark"  # 附件1 above an attachment
    PART_TITLE = "part_title"  # of an attachment or an issued regulation
    SIGNATURE = "signature"
    DATE = "date"
    CONTACT = "contact"
    PRINTING = "printing"
    CONTENTS = "contents"
    FURNITURE = "furniture"
    BLANK = "blank"


class Align(StrEnum):
    """Where a piece stands on its line."""

    LEFT = "left"  # with the first line indented
    FLUSH = "flush"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, a title of some lines, a table's row or a line of the site.

    `document` counts from 0, None for what belongs to none. `rows` holds a table's lines of cells, the column
    heads first; `gap` blank lines stand in front, where more than usual.
    """

    label: Label
    lines: tuple[str, ...]
    document: int | None = None
    align: Align = Align.LEFT
    rows: tuple[tuple[str, ...], ...] = ()
    gap: int | None = None

    @property
    def text(self) -> str:
        """All lines as one."""
        return "".join(self.lines)
