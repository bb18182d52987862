"""Where documents begin, with their title and number: small files of the shapes that real ones have."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.blocks import make_blocks
from corpus.costs import CostError, cost
from corpus.labels import FIELDS, is_page_words, read_label_cells, read_labels
from corpus.model import ParsedFile
from corpus.parse import parse_file, parse_source
from corpus.reading import source_from_text
from corpus.segment import segment
from corpus.text import squash

REDUCED = Path(__file__).parent / "data" / "reduced"

# file: (number, title, issuer, date) of each document
HEADS = {
    "A1-label-line": [
        ("云政办发〔2021〕26号", "云岭自治州人民政府办公室关于做好暂住登记工作的意见", "云岭自治州人民政府办公室", None)
    ],
    "A1b-no-label": [
        ("云政办发〔2021〕26号", "云岭自治州人民政府办公室关于做好暂住登记工作的意见", "云岭自治州人民政府办公室", None)
    ],
    "A14-label-number": [("云人口〔2021〕19号", "云岭市积分入户实施细则", "云岭市人口局", "2021-07-21")],
    "A2-00": [(None, "云岭市小学招生工作15问", None, None)],
    "A2-02": [(None, "云岭市公安局窗口服务告知单（毕业生落户）", None, None)],
    "A2-07": [(None, "河口区2015年小学招生说明", None, None)],
    "A2-09": [(None, "云岭市2024年部门预算公开", None, None)],
    "A2-15": [(None, "云岭市公开招聘简章", None, None)],
    "A2-16": [(None, "《云岭市户口审批规范》", None, None)],
    "A7-info-table": [
        ("云政发〔2018〕35号", "云岭省人民政府关于印发云岭省居住证办法（试行）的通知", "云岭省人民政府", "2018-05-03")
    ],
    "A7b-space-title": [(None, "云岭省人民政府关于印发云岭省居住证办法（试行）的通知", "云岭省人民政府", "2018-05-03")],
    "A9-nav-head": [(None, "云岭互联网服务管理办法", None, None)],
    "A10-draft": [(None, "云岭网络安全法（草案）", None, None)],
    "A11-云岭市积分入户管理办法2014": [(None, "云岭市积分入户管理办法", None, None)],
    "A12-bullet-title": [(None, "云岭市教育局关于印发学校招生工作意见的通知", "云岭市教育局", "2021-03-19")],
    "A13-db-table": [(None, "云岭省环境评价条例", "云岭省人民代表大会", "2016-07-02")],
    "D3-order": [("云岭市人民政府令第77号", "云岭市城市更新办法", "云岭市人民政府", "2022-05-06")],
    "D4-paren-number": [
        ("云劳社〔2011〕017号", "关于印发《云岭市农民工参加医疗保险实施意见（试行）》的通知", None, "2011-04-06")
    ],
    "D6-short-issuer": [(None, "2021云岭区义务教育招生工作实施意见", "区教育局", "2021-03-09")],
    "D8-two-blank": [("云府发〔2013〕27号", "云岭市人民政府关于印发公租房办法的通知", "云岭市人民政府", "2013-07-09")],
    "E4-second-rule": [
        (
            "云政办发〔2019〕18号",
            "云岭市人民政府办公厅关于转发居住证配套细则的通知",
            "云岭市人民政府办公厅",
            "2019-05-14",
        )
    ],
}


def _parsed(text: str, name: str = "file.txt") -> ParsedFile:
    return parse_source(source_from_text(name, text, "utf-8"))


@pytest.mark.parametrize("name", HEADS)
def test_reduced_files_have_their_heads(name: str) -> None:
    parsed = parse_file(REDUCED / f"{name}.txt")
    found = [(notice.doc_number, notice.title, notice.issuer, notice.date) for notice in parsed.notices]
    assert found == HEADS[name]


def test_a_text_without_a_title_is_read_under_its_files_name_and_says_so() -> None:
    text = "第一条　为合理控制人口规模，制定本办法。\n第二条　年满二十岁的居民可以申请。\n"
    found = segment(make_blocks(source_from_text("x.txt", text, "utf-8"))[0], "A11-云岭市积分入户管理办法2014")
    (only,) = found.segments
    assert only.head.title == "云岭市积分入户管理办法"
    assert [doubt.reason for doubt in only.head.uncertain] == ["没有找到标题，用文件名代替"]
    assert found.furniture == ()


def test_words_of_a_page_are_left_out_and_listed() -> None:
    parsed = parse_file(REDUCED / "A9-nav-head.txt")
    left = {row.text.strip() for row in parsed.left_out}
    assert {"设为首页", "权威发布", "您的位置： 首页 > 正文"} <= left
    assert len(parsed.notices[0].clauses) == 4  # the title and three articles
    assert parsed.coverage < 0.99
    assert any("归入" in warning.what for warning in parsed.warnings)


def test_an_order_with_what_it_issues_is_one_document_and_the_next_number_begins_another() -> None:
    text = (
        "云岭市人民政府令\n第12号\n《云岭市停车办法》已经市政府常务会议通过，现予公布，自2021年3月1日起施行。\n"
        "市长　王小山\n2021年2月5日\n云岭市停车办法\n第一条　为规范停车，制定本办法。\n第二条　停车收费每次三元。\n"
        "云岭市人民政府办公室秘书处　2021年2月7日印发\n\n\n"
        "云政办发〔2021〕8号\n云岭市人民政府办公室关于清理停车场的通知\n"
        "各区人民政府：\n请各区于3月底前清理停车场。\n云岭市人民政府办公室\n2021年2月9日\n"
    )
    parsed = _parsed(text)
    assert [(notice.doc_number, notice.title) for notice in parsed.notices] == [
        ("云岭市人民政府令第12号", "云岭市停车办法"),
        ("云政办发〔2021〕8号", "云岭市人民政府办公室关于清理停车场的通知"),
    ]
    assert any("停车收费每次三元" in clause.text for clause in parsed.notices[0].clauses)
    assert not any("停车收费" in clause.text for clause in parsed.notices[1].clauses)


def test_calls_without_numbers_one_after_another_are_told_by_their_dates_of_publication() -> None:
    call = (
        "云岭市{n}年公开招聘工作人员\n发布时间：{n}-05-17 来源：云岭市人事局\n　　现招聘工作人员{n}名，欢迎报名。\n"
        "　　一、报名时间\n　　五月底前。\n\n"
    )
    parsed = _parsed("".join(call.format(n=year) for year in (2019, 2020, 2021)))
    assert [notice.title for notice in parsed.notices] == [
        f"云岭市{year}年公开招聘工作人员" for year in (2019, 2020, 2021)
    ]


def test_numbers_of_announcements_stand_on_one_line_or_two_or_in_brackets() -> None:
    for head in ("云岭市财政局公告\n2019年第35号", "云岭市财政局公告2019年第35号", "云岭市财政局公告（2019年第35号）"):
        parsed = _parsed(
            f"{head}\n关于办税服务厅搬迁的公告\n　　办税服务厅自6月1日起搬到新桥路5号。\n云岭市财政局\n2019年5月20日\n"
        )
        (only,) = parsed.notices
        assert (only.doc_number, only.title) == ("云岭市财政局公告2019年第35号", "关于办税服务厅搬迁的公告")


def test_every_example_of_a_label_is_read_and_no_other() -> None:
    data = tomllib.loads(resources.files("corpus").joinpath("data/labels.toml").read_text("utf-8"))
    for name in FIELDS:
        assert data[name]["source"]
        for example in data[name]["examples"]:
            assert read_labels(example)[0][0] == name, example
    pages = data["words_of_pages"]
    assert all(is_page_words(example) for example in pages["examples"])
    assert not any(is_page_words(example) for example in pages["not_examples"])
    assert read_labels("联系电话的时间：每天") == []
    assert read_label_cells(["索 引 号：", "00014", "发文机关：", "国务院"]) == [
        ("page", "00014"),
        ("issuer", "国务院"),
    ]


def test_every_cost_has_its_reason_and_an_unknown_one_is_an_error() -> None:
    data = tomllib.loads(resources.files("corpus").joinpath("data/segment.toml").read_text("utf-8"))
    assert all(row["why"] and isinstance(row["cost"], float) for rows in data.values() for row in rows.values())
    used = "".join(
        Path(str(resources.files("corpus").joinpath(name))).read_text("utf-8")
        for name in ("heads.py", "segment.py", "step_costs.py", "titles.py")
    )
    for rows in data.values():
        assert all(f'"{name}"' in used for name in rows)
    with pytest.raises(CostError):
        cost("title", "no such cost")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([
    "云岭市人民政府关于停车的通知", "云政发〔2020〕3号", "各区人民政府：", "第一条　停车三元。", "一、总则",
    "首页 > 公开", "2020年1月2日", "发布时间：2020-01-02", "附件", "云岭市停车办法", "",
    "　　现将《云岭市停车办法》印发给你们。", "云岭市人民政府令", "第3号",
]), min_size=1, max_size=24))  # fmt: skip
def test_every_line_stands_once_in_a_head_a_body_or_the_furniture(lines: list[str]) -> None:
    blocks = [
        block for block in make_blocks(source_from_text("x.txt", "\n".join(lines), "utf-8"))[0] if squash(block.text)
    ]
    found = segment(blocks, "x")
    places = list(found.furniture)
    for part in found.segments:
        places += [*range(part.head.start, part.head.body), *part.body]
        assert part.head.title
    assert sorted(places) == list(range(len(blocks)))
    assert bool(found.segments) == bool(blocks)


def test_the_end_of_a_title_within_the_history_is_no_title() -> None:
    """代表法(2015-08-29): the last line of the history became its title, and the law was no text of its own family."""
    law = "云岭市代表法"
    text = f"""# {law}

1992年4月3日 云岭市人民代表大会通过

2015年8月29日 云岭市人民代表大会常务委员会《关于修改<云岭市组织法>

<云岭市选举法>

<{law}>的决定》第三次修正

第一条　为保证代表依法行使职权，制定本法。

第二条　代表应当出席会议。
"""
    (notice,) = parse_source(source_from_text(f"{law}(2015-08-29).md", text)).notices
    assert notice.title == law
