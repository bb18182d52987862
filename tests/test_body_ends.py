"""Where bodies end and lines go on: wrapped lines, lists of contacts, closing words, printing lines, running heads."""

from __future__ import annotations

import pytest

from corpus.blocks import make_blocks
from corpus.labels import read_labels
from corpus.model import Notice, ParsedFile, Role
from corpus.parse import parse_source
from corpus.reading import source_from_text
from corpus.wraps import mark_wrapped

HEAD = "云岭市教育局关于做好招生工作的通知\n云教〔2021〕5号\n各学校：\n"
SIGNED = "云岭市教育局\n2021年2月7日\n"
RULES = [
    "第一条　为了规范随迁子女入学工作，保障公民、法人和其他组织的合法权益，制定本办法。",
    "第二条　申请随迁子女积分入学的家庭，在报名以前应当同时具备下列各项条件：",
    "（一）在本市连续居住满五年，并且在报名以前已经依法办理本市居住证的；",
    "（二）法律、法规以及本市其他政策文件所规定的与随迁子女入学有关的其他情形。",
    "第三条　市教育局负责统筹协调，各区教育局负责具体实施，并且在每季度结束以后报送进展情况。",
    "第四条　区教育局应当在收到申请以后十个工作日以内完成审核，并且把审核的结果书面告知申请人和有关学校。",
    "第五条　学校不得拒绝接收符合条件的随迁子女，也不得在入学以前以任何名义组织考试或者收取赞助费用。",
    "第六条　本办法自2021年3月1日起施行。",
]


def _parsed(text: str) -> ParsedFile:
    return parse_source(source_from_text("file.txt", text, "utf-8"))


def _only(text: str) -> Notice:
    (only,) = _parsed(text).notices
    return only


def _texts(notice: Notice, role: Role) -> list[str]:
    return [clause.text for clause in notice.clauses if clause.role is role]


def _wrapped(paragraphs: list[str], width: int) -> str:
    """The paragraphs set in by two characters and broken at `width`; no line begins with a sign."""
    lines = []
    for paragraph in paragraphs:
        rest = "　　" + paragraph
        while rest:
            cut = width - 1 if rest[width : width + 1] in tuple("，。；：、）") else width
            lines.append(rest[:cut])
            rest = rest[cut:]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("width", [18, 21, 24])
def test_hard_wrapped_lines_make_the_same_clauses_as_whole_ones(width: int) -> None:
    title = "云岭市随迁子女入学办法\n"
    wrapped, whole = _only(title + _wrapped(RULES, width)), _only(title + _wrapped(RULES, 200))
    assert [clause.text for clause in wrapped.clauses] == [clause.text for clause in whole.clauses]
    assert [clause.path for clause in wrapped.clauses] == [clause.path for clause in whole.clauses]
    assert "第二条 申请随迁子女积分入学的家庭，在报名以前应当同时具备下列各项条件" in str(wrapped.clauses[2].path)


def test_lines_of_a_file_without_a_width_are_never_marked_as_going_on() -> None:
    text = "云岭市随迁子女入学办法\n" + "".join(f"　　{paragraph}\n" for paragraph in RULES)
    assert not any(block.continues for block in mark_wrapped(make_blocks(source_from_text("a.txt", text, "utf-8"))[0]))


def test_names_of_one_length_in_a_list_are_not_joined() -> None:
    names = [f"云岭市河口区第{n}街道社区居民委员会{m}" for n in "一二三四五六" for m in ("甲组", "乙组")]
    text = "云岭市社区名单\n" + "".join(f"{name}\n" for name in names) + "以上社区每年检查一次。\n"
    assert not any(block.continues for block in mark_wrapped(make_blocks(source_from_text("a.txt", text, "utf-8"))[0]))


def test_a_list_of_offices_with_telephones_behind_the_body_is_no_part_of_its_last_item() -> None:
    body = "　　一、工作要求\n　　请各校认真准备。\n　　二、其他事项\n　　请各校每月报送进展情况。\n"
    contacts = (
        "　　联系方式如下：\n　　云岭市教育局：8158711\n　　云岭市民政局：8599112\n　　云岭市财政局：0736-89042133\n"
    )
    notice = _only(HEAD + body + contacts)
    assert _texts(notice, Role.CONTACT) == [
        "联系方式如下：；云岭市教育局：8158711",
        "云岭市民政局：8599112",
        "云岭市财政局：0736-89042133",
    ]
    assert [(phone.unit, phone.phone) for phone in notice.phones] == [
        ("云岭市教育局", "8158711"),
        ("云岭市民政局", "8599112"),
        ("云岭市财政局", "0736-89042133"),
    ]


def test_a_list_of_offices_below_a_heading_of_contacts_and_between_items_stays_in_the_body() -> None:
    lists = "　　联系方式如下：\n　　云岭市教育局：8158711\n　　云岭市民政局：8599112\n"
    between = f"　　一、工作要求\n　　请各校认真准备。\n{lists}　　二、其他事项\n　　请各校每月报送。\n"
    below = f"　　一、工作要求\n　　请各校认真准备。\n　　二、咨询电话\n{lists}"
    for body, heading in ((between, "一、工作要求"), (below, "二、咨询电话")):
        notice = _only(HEAD + body + SIGNED)
        assert not _texts(notice, Role.CONTACT)
        (office,) = [clause for clause in notice.clauses if "8599112" in clause.text]
        assert heading in office.path
        assert len(notice.phones) == 2


def test_contacts_below_the_last_answer_are_the_pages_unless_the_question_is_of_them() -> None:
    page = "云岭市校车热点问答\n　　问：每年检查几次？\n　　答：检查四次。\n　　问：{}？\n　　答：市教育局。\n　　{}\n"
    line = "（联系单位：云岭市教育局　联系电话：8158711）"
    assert _texts(_only(page.format("谁来检查", line)), Role.CONTACT) == [line.replace("　", "")]
    assert not _texts(_only(page.format("咨询电话是多少", line)), Role.CONTACT)
    between = page.format("谁来检查", line) + "　　问：谁报名？\n　　答：家长。\n"
    assert not _texts(_only(between), Role.CONTACT)


def test_a_telephone_that_is_wrapped_is_one_number() -> None:
    text = "云岭市随迁子女入学办法\n" + _wrapped([*RULES, "（联系单位：云岭市教育局　电话：8773511）"], 23)
    assert [phone.phone for phone in _only(text).phones] == ["8773511"]


@pytest.mark.parametrize(
    "words", ["以上意见如无不妥，请批转各地区、各部门贯彻执行。", "以上意见，请认真贯彻执行。", "请遵照执行。"]
)
def test_closing_words_stand_below_no_heading(words: str) -> None:
    notice = _only(
        f"{HEAD}　　一、工作要求\n　　请各校认真准备。\n　　二、其他事项\n　　请报送情况。\n　　{words}\n{SIGNED}"
    )
    (closing,) = [clause for clause in notice.clauses if words in clause.text]
    assert closing.path == ()


def test_a_sentence_that_asks_for_something_else_stays_below_its_heading() -> None:
    words = "请各校贯彻落实教学计划，并于3月底前执行到位后报送。"
    notice = _only(f"{HEAD}　　一、工作要求\n　　请各校认真准备。\n　　二、其他事项\n　　{words}\n{SIGNED}")
    (clause,) = [clause for clause in notice.clauses if words in clause.text]
    assert clause.path == ("二、其他事项",)


@pytest.mark.parametrize("words", ["主题词：教育　招生　通知", "主题词　教育　招生　通知", "【主题词】教育　办法"])
def test_subject_words_are_printing_lines_and_no_title_of_a_part(words: str) -> None:
    behind = "附件\n云岭市招生办法\n　　第一条　为了招生，制定本办法。\n　　第二条　本办法自公布之日起施行。\n"
    notice = _only(f"{HEAD}　　请各校认真准备。\n{SIGNED}{words}\n{behind}")
    assert _texts(notice, Role.TITLE)[1:] == ["附件云岭市招生办法"]


def test_headings_among_items_that_are_sentences_keep_the_text_below_them() -> None:
    items = (
        "　　一、各校应当按时招生。\n　　二、招生应当公开公平。\n　　三、参加招生的基本条件\n　　在本市居住满五年。\n"
    )
    notice = _only(f"{HEAD}{items}{SIGNED}")
    (clause,) = [clause for clause in notice.clauses if "居住满五年" in clause.text]
    assert clause.path == ("三、参加招生的基本条件",)


def test_items_of_an_article_with_text_below_are_headings() -> None:
    items = "".join(
        f"　　（{n}）{name}指标\n　　{name}满一年的，加三分。\n"
        for n, name in zip("一二三", ("就业", "住所", "纳税"), strict=True)
    )
    text = f"云岭市积分办法\n　　第一条　积分指标如下：\n{items}　　第二条　本办法自公布之日起施行。\n"
    (clause,) = [clause for clause in _only(text).clauses if "纳税满一年" in clause.text]
    assert clause.path[-1].startswith("（三）")


def test_running_heads_with_the_gazettes_issue_stand_in_no_clause() -> None:
    body = "".join(f"　　{n}、工作要求\n　　请各校认真准备第{at}项。\n" for at, n in enumerate("一二三四五六", 1))
    text = f"{HEAD}{body}\n· 3 ·\n云岭市人民政府公报　2015年第6期\n\n　　七、其他事项\n　　请报送情况。\n{SIGNED}"
    parsed = _parsed(text)
    assert not any("公报" in clause.text or "· 3 ·" in clause.text for clause in parsed.notices[0].clauses)
    assert [(left.line, left.why) for left in parsed.left_out] == [(17, "页码"), (18, "页眉")]


def test_what_an_order_issues_stays_with_it_where_the_contents_page_lists_its_title() -> None:
    contents = "目　录\n云岭市教育局关于做好招生工作的通知………1\n云岭市校车办法………3\n\n\n"
    order = "云岭市人民政府令第23号\n《云岭市校车办法》已经市政府常务会议通过，现予公布。\n市长　周平\n2021年4月7日\n"
    rules = (
        "\n\n云岭市校车办法\n第一章　总则\n第一条　为了校车安全，制定本办法。\n第二条　本办法自2021年7月1日起施行。\n"
    )
    parsed = _parsed(f"{contents}{HEAD}　　请各校认真准备。\n{SIGNED}\n\n{order}{rules}")
    assert [(notice.title, notice.doc_number) for notice in parsed.notices] == [
        ("云岭市教育局关于做好招生工作的通知", "云教〔2021〕5号"),
        ("云岭市校车办法", "云岭市人民政府令第23号"),
    ]


def test_a_page_of_questions_begins_a_document_behind_a_regulation() -> None:
    rules = "云岭市校车办法\n　　第一条　为了校车安全，制定本办法。\n　　第二条　本办法自2021年7月1日起施行。\n\n"
    asked = "云岭市校车热点问答\n　　问：每年检查几次？\n　　答：检查四次。\n　　问：谁检查？\n　　答：市教育局。\n"
    assert [notice.title for notice in _parsed(rules + asked).notices] == ["云岭市校车办法", "云岭市校车热点问答"]


def test_a_date_in_front_of_a_pages_labels_is_when_it_was_put_up() -> None:
    assert read_labels("2016年06月25日 08:25:45 来源： 云岭网") == [("published", "2016-06-25"), ("page", "云岭网")]
    assert read_labels("来源：云岭网") == [("page", "云岭网")]
