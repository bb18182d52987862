"""Systems made from an index: embeddings kept between runs, raw sources, ablation variants."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval_cases import none_question, question
from index_cases import QuickEmbedder, quick_build, write_notices

from eval import ablation
from eval.model import Kind
from eval.results import Setting
from eval.systems import SYSTEMS, Bench, SourceMissingError, embed

NOTICE = "离政函〔2023〕33号"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Five notices of the real gazette, embedded by a quick stand-in for a model."""
    monkeypatch.setattr("index.paths.cache_folder", lambda: tmp_path / "cache")
    quick_build(monkeypatch, write_notices(tmp_path / "in"), tmp_path / "index")
    made = Bench(tmp_path / "index")
    made.__dict__["embedder"] = QuickEmbedder()
    return made


def test_embeddings_are_made_once_and_keep_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.paths.cache_folder", lambda: tmp_path)
    embedder = QuickEmbedder()
    first = embed(["甲", "乙", "甲"], embedder)
    again = embed(["乙", "丙"], embedder)
    assert embedder.embedded == ["甲", "乙", "丙"]
    assert (first[0] == first[2]).all()
    assert (first[1] == again[0]).all()


def test_sources_are_the_raw_files_with_the_lines_of_their_notices(bench: Bench, tmp_path: Path) -> None:
    sources = {source.file: source for source in bench.sources}
    assert set(sources) == {path.name for path in (tmp_path / "in").iterdir()}
    source = sources["33号.txt"]
    assert source.text == (tmp_path / "in" / "33号.txt").read_text(encoding="utf-8")
    assert [notice.doc_number for notice in source.notices] == [NOTICE]
    assert 1 <= source.notices[0].start <= source.notices[0].end <= len(source.lines)


def test_a_source_that_has_gone_is_named(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "in" / "33号.txt").unlink()
    assert bench.raw_texts() is None
    with pytest.raises(SourceMissingError, match=r"33号\.txt"):
        _ = bench.sources


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name != "ours"])
def test_every_baseline_answers_with_the_beginning_of_its_best_passage(bench: Bench, name: str) -> None:
    system = bench.system(name, "")
    assert system.name == name
    response = system.ask("村镇建设用地纳入国土空间总体规划的承诺", 3)
    assert 1 <= len(response.hits) <= 3
    assert response.answer is not None
    assert response.hits[0].text.startswith(response.answer.text)
    assert {hit.clause_id for hit in response.hits} <= {passage.clause_id for passage in system.passages}
    if name != "fixed500-dense":  # the stand-in's vectors mean nothing
        assert response.hits[0].doc_number in (NOTICE, "离政函〔2023〕29号")


def test_every_variant_of_the_ablation_runs(bench: Bench) -> None:
    """The names of its rows are the promise; what they measure is measured on real questions."""
    labelled = question(
        "a",
        kind=Kind.LAY,
        labels=((NOTICE, "新增建设用地规划指标0.8183公顷"),),
        text=f"{NOTICE}新增建设用地规划指标是多少公顷",
        answers=(),
    )
    setting = Setting("ours", "", "all", 10, (), "quick", len(bench.passages))
    found = ablation.ablate(bench, [labelled, none_question()], setting)
    assert [name for name, _ in found] == [variant.name for variant in ablation.variants()]
    rows = ablation.table(found)
    assert len({len(row) for row in rows}) == 1
    assert len(rows) == 1 + len(found)
    assert rows[1][-2:] == ["", ""]
    numbers = {name: run.mean("success_at_5") for name, run in found}
    assert numbers["完整"] == 1
