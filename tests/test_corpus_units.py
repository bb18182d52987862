"""Numerals, markers, numbers, dates, reading and text repair: examples and properties."""

from __future__ import annotations

import cProfile
import pstats
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import find_dates, only_date
from corpus.doc_number import find_numbers, only_number
from corpus.duties import head_office
from corpus.errors import InputError
from corpus.fields import is_attachment_head, read_addressee, read_contact, split_signature
from corpus.lines import looks_like_title
from corpus.model import ClauseKind, Span
from corpus.numbering import Style, chinese_number, chinese_numeral, read_marker
from corpus.offices import key, same_office
from corpus.parse import parse_source
from corpus.people import is_person, starts_list
from corpus.phones import find_phones
from corpus.reading import decode, read_text, source_from_text
from corpus.terms import own_term
from corpus.text import cut, repair, squash
from index.passages import subject
from tests.index_cases import notice_text


@given(st.integers(1, 999))
def test_numerals_survive_writing_and_reading(number: int) -> None:
    assert chinese_number(chinese_numeral(number)) == number


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("第十二条　专利代理师", Style.ARTICLE, 12),
        ("第四十一条 与本案有关的下列证据", Style.ARTICLE, 41),  # 行政诉讼法: was no article
        ("第一章　总　则", Style.CHAPTER, 1),
        ("一、总体要求", Style.ENUM, 1),
        ("(二)、地质灾害发生的因素", Style.PAREN, 2),
        ("（三十九）新城指挥部", Style.PAREN, 39),
        ("（三）项目建设组", Style.PAREN, 3),  # no citation of an item
        ("(二)款项拨付", Style.PAREN, 2),
        ("76.全面加快", Style.ARABIC, 76),
        ("2. 2023 年拟建项目", Style.ARABIC, 2),
        ("（4）与人社部门", Style.ARABIC_PAREN, 4),
        ("③上年度", Style.CIRCLED, 3),
        ("1.2.1　国家级", Style.DECIMAL, 1),
        ("1　总则", Style.DECIMAL, 1),
    ],
)
def test_markers(text: str, style: Style, number: int) -> None:
    marker = read_marker(text)
    assert marker is not None and (marker.style, marker.number) == (style, number)


@pytest.mark.parametrize(
    "text",
    [
        "第五条的规定",
        "第七条至第九条",
        "第七条与本办法第九条",
        "第七条 与第九条",
        "1.5万元以上",
        "2023.12.5",
        "12.5/10万",
        "0358-8222401",
        "1 日起执行",
        "5G网络",
        "第三条第二款",
        "（三）项规定的情形",
        "（一）款所列行为",
    ],
)
def test_no_markers(text: str) -> None:
    """Cross-references, amounts, dates and phones at a line's start are no headings."""
    assert read_marker(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("离政发〔2023〕3号", "离政发〔2023〕3号"),
        ("离政办发(2023) 8 号", "离政办发〔2023〕8号"),
        ("劳社部发[2008]3号", "劳社部发〔2008〕3号"),
        ("国办发明电〔２０１８〕１５号", "国办发明电〔2018〕15号"),
        ("离政发〔2023〕5号〕文件", None),
        ("根据离政发〔2023〕5号", "根据离政发〔2023〕5号"),
    ],
)
def test_only_number(text: str, number: str | None) -> None:
    assert only_number(text) == number


def test_cited_numbers_lose_the_words_in_front() -> None:
    found = find_numbers("根据《通知》(离政发〔2023〕5号〕和以离政函〔2017〕72 号文批复、国务院令第724号")
    assert [cited.doc_number for cited in found] == ["离政发〔2023〕5号", "离政函〔2017〕72号", "国务院令第724号"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023年4月6日", "2023-04-06"),
        ("2026年 4月 20 日", "2026-04-20"),
        ("二〇〇四年六月二十六日", "2004-06-26"),
        ("二○○四年六月十六日", "2004-06-16"),
        ("二0二三年六月八日", "2023-06-08"),
        ("2023年2月30日", None),
        ("2023年5月", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert only_date(text) == date


def test_dates_stand_where_they_say() -> None:
    text = "自2023年4月1日起执行，止于2024年3月31日"
    assert [text[a:b] for a, b, _ in find_dates(text)] == ["2023年4月1日", "2024年3月31日"]


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_repair_keeps_letters_and_is_idempotent(text: str) -> None:
    once = repair(text)
    assert squash(once) == squash(text)
    assert repair(once) == once


@given(st.text("天地，。；\n 一二abc12", max_size=400), st.integers(1, 60))
def test_cut_loses_nothing(text: str, limit: int) -> None:
    pieces = cut(text, limit)
    assert "".join(pieces) == text and all(len(piece) <= limit for piece in pieces)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("全 区 5G 网络", "全区5G网络"),
        ("HIV 初筛", "HIV初筛"),
        ("GB 50180", "GB 50180"),
        ("240. 6 亿元", "240.6亿元"),
        ("1. 2023 年", "1. 2023年"),
        ("国 务 院", "国务院"),
    ],
)
def test_repair(text: str, wanted: str) -> None:
    assert repair(text) == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_are_decided_strictly(encoding: str) -> None:
    text = "各乡镇：㛃、镕、喆三同志，特此通知。"
    found, name = decode(text.encode(encoding), "x.txt")
    assert found.lstrip("\ufeff") == text and name == encoding


@pytest.mark.parametrize("data", [b"", b"  \n", b"%PDF-1.7", b"PK\x03\x04abc", b"\xff\xfe\x00", bytes(range(256)) * 4])
def test_unusable_input_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, "坏文件.txt")
    assert "坏文件.txt" in str(caught.value) and "\n" not in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_text(tmp_path / "没有.txt")


def test_form_feeds_are_pages() -> None:
    lines = source_from_text("x", "一\n二\f三\n四").lines
    assert [(line.number, line.text, line.page) for line in lines] == [
        (1, "一", 1),
        (2, "二", 1),
        (3, "三", 2),
        (4, "四", 2),
    ]


def test_rows_of_a_turned_table_that_goes_over_the_page_name_the_pages_of_their_cells() -> None:
    head = "某某区人民政府关于下达项目计划的通知\n某政发〔2024〕1号\n\n各有关单位：\n\n"
    first = "地点\t东街\t西街\t\n单位\t区住建局\t区交通局\t\n"
    second = "时限\t6月\t8月\t9月\n项目\t小区改造\t农村公路\t河道治理\n序号\t1\t2\t3\n"
    text = f"{head}{first}\f{second}\n某某区人民政府\n2024年1月2日\n"
    (notice,) = parse_source(source_from_text("x", text)).notices
    rows = [clause for clause in notice.clauses if clause.kind is ClauseKind.TABLE_ROW]
    assert [row.pages for row in rows] == [Span(1, 2), Span(1, 2), Span(2, 2)]


def test_contact_lines() -> None:
    assert find_phones("咨询电话: 0358--8226197") == ("0358-8226197",)
    assert find_phones("服务热线：400-893-9111") == ("400-893-9111",)
    assert (found := read_contact("答询电话: 0358-8239409")) is not None and found.field == "phone"
    assert (found := read_contact("咨询单位: 吕梁市离石区人社局")) is not None and found.value == "吕梁市离石区人社局"
    assert read_contact("配合单位:区税务局") is None
    assert split_signature("吕梁市离石区人民政府 2023年4月6日") == ("吕梁市离石区人民政府", "2023-04-06")
    assert split_signature("中标单位于2018年10月9日") is None
    assert (
        read_addressee("各乡(镇)人民政府、街道办事处,区直各单位: 经研究") == "各乡(镇)人民政府、街道办事处,区直各单位"
    )
    assert read_addressee("现就有关事项通知如下：") is None


def corpus_data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("corpus").joinpath("data", name).read_text("utf-8"))


def test_word_lists() -> None:
    """Every list has words and a source, no word twice, and its own example is recognised."""
    data, kinds = corpus_data("words.toml"), corpus_data("kinds.toml")
    for name, entry in [*data.items(), *kinds.items()]:
        assert set(entry) == {"source", "words", "example"}, name
        assert len(set(entry["words"])) == len(entry["words"]), name
    for name in ("official", "rules", "titles"):
        assert kinds[name]["example"].endswith(tuple(kinds[name]["words"]))
        assert looks_like_title(kinds[name]["example"])
    assert subject(kinds["covering"]["example"]) == "公共停车场管理办法"
    assert starts_list(data["people_labels"]["example"], None)
    assert is_person(f"{data['surnames']['example']} {data['posts']['example']}")
    assert data["surnames"]["example"].startswith(tuple(data["surnames"]["words"]))


def test_every_misreading_is_read_as_what_was_printed() -> None:
    reads = {
        "附件": is_attachment_head,
        "负责的工作": lambda text: head_office(f"（一）区教育局{text}") == "区教育局",
    }
    for entry in corpus_data("misreadings.toml")["misreading"]:
        assert set(entry) == {"printed", "read", "source"} and entry["source"]
        recognised = reads[entry["printed"]]
        assert recognised(entry["printed"]) and all(map(recognised, entry["read"]))
    assert not is_attachment_head("信件") and head_office("（一）区教育局负责的") is None


def test_offices_are_joined_by_rule() -> None:
    assert same_office("吕梁市离石区人力资源和社会保障局", "区人社局")
    assert same_office("区教育科技局", "教科局") and same_office("区卫健局", "区卫生健康和体育局")
    assert not same_office("市公安局离石分局", "区公安局") and not same_office("区财政局", "市财政局")
    assert key("区乡村振兴局") != key("乡人民政府")


def test_document_on_one_line() -> None:
    """Number and body on one line (baiye-banned/Agent_about_answer 53) are still all there."""
    text = (
        "某县人民政府关于做好防汛工作的通知 某政发〔2024〕7号 各乡镇人民政府：汛期将至，请做好准备。"
        "一、加强值班。二、备足物资。\n某县人民政府\n2024年5月6日"
    )
    parsed = parse_source(source_from_text("one.txt", text))
    assert [(n.doc_number, n.date) for n in parsed.notices] == [("某政发〔2024〕7号", "2024-05-06")]
    assert parsed.coverage == 1.0
    assert any("备足物资" in c.text for c in parsed.notices[0].clauses if c.kind is not ClauseKind.HEADING)


def test_number_above_the_title() -> None:
    text = (
        "某省人民政府文件\n某政〔2024〕12号\n某省人民政府关于公布名单的通知\n各市人民政府：\n"
        "现将名单公布如下。\n某省人民政府\n2024年1月2日"
    )
    notice = parse_source(source_from_text("a.txt", text)).notices[0]
    assert (notice.doc_number, notice.title) == ("某政〔2024〕12号", "某省人民政府关于公布名单的通知")


def test_term_in_years_ends_the_day_before() -> None:
    text = (
        "某县关于印发办法的通知\n某政发〔2023〕1号\n各乡镇：\n现印发给你们。\n某县人民政府\n2023年8月9日\n"
        "第一条 为了发展。\n第二条 本办法自2023年9月8日起施行，有效期3年。"
    )
    notice = parse_source(source_from_text("a.txt", text)).notices[0]
    assert (own_term(notice).start, own_term(notice).end) == ("2023-09-08", "2026-09-07")


MARKERS = st.sampled_from(
    ["一、", "二、", "（一）", "（二）", "1. ", "2. ", "（1）", "第一条 ", "第二条 ", "主要目标：", "", "配合单位："]
)
LINE = st.builds(lambda m, t: m + t, MARKERS, st.text("天地玄黄宇宙洪荒，。；：1 ", min_size=1, max_size=60))


@given(st.lists(LINE, min_size=1, max_size=25))
def test_no_letter_is_lost_or_doubled(lines: list[str]) -> None:
    """Any body: its letters stand in exactly one clause each, in their source lines, in order."""
    head = ["某县人民政府关于做好工作的通知", "某政发〔2024〕7号", "各乡镇人民政府："]
    parsed = parse_source(source_from_text("x.txt", "\n".join([*head, *lines])))
    total = len(squash("".join([*head, *lines])))
    listed = sum(len(squash(left.text)) for left in parsed.left_out)
    assert parsed.coverage == round(1 - listed / total, 4)
    source = [*head, *lines]
    for clause in parsed.notices[0].clauses:
        if clause.kind in (ClauseKind.TABLE_ROW, ClauseKind.HEADING):
            continue
        there = squash("".join(source[clause.lines.start - 1 : clause.lines.end]))
        at = 0
        for char in squash(clause.text):
            at = there.find(char, at) + 1
            assert at > 0, (clause.text, there)


@pytest.mark.parametrize("end", ["。", ""], ids=["paragraphs", "one paragraph"])
def test_the_work_grows_with_the_length_of_a_notice(end: str) -> None:
    line = f"各乡镇人民政府、街道办事处要认真落实好各项工作任务，确保按时完成{end}\n"

    def calls(count: int) -> int:
        profile = cProfile.Profile()
        profile.runcall(
            parse_source, source_from_text("x.txt", notice_text("8号.txt").replace("特此通知", line * count))
        )
        return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]

    assert calls(1200) < 2.2 * calls(600)


def test_a_lone_byte_order_mark_is_an_empty_file() -> None:
    for data in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf \n"):
        with pytest.raises(InputError, match="文件是空的"):
            decode(data, "x.txt")
