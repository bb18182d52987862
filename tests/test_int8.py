"""The int8 net: near to the float32 one, the same in every batch, under a name of its own; and when it is taken."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file

from index import choice as choosing
from index.build import build
from index.choice import Choice, choose_model, net_for
from index.engine import IndexInfo, ModelInfo
from index.local.manifest import read_manifest
from index.model import folder as model_folder
from index.model import onnx_embedder
from index.model.cores import has_vnni
from index.model.errors import ModelError
from index.model.folder import INT8_GRAPH_FILE, INT8_NAME, MODEL_NAME, WEIGHTS_FILE, int8_folder, read_card
from index.model.int8_graph import quantise
from index.model.int8_make import SMOOTHING, make_int8
from index.model.load import load_asking, load_embedder
from index.model.make import make_model
from index.model.onnx_embedder import Int8Embedder, OnnxEmbedder
from index.training.smoothing import exponents, largest, pieces
from retriever.ask import Asker
from tests.conftest import ROOT
from tests.index_cases import write_notices

BULLETIN = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
vnni = pytest.mark.skipif(not has_vnni(), reason="this processor has no VNNI")


@pytest.fixture(scope="session")
def made() -> Path:
    return make_int8()


@pytest.fixture(scope="session")
def exact(made: Path) -> OnnxEmbedder:
    return OnnxEmbedder(make_model())


@pytest.fixture(scope="session")
def whole(made: Path) -> Int8Embedder:
    return Int8Embedder()


@pytest.fixture(scope="session")
def passages() -> list[str]:
    lines = [line.strip() for line in BULLETIN.read_text("utf-8").splitlines() if len(line.strip()) > 4]
    return [*lines[::80], *("".join(lines[at : at + 8]) for at in (100, 500, 900)), "1", "政" * 700]


# ---- vectors


@vnni
def test_vectors_are_near_those_of_float32(exact: OnnxEmbedder, whole: Int8Embedder, passages: list[str]) -> None:
    one, other = exact.encode_passages(passages), whole.encode_passages(passages)
    assert other.dtype == np.float32 and other.shape == one.shape
    np.testing.assert_allclose(np.linalg.norm(other, axis=1), 1, atol=1e-5)
    cosines = (one * other).sum(axis=1)
    of_paragraphs = cosines[:-2]  # the last two are a single digit and one letter 700 times
    assert of_paragraphs.mean() >= 0.9985 and of_paragraphs.min() >= 0.998 and cosines.min() >= 0.99


@vnni
def test_a_text_has_the_same_vector_in_every_batch_and_with_any_number_of_threads(
    whole: Int8Embedder, passages: list[str]
) -> None:
    together = whole.encode_passages(passages)
    alone = np.concatenate([whole.encode_passages([text]) for text in passages])
    assert (together * alone).sum(axis=1).min() >= 0.9999
    assert (together * Int8Embedder(threads=3).encode_passages(passages)).sum(axis=1).min() >= 0.9999


@vnni
def test_questions_are_those_of_float32(exact: OnnxEmbedder, whole: Int8Embedder) -> None:
    texts = ["怎么申请低保？", "拖欠农民工工资归谁管"]
    np.testing.assert_array_equal(whole.encode_questions(texts), exact.encode_questions(texts))
    np.testing.assert_array_equal(load_asking(INT8_NAME).encode_questions(texts), exact.encode_questions(texts))


@vnni
def test_progress_counts_every_text_once(whole: Int8Embedder, passages: list[str]) -> None:
    done: list[int] = []
    whole.encode_passages(passages, progress=done.append)
    assert sum(done) == len(passages) and len(done) > 1


@given(arrays(np.float32, (3, 8), elements=st.floats(-100, 100, width=32)))
def test_a_weight_is_off_by_half_a_step_at_most(weight: np.ndarray) -> None:
    numbers, scale = quantise(weight)
    assert np.all(np.abs(numbers * scale[:, None] - weight) <= 0.5001 * scale[:, None])
    assert np.abs(numbers.astype(int)).max() <= 127


def test_numbers_that_are_always_large_are_divided_by_more() -> None:
    norm, reader = "encoder.layer.3.attention.output.LayerNorm", "encoder.layer.3.intermediate.dense.weight"
    amounts, weight = np.array([1, 1, 1, 1, 1, 1, 1, 16], np.float32), np.ones((4, 8), np.float32)
    found = exponents({norm: amounts, "encoder.layer.11.output.LayerNorm": amounts}, {reader: weight})
    assert {name: part.tolist() for name, part in found.items()} == {norm: [0] * 7 + [2]}  # nothing reads the other
    weight[:, 7] = 64  # what large weights meet is divided by less: they would leave too little of the others
    assert exponents({norm: amounts}, {reader: weight})[norm].tolist() == [0] * 8


def test_the_smoothing_that_is_kept_is_what_is_measured() -> None:
    folder, kept = make_model(), load_file(SMOOTHING)
    found = exponents(largest(folder, pieces(BULLETIN.read_text("utf-8"))), load_file(folder / WEIGHTS_FILE))
    assert set(found) == set(kept) and len(kept) == 24
    off = np.concatenate([found[name].astype(int) - kept[name] for name in kept])
    assert np.abs(off).max() <= 1 and np.mean(off == 0) > 0.99  # processors round differently


# ---- folder and identity


def test_the_same_bytes_every_time_and_the_default_models_own_weights(made: Path, tmp_path: Path) -> None:
    (tmp_path / make_model().name).symlink_to(make_model())
    again = make_int8(tmp_path)
    assert read_card(again).files == read_card(made).files
    assert read_card(again).source_sha256 == read_card(make_model()).sha256
    assert (made / "model.safetensors").samefile(make_model() / "model.safetensors")


def test_a_net_of_another_model_is_made_anew(made: Path, tmp_path: Path) -> None:
    (tmp_path / make_model().name).symlink_to(make_model())
    folder = make_int8(tmp_path)
    card = json.loads((folder / "gongbao-model.json").read_text("utf-8"))
    (folder / "gongbao-model.json").write_text(json.dumps({**card, "source_sha256": "0" * 64}), "utf-8")
    (folder / "mark").touch()
    make_int8(tmp_path)
    assert not (folder / "mark").exists()


def test_the_two_nets_have_their_own_names_and_hashes(made: Path, exact: OnnxEmbedder) -> None:
    asking = load_asking(INT8_NAME)
    assert (asking.name, asking.sha256) == (INT8_NAME, read_card(made).sha256)
    assert (exact.name, exact.sha256) == (MODEL_NAME, read_card(make_model()).sha256)
    assert asking.sha256 != exact.sha256
    assert load_asking(MODEL_NAME).sha256 == exact.sha256


@pytest.mark.usefixtures("made")
def test_without_vnni_passages_are_refused_and_questions_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_embedder, "has_vnni", lambda: False)
    with pytest.raises(ModelError, match=rf"VNNI.*--model {MODEL_NAME}$"):
        load_embedder(INT8_NAME)
    assert load_asking(INT8_NAME).encode_questions(["低保"]).shape == (1, 384)


@vnni
def test_an_index_states_its_net_and_is_asked_with_the_one_that_fits(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, index = write_notices(tmp_path / "in", ["3号.txt", "8号.txt"]), tmp_path / "ix"
    report = build([inputs], index, model=INT8_NAME)
    assert report.model == INT8_NAME and report.embedded == report.vectors > 0
    model = read_manifest(index).model
    assert model is not None and (model["name"], model["sha256"]) == (INT8_NAME, read_card(made).sha256)
    asker = Asker.open(index)
    assert asker.ask("哪些印章停止使用了？").mode_used == "hybrid"
    assert build([inputs], index).unchanged  # an index keeps the net that it has
    back = build([inputs], index, model=MODEL_NAME)  # unless another is named; no vector of int8 is taken for it
    assert back.model == MODEL_NAME and back.embedded == back.vectors
    forth = build([inputs], index, model=INT8_NAME)
    assert forth.embedded == 0
    monkeypatch.setattr(model_folder, "cache_folder", lambda: tmp_path / "empty")
    result = Asker.open(index).ask("哪些印章停止使用了？")
    assert result.mode_used == "bm25" and "嵌入模型" in result.notes[0].text


def test_a_damaged_net_is_noticed(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (make_model().name, made.name):
        (tmp_path / name).mkdir()
        for path in (made.parent / name).iterdir():
            if path.name == INT8_GRAPH_FILE:
                shutil.copy(path, tmp_path / name)
            else:
                (tmp_path / name / path.name).symlink_to(path)
    monkeypatch.setattr(model_folder, "cache_folder", lambda: tmp_path)
    graph = int8_folder() / INT8_GRAPH_FILE
    graph.write_bytes(b"\0" * graph.stat().st_size)
    with pytest.raises(ModelError, match=f"{INT8_GRAPH_FILE} 的内容已改变"):
        load_asking(INT8_NAME)
    assert list(choose_model(None, load_embedder).models.values()) == [MODEL_NAME]


# ---- which net is taken

BOTH = Choice({"f" * 64: MODEL_NAME, "8" * 64: INT8_NAME})
INFO = IndexInfo("ix", "data-0", "2023-01-01", 1, 0, 0, None, (), (), Path("cache"))


def before(clauses: int, sha256: str) -> IndexInfo:
    return replace(INFO, clauses=clauses, model=ModelInfo("m", 384, sha256))


@pytest.mark.parametrize(
    ("clauses", "old", "expected"),
    [
        (100, None, MODEL_NAME),
        (19_999, None, MODEL_NAME),
        (20_000, None, INT8_NAME),
        (20_000, INFO, INT8_NAME),  # there was an index, without vectors
        (30_000, before(19_000, "f" * 64), MODEL_NAME),  # kept: a change would embed all anew
        (40_000, before(19_000, "f" * 64), INT8_NAME),  # most of it is new
        (5000, before(30_000, "8" * 64), INT8_NAME),
        (40_000, before(30_000, "a" * 64), INT8_NAME),  # another model's: nothing to keep
    ],
)
def test_the_net_for_so_many_clauses(
    clauses: int, old: IndexInfo | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "int8_pays", lambda: True)
    assert net_for(BOTH, clauses, old) == expected
    monkeypatch.setattr(choosing, "int8_pays", lambda: False)
    assert net_for(BOTH, clauses, old) == MODEL_NAME
    assert net_for(Choice({"a" * 64: "named"}, "named"), clauses, old) == "named"


def test_only_processors_that_were_measured_get_int8(monkeypatch: pytest.MonkeyPatch) -> None:
    table = choosing._table()
    assert table["worth"] > 1 and table["clauses"] > 0 and 0 < table["most_lost"] <= 0.01
    same = {"float32": 0.9, "int8": 0.9}
    monkeypatch.setattr(choosing, "_table", lambda: {**table, "quality": {"success_at_1": same, "success_at_5": same}})
    for row in table["measured"]:
        assert row["int8"] > 0 and row["float32"] > 0 and row["processor"] and row["run"]
        monkeypatch.setattr(choosing, "instructions", lambda row=row: frozenset([row["instructions"]]))
        assert choosing.int8_pays() == (row["int8"] >= table["worth"] * row["float32"])
    for none in (frozenset(), frozenset(["avx2"]), frozenset(["avx512f"])):
        monkeypatch.setattr(choosing, "instructions", lambda none=none: none)
        assert not choosing.int8_pays()


def test_the_numbers_that_are_kept_let_int8_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """README says so: large corpora are embedded in int8 where the processor has VNNI."""
    for own in (["avx512_vnni"], ["avx2", "avx512f", "avx512_vnni", "amx_int8"]):
        monkeypatch.setattr(choosing, "instructions", lambda own=own: frozenset(own))
        assert choosing.int8_pays()
    assert net_for(BOTH, choosing._table()["clauses"], None) == INT8_NAME
    assert net_for(BOTH, choosing._table()["clauses"] - 1, None) == MODEL_NAME


@pytest.mark.parametrize(("lost", "taken"), [(0.0, True), (0.004, True), (-0.01, True), (0.006, False)])
def test_int8_is_not_taken_where_questions_lose_by_it(
    lost: float, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = choosing._table()
    monkeypatch.setattr(choosing, "instructions", lambda: frozenset(row["instructions"] for row in table["measured"]))
    for worse in ("success_at_1", "success_at_5"):
        success = {measure: {"float32": 0.9, "int8": 0.9} for measure in ("success_at_1", "success_at_5")}
        success[worse] = {"float32": 0.9, "int8": 0.9 - lost}
        monkeypatch.setattr(choosing, "_table", lambda success=success: {**table, "quality": success})
        assert choosing.int8_pays() == taken


def test_what_an_index_may_keep() -> None:
    assert BOTH.fits("f" * 64) and BOTH.fits("8" * 64)
    assert not BOTH.fits("a" * 64) and not BOTH.fits(None)
    assert Choice().fits(None) and not Choice().fits("f" * 64)  # built without vectors
    assert Choice(note="没有向量").fits("f" * 64)  # no model is here: what vectors there are stay


def test_the_model_that_is_named_is_the_only_one(made: Path) -> None:
    assert list(choose_model(None, load_embedder).models.values()) == [MODEL_NAME, INT8_NAME]
    named = choose_model(MODEL_NAME, load_embedder)
    assert (list(named.models.values()), named.name) == ([MODEL_NAME], MODEL_NAME)
