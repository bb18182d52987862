"""The one composition over an engine of dictionaries: ranking and answering need no index on a disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.collection import collect
from corpus.model import CorpusNotice, ParsedFile
from corpus.parse import parse_source
from corpus.reading import source_from_text
from index.build import build
from index.opening import open_index
from retriever.ask import Asker
from retriever.model import Filters
from retriever.neighbours import Neighbours
from retriever.notes import NoteKind
from tests.conftest import GAZETTE, ROOT, TODAY
from tests.contract.dict_engine import DictEngine

LABELLED = [json.loads(line) for line in (ROOT / "eval/questions/lishi-2023-02.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def notices(gazette: ParsedFile) -> list[CorpusNotice]:
    return list(collect([gazette], day=TODAY).notices)


@pytest.fixture(scope="module")
def plain(notices: list[CorpusNotice]) -> Asker:
    return Asker(DictEngine(notices), None)


class Near(list[float]):
    """Scores that are equal to a thousandth: the engines add up in another order."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Near) and list(self) == pytest.approx(list(other), abs=1e-3)


def answer(asker: Asker, question: str, **options: Any) -> dict[str, Any]:
    data = asker.ask(question, mode="bm25", **options).to_json()
    del data["ms"]
    scores = [data.pop("confidence"), *(hit.pop("score") for hit in data["hits"])]
    return {**data, "scores": Near(scores)}


def test_both_engines_give_the_same_answers(plain: Asker, tmp_path: Path) -> None:
    build([GAZETTE], tmp_path, dense=False)
    local = Asker.over(open_index(tmp_path, today=TODAY), dense=False)
    for question in LABELLED[::5]:
        assert answer(plain, question["question"]) == answer(local, question["question"])


def test_a_verdict_does_not_depend_on_the_number_of_hits(plain: Asker) -> None:
    for question in LABELLED[::9]:
        few, many = (answer(plain, question["question"], k=k) for k in (1, 60))
        for result in (few, many):
            del result["hits"], result["scores"]
        assert few == many


def test_a_notice_without_a_number_has_contact_lines(notices: list[CorpusNotice]) -> None:
    """A contact line was looked for by its notice's number, so such a notice seemed to have none."""
    bare = [replace(entry, notice=replace(entry.notice, doc_number=None)) for entry in notices]
    result = Asker(DictEngine(bare), None).ask("根治拖欠农民工工资工作的咨询电话是多少", mode="bm25")
    assert result.answer is not None and "0358-8222401" in result.answer.text


def test_an_offices_phone_is_read_where_the_notice_states_it(notices: list[CorpusNotice]) -> None:
    """Only contact lines were looked at: a notice that lists its offices' phones as items has none. And the office
    beside the answer had the number of another district's."""
    text = (
        "云岭市教育局关于小学报名的通告\n各区教育局：\n请做好报名工作。\n一、报名时间\n6月25日。\n二、咨询电话\n"
        "东坡区教育局：5550101 5550102\n西坡区教育局：5550201 5550202\n云岭市教育局\n2016年6月20日\n"
    )
    asked = [*notices, *collect([parse_source(source_from_text("a.txt", text))]).notices]
    result = Asker(DictEngine(asked), None).ask("西坡区教育局咨询电话", mode="bm25")
    assert result.answer is not None and "5550201" in result.answer.text
    assert [office.phone for office in result.answer.offices] == ["5550201"]
    engine = DictEngine(asked)
    (stated,) = Neighbours(engine).stating(len(asked) - 1, "5550202")
    assert stated.clause.clause_id == result.answer.clause_id
    assert result.answer.clause_id in {phone.clause_id for phone in asked[-1].notice.phones}


def test_notes_say_why(plain: Asker) -> None:
    kinds = {
        "离政办发〔2031〕77号": NoteKind.UNKNOWN_NUMBER,
        "龘靐齉爩": NoteKind.NO_HITS,
        "qwertyuiop zxcvb": NoteKind.UNUSABLE,
        "停用了哪些印章？" + "我想了解一下有关的情况，" * 20: NoteKind.CUT,
    }
    for question, kind in kinds.items():
        assert kind in [note.kind for note in plain.ask(question, mode="bm25").notes]
    result = plain.ask("农民工工资")  # hybrid, without an embedder
    assert result.notes[0].kind is NoteKind.MODE and result.mode_used == "bm25"


def test_filters_keep_a_search_to_some_notices(plain: Asker) -> None:
    result = plain.ask("农民工工资", k=50, mode="bm25", filters=Filters(doc_number="离政办发〔2023〕9号"))
    assert {hit.doc_number for hit in result.hits} == {"离政办发〔2023〕9号"}
