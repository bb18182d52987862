"""Sides of questions: what we wrote for choosing is dev, what nobody tuned on is test."""

from __future__ import annotations

from pathlib import Path

from eval_cases import none_question, question

from eval import splits
from eval.closed import CLOSED
from eval.questions import read_questions

FOLDER = CLOSED.parent


def test_all_open_questions_of_the_repository_are_dev() -> None:
    """Rules and unit tests were made of some that were once called test."""
    questions = read_questions(sorted(FOLDER.glob("*.jsonl")))
    assert len(questions) > 800
    assert splits.select(questions, "dev") == questions
    assert splits.select(questions, "test") == []


def test_a_question_of_the_closed_folder_is_test() -> None:
    closed = question(file=str(CLOSED / "places.jsonl"))
    assert splits.split_of(closed) == "test"
    assert splits.split_of(question(file="places/closed.jsonl")) == "dev"


def test_the_line_s_own_key_wins() -> None:
    assert splits.split_of(question(split="test")) == "test"
    assert splits.split_of(question(split="dev", file=str(CLOSED / "x.jsonl"))) == "dev"


def test_a_path_leads_there_whatever_it_looks_like() -> None:
    roundabout = FOLDER / ".." / "questions" / "closed" / "x.jsonl"
    assert splits.split_of(none_question()) == "dev"
    assert splits.split_of(question(file=str(Path(roundabout)))) == "test"


def test_select_keeps_order_and_parts_everything() -> None:
    questions = [question(str(at), split="test" if at % 3 else None) for at in range(30)]
    dev, test = splits.select(questions, "dev"), splits.select(questions, "test")
    assert splits.select(questions, "all") == questions
    assert (len(dev), len(test)) == (10, 20)
    assert sorted([*dev, *test], key=lambda one: int(one.id)) == questions
