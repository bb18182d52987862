"""Exports hold what was chosen, with citation and source, and harm nobody who opens them."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import zipfile
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from page_support import Server, every

from index.build import build
from retriever.ask import Asker
from retriever.citation import citation
from retriever.page.cite import gb7714, markdown_text, source_line, styles
from retriever.page.collection import Collection
from retriever.page.export import FORMS, MAX_CLAUSES, Occasion, export, harmless
from retriever.page.routes import _download

pytest_plugins = ["page_fixtures"]


def test_csv_is_read_back_with_every_clause(collection: Collection) -> None:
    entries = every(collection.asker)[100:120]
    made = export(entries, "csv")
    assert made.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(made.data.decode("utf-8-sig"))))
    assert [row["引用"] for row in rows] == [citation(entry.notice, entry.clause) for entry in entries]
    assert all(source_line(entry) == row["原件"] for row, entry in zip(rows, entries, strict=True))


@given(st.text(alphabet=st.sampled_from("=+-@|%＝＋－＠\t\r\n \u3000a1"), max_size=8))
def test_no_cell_is_a_formula(cell: str) -> None:
    kept = harmless(cell)
    assert kept.endswith(cell)
    assert re.sub(r"^[\s\u3000\ufeff]+", "", kept)[:1] not in tuple("=+-@|%＝＋－＠")


def test_a_formula_in_a_clause_stays_text(hostile: Collection) -> None:
    data = export(every(hostile.asker), "csv").data.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(data)):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)


def test_word_document_opens_with_text_citation_and_source(collection: Collection) -> None:
    entries = every(collection.asker)[10:13]
    document = Document(io.BytesIO(export(entries, "docx").data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for entry in entries:
        assert citation(entry.notice, entry.clause) in text
        assert source_line(entry) in text
        assert entry.text.split("\n")[0] in text


REPEALED = "离政函〔2023〕29号"
ASKED = Occasion("=这块地\n还能用吗", "吕梁市离石区", dt.date(2026, 5, 4))


def test_word_document_is_a_chinese_page(collection: Collection) -> None:
    """Before: an American letter in Cambria and in English, quotations in italics; 宋体 was named but the theme's
    font won."""
    data = export(every(collection.asker)[10:13], "docx").data
    document = Document(io.BytesIO(data))
    page = document.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (21.0, 29.7)
    parts = zipfile.ZipFile(io.BytesIO(data))
    for name in ("word/styles.xml", "word/settings.xml"):
        languages = re.findall(r'<w:(?:lang|themeFontLang) [^>]*w:eastAsia="([^"]+)"', parts.read(name).decode())
        assert languages and set(languages) == {"zh-CN"}
    assert document.core_properties.language == "zh-CN"
    for style in {paragraph.style.name for paragraph in document.paragraphs}:
        fonts = document.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("SimSun", "SimHei")
        assert not [name for name in fonts.attrib if "Theme" in name]
        assert not document.styles[style].font.italic


def test_titles_are_headings_with_what_repealed_them(collection: Collection) -> None:
    """Before, a heading was the number alone (离政函〔2023〕29号（已废止）), by what it was repealed stood nowhere, nor
    what was asked and when."""
    entries = [*collection.clauses_of(REPEALED)[:2], *collection.clauses_of("离政办发〔2023〕9号")[:2]]
    document = Document(io.BytesIO(export(entries, "docx", ASKED).data))
    heads = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert heads == [f"《{entries[0].notice.title}》", f"《{entries[2].notice.title}》"]
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for words in (
        "状态：已废止 被离政函〔2023〕33号废止",
        "问题：=这块地 还能用吗",
        "导出日期：2026年5月4日",
        "吕梁市离石区公报",
    ):
        assert words in text
    shown = export(entries, "md", ASKED).data.decode()
    assert "被离政函〔2023〕33号废止" in shown and "导出日期：2026年5月4日" in shown and "这块地 还能用吗" in shown
    assert shown.count("\n## ") == 2 and shown.count("\n### ") == 4
    rows = list(csv.DictReader(io.StringIO(export(entries, "csv", ASKED).data.decode("utf-8-sig"))))
    assert rows[0]["状态说明"].startswith("已废止 被离政函〔2023〕33号废止") and rows[2]["状态"] == "现行"
    assert {row["问题"] for row in rows} == {"'=这块地\n还能用吗"} and rows[0]["导出日期"] == "2026-05-04"


def test_the_question_goes_with_the_export(server: Server) -> None:
    page = httpx.get(server.url, params={"q": "农民工工资"}, timeout=60).text
    form = re.search(r'<form id="export".*?</form>', page, re.DOTALL)
    assert form is not None and '<input type="hidden" name="q" value="农民工工资">' in form[0]
    assert f"Word 一次最多 {MAX_CLAUSES} 条" in form[0]
    one = re.search(r'name="all" value="([^"]*)"', form[0])
    assert one is not None
    sent = {"id": html.unescape(one[1]), "format": "md", "q": "农民工工资"}
    made = httpx.post(f"{server.url}/export", data=sent, timeout=60).text
    assert "问题：农民工工资" in made and "出自：吕梁市离石区公报" in made


def test_markdown_shows_markup_as_text(hostile: Collection) -> None:
    from markdown_it import MarkdownIt

    text = export(every(hostile.asker), "md").data.decode()
    rendered = MarkdownIt("commonmark").render(text)
    assert "<script" not in rendered
    assert "<img" not in rendered
    assert "<a " not in rendered
    assert "&lt;script&gt;" in rendered


@given(st.text(alphabet=st.sampled_from("a#*_[]()<>!`~|&\\1.-+= \n"), max_size=30))
def test_markdown_text_comes_back_as_it_was(text: str) -> None:
    from markdown_it import MarkdownIt

    rendered = MarkdownIt("commonmark").render("甲" + markdown_text(text))
    assert not re.search(r"<(?!/?p>|br />)", rendered)


def test_every_style_cites_the_notice(collection: Collection) -> None:
    entry = collection.clause("离政办发〔2023〕9号/二.（三）.1.（1）")
    assert entry is not None
    for name, text in styles(entry):
        assert "离政办发〔2023〕9号" in text, name
    assert gb7714(entry).startswith("吕梁市离石区人民政府办公室. 吕梁市离石区人民政府办公室关于")
    assert "[Z]. 2023-05-15: 第二部分第（三）项" in gb7714(entry)


@pytest.mark.parametrize("form", FORMS)
def test_control_characters_do_not_break_a_file(form: str, collection: Collection) -> None:
    import dataclasses

    entry = every(collection.asker)[30]
    broken = dataclasses.replace(entry, clause=dataclasses.replace(entry.clause, text="坏\x00\x0b字\x1b符"))
    assert export([broken], form).data


def test_four_hundred_clauses_come_all_and_too_many_are_said(server: Server, collection: Collection) -> None:
    """Before, the first 200 came without a word, and with 410 there was “no such format”."""
    ids = [entry.clause_id for entry in every(collection.asker)]
    for count in (201, 410, MAX_CLAUSES):
        made = httpx.post(f"{server.url}/export", data={"id": ids[:count], "format": "csv"}, timeout=60)
        assert len(list(csv.DictReader(io.StringIO(made.text.removeprefix("\ufeff"))))) == count
    for count in (MAX_CLAUSES + 1, len(ids), 5 * len(ids)):
        refused = httpx.post(f"{server.url}/export", data={"id": (ids * 5)[:count], "format": "csv"}, timeout=60)
        assert refused.status_code == 400
        assert f"一次最多导出 {MAX_CLAUSES} 条" in refused.text
    many = httpx.post(f"{server.url}/export", content="&".join(f"id={number}" for number in range(9000)))
    assert many.status_code == 400 and f"一次最多导出 {MAX_CLAUSES} 条" in many.text


def test_nothing_ticked_is_all_of_the_page(server: Server, collection: Collection) -> None:
    """As the form itself sends it, without a script."""
    longest = max(collection.asker.engine.notices, key=lambda one: len(collection.clauses_of(one.notice.notice_id)))
    wanted = collection.clauses_of(longest.notice.notice_id)
    assert len(wanted) > 200
    for query, count in (({"notice": longest.notice.notice_id}, len(wanted)), ({"q": "农民工工资"}, 0)):
        page = httpx.get(server.url, params=query, timeout=60).text
        form = re.search(r'<form id="export".*?</form>', page, re.DOTALL)
        assert form is not None
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0])
        sent = "&".join(f"{name}={quote(html.unescape(value))}" for name, value in [*fields, ("format", "csv")])
        headers = {"content-type": "application/x-www-form-urlencoded"}
        made = httpx.post(f"{server.url}/export", content=sent, headers=headers, timeout=60)
        rows = list(csv.DictReader(io.StringIO(made.text.removeprefix("\ufeff"))))
        # Of a question the clauses on the page, which stand by notice.
        assert len(rows) == (count or sum(name == "all" for name, _ in fields)) >= 5
    one = wanted[3].clause_id
    made = httpx.post(f"{server.url}/export", content=f"{sent}&id={quote(one)}", headers=headers)
    assert len(list(csv.DictReader(io.StringIO(made.text.removeprefix("\ufeff"))))) == 1


def test_a_long_notice_comes_whole_as_a_table_and_says_its_limit_in_word(tmp_path: Path) -> None:
    """Before, nothing of more than 1,000 clauses could be exported but by ticking some of them at a time."""
    rows = "\n\n".join(f"第{number}条 第{number}个单位负责这一段河道的巡查。" for number in range(1, 999))
    more = "\n\n".join(f"（{number}）这是另一段河道的巡查要求。" for number in range(1, 400))
    head = "青石县人民政府关于河道巡查的通知\n青政发〔2024〕1号\n\n各乡镇：\n\n"
    (tmp_path / "长.txt").write_text(f"{head}{rows}\n\n{more}\n\n青石县人民政府\n2024年1月2日\n", "utf-8")
    build([tmp_path / "长.txt"], tmp_path / "index", dense=False)
    collection = Collection.of(Asker.open(tmp_path / "index", dense=False), ready=())
    notice = collection.asker.engine.notices[0].notice.notice_id
    count = len(collection.clauses_of(notice))
    assert count > MAX_CLAUSES
    made = _download(collection, {"notice": [notice], "format": ["csv"]})
    assert len(list(csv.DictReader(io.StringIO(bytes(made.body).decode("utf-8-sig"))))) == count
    refused = _download(collection, {"notice": [notice], "format": ["docx"]})
    told = bytes(refused.body).decode()
    assert refused.status_code == 400
    assert f"一次最多导出 {MAX_CLAUSES} 条，这里有 {count} 条" in told and "整篇请导出为表格（CSV）" in told
