"""Searching the real gazette: numbers, filters, modes, answers, citations, refusals."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UsageError
from corpus.model import Role
from corpus.text import squash
from corpus.typed_place import TypedStep, typed_place
from index.build import build
from index.opening import open_index
from retriever.ask import Asker
from retriever.citation import citation, in_title_marks
from retriever.confidence import FEATURES, Evidence, confidence, threshold
from retriever.evidence import FIRST_HITS
from retriever.intent import Intent, intents
from retriever.model import Answer, Filters, Hit
from retriever.neighbours import Neighbours
from retriever.offices import offices_of
from retriever.reading.by_words import question_terms
from retriever.reading.passages import Passages
from retriever.reading.places import named_places
from retriever.reading.spans import wanted
from tests.conftest import GAZETTE, ROOT, TODAY


@pytest.fixture(scope="session")
def keyword_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gazette's keyword index."""
    folder = tmp_path_factory.mktemp("索引")
    build([GAZETTE], folder, dense=False)
    return folder


@pytest.fixture(scope="session")
def keywords(keyword_index: Path) -> Asker:
    return Asker.over(open_index(keyword_index, today=TODAY))


@pytest.fixture(scope="session")
def hybrid(dense_index: Path) -> Asker:
    """The gazette with vectors."""
    return Asker.over(open_index(dense_index, today=TODAY))


def test_places() -> None:
    assert typed_place("9号文第三部分第（二）项") == (TypedStep("部分", 3), TypedStep("项", 2))
    assert typed_place("条例第5条第二款") == (TypedStep("条", 5),)


def test_the_part_of_a_document_that_is_named_comes_first(keywords: Asker) -> None:
    result = keywords.ask("离政办发〔2023〕9号第三部分第（一）项", mode="bm25")
    assert result.hits[0].clause_id == "离政办发〔2023〕9号/三.（一）"


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("拖欠农民工工资归谁管", Intent.OFFICE),
        ("这事找哪个部门", Intent.OFFICE),
        ("人社局电话是多少", Intent.PHONE),
        ("补贴标准是多少", Intent.AMOUNT),
        ("要建几个商贸中心", Intent.AMOUNT),
        ("从什么时候开始执行", Intent.DATE),
        ("办法试行多久", Intent.DURATION),
        ("组长是谁", Intent.PERSON),
        ("区总工会在新的委员会里出的是哪一位", Intent.PERSON),
        ("项目选址在哪里", Intent.PLACE),
        ("能不能不签合同", Intent.OTHER),
        ("怎么申请", Intent.HOW),
        ("根治欠薪是哪份文件", Intent.NOTICE),
        ("配合单位有哪些", Intent.ASSIST),
        ("这个通知向谁咨询", Intent.CONTACT),
        ("打击假冒食品是哪家牵头", Intent.OFFICE),
        ("归哪里的市场监管部门处理", Intent.OFFICE),
    ],
)
def test_intents(question: str, intent: Intent) -> None:
    assert intent in intents(question)


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("开车时拿手机接打电话，记几分", Intent.PHONE),
        ("生孩子请的那几个月，会占掉年假吗", Intent.DURATION),
        ("那几个人后来怎么处理", Intent.AMOUNT),
        ("有没有能躲几天的地方", Intent.DURATION),
        ("以后会不会多修几个坑", Intent.AMOUNT),
        ("由哪几个局负责协调", Intent.AMOUNT),
        ("设举报热线，是哪家牵头", Intent.PHONE),
        ("记分办法是哪天开始施行的", Intent.NOTICE),
    ],
)
def test_words_that_only_look_like_an_interrogative(question: str, intent: Intent) -> None:
    assert intent not in intents(question)


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("组长是谁", "组长：陈利平，区政府副区长；", "现成立工作领导小组，组成人员如下："),
        ("谁兼任办公室主任", "办公室主任由区发展和改革局局长吴卿兼任。", "办公室主任负责日常工作，成员单位配合。"),
        ("女性比例要占多大", "城镇单位就业人员中的女性比例达到40%左右。", "建筑面积200平方米"),
        ("高中生要睡几个钟头", "高中生8小时睡眠时间", "保证学生的睡眠"),
        ("年休假是几天", "年休假10天", "连续工作满12个月以上的"),
        ("救助扩到多大年龄", "由0—6岁扩面到0—15岁", "占地8.5亩"),
        ("被抓到罚多少", "处五万元罚款", "一次记6分"),
        ("搬一趟家一平方给几块钱", "标准为12元/m²", "面积120平方米"),
        ("项目有好几个，专户要开几个", "可开设一个专户", "应当开设专户"),
        ("最多给几家", "每年不超过10个", "给予落户奖金"),
        ("采购款的几成先垫付", "不低于30%", "垫付采购款"),
        ("要盖到哪个村", "在田家会街道吉家村选址", "做好各村村民的工作"),
        ("在哪家医院", "设在区人民医院", "到医院就诊"),
        ("咨询打什么电话", "400-893-9111", "公告2025年第12号"),
        ("办法哪天开始施行", "本办法自2019年3月1日起施行。", "已于2018年9月6日第23次常务会议修订通过"),
    ],
)
def test_what_an_answer_must_hold(question: str, holds: str, lacks: str) -> None:
    test = wanted(question, intents(question))
    assert test is not None and test(holds) and not test(lacks)


def test_who_and_where_may_be_an_office() -> None:
    """Neither a name nor a place must stand in the answer then."""
    for question in ("天坑治理是哪里牵头的", "差价由谁来出", "办公室设在哪个单位", "由谁做初审"):
        assert wanted(question, intents(question)) is None, question


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("柳林县儿童规划的毛入园率是多少", ["柳林县"]),
        ("经济普查的经费离石区怎么保障", ["离石区"]),
        ("枣林乡有几处隐患点", ["枣林乡"]),
        ("各乡镇街道要管哪些事", []),
        ("新楼要盖到哪个村", []),
        ("今年区里头谁带头整治", []),
        ("我们村的小区归哪个社区管", []),
    ],
)
def test_places_a_question_names(question: str, places: list[str]) -> None:
    assert named_places(question) == places


def test_number_asked_for_comes_first(keywords: Asker) -> None:
    """A repealed notice asked for by its number is found, labelled, with its successor."""
    result = keywords.ask("离政函〔2023〕29号", mode="bm25")
    assert {hit.doc_number for hit in result.hits[:3]} == {"离政函〔2023〕29号"}
    data = result.hits[0].to_json()
    assert data["status"] == "repealed" and data["repealed_by"]["doc_number"] == "离政函〔2023〕33号"


def test_unknown_number_is_refused(keywords: Asker) -> None:
    result = keywords.ask("离政办发〔2023〕99号的内容", mode="bm25")
    assert not result.answered and result.answer is None and "没有收录" in (result.note or "")


def test_filters(keywords: Asker) -> None:
    office = keywords.ask("通知", k=50, mode="bm25", filters=Filters(issuer="人民政府办公室"))
    assert {hit.issuer for hit in office.hits} == {"吕梁市离石区人民政府办公室"}
    june = keywords.ask("通知", k=50, mode="bm25", filters=Filters(since="2023-06-01", until="2023-06-30"))
    assert june.hits and all("2023-06-01" <= (hit.date or "") <= "2023-06-30" for hit in june.hits)
    one = keywords.ask("农民工", mode="bm25", filters=Filters(doc_number="离政办发〔2023〕9号"))
    assert {hit.doc_number for hit in one.hits} == {"离政办发〔2023〕9号"}
    repealed = keywords.ask("村镇建设用地", k=50, mode="bm25", filters=Filters(status="repealed"))
    assert {hit.doc_number for hit in repealed.hits} == {"离政函〔2023〕29号"}


@pytest.mark.parametrize(("question", "k"), [("", 5), ("  \n", 5), ("，。！？", 5), ("字" * 10_000, 5), ("工资", 0)])
def test_bad_questions_are_one_line(keywords: Asker, question: str, k: int) -> None:
    with pytest.raises(UsageError) as caught:
        keywords.ask(question, k=k, mode="bm25")
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2


def test_bad_dates() -> None:
    for value in ("2023-5-1", "2023-02-30", "昨天"):
        with pytest.raises(UsageError):
            Filters(since=value)


def test_no_term_no_hit(keywords: Asker) -> None:
    """A question of which no clause holds a term brings no hits by keywords (datawhalechina/all-in-rag 102)."""
    result = keywords.ask("qwertyuiop zxcvb", mode="bm25")
    assert result.hits == () and not result.answered


def test_cross_references(keywords: Asker) -> None:
    """「根据…(离政发〔2023〕5号)文件精神」 leads to that notice; a law outside the corpus leads nowhere."""
    result = keywords.ask("离政办发〔2023〕12号", mode="bm25")
    (cites,) = (
        hit for hit in result.to_json()["hits"] if any(one["doc_number"] == "离政发〔2023〕5号" for one in hit["links"])
    )
    assert cites["links"][0]["clause_id"].startswith("离政发〔2023〕5号/")
    law = keywords.ask("没收违法建筑物的法律依据", k=1, mode="bm25")
    assert law.hits[0].links == ()


def test_keyword_fallback_says_so(keyword_index: Path) -> None:
    result = Asker.open(keyword_index).ask("农民工工资", mode="hybrid")
    assert (result.mode, result.mode_used) == ("hybrid", "bm25") and "关键词" in (result.note or "")


def test_every_citation_names_one_clause(keywords: Asker) -> None:
    seen: dict[str, str] = {}
    for entry in keywords.engine.clauses(range(keywords.engine.info.clauses)):
        cited = citation(entry.notice, entry.clause)
        title = entry.clause.place.issued or entry.notice.title
        assert cited.startswith(f"{in_title_marks(title)}（{entry.notice.doc_number}）")
        assert seen.setdefault(cited, entry.clause_id) == entry.clause_id
    assert any(cited.endswith("第二部分第（三）项第4点第（2）目") for cited in seen)


@given(st.text(max_size=80))
def test_any_question_is_answered_or_refused(question: str) -> None:
    """No question brings anything but hits or a UsageError."""
    asker = _shared_keywords()
    try:
        result = asker.ask(question, mode="bm25")
    except UsageError:
        return
    assert 0 <= result.confidence <= 1
    if result.answer is not None:
        clause = asker.engine.find(result.answer.clause_id)
        assert clause is not None
        assert result.answer.text in clause.text and len(result.answer.text) <= 160


_KEPT: list[Asker] = []


def _shared_keywords() -> Asker:
    if not _KEPT:
        import tempfile

        folder = Path(tempfile.mkdtemp())
        build([GAZETTE], folder, dense=False)
        _KEPT.append(Asker.over(open_index(folder, today=TODAY)))
    return _KEPT[0]


def read(asker: Asker, question: str, mode: str = "hybrid") -> Answer:
    """What would be answered if every reading were sure enough."""
    query = asker.preparer.prepare(question, mode)
    choice = asker.assess(query, asker.find(query, mode, Filters(), FIRST_HITS), mode).choice
    entry = choice.passage.entry
    offices = offices_of(asker.engine, asker.directory, entry, query.asked, choice.exact)
    return Answer(choice.text, offices, entry.clause_id)


def test_office_with_its_own_phone(hybrid: Asker) -> None:
    answer = read(hybrid, "自然资源部门的监测仪器坏了归谁通知检修，咨询电话是多少")
    assert "0358-8224002" in {office.phone for office in answer.offices}


def test_the_office_is_the_one_the_heading_makes_responsible(hybrid: Asker) -> None:
    """Not the notice's contact unit (人社局), but the head above the item."""
    result = hybrid.ask("餐饮和零售行业的农民工工资保障由哪个部门负责？")
    assert result.answer is not None and result.answer.offices[0].name == "区市场监督管理局"


def test_a_figure_with_its_unit(hybrid: Asker) -> None:
    result = hybrid.ask("生猪屠宰费用补贴每头多少钱？")
    assert result.answer is not None and "30元" in squash(result.answer.text)


def test_a_table_cell(hybrid: Asker) -> None:
    result = hybrid.ask("沙麻沟棚户区改造安置房项目二期拟建多少套？")
    assert any("624" in hit.text for hit in result.hits[:3])


def test_far_away_questions_are_refused(hybrid: Asker) -> None:
    for question in ("给猫剪指甲要注意什么", "太原地铁2号线末班车几点", "怎么做红烧肉", "苹果手机怎么截屏"):
        result = hybrid.ask(question)
        assert not result.answered
        assert result.note and "没有与这个问题相近的内容" in result.note


def test_confidence_is_a_probability_that_falls_with_what_is_lacking() -> None:
    sure = Evidence(1.0, 1.0, 1.0, 3.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.8, 0.83, 3.0)
    lacking = Evidence(0.2, 0.2, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.1, 0.50, 1.0)
    read = {"reader": (replace(sure, reader=6.0, first=6.0), replace(lacking, reader=-6.0, first=-6.0))}
    for mode, kind in (("hybrid", "hybrid"), ("dense", "hybrid"), ("bm25", "bm25"), ("hybrid", "reader")):
        yes, no = read.get(kind, (sure, lacking))
        assert yes.fitted(mode) == kind
        assert 0 < confidence(no, mode) < threshold(kind) < confidence(yes, mode) < 1
    assert len(FEATURES) == len(sure.vector("hybrid"))


def test_a_keyword_search_imports_no_torch(keyword_index: Path) -> None:
    program = (
        "import sys; from retriever.__main__ import main; "
        f"assert main(['农民工工资', '--mode', 'bm25', '--index', {str(keyword_index)!r}]) == 0; "
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, cwd=ROOT)


def test_an_item_of_one_heading_like_sentence_may_answer(keywords: Asker) -> None:
    """Its first sentence is its heading in the path, and was never looked at as an answer."""
    result = keywords.ask("城镇新增就业目标是多少人", mode="bm25")
    assert result.answer is not None and "城镇新增就业4000人以上" in result.answer.text


def test_whom_to_consult_is_answered_by_the_contact_line(keywords: Asker) -> None:
    result = keywords.ask("第五次全国经济普查工作找谁咨询", mode="bm25")
    assert result.answer is not None and result.answer.text.startswith("咨询单位")
    assert result.answer.offices[0].role == "contact" and result.answer.offices[0].phone == "0358-8222509"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("农产品双认证攻坚工作领导小组的组长是谁？", "陈利平"),
        ("黄河流域生态保护和高质量发展领导小组组长是谁？", "张海文"),
        ("艾滋病防治委员会里，妇联的委员是谁？", "吴改玲"),
    ],
)
def test_who_holds_a_post_is_read_from_the_list_of_people(hybrid: Asker, question: str, name: str) -> None:
    """A 组长 is no 副组长, and a sentence that only sets the group up is no answer."""
    result = hybrid.ask(question)
    assert result.answer is not None and name in result.answer.text


def test_the_unit_of_a_figure_may_stand_in_its_column_head(hybrid: Asker) -> None:
    """The row was thought to hold no figure of that kind. (How sure the answer is, the reader has its say in, too.)"""
    query = hybrid.preparer.prepare("沙麻沟棚户区改造安置房二期打算建多少套房？", "hybrid")
    found = hybrid.find(query, "hybrid", Filters(), FIRST_HITS)
    assessment = hybrid.assess(query, found, "hybrid")
    assert "624" in assessment.choice.text and assessment.evidence.has_type == 1.0


def test_a_working_group_answers_for_its_duties(keywords: Asker) -> None:
    """（三）项目建设组 was taken for a cited （三）项, and its duties went to the group before it."""
    result = keywords.ask("储备库项目的土地、规划、文物勘探等手续由哪个组协调办理？", mode="bm25")
    assert result.answer is not None and result.answer.offices[0].name == "项目建设组"


def test_a_value_in_the_sentence_that_introduces_the_items(tmp_path: Path) -> None:
    text = (
        "道路交通安全违法行为记分办法\n（2021年12月17日某部令第163号公布）\n第一条　为了记分，制定本办法。\n"
        "第二条　机动车驾驶人有下列行为之一，一次记6分：\n（一）驾驶机动车不按交通信号灯指示通行的；\n"
        "（二）违法占用应急车道行驶的。\n第三条　机动车驾驶人有下列行为之一，一次记3分：\n"
        "（一）在高速公路上行驶低于规定最低时速的；\n（二）驾驶机动车违反禁令标志指示的。\n"
        "第四条　本办法自2022年4月1日起施行。\n"
    )
    (tmp_path / "办法.txt").write_text(text, "utf-8")
    build([tmp_path / "办法.txt"], tmp_path / "index", dense=False)
    asker = Asker.open(tmp_path / "index")
    answer = read(asker, "不按信号灯通行一次记多少分？", "bm25")
    assert "一次记6分" in answer.text
    assert answer.clause_id.endswith("第二条")
    assert "自2022年4月1日起施行" in read(asker, "记分办法哪天开始施行？", "bm25").text


def test_when_a_document_was_issued_and_how_long_it_holds(hybrid: Asker) -> None:
    result = hybrid.ask("离石区畜禽养殖污染防治规划是哪天印发的？")
    assert result.answer is not None and "2023年5月8日" in result.answer.text
    assert "2024年3月31日" in read(hybrid, "离石区生猪屠宰补贴办法执行到什么时候为止？").text


def test_a_number_that_a_clause_cites_may_be_asked_about(hybrid: Asker) -> None:
    """But one that stands nowhere is refused, orders too."""
    result = hybrid.ask("按晋水办规计〔2012〕100号文件，离石区分到多少水量？")
    assert result.answer is not None and "4530万" in result.answer.text
    for question in ("国务院令第999号公布的是哪部条例？", "按离政办发〔2019〕77号，补贴多少钱？"):
        result = hybrid.ask(question)
        assert not result.answered and result.note is not None and "没有收录文号" in result.note


def test_the_phone_of_another_office_is_no_answer(hybrid: Asker) -> None:
    assert not hybrid.ask("离石区综合检验检测中心的联系电话是多少？").answered


def test_who_is_asked_and_only_lists_of_attachments_are_found(keywords: Asker) -> None:
    """Nothing was left to answer from when every hit was a list, and none of people."""
    query = keywords.preparer.prepare("组长是谁", "bm25")
    every = keywords.engine.clauses(range(keywords.engine.info.clauses))
    attachments = [entry for entry in every if entry.role is Role.ATTACHMENTS]
    hits = [Hit(rank, 1.0, entry) for rank, entry in enumerate(attachments[:3], 1)]
    assert len(hits) == 3
    assert Passages(Neighbours(keywords.engine), keywords.directory).choose(query, hits)


@pytest.mark.parametrize(
    ("question", "asked", "not_asked"),
    [
        ("离石区畜禽粪污综合利用率到2025年要达到多少？", "利用率", {"2025", "年", "达到"}),
        ("到2025年底村道总里程要达到多少公里？", "里程", {"2025", "年底", "达到"}),
        ("注册资金是多少", "资金", set()),
    ],
)
def test_what_is_asked_for_is_not_the_time(keywords: Asker, question: str, asked: str, not_asked: set[str]) -> None:
    focus = question_terms(keywords.engine, keywords.preparer.prepare(question, "bm25")).focus
    assert asked in focus
    assert not focus & not_asked


@pytest.mark.parametrize(
    ("question", "amounts", "others"),
    [
        ("建了多少", ("建成五个", "培训300人次", "每届7人"), ("经区政府七届三十一次常务会议研究", "第三次会议")),
        ("一年要开几次会", ("每年不少于2次", "五年三次"), ("经区政府七届三十一次常务会议研究", "第三次会议")),
        ("这是第几次全国普查", ("第五次全国经济普查", "七届三十一次会议"), ("普查3次", "共5个小组")),
    ],
)
def test_which_of_a_series_is_no_amount(question: str, amounts: tuple[str, ...], others: tuple[str, ...]) -> None:
    holds = wanted(question, intents(question))
    assert holds is not None
    assert [text for text in amounts if not holds(text)] == []
    assert [text for text in others if holds(text)] == []


def test_few_known_words_do_not_outweigh_the_sum_that_is_asked_for(hybrid: Asker) -> None:
    """Of 猪 and six words that no clause holds, a clause with 猪 but no sum held all that was known."""
    assert "30元" in squash(read(hybrid, "养猪场杀一头猪政府补多少").text)
