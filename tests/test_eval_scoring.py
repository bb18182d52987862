"""One question's score, and the earliest cause of a miss."""

from __future__ import annotations

import json

import pytest
from eval_cases import asked, hit, misses, none_question, question, response

from eval.labels import Passages
from eval.misses import MEANING, Cause
from eval.model import Question, Response
from eval.scoring import Score, score

PARSED = Passages([hit()])


def one(asked_question: Question, answer: Response, passages: Passages = PARSED) -> Score:
    (scored,) = score([asked(asked_question, answer)], passages)
    return scored


RIGHT = "由区财政局负责"
WRONG = "由区税务局负责"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (response([hit()], text=RIGHT), None),
        (response(misses(3), text=WRONG), Cause.NOT_RETRIEVED),
        (response([], answered=False), Cause.NOT_RETRIEVED),
        (response([*misses(1), hit()], text=WRONG), Cause.RANKED_LOW),
        (response([*misses(1), hit()], text=RIGHT), None),
        (response([hit()], answered=False), Cause.WRONGLY_REFUSED),
        (response([*misses(1), hit()], answered=False), Cause.RANKED_LOW),
        (response([hit()], text=WRONG), Cause.WRONG_SENTENCE),
    ],
)
def test_the_earliest_cause_of_a_miss(answer: Response, cause: Cause | None) -> None:
    scored = one(question(), answer)
    assert scored.miss is cause
    assert scored.right is (cause is None)


def test_what_no_passage_holds_was_not_parsed() -> None:
    assert one(question(), response(misses(2), text=WRONG), Passages(misses(2))).miss is Cause.NOT_PARSED


def test_without_accepted_strings_the_first_hit_decides() -> None:
    bare = question(answers=())
    assert one(bare, response([hit()], text=WRONG)).right
    assert one(bare, response([hit()], text=WRONG)).answer_right is None
    assert one(bare, response([hit()], answered=False)).miss is Cause.WRONGLY_REFUSED
    assert one(bare, response([*misses(1), hit()], text=WRONG)).miss is Cause.RANKED_LOW


def test_none_questions_are_right_when_refused() -> None:
    refused = one(none_question(), response(misses(2), answered=False))
    assert refused.right
    assert refused.miss is None
    assert refused.measures == {}
    assert one(none_question(), response(misses(2), text=WRONG)).miss is Cause.NOT_REFUSED


def test_an_answer_withheld_is_not_judged_right() -> None:
    scored = one(question(), response([hit()], answered=False, text=RIGHT))
    assert scored.answer is None
    assert scored.answer_right is False


def test_json_and_back() -> None:
    for scored in (
        one(question(), response([*misses(20), hit()], text=WRONG)),
        one(none_question(), response(answered=False)),
    ):
        assert Score.from_json(json.loads(json.dumps(scored.to_json()))) == scored


def test_every_cause_has_words() -> None:
    assert list(MEANING) == list(Cause)
