"""Word documents: automatic numbers, tables, tracked changes, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.sources import read_source

pytest.importorskip("lxml", reason="needs the extra documents")

from documents_helpers import docx, paragraph

from corpus.documents.numerals import format_number

LISTS = """
<w:abstractNum w:abstractNumId="0">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
 <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum>
<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>
"""
STYLES = """
<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/>
 <w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="11"><w:name w:val="我的标题"/><w:basedOn w:val="1"/></w:style>
"""


def numbered(text: str, depth: int) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="7"/></w:numPr>')


def lines_of(path: Path, body: str) -> list[str]:
    path.write_bytes(docx(body, LISTS, STYLES))
    return [line.text for line in read_source(path).lines]


def test_numbers_that_word_makes_by_itself_stand_in_the_text(tmp_path: Path) -> None:
    body = "".join(
        [
            numbered("总体要求", 0),
            numbered("指导思想", 1),
            numbered("工作目标", 1),
            numbered("到2025年全面完成。", 2),
            numbered("主要任务", 0),
            numbered("健全制度", 1),
        ]
    )
    assert lines_of(tmp_path / "a.docx", body) == [
        "一、总体要求",
        "（一）指导思想",
        "（二）工作目标",
        "1. 到2025年全面完成。",
        "二、主要任务",
        "（一）健全制度",
    ]


@pytest.mark.parametrize(
    ("style", "number", "text"),
    [
        ("decimal", 12, "12"),
        ("chineseCounting", 21, "二十一"),
        ("ideographDigital", 10, "一〇"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalEnclosedCircle", 21, "21"),
        ("decimalZero", 5, "05"),
        ("upperLetter", 28, "BB"),
        ("lowerRoman", 24, "xxiv"),
        ("upperRoman", 149, "CXLIX"),
        ("bullet", 4, ""),
        ("unheardOf", 4, "4"),
    ],
)
def test_number_formats(style: str, number: int, text: str) -> None:
    assert format_number(number, style) == text


def test_a_style_numbers_its_paragraphs_and_those_of_styles_based_on_it(tmp_path: Path) -> None:
    body = paragraph("总体要求", '<w:pStyle w:val="1"/>') + paragraph("保障措施", '<w:pStyle w:val="11"/>')
    assert lines_of(tmp_path / "a.docx", body) == ["一、总体要求", "二、保障措施"]


def test_a_title_is_marked_and_a_new_page_is_two_blank_lines(tmp_path: Path) -> None:
    body = (
        paragraph("关于做好防汛工作的通知", '<w:pStyle w:val="a3"/>')
        + paragraph("各单位：")
        + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        + paragraph("附件")
    )
    assert lines_of(tmp_path / "a.docx", body) == ["# 关于做好防汛工作的通知", "各单位：", "", "", "附件"]


def test_deleted_text_goes_and_inserted_text_stays(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>应当在</w:t></w:r><w:del><w:r><w:delText>三</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>五</w:t></w:r></w:ins><w:r><w:t>日内办结。</w:t></w:r></w:p>"
    )
    assert lines_of(tmp_path / "a.docx", body) == ["应当在五日内办结。"]


def test_what_is_deleted_struck_out_or_hidden_is_left_out_and_listed(tmp_path: Path) -> None:
    def run(text: str, properties: str = "") -> str:
        return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"

    styles = (
        '<w:style w:styleId="x"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="y"><w:basedOn w:val="x"/></w:style>'
    )
    changed, off = "<w:rPrChange><w:rPr><w:strike/></w:rPr></w:rPrChange>", '<w:strike w:val="0"/>'
    row = "<w:tr>{0}<w:tc>{1}</w:tc><w:tc>{1}</w:tc></w:tr>"
    deleted = row.format("<w:trPr><w:del/></w:trPr>", paragraph("旧行"))
    parts = [
        f"<w:p>{run('补贴')}{run('三百', '<w:strike/>')}{run('五百', off)}",
        f"{run('八百', '<w:dstrike/>')}{run('元')}{run('密', '<w:vanish/>')}",
        f"{run('整', changed)}<w:moveFrom>{run('移走')}</w:moveFrom></w:p>",
        paragraph("隐藏的一段", '<w:pStyle w:val="y"/>'),
        f"<w:tbl>{deleted}{row.format('', paragraph('甲'))}</w:tbl>",
    ]
    path = tmp_path / "a.docx"
    path.write_bytes(docx("".join(parts), styles=styles))
    source = read_source(path)
    assert [line.text for line in source.lines if line.text] == ["补贴五百元整", "甲\t甲"]
    struck, hidden = "有删除线的文字", "隐藏的文字"
    assert [(left.text, left.why) for left in source.left_out] == [
        ("三百", struck),
        ("八百", struck),
        ("密", hidden),
        ("移走", "修订中移走的文字"),
        ("隐藏的一段", hidden),
        ("旧行旧行", "修订中删除的表格行"),
    ]


def test_a_table_keeps_its_cells_and_repeats_those_over_several_rows(tmp_path: Path) -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    body = (
        f"<w:tbl><w:tr>{cell('单位')}{cell('任务')}{cell('期限')}</w:tr>"
        f"<w:tr>{cell('区住建局', '<w:vMerge w:val=' + chr(34) + 'restart' + chr(34) + '/>')}"
        f"{cell('改造')}{cell('6月')}</w:tr>"
        f"<w:tr>{cell('', '<w:vMerge/>')}{cell('验收')}{cell('9月')}</w:tr>"
        f"<w:tr>{cell('合计两项', '<w:gridSpan w:val=' + chr(34) + '3' + chr(34) + '/>')}</w:tr></w:tbl>"
    )
    assert lines_of(tmp_path / "a.docx", body) == [
        "单位\t任务\t期限",
        "区住建局\t改造\t6月",
        "区住建局\t验收\t9月",
        "合计两项",
    ]


def test_a_content_control_is_read(tmp_path: Path) -> None:
    body = f"<w:sdt><w:sdtContent>{paragraph('各乡镇人民政府：')}</w:sdtContent></w:sdt>"
    assert lines_of(tmp_path / "a.docx", body) == ["各乡镇人民政府："]


def test_a_document_of_pictures_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx("<w:p/>"))
    with pytest.raises(InputError, match=r"a\.docx：这个 Word 文件里没有文字"):
        read_source(path)


def test_a_cut_off_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx(paragraph("各单位："))[:200])
    with pytest.raises(InputError, match="已损坏"):
        read_source(path)


def test_an_entity_from_outside_is_not_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("机密", encoding="utf-8")
    data = docx(paragraph("各单位：&x;"))
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "word/document.xml":
                text = f'<!DOCTYPE x [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{text}'
            new.writestr(name, text)
    path = tmp_path / "a.docx"
    path.write_bytes(out.getvalue())
    assert all("机密" not in line.text for line in read_source(path).lines)
