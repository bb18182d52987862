"""Labels nothing can meet: lost by the parser, another notice's, or nowhere at all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from eval_cases import NUMBER, OTHER_QUOTE, QUOTE, hit, question

from eval.labels import Passages, Reason, unmet_labels
from eval.model import Hit, Label

SOURCES = {"甲.txt": f"普查经费\n由<u>区财政局</u>负责和协调。{OTHER_QUOTE}"}


def reasons(*passages: Hit, sources: Mapping[str, str] | None = SOURCES) -> list[tuple[Reason, tuple[str, ...]]]:
    unmet = unmet_labels([question()], Passages(passages), lambda: sources)
    return [(one.reason, one.stands_in) for one in unmet]


def test_a_met_label_is_no_problem_and_reads_no_source() -> None:
    def must_not_be_called() -> None:
        pytest.fail("sources were read")

    assert not unmet_labels([question()], Passages([hit(number="离政发[2023]5号")]), must_not_be_called)


def test_a_quote_the_parser_lost_is_found_in_the_source_without_its_markup() -> None:
    assert reasons(hit("别的文字")) == [(Reason.LOST, ("甲.txt",))]


def test_a_quote_cut_into_two_clauses_is_lost() -> None:
    assert reasons(hit(QUOTE[:6]), hit(QUOTE[6:])) == [(Reason.LOST, ("甲.txt",))]


def test_a_quote_of_another_notice() -> None:
    assert reasons(hit(number=None), hit(number="离政发〔2023〕6号")) == [
        (Reason.ELSEWHERE, ("（无发文字号）", "离政发〔2023〕6号"))
    ]


def test_a_quote_that_stands_nowhere() -> None:
    assert reasons(hit("别的文字"), sources={}) == [(Reason.NOWHERE, ())]


def test_without_the_sources_the_reason_is_not_guessed() -> None:
    assert reasons(hit("别的文字"), sources=None) == [(Reason.UNKNOWN, ())]


def test_the_message_names_the_question_the_line_and_the_quote() -> None:
    (unmet,) = unmet_labels([question("q7")], Passages([]), lambda: SOURCES)
    said = str(unmet.problem())
    assert said.startswith("questions.jsonl 第 1 行：q7：原文 甲.txt 里有这句引文")
    assert said.endswith(QUOTE)


def test_every_label_of_a_question_is_checked() -> None:
    two = question(labels=((NUMBER, QUOTE), (NUMBER, OTHER_QUOTE)))
    (unmet,) = unmet_labels([two], Passages([hit()]), lambda: SOURCES)
    assert unmet.label == Label(NUMBER, OTHER_QUOTE)
