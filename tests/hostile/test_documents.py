"""Hostile documents: each gives a sound parse or one clear line, within its limits of memory and time.

All are read by one `Reader`, which starts a new process where a document brought one down. What is checked
is how each ends and what is read of it, never how long it took: the limits end what would hang.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("lxml", reason="needs the extra documents")
pytest.importorskip("pypdfium2", reason="needs the extra documents")
pytest.importorskip("olefile", reason="needs the extra documents")
pytest.importorskip("python_calamine", reason="needs the extra documents")

from corpus.errors import GongbaoError, InputError
from corpus.guard import Reader
from corpus.limits import Limits
from corpus.model import ParsedFile
from corpus.sources import read_source
from tests.hostile import make_documents as make

SOUND = "由区水利局负责督促检查"  # stands in the clause that every good document has


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(Limits(memory=400, seconds=60)) as found:
        yield found


@pytest.fixture(scope="module")
def drawing_reader() -> Iterator[Reader]:
    with Reader(Limits(memory=1500, seconds=120)) as found:
        yield found


def text_of(parsed: ParsedFile) -> str:
    return "\n".join(clause.text for notice in parsed.notices for clause in notice.clauses)


def read(reader: Reader, path: Path, data: bytes) -> ParsedFile:
    path.write_bytes(data)
    return reader.parse(path).parsed


def failure(reader: Reader, path: Path, data: bytes) -> str:
    """The one line with which a document fails; it names the file."""
    path.write_bytes(data)
    with pytest.raises(GongbaoError) as caught:
        reader.parse(path)
    line = str(caught.value)
    assert path.name in line and "\n" not in line
    assert caught.value.todo
    return line


WORD_READ = {
    "span-billions": "甲格",
    "span-words": "丁格",
    "span-many": "甲格",
    "rows-uneven": "乙格",
    "count-billion-letters": "编号的一段文字",
    "count-negative": "编号的一段文字",
    "count-words": "编号的一段文字",
    "count-long-pattern": "编号的一段文字",
    "styles-loop": "样式的一段文字",
    "styles-chain": "样式的一段文字",
    "deep-boxes": "最里面的文字",
    "chunk": SOUND,
    "twice": "第二份正文",  # as Word reads it: the last one counts
    "own-relation": SOUND,
}
WORD_FAILED = {
    "entity-laughs": "已损坏",
    "entity-blowup": "已损坏",
    "deep-paragraphs": "已损坏",
    "deep-tables": "已损坏",
    "bomb-spaces": "正文太大（解压后超过 64 MB）",
    "bomb-paragraphs": "超过 400 MB",
    "no-body-part": "已损坏",
    "no-body": "没有文字",
    "no-xml": "已损坏",
    "cut-xml": "已损坏",
    "locked": "已损坏",
    "unknown-method": "已损坏",
}


def test_every_document_has_an_expectation() -> None:
    assert make.WORD.keys() == WORD_READ.keys() | WORD_FAILED.keys()
    assert make.HTML.keys() == HTML_READ.keys() | HTML_FAILED.keys()
    assert make.PDF.keys() == PDF_FAILED.keys() | set(PDF_READ)
    assert make.OFFICE.keys() == OFFICE_READ.keys() | OFFICE_FAILED.keys()


@pytest.mark.parametrize("name", WORD_READ)
def test_a_hostile_word_document_is_read(reader: Reader, tmp_path: Path, name: str) -> None:
    text = text_of(read(reader, tmp_path / f"{name}.docx", make.WORD[name]()))
    assert WORD_READ[name] in text


@pytest.mark.parametrize("name", WORD_FAILED)
def test_a_hostile_word_document_fails(reader: Reader, tmp_path: Path, name: str) -> None:
    assert WORD_FAILED[name] in failure(reader, tmp_path / f"{name}.docx", make.WORD[name]())


def test_a_text_box_in_a_text_box_is_read_once(reader: Reader, tmp_path: Path) -> None:
    """It was read twice for each box around it: fifty boxes never ended."""
    parsed = read(reader, tmp_path / "boxes.docx", make.WORD["deep-boxes"]())
    assert text_of(parsed).count("最里面的文字") == 1


def test_an_embedded_document_is_warned_of(reader: Reader, tmp_path: Path) -> None:
    parsed = read(reader, tmp_path / "chunk.docx", make.WORD["chunk"]())
    assert any("嵌有另一份文档" in warning.what for warning in parsed.warnings)


def test_a_file_named_by_an_entity_is_not_read(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("TOPSECRET", "utf-8")
    entity = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    parsed = read(reader, tmp_path / "a.docx", make.word(make.p("甲&x;乙"), entity))
    assert SOUND in text_of(parsed) and "TOPSECRET" not in text_of(parsed)


HTML_READ = {
    "links": SOUND,
    "spaces": SOUND,
    "hidden-many": "露露",
    "deep-divs": SOUND,
    "deep-bold": SOUND,
    "deep-tables": SOUND,
    "spans": SOUND,
    "table-wide": SOUND,
    "items": "办理第3000号事项",
    "title-dashes": SOUND,
    "charset-lies": SOUND,
    "charset-gbk": SOUND,
    "frames": SOUND,
    "entity": SOUND,
    "data-url": SOUND,
    "class-long": SOUND,
}
HTML_FAILED = {"nul": "读不出文字"}


@pytest.mark.parametrize("name", HTML_READ)
def test_a_hostile_page_is_read(reader: Reader, tmp_path: Path, name: str) -> None:
    text = text_of(read(reader, tmp_path / f"{name}.html", make.HTML[name]()))
    assert HTML_READ[name] in text
    assert "框里" not in text and "root:" not in text


@pytest.mark.parametrize("name", HTML_FAILED)
def test_a_hostile_page_fails(reader: Reader, tmp_path: Path, name: str) -> None:
    assert HTML_FAILED[name] in failure(reader, tmp_path / f"{name}.html", make.HTML[name]())


def test_text_behind_many_elements_inside_one_another(tmp_path: Path) -> None:
    """The parser stopped at 256 of them, and what stood behind was lost without a word."""
    path = tmp_path / "a.html"
    path.write_bytes(make.page("<div>" * 1000 + "<p>深处的一段文字</p>" + "</div>" * 1000 + "<p>后面的一段文字</p>"))
    assert {"深处的一段文字", "后面的一段文字"} <= {line.text for line in read_source(path).lines}
    path.write_bytes(make.page("<div>" * 5000 + "<p>深处的一段文字</p>" + "</div>" * 5000 + "<p>后面的一段文字</p>"))
    assert any("套得太深" in warning.what for warning in read_source(path).warnings)


# What stands in the clauses of each that is read.
OFFICE_READ = {
    "long-list.xlsx": "甲乙丙19999",
    "far-row.xlsx": "关于做好防汛工作的通知",
    "merged-all.xlsx": "名单",
    "fonts.rtf": SOUND,
    "bin.rtf": SOUND,
    "units.rtf": SOUND,
    "cells.rtf": SOUND,
    "edges.rtf": SOUND,
    "unclosed.rtf": SOUND,
    "counts.doc": "由区教育局发放",
    "formats.doc": "由区教育局发放",
}
OFFICE_FAILED = {
    "far-cell.xlsx": "400 MB",
    "spaces.xlsx": "太大（解压后超过 128 MB）",
    "laughs.xlsx": "没有文字",
    "deep.rtf": "套得太深",
    "pieces.doc": "已损坏",
    "minus.doc": "没有文字",
    "locked.doc": "有密码",
    "older.doc": "Word 95",
    "sectors.doc": "不能读取这种旧版 Office 文件",
}


@pytest.mark.parametrize("name", OFFICE_READ)
def test_a_hostile_office_file_is_read(reader: Reader, tmp_path: Path, name: str) -> None:
    assert OFFICE_READ[name] in text_of(read(reader, tmp_path / name, make.OFFICE[name]()))


@pytest.mark.parametrize("name", OFFICE_FAILED)
def test_a_hostile_office_file_fails(reader: Reader, tmp_path: Path, name: str) -> None:
    assert OFFICE_FAILED[name] in failure(reader, tmp_path / name, make.OFFICE[name]())


STOPPED = "超过 400 MB"
NO_TEXT = "没有读出文字"
PDF_FAILED = {
    "forms-loop": STOPPED,
    "forms-doubling": STOPPED,
    "packed-twice": STOPPED,
    "pages-loop": NO_TEXT,
    "no-pages": "已损坏",
    "head-only": "已损坏",
    "cut": "已损坏",
}


PDF_READ = ("rules", "glyphs", "nowhere", "script", "attachment", "count-lies", "count-negative", "nested")


@pytest.mark.parametrize("name", PDF_READ)
def test_a_hostile_pdf_is_read_with_a_doubt(reader: Reader, tmp_path: Path, name: str) -> None:
    """The text of these is English, in which there is no title: that it is read shows in what is made of it."""
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(make.PDF[name]())
    with contextlib.suppress(InputError):  # hardly a letter can be read
        (only,) = reader.parse(path).parsed.notices
        assert only.uncertain


@pytest.mark.parametrize("name", PDF_FAILED)
def test_a_hostile_pdf(reader: Reader, tmp_path: Path, name: str) -> None:
    assert PDF_FAILED[name] in failure(reader, tmp_path / f"{name}.pdf", make.PDF[name]())


@pytest.mark.parametrize("name", make.DRAWN)
def test_a_hostile_picture(drawing_reader: Reader, tmp_path: Path, name: str) -> None:
    assert NO_TEXT in failure(drawing_reader, tmp_path / f"{name}.pdf", make.DRAWN[name]())
