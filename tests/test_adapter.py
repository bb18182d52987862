"""The question adapter and its training."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UsageError
from index import adapter as adapters
from index.adapter import QuestionAdapter, read_adapter, write_adapter
from index.embedding import ModelError, Vectors, normalised
from index.model_folder import MODEL_NAME
from index.train import Settings, learn, read_pairs, recall

DIM, COUNT = 24, 60


def unit(*shape: int, seed: int = 0) -> Vectors:
    return normalised(np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


class Named:
    """Of an embedder, what `adapter_for` looks at."""

    def __init__(self, name: str, dim: int) -> None:
        self.name, self.dim = name, dim


def test_an_adapter_of_zeros_changes_nothing() -> None:
    questions = unit(5, DIM)
    still = QuestionAdapter(np.zeros((DIM, 2), np.float32), np.zeros((2, DIM), np.float32), "")
    np.testing.assert_allclose(still.apply(questions), questions, atol=1e-6)
    assert still.apply(questions[:0]).shape == (0, DIM)


def test_adapted_vectors_have_norm_one() -> None:
    found = QuestionAdapter(unit(DIM, 3), unit(3, DIM), "").apply(unit(5, DIM))
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_written_adapter_is_read_again(tmp_path: Path) -> None:
    down, up = unit(DIM, 3), unit(3, DIM)
    write_adapter(tmp_path / "a.safetensors", down, up)
    found = read_adapter(tmp_path / "a.safetensors")
    np.testing.assert_allclose(found.down, down, atol=1e-3)
    np.testing.assert_allclose(found.up, up, atol=1e-3)
    write_adapter(tmp_path / "b.safetensors", down, up)
    assert read_adapter(tmp_path / "b.safetensors").sha256 == found.sha256


def test_damaged_file_and_other_weights_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="读不出来"):
        read_adapter(path)
    write_adapter(path, unit(DIM, 3), unit(3, DIM))
    monkeypatch.setattr(adapters, "SOURCE_SHA256", "other")
    with pytest.raises(ModelError, match="不配套"):
        read_adapter(path)


def test_other_models_have_no_adapter() -> None:
    assert adapters.adapter_for(Named("BAAI/bge-small-zh", 512)) is None  # type: ignore[arg-type]
    assert adapters.adapter_for(Named(MODEL_NAME, 7)) is None  # type: ignore[arg-type]


def shifted(seed: int = 0) -> tuple[Vectors, Vectors, list[tuple[int, ...]]]:
    """Questions that lie beside their articles, all shifted towards one article, a hub."""
    articles = unit(COUNT, DIM, seed=seed)
    questions = normalised(articles + 1.5 * articles[:1] + 0.1 * unit(COUNT, DIM, seed=seed + 1))
    return questions, articles, [(place,) for place in range(COUNT)]


def test_learning_takes_the_common_part_out() -> None:
    questions, articles, answers = shifted()
    taught = slice(0, COUNT, 2)
    settings = Settings(rank=4, runs=2, epochs=60, anchor=0.1, rate=1e-2)
    down, up = learn(questions[taught], articles, answers[taught], settings)
    assert down.shape == (DIM, 8)
    assert up.shape == (8, DIM)
    held = slice(1, COUNT, 2)
    before = recall(questions[held], articles, answers[held])
    after = recall(QuestionAdapter(down, up, "").apply(questions[held]), articles, answers[held])
    assert before[1] == 0  # the hub comes first for every question
    assert after[1] > 0.5


def test_same_seed_same_adapter() -> None:
    settings = Settings(rank=2, runs=1, epochs=2)
    first, again = (learn(*shifted(), settings) for _ in range(2))
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])


def test_recall_is_the_share_of_a_questions_articles() -> None:
    articles = np.eye(4, dtype=np.float32)
    assert recall(articles[:1], articles, [(0, 3)]) == {1: 1 / 2, 10: 1.0, 100: 1.0}


def test_pairs_are_read_and_missing_data_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="STARD"):
        read_pairs(tmp_path)
    rows = [{"id": n, "question": f"问题{n}", "relevant": [7]} for n in range(30)]
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with lzma.open(tmp_path / "articles.jsonl.xz", "wt", encoding="utf-8") as out:
        for article in (3, 7):
            out.write(json.dumps({"id": article, "name": f"第{article}条", "text": "正文"}) + "\n")
    pairs = read_pairs(tmp_path)
    assert pairs.articles == ("第7条\n正文",)
    assert pairs.answers == ((0,),) * 30
    assert 0 < pairs.held_out.sum() < 15
