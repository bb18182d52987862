"""Saved pages of government sites: the article found, everything around it dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.sources import read_source

pytest.importorskip("lxml", reason="needs the extra documents")

DATA = Path(__file__).parent / "data" / "documents"


def lines_of(path: Path) -> list[str]:
    return [line.text for line in read_source(path).lines]


def test_a_page_of_a_publishing_system(tmp_path: Path) -> None:
    lines = lines_of(DATA / "policy-page.html")
    assert lines[:2] == [  # the table of information belongs to the document
        "索引号：\t000014349/2023-00015\t主题分类：\t城乡建设",
        "发文字号：\t某政发〔2023〕15号\t发布日期：\t2023年5月20日",
    ]
    assert lines[2] == "# 某某市人民政府关于加强城市供水管理工作的意见"
    assert lines[3] == "某政发〔2023〕15号"
    assert lines[4] == "各县（区）人民政府，市政府各部门："
    text = "\n".join(lines)
    for word in ("首页", "当前位置", "打印", "相关链接", "版权所有", "分享到", "function"):
        assert word not in text
    assert "项目\t2022年\t2023年" in lines
    assert "供水量\t120万吨\t135万吨" in lines
    assert lines.count("市住建局负责落实。") == 2  # what repeats itself stays


def test_the_same_page_in_gb18030(tmp_path: Path) -> None:
    text = (DATA / "policy-page.html").read_text(encoding="utf-8").replace("utf-8", "gb2312")
    path = tmp_path / "page.htm"
    path.write_bytes(text.encode("gb18030"))
    assert lines_of(path) == lines_of(DATA / "policy-page.html")


def test_an_article_without_a_known_container(tmp_path: Path) -> None:
    article = "".join(f"<p>　　第{n}条的内容是各单位应当按照职责分工做好工作。</p>" for n in "一二三四")
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>关于做好防汛工作的通知_某某市政府网</title></head><body>"
        "<div class='top'><a href='/'>首页</a><a href='/zw'>政务公开</a><a href='/fw'>政务服务</a></div>"
        f"<div><div><div>{article}</div></div></div><div class='foot'>主办单位：某某市政府办公室</div></body></html>",
        encoding="utf-8",
    )
    lines = lines_of(path)
    assert lines[0] == "# 关于做好防汛工作的通知"
    assert lines[1:] == [f"第{n}条的内容是各单位应当按照职责分工做好工作。" for n in "一二三四"]


def test_a_page_inside_a_form_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<body><form id='aspnetForm'><p>各单位应当按照职责分工做好防汛工作，并报送进展情况。</p></form></body>",
        encoding="utf-8",
    )
    assert lines_of(path) == ["各单位应当按照职责分工做好防汛工作，并报送进展情况。"]


def test_line_breaks_of_the_file_mean_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<body><p>各单位应当\n  按照职责分工做好防汛工作，<b>每周</b>报送一次。<br>联系电话：0358-8222401</p></body>",
        encoding="utf-8",
    )
    assert lines_of(path) == ["各单位应当按照职责分工做好防汛工作，每周报送一次。", "联系电话：0358-8222401"]


def test_a_page_that_a_script_fills_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<html><body><div id='app'></div><script>load()</script></body></html>", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.html：网页里没有找到正文"):
        read_source(path)


def test_markup_in_a_clause_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<body><p>各单位应当按照职责分工做好工作：&lt;script&gt;alert(1)&lt;/script&gt; 按规定执行。</p></body>",
        encoding="utf-8",
    )
    assert "<script>alert(1)</script>" in lines_of(path)[0]


def test_attributes_that_are_no_numbers_do_not_matter(tmp_path: Path) -> None:
    """² is a digit to `str.isdigit`, and no number to `int`."""
    row = "<tr><td rowspan='²'>{}</td><td colspan='--2'>区住建局负责老旧小区改造工作</td></tr>"
    items = "<ol start='--1'><li>做好供水管理</li><li>做好排水管理</li></ol>"
    path = tmp_path / "page.html"
    path.write_text(f"<html><body><table>{row.format(1)}{row.format(2)}</table>{items}</body></html>", "utf-8")
    lines = lines_of(path)
    assert "2\t区住建局负责老旧小区改造工作" in lines
    assert lines[-2:] == ["1. 做好供水管理", "2. 做好排水管理"]


def test_what_is_struck_out_or_hidden_is_left_out_and_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<body><div class='TRS_Editor'><p>每头补贴<del>三百</del><s>四百</s><strike>六百</strike>五百元，"
        "由区农业农村局负责<span style='display: none'>看不见的</span>发放。</p><p hidden>隐藏的一段</p>"
        "<table><tr><td>甲项</td><td><del>旧值</del>新值</td></tr>"
        "<tr><td>乙项</td><td style='text-decoration: line-through'>作废</td></tr></table>"
        "<p><ins>本通知自印发之日起施行。</ins></p></div></body>",
        encoding="utf-8",
    )
    source = read_source(path)
    assert [line.text for line in source.lines] == [
        "每头补贴五百元，由区农业农村局负责发放。",
        "甲项\t新值",
        "乙项\t",
        "本通知自印发之日起施行。",
    ]
    struck, hidden = "有删除线的文字", "网页上隐藏的文字"
    assert [(left.line, left.text, left.why) for left in source.left_out] == [
        (1, "三百", struck),
        (1, "四百", struck),
        (1, "六百", struck),
        (1, "看不见的", hidden),
        (2, "隐藏的一段", hidden),
        (2, "旧值", struck),
        (2, "作废", struck),
    ]
