"""Coverage counts all letters of the file as it came, and what is left out is listed and named in a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.coverage import letters_of
from corpus.model import ParsedFile
from corpus.parse import parse_source
from corpus.reading import source_from_text
from corpus.sources import read_source
from corpus.text import squash

HEAD = "云岭市人民政府关于做好防汛工作的通知\n云政发〔2023〕5号\n各乡镇人民政府：\n"
BODY = "一、各单位应当按照职责分工做好防汛工作，由市水利局负责督促检查。\n"


def page(around: str) -> str:
    lines = "".join(f"<p>{line}</p>" for line in (HEAD + BODY).split("\n") if line)
    return f"<html><body><div class='content'>{lines}</div>{around}</body></html>"


def parsed_page(tmp_path: Path, around: str) -> ParsedFile:
    path = tmp_path / "a.html"
    path.write_text(page(around), "utf-8")
    return parse_source(read_source(path))


def test_a_text_of_which_all_is_in_clauses() -> None:
    found = parse_source(source_from_text("a.txt", HEAD + BODY))
    assert (found.coverage, found.left_out, found.warnings) == (1, (), ())


def test_what_stands_before_the_first_document_counts(tmp_path: Path) -> None:
    before = "欢迎访问云岭市人民政府网站，今天天气晴朗，适合出行和游览，请注意防晒。"
    found = parse_source(source_from_text("a.txt", f"{before}\n\n\n{HEAD}{BODY}"))
    share = len(squash(HEAD + BODY)) / len(squash(before + HEAD + BODY))
    assert found.coverage == round(share, 4)
    assert [left.text for left in found.left_out] == [before]
    (warning,) = [warning.what for warning in found.warnings if "归入了条款" in warning.what]
    assert f"{share:.2%}" in warning and "网页或刊物上的其他文字（31 字，如“欢迎访问云岭市人民政府网站" in warning


def test_the_menus_of_a_page_count_and_are_listed(tmp_path: Path) -> None:
    pytest.importorskip("lxml", reason="needs the extra documents")
    menu = "".join(f"<li><a href='/{at}'>栏目第{at}号</a></li>" for at in range(10, 40))
    found = parsed_page(tmp_path, f"<ul>{menu}</ul><div>版权所有：云岭市人民政府 云ICP备05012345号</div>")
    listed = sum(len(squash(left.text)) for left in found.left_out)
    body = len(squash(HEAD + BODY))
    assert found.coverage == round(body / (body + listed), 4) < 0.4
    assert {left.why for left in found.left_out} == {"网页的菜单和链接", "网页的页脚"}
    (warning,) = [warning.what for warning in found.warnings if "归入了条款" in warning.what]
    assert "网页的菜单和链接（180 字" in warning and "网页的页脚" in warning


def test_every_letter_of_a_page_is_read_or_listed(tmp_path: Path) -> None:
    """Whatever stands around the article: nothing goes without a word."""
    pytest.importorskip("lxml", reason="needs the extra documents")
    around = (
        "<nav>首页</nav><form>检索<select><option>全文</option></select></form><div style='display:none'>隐藏甲</div>"
        "<div class='share'>分享到微博</div><div>很远的一段话，没有写完<span>又一段</span></div><aside>侧栏</aside>"
        "<div><p>附件：<a href='a.doc'>申请表</a></p></div><script>var x = '代码';</script><style>p {}</style>"
    )
    path = tmp_path / "a.html"
    path.write_text(page(around), "utf-8")
    source = read_source(path)
    assert source.letters is not None
    there = letters_of([*(line.text for line in source.lines), *(left.text for left in source.left_out)])
    assert there == source.letters
    assert "代码" not in "".join(left.text for left in source.left_out)
    assert any("附件" in line.text for line in source.lines)


def test_a_repeated_cell_hides_no_lost_text(tmp_path: Path) -> None:
    """A cell over two rows stands in both, which makes up for nothing that is lacking."""
    pytest.importorskip("lxml", reason="needs the extra documents")
    table = (
        "<table><tr><td>单位</td><td>电话</td><td>说明</td></tr><tr><td>甲局</td><td>84854715</td>"
        "<td rowspan='2'>工作日接听</td></tr><tr><td>乙局</td><td>84731908</td></tr></table>"
    )
    found = parsed_page(tmp_path, table)
    assert found.coverage == 1
    assert parsed_page(tmp_path, f"{table}<nav>工作日接听</nav>").coverage < 1


def test_tags_that_a_page_shows_as_text_are_listed(tmp_path: Path) -> None:
    """A page that shows the source of another one: of 227,200 letters 65,143 were in no clause and nowhere listed."""
    pytest.importorskip("lxml", reason="needs the extra documents")
    code = "&lt;p style='line-height: 20pt'&gt;申请人应当提交户口簿和房产证原件。&lt;/p&gt;"
    path = tmp_path / "a.html"
    path.write_text(page("").replace("</div>", f"<p>{code}</p></div>"), "utf-8")
    found = parse_source(read_source(path))
    assert [(left.text, left.why) for left in found.left_out] == [
        ("<p style='line-height: 20pt'> </p>", "网页代码"),
    ]
    assert any("户口簿和房产证" in clause.text for clause in found.notices[0].clauses)
    assert any("网页代码" in warning.what for warning in found.warnings)
