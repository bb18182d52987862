"""Where documents begin and end, and what stands around them: kinds of faults found in pages of several cities."""

from __future__ import annotations

import pytest

from corpus.blocks import Block
from corpus.lines import views
from corpus.model import Notice, ParsedFile, Role
from corpus.parse import parse_source
from corpus.reading import source_from_text

BODY = "各区人民政府：\n请各区于3月底前清理停车场。\n特此通知。\n云岭市人民政府\n2021年2月9日\n"


def _parsed(text: str, name: str = "file.txt") -> ParsedFile:
    return parse_source(source_from_text(name, text, "utf-8"))


def _only(text: str, name: str = "file.txt") -> Notice:
    (only,) = _parsed(text, name).notices
    return only


def _roles(notice: Notice, role: Role) -> list[str]:
    return [clause.text for clause in notice.clauses if clause.role is role]


def test_a_second_document_with_nothing_but_a_title_begins_where_the_numbering_begins_again() -> None:
    items = "".join(f"　　{number}、检查事项\n　　每年检查{at}次。\n" for at, number in enumerate("一二三四", 1))
    text = f"云岭市校车年检办事指南\n　　校车每年检查。\n{items}\n云岭市停车应急预案\n　　停车场应当备案。\n{items}"
    assert [notice.title for notice in _parsed(text).notices] == ["云岭市校车年检办事指南", "云岭市停车应急预案"]


def test_numbering_that_begins_again_in_a_list_of_one_document_begins_none() -> None:
    items = "".join(f"　　{number}、检查事项\n　　每年检查{at}次。\n" for at, number in enumerate("一二三四", 1))
    text = f"云岭市人民政府关于印发停车应急预案的通知\n{BODY}附件\n云岭市停车应急预案\n　　停车场应当备案。\n{items}"
    assert _only(text).title == "云岭市人民政府关于印发停车应急预案的通知"


def test_keywords_of_a_document_are_no_part_of_its_title() -> None:
    head = "发文机关：\t云岭市人民政府\t成文日期：\t1996年02月06日\n主 题 词：\n气象 云岭 停车 通知\n"
    only = _only(f"{head}云岭市人民政府关于清理\n停车场的通知\n云政发〔1996〕14号\n{BODY}")
    assert (only.title, only.issuer) == ("云岭市人民政府关于清理停车场的通知", "云岭市人民政府")


def test_a_registers_number_above_the_title_is_no_part_of_it() -> None:
    assert _only(f"YL0320140051\n云岭市人民政府关于清理停车场的通知\n{BODY}").issuer == "云岭市人民政府"


@pytest.mark.parametrize(
    "printed",
    [
        "云岭市停车管理办法(试行) 来源：云岭市人民政府办公厅 日期：2007-11-07 【字号 大 中 小】",
        "原标题：云岭市停车管理办法(试行)",
    ],
)
def test_what_a_page_says_of_itself_is_no_part_of_the_title(printed: str) -> None:
    assert _only(f"{printed}\n第一条　为规范停车，制定本办法。\n第二条　停车收费每次三元。\n").title == (
        "云岭市停车管理办法(试行)"
    )


def test_a_title_of_three_lines_that_names_the_file_is_read_whole() -> None:
    name = "云岭市人民政府关于全面推行执法公示制度执法记录制度重大执法决定审核制度的指导意见"
    lines = "云岭市人民政府关于全面推行\n执法公示制度执法记录制度\n重大执法决定审核制度的指导意见\n"
    assert _only(f"{lines}云政发〔2018〕118号\n{BODY}", f"{name}.txt").title == name


def test_a_table_of_information_that_gives_the_title_and_the_title_below_are_one_document() -> None:
    table = "索 引 号：006940060\t分类：政务\n名 称：云岭市停车管理办法\n文 号：\t主 题 词：\n"
    order = "云岭市人民政府令第35号\n《云岭市停车管理办法》已经市政府常务会议通过，现予公布。\n市长　王小山\n"
    only = _only(f"{table}{order}云岭市停车管理办法\n第一条　为规范停车，制定本办法。\n第二条　每次三元。\n")
    assert (only.title, only.doc_number) == ("云岭市停车管理办法", "云岭市人民政府令第35号")


def test_cells_that_go_over_several_columns_are_one_value_and_a_label_in_brackets_needs_no_colon() -> None:
    row = "发布机构：\t云岭市财政局\t云岭市财政局\t云岭市财政局\n【发文字号】云财〔2014〕6号\n"
    only = _only(f"{row}停车收费政策解读\n　　停车收费每次三元，学生免费。\n")
    assert (only.issuer, only.doc_number) == ("云岭市财政局", "云财〔2014〕6号")


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("云岭市人民政府第68号令\n", "云岭市人民政府令第68号"),
        ("云岭省第十二届人民代表大会常务委员会公告\n（第55号）\n", "云岭省第十二届人民代表大会常务委员会公告第55号"),
    ],
)
def test_orders_and_announcements_of_congresses_have_their_numbers(head: str, number: str) -> None:
    text = (
        "《云岭市停车办法》已经2000年10月24日会议通过，现予发布。\n2001年2月20日\n云岭市停车办法\n第一条　每次三元。\n"
    )
    only = _only(head + text)
    assert (only.doc_number, only.title) == (number, "云岭市停车办法")


def test_a_title_that_ends_with_announcement_is_no_name_of_one() -> None:
    table = "名　　称：\t关于停车有关事项的公告\t索 引 号：\tK2020-101\n"
    head = f"关于停车有关事项的公告\n{table}云岭市财政局公告\n2020年第79号\n关于停车有关事项的公告\n"
    only = _only(f"{head}　　停车每次三元。\n云岭市财政局\n2020年11月4日\n")
    assert (only.doc_number, only.title) == ("云岭市财政局公告2020年第79号", "关于停车有关事项的公告")


def test_a_chapter_is_no_title() -> None:
    text = (
        "信息来源：本站　发布时间：2018-05-17\n\n          第一章　总则\n\n第一条　每次三元。\n\n第二条　学生免费。\n"
    )
    assert _only(text, "云岭市停车办法.txt").title == "云岭市停车办法"


def test_a_title_that_begins_with_about_takes_the_body_above_it() -> None:
    text = "云岭市人民政府办公厅\n关于印发云岭市停车办法的通知\n云府办发〔2016〕135号\n" + BODY
    assert (
        _only(text, "云岭市关于印发云岭市停车办法的通知.txt").title
        == "云岭市人民政府办公厅关于印发云岭市停车办法的通知"
    )


def test_a_signer_without_a_date_ends_the_body_and_issues_it() -> None:
    only = _only("关于清理停车场的通知\n各区人民政府：\n请各区清理停车场。\n特此通知。\n云岭市财政局\n")
    assert (only.issuer, _roles(only, Role.SIGNATURE)) == ("云岭市财政局", ["云岭市财政局"])


def test_those_who_are_to_do_it_are_no_signers() -> None:
    only = _only(
        "关于清理停车场的通知\n各区人民政府：\n请清理停车场。\n责任单位如下：\n云岭市财政局\n\n一、要求\n每月检查。\n"
    )
    assert _roles(only, Role.SIGNATURE) == []


def test_a_banner_heads_the_next_document_and_names_who_issues_it() -> None:
    first = f"云岭市人民政府关于清理停车场的通知\n云政发〔2021〕8号\n{BODY}"
    second = "云岭市财政局文件\n关于停车收费的批复\n云财〔2021〕9号\n河口区人民政府：\n同意每次三元。\n此复。\n"
    one, other = _parsed(f"{first}{second}").notices
    assert (other.title, other.issuer) == ("关于停车收费的批复", "云岭市财政局")
    assert not any("财政局文件" in clause.text for clause in one.clauses)


def test_a_seal_and_a_printing_line_are_no_issuers() -> None:
    text = "{}年云岭市小学招生通告\n　　招生对象为六岁儿童。\n　　特此通告。\n{}\n"
    assert _only(text.format(2015, "云岭市招生领导小组（代章）\n2015年4月23日")).issuer == "云岭市招生领导小组"
    printed = "云岭市财政局\n云岭市财政局秘书科　2015年4月23日印发"
    assert _only(text.format(2015, printed)).issuer == "云岭市财政局"


def test_when_a_page_was_put_up_dates_an_explanation_but_no_regulation() -> None:
    head = "{}\n发布时间：2016-05-16 10:05 来源：云岭市财政局\n"
    explained = _only(head.format("《云岭市停车办法》解读") + "　　停车收费每次三元，学生免费。\n")
    regulation = _only(head.format("云岭市停车办法") + "第一条　停车收费每次三元。\n第二条　学生免费。\n")
    assert (explained.date, regulation.date) == ("2016-05-16", None)


def test_a_date_in_brackets_and_a_signer_with_his_post_date_the_document() -> None:
    below = (
        "关于停车收费的复函\n日期：2015-05-22 15:36\n云财〔2015〕65号\n（2015 年 5 月 16 日）\n河口区政府：\n同意。\n"
    )
    assert _only(below).date == "2015-05-16"
    order = "云岭市人民政府令第50号\n现公布《云岭市停车办法》。\n市长　喻若水　　2012年7月22日\n"
    assert _only(f"{order}云岭市停车办法\n第一条　每次三元。\n").date == "2012-07-22"


def test_marks_of_typesetting_at_the_ends_of_lines_are_no_text() -> None:
    marked = f"云岭市人民政府关于清理停车场的通知\n{BODY}".replace("\n", "\ue004\n")
    only = _only(marked)
    assert (only.addressee, only.date) == ("各区人民政府", "2021-02-09")


def test_words_and_numbers_of_pages_are_no_body() -> None:
    text = f"云岭市人民政府关于清理停车场的通知\n{BODY}"
    only = _only(text.replace("特此", "－ 2 －\n特此") + "附件下载：\n")
    assert not any("2 －" in clause.text or "附件下载" in clause.text for clause in only.clauses)


def _item_paths(text: str) -> list[tuple[str, ...]]:
    only = _only(f"云岭市登记办法\n第一条　为规范登记，制定本办法。\n{text}第三条　本办法自2021年3月1日起施行。\n")
    return [clause.path[:-1] for clause in only.clauses if clause.path and clause.path[-1].startswith("（")]


def test_each_list_of_an_article_stands_under_the_sentence_that_introduces_it() -> None:
    # As in 婚姻登记条例 第五条: papers of residents, then those of foreigners.
    text = (
        "第二条　办理登记的本市居民应当出具下列证件：\n（一）本人的户口簿；\n（二）本人的身份证。\n"
        "办理登记的外国人应当出具下列证件：\n（一）本人的有效护照；\n（二）公证的声明。\n"
    )
    ours, theirs = ("第二条", "办理登记的本市居民应当出具下列证件"), ("第二条", "办理登记的外国人应当出具下列证件")
    assert _item_paths(text) == [ours, ours, theirs, theirs]
    # As in 海域使用管理法 第十六条: a sentence that is the article's own, and its list below another.
    text = (
        "第二条　单位和个人可以向市主管部门申请登记。\n"
        "申请登记的，申请人应当提交下列书面材料：\n（一）申请书；\n（二）资信证明材料。\n"
    )
    apart = ("第二条 单位和个人可以向市主管部门申请登记", "申请登记的，申请人应当提交下列书面材料")
    assert _item_paths(text) == [apart, apart]


def test_the_sentence_that_introduces_a_list_stands_where_its_items_do() -> None:
    text = (
        "第二条　办理登记的本市居民应当出具下列证件：\n（一）本人的户口簿；\n（二）本人的身份证。\n"
        "办理登记的外国人应当出具下列证件：\n（一）本人的有效护照；\n（二）公证的声明。\n"
    )
    only = _only(f"云岭市登记办法\n第一条　为规范登记，制定本办法。\n{text}第三条　本办法自2021年3月1日起施行。\n")
    leads = [clause for clause in only.clauses if clause.text.endswith("：")]
    assert [lead.path[0] for lead in leads] == ["第二条", "第二条"]
    for lead in leads:
        below = [one.text for one in only.clauses if one.path[:-1] == lead.path]
        assert len(below) == 2
        assert ("本市居民" in lead.text) == ("户口簿" in below[0])


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        # A sentence between items introduces nothing, and the list goes on.
        (
            "办理登记应当出具下列证件：\n（一）户口簿；\n证件应当在有效期内。\n（二）身份证。\n",
            [("第二条 办理登记应当出具下列证件",)] * 2,
        ),
        # A sentence that is too long for a path stands above nothing.
        (
            "本市居民应当出具下列证件：\n（一）户口簿；\n（二）身份证。\n"
            f"{'外国人' * 30}应当出具下列证件：\n（一）护照；\n（二）声明。\n",
            [("第二条", "本市居民应当出具下列证件")] * 2 + [("第二条",)] * 2,
        ),
    ],
)
def test_what_stands_above_the_items_of_an_article(body: str, paths: list[tuple[str, ...]]) -> None:
    assert _item_paths(f"第二条　{body}") == paths


def test_what_is_open_to_the_public_stands_in_the_head() -> None:
    head = "云岭市财政局关于停车收费的通知\n云财〔2007〕10号\n主动公开\n"
    only = _only(f"{head}　　现将收费标准公布如下。\n　　一、标准\n　　每次三元。\n附件：停车收费明细表\n")
    assert not any("停车收费明细表" in step for clause in only.clauses for step in clause.path)


def test_a_title_with_a_page_number_apart_is_an_entry_of_contents() -> None:
    entry, title = views([Block("关于停车收费的实施意见　10", 1), Block("云岭市停车办法10", 2)])
    assert entry.is_contents and not title.is_contents


def test_a_first_row_as_full_as_the_heads_is_a_row() -> None:
    rows = "镇街\t单位\t安排\n清潭镇\t水务局\t月度报送\n柳林镇\t财政局\t每周例会\n白石乡\t教育局\t按需联络\n"
    only = _only(f"关于停车检查的通知\n各区人民政府：\n安排如下。\n{rows}")
    assert len(_roles(only, Role.ROW)) == 3
