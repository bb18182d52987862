"""Bodies of generated documents: headings and items, articles, questions and answers, tables, lists of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from corpus.numbering import chinese_numeral
from eval.layouts.model import Item, Paragraph, People, Section, Table
from eval.layouts.words import Writer

PHONE_HEAD = "联系电话"


def plain_body(writer: Writer, place: str) -> tuple[Item, ...]:
    """Paragraphs without numbers."""
    return tuple(Paragraph(writer.paragraph(place)) for _ in range(writer.chooser.between(1, 4)))


def headed_body(writer: Writer, place: str, opening: str, closings: Sequence[str] = ()) -> tuple[Item, ...]:
    """An opening, then 一、 with what stands below, and perhaps one of the closing words."""
    choose = writer.chooser
    heads = [*writer.lists["headings"]["level1"]]
    start = choose.below(len(heads))
    count = choose.between(2, 6)
    sections = [
        _level1(writer, place, chinese_numeral(at + 1) + "、", heads[(start + at) % len(heads)]) for at in range(count)
    ]
    closing = choose.one(["", *closings])
    return (
        Paragraph(opening),
        *sections,
        *([Paragraph(closing, closes=True)] if closing else []),
    )


def _level1(writer: Writer, place: str, marker: str, head: str) -> Section:
    choose = writer.chooser
    shape = choose.weighted([("plain", 4), ("run-in", 2), ("level2", 4), ("items", 3), ("table", 1)])
    if shape == "run-in":
        return Section(marker, head, writer.paragraph(place, 2))
    if shape == "level2":
        return Section(marker, head, "", _level2(writer, place))
    if shape == "items":
        lead = Paragraph(writer.sentence(writer.lists["sentences"]["item_leads"], place))
        return Section(marker, head, "", (lead, *_items(writer, place, choose.one(["1.", "（一）", "1、", "（1）"]))))
    if shape == "table":
        return Section(marker, head, "", (Paragraph(writer.paragraph(place, 1)), table(writer)))
    return Section(marker, head, "", tuple(Paragraph(writer.paragraph(place)) for _ in range(choose.between(1, 2))))


def _level2(writer: Writer, place: str) -> tuple[Section, ...]:
    choose = writer.chooser
    heads = writer.lists["headings"]["level2"]
    start, run_in = choose.below(len(heads)), choose.chance(70)
    found = []
    for at in range(choose.between(2, 4)):
        marker, head = f"（{chinese_numeral(at + 1)}）", str(heads[(start + at) % len(heads)])
        items: tuple[Item, ...] = ()
        if choose.chance(25):
            items = _items(writer, place, choose.one(["1.", "1．", "1、"]))
        if run_in:
            found.append(Section(marker, head, writer.paragraph(place, 2), items))
        else:
            found.append(Section(marker, head, "", (Paragraph(writer.paragraph(place, 2)), *items)))
    return tuple(found)


def _items(writer: Writer, place: str, first: str) -> tuple[Section, ...]:
    """Items 1., 2. … without headings; `first` shows how the first is marked."""
    sentences = writer.lists["sentences"]
    count = writer.chooser.between(2, 5)
    texts = [writer.sentence(sentences["items"], place) for _ in range(count)]
    texts.append(writer.sentence([sentences["last_item"]], place))
    marks = [
        first.replace("1", str(at)).replace("一", chinese_numeral(at) if "一" in first else "")
        for at in range(1, len(texts) + 1)
    ]
    return tuple(Section(mark, "", text) for mark, text in zip(marks, texts, strict=True))


def articles(writer: Writer, place: str, title: str, day: dt.date | None) -> tuple[Item, ...]:
    """A regulation's articles, with or without chapters. `day`: the one on which it comes into force."""
    choose, sentences = writer.chooser, writer.lists["sentences"]
    kind = title.removesuffix("（试行）")[-2:]
    inner = choose.between(1, 12)
    texts = [writer.sentence(sentences["purposes"], place, kind=kind)]
    if choose.chance(60):
        texts.append(writer.sentence(sentences["scopes"], place, kind=kind))
    bodies: list[Section | str] = [*texts]
    bodies += [_article(writer, place) for _ in range(inner)]
    ends = [writer.sentence(sentences["ends"], place, kind=kind)] if choose.chance(60) else []
    if day is not None:
        ends.append(writer.fill(sentences["from_day"], place, kind=kind, day=f"{day.year}年{day.month}月{day.day}日"))
    every = [_numbered(at, body) for at, body in enumerate([*bodies, *(ends or [writer.paragraph(place, 1)])], 1)]
    if inner < 3 or not choose.chance(50):
        return tuple(every)
    return _chapters(writer, every, len(texts), len(every) - max(1, len(ends)))


def _article(writer: Writer, place: str) -> Section:
    """An article without its number: one sentence or more, further paragraphs, or items （一）."""
    choose = writer.chooser
    shape = choose.weighted([("one", 6), ("paragraphs", 2), ("items", 2)])
    if shape == "items":
        lead = writer.sentence(writer.lists["sentences"]["item_leads"], place)
        return Section("", "", lead, _items(writer, place, "（一）"))
    more = (Paragraph(writer.paragraph(place, 2)),) if shape == "paragraphs" else ()
    return Section("", "", writer.paragraph(place, 2), more)


def _numbered(number: int, body: Section | str) -> Section:
    marker = f"第{chinese_numeral(number)}条"
    if isinstance(body, str):
        return Section(marker, "", body)
    return Section(marker, "", body.text, body.items)


def _chapters(writer: Writer, every: list[Section], first: int, last: int) -> tuple[Item, ...]:
    """The articles parted into chapters: the first ones 总则, the last ones 附则, and one to three between."""
    heads = writer.lists["headings"]["chapters"]
    middle = writer.chooser.between(1, min(3, last - first))
    cuts = [first + (last - first) * at // middle for at in range(middle + 1)]
    groups = [every[:first], *(every[a:b] for a, b in pairwise(cuts)), every[last:]]
    shift = writer.chooser.below(len(heads) - 1)
    names = [heads[0], *(heads[1 + (shift + at) % (len(heads) - 1)] for at in range(middle))]
    names.append(writer.lists["headings"]["last_chapter"])
    return tuple(
        Section(f"第{chinese_numeral(at)}章", str(name), "", tuple(group))
        for at, (name, group) in enumerate(zip(names, groups, strict=True), 1)
    )


def questions(writer: Writer, place: str) -> tuple[Item, ...]:
    """Questions 一、…？, 1.…？ or 问：…？, each with its answer."""
    choose, sentences = writer.chooser, writer.lists["sentences"]
    style, answer = choose.one(["{chinese}、", "{}.", "问：", "{}、"]), choose.one(["答：", ""])
    answer = "答：" if style == "问：" else answer
    found = []
    for at in range(1, choose.between(2, 7) + 1):
        marker = style.format(at, chinese=chinese_numeral(at))
        reply = Paragraph(answer + writer.paragraph(place, 2))
        found.append(Section(marker, writer.sentence(sentences["questions"], place), "", (reply,)))
    return tuple(found)


def table(writer: Writer) -> Table:
    """Column heads and two to six rows, no two alike."""
    choose, lists = writer.chooser, writer.lists["tables"]
    header = tuple(writer.word(lists["heads"]))
    rows: list[tuple[str, ...]] = []
    for at in range(1, choose.between(2, 6) + 1):
        first = str(at) if header[0] == "序号" else f"{writer.word(lists['cells'][header[0]])}{'甲乙丙丁戊己'[at - 1]}"
        cells = (str(writer.word(lists["cells"][head])) for head in header[1:])
        rows.append((first, *(cell.replace("#", str(choose.between(2, 40))) for cell in cells)))
    return Table(header, tuple(rows))


def phone_table(writer: Writer, place: str) -> Table:
    """Offices with addresses and telephones."""
    offices = dict.fromkeys(place + str(writer.word(writer.lists["office"])["name"]) for _ in range(4))
    return Table(
        ("单位", "地址", PHONE_HEAD),
        tuple((office, str(writer.word(writer.lists["tables"]["streets"])), writer.phone()) for office in offices),
    )


def people(writer: Writer) -> tuple[Item, ...]:
    """Groups of people with their posts: one head, then more in each group."""
    groups = []
    for at, label in enumerate(writer.lists["groups"][: writer.chooser.between(2, 4)]):
        count = 1 if at == 0 else writer.chooser.between(1, 4)
        pairs = tuple((writer.person(), str(writer.word(writer.lists["posts"]))) for _ in range(count))
        groups.append(People(label, pairs))
    return tuple(groups)
