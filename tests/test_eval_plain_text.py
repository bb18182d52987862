"""Plain text by other people's libraries: every form, wrong suffixes, broken files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from corpus.text import squash
from eval.plain_text import office_program, plain_texts

WORDS = "居住证由公安派出所办理"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>居住证</t></is></c><c r="B1"><v>12339</v></c></row></sheetData></worksheet>"""


def text_of(path: Path) -> str:
    return plain_texts({"x": path})["x"]


def word(*, table: bool = False) -> bytes:
    document = docx.Document()
    document.add_paragraph(WORDS)
    if table:
        made = document.add_table(2, 2)
        made.cell(0, 0).merge(made.cell(0, 1)).text = "补助标准"
        made.cell(1, 0).text, made.cell(1, 1).text = "每人", "300元"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def spreadsheet() -> bytes:
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{RELATION}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/a.xml"/></Relationships>',
        "xl/worksheets/a.xml": SHEET,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for words in ("Residence permit 12339", "Second page"):
        canvas.drawString(72, 720, words)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def page(encoding: str) -> bytes:
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    body = f"<table><tr><td>{WORDS}</td><td>电话</td></tr></table><p>第二段</p><script>var x = 1</script>"
    return f"<html><head>{head}</head><body>{body}</body></html>".encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.txt"])
def test_a_web_page_whatever_its_encoding_and_suffix(tmp_path: Path, encoding: str, name: str) -> None:
    (tmp_path / name).write_bytes(page(encoding))
    lines = [line.split() for line in text_of(tmp_path / name).splitlines() if line.strip()]
    assert lines == [[WORDS, "电话"], ["第二段"]]


def test_word_with_its_tables_in_order_and_merged_cells_once(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(word(table=True))
    assert text_of(tmp_path / "a.docx").split("\n") == [WORDS, "补助标准", "每人\t300元"]


def test_what_a_file_is_its_content_says(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(word())
    (tmp_path / "b.xls").write_bytes(spreadsheet())
    assert text_of(tmp_path / "a.doc") == WORDS
    assert text_of(tmp_path / "b.xls") == "居住证\t12339"


def test_pages_of_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf())
    assert text_of(tmp_path / "a.pdf").split("\n") == ["Residence permit 12339", "Second page"]


def test_a_member_of_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("通知.txt", WORDS)
    assert text_of(tmp_path / "a.zip" / "通知.txt") == WORDS


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 broken", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 broken"])
@pytest.mark.parametrize("name", ["a.pdf", "a.xls", "a.docx"])
def test_a_broken_file_has_no_text_and_stops_no_other(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "b.txt").write_text(WORDS, "utf-8")
    found = plain_texts({"a": tmp_path / name, "b": tmp_path / "b.txt", "c": tmp_path / "missing.txt"})
    assert found["b"] == WORDS and found["c"] == ""
    assert WORDS not in found["a"]


def test_bytes_that_are_no_text_are_shown_as_an_editor_does(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(WORDS.encode() + b"\0")
    (tmp_path / "b.txt").write_bytes(WORDS.encode("gb18030") + b"\xff\xff")
    assert WORDS in text_of(tmp_path / "a.txt") and WORDS in text_of(tmp_path / "b.txt")


@pytest.mark.slow
@pytest.mark.skipif(office_program() is None, reason="LibreOffice is not installed")
def test_old_word_files_by_libreoffice(tmp_path: Path) -> None:
    codes = "".join(f"\\u{ord(char)}?" for char in WORDS)
    for name in ("a.rtf", "b.doc"):
        (tmp_path / name).write_text(f"{{\\rtf1\\ansi {codes}\\par}}", "ascii")
    found = plain_texts({name: tmp_path / name for name in ("a.rtf", "b.doc")})
    assert {name: squash(text) for name, text in found.items()} == {"a.rtf": WORDS, "b.doc": WORDS}
