"""Accepted answers stand in the text, or are another way to write one that does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import SHARED
from eval_cases import question

from corpus.model import CorpusNotice, ParsedFile
from eval.accepted import unstated
from eval.questions import read_questions
from index.engine import IndexedClause

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions"
WAGES = ("离政办发〔2023〕9号", "进一步畅通农民工欠薪举报投诉渠道")


def entries_of(files: Sequence[ParsedFile]) -> list[IndexedClause]:
    notices = [notice for file in files for notice in file.notices]
    return [
        IndexedClause(0, clause, CorpusNotice(notice, ("x.txt",)), ordinal)
        for ordinal, notice in enumerate(notices)
        for clause in notice.clauses
    ]


@pytest.fixture(scope="module")
def entries(gazette: ParsedFile) -> list[IndexedClause]:
    return entries_of([gazette])


def left(entries: Sequence[IndexedClause], *answers: str, label: tuple[str, str] = WAGES) -> list[str]:
    """The accepted answers that are reported."""
    return [one.answer for one in unstated([question(labels=(label,), answers=answers)], entries)]


@pytest.mark.parametrize(
    "answer",
    [
        "畅通农民工欠薪举报投诉渠道",  # the clause
        "区人社局",  # the heading above it
        "关于进一步做好根治拖欠农民工工资工作的通知",  # the title
        "离政办发〔2023〕9号",
        "0358-8222401",  # the contact line at the notice's end
        "8222401",
        "区市场监督管理局",  # an office that another clause of the notice names
    ],
)
def test_what_the_notice_states_is_accepted(entries: list[IndexedClause], answer: str) -> None:
    assert left(entries, answer) == []


@pytest.mark.parametrize("answer", ["每月3000元", "区体育局", "0358-0000000", "离政办发〔2023〕19号", "8222402"])
def test_what_it_does_not_state_is_reported(entries: list[IndexedClause], answer: str) -> None:
    assert left(entries, answer) == [answer]
    assert left(entries, "畅通农民工欠薪举报投诉渠道", answer) == [answer]


@pytest.mark.parametrize("answer", ["人社局", "人力资源和社会保障局", "区人力资源社会保障局"])
def test_another_way_to_write_a_stated_answer_is_accepted(entries: list[IndexedClause], answer: str) -> None:
    assert left(entries, "区人社局", answer) == []


def test_a_label_that_nothing_meets_is_not_this_check_s(entries: list[IndexedClause]) -> None:
    assert left(entries, "每月3000元", label=("离政办发〔2023〕9号", "这句话在公报里根本没有出现过")) == []


def test_the_message_names_question_line_and_answer(entries: list[IndexedClause]) -> None:
    (one,) = unstated([question("q7", labels=(WAGES,), answers=("每月3000元",))], entries)
    assert str(one.problem()).startswith("questions.jsonl 第 1 行：q7：可接受的答案“每月3000元”不在标注的条款里")


def test_accepted_answers_of_the_gazette_s_questions_are_stated(entries: list[IndexedClause]) -> None:
    """Nine of 1,302 were not and are gone, 一千天 for 1000天 among them."""
    questions = read_questions([QUESTIONS / "lishi-2023-02.jsonl"])
    assert [f"{one.question.id} {one.answer}" for one in unstated(questions, entries)] == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the other documents are not here")
def test_accepted_answers_of_the_other_questions_are_stated(others: dict[str, ParsedFile]) -> None:
    questions = read_questions([path for path in sorted(QUESTIONS.glob("*.jsonl")) if "lishi" not in path.name])
    found = unstated(questions, entries_of(list(others.values())))
    assert [f"{one.question.id} {one.answer}" for one in found] == []
