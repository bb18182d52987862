"""An index without a notice answers as one that was built without its file: nothing of what is hidden leaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from index_cases import NUMBERS, QuickEmbedder, quick_build, write_notices

from eval.reduced import Whole
from eval.systems import DAY
from index.build import build
from index.engine import NoticeSet
from index.opening import open_index
from retriever.ask import Asker

QUESTIONS = (
    "村镇建设用地纳入国土空间总体规划的承诺",
    "离政函〔2023〕29号",
    "离政函〔2023〕33号讲了什么",
    "普查印章从哪天起启用",
    "启用印章的咨询电话是多少",
    "离石区发改局的电话",
    "免去谁的职务",
    "谁任命了马小兵",
    "新增建设用地规划指标是多少公顷",
    "废止的文件是哪一份",
)


def said(asker: Asker, question: str, mode: str) -> dict[str, Any]:
    result = asker.ask(question, k=10, mode=mode).to_json()
    result.pop("ms")
    return result


@pytest.mark.parametrize("mode", ["bm25", "hybrid"])
@pytest.mark.parametrize("hidden", list(NUMBERS))
def test_answers_are_those_of_an_index_built_without_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: str, mode: str
) -> None:
    """Decision, confidence, answer, offices, phones, notes, every hit with score, status and links: all equal. The
    notice that repeals another is among those hidden, and the only one that states a phone."""
    monkeypatch.setattr("index.paths.cache_folder", lambda: tmp_path / "cache")
    quick_build(monkeypatch, write_notices(tmp_path / "all"), tmp_path / "whole")
    rest = [name for name in NUMBERS if name != hidden]
    quick_build(monkeypatch, write_notices(tmp_path / "rest", rest), tmp_path / "built")
    engine = open_index(tmp_path / "whole", today=DAY)
    ordinals = {at for at, one in enumerate(engine.notices) if one.files == (hidden,)}
    assert len(ordinals) == 1
    reduced = Asker(Whole(engine, QuickEmbedder()).without(ordinals), QuickEmbedder())
    built = Asker(open_index(tmp_path / "built", today=DAY), QuickEmbedder())
    everything = Asker(engine, QuickEmbedder())
    differs = 0
    for question in QUESTIONS:
        assert said(reduced, question, mode) == said(built, question, mode), question
        differs += said(everything, question, mode) != said(built, question, mode)
    assert differs >= 3  # hiding it makes a difference at all


def test_the_engine_s_own_content_is_that_of_the_built_one(tmp_path: Path) -> None:
    build([write_notices(tmp_path / "all")], tmp_path / "whole", dense=False)
    build([write_notices(tmp_path / "rest", list(NUMBERS)[1:])], tmp_path / "built", dense=False)
    engine, built = open_index(tmp_path / "whole", today=DAY), open_index(tmp_path / "built", today=DAY)
    first = next(at for at, one in enumerate(engine.notices) if one.files == (next(iter(NUMBERS)),))
    reduced = Whole(engine, None).without({first})
    assert list(reduced.notices) == list(built.notices)
    assert [office.to_json() for office in reduced.offices] == [office.to_json() for office in built.offices]
    assert reduced.terms.counts() == built.terms.counts()
    assert reduced.terms.size == built.terms.size == built.info.clauses == reduced.info.clauses
    rows = range(built.info.clauses)
    assert reduced.clauses(rows) == built.clauses(rows)
    assert [list(reduced.notice(at)) for at in range(4)] == [list(built.notice(at)) for at in range(4)]
    for entry in built.clauses(rows):
        assert reduced.find(entry.clause_id) == entry
    hidden = [entry.clause_id for entry in engine.notice(first)]
    assert [one for one in hidden if reduced.find(one) is not None] == []
    only = NoticeSet((1,))
    weights = {"印章": 1.0, "建设": 1.0, "通知": 1.0}
    assert reduced.keywords(weights, 5, only) == built.keywords(weights, 5, only)
    with pytest.raises(IndexError):
        reduced.notice(4)
    assert not reduced.outdated()
