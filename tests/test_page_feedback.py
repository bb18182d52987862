"""Feedback becomes questions that `python -m eval` reads, and nothing of the person is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import UsageError
from eval.questions import read_questions
from retriever.page.collection import Collection
from retriever.page.feedback import Feedback, FeedbackFile
from retriever.page.feedback_form import NOTHING

pytest_plugins = ["page_fixtures"]


def keep(tmp_path: Path, collection: Collection, *sent: Feedback) -> FeedbackFile:
    file = FeedbackFile(tmp_path / "反馈.jsonl")
    for one in sent:
        file.keep(one, collection)
    return file


def test_feedback_is_a_question_file(tmp_path: Path, collection: Collection) -> None:
    result = collection.retriever.search("根治拖欠农民工工资工作的咨询电话是多少", k=5)
    assert result.answer is not None
    useful = Feedback(result.question, "useful", result.answer.text, result.answer.clause_id)
    wrong = Feedback(
        "欠薪找谁", "wrong", result.answer.text, result.answer.clause_id, "离政办发〔2023〕9号/二.（三）.1.（2）"
    )
    none = Feedback("火星上能办身份证吗", "wrong", clause=NOTHING)
    file = keep(tmp_path, collection, useful, wrong, none)
    questions = read_questions([file.path])
    assert [question.question for question in questions] == [result.question, "欠薪找谁", "火星上能办身份证吗"]
    assert questions[1].relevant[0].doc_number == "离政办发〔2023〕9号"
    assert not questions[2].answerable


def test_a_verdict_without_the_right_clause_is_kept_apart(tmp_path: Path, collection: Collection) -> None:
    file = keep(tmp_path, collection, Feedback("欠薪找谁", "useless"))
    assert file.path.read_text("utf-8") == ""
    line = json.loads(file.open_path.read_text("utf-8"))
    assert line["question"] == "欠薪找谁"
    assert set(line) <= {"question", "answer", "clause", "verdict", "date"}


@pytest.mark.parametrize("sent", [("", "useful"), ("问", "好"), ("问" * 3000, "useful"), ("，。", "useful")])
def test_nonsense_is_not_kept(sent: tuple[str, str]) -> None:
    with pytest.raises(UsageError):
        Feedback(*sent)


def test_a_file_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="写不了反馈文件"):
        FeedbackFile(tmp_path / "没有" / "x.jsonl")


def test_every_clause_of_the_gazette_can_be_quoted_or_is_left_out(collection: Collection) -> None:
    from corpus.text import squash
    from retriever.page.feedback import quote_of

    for entry in list(collection.retriever.index.clauses)[::7]:
        quote = quote_of(entry, "")
        assert quote is None or squash(quote) in squash(entry.text)
