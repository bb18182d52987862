"""Hostile documents, each as small as it can be: what they do and how they are meant to end is in
`test_documents.py`. Written by hand and not by libraries, which would refuse.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.documents_helpers import workbook

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD = ("关于做好防汛工作的通知", "某政发〔2023〕5号", "各乡镇人民政府：")
BODY = "一、各单位应当按照职责分工做好防汛工作，由区水利局负责督促检查。"
NOTICE = "\n".join((*HEAD, BODY)) + "\n"


# Word


def zipped(parts: Iterable[tuple[str, bytes | str]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return data.getvalue()


def p(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def document(body: str, before: str = "") -> str:
    start = "".join(map(p, HEAD)) + p(BODY)
    return f'{before}<w:document {W} xmlns:r="urn:r"><w:body>{start}{body}</w:body></w:document>'


def word(body: str, before: str = "", numbering: str = "", styles: str = "") -> bytes:
    parts = [("word/document.xml", document(body, before))]
    parts += [("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")] if numbering else []
    parts += [("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")] if styles else []
    return zipped(parts)


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def cell(text: str, span: str = "1") -> str:
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{p(text)}</w:tc>'


def counted(start: str, style: str, pattern: str = "%1、", paragraphs: int = 2, level: str = "0") -> bytes:
    """Paragraphs that Word numbers from `start` on."""
    numbering = (
        f'<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="{level}"><w:start w:val="{start}"/>'
        f'<w:numFmt w:val="{style}"/><w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    item = p("编号的一段文字", f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>')
    return word(item * paragraphs, numbering=numbering)


def based_on(count: int) -> str:
    """Styles, each based on the next one, the last one on the first."""
    return "".join(
        f'<w:style w:styleId="s{at}"><w:basedOn w:val="s{(at + 1) % count}"/></w:style>' for at in range(count)
    )


def flagged(data: bytes, *, encrypted: bool = False, method: int | None = None) -> bytes:
    """An archive that says that its members are encrypted, or packed in another way."""
    out = bytearray(data)
    for magic, flag_at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = out.find(magic)
        while at >= 0:
            if encrypted:
                out[at + flag_at] |= 1
            if method is not None:
                out[at + flag_at + 2 : at + flag_at + 4] = struct.pack("<H", method)
            at = out.find(magic, at + 4)
    return bytes(out)


def boxes(depth: int) -> str:
    """Text boxes inside one another."""
    inside = p("最里面的文字")
    for _ in range(depth):
        inside = f"<w:p><w:r><w:txbxContent>{inside}</w:txbxContent></w:r></w:p>"
    return inside


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11))

WORD: dict[str, Callable[[], bytes]] = {
    "span-billions": lambda: word(table(cell("甲格", "2000000000") + cell("乙格"), cell("丙格"))),
    "span-words": lambda: word(table(cell("甲格", "abc") + cell("乙格", "-5") + cell("丁格", "²"), cell("丙格"))),
    "span-many": lambda: word(table(*[cell("甲格", "20000") + cell("乙格")] * 500)),
    "rows-uneven": lambda: word(table(cell("甲格") * 3000, *[cell("乙格")] * 3000)),
    "count-billion-letters": lambda: counted("1000000000", "lowerLetter"),
    "count-negative": lambda: counted("-5", "ideographDigital"),
    "count-words": lambda: counted("many", "chineseCounting", level="a"),
    "count-long-pattern": lambda: counted("1", "decimal", "%1" * 300_000, paragraphs=2000),
    "styles-loop": lambda: word(p("样式的一段文字", '<w:pStyle w:val="s0"/>'), styles=based_on(2)),
    "styles-chain": lambda: word(p("样式的一段文字", '<w:pStyle w:val="s0"/>'), styles=based_on(20_000)),
    "entity-laughs": lambda: word(p("&a10;"), f"<!DOCTYPE d [{LAUGHS}]>"),
    "entity-blowup": lambda: word(p("&q;" * 20_000), f'<!DOCTYPE d [<!ENTITY q "{"哈" * 50_000}">]>'),
    "deep-paragraphs": lambda: word("<w:p>" * 50_000 + "</w:p>" * 50_000),
    "deep-tables": lambda: word("<w:tbl><w:tr><w:tc>" * 1000 + p("内") + "</w:tc></w:tr></w:tbl>" * 1000),
    "deep-boxes": lambda: word(boxes(50)),
    "bomb-spaces": lambda: word(" " * (100 << 20)),
    "bomb-paragraphs": lambda: word("<w:p/>" * 9_000_000),
    "chunk": lambda: word('<w:altChunk r:id="rId1"/>'),
    "no-body-part": lambda: zipped([("[Content_Types].xml", "<x/>"), ("word/styles.xml", "<x/>")]),
    "no-body": lambda: zipped([("word/document.xml", f"<w:document {W}/>")]),
    "twice": lambda: zipped([("word/document.xml", document("")), ("word/document.xml", document(p("第二份正文")))]),
    "own-relation": lambda: zipped(
        [
            ("word/document.xml", document("")),
            (
                "word/_rels/document.xml.rels",
                '<Relationships><Relationship Id="r" Target="document.xml"/></Relationships>',
            ),
        ]
    ),
    "no-xml": lambda: zipped([("word/document.xml", b"\x00\x01\x02")]),
    "cut-xml": lambda: zipped([("word/document.xml", document("")[:-40])]),
    "locked": lambda: flagged(word(""), encrypted=True),
    "unknown-method": lambda: flagged(word(""), method=99),
}


# Web pages


def page(body: str, head: str = "") -> bytes:
    start = "".join(f"<p>{line}</p>" for line in (*HEAD, BODY))
    return f"<html><head>{head}</head><body><div class='TRS_Editor'>{start}{body}</div></body></html>".encode()


HTML: dict[str, Callable[[], bytes]] = {
    "links": lambda: page("<a href=x>导航</a>" * 60_000),
    "spaces": lambda: page(f"<p>{'离 ' * 60_000}</p>"),
    "hidden-many": lambda: page("<span hidden>藏</span>露" * 30_000),
    "deep-divs": lambda: page("<div>" * 100_000 + "深" + "</div>" * 100_000),
    "deep-bold": lambda: page("<b><i>" * 50_000 + "深"),
    "deep-tables": lambda: page("<table><tr><td>" * 3000 + "深" + "</td></tr></table>" * 3000),
    "spans": lambda: page(
        "<table>" + "<tr><td colspan=999999 rowspan=999999>甲<td rowspan=99>乙</tr>" * 300 + "</table>"
    ),
    "table-wide": lambda: page("<table><tr>" + "<td>甲" * 30_000 + "</tr>" + "<tr><td>乙</tr>" * 3000 + "</table>"),
    "items": lambda: page(f"<ol>{''.join(f'<li>办理第{at}号事项</li>' for at in range(1, 3001))}</ol>"),
    "title-dashes": lambda: page("", f"<title>{'-' * 300_000}x{'_' * 300_000}</title>"),
    "charset-lies": lambda: page(
        "", '<meta charset="utf-16"><meta http-equiv=content-type content="text/html;charset=big5">'
    ),
    "charset-gbk": lambda: page("", '<meta charset="utf-8">').decode().encode("gb18030"),
    "frames": lambda: page(
        "<iframe src='file:///etc/passwd'>框里</iframe><object data='http://127.0.0.1:9/x'></object>"
    ),
    "entity": lambda: b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + page("<p>甲&x;乙</p>"),
    "data-url": lambda: page(f"<img src='data:image/png;base64,{'QUJD' * 3_000_000}'>"),
    "class-long": lambda: page(f"<p class='{'nav ' * 1_000_000}'>带很长类名的一段文字</p>"),
    "nul": lambda: page("").replace(b"<p>", b"<p>\x00"),
}


# Excel, rich text and old Word


def far_cell(place: str) -> bytes:
    """A sheet whose last cell is far from its first."""
    far = f'<row r="{re.sub("[A-Z]", "", place)}"><c r="{place}"><v>1</v></c></row>'
    return workbook(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{HEAD[0]}</t></is></c></row>{far}')


def listed(rows: Iterable[str]) -> bytes:
    """A sheet of rows of two cells below a title row."""
    texts = [HEAD[0], *rows]
    cells = "".join(
        f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{text}</t></is></c>'
        + (f'<c r="B{at}"><v>{at}</v></c></row>' if at > 1 else "</row>")
        for at, text in enumerate(texts, 1)
    )
    return workbook(cells)


def rich(body: str) -> bytes:
    """Rich text: the sound document, then `body`."""
    lines = ("".join(f"\\u{ord(char)}?" for char in line) for line in (*HEAD, BODY))
    start = "".join(f"{line}\\par " for line in lines)
    return ("{\\rtf1\\ansi\\ansicpg936 " + start + body + "}").encode("ascii")


def old_word(*changes: tuple[int, bytes]) -> bytes:
    """The sound old Word document of the tests with other bytes at places of its main stream."""
    out = bytearray((Path(__file__).parent.parent / "data" / "documents" / "old-word.doc").read_bytes())
    start = out.index(b"\xec\xa5")  # the header of the main stream
    for place, new in changes:
        out[start + place : start + place + len(new)] = new
    return bytes(out)


def old_sectors(new: bytes) -> bytes:
    """The same with a container whose chain of sectors is `new` repeated."""
    out = bytearray(old_word())
    out[512:1024] = (new * 512)[:512]
    return bytes(out)


OFFICE: dict[str, Callable[[], bytes]] = {
    "far-cell.xlsx": lambda: far_cell("XFD1048576"),
    "far-row.xlsx": lambda: far_cell("A1048576"),
    "long-list.xlsx": lambda: listed(f"甲乙丙{at}" for at in range(20_000)),
    "spaces.xlsx": lambda: workbook(" " * (130 << 20)),
    "laughs.xlsx": lambda: workbook("&a10;", before=f"<!DOCTYPE d [{LAUGHS}]>"),
    "merged-all.xlsx": lambda: workbook(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>' * 2,
        after='<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    ),
    "deep.rtf": lambda: rich("{" * 200_000),
    "fonts.rtf": lambda: rich("{\\fonttbl" + "{\\f0 a" * 5000),
    "bin.rtf": lambda: rich("\\bin999999999 x"),
    "units.rtf": lambda: rich("\\uc9999999\\u20113" * 50_000),
    "cells.rtf": lambda: rich("\\cell" * 100_000 + "\\row"),
    "edges.rtf": lambda: rich("".join(f"\\trowd\\cellx{at * 40}\\intbl 1\\cell 2\\cell\\row " for at in range(3000))),
    "unclosed.rtf": lambda: rich("\\"),
    "pieces.doc": lambda: old_word((0x1A2, b"\xff\xff\xff\x7f\xff\xff\xff\x7f")),
    "counts.doc": lambda: old_word((0x4C, b"\xff\xff\xff\x7f" * 8)),
    "minus.doc": lambda: old_word((0x4C, b"\xff\xff\xff\xff" * 8)),
    "formats.doc": lambda: old_word((0xFA, b"\x00\x00\x00\x00\xff\xff\xff\x7f" * 2)),
    "locked.doc": lambda: old_word((0x0A, b"\xff\xff")),
    "older.doc": lambda: old_word((2, b"\x65\x00")),
    "sectors.doc": lambda: old_sectors(b"\x00\x00\x00\x00"),
}


# PDF


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of which is its catalogue."""
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj %s endobj\n" % (number, content)
    table_at = len(out)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries)
    return out + b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table_at)


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), head, content)


LETTERS = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
TEXT = b"BT /F 12 Tf 60 700 Td (Notice of the office, number 12 of 2023, on floods) Tj ET "


def one_page(content: bytes, *more: bytes, box: bytes = b"0 0 595 842", resources: bytes = LETTERS) -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources%s>>" % (box, resources),
        content if content.startswith(b"<<") else stream(content),
        *more,
    )


def form(content: bytes, draws: int | None) -> bytes:
    resources = b"/Resources<</XObject<</X %d 0 R>>>>" % draws if draws else b""
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]%s" % resources)


def forms_loop() -> bytes:
    """A form that draws itself twice."""
    return one_page(b"/X Do", form(b"/X Do /X Do", 5), resources=b"<</XObject<</X 5 0 R>>>>")


def forms_doubling(depth: int) -> bytes:
    """Forms, each of which draws the next one twice."""
    chain = [form(b"/X Do /X Do", 6 + at) for at in range(depth)]
    return one_page(b"/X Do", *chain, form(b"0 0 9 9 re f", None), resources=b"<</XObject<</X 5 0 R>>>>")


def packed_twice() -> bytes:
    inside = zlib.compress(zlib.compress(b"0 0 1 1 re f\n" * 8_000_000, 9), 9)
    return one_page(stream(inside, b"/Filter[/FlateDecode/FlateDecode]"))


def picture(wide: int, high: int) -> bytes:
    """A picture that claims to be as large as that."""
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray" % (wide, high)
    return one_page(b"q 500 0 0 700 0 0 cm /X Do Q", stream(b"\0" * 99, head), resources=b"<</XObject<</X 5 0 R>>>>")


def rules(count: int) -> bytes:
    lines = b"".join(
        b"%.1f 0 m %.1f 842 l S 0 %.1f m 595 %.1f l S "
        % (at * 595 / count, at * 595 / count, at * 842 / count, at * 842 / count)
        for at in range(count)
    )
    return lines + TEXT


def catalogue(extra: bytes, pages: bytes = b"/Kids[3 0 R]/Count 1") -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % extra,
        b"<</Type/Pages%s>>" % pages,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources%s>>" % LETTERS,
        stream(TEXT),
        stream(b"attached", b"/Type/EmbeddedFile"),
    )


BROKEN_FONT = (
    b"<</Font<</F<</Type/Font/Subtype/Type0/BaseFont/No/Encoding/Identity-H/ToUnicode 5 0 R"
    b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/No/CIDSystemInfo<<>>>>]>>>>>>"
)
SCRIPT = b"/OpenAction<</S/JavaScript/JS(while\\(1\\){app.launchURL\\('http://127.0.0.1:9/'\\)})>>"
FILES = b"/Names<</EmbeddedFiles<</Names[(a.exe)<</Type/Filespec/F(../../a.exe)/EF<</F 5 0 R>>>>]>>>>"

PDF: dict[str, Callable[[], bytes]] = {
    "forms-loop": forms_loop,
    "forms-doubling": lambda: forms_doubling(22),
    "packed-twice": packed_twice,
    "rules": lambda: one_page(rules(3000)),
    "glyphs": lambda: one_page(b"BT /F 1 Tf 1 TL 9 800 Td " + b"(%s) Tj T* " % (b"a" * 400) * 150 + b"ET"),
    "nowhere": lambda: one_page(
        TEXT + b"BT /F 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (beyond all) Tj ET 1e38 0 m 1e38 9 l S"
    ),
    "script": lambda: catalogue(SCRIPT),
    "attachment": lambda: catalogue(FILES),
    "count-lies": lambda: catalogue(b"", b"/Kids[3 0 R]/Count 2000000000"),
    "count-negative": lambda: catalogue(b"", b"/Kids[3 0 R]/Count -7"),
    "pages-loop": lambda: catalogue(b"", b"/Kids[2 0 R]/Count 1"),
    "no-pages": lambda: catalogue(b"", b"/Kids[]/Count 0"),
    "nested": lambda: catalogue(b"/X " + b"[" * 100_000 + b"]" * 100_000),
    "head-only": lambda: b"%PDF-1.7\n",
    "cut": lambda: one_page(TEXT)[:300],
}
# These are drawn and recognised, which takes more memory.
DRAWN: dict[str, Callable[[], bytes]] = {
    "font-broken": lambda: one_page(
        b"BT /F 12 Tf 60 700 Td <00010002> Tj ET", stream(b"1 begincmap <<<"), resources=BROKEN_FONT
    ),
    "picture-huge": lambda: picture(60_000, 60_000),
    "page-huge": lambda: one_page(b"0 0 9 9 re f", box=b"0 0 200000 200000"),
    "page-flat": lambda: one_page(b"0 0 9 9 re f", box=b"0 0 14000 1"),
    "page-nothing": lambda: one_page(b"0 0 9 9 re f", box=b"0 0 0 0"),
    "page-inside-out": lambda: one_page(b"0 0 9 9 re f", box=b"500 800 -100 -100"),
}


# Archives


def directory_lies() -> bytes:
    """An archive that says that its list of files takes 4 GB."""
    data = bytearray(zipped([("a.txt", NOTICE)]))
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 0xFFFF_FFF0)
    return bytes(data)


def overlapping() -> bytes:
    """Many names for one packed file."""
    data = zipped([("a0.txt", NOTICE)])
    end = data.rfind(b"PK\x05\x06")
    (start,) = struct.unpack_from("<I", data, end + 16)
    entries = [data[start:end].replace(b"a0.txt", b"a%d.txt" % at) for at in range(10)]
    tail = struct.pack("<4s4HIIH", b"PK\x05\x06", 0, 0, 10, 10, sum(map(len, entries)), start, 0)
    return data[:start] + b"".join(entries) + tail
