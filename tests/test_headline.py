"""The headline of an answer: a whole sentence of the clause, without the number of its item."""

from __future__ import annotations

import dataclasses
import re

import pytest
from conftest import GAZETTE, ROOT
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import squash
from eval.questions import read_questions
from index.build import build
from retriever.ask import Asker
from retriever.headline import MOST, headline, whole_sentence

OPEN_END = re.compile(r"[，；：、,;:]\s*$")
ITEM = re.compile(
    r"\s*(?:第[一二三四五六七八九十]+条|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d{1,3}[.．、])(?!\d)"
)


@pytest.mark.parametrize(
    ("text", "span", "said"),
    [
        ("（1）负责城区的供水工作；", "（1）负责城区的供水工作；", "负责城区的供水工作"),
        ("3. 参保率达到95%以上，待遇提高。", "参保率达到95%以上，", "参保率达到95%以上，待遇提高。"),
        ("第九条　初测费用4.79亿元，管线3.98亿元。", "初测费用4.79亿元，", "初测费用4.79亿元，管线3.98亿元。"),
        ("经会议研究，任命：\n王青任队长。\n特此通知", "经会议研究，任命：", "经会议研究，任命：\n王青任队长。"),
        ("各科室负责督办:", "各科室负责督办:", "各科室负责督办"),
        ("他说“先登记。”再办理，当天办结。", "再办理，", "再办理，当天办结。"),
        ("六、补偿费按20万元/亩执行。", "补偿费按20万元/亩执行。", "补偿费按20万元/亩执行。"),
        ("1.5万元以上的，按甲办；1.5万元以下的，按乙办。", "1.5万元以下的，", "1.5万元以下的，按乙办。"),
        ("补贴每头30元。满一年再核。", "补贴每头30元。", "补贴每头30元。"),
    ],
)
def test_a_span_becomes_its_sentence(text: str, span: str, said: str) -> None:
    assert whole_sentence(text, span) == said


def test_a_sentence_without_end_says_that_it_goes_on() -> None:
    text = "开头，" + "".join(f"第{number}户很长的一句话，" for number in range(60)) + "结尾。"
    assert whole_sentence(text, text[:40]).endswith("……")
    assert whole_sentence(text, text[300:340]).startswith("……") and whole_sentence(text, text[300:340]).endswith("……")
    assert whole_sentence(text, text[-90:-40]).startswith("……") and whole_sentence(text, text[-90:-40]).endswith(
        "结尾。"
    )
    assert whole_sentence(f"一句{'整' * 80}。{text}", f"一句{'整' * 80}。{text[:60]}") == f"一句{'整' * 80}。"


def test_words_that_the_text_lacks_stay() -> None:
    assert whole_sentence("另一句话。", "（2）不在里面，") == "（2）不在里面"


@given(st.text("甲乙，。；：、\n（1）第一条 ”“", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_nothing_is_put_in(text: str, start: int, length: int) -> None:
    """But …… where it breaks off."""
    span = text[start : start + length].strip()
    said = whole_sentence(text, span)
    assert said.replace("……", "") in text
    assert len(said) <= max(MOST, len(span)) + 4


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    folder = tmp_path_factory.mktemp("headline")
    build([GAZETTE], folder, dense=False)
    return Asker.open(folder, dense=False)


def test_headlines_of_the_dev_questions_are_whole(asker: Asker) -> None:
    """Before, 37 % of them ended in a mark after which a sentence goes on, or began with the number of an item."""
    files = [ROOT / "eval/questions" / f"{name}.jsonl" for name in ("lishi-2023-02", "everyday-lishi")]
    questions = read_questions(files)
    results = [asker.ask(one.question, mode="bm25", k=1) for one in questions[::4]]
    answers = [(one.answer, one.sure) for one in results if one.answer is not None]
    assert len(answers) > 60
    spans = [answer.text for answer, _ in answers]
    said = [headline(answer, sure=sure) for answer, sure in answers]
    assert sum(bool(OPEN_END.search(one) or ITEM.match(one)) for one in spans) > len(spans) // 5
    assert [one for one in said if OPEN_END.search(one) or ITEM.match(one)] == []
    for (answer, _), words in zip(answers, said, strict=True):
        assert answer.entry is not None
        if not answer.entry.clause.cells:
            assert squash(words) in squash(answer.entry.text)
    assert sum("……" in one for one in said) <= len(said) // 20


def test_a_row_is_said_with_its_heads(asker: Asker) -> None:
    result = asker.ask("隐患点清单第116号油坊坪村圪垛里村的灾害类型是什么", mode="bm25")
    assert result.answer is not None and result.answer.text.startswith("116｜LS4931｜")
    said = headline(result.answer, sure=True)
    assert "名称：油坊坪村圪垛里村滑坡；灾害点类型：滑坡" in said and "｜" not in said and "116" not in said


def test_an_answer_that_is_not_sure_gets_no_number_by_its_sentence(asker: Asker) -> None:
    result = asker.ask("根治拖欠农民工工资工作的咨询电话是多少", mode="bm25")
    assert result.answer is not None and result.answer.entry is not None
    part = dataclasses.replace(result.answer, text="咨询电话:")
    assert "8222401" in headline(part, sure=True)
    assert headline(part, sure=False) == "咨询电话"
