"""Structures: which documents a generated file holds, and what each of them says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from eval.layouts import bodies
from eval.layouts.chooser import Chooser
from eval.layouts.model import Contact, Document, Item, Number, NumberKind, Paragraph, Part, Structure
from eval.layouts.words import Writer


def draw_structure(choose: Chooser) -> Structure:
    """One to five documents. One office publishes most gazettes, so they may share their place."""
    writer = Writer(choose)
    place = writer.place()
    kinds: list[tuple[_Build, int]] = [
        (_notice, 10), (_issuing, 8), (_regulation, 5), (_loose, 6), (_order, 3), (_announcement, 3), (_letter, 3),
    ]  # fmt: skip
    count = choose.weighted([(1, 45), (2, 25), (3, 15), (4, 10), (5, 5)])
    one_kind = choose.weighted(kinds) if choose.chance(25) else None  # calls for applications, one after another
    documents = []
    for at in range(count):
        build = one_kind or choose.weighted(kinds)
        writer.new_topic()
        serial = choose.between(1, 150) + at
        documents.append(build(writer, place if choose.chance(70) else writer.place(), serial))
    return Structure(tuple(documents))


_MARKS = ["附件{}", "附件{}：", "附件 {}", "附{}"]
_Build = Callable[[Writer, dict[str, str], int], Document]


def _date(choose: Chooser) -> dt.date:
    return dt.date(choose.between(2005, 2024), choose.between(1, 12), choose.between(1, 28))


def _office(writer: Writer, place: dict[str, str]) -> tuple[str, str]:
    """An office of the place and the code of its letters."""
    office = writer.word(writer.lists["office"])
    return place["name"] + office["name"], place["code"] + office["code"]


def _title(writer: Writer, kind: str, place: dict[str, str], date: dt.date, **more: str) -> str:
    patterns = writer.lists["titles"][kind]["words"]
    return writer.sentence([writer.chooser.one(patterns)], place["name"], year=str(date.year), **more)


def _notice(writer: Writer, place: dict[str, str], serial: int) -> Document:
    """通知, 通告, 意见, 决定, 公告 …: headings, plain text, a table or a list of people."""
    choose = writer.chooser
    date = _date(choose)
    issuer, code = _office(writer, place)
    title = _title(writer, "notice", place, date)
    opening = writer.sentence(writer.lists["sentences"]["openings"], place["name"])
    shape = choose.weighted([("headed", 6), ("plain", 3), ("people", 1), ("table", 1), ("phones", 1)])
    items: tuple[Item, ...] = (Paragraph(opening),)
    if shape == "headed":
        closings = writer.lists["sentences"]["closings" if "公告" not in title else "closings_of_announcements"]
        items = bodies.headed_body(writer, place["name"], opening, closings)
    elif shape == "people":
        items += bodies.people(writer)
    elif shape == "table":
        items += (bodies.table(writer),)
    elif shape == "phones":
        items += (bodies.phone_table(writer, place["name"]),)
    else:
        items += bodies.plain_body(writer, place["name"])
    parts, names = _attachments(writer, place["name"]) if choose.chance(20) else ((), ())
    return _signed(writer, issuer, code, title, serial, date, items, parts=parts, attachments=names)


def _attachments(writer: Writer, place: str) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """One or two attachments with what they hold."""
    count, form = writer.chooser.between(1, 2), writer.chooser.one(_MARKS)
    found = []
    for at in range(1, count + 1):
        ending = writer.chooser.one(["明细表", "工作任务分工", "实施方案", "申报要求"])
        title = writer.sentence(["{place}{subject}" + ending], place)
        items: tuple[Item, ...] = (bodies.table(writer),)
        if not title.endswith("表"):
            items = bodies.headed_body(writer, place, writer.paragraph(place, 1))
        found.append(Part(title, items, form.format(at if count > 1 else "").rstrip()))
    return tuple(found), tuple(part.title for part in found)


def _signed(
    writer: Writer,
    issuer: str,
    code: str,
    title: str,
    serial: int,
    date: dt.date,
    items: tuple[Item, ...],
    *,
    attachments: tuple[str, ...] = (),
    parts: tuple[Part, ...] = (),
    valid_from: dt.date | None = None,
) -> Document:
    """A document of an office: with or without number, issuer in its title, addressee, signature, contacts."""
    choose = writer.chooser
    has_number, in_title = not choose.chance(20), choose.chance(60)
    signs, dated = not choose.chance(12), not choose.chance(12)
    return Document(
        title=(issuer if in_title else "") + title,
        items=items,
        number=Number(NumberKind.LETTER, code, date.year, serial) if has_number else None,
        head_issuer=issuer if in_title else None,
        addressee=str(choose.one(writer.lists["addressees"])) if not choose.chance(25) else None,
        attachments=attachments,
        parts=parts,
        office=issuer,
        issuer=issuer if signs else None,
        date=date if dated else None,
        contacts=_contacts(writer, issuer) if choose.chance(25) else (),
        printing=_printing(writer, issuer, date) if choose.chance(25) else (),
        valid_from=valid_from,
    )


def _contacts(writer: Writer, issuer: str) -> tuple[Contact, ...]:
    shape = writer.chooser.weighted([("phone", 2), ("person", 2), ("unit", 2), ("offices", 2)])
    if shape == "offices":
        place = writer.place()["name"]
        offices = [
            place + str(writer.word(writer.lists["office"])["name"]) for _ in range(writer.chooser.between(2, 4))
        ]
        two = writer.chooser.chance(30)
        return tuple(
            Contact(tuple(writer.phone() for _ in range(1 + two)), unit=office) for office in dict.fromkeys(offices)
        )
    return (
        Contact(
            (writer.phone(),),
            unit=issuer if shape == "unit" else None,
            person=writer.person() if shape == "person" else None,
        ),
    )


def _printing(writer: Writer, issuer: str, date: dt.date) -> tuple[str, ...]:
    """Lines behind everything, in the order of GB/T 9704."""
    choose = writer.chooser
    printed = date + dt.timedelta(days=choose.below(4))
    day = f"{printed.year}年{printed.month}月{printed.day}日印发"
    lines = [
        "（此件公开发布）" if choose.chance(30) else "",
        f"主题词：{writer.subject()}　通知" if choose.chance(30) else "",
        "公开方式：主动公开" if choose.chance(50) else "",
        "抄送：市委各部门，市人大常委会办公室，市政协办公室，各人民团体。" if choose.chance(50) else "",
        f"{issuer}{choose.one(['', '秘书处', '秘书科'])}{choose.one(['　　', '  '])}{day}",
    ]
    return tuple(line for line in lines if line)


def _day_of_force(choose: Chooser, date: dt.date) -> dt.date | None:
    """The first of one of the next months, or None: the regulation doesn't say."""
    if choose.chance(20):
        return None
    months = date.year * 12 + date.month - 1 + choose.between(1, 3)
    return dt.date(months // 12, months % 12 + 1, 1)


def _issuing(writer: Writer, place: dict[str, str], serial: int) -> Document:
    """A cover and the regulation, or the two, that it issues."""
    choose = writer.chooser
    date = _date(choose)
    issuer, code = _office(writer, place)
    names = [writer.new_regulation(place["name"])]
    if choose.chance(12):
        names.append(writer.new_regulation(place["name"]))
    title = _title(writer, "issuing", place, date, regulation=names[0])
    cover = writer.sentence(writer.lists["sentences"]["issuing"], place["name"], regulation="》和《".join(names))
    day = _day_of_force(choose, date)
    listed = tuple(names) if choose.chance(20) else ()
    marks = [f"附件{at if len(names) > 1 else ''}" if listed else "" for at in range(1, len(names) + 1)]
    parts = tuple(
        Part(name, bodies.articles(writer, place["name"], name, day), mark)
        for name, mark in zip(names, marks, strict=True)
    )
    items = (Paragraph(cover),)
    return _signed(writer, issuer, code, title, serial, date, items, attachments=listed, parts=parts, valid_from=day)


def _regulation(writer: Writer, place: dict[str, str], serial: int) -> Document:
    """A regulation by itself: mostly neither addressee nor signature."""
    choose = writer.chooser
    date = _date(choose)
    title = writer.new_regulation(place["name"])
    day = _day_of_force(choose, date)
    issuer, code = _office(writer, place)
    number = Number(NumberKind.LETTER, code, date.year, serial) if choose.chance(40) else None
    adopted = date if choose.chance(25) else None
    items = bodies.articles(writer, place["name"], title, day)
    mark = choose.one(["附件", "附件2", "附件1："]) if choose.chance(10) else ""
    return Document(title, items, number, office=issuer, mark=mark, adopted=adopted, valid_from=day)


def _order(writer: Writer, place: dict[str, str], serial: int) -> Document:
    """An order with its own text, signed by a person, and the regulation that it issues."""
    choose = writer.chooser
    date = _date(choose)
    issuer = place["name"] + "人民政府"
    name = writer.new_regulation(place["name"])
    day = _day_of_force(choose, date)
    when = "公布之日" if day is None else f"{day.year}年{day.month}月{day.day}日"
    cover = writer.sentence(writer.lists["sentences"]["orders"], place["name"], regulation=name, when=when)
    return Document(
        title=name,
        items=(Paragraph(cover),),
        number=Number(NumberKind.ORDER, issuer, date.year, serial),
        head_issuer=issuer,
        office=issuer,
        parts=(Part(name, bodies.articles(writer, place["name"], name, day)),),
        signer=f"{place['name'][-1]}长　{writer.person()}",
        date=date,
        printing=_printing(writer, issuer, date) if choose.chance(15) else (),
        valid_from=day,
    )


def _announcement(writer: Writer, place: dict[str, str], serial: int) -> Document:
    """A 公告 with a number that runs on through the year."""
    choose = writer.chooser
    date = _date(choose)
    issuer, _ = _office(writer, place)
    title = writer.sentence(["关于{subject}有关事项的公告"], place["name"])
    opening = writer.sentence(writer.lists["sentences"]["openings"], place["name"])
    items: tuple[Item, ...] = (Paragraph(opening),)
    if choose.chance(60):
        closings = writer.lists["sentences"]["closings_of_announcements"]
        items = bodies.headed_body(writer, place["name"], opening, closings)
    number = Number(NumberKind.ANNOUNCEMENT, issuer, date.year, serial)
    return Document(title, items, number, head_issuer=issuer, office=issuer, issuer=issuer, date=date)


def _letter(writer: Writer, place: dict[str, str], serial: int) -> Document:
    """批复, 复函, 函: short, to one office."""
    choose = writer.chooser
    date = _date(choose)
    issuer, code = _office(writer, place)
    title = _title(writer, "reply", place, date)
    opening = Paragraph(writer.sentence(writer.lists["sentences"]["letters"], place["name"]))
    items: tuple[Item, ...] = (opening, *bodies.plain_body(writer, place["name"]))
    if choose.chance(50):
        items += (Paragraph("此复。", closes=True),)
    document = _signed(writer, issuer, code, title, serial, date, items)
    addressee = str(choose.one(writer.lists["addressees_of_letters"]))
    return replace(document, addressee=addressee, contacts=(), printing=())


def _loose(writer: Writer, place: dict[str, str], serial: int) -> Document:
    """What offices publish without number, addressee and mostly signature: 15问, 告知单, 简章, 方案."""
    choose = writer.chooser
    date = _date(choose)
    issuer, _ = _office(writer, place)
    title = _title(writer, "loose", place, date)
    if title.endswith(("问", "问答")):
        items = bodies.questions(writer, place["name"])
    else:
        items = bodies.headed_body(writer, place["name"], writer.paragraph(place["name"], 2))
    signs = choose.chance(35)
    return Document(
        title=title,
        items=items,
        office=issuer,
        issuer=issuer if signs else None,
        date=date if signs else None,
        contacts=_contacts(writer, issuer) if choose.chance(35) else (),
    )
