"""Real documents with their structure spoilt, from a seed: blocks and notices moved, doubled, swapped and
dropped, numbering and heads changed, documents joined, tables in tables, odd HTML and Word."""

from __future__ import annotations

import html
import re
from pathlib import Path
from random import Random

from tests.documents_helpers import docx, paragraph
from tests.index_cases import GAZETTE, NOTICES, notice_text

LINES = [line for line in GAZETTE.read_text("utf-8").split("\n") if line.strip()]
DATA = Path(__file__).parent.parent / "data" / "documents"
DOCUMENTS = [notice_text(name) for name in NOTICES]
HEADS = [
    "离政发〔2023〕3号", "离政办发(2023) 9 号", "中华人民共和国国务院令", "第706号", "国务院令第706号",
    "# 某县通知", "# ", "目录", "附件", "附件1", "附件：1. 名单", "附件:", "某县人民政府关于印发办法的通知",
    "某县人民政府办公室", "2023年5月15日", "【区政府文件】", "(此件公开发布)", "总则", "1　总则", "1.1　目的",
    "主要目标：", "区文联：", "组长：陈 楠 区长", "牵头单位：区人社局",
    "关于开展工作的通知(离政发〔2023〕3号)……1", "联系电话：0358-8222401",
]  # fmt: skip
MARKERS = [
    "一、", "二、", "十、", "（一）", "（九）", "1. ", "2. ", "7. ", "999. ", "（1）", "（99）", "1）", "①",
    "a. ", "第一条 ", "第二条 ", "第九百九十九条 ", "第一章 ", "第一节 ", "第一编 ", "1.1 ", "1.1.1 ", "- ",
    "> ", "## ", "", "",
]  # fmt: skip
_NUMBERING = re.compile(r"^\s*(?:第?[一二三四五六七八九十]{1,3}[、条章节]|[（(]\S{1,3}[)）]|\d{1,3}[.．、])\s*")


def document(random: Random) -> list[str]:
    """Lines of a real notice, of a stretch of the gazette, or of both joined."""
    lines: list[str] = []
    for _ in range(random.choice((1, 1, 2))):
        if random.random() < 0.5:
            lines += random.choice(DOCUMENTS).split("\n")
        else:
            start = random.randrange(len(LINES))
            lines += LINES[start : start + random.randint(1, 20)]
        lines += [""] * random.randrange(4)
    return lines[:40]


def _span(random: Random, lines: list[str]) -> slice:
    start = random.randrange(len(lines) + 1)
    return slice(start, start + random.choice((1, 1, 2, 3, 8, 20)))


def _move(random: Random, lines: list[str]) -> None:
    span = _span(random, lines)
    taken = lines[span]
    del lines[span]
    at = random.randrange(len(lines) + 1)
    lines[at:at] = taken


def _double(random: Random, lines: list[str]) -> None:
    at = random.randrange(len(lines) + 1)
    lines[at:at] = lines[_span(random, lines)] * random.choice((1, 1, 2, 5))


def _drop(random: Random, lines: list[str]) -> None:
    del lines[_span(random, lines)]


def _swap(random: Random, lines: list[str]) -> None:
    if lines:
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]


def _renumber(random: Random, lines: list[str]) -> None:
    for at in range(len(lines))[_span(random, lines)]:
        lines[at] = random.choice(MARKERS) + _NUMBERING.sub("", lines[at])


def _head(random: Random, lines: list[str]) -> None:
    lines.insert(random.randrange(len(lines) + 1), random.choice(HEADS))


def _join(random: Random, lines: list[str]) -> None:
    """Several lines on one, as a reader of columns may leave them."""
    span = _span(random, lines)
    lines[span] = [random.choice(("", " ", "  ", "\t", "\u3000")).join(lines[span])]


def _break(random: Random, lines: list[str]) -> None:
    if lines:
        at = random.randrange(len(lines))
        place = random.randrange(len(lines[at]) + 1)
        lines[at : at + 1] = [lines[at][:place], *[""] * random.randrange(3), lines[at][place:]]


def _table(random: Random, lines: list[str]) -> None:
    width = random.choice((1, 2, 3, 5, 12))
    cells = ["序号", "项目", "1", "2", "①", "", "区人社局", "12.5", "2023年", "单位", random.choice(LINES)[:40]]
    rows = ["\t".join(random.choice(cells) for _ in range(width + random.randrange(2))) for _ in range(4)]
    at = random.randrange(len(lines) + 1)
    lines[at:at] = rows * random.choice((1, 1, 2, 4))


_CHANGES = (_move, _double, _drop, _swap, _renumber, _head, _join, _break, _table)


def spoilt(seed: int) -> list[str]:
    """One document for each seed, with one to six changes of its structure."""
    random = Random(seed)
    lines = document(random)
    for _ in range(random.randint(1, 6)):
        random.choice(_CHANGES)(random, lines)
    return lines[:100]


def as_text(seed: int) -> str:
    lines = spoilt(seed)
    return Random(seed).choice(("\n", "\n", "\n", "\r\n", "\r", "\f")).join(lines)


def as_html(seed: int) -> bytes:
    """The lines in elements that open, close, nest and repeat as they like."""
    random = Random(seed)
    tags = ("p", "div", "td", "tr", "table", "span", "b", "li", "ul", "h1", "center", "section", "pre", "a", "br")
    out = ["<html><head><title>", html.escape(random.choice(LINES)[:60]), "</title></head><body>"]
    opened: list[str] = []
    for line in spoilt(seed):
        for _ in range(random.choice((0, 1, 1, 2))):
            tag = random.choice(tags)
            span = random.choice(("", "", "", " colspan=3", " rowspan=2", " colspan=0", " colspan=abc", " rowspan=-1"))
            out.append(f"<{tag}{span}>")
            opened.append(tag)
        out.append(html.escape(line) if random.random() < 0.95 else line + "<")
        while opened and random.random() < 0.6:
            out.append(f"</{opened.pop(random.randrange(len(opened)) if random.random() < 0.1 else -1)}>")
    return "".join(out).encode("utf-8", "replace")


def as_docx(seed: int) -> bytes:
    """The lines as paragraphs, cells and tables in cells, with lists that may not exist."""
    random = Random(seed)

    def runs(lines: list[str], depth: int) -> str:
        out: list[str] = []
        at = 0
        while at < len(lines):
            kind = random.random()
            if kind < 0.08 and depth < 4:
                size = random.randint(1, 8)
                inside = lines[at : at + size]
                row = "".join(f"<w:tc>{_span_of(random)}{runs([cell], depth + 1)}</w:tc>" for cell in inside)
                out.append(f"<w:tbl>{f'<w:tr>{row}</w:tr>' * random.choice((1, 1, 2))}</w:tbl>")
                at += size
                continue
            properties = ""
            if kind > 0.85:
                level, name = random.choice((0, 1, 9)), random.choice((1, 2, 7))
                properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{name}"/></w:numPr>'
            text = "".join(char for char in lines[at] if char.isprintable())
            out.append(paragraph(html.escape(text), properties))
            at += 1
        return "".join(out) or paragraph("")

    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{random.choice((0, 1, 3, 998))}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate((("chineseCounting", "%1、"), ("decimal", "%1.%2")))
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="9"/></w:num>'
    )
    return docx(runs(spoilt(seed), 0), numbering)


def _span_of(random: Random) -> str:
    value = random.choice(("", "", "", "2", "0", "-1", "40"))
    merge = random.choice(("", "", "<w:vMerge/>", '<w:vMerge w:val="restart"/>'))
    grid = f'<w:gridSpan w:val="{value}"/>' if value else ""
    return f"<w:tcPr>{grid}{merge}</w:tcPr>" if grid or merge else ""


def spoilt_bytes(name: str, seed: int) -> bytes:
    """A document of the tests with some bytes changed, replaced by others of it, or cut off."""
    random = Random(seed)
    data = bytearray((DATA / name).read_bytes())
    for _ in range(random.choice((1, 3, 10, 40))):
        at, way = random.randrange(len(data)), random.randrange(10)
        if way == 0 and len(data) > 1000:
            del data[at + 500 :]
        elif way < 4:
            data[at] = random.randrange(256)
        elif way < 7:
            data[at : at + 4] = random.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4)))
        else:
            other = random.randrange(len(data))
            length = random.randrange(1, 200)
            data[at : at + length] = data[other : other + length]
    return bytes(data)
