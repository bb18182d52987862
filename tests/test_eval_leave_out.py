"""Questions asked of an index without the notices that answer them: what is hidden, asked, written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from eval_cases import none_question, question, row, write_rows
from index_cases import write_notices

from eval.__main__ import main
from eval.leave_out import LeftOut, Outcome, Skipped, leave_out
from eval.model import Kind, Question
from eval.notice_places import places_of
from eval.remaining import Why
from eval.systems import DAY
from index.build import build
from index.engine import Engine
from index.opening import open_index

LAND = "申请使用我区吴城镇上王营庄村集体土地"  # of 33号, and of 29号 which it repeals
LAND_NUMBER = "离政函〔2023〕33号"
SEAL = question(
    "seal",
    text="经济普查领导小组的印章从哪天起启用？",
    labels=(("离政办发〔2023〕12号", "新刻制的2枚印章自2023年6月1日启用"),),
    answers=("2023年6月1日",),
)
ELSEWHERE = """\
柳河县人民政府办公室关于启用印章的通知

柳政办发〔2023〕7号

各乡镇人民政府：

经济普查领导小组印章自2023年7月1日启用，咨询电话：0435-7220000。

柳河县人民政府办公室

2023年6月20日
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Five notices of 离石区 and one of 柳河县."""
    folder = write_notices(tmp_path_factory.mktemp("in"))
    (folder / "柳河.txt").write_text(ELSEWHERE, "utf-8")
    index = tmp_path_factory.mktemp("index")
    build([folder], index, dense=False)
    return open_index(index, today=DAY)


def asked(engine: Engine, *questions: Question, left_out: LeftOut = LeftOut.NOTICE) -> Outcome:
    return leave_out(engine, None, questions, left_out, "bm25")


def test_a_question_is_asked_without_its_notice(engine: Engine) -> None:
    (pair,) = asked(engine, SEAL).pairs
    assert pair.hidden == ("离政办发〔2023〕12号",)
    numbers = {hit.doc_number for hit in pair.result.hits}
    assert numbers and "离政办发〔2023〕12号" not in numbers
    assert "柳政办发〔2023〕7号" in numbers
    assert pair.figures is not None and 0 < pair.figures["coverage"] <= 1


def test_a_place_is_hidden_as_a_whole(engine: Engine) -> None:
    (pair,) = asked(engine, SEAL, left_out=LeftOut.PLACE).pairs
    assert len(pair.hidden) == 5
    assert {hit.doc_number for hit in pair.result.hits} == {"柳政办发〔2023〕7号"}


def test_a_telephone_counts_wherever_the_answer_shows_it(engine: Engine) -> None:
    """It stands in the sentence, beside no office. (That none is shown below the mark: test_caution.py.)"""
    (pair,) = asked(engine, replace(SEAL, question="柳政办发〔2023〕7号的咨询电话是多少")).pairs
    assert pair.result.sure and pair.result.answer is not None and not pair.result.answer.offices
    assert pair.phones == ("0435-7220000",)


def test_what_something_else_answers_is_not_asked(engine: Engine) -> None:
    """29号 has the same words; a telephone tells by itself; a short answer counts beside the question's words only."""
    quote = "新刻制的2枚印章自2023年6月1日启用"
    number = "离政办发〔2023〕12号"
    same_words = question("a", text="批次建设用地用哪个村的地", labels=((LAND_NUMBER, LAND),), answers=("上王营庄村",))
    phone = question("b", text="欠薪打哪个电话", labels=((number, quote),), answers=("0435-7220000",))
    beside = question("c", text="经济普查领导小组印章启用", labels=((number, quote),), answers=("2023年",))
    apart = question("d", text="矿山复垦保证金怎么退", labels=((number, quote),), answers=("2023年",))
    outcome = asked(engine, same_words, phone, beside, apart)
    assert outcome.answered_by == {Why.QUOTE: 1, Why.ANSWER: 1, Why.SHORT_ANSWER: 1}
    assert outcome.skipped == {Skipped.ANSWERED: 3}
    assert [pair.question.id for pair in outcome.pairs] == ["d"]


def test_what_cannot_be_asked_is_counted(engine: Engine) -> None:
    foreign = question("f", labels=(("某政发〔2020〕1号", "这里没有的一句话"),))
    outcome = asked(engine, none_question(), foreign, SEAL)
    assert outcome.skipped == {Skipped.NONE: 1, Skipped.NOT_THERE: 1}
    assert len(outcome.pairs) == 1


def test_questions_keep_their_order(engine: Engine) -> None:
    other = question("z", kind=Kind.FACT, text="任命谁", labels=(("离政发〔2023〕8号", "马小兵"),), answers=("马小兵",))
    third = question("y", text="谁的职务", labels=(("离政发〔2023〕8号", "马小兵"),), answers=())
    outcome = asked(engine, other, SEAL, third)
    assert [pair.question.id for pair in outcome.pairs] == ["z", "seal", "y"]


def named(engine: Engine, *names: tuple[str, str]) -> Sequence[str | None]:
    """The places of notices with these issuers and titles."""
    some = engine.notices[0].notice
    notices = [replace(some, issuer=issuer or None, title=title) for issuer, title in names]
    return places_of(notices, [("x.txt",)] * len(names))


def test_places(engine: Engine) -> None:
    found = named(
        engine,
        ("吕梁市离石区人民政府", ""),
        ("离石区人民政府办公室", ""),
        ("", "杭州市区公共租赁住房租金管理暂行办法"),
        ("杭州市人民政府", ""),
        ("国务院办公厅", "关于印发专项附加扣除办法的通知"),
        ("广东省广州市人民政府", ""),
        ("广东省深圳市人民政府", ""),
    )
    assert found[0] == found[1] is not None
    assert found[2] == found[3] == "杭州市"
    assert found[4] is None
    assert len({found[0], found[2], found[5], found[6]}) == 4


@pytest.fixture
def command(engine: Engine, tmp_path: Path) -> list[str]:
    path = write_rows(
        tmp_path / "q.jsonl",
        row(
            id=SEAL.id,
            question=SEAL.question,
            relevant=[{"doc_number": one.doc_number, "quote": one.quote} for one in SEAL.relevant],
            answer=list(SEAL.answers),
        ),
    )
    return [str(path), "--index", engine.info.where, "--mode", "bm25", "--leave-out"]


def test_the_command_says_totals_and_writes_pairs(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "place", "--out", str(tmp_path / "out")]) == 0
    assert "问了 1 道题，都没有答案（bm25）" in capsys.readouterr().out
    (line,) = (tmp_path / "out" / "left-out-place.jsonl").read_text("utf-8").splitlines()
    pair = json.loads(line)
    assert pair.keys() == {
        *("id", "kind", "question", "left_out", "hidden", "mode", "answered", "confidence", "cautioned"),
        *("answer", "figures", "clauses"),
    }
    assert pair["left_out"] == "place" and len(pair["hidden"]) == 5
    assert {clause["doc_number"] for clause in pair["clauses"]} == {"柳政办发〔2023〕7号"}
    assert main([*command, "notice", "--json"]) == 0
    totals = json.loads(capsys.readouterr().out)
    assert totals["asked"] == 1 and totals["skipped"]["answered"] == 0
    assert totals["answered"] >= totals["without_caution"]


def test_closed_questions_are_not_written(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    closed = str(Path(command[0]).rename(folder / "q.jsonl"))
    assert main([closed, *command[1:], "notice", "--out", str(tmp_path / "out")]) == 2
    assert "不公开的题目不能写出来" in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert main([closed, *command[1:], "notice"]) == 0
