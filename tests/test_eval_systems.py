"""Systems made from an index: embeddings kept between runs, raw sources, ablation variants."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eval_cases import none_question, question
from index_cases import QuickEmbedder, quick_build, write_notices

from eval import ablation, reader_steps
from eval.evaluate import ask_all
from eval.labels import Passages
from eval.measures import first_rank
from eval.model import Kind
from eval.plain_files import SourceMissingError
from eval.results import Setting
from eval.systems import SYSTEMS, Bench, Ours, embed
from eval.uncertainty import Gain
from retriever.answering import Assessment
from retriever.ask import Asker
from retriever.model import Filters
from retriever.neighbours import Neighbours
from retriever.reading.choice import Found
from retriever.reading.use import USUAL, ReaderUse
from retriever.search import Retriever

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


def test_files_are_those_that_were_indexed_with_their_plain_text(bench: Bench, tmp_path: Path) -> None:
    files = {file.name: file for file in bench.files}
    assert set(files) == {path.name for path in (tmp_path / "in").iterdir()}
    assert files["33号.txt"].text == (tmp_path / "in" / "33号.txt").read_text(encoding="utf-8")


def test_a_file_that_our_parser_refuses_is_searched_by_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, baselines ran on what the index holds, so that a refused file was nobody's loss."""
    folder = write_notices(tmp_path / "in")
    words = "居住登记窗口的咨询电话写在大厅公告栏里"
    (folder / "说明.txt").write_text(f"说明\n\n{words}。\n\0\n", "utf-8")  # an editor still opens it
    quick_build(monkeypatch, folder, tmp_path / "index")
    labelled = question(labels=((None, words),), text="居住登记窗口的咨询电话写在哪里")
    refused = Bench(tmp_path / "index", questions=[labelled])
    assert any(source.error for source in refused.engine.info.sources)
    assert not Passages(refused.passages).meet(labelled.relevant[0])
    baseline = refused.system("fixed500-bm25", "")
    assert first_rank(labelled, baseline.ask(labelled.question, 5).hits) == 1
    assert words in (refused.raw_texts() or {})["说明.txt"]


def test_other_files_may_be_named(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "另外").mkdir()
    (tmp_path / "另外" / "甲.txt").write_text("甲", "utf-8")
    assert [file.name for file in Bench(tmp_path / "index", files=[tmp_path / "另外"]).files] == ["甲.txt"]


def test_a_source_that_has_gone_is_named(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "in" / "33号.txt").unlink()
    assert bench.raw_texts() is None
    with pytest.raises(SourceMissingError, match=r"33号\.txt"):
        _ = bench.files


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name != "ours"])
def test_every_baseline_answers_with_the_beginning_of_its_best_passage(bench: Bench, name: str) -> None:
    system = bench.system(name, "")
    assert system.name == name
    response = system.ask("村镇建设用地纳入国土空间总体规划的承诺", 3)
    assert 1 <= len(response.hits) <= 3
    assert response.answer is not None
    assert response.hits[0].text.startswith(response.answer.text)


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


def test_every_step_of_the_reader_is_asked_and_compared(bench: Bench) -> None:
    """Also that the whole is what users get, and that what was said once is remembered."""
    labelled = question(labels=((NOTICE, "新增建设用地规划指标0.8183公顷"),), text="新增建设用地规划指标是多少公顷")
    asked = [labelled, none_question()]
    chosen = reader_steps.steps()[:5]  # the others differ in numbers
    measured = reader_steps.measure([(bench, asked)], chosen)
    whole = next(one for one in measured if one.step.use == USUAL)
    users = ask_all(Ours(Asker(bench.engine, bench.embedder, reader=bench.reader), bench.passages, "hybrid"), asked, 10)
    assert [one.answer and one.answer.text for one in (each.response for each in users)] == [
        one.answer for one in whole.scores
    ]
    assert [one.confidence for one in whole.scores] == [one.response.confidence for one in users]
    first, *others = reader_steps.compared(measured)
    assert not first and all(list(one) == list(reader_steps.MEASURES) for one in others)
    rows = reader_steps.table(measured)
    assert len({len(row) for row in rows}) == 1 and len(rows) == 1 + len(chosen)
    assert [one["name"] for one in reader_steps.to_json(measured)] == [one.name for one in chosen]
    assert "2 道题，其中 1 道没有答案" in reader_steps.notes(measured)


def test_each_switch_takes_away_what_it_says(bench: Bench) -> None:
    def found(use: ReaderUse) -> tuple[Found, Assessment]:
        asker = Asker(bench.engine, bench.embedder, reader=bench.reader, use=use)
        query = asker.preparer.prepare("新增建设用地规划指标是多少公顷", "hybrid")
        read = asker.find(query, "hybrid", Filters(), 10)
        return read, asker.assess(query, read, "hybrid")

    retrieved = Retriever(bench.engine, Neighbours(bench.engine))
    query = Asker(bench.engine, bench.embedder).preparer.prepare("新增建设用地规划指标是多少公顷", "hybrid")
    scores = [hit.score for hit in retrieved.retrieve(query, "hybrid", Filters(), 10).hits]
    whole, judged = found(USUAL)
    assert len(whole.readings) == USUAL.read and judged.evidence.reader is not None
    assert judged.choice.reading is not None
    assert [hit.score for hit in whole.retrieval.hits] != scores
    unranked, _ = found(replace(USUAL, ranking=0.0))
    assert [hit.score for hit in unranked.retrieval.hits] == scores
    _, worded = found(replace(USUAL, chooses=False))
    assert worded.choice.reading is None and worded.evidence.reader is not None
    _, unjudged = found(replace(USUAL, judges=False))
    assert unjudged.choice == judged.choice and unjudged.evidence.reader is unjudged.evidence.first is None
    assert len(found(replace(USUAL, read=1))[0].readings) == 1
    with pytest.raises(ValueError, match="read=0"):
        replace(USUAL, read=0)


def test_a_step_brings_nothing_that_is_seen_where_every_interval_holds_0() -> None:
    same = {"a": Gain(0.0, -0.1, 0.1), "b": Gain(None, None, None)}
    assert reader_steps.shows_nothing(same)
    assert not reader_steps.shows_nothing(same | {"c": Gain(0.1, 0.05, 0.2)})
    assert not reader_steps.shows_nothing({})
