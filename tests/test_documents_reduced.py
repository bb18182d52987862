"""Small files of invented places, each with the shape of a fault seen on real ones, and the right values.

`tests/data/reduced` holds those that readers got wrong: text in layout tables, boxes beside the biggest one, titles
of the site instead of the document's, long cells, texts before and after a change.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.model import Notice, ParsedFile, Role
from corpus.parse import parse_source
from corpus.sources import read_source

pytest.importorskip("lxml", reason="needs the extra documents")

DATA = Path(__file__).parent / "data" / "reduced"


def lines_of(name: str) -> list[str]:
    return [line.text for line in read_source(DATA / name).lines]


def parsed(name: str) -> ParsedFile:
    return parse_source(read_source(DATA / name))


def rows(notice: Notice) -> list[dict[str, str]]:
    return [dict(clause.cells) for clause in notice.clauses if clause.role is Role.ROW]


def test_a_page_that_begins_with_a_table_and_has_no_title() -> None:
    lines = lines_of("A4-no-title.html")
    assert lines[0] == "根据市教育局文件精神，为规范招生工作，通告如下："
    assert lines[-2:] == ["河口镇教育事务指导中心", "2015年3月20日"]


def test_a_page_under_the_name_of_a_text_is_a_page() -> None:
    source = read_source(DATA / "A6-html.txt")
    assert source.encoding == "html"
    assert [line.text for line in source.lines] == ["# 云岭市户口管理办法", "第一条 为管理户口，制定本办法。"]
    assert "扩展名是 .txt，内容却是网页" in source.warnings[0].what


def test_soft_line_breaks_are_lines() -> None:
    lines = [line for line in lines_of("A8-body-only.docx") if line]
    assert lines[:3] == [
        "各区（市）县政府，市政府各部门：",
        "《云岭市养老保险试行办法》已经市政府审议通过，现印发你们，请遵照执行。",
        "二○○九年十二月三十日",
    ]
    assert [line[:3] for line in lines if line.startswith("第")] == ["第一条", "第二条", "第三条"]


def test_a_long_cell_over_two_rows_is_a_cell() -> None:
    (notice,) = parsed("C1-long-cell.html").notices
    found = rows(notice)
    assert [row["指标"] for row in found] == ["本科", "大专", "中级工"]
    assert [row["分值"] for row in found] == ["80分", "60分", "40分"]
    assert found[0]["说明"] == found[1]["说明"] and len(found[0]["说明"]) > 400
    assert found[2]["说明"] == "提供资格证书。"


@pytest.mark.parametrize("name", ["C2-layout-table.docx", "C2b-half-table.docx"])
def test_text_in_a_table_of_one_cell_is_paragraphs(name: str) -> None:
    found = parsed(name)
    (notice,) = found.notices
    assert (notice.doc_number, notice.issuer, notice.date) == ("云政发〔2008〕39号", "云岭市人民政府", "2008-04-14")
    articles = [clause.text[:3] for clause in notice.clauses if clause.role is Role.TEXT and clause.text[0] == "第"]
    assert articles == ["第一条", "第二条", "第三条"]
    assert found.coverage == 1


def test_texts_before_and_after_a_change_are_told_apart() -> None:
    (notice,) = parsed("C3-compare.html").notices
    (row,) = [clause for clause in notice.clauses if clause.role is Role.ROW]
    cells = dict(row.cells)
    assert cells["修改前"].startswith("第八条暂住三日以上") and cells["修改后"] == "第八条暂住七日以上的应当登记。"
    assert "修改前：第八条暂住三日" in row.text
    assert row.text.endswith("修改后（新文本）：第八条暂住七日以上的应当登记。")


def test_the_name_of_a_site_is_no_title() -> None:
    (notice,) = parsed("D1-site-title.html").notices
    assert notice.title == "云岭市土地储备管理办法"
    assert sum(clause.text.startswith("第") and "条" in clause.text[:3] for clause in notice.clauses) == 3


def test_the_tail_of_breadcrumbs_is_no_part_of_a_title() -> None:
    (notice,) = parsed("D2-crumb.html").notices
    assert notice.title == "云岭省实施《居住证暂行条例》办法"


def test_boxes_beside_the_biggest_one_are_kept() -> None:
    found = parsed("G1-sibling-lost.html")
    (notice,) = found.notices
    assert (notice.doc_number, notice.date) == ("云政发〔2024〕7号", "2024-02-01")
    assert notice.title == "云岭市人民政府关于调整停车收费的通知"
    items = [clause.text[:2] for clause in notice.clauses if clause.role is Role.TEXT]
    assert items == ["一、", "二、", "三、", "四、", "五、", "六、"]
    # Whom it is for is no heading of the items below it.
    assert notice.addressee == "各县（区）人民政府"
    assert {clause.path[0][:2] for clause in notice.clauses if clause.role is Role.TEXT} == set(items)
    assert (found.coverage, found.left_out) == (1, ())
