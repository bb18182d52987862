"""Pieces in front of a body: orders, letterheads, titles, numbers, label lines, addressees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from corpus.numbering import chinese_numeral
from eval.layouts.layout import DatePlace, Info, InfoPlace, Layout, NumberPlace, OrderHead
from eval.layouts.model import Document, Number, NumberKind
from eval.layouts.pieces import Align, Label, Piece

_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


def date_text(day: dt.date, form: str, variant: int = 0) -> str:
    """A day as documents print it; `chinese` is 二〇二一年二月七日, with ○ in some."""
    if form != "chinese":
        return form.format(y=day.year, m=day.month, d=day.day)
    year = str(day.year).translate(_DIGITS).replace("〇", "〇○"[variant % 2])
    return f"{year}年{chinese_numeral(day.month)}月{chinese_numeral(day.day)}日"


def number_text(number: Number, layout: Layout) -> str:
    """A letter's number as this layout prints it."""
    left, right = layout.brackets[0], layout.brackets[1]
    return f"{number.code}{left}{number.year}{right}{layout.serial.format(number.serial)}号"


def head_pieces(document: Document, at: int, layout: Layout) -> Iterator[Piece]:
    """All that stands in front of the body."""
    number = document.number
    if document.mark:
        yield Piece(Label.MARK, (document.mark,), at, Align.FLUSH)
    place = InfoPlace.ABOVE_BODY if number_in_table(document, layout) else layout.info_place
    info = [] if not has_info(document, layout) else [_info(document, at, layout)]
    if layout.info_place is InfoPlace.ABOVE_TITLE:
        place = InfoPlace.ABOVE_TITLE
    if layout.title_twice and place is not InfoPlace.ABOVE_BODY:
        yield Piece(Label.TITLE, (document.title,), at, Align.CENTRE)
        place = InfoPlace.ABOVE_TITLE
    if place is InfoPlace.ABOVE_TITLE:
        yield from info
    if number is not None and number.kind is not NumberKind.LETTER:
        yield from _order(document, number, at, layout)
    else:
        yield from _letter(document, at, layout, info if place is InfoPlace.UNDER_TITLE else [])
    if number is not None and number.kind is not NumberKind.LETTER and place is InfoPlace.UNDER_TITLE:
        yield from info
    if document.date is not None and date_under_title(document, layout):
        text = f"（{date_text(document.date, layout.date_form, layout.variant)}）"
        yield Piece(Label.DATE, (text,), at, Align.CENTRE)
    if document.adopted is not None:
        day = date_text(document.adopted, layout.date_form, layout.variant)
        yield Piece(Label.INFO, (f"（{day}{document.office[:3]}人民代表大会常务委员会会议通过）",), at, Align.CENTRE)
    if place is InfoPlace.ABOVE_BODY:
        yield from info
    if document.addressee is not None:
        yield Piece(Label.ADDRESSEE, (document.addressee + "：",), at, Align.FLUSH)


def has_info(document: Document, layout: Layout) -> bool:
    return layout.info is not Info.NONE or number_in_table(document, layout)


def number_in_table(document: Document, layout: Layout) -> bool:
    """Whether the number stands in the information table and nowhere else."""
    number = document.number
    is_letter = number is not None and number.kind is NumberKind.LETTER
    return is_letter and layout.number_place is NumberPlace.TABLE


def date_under_title(document: Document, layout: Layout) -> bool:
    """Whether the day stands under the title: never an order's, nor where a body signs."""
    return layout.date_place is DatePlace.UNDER_TITLE and document.issuer is None and document.signer is None


def title_is_name(document: Document, layout: Layout) -> bool:
    """Whether the title is the file's name and isn't printed: only of a text that states nothing else of itself."""
    states = document.number or document.head_issuer or document.addressee or document.adopted or document.mark
    return layout.title_in_name and not states and not document.parts


def _title(document: Document, at: int, layout: Layout, behind: str = "") -> Piece:
    lines = title_lines(document.title + behind, document.head_issuer, layout)
    return Piece(Label.TITLE, (layout.bullet + lines[0], *lines[1:]), at, Align.CENTRE)


def title_lines(title: str, issuer: str | None, layout: Layout) -> tuple[str, ...]:
    """A title on one to three lines: parted behind the issuer, else where it is long enough."""
    count = min(layout.title_lines, len(title) // 6)
    if count < 2:
        return (title,)
    if issuer and title.startswith(issuer) and len(title) > len(issuer):
        rest = title.removeprefix(issuer)
        return (issuer, *(_cut(rest, count - 1)))
    return _cut(title, count)


def _cut(text: str, count: int) -> tuple[str, ...]:
    """Nearly equal pieces. None begins with a mark that never begins a line."""
    cuts = [0, *(len(text) * at // count for at in range(1, count)), len(text)]
    cuts = [cut + 1 if 0 < cut < len(text) - 1 and text[cut] in "》）、”" else cut for cut in cuts]
    return tuple(text[a:b] for a, b in pairwise(cuts))


def _letter(document: Document, at: int, layout: Layout, info: list[Piece]) -> Iterator[Piece]:
    """Title and number; label lines may stand between them."""
    number = document.number
    if number is None:
        if not title_is_name(document, layout):
            yield _title(document, at, layout)
        yield from info
        return
    text = number_text(number, layout)
    centred = Piece(Label.NUMBER, (text,), at, Align.CENTRE)
    if layout.number_place is NumberPlace.ABOVE:
        yield Piece(Label.NUMBER, (text,), at, Align.RIGHT if layout.variant % 3 == 0 else Align.CENTRE)
        yield _title(document, at, layout)
        yield from info
    elif layout.number_place is NumberPlace.LETTERHEAD:
        if letterhead(document) is not None:
            yield Piece(Label.LETTERHEAD, (f"{letterhead(document)}文件",), at, Align.CENTRE)
        yield centred
        yield _title(document, at, layout)
        yield from info
    elif layout.number_place is NumberPlace.BESIDE:
        yield _title(document, at, layout, f"（{text}）" if layout.variant % 2 else f"　{text}")
        yield from info
    else:
        yield _title(document, at, layout)
        yield from info
        if layout.number_place is NumberPlace.BRACKETS:
            yield Piece(Label.NUMBER, (f"（{text}）",), at, Align.CENTRE)
        elif layout.number_place is NumberPlace.LABEL:
            label = ("文号：", "发文字号：", "文　　号：")[layout.variant % 3]
            yield Piece(Label.NUMBER, (label + text,), at, Align.FLUSH)
        elif layout.number_place is NumberPlace.BELOW:
            yield centred


def letterhead(document: Document) -> str | None:
    """The body whose name stands above the number, where the document names one at all."""
    return document.issuer or document.head_issuer


def _order(document: Document, number: Number, at: int, layout: Layout) -> Iterator[Piece]:
    """The head of an order or an announcement, and the title where the head isn't all."""
    word = "令" if number.kind is NumberKind.ORDER else "公告"
    serial = f"第{number.serial}号" if number.kind is NumberKind.ORDER else f"{number.year}年第{number.serial}号"
    name = number.code + word
    titled = number.kind is NumberKind.ANNOUNCEMENT
    if layout.order_head is OrderHead.WITH_TITLE:
        bracketed = f"（{serial}）" if layout.variant % 2 else serial
        yield Piece(Label.ORDER, (f"{name}{bracketed}　{document.title}",), at, Align.CENTRE)
        return
    if layout.order_head is OrderHead.TWO_LINES:
        yield Piece(Label.ORDER, (name,), at, Align.CENTRE)
        yield Piece(Label.ORDER, (serial,), at, Align.CENTRE)
    elif layout.order_head is OrderHead.BRACKETS:
        yield Piece(Label.ORDER, (f"{name}（{serial}）",), at, Align.CENTRE)
    else:
        yield Piece(Label.ORDER, (name + serial,), at, Align.CENTRE)
    if titled:
        yield _title(document, at, layout)


def _info(document: Document, at: int, layout: Layout) -> Piece:
    """Label lines about the document. The day is that of the page, some days after the document's."""
    day = page_day(document, layout)
    in_table = number_in_table(document, layout)
    if layout.info is Info.DATE and not in_table:
        line = (f"发布时间：{day.isoformat()}", f"日期：{day.year}-{day.month:02}-{day.day:02} 15:36")[
            layout.variant % 2
        ]
        return Piece(Label.INFO, (line,), at, Align.FLUSH)
    if layout.info is Info.SOURCE and not in_table:
        lines = (
            f"信息来源：本站　发布时间：{day.isoformat()}　浏览次数：{layout.variant * 31 + 7}",
            f"来源：门户网站编辑部\t时间：{day.year}年{day.month:02}月{day.day:02}日\t点击数：{layout.variant * 17}",
            f"发布日期：{day.isoformat()} 09:1{layout.variant % 10}　来源： 【字体：大 中 小】",
        )
        return Piece(Label.INFO, (lines[layout.variant % 3],), at, Align.FLUSH)
    return Piece(Label.INFO, _info_table(document, layout, day), at, Align.FLUSH)


def info_names_office(document: Document, layout: Layout) -> bool:
    """Whether an information table names the office that published the document."""
    in_table = layout.info is Info.TABLE or number_in_table(document, layout)
    return in_table and layout.variant % 3 > 0


def _info_table(document: Document, layout: Layout, day: dt.date) -> tuple[str, ...]:
    """The table that government pages carry above the text: pairs of label and value, some side by side."""
    number = ""
    if document.number is not None and number_in_table(document, layout):
        number = number_text(document.number, layout)
    index = f"K{day.year}-{layout.variant + 100}"
    if layout.variant % 3 == 0:
        return (
            f"索 引 号：\t{index}\t主题分类：\t综合政务",
            f"文　　号：\t{number}\t发布日期：\t{day.isoformat()}",
        )
    if layout.variant % 3 == 1:
        return (
            f"名　　称：\t{document.title}\t索 引 号：\t{index}",
            f"发布机构：\t{document.office}\t文　　号：\t{number}",
            f"主 题 词：\t\t发布日期：\t{day.year}年{day.month:02}月{day.day:02}日",
        )
    return (
        f"索引号：{index}",
        "分类：综合政务 / 规范性文件",
        f"发布机构：{document.office}",
        f"发布日期：{day.isoformat()}",
        *([f"文号：{number}"] if number else []),
        "主动公开",
    )


def page_day(document: Document, layout: Layout) -> dt.date:
    """The day on which the page was put up."""
    return (document.date or dt.date(2018, 5, 14)) + dt.timedelta(days=3 + layout.variant % 5)
