"""Questions on documents that the reader didn't learn from, as a question file for an index of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.__main__ import run
from eval.held_out import quoted
from eval.questions import read_questions
from index.build import build
from index.training.reader_data import DEV, PASSAGES, TRAIN, Candidate, Group, Kind, write_rows
from tests.conftest import GAZETTE

CLAUSE = "区农业农村局负责农机购置补贴的申请受理和资金兑付，电话0358-8222401。"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two clauses of the gazette with questions, one of which it doesn't answer, and a clause it doesn't have."""
    lines = (line.strip() for line in GAZETTE.read_text("utf-8").splitlines())
    clause = next(line for line in lines if 40 < len(line) < 80 and line.endswith("。"))
    asked = Candidate("a", Kind.SPAN, 0, 12)
    groups = [
        Group("这是为了什么定的？", "written", (asked,)),
        Group("补贴电话是多少？", "written", (replace(asked, passage="b", start=7, end=20),)),
        Group("几点下班？", "written", (Candidate("a", Kind.NONE),)),
        Group("别的题目的话？", "outside-cmrc", (asked,)),
    ]
    rows = [{"id": one, "above": "", "text": words, "source": one} for one, words in (("a", clause), ("b", CLAUSE))]
    folder = tmp_path / "data"
    folder.mkdir()
    write_rows(folder / PASSAGES, rows)
    write_rows(folder / TRAIN, ())
    write_rows(folder / DEV, (group.to_json() for group in groups))
    return folder


def test_what_the_index_answers_becomes_a_question_file(data: Path, tmp_path: Path) -> None:
    build([GAZETTE], tmp_path / "index", dense=False)
    out = tmp_path / "held-out.jsonl"
    assert run(["held-out", "--data", str(data), "--index", str(tmp_path / "index"), "--out", str(out)]) == 0
    (question,) = read_questions([out])
    assert question.question == "这是为了什么定的？" and len(question.answers) == 1
    assert question.answers[0] in question.relevant[0].quote
    assert json.loads(out.read_text("utf-8"))["kind"] == "fact"


def test_the_quote_holds_the_answer_and_keeps_to_its_length() -> None:
    at = CLAUSE.index("0358")
    assert quoted(CLAUSE, at, at + 12) == CLAUSE[at - 12 :]
    assert quoted("短", 0, 1) == ""
    assert len(quoted(CLAUSE * 4, 0, 120)) == 60
