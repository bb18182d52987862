"""What stands inside a document: questions, people, contact lines, second regulations, articles."""

from __future__ import annotations

import pytest

from corpus.blocks import Block
from corpus.columns import uncross
from corpus.model import Clause, Notice, Role, Warn
from corpus.numbering import Style, read_marker
from corpus.parse import parse_source
from corpus.place import bare_label, words_of
from corpus.questions import find_questions
from corpus.reading import source_from_text
from corpus.text import squash
from corpus.typed_place import typed_place

HEAD = (
    "云岭市人民政府关于印发居住证办法的通知\n云政发〔2019〕18号\n\n各区人民政府：\n现将《居住证办法》印发给你们。\n\n"
)
SIGNED = "云岭市人民政府\n2019年5月14日\n\n"


def read(text: str) -> Notice:
    """The one notice of a text, of which nothing is lost or doubled."""
    parsed = parse_source(source_from_text("x.txt", text))
    assert parsed.coverage >= 0.99
    (notice,) = parsed.notices
    return notice


def clause(notice: Notice, beginning: str) -> Clause:
    return next(one for one in notice.clauses if one.text.startswith(beginning))


# -- questions and answers ------------------------------------------------------------------------------

ASKED = {
    "labels": "Q:今年几月报名？\n\nA:6月25日报名。\n\nQ:报名要带什么？\n\nA:户口簿。\n",
    "问答": "问：今年几月报名？\n答：6月25日报名。\n问：报名要带什么？\n答：户口簿。\n",
    "numbered": "35、今年几月报名？\n答：6月25日报名。\n1.网上登记；\n2.现场确认。\n36、报名要带什么？\n答：户口簿。\n",
    "a row": "一、今年几月报名？\n6月25日报名。\n二、报名要带什么？\n户口簿。\n三、在哪里报名？\n在学校。\n",
    "both": "（一）问：今年几月报名？\n答：6月25日报名。\n（二）问：报名要带什么？\n答：户口簿。\n",
}


@pytest.mark.parametrize("text", ASKED.values(), ids=ASKED.keys())
def test_one_clause_a_question(text: str) -> None:
    notice = read("云岭市小学招生政策问答\n\n" + text)
    when = next(one for one in notice.clauses if "6月25日" in one.text)
    what = next(one for one in notice.clauses if "户口簿" in one.text)
    assert when.path[-1].endswith("今年几月报名？") and what.path[-1].endswith("报名要带什么？")
    assert "户口簿" not in when.text and "今年几月报名" in when.text


def test_a_question_is_cited_by_its_number() -> None:
    notice = read("云岭市小学招生政策问答\n\n" + ASKED["numbered"])
    when = clause(notice, "35、")
    assert words_of(when.place) == "第35问" and "2.现场确认" in when.text
    assert typed_place("问答第35问")[0].number == 35


def test_what_asks_nothing() -> None:
    lines = ["一、总体要求", "要问计于民。", "二、怎么办？如何办？要靠改革。", "问题：整改不到位。", "三、保障措施"]
    assert find_questions([Block(line, at) for at, line in enumerate(lines, 1)]) == {}


# -- contact lines, closing sentences, people -----------------------------------------------------------


def test_a_contact_line_inside_an_item_ends_nothing() -> None:
    """The items behind it became an attachment without headings; issuer and date were lost."""
    notice = read(
        "2021云岭区义务教育招生工作实施意见\n\n各学校：\n为做好招生工作，提出以下意见。\n一、招生对象\n年满6周岁的儿童。\n"
        "二、工作要求\n（一）公开信息。学校应公开招生信息。\n小学招生咨询地址及电话：松林路11号55501234-201；\n"
        "柏林路22号55505678-302。\n（二）加强监督。区教育局加强监督。\n（三）落实问责。违规的予以通报。\n\n"
        "区教育局\n2021年3月9日\n"
    )
    assert (notice.issuer, notice.date) == ("区教育局", "2021-03-09")
    assert [phone.phone for phone in notice.phones] == ["55501234-201", "55505678-302"]
    assert clause(notice, "（二）加强监督").path == ("二、工作要求", "（二）加强监督")
    assert clause(notice, "小学招生咨询").path == ("二、工作要求", "（一）公开信息")


def test_a_closing_sentence_is_no_part_of_the_last_item() -> None:
    notice = read(
        HEAD + "一、废止《云岭市综治条例》。\n\n二、废止《云岭市邮政条例》。\n\n本决定自公布之日起施行。\n\n" + SIGNED
    )
    assert clause(notice, "本决定自公布").path == ()


def test_the_last_group_of_people_is_no_signature() -> None:
    notice = read(
        "云岭市人民政府办公室关于调整教材委员会组成人员的通知\n云政办发〔2022〕31号\n\n各县（区）人民政府：\n"
        "现将调整后的组成人员名单通知如下：\n主任：孙大山　副市长\n委员：\n（一）部门委员\n梁一　市委宣传部副部长\n"
        "王二　市司法局副局长\n（二）专家委员（按姓氏笔划为序）\n马三　教授、云岭学院学术委员会主任\n"
        "王四　研究员、云岭市教科院院长\n\n云岭市人民政府办公室\n2022年8月2日\n"
    )
    (signature,) = [one for one in notice.clauses if one.role is Role.SIGNATURE]
    assert signature.text == "云岭市人民政府办公室；2022年8月2日"
    experts = clause(notice, "马三")
    assert experts.role is Role.PEOPLE and experts.path[-1].startswith("（二）专家委员")


def test_printing_lines_are_no_part_of_the_last_article() -> None:
    notice = read(
        HEAD + SIGNED + "居住证办法\n第一条 申领居住证应当登记。\n第二条 本办法自公布之日起施行。\n"
        "公开方式：主动公开\n抄送：市委办公室，市人大常委会办公室，\n市政协办公室。\n"
        "云岭市人民政府办公室秘书处 2019年5月15日印发\n"
    )
    assert clause(notice, "第二条").text == "第二条本办法自公布之日起施行。"
    assert [one.role for one in notice.clauses if "印发" in one.text][-1] is Role.SIGNATURE
    assert notice.date == "2019-05-14"


def test_a_list_of_attachments_ends_no_body() -> None:
    notice = read(
        HEAD + "一、时间\n6月25日。\n附件：1. 报名表\n2. 学校名单\n\n" + SIGNED + "附件1\n报名表\n姓名、住址。\n"
    )
    assert notice.attachments == ("报名表", "学校名单") and notice.date == "2019-05-14"


# -- regulations and articles -----------------------------------------------------------------------------


def test_a_second_regulation_is_a_part_of_its_own() -> None:
    """Its 第一条 was cited under the first regulation."""
    notice = read(
        HEAD + SIGNED + "云岭市居住证办理实施细则\n\n市公安局\n\n第一章  总则\n\n　　第一条  申领居住证应当登记。\n\n"
        "　　第二条  本细则自公布之日起实施。\n\n云岭市居住证积分管理实施细则\n\n市人力社保局\n\n第一章  总则\n\n"
        "　　第一条  积分由市人力社保局核定。\n"
    )
    second = clause(notice, "第一条积分由")
    assert second.path[0] == "云岭市居住证积分管理实施细则" and second.place.attachment == 2
    assert clause(notice, "第一条申领").path[0] == "云岭市居住证办理实施细则"
    assert not notice.uncertain


def test_parts_of_a_law_are_no_second_regulation() -> None:
    """Chapters begin anew in each 编; articles go on."""
    text = "云岭法\n\n第一编 总则\n第一章 任务\n第一条 甲。\n第二条 乙。\n"
    text += "第二编 分则\n第一章 罪\n第三条 丙。\n第四条 丁。\n"
    assert {one.place.attachment for one in read(text).clauses} == {0}


def test_a_title_on_two_lines_is_one_heading() -> None:
    notice = read(
        "云岭市人民政府办公室关于印发基本医疗保障办法主城区实施细则的通知\n云政办〔2017〕21号\n\n各区人民政府：\n"
        "《云岭市基本医疗保障办法主城区实施细则》已经市政府同意，现印发给你们。\n\n云岭市人民政府办公室\n2017年9月5日\n\n"
        "云岭市基本医疗保障办法\n主城区实施细则\n\n一、职工医保\n（一）职工应当参保。\n"
    )
    assert clause(notice, "（一）职工").path[0] == "云岭市基本医疗保障办法主城区实施细则"


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("第三十四条、本办法所称", Style.ARTICLE, 34),
        ("第十条之一　甲", Style.ARTICLE, 10),
        ("第 十 二 条 甲", Style.ARTICLE, 12),
        ("第12条 甲", Style.ARTICLE, 12),
        ("第五十四条 与道路交通安全有关的协会", Style.ARTICLE, 54),
        ("第一百六十二条 第二审人民法院", Style.ARTICLE, 162),
        ("第二十八条 项目法人应当", Style.ARTICLE, 28),
        ("第二十七条 第二十五条第（三）项安排的资金", Style.ARTICLE, 27),
        ("㈠申请", Style.PAREN, 1),
        ("⑵审核", Style.ARABIC_PAREN, 2),
        ("⒊公示", Style.ARABIC, 3),
        ("１．申请", Style.ARABIC, 1),
    ],
)
def test_forms_of_markers(text: str, style: Style, number: int) -> None:
    marker = read_marker(text)
    assert marker is not None and (marker.style, marker.number) == (style, number)


@pytest.mark.parametrize(
    "text", ["第三条、第四条规定", "第五条规定的", "第三条第二款", "第二条 第一款的", "第六条和第七条", "第二条款"]
)
def test_cited_articles(text: str) -> None:
    assert read_marker(text) is None


def articles(notice: Notice) -> list[str]:
    return [bare_label(one.place.last.label) for one in notice.clauses if one.place.last.style is Style.ARTICLE]


def test_articles_below_a_heading_that_ends_like_an_open_sentence() -> None:
    """「社会参与」 ends with 与: its first article went on with the heading."""
    text = "云岭条例\n\n第一章 总则\n第一条 甲。\n第二章 社会参与\n第二条 乙。\n第三条 丙。\n"
    assert articles(read(text)) == ["第一条", "第二条", "第三条"]


def test_an_excerpt_keeps_its_articles_and_says_so() -> None:
    notice = read("云岭法合同编\n\n第一章 一般规定\n第四百六十三条 甲。\n第四百六十四条 乙。\n第四百六十五条 丙。\n")
    assert articles(notice) == ["第四百六十三条", "第四百六十四条", "第四百六十五条"]
    assert [doubt.reason for doubt in notice.uncertain] == ["条文从“第四百六十三条”开始，前面可能有缺漏"]


# -- columns ----------------------------------------------------------------------------------------------


def test_the_first_item_of_a_list_that_stands_inside_another_sentence_goes_home() -> None:
    """离政办发〔2023〕9号, shortened: an item of 公安局 swallowed the first of 能源局."""
    lines = [
        "12. 市公安局",
        "(4) 对恶意欠薪的个人,提前介入、(1)负责全区煤矿企业、储煤场和",
        "及时立案。",
        "15. 区能源局",
    ]
    lines += ["原煤、配煤企业的保障工作;", "(2)牵头处理欠薪问题;", "(3)完成其他事项。"]
    warnings: list[Warn] = []
    out = uncross([Block(line, at) for at, line in enumerate(lines, 1)], warnings)
    assert [squash(block.text) for block in out[1:3]] == ["4对恶意欠薪的个人提前介入", "及时立案"]
    assert squash(out[4].text) == squash("(1)负责全区煤矿企业、储煤场和原煤、配煤企业的保障工作") and len(warnings) == 1
    kept = ["一、材料包括，（1）身份证；（2）户口簿。", "二、程序", "（1）申请。", "（2）受理。"]
    assert [b.text for b in uncross([Block(line, at) for at, line in enumerate(kept, 1)], warnings)] == kept


def test_persons_are_entries_with_their_group() -> None:
    notice = read(
        "云岭市人民政府办公室关于成立防汛指挥部的通知\n云政办发〔2022〕31号\n\n各县（区）人民政府：\n现将名单通知如下：\n"
        "组长：孙大山　副市长\n副组长：陈小河　市水务局局长\n　　　　李长青　市应急管理局局长\n"
        "成员：王二　市司法局副局长\n\n云岭市人民政府办公室\n2022年8月2日\n"
    )
    (people,) = [one for one in notice.clauses if one.role is Role.PEOPLE]
    assert people.cells == (
        ("组长", "孙大山，副市长"),
        ("副组长", "陈小河，市水务局局长"),
        ("副组长", "李长青，市应急管理局局长"),
        ("成员", "王二，市司法局副局长"),
    )


# -- several things on one line ---------------------------------------------------------------------------


def test_text_behind_a_heading_on_its_line() -> None:
    notice = read(
        HEAD
        + "一、招生对象　年满6周岁的儿童均可报名。\n二、工作要求\n（一）公开  学校应当公开招生信息和结果。\n"
        + SIGNED
    )
    assert clause(notice, "一、招生对象").path == ("一、招生对象",)
    assert clause(notice, "（一）公开").path == ("二、工作要求", "（一）公开")
    whole = read(HEAD + "一、学校应当　公开招生信息，接受社会监督\n二、经费由　云岭市财政局\n" + SIGNED)
    assert clause(whole, "二、经费由").path == ("二、经费由云岭市财政局",)


def test_chapters_and_articles_on_one_line() -> None:
    text = "云岭条例\n\n第一章 总则 第一条 为了管理，制定本条例。\n第二条 乙。\n第二章 登记 第三条 丙。\n第四条 丁。\n"
    notice = read(text)
    assert articles(notice) == ["第一条", "第二条", "第三条", "第四条"]
    assert clause(notice, "第三条").path[0] == "第二章 登记"


def test_a_date_in_figures_below_the_body_is_the_signature() -> None:
    notice = read("对《互联网域名管理办法》的解读\n\n一、意见一。\n二、意见二。\n「附：相关依据」\n2016-03-31\n")
    assert notice.date == "2016-03-31"
    assert clause(notice, "2016-03-31").role is Role.SIGNATURE
    within = read("停水时间\n\n一、停水日期如下。\n2016-03-31\n二、各单位应当提前储水。\n")
    assert within.date is None
