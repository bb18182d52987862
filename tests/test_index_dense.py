"""The FAISS index: what it finds is what comparing with every vector finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.files import read_sealed, seal
from index.local.dense import MANY, Dense, build_dense, factory, load_dense, save_dense
from index.local.manifest import DENSE
from index.vectors import VectorCache
from tests.index_cases import QuickEmbedder

SCANNED = factory(MANY, 32)
EXACT = "Flat"


def around(count: int, dim: int = 32, seed: int = 1) -> np.ndarray:
    """Vectors of norm 1 around 50 centres, as those of a language model lie in clusters."""
    draw = np.random.default_rng(seed)
    centres = draw.standard_normal((50, dim))
    vectors = centres[draw.integers(0, 50, count)] + 0.6 * draw.standard_normal((count, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def exact(vectors, owners, question, count, allowed=None) -> list[int]:
    best: dict[int, float] = {}
    for row, score in zip(owners.tolist(), (vectors @ question).tolist(), strict=True):
        if allowed is None or allowed[row]:
            best[row] = max(best.get(row, -1.0), score)
    return sorted(best, key=lambda row: (-best[row], row))[:count]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return around(6000)


@pytest.mark.parametrize("allowed_share", [None, 0.9, 0.3, 0.02, 0.0005, 0.0])
@pytest.mark.parametrize("kind", [EXACT, SCANNED])
def test_it_finds_what_an_exact_search_finds(vectors, kind, allowed_share):
    owners = np.arange(len(vectors), dtype=np.int32) // 2  # two windows a clause
    dense = Dense(build_dense(vectors, kind), owners)
    allowed = None
    if allowed_share is not None:
        allowed = np.random.default_rng(3).random(len(vectors) // 2) < allowed_share
    share = []
    for question in around(20, seed=2):
        found = dense.search(question, 10, allowed)
        rows = [row for row, _ in found]
        right = exact(vectors, owners, question, 10, allowed)
        assert len(rows) == len(set(rows)) == len(right)
        assert allowed is None or all(allowed[row] for row in rows)
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
        share.append(len(set(rows) & set(right)) / max(1, len(right)))
    assert not right or np.mean(share) >= (1.0 if kind == EXACT else 0.98)


def test_a_clause_of_many_windows_hides_no_other():
    """The 50 best vectors belong to one clause: the next clauses are found all the same."""
    question = around(1)[0]
    near = np.repeat(question[None], 50, axis=0)
    vectors = np.concatenate([near, around(100, seed=4)])
    owners = np.concatenate([np.zeros(50, np.int32), np.arange(1, 101, dtype=np.int32)])
    found = Dense(build_dense(vectors, EXACT), owners).search(question, 10)
    assert [row for row, _ in found] == exact(vectors, owners, question, 10)
    assert len(found) == 10


@pytest.mark.parametrize("filtered", [False, True])
@pytest.mark.parametrize("kind", [EXACT, SCANNED])
def test_equal_vectors_are_found_in_corpus_order(kind, filtered):
    """A standard sentence stands in 500 clauses: which of them are found doesn't depend on how many are wanted."""
    draw = np.random.default_rng(1)
    dense = Dense(build_dense(np.repeat(around(12), 500, axis=0)[draw.permutation(6000)], kind), np.arange(6000))
    allowed = draw.random(6000) < 0.5 if filtered else None
    every = dense.search(around(1, seed=8)[0], 6000, allowed)
    assert every == sorted(every, key=lambda found: (-found.score, found.row))
    for count in (*range(1, 30, 7), *range(99, 600, 7)):
        assert dense.search(around(1, seed=8)[0], count, allowed) == every[:count]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_vectors_and_many_wanted(count):
    vectors = around(count) if count else np.zeros((0, 32), np.float32)
    dense = Dense(build_dense(vectors), np.arange(count, dtype=np.int32))
    assert len(dense.search(around(1)[0], 10)) == count
    assert dense.search(around(1)[0], 10, np.zeros(count, bool)) == []


def test_the_kind_is_chosen_by_size():
    assert factory(0, 384) == factory(1500, 384) == factory(MANY - 1, 384) == "Flat"
    assert factory(MANY, 384) == "PQ192x4fs,Refine(SQfp16)"
    assert factory(MANY, 383) == "Flat"  # can't be cut into pairs


@pytest.mark.parametrize("kind", [EXACT, SCANNED])
def test_saved_and_read_again(tmp_path, vectors, kind):
    owners = np.arange(len(vectors), dtype=np.int32)
    dense = Dense(build_dense(vectors, kind), owners)
    save_dense(tmp_path, dense.faiss, owners)
    files = {name: read_sealed(tmp_path / name, info) for name, info in seal(tmp_path).items()}
    again = load_dense(files, len(vectors), 32, len(vectors))
    for question in around(5, seed=9):
        assert again.search(question, 10) == dense.search(question, 10)
    with pytest.raises(ValueError, match="fit"):
        load_dense(files, len(vectors) - 1, 32, len(vectors))
    with pytest.raises(ValueError, match="fit"):
        load_dense(files, len(vectors), 33, len(vectors))
    with pytest.raises(ValueError, match="not there"):
        load_dense(files, len(vectors), 32, len(vectors) - 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_is_full_is_told(tmp_path, vectors):
    """FAISS asks for each piece to be written, and what that raises comes back from it."""
    (tmp_path / DENSE).symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space"):
        save_dense(tmp_path, build_dense(np.repeat(vectors, 3, axis=0), EXACT), np.arange(3 * len(vectors)))


def test_two_builds_of_the_same_vectors_are_the_same(vectors):
    one, other = (build_dense(vectors, SCANNED) for _ in range(2))
    owners = np.arange(len(vectors), dtype=np.int32)
    question = around(1, seed=7)[0]
    assert Dense(one, owners).search(question, 20) == Dense(other, owners).search(question, 20)


def test_the_cache_of_vectors(tmp_path):
    embedder = QuickEmbedder()
    texts = [f"第{number}条" for number in range(10)]
    cache = VectorCache(tmp_path, embedder)
    assert cache.missing([*texts, texts[0]]) == texts
    cache.add(texts[:4], embedder.encode_passages(texts[:4]))
    other = VectorCache(tmp_path, embedder)  # two at once: each appends, both are right
    other.add(texts[4:6], embedder.encode_passages(texts[4:6]))
    cache.add(texts[6:], embedder.encode_passages(texts[6:]))
    assert cache.missing(texts) == texts[4:6]
    both = VectorCache(tmp_path, embedder)
    assert both.missing(texts) == []
    np.testing.assert_array_equal(both.get(texts[::-1]), embedder.encode_passages(texts[::-1]))
    with pytest.raises(KeyError):
        both.get(["没有"])

    both.forget_all_but(texts[:6])
    assert both.missing(texts) == []  # more than half is needed: the file stays
    both.forget_all_but([*texts[:3], "没有"])
    assert both.missing(texts) == texts[3:]
    np.testing.assert_array_equal(VectorCache(tmp_path, embedder).get(texts[:3]), embedder.encode_passages(texts[:3]))
    assert both.path.stat().st_size == 3 * both.record.itemsize


def test_no_texts_have_no_vectors(tmp_path):
    cache = VectorCache(tmp_path, QuickEmbedder())
    assert cache.get([]).shape == (0, 8)
    assert cache.missing([]) == []
