"""What is typed but asks nothing: it gets a plain line and no clause; questions that look alike are asked."""

from __future__ import annotations

import re

import pytest
from conftest import GAZETTE, ROOT

from eval.questions import read_questions
from index.build import build
from retriever.ask import Asker
from retriever.notes import NoteKind
from retriever.requests import RequestKind, request_kinds, request_note

KINDS = request_kinds()


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    folder = tmp_path_factory.mktemp("requests") / "ix"
    build([GAZETTE], folder, dense=False)
    return Asker.open(folder, dense=False)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind in KINDS for text in kind.examples])
def test_each_example_gets_the_line_of_its_kind(asker: Asker, kind: RequestKind, text: str) -> None:
    note = request_note(text, asker.engine.terms)
    assert note is not None and note.text == kind.text
    result = asker.ask(text)
    assert not result.answered and result.hits == () and result.answer is None
    assert result.notes[-1].kind is NoteKind.UNUSABLE


@pytest.mark.parametrize("text", [text for kind in KINDS for text in kind.questions])
def test_what_looks_alike_is_asked(asker: Asker, text: str) -> None:
    assert request_note(text, asker.engine.terms) is None


def test_each_kind_has_its_examples_and_its_reason() -> None:
    assert {kind.name for kind in KINDS} == {"greeting", "about", "writing"}
    assert all(len(kind.examples) >= 3 and kind.questions and kind.text for kind in KINDS)


@pytest.mark.parametrize(
    "text", ["gong zu fang zen me shen qing", 'print("hello world")', "SELECT * FROM users WHERE id = 1", "qwerty"]
)
def test_letters_that_the_index_does_not_hold(asker: Asker, text: str) -> None:
    result = asker.ask(text)
    assert result.hits == () and "汉字" in str(result.note)


def test_letters_that_the_index_holds_are_asked(asker: Asker) -> None:
    """A name in Latin letters is a question where some clause has it; figures always are."""
    clause = next(
        one for one in asker.engine.clauses(range(asker.engine.info.clauses)) if re.search("[A-Z]{3}", one.text)
    )
    assert asker.ask(re.findall("[A-Za-z]{3,}", clause.text)[0]).hits
    assert request_note("0358-8225000", asker.engine.terms) is None


def test_every_labelled_question_is_asked(asker: Asker) -> None:
    """No open question with an answer is taken for a request."""
    files = sorted((ROOT / "eval" / "questions").glob("*.jsonl"))
    asked = [question.question for question in read_questions(files) if question.answerable]
    assert len(asked) > 600
    assert [text for text in asked if request_note(text, asker.engine.terms)] == []
