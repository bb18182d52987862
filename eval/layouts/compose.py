"""All pieces of a file, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.layouts.contents import contents_pieces, site_foot, site_head, tool_lines
from eval.layouts.heads import date_text, date_under_title, head_pieces, title_lines
from eval.layouts.layout import ContactPlace, DatePlace, Layout
from eval.layouts.model import Contact, Document, Item, Paragraph, Part, People, Section, Structure, Table
from eval.layouts.pieces import Align, Label, Piece

_HALF = str.maketrans("，：；（）", ",:;()")


def compose(structure: Structure, layout: Layout) -> tuple[Piece, ...]:
    """What is printed, from the first line of the file to the last; running heads and page numbers come later."""
    pieces = [Piece(Label.FURNITURE, (line,), None, Align.FLUSH) for line in site_head(structure, layout)]
    pieces += contents_pieces(structure, layout)
    for at, document in enumerate(structure.documents):
        own = list(_document(document, at, layout))
        if at == 0:
            tools = [Piece(Label.FURNITURE, (line,), None, Align.FLUSH) for line in tool_lines(layout)]
            titles = [place for place, one in enumerate(own) if one.label is Label.TITLE]
            behind = titles[0] + 1 if titles else 0
            own[behind:behind] = tools
        gap = layout.gap if pieces else None
        pieces += [replace(own[0], gap=gap), *own[1:]]
    pieces += [Piece(Label.FURNITURE, (line,), None, Align.FLUSH) for line in site_foot(layout)]
    return tuple(_half_width(piece) if layout.half_width else piece for piece in pieces)


def _half_width(piece: Piece) -> Piece:
    lines, rows = (tuple(line.translate(_HALF) for line in piece.lines), piece.rows)
    return replace(piece, lines=lines, rows=tuple(tuple(cell.translate(_HALF) for cell in row) for row in rows))


def _document(document: Document, at: int, layout: Layout) -> Iterator[Piece]:
    yield from head_pieces(document, at, layout)
    yield from _items(document.items, at, layout)
    yield from _attachment_list(document.attachments, at, layout)
    contacts = list(_contacts(document.contacts, at, layout))
    if layout.contact_place is ContactPlace.BEFORE:
        yield from contacts
    yield from _signature(document, at, layout)
    if layout.contact_place is ContactPlace.BEHIND:
        yield from contacts
    for part in document.parts:
        yield from _part(part, at, layout)
    for line in document.printing:
        yield Piece(Label.PRINTING, (line,), at, Align.FLUSH)


def _items(items: Sequence[Item], at: int, layout: Layout) -> Iterator[Piece]:
    for item in items:
        if isinstance(item, Paragraph):
            yield Piece(Label.BODY, (item.text,), at)
        elif isinstance(item, Table):
            yield Piece(Label.TABLE, (), at, Align.FLUSH, rows=(item.header, *item.rows))
        elif isinstance(item, People):
            for number, (name, post) in enumerate(item.people):
                lead = f"{item.label}：" if number == 0 else "　" * (len(item.label) + 1)
                yield Piece(Label.PEOPLE, (f"{lead}{name}　{post}",), at)
        else:
            yield _section(item, at, layout)
            yield from _items(item.items, at, layout)


def _section(section: Section, at: int, layout: Layout) -> Piece:
    if section.is_chapter:
        head = "　".join(section.head) if layout.spread and len(section.head) == 2 else section.head
        return Piece(Label.HEADING, (f"{section.marker}{layout.marker_gap}{head}",), at, Align.CENTRE)
    if section.is_article:
        return Piece(Label.ARTICLE, (f"{section.marker}{layout.marker_gap}{section.text}",), at)
    stop = "。" if section.head and section.text else ""
    label = Label.ITEM if section.text else Label.HEADING
    return Piece(label, (f"{section.marker}{section.head}{stop}{section.text}",), at)


def _attachment_list(names: Sequence[str], at: int, layout: Layout) -> Iterator[Piece]:
    if len(names) > 1 and layout.variant % 4 == 3:  # all on one line
        line = "　".join(f"{number}.{name}" for number, name in enumerate(names, 1))
        yield Piece(Label.ATTACHMENTS, (f"附件：{line}",), at)
        return
    for number, name in enumerate(names, 1):
        if len(names) == 1:
            yield Piece(Label.ATTACHMENTS, (f"附件：{name}",), at)
        else:
            yield Piece(Label.ATTACHMENTS, (f"{'附件：' if number == 1 else '　　　'}{number}.{name}",), at)


def _contacts(contacts: Sequence[Contact], at: int, layout: Layout) -> Iterator[Piece]:
    if len(contacts) > 1:
        yield Piece(Label.CONTACT, (("咨询电话：", "联系方式如下：")[layout.variant % 2],), at)
        for one in contacts:
            yield Piece(Label.CONTACT, (f"{one.unit}：{'  '.join(one.phones)}",), at)
        return
    for one in contacts:
        phone = "、".join(one.phones)
        if one.person is not None:
            text = f"联系人：{one.person}；联系电话：{phone}"
        elif one.unit is not None:
            text = f"联系单位：{one.unit}　联系电话：{phone}"
        else:
            text = f"{('联系电话', '咨询电话')[layout.variant % 2]}：{phone}"
        yield Piece(Label.CONTACT, (f"（{text}）" if layout.variant % 3 == 0 else text,), at)


def _signature(document: Document, at: int, layout: Layout) -> Iterator[Piece]:
    align = Align.RIGHT if layout.right else Align.LEFT
    who = document.issuer or document.signer
    day = ""
    if document.date is not None and not date_under_title(document, layout):
        day = date_text(document.date, layout.date_form, layout.variant)
    if who and day and layout.date_place is DatePlace.BESIDE:
        yield Piece(Label.SIGNATURE, (f"{who}　　{day}",), at, align)
        return
    if who:
        yield Piece(Label.SIGNATURE, (who,), at, align)
    if day:
        yield Piece(Label.DATE, (day,), at, align)


def _part(part: Part, at: int, layout: Layout) -> Iterator[Piece]:
    """An attachment or an issued regulation."""
    title = Piece(Label.PART_TITLE, title_lines(part.title, None, layout), at, Align.CENTRE)
    if part.mark:
        yield Piece(Label.MARK, (part.mark,), at, Align.FLUSH, gap=layout.issued_gap)
        yield title
    else:
        yield replace(title, gap=layout.issued_gap)
    yield from _items(part.items, at, layout)
