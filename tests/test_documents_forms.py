"""Excel, Word 97–2003, rich text, pages in one file; and files whose name says something else than their content.

`old-word.fodt` and `phones.fods` in `tests/data/documents` were written for these tests and saved in the old forms by
LibreOffice 7.4; `numbered.doc` was made in the same way from the lists of `test_documents_word.py`.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

pytest.importorskip("lxml", reason="needs the extra documents")
pytest.importorskip("olefile", reason="needs the extra documents")
pytest.importorskip("python_calamine", reason="needs the extra documents")

import olefile
from documents_helpers import docx, paragraph, workbook

from corpus.coverage import letters_of
from corpus.documents import excel
from corpus.documents.doc_format import read_text
from corpus.documents.rtf import read_rtf
from corpus.errors import InputError
from corpus.model import Source
from corpus.numbering import chinese_numeral
from corpus.parse import parse_source
from corpus.sources import read_source

DATA = Path(__file__).parent / "data" / "documents"
OLD_WORD = [
    "云岭市人民政府关于做好积分入学工作的通知",
    "云政发〔2016〕15号",
    "各区人民政府：",
    "一、每户补贴五百元，由区教育局发放。",
    "注：区教育局电话84641676。",
    "二、审核部门",
    "如下表：",
    "单位\t联系方式\t联系方式\t地址\t备注",
    "\t电话\t传真\t\t",
    "河口镇教育指导中心\t84854715 34560203\t84854716\t河口镇岐山路15号\t工作日办理",
    "石桥镇教育指导中心\t84731908\t\t石桥镇教育街2号\t工作日办理",
    "云岭市人民政府",
    "2016年3月7日",
    "流程：网上申请后现场确认。",
]
LEFT_OUT = {
    "修订中删除的文字": "三百",
    "有删除线的文字": "（旧标准四百元）",
    "隐藏的文字": "内部掌握",
    "页眉页脚": "云岭市文件汇编",
}


def texts(source: Source) -> list[str]:
    return [line.text for line in source.lines if line.text]


def hex_text(text: str, encoding: str = "gb18030") -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


@pytest.mark.parametrize("name", ["old-word.doc", "old-word.rtf"])
def test_an_old_word_file_with_all_that_it_may_have(name: str) -> None:
    """Deleted, struck-out and hidden text, a footnote, a text box, a header, a head of two rows with merged cells."""
    source = read_source(DATA / name)
    assert texts(source) == OLD_WORD
    assert {left.why: left.text for left in source.left_out} == LEFT_OUT
    came = letters_of([*texts(source), *(left.text for left in source.left_out)])
    assert source.letters is not None
    repeated = letters_of(["联系方式", "工作日办理", "注"])  # cells over two places, and what marks a footnote
    assert came - source.letters == repeated and not source.letters - came


def test_a_table_with_a_head_of_two_rows_is_read_upright() -> None:
    (notice,) = parse_source(read_source(DATA / "old-word.doc")).notices
    rows = [dict(clause.cells) for clause in notice.clauses if clause.cells]
    assert rows[0] == {
        "单位": "河口镇教育指导中心",
        "联系方式电话": "84854715 34560203",
        "联系方式传真": "84854716",
        "地址": "河口镇岐山路15号",
        "备注": "工作日办理",
    }
    assert rows[1]["备注"] == "工作日办理" and "联系方式传真" not in rows[1]


def test_numbers_that_word_97_makes_by_itself_stand_in_the_text() -> None:
    """Of lists on three levels, of styles, of a style whose number a paragraph takes away, of a list begun again."""
    lines = texts(read_source(DATA / "numbered.doc"))
    assert lines[:13] == [
        "云岭市人民政府关于做好防汛工作的通知",
        "一、总体要求",
        "（一）指导思想",
        "（二）工作目标",
        "1. 到2025年全面完成。",
        "2. 每年检查一次。",
        "二、主要任务",
        "（一）健全制度",
        "没有编号的一段。",
        "三、保障措施",
        "四、经费保障",
        "附则不编号",
        "一、另起一组",
    ]
    assert [line[:4].rstrip("为各单") for line in lines[13:]] == [f"第{chinese_numeral(n)}条" for n in range(1, 13)]


def test_lists_that_a_broken_file_states_are_as_if_they_were_not_stated(tmp_path: Path) -> None:
    """Each byte of the list tables spoilt in turn: the text is there, whatever its numbers are."""
    data = (DATA / "numbered.doc").read_bytes()
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        document = ole.openstream("WordDocument").read()
        table = ole.openstream("1Table").read()
    for place in (73, 74, 1):
        at, size = struct.unpack_from("<II", document, 0x9A + 8 * place)
        for spoilt in range(at, at + size + 40, 3):
            broken = table[:spoilt] + b"\xff" + table[spoilt + 1 :]
            assert "另起一组" in read_text(document, broken, b"").units
            read_text(document, broken, b"").paragraph(20)


@pytest.mark.parametrize("suffix", ["wps", "docx", "没有"])
def test_word_97_is_read_under_other_names(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / ("文件" if suffix == "没有" else f"文件.{suffix}")
    path.write_bytes((DATA / "old-word.doc").read_bytes())
    source = read_source(path)
    assert texts(source) == OLD_WORD
    assert any("扩展名" in warning.what for warning in source.warnings) == (suffix == "docx")


@pytest.mark.parametrize("name", ["phones.xls", "phones.xlsx"])
def test_a_workbook(name: str) -> None:
    """A title row with its date, an empty column, a merged cell, numbers as shown, a note, a hidden sheet."""
    source = read_source(DATA / name)
    assert texts(source) == [
        "# 云岭市积分入学咨询电话一览表",
        "2016年3月5日",
        "镇街\t单位\t联系电话\t更新日期",
        "河口镇\t教育指导中心\t13912345678\t2016年3月1日",
        "河口镇\t人社所\t84854715 34560203\t0.35",
        "注：工作日接听。",
    ]
    assert [(left.text, left.why) for left in source.left_out] == [("内部掌握", "隐藏的工作表“底稿”")]
    found = parse_source(source)
    rows = [dict(clause.cells) for clause in found.notices[0].clauses if clause.cells]
    assert rows[0]["联系电话"] == "13912345678" and rows[1]["镇街"] == "河口镇"
    assert found.coverage < 1  # the hidden sheet


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_sheet_without_a_title_row_is_named_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    heads = f'<row r="1">{cell("A1", "单位")}{cell("B1", "电话")}</row>'
    path.write_bytes(workbook(f'{heads}<row r="2">{cell("A2", "甲局")}<c r="B2"><v>84854715</v></c></row>'))
    assert texts(read_source(path)) == ["# 名单", "单位\t电话", "甲局\t84854715"]


def test_each_table_of_a_sheet_keeps_its_own_heads_and_name(tmp_path: Path) -> None:
    """Another table begins where heads come again below a line of text; a line between rows names a group of them."""
    rows = [
        ["云岭市积分入学咨询电话一览表"],
        ["流管中心地址"], ["单位", "地址", "电话"], ["河口流管中心", "河口路1号", "84691533"],
        ["东片"], ["东山流管中心", "东山路2号", "34617301"],
        ["计生窗口"], ["单位", "电话"], ["河口镇计生办", "84736718"],
    ]  # fmt: skip
    shown = [
        f'<row r="{at}">{"".join(cell(f"{place}{at}", text) for place, text in zip("ABC", row, strict=False))}</row>'
        for at, row in enumerate(rows, 1)
    ]
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook("".join(shown)))
    (notice,) = parse_source(read_source(path)).notices
    cells = {clause.cells[0][1]: (clause.path, clause.cells[1:]) for clause in notice.clauses if clause.cells}
    assert cells["河口镇计生办"] == (("计生窗口",), (("电话", "84736718"),))
    assert cells["东山流管中心"][0] == cells["河口流管中心"][0] == ("流管中心地址",)
    assert [(phone.unit, phone.phone) for phone in notice.phones] == [
        ("河口流管中心", "84691533"),
        ("东山流管中心", "34617301"),
        ("河口镇计生办", "84736718"),
    ]


def test_a_sheet_of_too_many_places_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MAX_CELLS", 1000)
    path = tmp_path / "大.xlsx"
    path.write_bytes(workbook(f'<row r="1">{cell("A1", "甲")}</row><row r="9000">{cell("A9000", "乙")}</row>'))
    with pytest.raises(InputError, match=r"大\.xlsx：工作表“名单”太大"):
        read_source(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "弹.xlsx"
    path.write_bytes(workbook(" " * (excel.MAX_XML + 1)))
    with pytest.raises(InputError, match="太大（解压后超过 128 MB）"):
        read_source(path)


@pytest.mark.parametrize("codepage", [936, 1252, 0])
def test_rich_text_in_gbk_whatever_it_says_of_its_code_page(codepage: int) -> None:
    said = f"\\ansicpg{codepage}" if codepage else ""
    fonts = "{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset134 SimSun;}}"
    body = (
        f"\\f0 {hex_text('关于做好防汛工作的通知')}\\par\\f1 {hex_text('云政发〔2023〕5号')}\\par \\u20113?\\u-25688?"
    )
    found = read_rtf(("{\\rtf1\\ansi" + said + fonts + body + "}").encode("ascii"), "x")
    assert [line for line in found.lines if line][1:] == ["云政发〔2023〕5号", "云鮨"]
    assert found.lines[0] == "关于做好防汛工作的通知"


def test_what_is_no_text_of_rich_text_goes_nowhere() -> None:
    data = (
        "{\\rtf1\\ansi\\ansicpg936{\\info{\\title secret}}{\\stylesheet{\\s1 Normal;}}{\\*\\generator Riched20;}"
        "{\\field{\\*\\fldinst HYPERLINK \"http://x\"}{\\fldrslt " + hex_text("链接") + "}}"
        "{\\pict\\pngblip 89504e47}{\\listtext 1.\\tab}" + hex_text("第一项") + "\\par}"
    )  # fmt: skip
    assert [line for line in read_rtf(data.encode("ascii"), "x").lines if line] == ["链接1. 第一项"]


def test_columns_of_rich_text_are_told_by_their_edges() -> None:
    """A cell over two columns in one row, and over two rows in the next."""

    def row(edges: list[str], cells: list[str]) -> str:
        stated = "".join(f"{edge}" for edge in edges)
        return f"\\trowd{stated}\\pard\\intbl " + "".join(hex_text(text) + "\\cell " for text in cells) + "\\row\n"

    table = row(["\\cellx1000", "\\cellx3000"], ["单位", "电话"])
    table += row(["\\clvmgf\\cellx1010", "\\cellx2000", "\\cellx3000"], ["甲局", "一", "二"])
    table += row(["\\clvmrg\\cellx1000", "\\cellx2000", "\\cellx2995"], ["", "三", "四"])
    found = read_rtf(("{\\rtf1\\ansi\\ansicpg936 " + table + "\\pard}").encode("ascii"), "x")
    assert [line for line in found.lines if line] == ["单位\t电话\t电话", "甲局\t一\t二", "甲局\t三\t四"]


PAGE = "<html><body><p>关于做好防汛工作的通知</p><p>各单位应当按照职责分工做好防汛工作。</p></body></html>"
LINES = ["关于做好防汛工作的通知", "各单位应当按照职责分工做好防汛工作。"]


@pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.txt", "a.xls", "a.htm"])
def test_a_page_is_read_as_one_under_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(PAGE, "utf-8")
    source = read_source(path)
    assert texts(source) == LINES
    assert any("内容却是网页" in warning.what for warning in source.warnings) == (name != "a.htm")


def test_a_text_that_names_a_tag_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("网页应当以 <html> 开头\n其余不变", "utf-8")
    assert texts(read_source(path)) == ["网页应当以 <html> 开头", "其余不变"]


@pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.rtf"])
def test_newer_word_and_rich_text_are_read_under_old_names(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(docx("".join(map(paragraph, LINES))))
    assert texts(read_source(path)) == LINES
    path.write_text("{\\rtf1\\ansi\\ansicpg936 " + "\\par ".join(map(hex_text, LINES)) + "}", "ascii")
    assert texts(read_source(path)) == LINES


@pytest.mark.parametrize("name", ["a.mht", "a.doc"])
def test_a_page_in_one_file(tmp_path: Path, name: str) -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message.set_content(PAGE, subtype="html", charset="utf-8", cte="base64")
    message.make_related()
    message.add_related(b"GIF89a", "image", "gif", cid="<x>")
    path = tmp_path / name
    path.write_bytes(bytes(message))
    assert texts(read_source(path)) == LINES


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("断.doc", (DATA / "old-word.doc").read_bytes()[:5000], "损坏"),
        ("空.rtf", b"{\\rtf1\\ansi {\\pict 00}}", "没有文字"),
        ("断.xls", (DATA / "phones.xls").read_bytes()[:3000], "损坏"),
        ("断.xlsx", (DATA / "phones.xlsx").read_bytes()[:3000], "损坏"),
        ("假.xlsx", b"plain text", "内容却不是Excel 表格，而是纯文本"),
        ("假.mht", b"MIME-Version: 1.0\nContent-Type: text/plain\n\nx", "没有网页"),
    ],
)
def test_broken_files_fail_by_name(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=f"{name}：.*{message}"):
        read_source(path)
