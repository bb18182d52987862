"""Below the caution's mark no surface shows a telephone number: command, JSON, page."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from conftest import ROOT

from corpus.phones import find_phones
from retriever.caution import cautious, with_caution, without_phones
from retriever.confidence import threshold
from retriever.console import show as on_a_terminal
from retriever.decide import Decision
from retriever.intent import Intent
from retriever.model import CAUTION, Answer, Office, SearchResult
from retriever.notes import NoteKind
from retriever.page.collection import Collection
from retriever.page.results import show
from retriever.page.view import View

pytest_plugins = ["page_fixtures"]

QUESTIONS = [json.loads(line) for line in (ROOT / "eval/questions/lishi-2023-02.jsonl").read_text("utf-8").splitlines()]
CONTACT = "咨询单位:吕梁市离石区人社局；咨询电话:0358-8222401"


@pytest.fixture(scope="module")
def answered(collection: Collection) -> list[SearchResult]:
    results = [collection.asker.ask(one["question"], mode="bm25") for one in QUESTIONS[::4]]
    return [one for one in results if one.answered]


def test_an_answer_that_is_not_sure_has_no_phone_on_any_surface(
    answered: list[SearchResult], collection: Collection
) -> None:
    unsure = [one for one in answered if one.confidence < CAUTION]
    assert len(unsure) >= 5
    for result in unsure:
        data = result.to_json()
        assert not find_phones(json.dumps(data["answer"], ensure_ascii=False))
        assert not any(hit["phone"] for hit in data["hits"])
        head = on_a_terminal(result).split("\n1. ")[0]
        assert not find_phones(head) and "不一定准" in head and "公报未载电话" not in head
        card = show(collection, result, View(q=result.question), feedback=False)
        assert "tel:" not in card and "不一定准" in card
        assert not find_phones(card.partition('class="basis"')[0])


def test_a_sure_answer_keeps_its_phones(answered: list[SearchResult], collection: Collection) -> None:
    sure = [one for one in answered if one.confidence >= CAUTION and find_phones(json.dumps(one.to_json()["answer"]))]
    assert sure
    assert any("tel:" in show(collection, one, View(q=one.question), feedback=False) for one in sure)


def test_a_refused_question_has_no_phone_among_its_hits(collection: Collection) -> None:
    result = replace(
        collection.asker.ask("农民工工资咨询电话", mode="bm25"), answered=False, answer=None, confidence=0.1
    )
    assert any(hit.entry.notice.phone for hit in result.hits)
    assert not any(hit["phone"] for hit in result.to_json()["hits"])


def test_words_lose_the_number_and_what_announces_it() -> None:
    assert without_phones(CONTACT) == "咨询单位:吕梁市离石区人社局"
    assert without_phones("电话０３５８－８２２２４０１，每天8:00至18:00由值班室受理") == "每天8:00至18:00由值班室受理"
    assert without_phones("举报电话：12333") is None
    assert without_phones("补助13元/平方米") == "补助13元/平方米"


def test_where_a_number_was_asked_for_there_is_no_answer_without_it() -> None:
    answer = Answer(CONTACT, (Office("区人社局", "0358-8222401", "离政办发〔2023〕9号", "contact"),), "a")
    assert cautious(answer, [Intent.PHONE]) is None
    shown = cautious(answer, [Intent.OFFICE])
    assert shown is not None and shown.text in CONTACT and shown.offices == (Office("区人社局", role="contact"),)
    sure, unsure = Decision(True, CAUTION), Decision(True, CAUTION - 0.01)
    assert with_caution(sure, answer, [Intent.PHONE]) == (sure, answer)
    decision, nothing = with_caution(unsure, answer, [Intent.PHONE])
    assert nothing is None and not decision.answered
    assert decision.note is not None and decision.note.kind is NoteKind.UNSURE_PHONE


def test_the_mark_stands_above_the_thresholds() -> None:
    """Else a caution would never be shown."""
    assert all(threshold(mode) < CAUTION for mode in ("hybrid", "bm25"))
