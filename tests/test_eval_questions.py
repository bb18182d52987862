"""Question files: what is accepted, and that every bad line is reported at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eval_cases import NUMBER, QUOTE, row, write_rows

from corpus.errors import UsageError
from eval.model import Kind, Label
from eval.questions import QuestionFileError, read_questions


def problems_of(path: Path) -> list[str]:
    with pytest.raises(QuestionFileError) as caught:
        read_questions([path])
    assert caught.value.exit_code == 2
    return [str(problem) for problem in caught.value.problems]


def test_a_good_line_becomes_a_question(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl", row(split="dev", note="其他的键不看"))
    (question,) = read_questions([path])
    assert question.id == "q1"
    assert question.kind is Kind.OFFICE
    assert question.relevant == (Label(NUMBER, QUOTE),)
    assert question.answers == ("区财政局",)
    assert (question.split, question.file, question.line) == ("dev", str(path), 1)


def test_none_has_no_labels_and_a_notice_may_have_no_number(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "a.jsonl",
        row(id="n", kind="none", relevant=[], answer=[]),
        row(id="b", relevant=[{"doc_number": None, "quote": QUOTE}]),
    )
    nothing, bare = read_questions([path])
    assert not nothing.answerable
    assert bare.relevant[0].doc_number is None


def test_blank_lines_byte_order_mark_and_line_separators_inside_strings_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = "\n" + json.dumps(row(question="第一行\u2028第二行"), ensure_ascii=False) + "\n\n"
    path.write_bytes(b"\xef\xbb\xbf" + lines.encode())
    assert len(read_questions([path])) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": " "}, "id 应为非空文字"),
        ({"id": 3}, "id 应为非空文字"),
        ({"kind": "other"}, "kind 是 'other'"),
        ({"kind": []}, "kind 是 []"),
        ({"question": ""}, "question 应为非空文字"),
        ({"relevant": []}, "没有答案的题目 kind 应为 none"),
        ({"kind": "none"}, "relevant 应为空"),
        ({"relevant": {}}, "relevant 应为列表"),
        ({"relevant": ["x"]}, "relevant 第 1 项：应有 doc_number"),
        ({"relevant": [{"quote": QUOTE}]}, "relevant 第 1 项：应有 doc_number"),
        ({"relevant": [{"doc_number": "", "quote": QUOTE}]}, "doc_number 应为非空文字或 null"),
        ({"relevant": [{"doc_number": NUMBER, "quote": "七个字，不算标点"}]}, "quote 有 7 个字"),
        ({"relevant": [{"doc_number": NUMBER, "quote": "长" * 61}]}, "quote 有 61 个字"),
        ({"answer": "区财政局"}, "answer 应为文字的列表"),
        ({"answer": [""]}, "answer 应为文字的列表"),
        ({"split": "train"}, "split 是 'train'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    (problem,) = problems_of(write_rows(tmp_path / "a.jsonl", row(**changes)))
    assert problem.startswith(f"{tmp_path / 'a.jsonl'} 第 1 行")
    assert said in problem


def test_every_bad_line_of_every_file_is_reported_together(tmp_path: Path) -> None:
    one = tmp_path / "a.jsonl"
    one.write_text("{\n" + json.dumps(row()) + "\n[]\n" + json.dumps({"id": "x"}) + "\n", encoding="utf-8")
    other = write_rows(tmp_path / "b.jsonl", row(id="q2", kind="?", question=""), row(id="q1"))
    with pytest.raises(QuestionFileError) as caught:
        read_questions([one, other])
    where = [(Path(problem.file).name, problem.line) for problem in caught.value.problems]
    assert where == [
        ("a.jsonl", 1), ("a.jsonl", 3), ("a.jsonl", 4), ("b.jsonl", 1), ("b.jsonl", 1), ("b.jsonl", 2),
    ]  # fmt: skip
    assert "'q1' 与" in str(caught.value)
    assert "缺少 kind、question、relevant、answer" in str(caught.value)


def test_ids_that_trec_eval_could_not_tell_apart_are_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(write_rows(tmp_path / "a.jsonl", row(id="q 1"), row(id="q_1")))
    assert "重复" in problem


def test_an_empty_file_is_no_question_file(tmp_path: Path) -> None:
    (problem,) = problems_of(write_rows(tmp_path / "a.jsonl"))
    assert "没有题目" in problem


@pytest.mark.parametrize("data", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "a.jsonl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_questions([path])
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
