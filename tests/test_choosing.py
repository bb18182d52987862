"""What is shown around the words that answer; who leads where many offices share a duty; how long a list goes on."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.model import Clause, Role
from corpus.parse import parse_source
from corpus.reading import source_from_text
from index.build import build
from index.model.folder import default_folder, is_made_model
from index.paths import ROOT
from retriever.ask import Asker
from retriever.console import show
from retriever.intent import asks_whether
from retriever.neighbours import Neighbours
from retriever.notes import NoteKind
from retriever.page.collection import Collection
from retriever.page.results import results
from retriever.page.view import View
from retriever.parts import parts
from retriever.reading.listed import asks_list, items_left
from retriever.reading.shared import leads
from retriever.reading.shown import MAX_ANSWER, around

FOOD = """青河县人民政府办公室关于做好食品安全工作的通知
青政办发〔2024〕12号
各乡镇人民政府，县直各有关单位：
为做好食品安全工作，现将有关事项通知如下：
一、部门职责
（一）县市场监督管理局
负责全县食品安全工作的组织协调，汇总各单位情况。
（二）县教育局
负责学校食堂的食品安全监管工作。
（三）县民政局
负责养老机构食堂的食品安全监管工作。
（四）县农业农村局
负责种植、养殖环节的食品安全监管工作。
（五）县卫生健康局
负责医院食堂的食品安全监管工作。
二、申报要求
申报示范店应当具备下列条件：
（一）持有营业执照；
（二）两年内没有处罚记录；
（三）明厨亮灶。
青河县人民政府办公室
2024年3月1日
"""


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    folder = tmp_path_factory.mktemp("food")
    (folder / "food.txt").write_text(FOOD, "utf-8")
    build([folder / "food.txt"], folder / "index", dense=False)
    return Asker.open(folder / "index", dense=False)


def clause(text: str, role: Role = Role.TEXT) -> Clause:
    (notice,) = parse_source(source_from_text("a.txt", FOOD)).notices
    return replace(notice.clauses[3], text=text, role=role)


@pytest.mark.parametrize(
    ("text", "role", "exact", "shown"),
    [
        ("先登记。由县教育局受理，五日内办结。再公示。", Role.TEXT, "县教育局", "由县教育局受理，五日内办结。"),
        ("先登记。由县教育局受理。五日内办结。", Role.TEXT, "教育局受理。五日", "由县教育局受理。五日内办结。"),
        ("甲表（姓名｜岁数）：王明｜四十", Role.ROW, "四十", "王明｜四十"),
        ("组长：王明，县长；成员：李强，局长；赵芳，主任", Role.PEOPLE, "李强", "成员：李强，局长；"),
    ],
)
def test_the_sentence_of_a_span_is_shown(text: str, role: Role, exact: str, shown: str) -> None:
    at = text.index(exact)
    start, end = around(clause(text, role), at, at + len(exact))
    assert text[start:end] == shown


@given(
    st.text("甲乙丙，。；：｜ \n）1", min_size=1, max_size=400),
    st.integers(0, 399),
    st.integers(1, MAX_ANSWER),
    st.sampled_from(list(Role)),
)
def test_what_is_shown_holds_the_span_and_is_no_longer_than_an_answer(
    text: str, start: int, length: int, role: Role
) -> None:
    start = min(start, len(text) - 1)
    end = min(start + length, len(text))
    low, high = around(clause(text, role), start, end)
    assert 0 <= low <= start < end <= high <= len(text)
    assert high - low <= MAX_ANSWER


def test_of_offices_that_share_a_duty_the_one_that_leads_answers(asker: Asker) -> None:
    result = asker.ask("食品安全归谁管", mode="bm25")
    assert result.answer is not None and result.answer.offices[0].name == "县市场监督管理局"
    (told,) = (one.text for one in result.notes if one.kind is NoteKind.SHARED)
    assert all(name in told for name in ("县教育局", "县民政局", "县农业农村局", "县卫生健康局"))
    assert result.answer.more == 4 and result.items_left == 0


@pytest.mark.parametrize(
    ("question", "office"), [("学校食堂的食品安全归谁管", "县教育局"), ("县民政局管食品安全吗，归谁管", "县民政局")]
)
def test_a_question_that_names_trade_or_office_keeps_its_answer(asker: Asker, question: str, office: str) -> None:
    result = asker.ask(question, mode="bm25")
    assert result.answer is not None and result.answer.offices[0].name == office
    assert not any(one.kind is NoteKind.SHARED for one in result.notes)


def test_what_says_that_an_office_leads() -> None:
    data = tomllib.loads((ROOT / "retriever/data/shared.toml").read_text("utf-8"))
    assert all(leads().search(one["text"]) for one in data["examples"])
    assert len({one["source"] for one in data["examples"]}) >= 3
    assert not any(leads().search(one["text"]) for one in data["counter"])


def test_a_list_says_how_much_more_there_is(asker: Asker) -> None:
    result = asker.ask("申报示范店要具备哪些条件", mode="bm25")
    assert result.answer is not None
    assert (result.answer.text, result.items_left) == ("（一）持有营业执照；", 2)


def test_each_list_of_an_article_has_its_own_introduction_and_number_of_items(tmp_path: Path) -> None:
    text = (
        "云岭市登记办法\n第一条　为规范登记，制定本办法。\n"
        "第二条　办理登记的本市居民应当出具下列证件：\n（一）本人的户口簿；\n（二）本人的身份证；\n（三）照片。\n"
        "办理登记的外国人应当出具下列证件：\n（一）本人的有效护照；\n（二）公证的声明。\n"
        "第三条　单位可以申请登记。\n申请登记的单位应当提交下列书面材料：\n（一）申请书；\n（二）章程。\n"
        "第四条　本办法自2021年3月1日起施行。\n"
    )
    (tmp_path / "a.txt").write_text(text, "utf-8")
    build([tmp_path / "a.txt"], tmp_path / "ix", dense=False)
    asker = Asker.open(tmp_path / "ix", dense=False)
    neighbours = Neighbours(asker.engine)
    found = {entry.text: entry for entry in asker.engine.notice(0)}
    for item, lead, left in (
        ("（三）照片。", "本市居民", 2),
        ("（二）公证的声明。", "外国人", 1),
        ("（二）章程。", "单位应当提交", 1),
    ):
        introduction = neighbours.introduction(found[item])
        assert introduction is not None and lead in introduction.text
        assert items_left(found[item], neighbours) == left
        assert items_left(introduction, neighbours) == left + 1
    answer = asker.ask("外国人登记要出具哪些证件", mode="bm25").answer
    assert answer is not None and "外国人" in answer.text and answer.more == 2


def test_two_questions_in_one_are_answered_one_by_one(asker: Asker) -> None:
    result = asker.ask("学校食堂的食品安全归谁管？申报示范店要具备哪些条件？", mode="bm25")
    assert result.answer is not None and "学校食堂" in result.answer.text
    (also,) = result.parts
    assert also.answer is not None and also.answer.clause_id.endswith("（一）")
    assert show(result).count("答：") == 2
    assert "您还问了：申报示范店要具备哪些条件" in str(
        results(Collection.of(asker, ()), View(q=result.question, mode="bm25"), False)
    )


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("公租房怎么申请？租金多少？", ("公租房怎么申请", "公租房申请租金多少")),
        ("工资被拖欠归谁管？退休年龄是多少岁？", ("工资被拖欠归谁管", "退休年龄是多少岁")),
        ("外地人能参加普查吗？低保怎么申请？", ("外地人能参加普查吗", "低保怎么申请")),
        ("老年证归谁管？电话多少？", ("老年证归谁管？电话多少？",)),
        ("我养了两条狗。去哪里登记？", ("我养了两条狗。去哪里登记？",)),
    ],
)
def test_the_questions_in_a_question(question: str, asked: tuple[str, ...]) -> None:
    assert parts(question) == asked


def test_questions_for_lists_and_for_yes_or_no() -> None:
    assert all(map(asks_list, ("申请低保需要什么材料", "哪些人可以申请", "办证要走哪几个步骤")))
    assert not any(map(asks_list, ("什么时候开始", "哪几天放假", "归谁管")))
    assert all(map(asks_whether, ("可以延期吗？", "外地人能不能申请", "是否需要年检")))
    assert not any(map(asks_whether, ("能不能告诉我电话是多少", "补贴多少钱", "由谁负责")))


@pytest.mark.skipif(not is_made_model(default_folder()), reason="the default model has not been made")
def test_the_reader_marks_the_words_that_answer(dense_index: Path) -> None:
    """In the README's examples the exact words stand in the sentence that is shown, and what reads says so."""
    asker = Asker.open(dense_index)
    assert asker.reader is not None
    result = asker.ask("滨河北西路征地每亩补偿多少钱")
    assert result.answer is not None and result.answer.exact is not None
    assert "20万元" in result.answer.exact and result.answer.exact in result.answer.text
    plain = asker.ask("餐饮和零售行业的农民工工资保障由哪个部门负责", mode="bm25").answer
    assert plain is not None and plain.exact is None  # keywords are not read
